"""Distributions against live PyTorch: values, gradients, samples, divergences, errors."""

from __future__ import annotations

import warnings

import numpy as np
import pytest

torch = pytest.importorskip("torch")

import minitorch as mt
from tests.distributions.cases import (
    ABOVE,
    ATTRIBUTES,
    CASES,
    CLASSES,
    COUNTS,
    LOWER,
    MATRIX,
    METHODS,
    POSITIVE,
    REAL,
    SHARES,
    UNIT,
)
from tests.parity.compare import compare, error, first_sentence, same, same_error, tensor_of

D = mt.distributions
SLACK = 8  # formulas of several steps, in another order


def made(lib, name, grad=False):
    make, parameters, _ = CASES[name]
    return make(lib.distributions, *(tensor_of(lib, p, grad) for p in parameters))


def outcome(lib, name, ask):
    """What ``ask`` says of the distribution, or the class of the exception."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            return ask(made(lib, name))
        except Exception as raised:
            return type(raised).__name__


def same_outcome(name, ask, slack=SLACK):
    ours, theirs = (outcome(lib, name, ask) for lib in (mt, torch))
    compare(name, ours, theirs, slack)


@pytest.mark.parametrize("name", CASES)
def test_shapes_and_names(name):
    ours, theirs = made(mt, name), made(torch, name)
    assert repr(ours) == repr(theirs)
    for asked in ("batch_shape", "event_shape", "has_rsample", "has_enumerate_support"):
        assert tuple(np.atleast_1d(getattr(ours, asked))) == tuple(
            np.atleast_1d(getattr(theirs, asked))
        ), asked
    assert [base.__name__ for base in type(theirs).__mro__ if base.__name__ in D.__dict__] == [
        base.__name__ for base in type(ours).__mro__ if base.__name__ in torch.distributions.__all__
    ]
    for constraint in ("is_discrete", "event_dim"):
        assert getattr(ours.support, constraint) == getattr(theirs.support, constraint)


@pytest.mark.parametrize("name", CASES)
@pytest.mark.parametrize("asked", ATTRIBUTES)
def test_moments(name, asked):
    if (name, asked) == ("Kumaraswamy", "mode"):
        pytest.skip("a deliberate difference")
    # the variance of a ContinuousBernoulli near ½ is a small difference of large numbers
    slack = 200 if name.startswith("ContinuousBernoulli") else SLACK
    same_outcome(name, lambda d: getattr(d, asked), slack)


@pytest.mark.parametrize("name", CASES)
@pytest.mark.parametrize("asked", METHODS)
def test_entropy(name, asked):
    same_outcome(name, lambda d: getattr(d, asked)())


@pytest.mark.parametrize("name", CASES)
def test_log_prob_and_its_gradients(name):
    make, parameters, value = CASES[name]
    if name.startswith("Wishart"):  # not symmetric: PyTorch's derivatives of a symmetric matrix
        value = tuple(map(tuple, value.tolist()))

    def log_prob(lib, *inputs):
        value = inputs[-1] if isinstance(inputs[-1], lib.Tensor) else lib.tensor(inputs[-1])
        return make(lib.distributions, *inputs[:-1]).log_prob(value)

    same(log_prob, *parameters, value, names=False, second=False, slack=20)


@pytest.mark.parametrize("name", CASES)
def test_gradients_of_the_entropy(name):
    make, parameters, _ = CASES[name]

    def entropy(lib, *p):
        return make(lib.distributions, *p).entropy()

    if error(torch, entropy, parameters, True) is not None:
        same_error(entropy, *parameters, grad=True)
    else:
        same(entropy, *parameters, names=False, second=False, slack=20)


@pytest.mark.parametrize("name", CASES)
def test_cdf_and_its_inverse(name):
    value = CASES[name][2]
    for ask in (
        lambda d: d.cdf(library(d).tensor(value)),
        lambda d: d.icdf(library(d).tensor(UNIT[: value.shape[-1]])),
    ):
        same_outcome(name, ask, 20)


def library(distribution):
    return mt if type(distribution).__module__.startswith("minitorch") else torch


@pytest.mark.parametrize("name", CASES)
def test_expand(name):
    value = CASES[name][2]
    shape = (4, *made(torch, name).batch_shape)
    same_outcome(name, lambda d: d.expand(shape).log_prob(library(d).tensor(value)), 20)
    ours, theirs = (made(lib, name).expand(shape) for lib in (mt, torch))
    assert ours.batch_shape == theirs.batch_shape == shape
    assert repr(ours) == repr(theirs)


@pytest.mark.parametrize("name", CASES)
@pytest.mark.parametrize("expand", [True, False])
def test_enumerate_support(name, expand):
    same_outcome(name, lambda d: d.enumerate_support(expand))


@pytest.mark.parametrize("name", [name for name in CASES if not name.startswith("Wishart")])
@pytest.mark.parametrize("shape", [(), (3,), (7, 5)])
def test_samples_are_the_same(name, shape):
    found = []
    for lib in (mt, torch):
        lib.manual_seed(5)
        found.append((made(lib, name).sample(shape), lib.rand(2)))
    compare(name, found[0][0], found[1][0], 8)
    compare("the generator afterwards", found[0][1], found[1][1], 1)


REPARAMETERIZED = [
    name for name in CASES if made(torch, name).has_rsample and not name.startswith("Wishart")
]
# PyTorch's formulas for these gradients have three or four digits.
IMPLICIT = {"Beta", "Gamma", "Dirichlet", "StudentT", "Chi2", "FisherSnedecor", "InverseGamma"}


@pytest.mark.parametrize("name", REPARAMETERIZED)
def test_gradients_of_samples(name):
    make, parameters, _ = CASES[name]

    def rsample(lib, *inputs):
        lib.manual_seed(5)
        return make(lib.distributions, *inputs).rsample((4,))

    slack = 500 if name in IMPLICIT else 20
    same(rsample, *parameters, names=False, second=False, slack=slack)


def test_second_derivatives_of_gamma_numbers_are_refused():
    def twice(lib, alpha):
        x = lib.distributions.Gamma(alpha, 1.0).rsample()
        (slope,) = lib.autograd.grad(x.sum(), alpha, create_graph=True)
        slope.sum().backward()

    same_error(twice, POSITIVE, grad=True)


# Divergences --------------------------------------------------------------------------------------

TWO = {
    "Bernoulli": (lambda d, p: d.Bernoulli(p / 10), POSITIVE),
    "Beta": (lambda d, p: d.Beta(p, 1.5), POSITIVE),
    "Binomial": (lambda d, p: d.Binomial(4, p / 10), POSITIVE),
    "Categorical": (lambda d, p: d.Categorical(p), POSITIVE),
    "OneHotCategorical": (lambda d, p: d.OneHotCategorical(p), POSITIVE),
    "Cauchy": (lambda d, p: d.Cauchy(p, p + 1), POSITIVE),
    "ContinuousBernoulli": (lambda d, p: d.ContinuousBernoulli(p / 10), POSITIVE),
    "Dirichlet": (lambda d, p: d.Dirichlet(p), POSITIVE),
    "Exponential": (lambda d, p: d.Exponential(p), POSITIVE),
    "Gamma": (lambda d, p: d.Gamma(p, p + 0.2), POSITIVE),
    "Geometric": (lambda d, p: d.Geometric(p / 10), POSITIVE),
    "Gumbel": (lambda d, p: d.Gumbel(p / 5, p / 8 + 0.5), POSITIVE),
    "HalfNormal": (lambda d, p: d.HalfNormal(p), POSITIVE),
    "Laplace": (lambda d, p: d.Laplace(p / 5, p), POSITIVE),
    "LogNormal": (lambda d, p: d.LogNormal(p / 5, p), POSITIVE),
    "Normal": (lambda d, p: d.Normal(p / 5, p), POSITIVE),
    "Pareto": (lambda d, p: d.Pareto(p, p / 5 + 3), POSITIVE),
    "Poisson": (lambda d, p: d.Poisson(p), POSITIVE),
    "Uniform": (lambda d, p: d.Uniform(p / 20, p / 9.9), POSITIVE),
    "Independent": (lambda d, p: d.Independent(d.Normal(p / 5, p), 1), POSITIVE),
    "MultivariateNormal": (
        lambda d, p: d.MultivariateNormal(p, scale_tril=lower(p)), POSITIVE
    ),
    "LowRankMultivariateNormal": (
        lambda d, p: d.LowRankMultivariateNormal(p, p.unsqueeze(-1), p + 1), POSITIVE
    ),
    "Chi2": (lambda d, p: d.Chi2(p), POSITIVE),
    "Wishart": (lambda d, p: d.Wishart(p[0] + 5, scale_tril=lower(p)), POSITIVE),
    "StudentT": (lambda d, p: d.StudentT(p), POSITIVE),
}  # fmt: skip


def lower(p):
    return p.diag() + p.new_ones((3, 3)).tril(-1)


@pytest.mark.parametrize("first", TWO)
def test_divergences(first):
    """Every pair: the value and the gradients, or that there is no such function."""
    for second in TWO:
        make_p, p = TWO[first]
        make_q, q = TWO[second]

        def divergence(lib, p, q, make_p=make_p, make_q=make_q):
            kl = lib.distributions.kl_divergence
            return kl(make_p(lib.distributions, p), make_q(lib.distributions, q))

        inputs = p, (q * 0.8 + 0.1).astype(np.float32)
        refused = error(torch, divergence, inputs, True)
        if refused is None:
            grad = {first, second} != {"Wishart"}  # in PyTorch p has none there
            same(divergence, *inputs, names=False, second=False, slack=100, grad=grad)
        else:
            ours = error(mt, divergence, inputs, True)
            assert type(ours) is type(refused), (first, second, ours, refused)
            assert first_sentence(ours) == first_sentence(refused)


# Transforms and constraints -----------------------------------------------------------------------

MATRICES = np.stack([LOWER, 2 * LOWER])
TRANSFORMS = {
    "Exp": (lambda d: d.ExpTransform(), REAL),
    "Power": (lambda d: d.PowerTransform(2.5), ABOVE),
    "Sigmoid": (lambda d: d.SigmoidTransform(), REAL),
    "Tanh": (lambda d: d.TanhTransform(), REAL),
    "Softplus": (lambda d: d.SoftplusTransform(), REAL),
    "Affine": (lambda d: d.AffineTransform(1.5, -2.0), REAL),
    "Affine-event": (lambda d: d.AffineTransform(1.5, 2.0, event_dim=1), SHARES),
    "Compose": (
        lambda d: d.ComposeTransform([d.AffineTransform(1.0, 2.0), d.ExpTransform()]), REAL
    ),
    "Compose-vectors": (
        lambda d: d.ComposeTransform([d.ExpTransform(), d.StickBreakingTransform()]), REAL
    ),
    "Compose-nothing": (lambda d: d.identity_transform, REAL),
    "Independent": (lambda d: d.IndependentTransform(d.ExpTransform(), 1), SHARES),
    "Reshape": (lambda d: d.ReshapeTransform((2, 3), (3, 2)), SHARES),
    "Cat": (
        lambda d: d.CatTransform([d.ExpTransform(), d.TanhTransform()], -1, [1, 2]), SHARES
    ),
    "Stack": (lambda d: d.StackTransform([d.ExpTransform(), d.TanhTransform()]), SHARES),
    "StickBreaking": (lambda d: d.StickBreakingTransform(), REAL),
    "Softmax": (lambda d: d.SoftmaxTransform(), REAL),
    "LowerCholesky": (lambda d: d.LowerCholeskyTransform(), MATRICES),
    "PositiveDefinite": (lambda d: d.PositiveDefiniteTransform(), MATRICES),
    "CorrCholesky": (lambda d: d.CorrCholeskyTransform(), REAL),
    "Abs": (lambda d: d.AbsTransform(), REAL),
    "CumulativeDistribution": (
        lambda d: d.CumulativeDistributionTransform(d.Normal(0.5, 2.0)), REAL
    ),
}  # fmt: skip


@pytest.mark.parametrize("inverted", [False, True])
@pytest.mark.parametrize("name", TRANSFORMS)
def test_transforms(name, inverted):
    make, x = TRANSFORMS[name]

    def transformed(lib, x):
        transform = make(lib.distributions)
        y = transform(x)
        if inverted:
            x, y, transform = y, transform.inv(y), transform.inv
        else:
            transform.inv(y)
        results = [
            y,
            list(transform.forward_shape(x.shape)),
            list(transform.inverse_shape(y.shape)),
        ]
        results += [repr(transform), transform.bijective]
        results += [repr(transform.domain), repr(transform.codomain)]
        results += [transform.domain.event_dim, transform.codomain.event_dim]
        for ask in (lambda: transform.sign, lambda: transform.log_abs_det_jacobian(x, y)):
            try:
                results.append(ask())
            except NotImplementedError:
                results.append("not implemented")
        results += [transform == make(lib.distributions), transform.inv.inv == transform]
        return results

    same(transformed, x, names=False, second=False, slack=40)


CONSTRAINTS = [
    ("boolean", (), COUNTS), ("one_hot", (), CLASSES), ("integer_interval", (1, 2), COUNTS),
    ("nonnegative_integer", (), COUNTS - 1), ("positive_integer", (), COUNTS), ("real", (), REAL),
    ("positive", (), REAL), ("nonnegative", (), COUNTS), ("greater_than", (0.8,), REAL),
    ("greater_than_eq", (2,), COUNTS), ("less_than", (2,), COUNTS), ("interval", (0, 2), COUNTS),
    ("half_open_interval", (0, 2), COUNTS), ("unit_interval", (), COUNTS), ("simplex", (), SHARES),
    ("multinomial", (4,), COUNTS), ("lower_triangular", (), MATRICES), ("real_vector", (), REAL),
    ("lower_cholesky", (), MATRICES), ("corr_cholesky", (), MATRICES), ("square", (), MATRICES),
    ("symmetric", (), MATRIX), ("positive_definite", (), MATRIX), ("square", (), SHARES),
    ("positive_definite", (), -MATRIX), ("positive_semidefinite", (), MATRIX),
    ("positive_definite", (), LOWER), ("positive_semidefinite", (), LOWER),
    ("symmetric", (), SHARES),
]  # fmt: skip


@pytest.mark.parametrize(("name", "arguments", "value"), CONSTRAINTS)
def test_constraints(name, arguments, value):
    def checked(lib, value):
        constraint = getattr(lib.distributions.constraints, name)
        constraint = constraint(*arguments) if arguments else constraint
        return constraint.check(value), repr(constraint), constraint.event_dim

    same(checked, value, grad=False)


@pytest.mark.parametrize(("name", "arguments", "value"), CONSTRAINTS)
@pytest.mark.parametrize("registry", ["biject_to", "transform_to"])
def test_transforms_to_constraints(registry, name, arguments, value):
    def transform(lib, value):
        constraint = getattr(lib.distributions.constraints, name)
        constraint = constraint(*arguments) if arguments else constraint
        found = getattr(lib.distributions, registry)(constraint)
        return found(value), repr(found)

    if error(torch, transform, [value], False) is None:
        same(transform, value, second=False, names=False, slack=20)
    else:
        same_error(transform, value)


ERRORS = [
    lambda lib: lib.distributions.Normal(lib.tensor([0.0, 1.0]), lib.tensor([1.0, -1.0])),
    lambda lib: lib.distributions.Normal("a", 1.0),
    lambda lib: lib.distributions.Normal(0.0, 1.0).log_prob(1.0),
    lambda lib: lib.distributions.Normal(lib.zeros(2), 1.0).log_prob(lib.zeros(3)),
    lambda lib: lib.distributions.Normal(0.0, 1.0).log_prob(lib.tensor(float("nan"))),
    lambda lib: lib.distributions.Bernoulli(),
    lambda lib: lib.distributions.Bernoulli(0.5, 0.5),
    lambda lib: lib.distributions.Bernoulli(1.5),
    lambda lib: lib.distributions.Bernoulli(0.5).log_prob(lib.tensor(0.5)),
    lambda lib: lib.distributions.Bernoulli(0.5).rsample(),
    lambda lib: lib.distributions.Bernoulli(0.5).cdf(lib.tensor(1.0)),
    lambda lib: lib.distributions.Categorical(lib.tensor(0.5)),
    lambda lib: lib.distributions.Categorical(logits=lib.tensor(0.5)),
    lambda lib: lib.distributions.Categorical(lib.ones(3)).log_prob(lib.tensor(3)),
    lambda lib: lib.distributions.Uniform(1.0, 0.0),
    lambda lib: lib.distributions.Geometric(0.0),
    lambda lib: lib.distributions.Dirichlet(lib.tensor(1.0)),
    lambda lib: lib.distributions.Dirichlet(lib.ones(3)).log_prob(lib.ones(3)),
    lambda lib: lib.distributions.Dirichlet(lib.ones(3)).log_prob(lib.ones(2)),
    lambda lib: lib.distributions.Multinomial(2.0, lib.ones(3)),
    lambda lib: lib.distributions.Multinomial(2, lib.ones(3)).log_prob(lib.ones(3)),
    lambda lib: lib.distributions.Binomial(lib.tensor([1.0, 2.0]), lib.tensor(0.5)).entropy(),
    lambda lib: lib.distributions.Binomial(
        lib.tensor([1.0, 2.0]), lib.tensor(0.5)
    ).enumerate_support(),
    lambda lib: lib.distributions.MultivariateNormal(lib.tensor(1.0), lib.eye(2)),
    lambda lib: lib.distributions.MultivariateNormal(lib.ones(2)),
    lambda lib: lib.distributions.MultivariateNormal(lib.ones(2), lib.ones(2)),
    lambda lib: lib.distributions.MultivariateNormal(lib.ones(2), scale_tril=lib.ones(2)),
    lambda lib: lib.distributions.MultivariateNormal(lib.ones(2), -lib.eye(2)),
    lambda lib: lib.distributions.LowRankMultivariateNormal(lib.tensor(1.0), lib.eye(2), 1.0),
    lambda lib: lib.distributions.LowRankMultivariateNormal(lib.ones(2), lib.ones(2), 1.0),
    lambda lib: lib.distributions.LowRankMultivariateNormal(lib.ones(2), lib.eye(3), 1.0),
    lambda lib: lib.distributions.LowRankMultivariateNormal(
        lib.ones(2), lib.eye(2), lib.ones(3)
    ),
    lambda lib: lib.distributions.LowRankMultivariateNormal(
        lib.ones(3, 2), lib.eye(2), lib.ones(4, 2)
    ),
    lambda lib: lib.distributions.Independent(lib.distributions.Normal(0.0, 1.0), 1),
    lambda lib: lib.distributions.Independent(
        lib.distributions.Bernoulli(lib.ones(2)), 1
    ).enumerate_support(),
    lambda lib: lib.distributions.LKJCholesky(1),
    lambda lib: lib.distributions.Wishart(lib.tensor(3.0)),
    lambda lib: lib.distributions.Wishart(lib.tensor(3.0), lib.ones(2)),
    lambda lib: lib.distributions.Wishart(lib.tensor(1.0), lib.eye(3)),
    lambda lib: lib.distributions.ContinuousBernoulli(2.0, validate_args=True),
    lambda lib: lib.distributions.MixtureSameFamily(1, 2),
    lambda lib: lib.distributions.MixtureSameFamily(lib.distributions.Categorical(lib.ones(2)), 2),
    lambda lib: lib.distributions.MixtureSameFamily(
        lib.distributions.Categorical(lib.ones(2)), lib.distributions.Normal(lib.ones(3), 1.0)
    ),
    lambda lib: lib.distributions.MixtureSameFamily(
        lib.distributions.Categorical(lib.ones(4, 2)),
        lib.distributions.Normal(lib.ones(3, 2), 1.0),
    ),
    lambda lib: lib.distributions.TransformedDistribution(lib.distributions.Normal(0.0, 1.0), 3),
    lambda lib: lib.distributions.TransformedDistribution(lib.distributions.Normal(0.0, 1.0), [3]),
    lambda lib: lib.distributions.TransformedDistribution(
        lib.distributions.Normal(0.0, 1.0), lib.distributions.StickBreakingTransform()
    ),
    lambda lib: lib.distributions.Distribution.set_default_validate_args(3),
    lambda lib: lib.distributions.Distribution(validate_args=False).sample(),
    lambda lib: lib.distributions.Poisson(1.0).entropy(),
    lambda lib: lib.distributions.ExpTransform(cache_size=2),
    lambda lib: lib.distributions.StickBreakingTransform().event_dim(),
    lambda lib: lib.distributions.ReshapeTransform((2,), (3,)),
    lambda lib: lib.distributions.ReshapeTransform((2,), (1, 2)).forward_shape((3,)),
    lambda lib: lib.distributions.ReshapeTransform((2,), (1, 2)).inverse_shape((3,)),
    lambda lib: lib.distributions.CorrCholeskyTransform().forward_shape((4,)),
    lambda lib: lib.distributions.CorrCholeskyTransform().inverse_shape((4, 3)),
    lambda lib: lib.distributions.SoftmaxTransform().forward_shape(()),
    lambda lib: lib.distributions.StackTransform([1]),
    lambda lib: lib.distributions.StackTransform([lib.distributions.ExpTransform()])(lib.ones(2)),
    lambda lib: lib.distributions.StackTransform([lib.distributions.ExpTransform()], 1)(
        lib.ones(2)
    ),
    lambda lib: lib.distributions.CatTransform([lib.distributions.ExpTransform()], 0, [1, 2]),
    lambda lib: lib.distributions.CatTransform([lib.distributions.ExpTransform()], 0)(lib.ones(2)),
    lambda lib: lib.distributions.IndependentTransform(lib.distributions.ExpTransform(), 1)(
        lib.tensor(1.0)
    ),
    lambda lib: lib.distributions.constraints.dependent.check(lib.ones(1)),
    lambda lib: lib.distributions.constraints.dependent.event_dim,
    lambda lib: lib.distributions.constraints.dependent.is_discrete,
    lambda lib: lib.distributions.constraints.independent(1, 1),
    lambda lib: lib.distributions.constraints.independent(lib.distributions.constraints.real, -1),
    lambda lib: lib.distributions.constraints.independent(lib.distributions.constraints.real, 1.0),
    lambda lib: lib.distributions.constraints.real_vector.check(lib.tensor(1.0)),
    lambda lib: lib.distributions.constraints.cat([1]),
    lambda lib: lib.distributions.constraints.cat([lib.distributions.constraints.real], 0, [1, 2]),
    lambda lib: lib.distributions.constraints.stack([lib.distributions.constraints.real], 1).check(
        lib.ones(1)
    ),
    lambda lib: lib.distributions.transform_to.register(3, len),
    lambda lib: lib.distributions.utils.tril_matrix_to_vec(lib.ones(2, 2), 2),
    lambda lib: lib.distributions.utils.vec_to_tril_matrix(lib.ones(5)),
]  # fmt: skip


@pytest.mark.parametrize("call", ERRORS, ids=range(len(ERRORS)))
def test_errors(call):
    same_error(call)


def test_every_public_name_is_there():
    for theirs, ours in (
        (torch.distributions, D),
        (torch.distributions.constraints, D.constraints),
        (torch.distributions.transforms, D.transforms),
    ):
        assert [name for name in theirs.__all__ if not hasattr(ours, name)] == []


@pytest.mark.parametrize("name", sorted({type(made(torch, name)).__name__ for name in CASES}))
def test_families_are_in_the_same_files(name):
    theirs = getattr(torch.distributions, name).__module__.rpartition(".")[2]
    assert getattr(D, name).__module__ == f"minitorch.distributions.{theirs}"
