"""Losses beside PyTorch's: values, first and second derivatives, names of nodes, errors."""

from __future__ import annotations

import warnings

import numpy as np
import pytest

torch = pytest.importorskip("torch")

import minitorch as mt

from .compare import same, same_error

RNG = np.random.default_rng(0)
X = RNG.standard_normal((4, 5)).astype(np.float32)
Y = RNG.standard_normal((4, 5)).astype(np.float32)
P = RNG.uniform(0.05, 0.95, (4, 5)).astype(np.float32)
Q = RNG.uniform(0.05, 0.95, (4, 5)).astype(np.float32)
LOG_P = np.log(P)
CLASSES = np.array([0, 4, 2, 2])
IGNORED = np.array([0, -100, 2, -100])
WEIGHT = RNG.uniform(0.5, 2, 5).astype(np.float32)
IMAGE = RNG.standard_normal((2, 3, 4, 5)).astype(np.float32)
IMAGE_CLASSES = RNG.integers(0, 3, (2, 4, 5))
SOFT = (P / P.sum(1, keepdims=True)).astype(np.float32)

PAIRS = {
    "mse_loss": [{}],
    "l1_loss": [{}],
    "smooth_l1_loss": [{}, {"beta": 0.3}, {"beta": 0}],
    "huber_loss": [{}, {"delta": 0.5}],
}
REDUCTIONS = ["mean", "sum", "none"]


@pytest.mark.parametrize("reduction", REDUCTIONS)
@pytest.mark.parametrize("name, options", [(n, o) for n, rows in PAIRS.items() for o in rows])
def test_pair_losses(name, options, reduction):
    def run(lib, x, y):
        return getattr(lib.nn.functional, name)(x, y, reduction=reduction, **options)

    same(run, X, Y, slack=4)
    same(run, X.astype(np.float64), Y.astype(np.float64), slack=4)
    same(run, np.float32(2.0), np.float32(-1.0), slack=4)


@pytest.mark.parametrize("name", ["mse_loss", "l1_loss", "huber_loss"])
@pytest.mark.parametrize("reduction", REDUCTIONS)
def test_weighted_pair_losses(name, reduction):
    def run(lib, x, y, w):
        return getattr(lib.nn.functional, name)(x, y, reduction=reduction, weight=w)

    same(run, X, Y, P, slack=8)


def test_broadcast_pair_warns_and_counts_every_pair():
    same(lambda lib, x, y: lib.nn.functional.mse_loss(x, y), X, Y[:, :1], slack=8)
    with pytest.warns(UserWarning, match="Using a target size"):
        mt.nn.functional.mse_loss(mt.ones(3, 5), mt.ones(3, 1))


def test_mixed_dtypes():
    mixed = X, Y.astype(np.float64)
    same(lambda lib, x, y: lib.nn.functional.mse_loss(x, y), *mixed, slack=8, second=False)


@pytest.mark.parametrize("reduction", REDUCTIONS)
@pytest.mark.parametrize("weight", [None, WEIGHT])
def test_binary_cross_entropy(reduction, weight):
    def plain(lib, x, y):
        w = None if weight is None else lib.tensor(weight)
        return lib.nn.functional.binary_cross_entropy(x, y, weight=w, reduction=reduction)

    same(plain, P, Q, slack=16)

    def logits(lib, x, y):
        w = None if weight is None else lib.tensor(weight)
        return lib.nn.functional.binary_cross_entropy_with_logits(
            x, y, weight=w, reduction=reduction
        )

    if weight is None:
        same(logits, X * 3, Q, slack=16)


def test_pos_weight():
    def run(lib, x, y):
        module = lib.nn.BCEWithLogitsLoss(pos_weight=lib.tensor(WEIGHT))
        return module(x, y).detach()

    same(run, X, np.round(Q))


def test_binary_cross_entropy_at_the_ends():
    ends = np.array([0.0, 1.0, 0.0, 1.0], np.float32)
    targets = np.array([0.0, 1.0, 1.0, 0.0], np.float32)
    same(
        lambda lib, x, y: lib.nn.functional.binary_cross_entropy(x, y), ends, targets, second=False
    )
    far = np.array([-200.0, 200.0, 200.0, -200.0], np.float32)
    same(
        lambda lib, x, y: lib.nn.functional.binary_cross_entropy_with_logits(x, y),
        far,
        targets,
        second=False,
    )


@pytest.mark.parametrize("reduction", ["mean", "batchmean", "sum", "none"])
@pytest.mark.parametrize("log_target", [False, True])
def test_kl_div(reduction, log_target):
    def run(lib, x, y):
        return lib.nn.functional.kl_div(x, y, reduction=reduction, log_target=log_target)

    same(run, LOG_P, LOG_P[::-1].copy() if log_target else Q, slack=8)


CLASSIFICATIONS = [
    ({}, X, CLASSES),
    ({"ignore_index": 2}, X, CLASSES),
    ({}, X, IGNORED),
    ({}, X[0], np.array(3)),
    ({}, IMAGE[:, :, 0], IMAGE_CLASSES[:, 0]),
    ({}, IMAGE, IMAGE_CLASSES),
    ({}, X, CLASSES.astype(np.uint8)),
]


