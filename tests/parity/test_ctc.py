"""CTC loss beside PyTorch's."""

from __future__ import annotations

import numpy as np
import pytest

torch = pytest.importorskip("torch")

from .compare import same, same_error

RNG = np.random.default_rng(0)
SCORES = RNG.standard_normal((20, 4, 6)).astype(np.float32)
TEXTS = RNG.integers(1, 6, (4, 8))
LENGTHS = [
    ([20, 20, 20, 20], [8, 8, 8, 8]),
    ([20, 15, 10, 18], [8, 3, 1, 0]),
    ([20, 20, 2, 0], [8, 8, 8, 0]),
    ([0, 20, 2, 0], [1, 8, 8, 0]),
]


@pytest.mark.parametrize("zero_infinity", [False, True])
@pytest.mark.parametrize("lengths", LENGTHS)
@pytest.mark.parametrize("reduction", ["mean", "sum", "none"])
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_ctc_loss(dtype, reduction, lengths, zero_infinity):
    def run(lib, scores, *options):
        targets, blank = options or (lib.tensor(TEXTS), 0)
        given = [lib.tensor(lengths_of) for lengths_of in lengths]
        log_probs = scores.log_softmax(2)
        loss = lib.nn.CTCLoss(blank, reduction, zero_infinity)
        return loss(log_probs, targets, *given) * 1

    same(run, SCORES.astype(dtype), second=False, slack=64)
    letters = np.concatenate([text[:n] for text, n in zip(TEXTS, lengths[1], strict=True)])
    same(run, SCORES.astype(dtype), letters, 0, second=False, slack=64)
    if not zero_infinity:
        same(run, SCORES.astype(dtype), TEXTS.astype(np.int32) - 1, 5, second=False, slack=64)


def test_unbatched():
    for reduction in ("mean", "none"):

        def run(lib, scores, text, reduction=reduction):
            lengths = lib.tensor(20), lib.tensor(8)
            log_probs = scores.log_softmax(1)
            return lib.nn.functional.ctc_loss(log_probs, text, *lengths, reduction=reduction) * 1

        same(run, SCORES[:, 0], TEXTS[0], second=False, slack=64)


def test_probabilities_of_zero():
    def run(lib, scores):
        log_probs = lib.where(scores > 0.5, scores.log_softmax(2), float("-inf"))
        loss = lib.nn.CTCLoss(reduction="none")
        return loss(log_probs.detach(), lib.tensor(TEXTS[:, :2]), (20,) * 4, (2,) * 4)

    same(run, SCORES, grad=False, slack=64)


REFUSED = """
F.ctc_loss(lp, tg, T([21, 5, 5, 5]), tl)
F.ctc_loss(lp, tg, T([5]), tl)
F.ctc_loss(lp, tg, il, T([2]))
F.ctc_loss(lp, tg, il, T([9, 2, 2, 2]))
F.ctc_loss(lp, tg, il, T([2, -1, 2, 2]))
F.ctc_loss(lp, tg, T([-1, 2, 2, 2]), tl)
F.ctc_loss(lp, tg, il, tl, blank=6)
F.ctc_loss(lp, tg, il, tl, blank=-1)
F.ctc_loss(lp, tg, il, tl, reduction="a")
F.ctc_loss(lp, tg, il.float(), tl)
F.ctc_loss(lp.long(), tg, il, tl)
F.ctc_loss(lp.half(), tg, il, tl)
F.ctc_loss(lp[0, 0], tg, il, tl)
F.ctc_loss(lp, T([1, 2, 2]), il, tl)
F.ctc_loss(lp, tg[None], il, tl)
F.ctc_loss(lp, tg[:1], il, tl)
F.ctc_loss(lp[:0], tg, il * 0, tl)
F.ctc_loss(lp, tg, [20] * 4, tl)
F.ctc_loss(lp, tg, 5, 2)
"""


@pytest.mark.parametrize("line", REFUSED.strip().split("\n"))
def test_errors(line):
    def run(lib):
        names = {"F": lib.nn.functional, "T": lib.tensor, "lp": lib.tensor(SCORES)}
        names |= {"tg": lib.tensor(TEXTS), "il": lib.tensor([20] * 4), "tl": lib.tensor([2] * 4)}
        return eval(line, names)

    same_error(run)
