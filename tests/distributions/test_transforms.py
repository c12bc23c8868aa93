"""Transforms, constraints and divergences without PyTorch."""

from __future__ import annotations

import pickle

import numpy as np
import pytest

import minitorch as mt

D = mt.distributions
c = D.constraints
VECTOR = mt.tensor([-0.4, 0.8, 2.2], dtype=mt.float64)
MATRIX = mt.tensor([[0.5, -0.3, 0.1], [0.2, 0.4, 0.3], [0.7, -0.1, 0.2]], dtype=mt.float64)

TRANSFORMS = [
    D.ExpTransform(),
    D.SigmoidTransform(),
    D.TanhTransform(),
    D.SoftplusTransform(),
    D.AffineTransform(1.5, -2.0),
    D.AffineTransform(VECTOR, VECTOR, event_dim=1),
    D.ComposeTransform([D.ExpTransform(), D.PowerTransform(mt.tensor(2.5).double())]),
    D.ComposeTransform([D.AffineTransform(1.0, 2.0), D.StickBreakingTransform()]),
    D.identity_transform,
    D.IndependentTransform(D.ExpTransform(), 1),
    D.CatTransform([D.ExpTransform(), D.TanhTransform()], -1, [1, 2]),
    D.CatTransform([D.IndependentTransform(D.ExpTransform(), 1), D.SoftmaxTransform()], 0, [1, 2]),
    D.StackTransform([D.ExpTransform(), D.TanhTransform(), D.AffineTransform(0.0, 3.0)]),
    D.StickBreakingTransform(),
    D.SoftmaxTransform(),
    D.CorrCholeskyTransform(),
    D.CumulativeDistributionTransform(D.Normal(mt.tensor(0.5).double(), 2.0)),
    D.AbsTransform(),
]
MATRICES = [
    D.LowerCholeskyTransform(),
    D.PositiveDefiniteTransform(),
    D.ReshapeTransform((3, 3), (9,)),
]


@pytest.mark.parametrize("transform", TRANSFORMS + MATRICES, ids=repr)
def test_the_inverse_leads_back(transform):
    x = MATRIX if transform in MATRICES else VECTOR.abs() if "Abs" in repr(transform) else VECTOR
    if isinstance(transform, D.CatTransform) and len(x) == 3 and transform.event_dim:
        x = MATRIX
    assert transform.domain.check(x).all()
    y = transform(x)
    assert transform.codomain.check(y).all()
    assert y.shape == transform.forward_shape(x.shape)
    assert transform.inv.forward_shape(y.shape) == transform.inverse_shape(y.shape) == x.shape
    again = transform(transform.inv(y))
    np.testing.assert_allclose(again, y, rtol=1e-9, atol=1e-12)
    assert transform.inv.inv == transform and transform.inv.inv.inv == transform.inv
    assert transform.inv.bijective == transform.bijective
    if transform.bijective:
        np.testing.assert_allclose(transform.inv(y), x, rtol=1e-9, atol=1e-12)
        back = transform.inv.log_abs_det_jacobian(y, x)
        np.testing.assert_allclose(back, -transform.log_abs_det_jacobian(x, y))


@pytest.mark.parametrize("transform", [t for t in TRANSFORMS if t.bijective is True], ids=repr)
def test_stretching_is_the_determinant_of_the_jacobian(transform):
    if isinstance(transform, D.CatTransform):
        transform = transform.with_cache(0)
    y = transform(VECTOR)
    jacobian = mt.autograd.functional.jacobian(transform, VECTOR)
    if isinstance(transform, D.StickBreakingTransform) or "StickBreaking" in repr(transform):
        jacobian = jacobian[:-1]  # the last share follows from the others
    if isinstance(transform, D.CorrCholeskyTransform):
        jacobian = jacobian[mt.ones(3, 3).tril(-1).bool()]
    found = transform.log_abs_det_jacobian(VECTOR, y)
    np.testing.assert_allclose(found.sum(), mt.linalg.slogdet(jacobian)[1], rtol=1e-9)


