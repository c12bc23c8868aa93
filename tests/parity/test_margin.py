"""The losses that ask for a margin, the likelihoods and the similarities, beside PyTorch's."""

from __future__ import annotations

import inspect
import warnings

import numpy as np
import pytest

torch = pytest.importorskip("torch")

import minitorch as mt

from .compare import same, same_error

RNG = np.random.default_rng(0)


def normal(*shape):
    return RNG.standard_normal(shape).astype(np.float32)


A, B, C = normal(4, 5), normal(4, 5), normal(4, 5)
SIGN = np.sign(normal(4, 5))
ROW_SIGN = np.array([1, -1, -1, 1])
CLASSES = np.array([0, 4, 2, 2])
LISTS = np.array([[3, 0, -1, 1, 2], [-1, 0, 0, 0, 0], [4, 3, 2, 1, 0], [1, 1, 0, -1, 4]])
POSITIVE = np.abs(normal(4, 5)) + np.float32(0.1)
COUNTS = RNG.poisson(3.0, (4, 5)).astype(np.float32)
WEIGHT = POSITIVE[0]

# (name, inputs, arguments)
LOSSES = [
    ("margin_ranking_loss", (A, B, SIGN), {}),
    ("margin_ranking_loss", (A, B, SIGN), {"margin": 0.7}),
    ("margin_ranking_loss", (A[0, 0], B[0, 0], SIGN[0, 0]), {"margin": 2}),
    ("hinge_embedding_loss", (A, SIGN), {}),
    ("hinge_embedding_loss", (A, SIGN), {"margin": 0.3}),
    ("hinge_embedding_loss", (A, np.where(SIGN > 0, 1, 0)), {}),
    ("cosine_embedding_loss", (A, B, ROW_SIGN), {}),
    ("cosine_embedding_loss", (A, B, ROW_SIGN), {"margin": -0.5}),
    ("cosine_embedding_loss", (A[0], B[0], np.array(-1.0)), {"margin": -1.0}),
    ("soft_margin_loss", (A, SIGN), {}),
    ("multilabel_soft_margin_loss", (A, (SIGN > 0).astype(np.float32)), {}),
    ("multilabel_soft_margin_loss", (A[0], POSITIVE[0]), {}),
    ("multi_margin_loss", (A, CLASSES), {}),
    ("multi_margin_loss", (A, CLASSES), {"p": 2, "margin": 0.5}),
    ("multi_margin_loss", (A[0], CLASSES[1]), {}),
    ("multi_margin_loss", (A[0], CLASSES[1:2]), {}),
    ("multilabel_margin_loss", (A, LISTS), {}),
    ("multilabel_margin_loss", (A[0], LISTS[0]), {}),
    ("triplet_margin_loss", (A, B, C), {}),
    ("triplet_margin_loss", (A, B, C), {"p": 1, "margin": 2.0, "eps": 0.1}),
    ("triplet_margin_loss", (A, B, C), {"swap": True, "margin": 3.0}),
    ("triplet_margin_loss", (A[0], B[0], C[0]), {"margin": 9.0}),
    ("triplet_margin_with_distance_loss", (A, B, C), {"margin": 2.0}),
    ("triplet_margin_with_distance_loss", (A, B, C), {"swap": True, "margin": 3.0}),
    ("poisson_nll_loss", (A, COUNTS), {}),
    ("poisson_nll_loss", (A, COUNTS), {"full": True}),
    ("poisson_nll_loss", (POSITIVE, COUNTS), {"log_input": False, "eps": 0.01}),
    ("gaussian_nll_loss", (A, B, POSITIVE), {}),
    ("gaussian_nll_loss", (A, B, POSITIVE), {"full": True, "eps": 0.5}),
    ("gaussian_nll_loss", (A, B, POSITIVE[:, :1]), {}),
    ("gaussian_nll_loss", (A, B, POSITIVE[:, 0]), {}),
    ("gaussian_nll_loss", (A, B, 0.5), {}),
]
TARGETS = {"hinge_embedding_loss": 1, "poisson_nll_loss": 1, "soft_margin_loss": 1}


@pytest.mark.parametrize("reduction", ["mean", "sum", "none"])
@pytest.mark.parametrize("name, inputs, options", LOSSES)
def test_losses(name, inputs, options, reduction):
    def run(lib, *tensors):
        loss = getattr(lib.nn.functional, name)
        given = list(tensors)
        for place in range(TARGETS.get(name, 9), len(given)):
            given[place] = given[place].detach()
        return loss(*given, reduction=reduction, **options)

    second = name not in ("multi_margin_loss", "multilabel_margin_loss")  # PyTorch has none
    same(run, *inputs, second=second, names=False, slack=16)


