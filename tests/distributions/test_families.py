"""The families without PyTorch: SciPy's densities, moments of samples, gradients, shapes."""

from __future__ import annotations

import warnings

import numpy as np
import pytest
import scipy.stats

import minitorch as mt

from .cases import CASES, CLASSES, LOC, POSITIVE, PROBS, SCALE

D = mt.distributions
CHECKED = (RuntimeError, NotImplementedError, ValueError)


def made(name, dtype=np.float64, grad=False):
    make, parameters, _ = CASES[name]
    tensors = [mt.tensor(np.asarray(p, dtype), requires_grad=grad) for p in parameters]
    return make(D, *tensors)


def value_of(name):
    return mt.tensor(CASES[name][2].astype(np.float64))


f = np.float64
LOC64, SCALE64, POSITIVE64, PROBS64 = map(f, (LOC, SCALE, POSITIVE, PROBS))
stats = scipy.stats
SCIPY = {
    "Normal": stats.norm(LOC64, SCALE64),
    "Bernoulli": stats.bernoulli(PROBS64),
    "Uniform": stats.uniform(LOC64 - 3, SCALE64 + 3),
    "Exponential": stats.expon(scale=1 / POSITIVE64),
    "Beta": stats.beta(POSITIVE64, SCALE64),
    "Gamma": stats.gamma(POSITIVE64, scale=1 / SCALE64),
    "Poisson": stats.poisson(POSITIVE64),
    "Laplace": stats.laplace(LOC64, SCALE64),
    "LogNormal": stats.lognorm(SCALE64, scale=np.exp(LOC64)),
    "Binomial": stats.binom(5, PROBS64),
    "Geometric": stats.geom(PROBS64, -1),
    "Gumbel": stats.gumbel_r(LOC64, SCALE64),
    "Cauchy": stats.cauchy(LOC64, SCALE64),
    "HalfNormal": stats.halfnorm(scale=SCALE64),
    "HalfCauchy": stats.halfcauchy(scale=SCALE64),
    "StudentT": stats.t(f([0.8, 1.5, 7]), LOC64, SCALE64),
    "Chi2": stats.chi2(POSITIVE64),
    "FisherSnedecor": stats.f(POSITIVE64, [1, 3.5, 8]),
    "Pareto": stats.pareto(POSITIVE64, scale=SCALE64),
    "Weibull": stats.weibull_min(POSITIVE64, scale=SCALE64),
    "NegativeBinomial": stats.nbinom(5, 1 - PROBS64),
    "VonMises": stats.vonmises(POSITIVE64, LOC64),
    "InverseGamma": stats.invgamma(POSITIVE64, scale=SCALE64),
    "GeneralizedPareto": stats.genpareto(f([0.4, 0.1, -0.2]), LOC64, SCALE64),
}
DISCRETE = {"Bernoulli", "Poisson", "Binomial", "Geometric", "NegativeBinomial"}
CIRCULAR = {"VonMises"}  # its moments are those of a circle


@pytest.mark.parametrize("name", SCIPY)
def test_scipy_says_the_same(name):
    ours, theirs, value = made(name), SCIPY[name], value_of(name)
    expected = (theirs.logpmf if name in DISCRETE else theirs.logpdf)(value.numpy())
    np.testing.assert_allclose(ours.log_prob(value), expected, rtol=1e-6)
    if name not in CIRCULAR:
        for asked, moment in (("mean", theirs.mean()), ("variance", theirs.var())):
            found = getattr(ours, asked).numpy()
            known = np.isfinite(found)  # where there is no moment, one says ∞ and another NaN
            np.testing.assert_allclose(found[known], np.asarray(moment)[known], rtol=1e-6)
            assert not np.isfinite(np.asarray(moment)[~known]).any()
    for ask, answer in (
        (lambda: ours.entropy(), lambda: theirs.entropy()),
        (lambda: ours.cdf(value), lambda: theirs.cdf(value.numpy())),
        (lambda: ours.icdf(mt.tensor([0.1, 0.5, 0.8])), lambda: theirs.ppf([0.1, 0.5, 0.8])),
    ):
        try:
            found = ask()
        except NotImplementedError:
            continue
        np.testing.assert_allclose(found, answer(), rtol=1e-6)