def test_signs_are_those_of_the_slope():
    for transform in (D.ExpTransform(), D.AffineTransform(0.0, -2.0), D.PowerTransform(-1.0)):
        x = mt.tensor([0.5, 0.7])
        rise = (transform(x)[1] - transform(x)[0]).sign()
        assert transform.sign == rise == transform.inv.sign
        assert D.IndependentTransform(transform, 1).sign == rise
        assert D.ComposeTransform([transform, D.AffineTransform(0.0, -1)]).sign == -rise
    assert D.AffineTransform(0.0, mt.tensor([1.0, -1.0])).sign.tolist() == [1, -1]
    with pytest.raises(NotImplementedError):
        D.SoftmaxTransform().sign  # noqa: B018


def test_a_cache_gives_back_the_very_tensor():
    transform = D.ExpTransform(cache_size=1)
    y = transform(VECTOR)
    assert transform.inv(y) is VECTOR and transform(VECTOR) is y
    x = transform.inv(y + 1)
    assert x is not VECTOR
    for made in (D.AffineTransform(0.0, 2.0), D.ComposeTransform([D.ExpTransform()])):
        cached = made.with_cache()
        assert cached.with_cache() is cached and cached == made
        assert cached.inv(cached(VECTOR)) is VECTOR
        assert made.inv(made(VECTOR)) is not VECTOR
        assert made.inv.with_cache(0) == made.inv


def test_distributions_and_transforms_can_be_pickled():
    x = mt.tensor([0.3, 0.5])
    for distribution in (D.Gumbel(0.0, 1.0), D.LogNormal(0.0, 1.0), D.Categorical(mt.ones(2))):
        if isinstance(distribution, D.TransformedDistribution):
            distribution.cdf(x)  # this makes the inverse transforms
        again = pickle.loads(pickle.dumps(distribution))
        assert repr(again) == repr(distribution)
        value = x if again.support.event_dim == 0 and not again.support.is_discrete else x.round()
        assert again.log_prob(value).tolist() == distribution.log_prob(value).tolist()


def test_equal_transforms():
    exp = D.ExpTransform()
    assert exp == D.ExpTransform() and exp != D.TanhTransform() and exp.inv != exp
    assert D.AffineTransform(0.0, 1.0) == D.AffineTransform(mt.tensor(0.0), 1.0)
    assert D.AffineTransform(0.0, 1.0) != D.AffineTransform(0.0, 2.0)
    assert D.AffineTransform(0.0, 1.0) != exp
    assert D.PowerTransform(2.0) == D.PowerTransform(2.0) != D.PowerTransform(3.0)
    assert D.ComposeTransform([exp]) == D.ComposeTransform([D.ExpTransform()])
    assert exp.inv == D.ExpTransform().inv


def test_transforms_only_say_what_they_can():
    plain = D.Transform()
    for ask in (
        lambda: plain(VECTOR),
        lambda: plain.inv(VECTOR),
        lambda: plain.log_abs_det_jacobian(VECTOR, VECTOR),
        lambda: plain.sign,
        lambda: c.Constraint().check(VECTOR),
    ):
        with pytest.raises(NotImplementedError):
            ask()
    assert repr(D.ExpTransform().inv) == "_InverseTransform(ExpTransform())"
    assert repr(D.IndependentTransform(D.ExpTransform(), 1)).endswith("(ExpTransform(), 1)")