@pytest.mark.parametrize("reduction", ["mean", "sum", "none"])
@pytest.mark.parametrize("name", ["multi_margin_loss", "multilabel_soft_margin_loss"])
def test_weights(name, reduction):
    def run(lib, x, target):
        loss = getattr(lib.nn.functional, name)
        return loss(x, target.detach(), weight=lib.tensor(WEIGHT), reduction=reduction)

    target = CLASSES if name == "multi_margin_loss" else np.maximum(SIGN, 0)
    same(run, A, target, second=False, names=False, slack=16)


def test_a_distance_of_ones_own():
    def run(lib, *tensors):
        def distance(a, b):
            return (a - b).abs().sum(-1)

        loss = lib.nn.TripletMarginWithDistanceLoss(distance_function=distance, margin=5.0)
        return loss(*tensors)

    same(run, A, B, C, slack=8)


SIMILARITIES = [
    lambda F, a, b: F.cosine_similarity(a, b),
    lambda F, a, b: F.cosine_similarity(a, b, dim=0),
    lambda F, a, b: F.cosine_similarity(a, b, dim=-1, eps=1.0),
    lambda F, a, b: F.cosine_similarity(a, b[0], 1),
    lambda F, a, b: F.cosine_similarity(a.unsqueeze(1), b.unsqueeze(0), 2),
    lambda F, a, b: F.cosine_similarity(a, b.detach().long()),
    lambda F, a, b: F.cosine_similarity(a, b.detach().double()),
    lambda F, a, b: F.cosine_similarity(a * 0, b),
    lambda F, a, b: F.pairwise_distance(a, b),
    lambda F, a, b: F.pairwise_distance(a, b[0], p=1.0),
    lambda F, a, b: F.pairwise_distance(a, b, 3, 0.1, True),
    lambda F, a, b: F.pairwise_distance(a[0], b[0], p=float("inf")),
    lambda F, a, b: F.pairwise_distance(a[0, 0], b[0, 0]),
    lambda F, a, b: F.pdist(a),
    lambda F, a, b: F.pdist(a, 1),
    lambda F, a, b: F.pdist(a, p=float("inf")),
    lambda F, a, b: F.pdist(a[:1]),
]


@pytest.mark.parametrize("number", range(len(SIMILARITIES)))
def test_similarities(number):
    def run(lib, a, b):
        return SIMILARITIES[number](lib.nn.functional, a, b)

    same(run, A, B, names=False, slack=16, second=number < 13)  # PyTorch has none for pdist


LINEAR = [
    ((4, 5), (3, 5), np.array([0, 2, 1, -100]), (3,), {}),
    ((4, 5), (3, 5), np.array([0, 2, 1, 1]), None, {"ignore_index": 1, "label_smoothing": 0.1}),
    ((5,), (3, 5), np.array(2), (3,), {"reduction": "none"}),
    ((4, 5), (3, 2, 5), RNG.integers(0, 3, (4, 2)), (3, 2), {"reduction": "sum"}),
    ((4, 5), (3, 5), normal(4, 3), (3,), {}),
]


@pytest.mark.parametrize("x, weight, target, bias, options", LINEAR)
def test_linear_cross_entropy(x, weight, target, bias, options):
    def run(lib, x, weight, *bias):
        given = lib.tensor(target)
        function = lib.nn.functional.linear_cross_entropy
        return function(x, weight, given, linear_bias=bias[0] if bias else None, **options) * 1

    same(run, normal(*x), normal(*weight), *([normal(*bias)] if bias else []), slack=16)


MODULES = [
    ("SoftMarginLoss", {}, (A, SIGN)),
    ("MultiLabelMarginLoss", {}, (A, LISTS)),
    ("MultiLabelSoftMarginLoss", {}, (A, SIGN)),
    ("MultiMarginLoss", {"p": 2, "margin": 0.4}, (A, CLASSES)),
    ("MarginRankingLoss", {"margin": 0.4}, (A, B, SIGN)),
    ("CosineEmbeddingLoss", {"margin": 0.4}, (A, B, ROW_SIGN)),
    ("HingeEmbeddingLoss", {"margin": 0.4}, (A, SIGN)),
    ("TripletMarginLoss", {"margin": 0.4, "p": 1.0, "swap": True}, (A, B, C)),
    ("TripletMarginWithDistanceLoss", {"margin": 0.4, "swap": True}, (A, B, C)),
    ("PoissonNLLLoss", {"full": True}, (A, COUNTS)),
    ("GaussianNLLLoss", {"full": True}, (A, B, POSITIVE)),
    ("NLLLoss2d", {}, (normal(2, 3, 4, 4), RNG.integers(0, 3, (2, 4, 4)))),
    ("PairwiseDistance", {"keepdim": True}, (A, B)),
    ("CosineSimilarity", {"dim": 0}, (A, B)),
]


