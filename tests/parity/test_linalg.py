"""`linalg` and the older functions of matrices beside PyTorch: values and two derivatives."""

from __future__ import annotations

import itertools

import numpy as np
import pytest

torch = pytest.importorskip("torch")

import minitorch as mt
from tests.parity.compare import same, same_error

rng = np.random.default_rng(0)


def real(*shape):
    return rng.standard_normal(shape)


def cplx(*shape):
    return real(*shape) + 1j * real(*shape)


def spd(A):
    """A positive-definite matrix made of any."""
    return A @ A.mH + 2 * unit(A)


def factor(A):
    """A Cholesky factor made of any matrix."""
    return A.tril(-1) + A.diagonal(0, -2, -1).abs().diag_embed()


def unit(A):
    return A.new_ones(A.shape[-1]).diag()


def unphased(result):
    """The results without the signs and phases that LAPACKs choose differently."""
    return [t.abs() if i != 1 else t for i, t in enumerate(result)]


SQUARE = [real(3, 3), cplx(3, 3), real(2, 3, 3), cplx(2, 1, 2, 2), real(1, 1)]
ANY = [real(3, 3), real(4, 2), real(2, 4), real(2, 3, 2), cplx(3, 2), cplx(2, 3)]
TALL = [real(3, 3), real(4, 2), real(2, 3, 2), cplx(3, 2)]

# A function of the library and a matrix, and the matrices it is tried on.
OF_ONE = {
    "inv": (lambda L, A: L.inv(A), SQUARE),
    "inv_ex": (lambda L, A: L.inv_ex(A), SQUARE),
    "det": (lambda L, A: L.det(A), SQUARE),
    "slogdet": (lambda L, A: L.slogdet(A), SQUARE),
    "cholesky": (lambda L, A: L.cholesky(spd(A)), SQUARE),
    "cholesky of the upper": (lambda L, A: L.cholesky(spd(A), upper=True), SQUARE),
    "cholesky of any": (lambda L, A: L.cholesky(A + 9 * unit(A)), SQUARE),
    "cholesky_ex": (lambda L, A: L.cholesky_ex(spd(A)), SQUARE),
    "qr": (lambda L, A: L.qr(A), ANY),
    "Q": (lambda L, A: L.qr(A).Q, ANY),
    "R": (lambda L, A: L.qr(A).R, ANY),
    "complete qr": (lambda L, A: L.qr(A, "complete"), [real(3, 3), real(2, 3), cplx(2, 3)]),
    "lu": (lambda L, A: L.lu(A)[1:], ANY),
    "P": (lambda L, A: L.lu(A).P.detach(), ANY),
    "lu_factor": (lambda L, A: L.lu_factor(A), ANY),
    "lu_factor_ex": (lambda L, A: L.lu_factor_ex(A), ANY),
    "svd": (lambda L, A: unphased(L.svd(A, full_matrices=False)), ANY),
    "full svd": (lambda L, A: unphased(L.svd(A)[:2]), [real(3, 3), real(2, 4), cplx(3, 3)]),
    "U": (lambda L, A: L.svd(A, full_matrices=False).U.abs(), ANY),
    "Vh": (lambda L, A: L.svd(A, full_matrices=False).Vh.abs(), ANY),
    "svdvals": (lambda L, A: L.svdvals(A), ANY),
    "eigh": (lambda L, A: [L.eigh(A)[0], L.eigh(A)[1].abs()], SQUARE),
    "eigh of the upper": (lambda L, A: [L.eigh(A, "U")[0], L.eigh(A, "u")[1].abs()], SQUARE),
    "eigenvectors": (lambda L, A: L.eigh(A).eigenvectors.abs(), SQUARE),
    "eigvalsh": (lambda L, A: L.eigvalsh(A), SQUARE),
    "eig": (lambda L, A: [L.eig(A)[0].abs(), L.eig(A)[1].abs()], SQUARE),
    "eigvals": (lambda L, A: L.eigvals(A).abs(), SQUARE),
    "matrix_exp": (lambda L, A: L.matrix_exp(A), SQUARE),
    "matrix_power": (lambda L, A: [L.matrix_power(A, n) for n in (0, 1, 2, 5, -3)], SQUARE),
    "matrix_norm": (
        lambda L, A: [L.matrix_norm(A, o) for o in ("fro", "nuc", 2, -2, 1, -1, np.inf, -np.inf)],
        ANY,
    ),
    "norm of a matrix": (lambda L, A: [L.norm(A, 2), L.norm(A, np.inf)], [real(3, 2), cplx(2, 2)]),
    "norm": (
        lambda L, A: [L.norm(A), L.norm(A, "fro", (0, 1)), L.norm(A, 3, 0), L.norm(A, 1, (1, 0))],
        ANY,
    ),
    "matrix_norm with dims": (
        lambda L, A: [L.matrix_norm(A, o, (-1, 0), keepdim=True) for o in ("fro", "nuc", 1, 2)],
        ANY,
    ),
    "cond": (lambda L, A: [L.cond(A), L.cond(A, -2)], ANY),
    "cond of a norm": (
        lambda L, A: [L.cond(A.detach(), p) for p in ("fro", "nuc", 1, -1, np.inf)],
        SQUARE,
    ),
    "pinv": (lambda L, A: L.pinv(A), ANY),
    "pinv of few": (lambda L, A: L.pinv(A, atol=0.5), ANY),
    "pinv of a Hermitian": (lambda L, A: L.pinv(A + A.mH, hermitian=True), SQUARE),
    "matrix_rank": (lambda L, A: [L.matrix_rank(A), L.matrix_rank(A @ A.mH, hermitian=True)], ANY),
    "diagonal": (lambda L, A: [L.diagonal(A), L.diagonal(A, offset=1)], ANY),
    "tensorinv": (lambda L, A: L.tensorinv(A.reshape(3, 1, 3), ind=2), [real(3, 3), cplx(3, 3)]),
    "householder_product": (lambda L, A: L.householder_product(A, A[..., 0, :]), TALL),
    "vander": (lambda L, A: [L.vander(A), L.vander(A, N=4)], ANY),
}


