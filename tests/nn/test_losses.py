"""Loss modules keep their settings and are what their functions are."""

from __future__ import annotations

import numpy as np
import pytest

import minitorch as mt
from minitorch import nn

F = nn.functional
RNG = np.random.default_rng(0)
X, Y, Z = (mt.tensor(RNG.standard_normal((4, 5))) for _ in range(3))
CLASSES, SIGNS = mt.tensor([0, 4, 2, 2]), mt.tensor([1, -1, -1, 1])
IMAGE, PLACES = mt.tensor(RNG.standard_normal((2, 3, 4, 4))), mt.zeros(2, 4, 4, dtype=mt.int64)
MODULES = [
    ("SoftMarginLoss", "soft_margin_loss", {}, (X, Y.sign())),
    ("MultiLabelMarginLoss", "multilabel_margin_loss", {}, (X[0], mt.tensor([1, 0, -1, 2, 3]))),
    ("MultiLabelSoftMarginLoss", "multilabel_soft_margin_loss", {"weight": Z[0]}, (X, Y)),
    ("MultiMarginLoss", "multi_margin_loss", {"p": 2, "margin": 0.4, "weight": Z[0]}, (X, CLASSES)),
    ("MarginRankingLoss", "margin_ranking_loss", {"margin": 0.4}, (X, Y, Z.sign())),
    ("CosineEmbeddingLoss", "cosine_embedding_loss", {"margin": 0.4}, (X, Y, SIGNS)),
    ("HingeEmbeddingLoss", "hinge_embedding_loss", {"margin": 0.4}, (X, Y.sign())),
    ("TripletMarginLoss", "triplet_margin_loss", {"margin": 9.0, "p": 1, "swap": True}, (X, Y, Z)),
    ("PoissonNLLLoss", "poisson_nll_loss", {"full": True, "eps": 0.1}, (X, Y.abs())),
    ("GaussianNLLLoss", "gaussian_nll_loss", {"full": True, "eps": 0.1}, (X, Y, Z.abs())),
    ("TripletMarginWithDistanceLoss", "triplet_margin_with_distance_loss", {}, (X, Y, Z)),
    ("NLLLoss2d", "nll_loss", {"ignore_index": 1}, (IMAGE, PLACES)),
    ("HuberLoss", "huber_loss", {"delta": 0.3}, (X, Y)),
    ("KLDivLoss", "kl_div", {"log_target": True}, (X, Y)),
    ("BCEWithLogitsLoss", "binary_cross_entropy_with_logits", {"pos_weight": Z[0]}, (X, Y)),
]


@pytest.mark.filterwarnings("ignore:.NLLLoss2d. has been deprecated:FutureWarning")
@pytest.mark.parametrize(("module", "function", "options", "inputs"), MODULES)
def test_modules(module, function, options, inputs):
    for reduction in ("sum", "none"):
        found = getattr(nn, module)(reduction=reduction, **options)(*inputs)
        assert found.equal(getattr(F, function)(*inputs, reduction=reduction, **options))
    weights = {name: v for name, v in options.items() if isinstance(v, mt.Tensor)}
    assert getattr(nn, module)(**options).state_dict().keys() == weights.keys()


def test_distance_modules():
    assert nn.PairwiseDistance(1.0, 0.1, True)(X, Y).equal(F.pairwise_distance(X, Y, 1, 0.1, True))
    assert nn.CosineSimilarity(0, 0.1)(X, Y).equal(F.cosine_similarity(X, Y, 0, 0.1))


def test_the_old_name_warns():
    with pytest.warns(FutureWarning, match="Please use `NLLLoss` instead"):
        nn.NLLLoss2d()


@pytest.mark.parametrize("options", [{}, {"bias": True, "out_features": (2,)}])
def test_linear_cross_entropy(options):
    loss = nn.LinearCrossEntropyLoss(5, 3, dtype=mt.float64, label_smoothing=0.1, **options)
    sizes = options.get("out_features", ())
    target = mt.tensor(RNG.integers(0, 3, (4, *sizes)))
    scores = loss.linear(X).reshape(4, 3, *sizes)
    assert loss(X, target).allclose(F.cross_entropy(scores, target, label_smoothing=0.1))


def test_adaptive_log_softmax():
    layer = nn.AdaptiveLogSoftmaxWithLoss(16, 30, [4, 10], div_value=2, dtype=mt.float64)
    x = mt.tensor(RNG.standard_normal((40, 16)) * 3)
    every = layer.log_prob(x)
    assert every.exp().sum(1).allclose(mt.ones(40, dtype=mt.float64))
    target = mt.arange(40) % 30
    output, loss = layer(x, target)
    assert output.allclose(every.gather(1, target.unsqueeze(1)).squeeze(1))
    assert loss.allclose(-output.mean())
    assert layer(x[:3], target[:3]).output.allclose(output[:3])  # no target in the tail
    assert layer(x[7], target[7]).output.allclose(output[7])
    assert layer.predict(x).equal(every.argmax(1))
    before = layer.head.weight.detach().clone()
    layer.reset_parameters()
    assert not layer.head.weight.equal(before)


def test_adaptive_log_softmax_learns_all_its_weights():
    layer = nn.AdaptiveLogSoftmaxWithLoss(16, 30, [4, 10], head_bias=True, dtype=mt.float64)
    x = mt.tensor(RNG.standard_normal((6, 16)), requires_grad=True)
    layer(x, mt.tensor([0, 5, 12, 3, 29, 5])).loss.backward()
    assert all((p.grad != 0).any() for p in [x, *layer.parameters()])


def test_similarities_by_numpy():
    a, b = X.numpy(), Y.numpy()
    cosine = (a * b).sum(1) / np.linalg.norm(a, axis=1) / np.linalg.norm(b, axis=1)
    np.testing.assert_allclose(F.cosine_similarity(X, Y).numpy(), cosine)
    distances = np.linalg.norm(a[:, None] - a, axis=2)[np.triu_indices(4, 1)]
    np.testing.assert_allclose(F.pdist(X).numpy(), distances)
    assert F.cosine_similarity(X.long(), Y.float()).dtype is mt.float32


def test_values_from_the_formulas():
    scores, right = mt.tensor([0.1, 0.2, 0.4, 0.8]), mt.tensor([3, 0, -1, 1])
    expected = 0.25 * (1 - (0.1 - 0.2) + 1 - (0.1 - 0.4) + 1 - (0.8 - 0.2) + 1 - (0.8 - 0.4))
    assert F.multilabel_margin_loss(scores, right).item() == pytest.approx(expected)
    expected = 0.25 * sum((1 - 0.4 + x) ** 2 for x in (0.1, 0.2, 0.8))
    assert F.multi_margin_loss(scores, mt.tensor(2), p=2).item() == pytest.approx(expected)
    mean, count = mt.tensor([0.5]), mt.tensor([3.0])
    stirling = 3 * np.log(3) - 3 + 0.5 * np.log(2 * np.pi * 3)
    found = F.poisson_nll_loss(mean, count, full=True).item()
    assert found == pytest.approx(np.exp(0.5) - 1.5 + stirling)
    found = F.gaussian_nll_loss(mean, count, mt.tensor([2.0]), full=True).item()
    assert found == pytest.approx(0.5 * (np.log(2) + 2.5**2 / 2 + np.log(2 * np.pi)))