@pytest.mark.filterwarnings("ignore:.NLLLoss2d. has been deprecated")
@pytest.mark.parametrize("name, options, inputs", MODULES)
def test_modules(name, options, inputs):
    def run(lib, *tensors):
        module = getattr(lib.nn, name)(**options)
        return module(tensors[0], *[tensor.detach() for tensor in tensors[1:]])

    same(run, *inputs, second=False, names=False, slack=16)
    ours, theirs = getattr(mt.nn, name), getattr(torch.nn, name)
    assert repr(ours(**options)) == repr(theirs(**options))
    if name != "NLLLoss2d":
        parameters = [inspect.signature(cls.__init__).parameters for cls in (ours, theirs)]
        assert list(parameters[0]) == list(parameters[1])
        for mine, other in zip(*[p.values() for p in parameters], strict=True):
            assert (mine.default, mine.kind) == (other.default, other.kind)


def test_linear_cross_entropy_module():
    for options in ({}, {"bias": True, "out_features": (2,), "ignore_index": 1}):
        found = []
        for lib in (mt, torch):
            lib.manual_seed(0)
            module = lib.nn.LinearCrossEntropyLoss(5, 3, **options)
            target = lib.zeros(4, *options.get("out_features", ()), dtype=lib.int64)
            loss = module(lib.tensor(A), target)
            found.append((repr(module), list(module.state_dict()), loss.item()))
        assert found[0][:2] == found[1][:2]
        assert found[0][2] == pytest.approx(found[1][2], rel=1e-6)


@pytest.mark.parametrize(
    "name",
    "SoftMarginLoss MultiLabelMarginLoss MultiLabelSoftMarginLoss MultiMarginLoss "
    "MarginRankingLoss CosineEmbeddingLoss HingeEmbeddingLoss TripletMarginLoss "
    "PoissonNLLLoss".split(),
)
def test_old_arguments(name):
    for options in ({"size_average": False}, {"reduce": False}, {"size_average": True}):
        with warnings.catch_warnings(record=True) as caught:
            warnings.simplefilter("always")
            ours, theirs = (getattr(lib.nn, name)(**options) for lib in (mt, torch))
        assert ours.reduction == theirs.reduction
        assert str(caught[0].message) == str(caught[1].message)


def test_nll_loss_2d_warns():
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        mt.nn.NLLLoss2d(), torch.nn.NLLLoss2d()
    assert str(caught[0].message) == str(caught[1].message)
    assert caught[0].category is caught[1].category


@pytest.mark.filterwarnings("ignore:Initializing zero-element tensors")
@pytest.mark.parametrize("options", [{}, {"div_value": 2.0, "head_bias": True}])
def test_adaptive_log_softmax(options):
    def run(lib, x, *target):
        lib.manual_seed(0)
        module = lib.nn.AdaptiveLogSoftmaxWithLoss(8, 20, [5, 10, 15], **options)
        if not target:
            return module.log_prob(x) * 1
        output, loss = module(x, *target)
        return output * 1, loss

    x = normal(9, 8)
    target = np.array([0, 4, 5, 9, 10, 14, 15, 19, 1])
    same(run, x, slack=8, second=False)
    same(run, x, target, slack=8, second=False)
    same(run, x[:3], target[:1].repeat(3), slack=8, second=False)
    same(run, x[0], target[3], slack=8, second=False)
    found = []
    for lib in (mt, torch):
        lib.manual_seed(0)
        module = lib.nn.AdaptiveLogSoftmaxWithLoss(8, 20, [5, 10, 15], **options)
        many = lib.tensor(np.random.default_rng(1).standard_normal((50, 8)).astype(np.float32))
        found.append((repr(module), list(module.state_dict()), module.predict(many * 9).tolist()))
    assert found[0] == found[1]


