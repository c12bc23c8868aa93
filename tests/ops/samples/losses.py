"""Losses with a margin, likelihoods, and how alike vectors are."""

from __future__ import annotations

import numpy as np

from .sample import Sample, classes, positive, real, weights, x, y

SIGNS = np.array([[1.0, -1.0, -1.0], [-1.0, 1.0, 1.0]])
LISTS = np.array([[2, 0, -1], [1, -1, 0]])

MARGINS = [
    *(
        sample
        for options in ({}, {"reduction": "sum"}, {"reduction": "none"})
        for sample in (
            Sample("margin_ranking_loss", x, y, SIGNS, 0.5, **options),
            Sample("hinge_embedding_loss", x, SIGNS, **options),
            Sample("soft_margin_loss", x, SIGNS, **options),
            Sample("cosine_embedding_loss", x, y, SIGNS[:, 0], -0.5, **options),
            Sample("multilabel_soft_margin_loss", x, np.maximum(SIGNS, 0), **options),
            Sample("multi_margin_loss", x, classes, **options),
            Sample("multilabel_margin_loss", x, LISTS, **options),
            Sample("triplet_margin_loss", x, y, real(2, 3), 2.0, **options),
            Sample("poisson_nll_loss", x, positive(2, 3), full=True, **options),
            Sample("gaussian_nll_loss", x, y, positive(2, 3), **options),
        )
    ),
    Sample("cosine_embedding_loss", real(3), real(3), np.array(1)),
    Sample("multilabel_soft_margin_loss", x, np.maximum(SIGNS, 0), weights[0]),
    Sample("multi_margin_loss", x, classes, 2, 0.5, weights[0]),
    Sample("multi_margin_loss", real(3), np.array(1)),
    Sample("multilabel_margin_loss", real(3), LISTS[0]),
    Sample("triplet_margin_loss", x, y, real(2, 3), p=3, swap=True),
    Sample("triplet_margin_with_distance_loss", x, y, real(2, 3), margin=2.0, swap=True),
    Sample("poisson_nll_loss", positive(2, 3), positive(2, 3), log_input=False),
    Sample("gaussian_nll_loss", x, y, positive(2, 1), full=True),
    Sample("gaussian_nll_loss", x, y, positive(2)),
    Sample("gaussian_nll_loss", x, y, 0.5),
    Sample("linear_cross_entropy", x, real(4, 3), classes, linear_bias=real(4)),
    Sample("linear_cross_entropy", x, real(4, 2, 3), np.array([[0, 1], [3, 3]]), reduction="sum"),
]

SIMILARITIES = [
    Sample("cosine_similarity", x, y),
    Sample("cosine_similarity", x, real(3), dim=-1),
    Sample("cosine_similarity", x, y, 0, 0.1),
    Sample("pairwise_distance", x, y),
    Sample("pairwise_distance", x, real(3), 3.0, 0.1, True),
    Sample("pairwise_distance", real(3), real(3), 1.0),
    Sample("pdist", real(4, 3)),
    Sample("pdist", real(4, 3), 3.0),
    Sample("pdist", real(1, 3)),
    Sample("norm_except_dim", real(2, 3, 2)),
    Sample("norm_except_dim", real(2, 3, 2), 2, 1),
    Sample("norm_except_dim", x, 2, -1),
]