REFUSED = [
    (ValueError, "cache_size", lambda: D.ExpTransform(cache_size=2)),
    (ValueError, "numbers of elements", lambda: D.ReshapeTransform((2,), (3,))),
    (ValueError, "Shape mismatch", lambda: D.ReshapeTransform((2,), (2,)).forward_shape((3,))),
    (ValueError, "Too few", lambda: D.ReshapeTransform((2,), (2,)).inverse_shape(())),
    (ValueError, "lower-diagonal", lambda: D.CorrCholeskyTransform().forward_shape((4,))),
    (ValueError, "not square", lambda: D.CorrCholeskyTransform().inverse_shape((4, 3))),
    (ValueError, "Too few", lambda: D.SoftmaxTransform().forward_shape(())),
    (ValueError, "Please use", lambda: D.CorrCholeskyTransform().event_dim),
    (ValueError, "Too few", lambda: D.IndependentTransform(D.ExpTransform(), 2)(VECTOR)),
    (ValueError, "Too few", lambda: D.IndependentTransform(D.ExpTransform(), 2).inv(VECTOR)),
    (AssertionError, "Transform instances", lambda: D.StackTransform([1])),
    (AssertionError, "must equal", lambda: D.StackTransform([D.ExpTransform()])(VECTOR)),
    (AssertionError, "out of range", lambda: D.StackTransform([D.ExpTransform()], 1)(VECTOR)),
    (AssertionError, "must match", lambda: D.CatTransform([D.ExpTransform()], 0, [1, 2])),
    (ValueError, "Cannot determine", lambda: c.dependent.check(VECTOR)),
    (NotImplementedError, "event_dim", lambda: c.dependent.event_dim),
    (NotImplementedError, "is_discrete", lambda: c.dependent.is_discrete),
    (AssertionError, "must be a Constraint", lambda: c.independent(1, 1)),
    (AssertionError, ">= 0", lambda: c.independent(c.real, -1)),
    (AssertionError, "must be an int", lambda: c.independent(c.real, 1.0)),
    (ValueError, "Expected value.dim", lambda: c.real_vector.check(VECTOR[0])),
    (AssertionError, "Constraint instances", lambda: c.cat([1])),
    (AssertionError, "must match", lambda: c.cat([c.real], 0, [1, 2])),
    (AssertionError, "out of range", lambda: c.stack([c.real], 1).check(VECTOR)),
    (ValueError, "value.dim", lambda: c.MixtureSameFamilyConstraint(c.simplex).check(VECTOR[0])),
    (NotImplementedError, "Cannot transform", lambda: D.biject_to(c.boolean)),
    (TypeError, "Expected constraint", lambda: D.biject_to.register(3, len)),
    (TypeError, "type_p", lambda: D.register_kl(int, D.Normal)),
    (ValueError, "outside", lambda: D.utils.tril_matrix_to_vec(mt.ones(2, 2), 2)),
    (ValueError, "cannot be expressed", lambda: D.utils.vec_to_tril_matrix(mt.ones(5))),
]


@pytest.mark.parametrize(("kind", "sentence", "call"), REFUSED)
def test_bad_input(kind, sentence, call):
    with pytest.raises(kind, match=sentence):
        call()


INSIDE = [
    (c.boolean, [0.0, 1.0, 2.0], [True, True, False]),
    (c.integer_interval(1, 2), [0.0, 1.0, 1.5, 2.0], [False, True, False, True]),
    (c.nonnegative_integer, [-1.0, 0.0, 0.5], [False, True, False]),
    (c._IntegerLessThan(1), [0.0, 0.5, 2.0], [True, False, False]),
    (c.real, [0.0, float("nan")], [True, False]),
    (c.positive, [0.0, 1.0], [False, True]),
    (c.nonnegative, [-1.0, 0.0], [False, True]),
    (c.less_than(1), [0.0, 1.0], [True, False]),
    (c.interval(0, 1), [0.0, 1.0, 2.0], [True, True, False]),
    (c.half_open_interval(0, 1), [0.0, 1.0], [True, False]),
    (c.simplex, [0.5, 0.5], True),
    (c.simplex, [0.5, 0.6], False),
    (c.multinomial(3), [1.0, 2.0], True),
    (c.multinomial(2), [1.0, 2.0], False),
    (c.one_hot, [0.0, 1.0, 0.0], True),
    (c.one_hot, [1.0, 1.0, 0.0], False),
    (c.lower_triangular, [[1.0, 0.0], [2.0, 0.0]], True),
    (c.lower_cholesky, [[1.0, 0.0], [2.0, 0.0]], False),
    (c.corr_cholesky, [[1.0, 0.0], [0.6, 0.8]], True),
    (c.corr_cholesky, [[1.0, 0.0], [0.6, 0.9]], False),
    (c.square, [[1.0, 0.0]], False),
    (c.symmetric, [[1.0, 0.5], [0.5, 1.0]], True),
    (c.symmetric, [[1.0, 0.0]], False),
    (c.positive_semidefinite, [[1.0, 1.0], [1.0, 1.0]], True),
    (c.positive_semidefinite, [[1.0, 1.0], [2.0, 1.0]], False),
    (c.positive_definite, [[1.0, 2.0], [2.0, 1.0]], False),
    (c.positive_definite, [[1.0, 1.0], [2.0, 1.0]], False),
    (c.cat([c.positive, c.real], 0, [1, 2]), [-1.0, -1.0, 1.0], [False, True, True]),
    (c.stack([c.positive, c.real]), [-1.0, -1.0], [False, True]),
    (c.MixtureSameFamilyConstraint(c.positive), [-1.0, 1.0], [False, True]),
]