def close(*dtypes):
    return [
        (name, A.astype(d) if A.dtype.kind == "f" else A.astype(complex_of(d)))
        for name, (_, matrices) in OF_ONE.items()
        for A in matrices
        for d in dtypes
    ]


def complex_of(dtype):
    return {"float32": "complex64", "float64": "complex128"}[dtype]


def shown(value):
    return value if isinstance(value, str) else f"{value.dtype}{list(value.shape)}"


@pytest.mark.parametrize(("name", "A"), close("float64"), ids=shown)
def test_function_of_a_matrix(name, A):
    function = OF_ONE[name][0]
    same(lambda lib, A: function(lib.linalg, A), A, names=False, slack=1e4)


@pytest.mark.parametrize(("name", "A"), close("float32"), ids=shown)
def test_single_precision(name, A):
    function = OF_ONE[name][0]
    same(lambda lib, A: function(lib.linalg, A), A, names=False, second=False, slack=300)


# Functions of several matrices.
OF_TWO = [
    ("solve", lambda L, A, B: L.solve(A, B), [
        (real(3, 3), real(3)), (real(3, 3), real(3, 2)), (cplx(2, 2), cplx(3, 2, 1)),
        (real(2, 3, 3), real(2, 3)), (real(2, 3, 3), real(3, 2)), (real(2, 1, 2, 2), real(3, 2, 1)),
    ]),
    ("solve from the right", lambda L, A, B: L.solve(A, B, left=False), [
        (real(3, 3), real(2, 3)), (cplx(2, 2), cplx(3, 1, 2)),
    ]),
    ("solve_ex", lambda L, A, B: L.solve_ex(A, B), [(real(3, 3), real(3, 2))]),
    *[
        (f"solve_triangular {upper} {left} {unit}",
         lambda L, A, B, upper=upper, left=left, unit=unit: L.solve_triangular(
             A, B @ B.mT, upper=upper, left=left, unitriangular=unit),
         [(real(3, 3), real(3, 3)), (cplx(2, 2), cplx(3, 2, 2)), (real(2, 3, 3), real(3, 3))])
        for upper in (True, False) for left in (True, False) for unit in (True, False)
    ],
    *[
        (f"lu_solve {left} {adjoint}",
         lambda L, A, B, left=left, adjoint=adjoint: L.lu_solve(
             *L.lu_factor(A), B if left else B.mT, left=left, adjoint=adjoint),
         [(real(3, 3), real(3, 2)), (cplx(2, 2), cplx(3, 2, 1)), (real(2, 3, 3), real(3, 2))])
        for left in (True, False) for adjoint in (True, False)
    ],
    ("lstsq", lambda L, A, B: L.lstsq(A, B)[0], [
        (real(3, 3), real(3, 2)), (real(4, 2), real(4, 2)), (real(4, 2), real(4)),
        (real(2, 4), real(2, 3)), (cplx(3, 2), cplx(3, 1)), (real(2, 4, 2), real(2, 4)),
    ]),
    *[
        (f"lstsq {driver}", lambda L, A, B, d=driver: [t.detach() for t in L.lstsq(A, B, driver=d)],
         [(real(4, 2), real(4, 2)), (real(2, 4), real(2, 3)), (real(2, 4, 2), real(2, 4, 1))])
        for driver in ("gels", "gelsy", "gelsd", "gelss")
    ],
    ("residuals", lambda L, A, B: L.lstsq(A, B, driver="gelsd").residuals, [
        (real(4, 2), real(4, 2)), (cplx(3, 2), cplx(3, 1)), (real(4, 2), real(4)),
    ]),
    ("vecdot", lambda L, A, B: L.vecdot(A, B), [(real(2, 3), real(3)), (cplx(2, 2), cplx(2, 2))]),
    ("cross", lambda L, A, B: L.cross(A, B), [(real(2, 3), real(2, 3)), (cplx(3), cplx(3))]),
    ("tensorsolve", lambda L, A, B: L.tensorsolve(A, B), [(real(2, 3, 6), real(2, 3))]),
    ("moved tensorsolve", lambda L, A, B: L.tensorsolve(A, B, (0,)), [(real(2, 4, 2), real(4))]),
    ("multi_dot", lambda L, A, B: L.multi_dot([A, B, A]), [(real(2, 3), real(3, 2))]),
    ("ldl_solve", lambda L, A, B: L.ldl_solve(*L.ldl_factor(spd(A).detach()), B.detach()), [
        (real(3, 3), real(3, 2)), (real(2, 3, 3), real(3, 2)),
    ]),
    ("hermitian ldl_solve", lambda L, A, B: L.ldl_solve(
        *L.ldl_factor((A + A.mH).detach(), hermitian=True), B.detach(), hermitian=True),
     [(cplx(3, 3), cplx(3, 2)), (real(3, 3), real(3, 1))]),
]  # fmt: skip
PAIRS = [(name, call, *pair) for name, call, pairs in OF_TWO for pair in pairs]


