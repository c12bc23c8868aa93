"""One distribution of every family, with its parameters, as a table."""

from __future__ import annotations

import numpy as np


def f32(*values):
    return np.array(values, np.float32)


MATRIX = np.array([[2.0, 0.3, 0.1], [0.3, 1.0, -0.2], [0.1, -0.2, 1.5]], np.float32)
LOWER = np.linalg.cholesky(MATRIX.astype(np.float64)).astype(np.float32)
FACTOR = np.array([[1.0, 0.2], [0.5, -1.0], [0.3, 0.4]], np.float32)
LOC, SCALE, POSITIVE = f32(0.3, -1.2, 2.0), f32(0.5, 1.0, 2.5), f32(0.7, 2.0, 9.5)
PROBS, LOGITS = f32(0.2, 0.5, 0.9), f32(-1.5, 0.2, 2.0)
CLASSES = np.array([[0.2, 0.3, 0.5], [0.1, 0.7, 0.2]], np.float32)
SHARES = np.array([[0.2, 0.3, 0.5], [0.25, 0.25, 0.5]], np.float32)
ONE_HOT = np.array([[0, 1, 0], [0, 0, 1]], np.float32)
CORRELATION = np.linalg.cholesky(np.array([[1, 0.3, 0.1], [0.3, 1, -0.2], [0.1, -0.2, 1]]))

REAL, ABOVE = f32(-0.4, 0.8, 2.2), f32(0.3, 1.7, 4.0)
UNIT, COUNTS = f32(0.1, 0.5, 0.8), f32(0, 2, 3)

