"""Functions of matrices: inverses, decompositions, norms."""

from __future__ import annotations

import math

import numpy as np

from .sample import Made, Sample, cplx, positive, real, square, x, y


def definite(A):
    """A positive-definite matrix."""
    return A @ A.mH + A.new_ones(A.shape[-1]).diag()


def triangular(A):
    """A lower triangular matrix that has an inverse."""
    return A.tril(-1) + A.new_ones(A.shape[-1]).diag() * 2


def singular(A):
    """A matrix of rank one less than full."""
    return A - A[:1] * (A[:1] * A).sum(-1, keepdim=True) / (A[:1] * A[:1]).sum()


def sizes(results):
    """The absolute values, for vectors that may have any sign or phase."""
    return [t.abs() for t in results]


def first(results):
    """The first result."""
    return results[0]


def two(results):
    """The first two results."""
    return results[:2]


def but_first(results):
    """The results after the first."""
    return results[1:]


SQUARE = [square, cplx(2, 2), real(2, 2, 2), real(1, 1), real(0, 0), real(0, 2, 2)]
SHAPES = [square, real(3, 2), real(2, 3), cplx(2, 2), real(2, 3, 2)]
TALL = [real(3, 2), cplx(2, 2), real(2, 2, 1)]
pivots = np.array([3, 2, 3], np.int32)

INVERSES = [
    *(
        Sample(name, A)
        for name in "linalg.inv linalg.det inverse det linalg.matrix_exp matrix_exp".split()
        for A in SQUARE
    ),
    *(Sample(name, A) for name in ("linalg.slogdet", "slogdet") for A in SQUARE[:4]),
    *(Sample("linalg.inv_ex", A).then(first) for A in SQUARE[:4]),
    Sample("linalg.det", Made(singular, square)),
    Sample("logdet", Made(definite, square)),
    Sample("logdet", cplx(2, 2)),
    Sample("linalg.solve", square, real(3)),
    Sample("linalg.solve", real(2, 2, 2), real(2, 2)),
    Sample("linalg.solve", real(2, 2), real(3, 2, 1)),
    Sample("linalg.solve", cplx(2, 2), cplx(3, 2), left=False),
    Sample("linalg.solve", real(0, 0), real(0, 2)),
    Sample("linalg.solve_ex", square, real(3, 1)).then(first),
    *(
        Sample("linalg.solve_triangular", Made(triangular, A), B, upper=False, unitriangular=unit)
        for A, B in [(square, real(3, 2)), (cplx(2, 2), cplx(3, 2, 1)), (real(2, 2, 2), real(2, 1))]
        for unit in (False, True)
    ),
    Sample("linalg.solve_triangular", Made(triangular, square), x, upper=False, left=False),
    Sample("linalg.solve_triangular", Made(triangular, square), real(3, 1), upper=True),
    Sample("triangular_solve", real(3, 2), Made(triangular, square), False),
    Sample("triangular_solve", real(3, 1), Made(triangular, square), False, True, True),
    Sample("cholesky_solve", real(3, 2), Made(triangular, square)),
    Sample("cholesky_solve", cplx(2, 1), Made(triangular, cplx(2, 2)), True),
    Sample("cholesky_inverse", Made(triangular, square)),
    Sample("cholesky_inverse", Made(triangular, cplx(2, 2)), True),
    Sample("linalg.tensorinv", real(4, 2, 2), 1),
    Sample("linalg.tensorsolve", real(2, 3, 6), x),
    Sample("linalg.tensorsolve", real(2, 4, 2), real(4), (0,)),
    *(Sample("linalg.pinv", A) for A in SHAPES),
    Sample("linalg.pinv", real(3, 2), atol=0.5),
    Sample("linalg.pinv", Made(definite, cplx(2, 2)), hermitian=True),
    Sample("pinverse", x),
    Sample("linalg.lstsq", real(3, 2), real(3, 2)).then(first),
    Sample("linalg.lstsq", real(2, 3, 2), real(2, 3), driver="gelsd").then(two),
    Sample("linalg.lstsq", real(2, 3), real(2, 1)).then(first),
    Sample("linalg.lstsq", cplx(3, 2), cplx(3, 1), driver="gels").then(first),
]