@pytest.mark.parametrize(("constraint", "value", "inside"), INSIDE)
def test_what_is_inside(constraint, value, inside):
    assert constraint.check(mt.tensor(value)).tolist() == inside
    assert isinstance(constraint.is_discrete, bool) and constraint.event_dim in (0, 1, 2)
    assert repr(constraint)[-1] == ")"


BIJECTIVE = [
    c.real, c.positive, c.nonnegative, c.greater_than(2.0), c.less_than(1.0), c.unit_interval,
    c.interval(-1.0, 3.0), c.half_open_interval(0.0, 4.0), c.real_vector, c.simplex,
    c.corr_cholesky, c.independent(c.positive, 1), c.cat([c.positive, c.real], 0, [1, 2]),
    c.stack([c.positive, c.real, c.unit_interval]),
]  # fmt: skip


@pytest.mark.parametrize("constraint", BIJECTIVE, ids=repr)
def test_all_numbers_are_led_inside(constraint):
    for registry in (D.biject_to, D.transform_to):
        transform = registry(constraint)
        assert constraint.check(transform(VECTOR)).all()
    assert D.biject_to(constraint).bijective


@pytest.mark.parametrize(
    "constraint", [c.lower_cholesky, c.positive_definite, c.positive_semidefinite], ids=repr
)
def test_all_matrices_are_led_inside(constraint):
    assert constraint.check(D.transform_to(constraint)(MATRIX)).all()


def test_a_constraint_of_ones_own():
    class Even(c.Constraint):
        def check(self, value):
            return value % 2 == 0

    @D.biject_to.register(Even)
    def _(constraint):
        return D.AffineTransform(0, 2)

    assert D.biject_to(Even())(mt.tensor(1.5)) == 3
    assert c.is_dependent(c.dependent(event_dim=1)) and c.dependent(event_dim=1).event_dim == 1
    assert c.dependent(is_discrete=True)(event_dim=2).is_discrete


# Divergences --------------------------------------------------------------------------------------