@pytest.mark.parametrize("reduction", REDUCTIONS)
@pytest.mark.parametrize("weighted", [False, True])
@pytest.mark.parametrize("options, x, target", CLASSIFICATIONS)
@pytest.mark.parametrize("name", ["cross_entropy", "nll_loss"])
def test_classification_losses(name, options, x, target, weighted, reduction):
    def run(lib, x, target):
        classes = x.shape[min(1, x.dim() - 1)]
        weight = lib.tensor(WEIGHT[:classes]) if weighted else None
        function = getattr(lib.nn.functional, name)
        loss = function(x, target, weight=weight, reduction=reduction, **options)
        return loss * 1  # torch's node for images has a name of its own

    same(run, x, target, slack=8, second=name == "cross_entropy")  # nll_loss is linear


@pytest.mark.parametrize("reduction", REDUCTIONS)
@pytest.mark.parametrize("weighted", [False, True])
@pytest.mark.parametrize(
    "x, target", [(X, CLASSES), (X, IGNORED), (IMAGE, IMAGE_CLASSES), (X, SOFT)]
)
def test_label_smoothing(x, target, weighted, reduction):
    def run(lib, x, target):
        loss = lib.nn.CrossEntropyLoss(
            weight=lib.tensor(WEIGHT[: x.shape[1]]) if weighted else None,
            reduction=reduction,
            label_smoothing=0.1,
        )
        return loss(x, target.detach()) * 1

    same(run, x, target, slack=16)


@pytest.mark.parametrize("reduction", REDUCTIONS)
def test_probabilities_as_targets(reduction):
    same(
        lambda lib, x, t: lib.nn.functional.cross_entropy(x, t, reduction=reduction) * 1,
        X,
        SOFT,
        slack=8,
    )


def test_large_scores_do_not_overflow():
    same(lambda lib, x, t: lib.nn.functional.cross_entropy(x, t), X * 1e4, CLASSES, second=False)


def test_everything_ignored_is_nan():
    same(lambda lib, x, t: lib.nn.functional.cross_entropy(x, t), X, np.full(4, -100), second=False)


ERRORS = [
    lambda lib, x: lib.nn.functional.cross_entropy(x, lib.tensor([0, 1, 5, 0])),
    lambda lib, x: lib.nn.functional.cross_entropy(x, lib.tensor([0, -1, 2, 0])),
    lambda lib, x: lib.nn.functional.nll_loss(x, lib.tensor([0, 7, 2, 0])),
    lambda lib, x: lib.nn.functional.cross_entropy(x, lib.tensor([0, 1])),
    lambda lib, x: lib.nn.functional.cross_entropy(x, lib.tensor([0.0, 1.0, 2.0, 0.0])),
    lambda lib, x: lib.nn.functional.nll_loss(x, lib.tensor([0, 1, 2, 0], dtype=lib.int32)),
    lambda lib, x: lib.nn.functional.cross_entropy(x, lib.tensor([0] * 4), weight=lib.ones(4)),
    lambda lib, x: lib.nn.functional.cross_entropy(x, lib.tensor([0] * 4), label_smoothing=2.0),
    lambda lib, x: lib.nn.functional.cross_entropy(x, lib.tensor([0] * 4), reduction="foo"),
    lambda lib, x: lib.nn.functional.cross_entropy(x.long(), lib.tensor([0] * 4)),
    lambda lib, x: lib.nn.functional.cross_entropy(
        lib.ones(3, 5, 2), lib.zeros(3, 3, dtype=lib.int64)
    ),
    lambda lib, x: lib.nn.functional.mse_loss(x, x, reduction="foo"),
    lambda lib, x: lib.nn.functional.mse_loss(x.long(), x.long()),
    lambda lib, x: lib.nn.functional.smooth_l1_loss(x, x, beta=-1.0),
    lambda lib, x: lib.nn.functional.huber_loss(x, x, delta=0.0),
    lambda lib, x: lib.nn.functional.binary_cross_entropy(x * 9, x),
    lambda lib, x: lib.nn.functional.binary_cross_entropy(x.sigmoid(), x * 9),
    lambda lib, x: lib.nn.functional.binary_cross_entropy(x.sigmoid(), lib.ones(3)),
    lambda lib, x: lib.nn.functional.binary_cross_entropy(x.sigmoid(), x.long()),
    lambda lib, x: lib.nn.functional.binary_cross_entropy_with_logits(x, lib.ones(3)),
    lambda lib, x: lib.nn.functional.kl_div(x, x, reduction="foo"),
]


@pytest.mark.parametrize("number", range(len(ERRORS)))
def test_errors(number):
    same_error(ERRORS[number], X)


@pytest.mark.parametrize(
    "name",
    "MSELoss L1Loss SmoothL1Loss HuberLoss BCELoss BCEWithLogitsLoss KLDivLoss NLLLoss "
    "CrossEntropyLoss".split(),
)
def test_modules(name):
    ours, theirs = (getattr(lib.nn, name)(reduction="sum") for lib in (mt, torch))
    assert repr(ours) == repr(theirs)
    x, target = (X, CLASSES) if name in ("NLLLoss", "CrossEntropyLoss") else (P, Q)
    run = lambda lib, x, t: getattr(lib.nn, name)(reduction="sum")(x, t)  # noqa: E731
    same(run, x, target, slack=16, second=name not in ("L1Loss", "NLLLoss"))


def test_the_old_arguments_still_work():
    for arguments in [(False,), (None, False), (True,), (False, True)]:
        with warnings.catch_warnings(record=True) as caught:
            warnings.simplefilter("always")
            ours, theirs = mt.nn.MSELoss(*arguments), torch.nn.MSELoss(*arguments)
        assert ours.reduction == theirs.reduction
        assert str(caught[0].message) == str(caught[1].message)


def test_weight_is_a_buffer():
    assert list(mt.nn.CrossEntropyLoss(weight=mt.ones(3)).state_dict()) == ["weight"]