FACTORS = [
    *(
        Sample(name, Made(definite, A), upper=upper)
        for name in ("linalg.cholesky", "cholesky")
        for A in SQUARE
        for upper in (False, True)
    ),
    Sample("linalg.cholesky_ex", Made(definite, square)).then(first),
    *(Sample(name, A) for name in ("linalg.qr", "qr") for A in SHAPES),
    Sample("linalg.qr", real(2, 3), "complete").then(first),
    Sample("qr", real(2, 3), False),
    *(Sample("linalg.lu", A).then(but_first) for A in SHAPES),
    *(
        Sample(f"linalg.{name}", A).then(first)
        for name in ("lu_factor", "lu_factor_ex")
        for A in SHAPES
    ),
    Sample("lu", square).then(first),
    Sample("mt.lu_unpack", square, pivots).then(but_first),
    Sample("mt.lu_unpack", real(2, 3), pivots[:2] - 1).then(but_first),
    *(
        Sample("linalg.lu_solve", Made(triangular, square), pivots, B, left=left, adjoint=adjoint)
        for B, left in [(real(3, 2), True), (real(2, 3), False)]
        for adjoint in (False, True)
    ),
    Sample(
        "linalg.lu_solve", Made(triangular, cplx(2, 2)), pivots[1:] - 1, cplx(2, 2), adjoint=True
    ),
    Sample("lu_solve", real(3, 1), Made(triangular, square), pivots),
    *(Sample("linalg.householder_product", A, real(A.shape[-1])) for A in TALL[:1]),
    Sample("linalg.householder_product", cplx(2, 2), cplx(1)),
    Sample("orgqr", real(2, 2, 1), real(2, 1)),
    Sample("ormqr", real(3, 2), real(2), real(3, 2)),
    Sample("ormqr", cplx(2, 2), cplx(2), cplx(3, 2), False, True),
]

SPECTRA = [
    *(Sample("linalg.svd", A, full_matrices=False).then(sizes) for A in SHAPES),
    Sample("linalg.svd", square).then(sizes),
    Sample("svd", x).then(sizes),
    Sample("svd", x, True, False).then(lambda results: results[1]),
    *(Sample("linalg.svdvals", A) for A in SHAPES),
    *(Sample("linalg.eigvals", A) for A in SQUARE[:4]),
    *(Sample("linalg.eig", A).then(sizes) for A in SQUARE[:4]),
    *(Sample("linalg.eigh", Made(definite, A)).then(sizes) for A in SQUARE[:4]),
    *(Sample("linalg.eigvalsh", Made(definite, A), "U") for A in SQUARE[:4]),
    Sample("mt.svd_lowrank", square, 2).then(sizes),
    Sample("mt.pca_lowrank", square, 1).then(sizes),
]

NORMS = [
    *(
        Sample("linalg.matrix_norm", A, order)
        for A in SHAPES
        for order in ("fro", "nuc", 2, -2, 1, -1, math.inf, -math.inf)
    ),
    Sample("linalg.matrix_norm", real(2, 3, 2), "nuc", (2, 0), True),
    Sample("linalg.matrix_norm", real(2, 3, 2), 1, (2, 0), True),
    Sample("linalg.vector_norm", x, 3, 1, True),
    Sample("linalg.vector_norm", cplx(2, 2)),
    Sample("linalg.norm", x),
    Sample("linalg.norm", x, 2),
    Sample("linalg.norm", real(2, 2, 2), 3, 1),
    Sample("linalg.norm", real(2, 2, 2), "nuc", (0, 2)),
    Sample("norm", x, "nuc"),
    *(Sample("linalg.cond", A) for A in SHAPES),
    *(Sample("linalg.cond", square, p) for p in ("fro", "nuc", 1, math.inf, -2)),
]

PRODUCTS_OF_MATRICES = [
    *(
        Sample(name, square, n)
        for name in ("linalg.matrix_power", "matrix_power")
        for n in (0, 1, 3, -2)
    ),
    Sample("linalg.matrix_power", cplx(2, 2, 2), 2),
    Sample("linalg.multi_dot", [real(2, 3), real(3, 1), real(1, 2)]),
    Sample("linalg.multi_dot", [real(2), real(2, 3), real(3)]),
    Sample("linalg.vecdot", x, real(3)),
    Sample("linalg.vecdot", cplx(2, 2), cplx(2, 2), dim=0),
    Sample("linalg.cross", x, y),
    Sample("linalg.cross", real(3, 2), real(3, 1), dim=0),
    Sample("linalg.diagonal", real(2, 3, 2), offset=-1),
    Sample("linalg.vander", positive(3)),
    Sample("linalg.vander", x, N=2),
    Sample("mt.vander", positive(3)),
    Sample("mt.vander", positive(2), 3, True),
    Sample("linalg.matmul", x, square),
]

MATRICES = [*INVERSES, *FACTORS, *SPECTRA, *NORMS, *PRODUCTS_OF_MATRICES]