# name: (how it is made of the library's distributions and parameters, parameters, a value)
CASES = {
    "Normal": (lambda d, *p: d.Normal(*p), (LOC, SCALE), REAL),
    "Bernoulli": (lambda d, p: d.Bernoulli(p), (PROBS,), f32(0, 1, 1)),
    "Bernoulli-logits": (lambda d, x: d.Bernoulli(logits=x), (LOGITS,), f32(0, 1, 1)),
    "Categorical": (lambda d, p: d.Categorical(p), (CLASSES,), f32(0, 2)),
    "Categorical-logits": (lambda d, x: d.Categorical(logits=x), (CLASSES,), f32(1, 2)),
    "Uniform": (lambda d, *p: d.Uniform(*p), (LOC - 3, LOC + SCALE), f32(-0.9, -0.5, 1.7)),
    "Exponential": (lambda d, p: d.Exponential(p), (POSITIVE,), ABOVE),
    "Beta": (lambda d, *p: d.Beta(*p), (POSITIVE, SCALE), UNIT),
    "Gamma": (lambda d, *p: d.Gamma(*p), (POSITIVE, SCALE), ABOVE),
    "Dirichlet": (lambda d, p: d.Dirichlet(p), (10 * CLASSES,), SHARES),
    "Multinomial": (lambda d, p: d.Multinomial(6, p), (CLASSES,), f32([1, 2, 3], [6, 0, 0])),
    "Multinomial-logits": (
        lambda d, x: d.Multinomial(6, logits=x), (CLASSES,), f32([1, 2, 3], [6, 0, 0])
    ),
    "MultivariateNormal": (
        lambda d, m, c: d.MultivariateNormal(m, covariance_matrix=c), (LOC, MATRIX), REAL
    ),
    "MultivariateNormal-tril": (
        lambda d, m, c: d.MultivariateNormal(m, scale_tril=c), (LOC, LOWER), REAL
    ),
    "MultivariateNormal-precision": (
        lambda d, m, c: d.MultivariateNormal(m, precision_matrix=c),
        (np.stack([LOC, SCALE]), MATRIX),
        REAL,
    ),
    "Poisson": (lambda d, p: d.Poisson(p), (POSITIVE,), COUNTS),
    "OneHotCategorical": (lambda d, p: d.OneHotCategorical(p), (CLASSES,), ONE_HOT),
    "OneHotCategoricalStraightThrough": (
        lambda d, x: d.OneHotCategoricalStraightThrough(logits=x), (CLASSES,), ONE_HOT
    ),
    "Laplace": (lambda d, *p: d.Laplace(*p), (LOC, SCALE), REAL),
    "LogNormal": (lambda d, *p: d.LogNormal(*p), (LOC, SCALE), ABOVE),
    "Binomial": (lambda d, p: d.Binomial(5, p), (PROBS,), COUNTS),
    "Binomial-logits": (lambda d, x: d.Binomial(40, logits=x), (LOGITS,), COUNTS),
    "Geometric": (lambda d, p: d.Geometric(p), (PROBS,), COUNTS),
    "Geometric-logits": (lambda d, x: d.Geometric(logits=x), (LOGITS,), COUNTS),
    "Gumbel": (lambda d, *p: d.Gumbel(*p), (LOC, SCALE), REAL),
    "Cauchy": (lambda d, *p: d.Cauchy(*p), (LOC, SCALE), REAL),
    "HalfNormal": (lambda d, p: d.HalfNormal(p), (SCALE,), ABOVE),
    "HalfCauchy": (lambda d, p: d.HalfCauchy(p), (SCALE,), ABOVE),
    "StudentT": (lambda d, *p: d.StudentT(*p), (f32(0.8, 1.5, 7), LOC, SCALE), REAL),
    "Chi2": (lambda d, p: d.Chi2(p), (POSITIVE,), ABOVE),
    "FisherSnedecor": (lambda d, *p: d.FisherSnedecor(*p), (POSITIVE, f32(1, 3.5, 8)), ABOVE),
    "Pareto": (lambda d, *p: d.Pareto(*p), (SCALE, POSITIVE), SCALE + 0.5),
    "Weibull": (lambda d, *p: d.Weibull(*p), (SCALE, POSITIVE), ABOVE),
    "Kumaraswamy": (lambda d, *p: d.Kumaraswamy(*p), (POSITIVE, SCALE), UNIT),
    "NegativeBinomial": (lambda d, p: d.NegativeBinomial(5.0, p), (PROBS,), COUNTS),
    "NegativeBinomial-logits": (
        lambda d, n, x: d.NegativeBinomial(n, logits=x), (POSITIVE, LOGITS), COUNTS
    ),
    "RelaxedBernoulli": (lambda d, *p: d.RelaxedBernoulli(*p), (f32(0.7)[0], PROBS), UNIT),
    "RelaxedOneHotCategorical": (
        lambda d, *p: d.RelaxedOneHotCategorical(*p), (f32(0.7)[0], CLASSES), SHARES
    ),
    "ContinuousBernoulli": (lambda d, p: d.ContinuousBernoulli(p), (PROBS,), UNIT),
    "ContinuousBernoulli-logits": (
        lambda d, x: d.ContinuousBernoulli(logits=x), (LOGITS,), UNIT
    ),
    "VonMises": (lambda d, *p: d.VonMises(*p), (LOC, POSITIVE), REAL),
    "LogisticNormal": (
        lambda d, *p: d.LogisticNormal(*p),
        (np.stack([LOC, SCALE]), SCALE),
        f32([0.1, 0.2, 0.3, 0.4], [0.25, 0.25, 0.25, 0.25]),
    ),
    "Independent": (lambda d, *p: d.Independent(d.Normal(*p), 1), (LOC, SCALE), REAL),
    "MixtureSameFamily": (
        lambda d, w, m, s: d.MixtureSameFamily(d.Categorical(w), d.Normal(m, s)),
        (CLASSES[0], LOC, SCALE),
        REAL,
    ),
    "MixtureSameFamily-vectors": (
        lambda d, w, m, s: d.MixtureSameFamily(
            d.Categorical(w), d.Independent(d.Normal(m, s), 1)
        ),
        (CLASSES[0], np.stack([LOC, REAL], -1), np.stack([SCALE, SCALE], -1)),
        REAL[:2],
    ),
    "TransformedDistribution": (
        lambda d, a, b, m, s: d.TransformedDistribution(
            d.Normal(m, s), [d.AffineTransform(a, b), d.SigmoidTransform()]
        ),
        (LOC, -SCALE, LOC, SCALE),
        UNIT,
    ),
    "LowRankMultivariateNormal": (
        lambda d, *p: d.LowRankMultivariateNormal(*p), (LOC, FACTOR, SCALE), REAL
    ),
    "InverseGamma": (lambda d, *p: d.InverseGamma(*p), (POSITIVE, SCALE), ABOVE),
    "Wishart": (
        lambda d, n, c: d.Wishart(n, covariance_matrix=c), (f32(4.5, 9.0), MATRIX), MATRIX
    ),
    "Wishart-tril": (lambda d, c: d.Wishart(6.0, scale_tril=c.tril()), (LOWER,), MATRIX),
    "LKJCholesky": (
        lambda d, p: d.LKJCholesky(3, p), (SCALE[:2],), CORRELATION.astype(np.float32)
    ),
    "GeneralizedPareto": (
        lambda d, *p: d.GeneralizedPareto(*p), (LOC, SCALE, f32(0.4, 0.1, -0.2)), LOC + 0.5
    ),
}  # fmt: skip

# What depends on no parameter, or has no such attribute in PyTorch either.
ATTRIBUTES = ("mean", "mode", "variance", "stddev")
METHODS = ("entropy", "perplexity")