@pytest.mark.parametrize("name", CASES)
def test_samples_have_the_moments_that_it_says(name):
    distribution = made(name)
    mt.manual_seed(0)
    samples = distribution.sample((2000,))
    assert samples.shape == (2000, *distribution.batch_shape, *distribution.event_shape)
    assert distribution.support.check(samples).all()
    try:
        mean, stddev = distribution.mean.numpy(), distribution.stddev.numpy()
    except NotImplementedError:
        return
    if name in CIRCULAR or type(distribution).__name__ in ("StudentT", "Categorical"):
        return
    known = np.isfinite(mean) & np.isfinite(stddev)
    error = (samples.numpy().mean(0) - mean)[known] / (stddev[known] / 2000**0.5 + 1e-12)
    assert np.abs(error).max(initial=0) < 6, error


@pytest.mark.parametrize("name", CASES)
def test_densities_have_the_gradients_that_their_values_have(name):
    make, parameters, value = CASES[name]
    inputs = [mt.tensor(p.astype(np.float64), requires_grad=True) for p in parameters]
    value = mt.tensor(value.astype(np.float64))
    if name in ("MultivariateNormal", "MultivariateNormal-precision", "Wishart"):
        return  # a step in one element leaves the symmetric matrices

    def log_prob(*inputs):
        distribution = make(D, *inputs)
        distribution._validate_args = False
        return distribution.log_prob(value)

    D.Distribution.set_default_validate_args(False)
    try:
        assert mt.autograd.gradcheck(log_prob, inputs, atol=1e-4)
    finally:
        D.Distribution.set_default_validate_args(True)


@pytest.mark.parametrize("name", CASES)
def test_expanded_distributions_are_the_same(name):
    distribution = made(name)
    value = distribution.sample()
    wider = distribution.expand((2, *distribution.batch_shape))
    assert wider.batch_shape == (2, *distribution.batch_shape)
    assert wider.event_shape == distribution.event_shape
    expected = distribution.log_prob(value).expand(wider.batch_shape)
    np.testing.assert_allclose(wider.log_prob(value), expected, rtol=1e-12)
    assert wider.sample((3,)).shape == (3, *wider.batch_shape, *wider.event_shape)
    for asked in ("mean", "mode", "variance", "stddev"):
        try:
            found = getattr(distribution, asked)
        except NotImplementedError:
            continue
        np.testing.assert_allclose(getattr(wider, asked), found.expand_as(getattr(wider, asked)))


@pytest.mark.parametrize("name", CASES)
def test_values_that_are_listed_have_probability_one_together(name):
    distribution = made(name)
    if not distribution.has_enumerate_support:
        with pytest.raises(NotImplementedError):
            distribution.enumerate_support()
        return
    for expand in (True, False):
        values = distribution.enumerate_support(expand)
        total = distribution.log_prob(values).exp().sum(0)
        np.testing.assert_allclose(total, np.ones(total.shape))
    assert values.shape[1:] == (*(1,) * len(distribution.batch_shape), *distribution.event_shape)


@pytest.mark.parametrize("name", CASES)
def test_quantiles_are_the_inverse_of_the_cumulative_probability(name):
    distribution = made(name)
    places = mt.tensor([0.1, 0.5, 0.8], dtype=mt.float64)
    try:
        values = distribution.icdf(places)
    except NotImplementedError:
        return
    np.testing.assert_allclose(distribution.cdf(values), places, rtol=1e-6)


def test_entropies_are_expected_surprises():
    mt.manual_seed(0)
    for name in CASES:
        distribution = made(name)
        try:
            entropy = distribution.entropy().numpy()
        except NotImplementedError:
            continue
        surprise = -distribution.log_prob(distribution.sample((1000,))).numpy()
        error = (surprise.mean(0) - entropy) / (surprise.std(0) / 1000**0.5 + 1e-6)
        assert np.abs(error).max() < 6, name
        np.testing.assert_allclose(distribution.perplexity(), np.exp(entropy))


FLOWS = {  # the quantile function and its parameters: a sample keeps its place when they move
    "Gamma": (lambda a: D.Gamma(a, 2.0), lambda a: stats.gamma(a, scale=0.5)),
    "Beta": (lambda a: D.Beta(a, 1.5), lambda a: stats.beta(a, 1.5)),
}