REFUSED = """
F.cosine_similarity(x.long(), x.long())
F.cosine_similarity(x[0], x[0])
F.cosine_similarity(x, x, dim=5)
F.cosine_similarity(x, x[:2])
F.cosine_similarity(x, 1)
F.pairwise_distance(x, 1)
F.pairwise_distance(x, x[:2])
F.pdist(x, p=-1)
F.pdist(x[0])
F.pdist(x.long())
F.pdist(1)
F.triplet_margin_loss(x, x, x, margin=-1)
F.triplet_margin_loss(x, x, x, reduction="a")
F.triplet_margin_loss(x, x[0], x)
F.triplet_margin_loss(x, x[:2], x)
F.triplet_margin_with_distance_loss(x, x, x, margin=0)
F.triplet_margin_with_distance_loss(x, x, x, reduction="a")
F.triplet_margin_with_distance_loss(x, x[0], x)
F.cosine_embedding_loss(x, x, lib.ones(4, 1))
F.cosine_embedding_loss(x, x, lib.ones(2))
F.cosine_embedding_loss(x[0], x[0], lib.ones(1))
F.cosine_embedding_loss(x, x, lib.ones(4), reduction="a")
F.cosine_embedding_loss(x, x[0], lib.ones(4))
F.margin_ranking_loss(x, x, lib.ones(4))
F.margin_ranking_loss(x, x, x, reduction="a")
F.margin_ranking_loss(x, x[:2], x)
F.hinge_embedding_loss(x, x, reduction="a")
F.soft_margin_loss(x, x, reduction="a")
F.soft_margin_loss(x.long(), x.long())
F.soft_margin_loss(x, x[:2])
F.multilabel_soft_margin_loss(x, x, reduction="a")
F.multilabel_soft_margin_loss(x.long(), x.long())
F.multi_margin_loss(x, c, p=3)
F.multi_margin_loss(x, c, weight=x)
F.multi_margin_loss(x, c, weight=lib.ones(3))
F.multi_margin_loss(x, c + 1)
F.multi_margin_loss(x, c - 1)
F.multi_margin_loss(x, c[:2])
F.multi_margin_loss(x, c.int())
F.multi_margin_loss(x[0], c[:2])
F.multi_margin_loss(x[None], c)
F.multi_margin_loss(x.long(), c)
F.multi_margin_loss(x, c, reduction="a")
F.multilabel_margin_loss(x, lists[:2])
F.multilabel_margin_loss(x, lists + 1)
F.multilabel_margin_loss(x, lists - 1)
F.multilabel_margin_loss(x[None], lists[None])
F.multilabel_margin_loss(x, lists.float())
F.multilabel_margin_loss(x.long(), lists)
F.multilabel_margin_loss(x, lists, reduction="a")
F.poisson_nll_loss(x, x, reduction="a")
F.poisson_nll_loss(x, x[:2])
F.gaussian_nll_loss(x, x, -x.abs())
F.gaussian_nll_loss(x, x, -1.0)
F.gaussian_nll_loss(x, x, 1)
F.gaussian_nll_loss(x, x, lib.ones(5))
F.gaussian_nll_loss(x, x, lib.ones(()))
F.gaussian_nll_loss(x, x, lib.ones(4, 2))
F.gaussian_nll_loss(x, x, x.abs(), reduction="a")
F.linear_cross_entropy(x, lib.ones(3, 4), c)
F.linear_cross_entropy(x, lib.ones(5), c)
F.linear_cross_entropy(x[None], x, c)
F.linear_cross_entropy(x, lib.ones(6, 5), c, linear_bias=lib.ones(5))
F.linear_cross_entropy(x[0], lib.ones(6, 2, 5), c)
F.linear_cross_entropy(x, lib.ones(6, 5), lib.ones(4, 6), ignore_index=0)
nn.MultiMarginLoss(p=3)
nn.MultiMarginLoss(weight=x)
nn.TripletMarginLoss(margin=0)
nn.TripletMarginWithDistanceLoss(margin=-1.0)
nn.HuberLoss(delta="a")
nn.LinearCrossEntropyLoss(5, 3, weight=lib.ones(2))
nn.LinearCrossEntropyLoss(5, 3, label_smoothing=2.0)
nn.AdaptiveLogSoftmaxWithLoss(8, 20, [])
nn.AdaptiveLogSoftmaxWithLoss(8, 20, [5, 3])
nn.AdaptiveLogSoftmaxWithLoss(8, 20, [5, 5])
nn.AdaptiveLogSoftmaxWithLoss(8, 20, [0, 5])
nn.AdaptiveLogSoftmaxWithLoss(8, 20, [5, 20])
nn.AdaptiveLogSoftmaxWithLoss(8, 20, [5.5])
nn.AdaptiveLogSoftmaxWithLoss(5, 20, [5])(x, c[:2])
nn.AdaptiveLogSoftmaxWithLoss(5, 20, [5])(x[0], c[0:1])
nn.AdaptiveLogSoftmaxWithLoss(5, 20, [5])(x, c[0])
nn.AdaptiveLogSoftmaxWithLoss(5, 20, [5])(x, lists)
nn.AdaptiveLogSoftmaxWithLoss(5, 20, [5])(x, c - 1)
nn.AdaptiveLogSoftmaxWithLoss(5, 20, [5])(x, c + 16)
"""


@pytest.mark.parametrize("line", REFUSED.strip().split("\n"))
def test_errors(line):
    def run(lib):
        names = {"lib": lib, "nn": lib.nn, "F": lib.nn.functional, "x": lib.tensor(A)}
        names |= {"c": lib.tensor(CLASSES), "lists": lib.tensor(LISTS)}
        return eval(line, names)

    same_error(run)