def families():
    """Two of each, by name, of the same support."""
    p, q = mt.tensor([0.7, 2.0, 4.5]).double(), mt.tensor([1.1, 0.9, 6.0]).double()
    eye = mt.eye(3, dtype=mt.float64)
    one_by_one = {
        "Bernoulli": lambda x: D.Bernoulli(x / 8),
        "Beta": lambda x: D.Beta(x, 1.5),
        "Binomial": lambda x: D.Binomial(4, x / 8),
        "Categorical": D.Categorical,
        "OneHotCategorical": D.OneHotCategorical,
        "Cauchy": lambda x: D.Cauchy(x, x),
        "ContinuousBernoulli": lambda x: D.ContinuousBernoulli(x / 8),
        "Dirichlet": D.Dirichlet,
        "Exponential": D.Exponential,
        "Gamma": lambda x: D.Gamma(x, x),
        "Geometric": lambda x: D.Geometric(x / 8),
        "Gumbel": lambda x: D.Gumbel(x / 5, x / 8 + 0.5),
        "HalfNormal": D.HalfNormal,
        "Laplace": lambda x: D.Laplace(x, x),
        "LogNormal": lambda x: D.LogNormal(x / 5, x),
        "Normal": lambda x: D.Normal(x, x),
        "Poisson": D.Poisson,
        "Uniform": lambda x: D.Uniform(0 * x + 0.1, 0 * x + 0.9),
        "Independent": lambda x: D.Independent(D.Normal(x, x), 1),
        "MultivariateNormal": lambda x: D.MultivariateNormal(x, scale_tril=x.diag() + eye),
        "LowRankMultivariateNormal": lambda x: D.LowRankMultivariateNormal(x, x[:, None], x),
        "Wishart": lambda x: D.Wishart(x[0] + 5, x.diag() + eye),
    }
    return {name: (make(p), make(q)) for name, make in one_by_one.items()}


FAMILIES = families()
PARETO = D.Pareto(mt.tensor([3.0, 2.0]).double(), mt.tensor([4.0, 5.0]).double())
SMALLER = D.Pareto(mt.tensor([1.0, 2.0]).double(), mt.tensor([3.0, 7.0]).double())
NORMAL3 = D.Normal(mt.tensor([0.3, 1.0, -0.5]).double(), mt.tensor([1.0, 2.0, 0.7]).double())
BELOW_ONE = D.ContinuousBernoulli(mt.tensor([0.2, 0.6, 0.9]).double())
MIXED = [
    ("Bernoulli", "Poisson"), ("Beta", "ContinuousBernoulli"), ("Beta", "Exponential"),
    ("Beta", "Gamma"), ("Beta", "Normal"), ("ContinuousBernoulli", "Exponential"),
    ("ContinuousBernoulli", "Normal"), ("Exponential", "Gamma"), ("Exponential", "Gumbel"),
    ("Exponential", "Normal"), ("Gamma", "Exponential"), ("Gamma", "Gumbel"), ("Gamma", "Normal"),
    ("Gumbel", "Normal"), ("Laplace", "Normal"), ("Normal", "Gumbel"), ("Normal", "Laplace"),
    ("Uniform", "Beta"), ("Uniform", "ContinuousBernoulli"), ("Uniform", "Exponential"),
    ("Uniform", "Gamma"), ("Uniform", "Gumbel"), ("Uniform", "Normal"),
    ("LowRankMultivariateNormal", "MultivariateNormal"),
    ("MultivariateNormal", "LowRankMultivariateNormal"),
]  # fmt: skip
PAIRS = [(name, *FAMILIES[name]) for name in FAMILIES]
PAIRS += [(f"{a}-{b}", FAMILIES[a][0], FAMILIES[b][1]) for a, b in MIXED]
PAIRS += [
    ("Pareto", PARETO, SMALLER),
    ("Pareto-Exponential", PARETO, D.Exponential(PARETO.alpha)),
    ("Pareto-Gamma", PARETO, D.Gamma(PARETO.alpha, PARETO.scale)),
    ("Pareto-Normal", PARETO, D.Normal(PARETO.alpha, PARETO.scale)),
    ("Uniform-Pareto", D.Uniform(PARETO.scale, PARETO.scale + 2), SMALLER),
    ("Beta-Uniform", FAMILIES["Beta"][0], D.Uniform(-1.0, 2.0)),
    ("ContinuousBernoulli-Uniform", BELOW_ONE, D.Uniform(-1.0, 2.0)),
    ("Uniform-wider", FAMILIES["Uniform"][0], D.Uniform(-1.0, 2.0)),
]