@pytest.mark.parametrize("family", FLOWS)
def test_implicit_gradients_move_samples_as_quantiles(family):
    ours, theirs = FLOWS[family]
    a = mt.tensor([0.05, 0.4, 1.0, 3.0, 30.0, 400.0], dtype=mt.float64, requires_grad=True)
    mt.manual_seed(3)
    for _ in range(5):
        x = ours(a).rsample()
        (slope,) = mt.autograd.grad(x.sum(), a)
        x, values = x.detach().numpy(), a.detach().numpy()
        step = 1e-4 * values
        place = theirs(values).cdf(x)
        inside = (place > 1e-6) & (place < 1 - 1e-6)  # where SciPy's quantiles are exact
        above, below = theirs(values + step).ppf(place), theirs(values - step).ppf(place)
        expected = (above - below) / (2 * step)
        np.testing.assert_allclose(slope.numpy()[inside], expected[inside], rtol=1e-5)


def test_generalized_pareto_has_a_gradient_where_its_formula_is_0_by_0():
    loc, scale = (mt.tensor([x], dtype=mt.float64, requires_grad=True) for x in (0.5, 2.0))
    c = mt.tensor([0.0], dtype=mt.float64, requires_grad=True)
    value, place = mt.tensor([1.7], dtype=mt.float64), mt.tensor([0.3], dtype=mt.float64)
    for ask in (
        lambda *p: D.GeneralizedPareto(*p).log_prob(value),
        lambda *p: D.GeneralizedPareto(*p).log_survival_function(value),
        lambda *p: D.GeneralizedPareto(*p).log_cdf(value),
        lambda *p: D.GeneralizedPareto(*p).icdf(place),
    ):
        assert mt.autograd.gradcheck(ask, (loc, scale, c), eps=1e-5, atol=1e-4)


def test_second_derivatives_of_implicit_gradients_are_refused():
    a = mt.tensor([0.5, 2.0], requires_grad=True)
    for family in (D.Gamma, D.Beta):
        (slope,) = mt.autograd.grad(family(a, 1.0).rsample().sum(), a, create_graph=True)
        with pytest.raises(CHECKED):
            slope.sum().backward()


def test_the_gradient_of_an_expected_value_reaches_the_parameters():
    """E[x²] of a Dirichlet share, by samples and exactly."""
    a = mt.tensor([0.7, 2.0, 4.0], dtype=mt.float64, requires_grad=True)
    mt.manual_seed(0)
    weights = mt.tensor([1.0, -2.0, 0.5], dtype=mt.float64)
    (found,) = mt.autograd.grad((D.Dirichlet(a).rsample((20000,)) ** 2 @ weights).mean(), a)
    exact = D.Dirichlet(a)
    (expected,) = mt.autograd.grad((exact.variance + exact.mean**2) @ weights, a)
    np.testing.assert_allclose(found, expected, atol=0.01)


def test_an_exponential_family_knows_its_entropy():
    for name in ("Normal", "Bernoulli", "Beta", "Gamma", "Exponential", "Dirichlet"):
        family = made(name)
        if name in ("Beta", "Dirichlet"):  # their carrier measure is not 0
            with pytest.raises(NotImplementedError):
                D.ExponentialFamily.entropy(family)
            continue
        found = D.ExponentialFamily.entropy(family).detach()
        np.testing.assert_allclose(found, family.entropy(), rtol=1e-9)


def test_a_family_says_no_more_than_it_knows():
    empty = D.Distribution(validate_args=False)
    for ask in (
        lambda: empty.mean, lambda: empty.mode, lambda: empty.variance, lambda: empty.stddev,
        lambda: empty.support, lambda: empty.sample(), lambda: empty.log_prob(mt.ones(1)),
        lambda: empty.cdf(mt.ones(1)), lambda: empty.icdf(mt.ones(1)), lambda: empty.entropy(),
        lambda: empty.enumerate_support(), lambda: empty.expand((2,)), lambda: empty.perplexity(),
        lambda: D.ExponentialFamily(validate_args=False).entropy(),
    ):  # fmt: skip
        with pytest.raises(NotImplementedError):
            ask()
    with pytest.warns(UserWarning, match="does not define `arg_constraints`"):
        D.Distribution()
    with pytest.raises(ValueError):
        D.Distribution.set_default_validate_args(3)