def named(rows):
    return [
        pytest.param(*row[1:], id="-".join([row[0], *[shown(a) for a in row[2:]]])) for row in rows
    ]


@pytest.mark.parametrize(("function", "A", "B"), named(PAIRS))
def test_function_of_two_matrices(function, A, B):
    same(lambda lib, A, B: function(lib.linalg, A, B), A, B, names=False, slack=1e5)


# The older functions, which are methods as well.
OLD = [
    ("det", lambda lib, A: [lib.det(A), A.det()], SQUARE),
    ("slogdet", lambda lib, A: [*lib.slogdet(A), *A.slogdet()], SQUARE),
    ("logdet", lambda lib, A: lib.logdet(spd(A)), SQUARE),
    ("inverse", lambda lib, A: [lib.inverse(A), A.inverse()], SQUARE),
    ("pinverse", lambda lib, A: [lib.pinverse(A), A.pinverse(0.2)], ANY),
    ("matrix_power", lambda lib, A: [lib.matrix_power(A, 3), A.matrix_power(-1)], SQUARE),
    ("matrix_exp", lambda lib, A: [lib.matrix_exp(A), A.matrix_exp()], SQUARE),
    ("cholesky", lambda lib, A: [lib.cholesky(spd(A)), spd(A).cholesky(True)], SQUARE),
    ("cholesky_inverse", lambda lib, A: [lib.cholesky_inverse(factor(A)),
                                         factor(A).mH.cholesky_inverse(True)], SQUARE),
    ("cholesky_solve", lambda lib, A: [A.cholesky_solve(factor(A)),
                                       lib.cholesky_solve(A, factor(A).mH, True)], SQUARE),
    ("triangular_solve", lambda lib, A: [
        lib.triangular_solve(A, A)[0], A.triangular_solve(spd(A), False, True, True)[0]], SQUARE),
    ("qr", lambda lib, A: [*lib.qr(A), *A.qr()], ANY),
    ("lu", lambda lib, A: [*lib.lu(A), *A.lu(get_infos=True)], ANY),
    ("lu_unpack", lambda lib, A: lib.lu_unpack(*lib.linalg.lu_factor(A))[1:], ANY),
    ("lu_solve", lambda lib, A: [lib.lu_solve(A * A, *A.lu()), A.mT.lu_solve(*A.lu())], SQUARE),
    ("svd", lambda lib, A: [t.abs() for t in (*lib.svd(A), A.svd(compute_uv=False)[1])], ANY),
    ("orgqr", lambda lib, A: [lib.orgqr(A, A[..., 0, :]), A.orgqr(A[..., 0, :])], TALL),
    ("ormqr", lambda lib, A: [lib.ormqr(A, A[..., 0, :], A), A.ormqr(A[..., 0, :], A.mH, False)],
     TALL),
    ("geqrf", lambda lib, A: [*lib.geqrf(A.detach()), *A.detach().geqrf()], ANY),
    ("norm", lambda lib, A: [A.norm("nuc", (0, 1)), lib.norm(A, "nuc", (-1, 0), True)], ANY),
    ("vander", lambda lib, A: [lib.vander(A[0].detach()), lib.vander(A[0].detach(), 4, True)],
     [real(2, 3), cplx(2, 3)]),
    ("chain_matmul", lambda lib, A: lib.chain_matmul(A, A.mT, A), [real(2, 3), cplx(2, 3)]),
]  # fmt: skip
ROWS = [(name, call, A) for name, call, matrices in OLD for A in matrices]