@pytest.mark.parametrize(("name", "p", "q"), PAIRS, ids=[pair[0] for pair in PAIRS])
def test_divergences_are_expected_differences(name, p, q):
    mt.manual_seed(1)
    samples = p.sample((4000,))
    difference = (p.log_prob(samples) - q.log_prob(samples)).numpy()
    error = difference.std(0) / 4000**0.5 + 1e-7
    found = D.kl_divergence(p, q).detach().numpy()
    assert found.shape == difference.shape[1:]
    assert (np.abs(difference.mean(0) - found) < 5 * error).all(), (
        found,
        difference.mean(0),
        error,
    )


@pytest.mark.parametrize(
    ("p", "q"),
    [
        (NORMAL3, FAMILIES["Gamma"][0]),
        (FAMILIES["Gamma"][0], FAMILIES["Beta"][0]),
        (FAMILIES["Poisson"][0], FAMILIES["Bernoulli"][0]),
        (FAMILIES["Beta"][0], D.Pareto(1.0, 1.0)),
        (SMALLER, D.Pareto(mt.tensor([4.0, 5.0]), 1.0)),
        (D.Uniform(0.0, 2.0), D.Uniform(0.0, 1.0)),
        (D.Uniform(-1.0, 2.0), D.Gamma(1.0, 1.0)),
        (D.Bernoulli(0.5), D.Bernoulli(0.0)),
        (D.Categorical(mt.tensor([0.5, 0.5])), D.Categorical(mt.tensor([1.0, 0.0]))),
        (D.Binomial(5, mt.tensor(0.5)), D.Binomial(4, mt.tensor(0.5))),
    ],
)
def test_divergences_are_infinite_where_a_value_is_impossible(p, q):
    assert (D.kl_divergence(p, q) == float("inf")).all()


@pytest.mark.parametrize(
    "name",
    "Bernoulli Beta ContinuousBernoulli Dirichlet Exponential Gamma Normal Poisson".split(),
)
def test_natural_parameters_give_the_same_divergences(name):
    p, q = FAMILIES[name]
    found = D.kl._exponential_family(p, q).detach()
    np.testing.assert_allclose(found, D.kl_divergence(p, q), rtol=1e-9)


def test_divergences_of_exponential_families_have_gradients():
    def divergence(df, other):
        eye = mt.eye(2, dtype=mt.float64)
        return D.kl_divergence(D.Wishart(df, eye), D.Wishart(other, 2 * eye))

    df, other = (mt.tensor(x, dtype=mt.float64, requires_grad=True) for x in (5.0, 7.5))
    assert mt.autograd.gradcheck(divergence, (df, other))


def test_divergences_that_are_not_there():
    for p, q in (
        (D.StudentT(1.0), D.Normal(0.0, 1.0)),
        (D.Binomial(4, mt.tensor(0.5)), D.Binomial(5, mt.tensor(0.5))),
        (FAMILIES["LogNormal"][0], D.TransformedDistribution(NORMAL3, D.TanhTransform())),
        (FAMILIES["Independent"][0], D.Independent(NORMAL3, 0)),
        (D.Poisson(1.0), D.Normal(0.0, 1.0)),
    ):
        with pytest.raises(NotImplementedError):
            D.kl_divergence(p, q)
    with pytest.raises(ValueError, match="different event shapes"):
        two = D.MultivariateNormal(mt.zeros(2), mt.eye(2))
        D.kl_divergence(two, D.MultivariateNormal(mt.zeros(3), mt.eye(3)))


def test_a_divergence_of_ones_own():
    class Left(D.Normal):
        pass

    class Right(D.Normal):
        pass

    assert D.kl_divergence(Left(0.0, 1.0), Right(0.0, 1.0)) == 0

    D.register_kl(Left, D.Normal)(lambda p, q: mt.tensor(7.0))
    assert D.kl_divergence(Left(0.0, 1.0), Right(0.0, 1.0)) == 7
    D.register_kl(D.Normal, Right)(lambda p, q: mt.tensor(8.0))
    with pytest.warns(RuntimeWarning, match=r"Please register_kl\(Left, Right\)"):
        assert D.kl_divergence(Left(0.0, 1.0), Right(0.0, 1.0)) == 7