def test_a_family_of_ones_own():
    class Always(D.Distribution):
        arg_constraints = {}

        def log_prob(self, value):
            self._validate_sample(value)
            return value.new_zeros(self._batch_shape)

    with pytest.warns(UserWarning, match="does not define `support`"):
        Always().log_prob(mt.tensor(1.0))

    class Shifted(D.Normal):
        def __init__(self, loc):
            super().__init__(loc + 1, 1.0)

    with pytest.raises(NotImplementedError, match="must also define a custom"):
        Shifted(mt.zeros(2)).expand((3, 2))


def test_sample_n_is_deprecated():
    with pytest.warns(FutureWarning):
        assert D.Normal(0.0, 1.0).sample_n(3).shape == (3,)


def test_numbers_take_the_dtype_of_tensors():
    assert D.Normal(mt.zeros(2, dtype=mt.float64), 1.0).scale.dtype == mt.float64
    assert D.Normal(0, 1).batch_shape == ()


REFUSED = [
    (ValueError, "to satisfy the constraint", lambda: D.Normal(0.0, -1.0)),
    (ValueError, "Input arguments must all be", lambda: D.Normal("a", 1.0)),
    (ValueError, "must be a Tensor", lambda: D.Normal(0.0, 1.0).log_prob(1.0)),
    (ValueError, "not broadcastable", lambda: D.Normal(mt.ones(2), 1.0).log_prob(mt.ones(3))),
    (ValueError, "within the support", lambda: D.Bernoulli(0.5).log_prob(mt.tensor(0.5))),
    (ValueError, "match event_shape", lambda: D.Dirichlet(mt.ones(3)).log_prob(mt.ones(2))),
    (ValueError, "but not both", lambda: D.Bernoulli()),
    (ValueError, "at least one-dimensional", lambda: D.Categorical(mt.tensor(1.0))),
    (ValueError, "at least one-dimensional", lambda: D.Dirichlet(mt.tensor(1.0))),
    (ValueError, "to be positive", lambda: D.Geometric(0.0)),
    (NotImplementedError, "inhomogeneous", lambda: D.Multinomial(2.0, mt.ones(3))),
    (NotImplementedError, "Inhomogeneous", lambda: D.Binomial(mt.tensor([1, 2]), 0.5).entropy()),
    (ValueError, "loc must be", lambda: D.MultivariateNormal(mt.tensor(1.0), mt.eye(2))),
    (ValueError, "Exactly one", lambda: D.MultivariateNormal(mt.ones(2))),
    (ValueError, "at least two", lambda: D.MultivariateNormal(mt.ones(2), mt.ones(2))),
    (ValueError, "loc must", lambda: D.LowRankMultivariateNormal(mt.tensor(1.0), mt.eye(2), 1)),
    (ValueError, "cov_factor", lambda: D.LowRankMultivariateNormal(mt.ones(2), mt.ones(2), 1)),
    (ValueError, "2 x m", lambda: D.LowRankMultivariateNormal(mt.ones(2), mt.eye(3), 1)),
    (
        ValueError,
        "cov_diag",
        lambda: D.LowRankMultivariateNormal(mt.ones(2), mt.eye(2), mt.ones(3)),
    ),
    (
        ValueError,
        "Incompatible",
        lambda: D.LowRankMultivariateNormal(mt.ones(3, 2), mt.eye(2), mt.ones(4, 2)),
    ),
    (ValueError, "reinterpreted", lambda: D.Independent(D.Normal(0.0, 1.0), 1)),
    (
        NotImplementedError,
        "cartesian",
        lambda: D.Independent(D.Bernoulli(mt.ones(2)), 1).enumerate_support(),
    ),
    (ValueError, "greater than or equal to 2", lambda: D.LKJCholesky(1)),
    (AssertionError, "Exactly one", lambda: D.Wishart(mt.tensor(3.0))),
    (ValueError, "at least two", lambda: D.Wishart(mt.tensor(3.0), mt.ones(2))),
    (ValueError, "ndim - 1", lambda: D.Wishart(mt.tensor(1.0), mt.eye(3))),
    (ValueError, "invalid values", lambda: D.ContinuousBernoulli(2.0, validate_args=True)),
    (ValueError, "Mixture", lambda: D.MixtureSameFamily(1, 2)),
    (ValueError, "Component", lambda: D.MixtureSameFamily(D.Categorical(mt.ones(2)), 2)),
    (
        ValueError,
        "does not equal",
        lambda: D.MixtureSameFamily(D.Categorical(mt.ones(2)), D.Normal(mt.ones(3), 1.0)),
    ),
    (
        ValueError,
        "not compatible",
        lambda: D.MixtureSameFamily(D.Categorical(mt.ones(4, 2)), D.Normal(mt.ones(3, 2), 1.0)),
    ),
    (ValueError, "or list", lambda: D.TransformedDistribution(D.Normal(0.0, 1.0), 3)),
    (ValueError, "a list of", lambda: D.TransformedDistribution(D.Normal(0.0, 1.0), [3])),
    (
        ValueError,
        "size at least",
        lambda: D.TransformedDistribution(D.Normal(0.0, 1.0), D.StickBreakingTransform()),
    ),
]