@pytest.mark.parametrize(("function", "A"), named(ROWS))
def test_older_functions(function, A):
    same(function, A, names=False, slack=1e5)


FACTORED = """inv det slogdet cholesky qr lu lu_factor svd svdvals eig eigvalsh eigh pinv
    matrix_rank matrix_norm inv_ex cholesky_ex lu_factor_ex ldl_factor""".split()
WITHOUT_FACTORS = set(itertools.product(FACTORED, ["float16", "int64", "bool"]))
WITHOUT_FACTORS -= {("matrix_norm", "float16")}  # Frobenius' norm, the default, needs no factors


@pytest.mark.parametrize(("name", "dtype"), sorted(WITHOUT_FACTORS))
def test_dtypes_without_factors(name, dtype):
    same_error(lambda lib, A: getattr(lib.linalg, name)(A), np.eye(2).astype(dtype))


@pytest.mark.parametrize("shape", [(0, 0), (0, 3, 3), (2, 0, 0)])
@pytest.mark.parametrize(
    "name", "inv det slogdet cholesky qr lu svd svdvals eig eigvals eigh pinv matrix_exp".split()
)
def test_empty(name, shape):
    same(lambda lib, A: getattr(lib.linalg, name)(A), np.zeros(shape), names=False, second=False)


@pytest.mark.parametrize(("m", "n"), [(0, 3), (3, 0)])
@pytest.mark.parametrize("name", ["qr", "lu", "svd", "svdvals", "pinv", "lu_factor", "matrix_rank"])
def test_empty_rectangles(name, m, n):
    same(lambda lib, A: getattr(lib.linalg, name)(A), np.zeros((m, n)), grad=False)


