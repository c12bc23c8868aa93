"""CTC loss beside the sum over all paths, written out, and its gradient beside differences."""

from __future__ import annotations

import itertools

import numpy as np
import pytest

import minitorch as mt

F = mt.nn.functional
T, N, C = 5, 3, 4
SCORES = np.random.default_rng(0).standard_normal((T, N, C))


def spelled(path, blank):
    """The text that a path spells: repeated letters joined, then blanks dropped."""
    return tuple(letter for letter, _ in itertools.groupby(path) if letter != blank)


def by_all_paths(log_probs, text, blank):
    """Minus the log-probability of all paths through (T, C) that spell ``text``."""
    total = 0.0
    for path in itertools.product(range(log_probs.shape[1]), repeat=len(log_probs)):
        if spelled(path, blank) == tuple(text):
            total += np.exp(sum(row[letter] for row, letter in zip(log_probs, path, strict=True)))
    return -np.log(total)


@pytest.mark.parametrize("blank", [0, 3])
@pytest.mark.parametrize("text", [(), (1,), (1, 2), (1, 1), (2, 1, 2), (1, 1, 2)])
def test_it_is_the_sum_over_all_paths(text, blank):
    log_probs = mt.tensor(SCORES).log_softmax(2)
    targets = mt.tensor([text] * N, dtype=mt.int64).reshape(N, len(text))
    lengths = mt.tensor([5, 4, 3]), mt.tensor([len(text)] * N)
    found = F.ctc_loss(log_probs, targets, *lengths, blank, "none")
    for n, length in enumerate(lengths[0].tolist()):
        with np.errstate(divide="ignore"):
            expected = by_all_paths(log_probs[:length, n].numpy(), text, blank)
        np.testing.assert_allclose(found[n].item(), expected, rtol=1e-12)


@pytest.mark.parametrize("reduction", ["mean", "sum", "none"])
def test_gradient(reduction):
    targets = mt.tensor([[1, 2, 2], [3, 3, 3], [1, 0, 0]])

    def loss(scores):
        lengths = mt.tensor([5, 5, 4]), mt.tensor([3, 2, 1])
        return F.ctc_loss(scores.log_softmax(2), targets, *lengths, reduction=reduction)

    assert mt.autograd.gradcheck(loss, mt.tensor(SCORES, requires_grad=True))


def test_memory_in_another_order():
    lengths, targets = ((5, 4, 5), (2, 1, 2)), mt.tensor([[1, 2], [3, 0], [1, 1]])
    grads = []
    for scores in (mt.tensor(SCORES), mt.tensor(SCORES.transpose(2, 1, 0).copy()).permute(2, 1, 0)):
        (grad,) = mt.autograd.grad(F.ctc_loss(scores.requires_grad_(), targets, *lengths), scores)
        grads.append(grad)
    np.testing.assert_allclose(grads[0].numpy(), grads[1].numpy())


def test_targets_in_one_vector_and_without_a_batch():
    log_probs = mt.tensor(SCORES).log_softmax(2)
    rows, lengths = mt.tensor([[1, 2, 9], [3, 9, 9], [1, 1, 2]]), (5, 4, 5)
    loss = mt.nn.CTCLoss(reduction="none")
    expected = loss(log_probs, rows, lengths, (2, 1, 3))
    assert loss(log_probs, mt.tensor([1, 2, 3, 1, 1, 2]), lengths, (2, 1, 3)).equal(expected)
    alone = loss(log_probs[:, 0], mt.tensor([1, 2]), mt.tensor(5), mt.tensor(2))
    assert alone.shape == ()
    assert alone.item() == pytest.approx(expected[0].item())
    one = mt.nn.CTCLoss()(log_probs[:, 0], mt.tensor([1, 2]), mt.tensor(5), mt.tensor(2))
    assert one.item() == pytest.approx(expected[0].item() / 2)


def test_a_recording_that_is_too_short():
    scores = mt.tensor(SCORES, requires_grad=True)
    lengths = (1, 5, 0), (2, 2, 0)
    loss = F.ctc_loss(scores.log_softmax(2), mt.tensor([[1, 2]] * N), *lengths, reduction="none")
    assert loss[0].item() == float("inf")
    assert loss[2].item() == 0
    loss[1].backward()
    assert scores.grad[:, 0].isnan().any()
    assert scores.grad[:, 1].isfinite().all()
    scores.grad = None
    log_probs = scores.log_softmax(2)
    loss = F.ctc_loss(log_probs, mt.tensor([[1, 2]] * N), *lengths, zero_infinity=True)
    loss.backward()
    assert (scores.grad[:, 0] == 0).all()
    assert (scores.grad[:, 1] != 0).all()


def test_far_apart_probabilities_stay_in_reach():
    log_probs = mt.full((3, 1, 3), -1e4, dtype=mt.float64)
    log_probs[:, :, 0] = 0.0
    loss = F.ctc_loss(log_probs, mt.tensor([[1, 2]]), (3,), (2,), reduction="sum")
    assert loss.item() == pytest.approx(2e4 - np.log(3))  # 12-, 1-2, -12


def test_no_second_derivative():
    scores = mt.tensor(SCORES, requires_grad=True)
    loss = F.ctc_loss(scores.log_softmax(2), mt.tensor([[1]] * N), (5,) * N, (1,) * N)
    (grad,) = mt.autograd.grad(loss, scores, create_graph=True)
    with pytest.raises(RuntimeError, match="derivative for aten::_ctc_loss_backward"):
        grad.sum().backward()


def test_letters_that_are_no_classes():
    log_probs = mt.tensor(SCORES).log_softmax(2)
    for wrong in (4, -1):
        with pytest.raises(RuntimeError, match=f"from 0 to 3, but got {wrong}"):
            F.ctc_loss(log_probs, mt.tensor([[wrong]] * N), (5,) * N, (1,) * N)