@pytest.mark.parametrize(("kind", "sentence", "call"), REFUSED)
def test_bad_input(kind, sentence, call):
    with pytest.raises(kind, match=sentence):
        call()


def test_wishart_warns_of_singular_samples():
    with pytest.warns(UserWarning, match="Low df"):
        low = D.Wishart(mt.tensor([2.001, 2.001]), mt.eye(3))
    mt.manual_seed(0)
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        assert low.sample((200,)).shape == (200, 2, 3, 3)
    assert {str(warning.message) for warning in caught} <= {"Singular sample detected."}


def test_parameters_in_other_forms():
    normal = D.MultivariateNormal(mt.zeros(3), mt.eye(3) * 2)
    assert normal.precision_matrix.diagonal().tolist() == pytest.approx([0.5] * 3)
    assert normal.scale_tril.diagonal().tolist() == pytest.approx([2**0.5] * 3)
    lower = D.MultivariateNormal(mt.zeros(3), scale_tril=mt.eye(3) * 2)
    assert lower.covariance_matrix.diagonal().tolist() == [4.0] * 3
    low = made("LowRankMultivariateNormal")
    np.testing.assert_allclose(low.scale_tril @ low.scale_tril.mT, low.covariance_matrix)
    np.testing.assert_allclose(low.precision_matrix @ low.covariance_matrix, np.eye(3), atol=1e-12)
    shares = D.RelaxedOneHotCategorical(mt.tensor(1.0), mt.tensor(CLASSES))
    np.testing.assert_allclose(shares.logits.exp(), shares.probs, rtol=1e-6)
    assert shares.temperature == 1 and shares.base_dist.param_shape == (2, 3)
    bits = D.RelaxedBernoulli(mt.tensor(2.0), mt.tensor(PROBS))
    np.testing.assert_allclose(bits.logits.sigmoid(), bits.probs, rtol=1e-6)
    assert bits.temperature == 2 and bits.expand((2, 3)).base_dist.temperature == 2
    shares = made("LogisticNormal")
    assert shares.loc.shape == shares.scale.shape == (2, 3)
    assert D.LogisticNormal(0.0, 1.0).event_shape == (2,)
    mixture = made("MixtureSameFamily")
    assert mixture.mixture_distribution.probs.shape == (3,)
    assert mixture.component_distribution.batch_shape == (3,)
    assert repr(mixture).startswith("MixtureSameFamily(\n  Categorical(")
    assert repr(made("Independent")).startswith("Independent(Normal(")
    bits = D.Independent(D.Bernoulli(mt.tensor(PROBS)), 0)
    assert bits.has_enumerate_support and bits.enumerate_support().shape == (2, 3)
    assert not D.Independent(D.Bernoulli(mt.tensor(PROBS)), 1).has_enumerate_support
    flows = D.TransformedDistribution(D.Normal(mt.zeros(3), 1.0), [])
    assert flows.rsample((2,)).shape == (2, 3) and flows.support == D.constraints.real
    corner = D.Dirichlet(mt.tensor([[0.5, 0.9], [2.0, 3.0]])).mode
    assert corner[0].sum() == 1 and corner[1].tolist() == pytest.approx([1 / 3, 2 / 3])


def test_a_constraint_says_what_it_lacks():
    class _Mine(mt.distributions.constraints.Constraint):
        pass

    with pytest.raises(NotImplementedError, match="_Mine does not say which values it takes"):
        _Mine().check(mt.ones(1))