def test_det_of_singular_matrices():
    batch = np.stack([np.diag([1.0, 2, 0]), np.eye(3)])
    same(lambda lib, A: lib.linalg.det(A), batch[0])
    same(lambda lib, A: lib.linalg.det(A), batch)


BACKWARD = [
    ("phase of eigh", lambda lib, A: lib.linalg.eigh(A).eigenvectors.real.sum(), cplx(2, 2)),
    ("phase of eig", lambda lib, A: lib.linalg.eig(A).eigenvectors.imag.sum(), cplx(2, 2)),
    ("phase of svd", lambda lib, A: lib.linalg.svd(A).U.real.sum(), cplx(2, 2)),
    ("qr without Q", lambda lib, A: lib.linalg.qr(A, "r").R.sum(), real(3, 3)),
    ("complete qr", lambda lib, A: lib.linalg.qr(A, "complete").R.sum(), real(3, 2)),
    ("geqrf", lambda lib, A: lib.geqrf(A).a.sum(), real(3, 2)),
    ("ldl", lambda lib, A: lib.linalg.ldl_factor(A).LD.sum(), real(3, 3)),
]


@pytest.mark.parametrize(("function", "A"), named(BACKWARD))
def test_backward_refuses(function, A):
    same_error(lambda lib, A: function(lib, A).backward(), A, grad=True)


SINGULAR = np.stack([np.eye(2), np.zeros((2, 2))])
FAILING = [
    ("inv", lambda lib, A: lib.linalg.inv(A), SINGULAR),
    ("inv_ex", lambda lib, A: lib.linalg.inv_ex(A, check_errors=True), SINGULAR),
    ("solve", lambda lib, A: lib.linalg.solve(A, A), SINGULAR[1]),
    ("solve_ex", lambda lib, A: lib.linalg.solve_ex(A, A, check_errors=True), SINGULAR),
    ("cholesky", lambda lib, A: lib.linalg.cholesky(A), SINGULAR),
    ("cholesky_ex", lambda lib, A: lib.linalg.cholesky_ex(A, check_errors=True), -SINGULAR),
    ("cholesky of NaN", lambda lib, A: lib.linalg.cholesky(A), SINGULAR * np.nan),
    ("svd of NaN", lambda lib, A: lib.linalg.svd(A), SINGULAR * np.nan),
]


@pytest.mark.parametrize(("function", "A"), named(FAILING))
def test_linalg_error(function, A):
    sentences = []
    for lib in (mt, torch):
        with pytest.raises(lib.linalg.LinAlgError) as caught:
            function(lib, lib.tensor(A))
        assert isinstance(caught.value, RuntimeError)
        sentences.append(str(caught.value).split("\n")[0])
    assert sentences[0] == sentences[1]


@pytest.mark.parametrize("name", ["inv_ex", "cholesky_ex"])
def test_info_of_those_that_fail(name):
    same(lambda lib, A: getattr(lib.linalg, name)(A)[1], SINGULAR, grad=False)
    result = getattr(mt.linalg, name)(mt.tensor(SINGULAR))[0]
    np.testing.assert_array_equal(result[0], np.eye(2))
    assert result[1].isnan().all()


def test_low_rank():
    A = real(20, 3) @ real(3, 8)
    for lib in (mt, torch):
        lib.manual_seed(0)
    same(lambda lib, A: [t.abs() for t in lib.svd_lowrank(A, 3)], A, grad=False, slack=100)
    same(lambda lib, A: [t.abs() for t in lib.pca_lowrank(A.mT, 2)], A, grad=False, slack=100)
    same_error(lambda lib, A: lib.pca_lowrank(A, 9), A)
    same_error(lambda lib, A: lib.pca_lowrank(A, 2, niter=-1), A)
