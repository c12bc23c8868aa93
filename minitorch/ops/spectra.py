"""Eigenvalues and singular values, with their vectors.

The vectors are determined up to a factor: a sign, of complex ones a phase. What depends on the
phase has no derivative and is refused, as in PyTorch. Where two eigenvalues are equal their vectors
have no derivative either, and it is not finite.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from .. import return_types
from ..autograd.operation import Operation
from . import lapack
from .arrays import column_major
from .complexes import COMPLEX, conj
from .matmul import matmul
from .operands import not_implemented

PHASE = (
    "{}_backward: The {} in the complex case are specified up to multiplication by e^{{i phi}}. "
    "The specified loss function depends on this {}"
)
VECTORS = "eigenvectors", "quantity, so it is ill-defined."


def diagonal_of(x: Any) -> Any:
    """The diagonals of the matrices, as a view."""
    return x.diagonal(0, -2, -1)


def refuse_phase(angles: Any, sentence: str) -> None:
    """Refuse a gradient that turns a vector's phase, as far as it is not a rounding error."""
    if angles._array.size and not (angles.abs() <= 1e-2).all():
        raise RuntimeError(sentence)


def differences(values: Any) -> Any:
    """``values[j] - values[i]`` as a matrix, with ones on the diagonal."""
    unit = values.new_ones(values._array.shape[-1]).diag()
    return values.unsqueeze(-2) - values.unsqueeze(-1) + unit


def with_diagonal(x: Any, values: Any) -> Any:
    """The matrices with ``values`` (None: zeros) on the diagonal."""
    x = x - diagonal_of(x).diag_embed()
    return x if values is None else x + values.diag_embed()


# Eigenvalues --------------------------------------------------------------------------------------


class LinalgEig(Operation):
    """The eigenvalues of a matrix, in no order, and a matrix V whose columns are its eigenvectors.

    The gradient is ``V*⁻¹ (diag(grad_L) + (V* grad_V - V* V diag(Re V* grad_V)) / E*) V*``, where *
    is the conjugate transpose and E the differences of eigenvalues.
    """

    materialize = False

    def forward(self, xp: Any, input: Any) -> Any:
        try:
            values, vectors = xp.linalg.eig(input)
        except np.linalg.LinAlgError:
            raise RuntimeError(
                "torch.linalg.eig: input tensor should not contain infs or NaNs."
            ) from None
        dtype = COMPLEX.get(input.dtype.char, input.dtype)
        return values.astype(dtype, copy=False), column_major(xp, vectors.astype(dtype, copy=False))

    def grad_input(self, grad: Any, out: Any) -> Any:
        of_values, of_vectors = grad
        values, vectors = out
        adjoint = vectors.mH
        if of_vectors is None:
            inner = of_values.unsqueeze(-1) * adjoint
        else:
            towards = matmul(adjoint, of_vectors)
            along = diagonal_of(towards)
            refuse_phase(along.imag, PHASE.format("linalg_eig", *VECTORS))
            towards = towards - matmul(adjoint, vectors * along.real.unsqueeze(-2))
            towards = with_diagonal(towards / conj(differences(values)), of_values)
            inner = matmul(towards, adjoint)
        return matmul(adjoint.inverse(), inner)


class LinalgEigh(Operation):
    """The eigenvalues of a Hermitian matrix in ascending order, and its eigenvectors.

    The gradient is ``V (diag(grad_L) + V* grad_V / E) V*``, made Hermitian; see `LinalgEig`.
    """

    materialize = False

    def forward(self, xp: Any, input: Any, uplo: Any) -> Any:
        values, vectors = xp.linalg.eigh(input, uplo)
        return values, column_major(xp, vectors)

    def grad_input(self, grad: Any, out: Any) -> Any:
        of_values, of_vectors = grad
        values, vectors = out
        adjoint = vectors.mH
        if of_vectors is None:
            result = matmul(vectors * of_values.unsqueeze(-2), adjoint)
        else:
            towards = matmul(adjoint, of_vectors)
            if towards._array.dtype.kind == "c":
                refuse_phase(diagonal_of(towards).imag, PHASE.format("linalg_eigh", *VECTORS))
            towards = with_diagonal(towards / differences(values), of_values)
            result = matmul(vectors, matmul(towards, adjoint))
        return (result + result.mH) / 2


def check_eig(name: str, input: Any) -> None:
    """The checks of `eig` and `eigvals`."""
    array = input._array
    if array.ndim < 2:
        raise RuntimeError(f"{name}: The input tensor A must have at least 2 dimensions.")
    lapack.check_square(name, array)
    if array.dtype.kind not in "fc":
        raise RuntimeError(f"Unknown Complex ScalarType for {lapack.kind_of(array)}")
    if array.dtype.char == "e":
        raise not_implemented("linalg_eig_out_cpu", array)


def eig(input: Any) -> Any:
    """The eigenvalues L and eigenvectors V of a matrix ``(..., n, n)``: ``A V = V diag(L)``.

    They are complex. The vectors are the columns of V, of length 1; the order is not specified.

    >>> import minitorch as mt
    >>> mt.linalg.eig(mt.tensor([[0.0, -1.0], [1.0, 0.0]])).eigenvalues
    tensor([0.+1.j, 0.-1.j])
    """
    check_eig("linalg.eig", input)
    return return_types.linalg_eig(LinalgEig.apply(input))


def eigvals(input: Any) -> Any:
    """The eigenvalues of a matrix ``(..., n, n)``, complex, in no order; see `eig`.

    >>> import minitorch as mt
    >>> mt.linalg.eigvals(mt.tensor([[0.0, -2.0], [1.0, 0.0]])).imag.abs()  # ±i √2
    tensor([1.4142, 1.4142])
    """
    check_eig("linalg.eigvals", input)
    return LinalgEig.apply(input)[0]


def check_eigh(name: str, input: Any, UPLO: Any) -> str:
    """The checks of `eigh` and `eigvalsh`; the triangle as NumPy wants it."""
    array = input._array
    if array.ndim < 2:
        raise RuntimeError(f"{name}: The input tensor A must have at least 2 dimensions.")
    lapack.check_square(name, array)
    if str(UPLO).upper() not in ("L", "U"):
        raise RuntimeError(f"Expected UPLO argument to be 'L' or 'U', but got {UPLO}")
    if array.dtype.char not in "fdFD":
        raise not_implemented("linalg_eigh_cpu", array)
    return str(UPLO).upper()


def eigh(input: Any, UPLO: str = "L") -> Any:
    """The eigenvalues, real and ascending, and eigenvectors of a Hermitian matrix.

    Only its lower triangle is looked at, with ``UPLO="U"`` the upper one.

    Shapes: (..., n, n) to (..., n) and (..., n, n).

    >>> import minitorch as mt
    >>> mt.linalg.eigh(mt.tensor([[2.0, 0.0], [0.0, 1.0]])).eigenvalues
    tensor([1., 2.])
    """
    return return_types.linalg_eigh(LinalgEigh.apply(input, check_eigh("linalg.eigh", input, UPLO)))


def eigvalsh(input: Any, UPLO: str = "L") -> Any:
    """The eigenvalues of a Hermitian matrix ``(..., n, n)`` in ascending order; see `eigh`.

    >>> import minitorch as mt
    >>> mt.linalg.eigvalsh(mt.tensor([[2.0, 1.0], [1.0, 3.0]]))
    tensor([1.3820, 3.6180])
    """
    return LinalgEigh.apply(input, check_eigh("linalg.eigvalsh", input, UPLO))[0]


# Singular values ----------------------------------------------------------------------------------


class LinalgSvd(Operation):
    """``A = U diag(S) Vh`` with S descending; ``full`` gives square U and Vh.

    With ``skew(X) = X - X*`` and E the differences of squared singular values, the gradient is
    ``U (skew(U* grad_U) / E S + S skew(V* grad_V) / E + diag(grad_S)) Vh``, and what of grad_U and
    grad_V is perpendicular to all vectors, divided by S.
    """

    materialize = False

    def forward(self, xp: Any, A: Any, full: Any) -> Any:
        U, S, Vh = lapack.singular(xp, A, full_matrices=full)
        return column_major(xp, U), S, column_major(xp, Vh)

    def grad_A(self, grad: Any, out: Any) -> Any:
        of_u, of_s, of_vh = grad
        U, S, Vh = out
        count = S._array.shape[-1]
        m, n = U._array.shape[-2], Vh._array.shape[-1]
        U, Vh = U[..., :count], Vh[..., :count, :]  # of further vectors there is no derivative
        if of_u is None and of_vh is None:
            return matmul(U * of_s.unsqueeze(-2), Vh)
        E = differences(S * S)
        inner: Any = 0
        turn: Any = 0
        if of_u is not None:
            of_u = of_u[..., :count]
            towards = matmul(U.mH, of_u)
            skew_u = towards - towards.mH
            inner, turn = inner + skew_u / E * S.unsqueeze(-2), turn + diagonal_of(skew_u)
        if of_vh is not None:
            of_vh = of_vh[..., :count, :]
            towards = matmul(Vh, of_vh.mH)
            skew_v = towards - towards.mH
            inner, turn = inner + S.unsqueeze(-1) * skew_v / E, turn + diagonal_of(skew_v)
        inner = with_diagonal(inner, of_s)
        if U._array.dtype.kind == "c":
            refuse_phase(
                turn.imag,
                PHASE.format("svd", "singular vectors", "phase term, making it ill-defined."),
            )
            if of_u is not None:
                inner = inner + (diagonal_of(skew_u) / (2 * S)).diag_embed()
        result = matmul(matmul(U, inner), Vh)
        if of_u is not None and m > count:
            scaled = of_u / S.unsqueeze(-2)
            result = result + matmul(scaled - matmul(U, matmul(U.mH, scaled)), Vh)
        if of_vh is not None and n > count:
            scaled = of_vh / S.unsqueeze(-1)
            result = result + matmul(U, scaled - matmul(matmul(scaled, Vh.mH), Vh))
        return result


class SingularValues(Operation):
    """The singular values without the vectors, which are computed for the derivative only."""

    torch_name = "LinalgSvdBackward0"

    def forward(self, xp: Any, A: Any) -> Any:
        return lapack.singular(xp, A, compute_uv=False)

    def grad_A(self, grad: Any, A: Any) -> Any:
        U, _, Vh = LinalgSvd.apply(A, False)
        return matmul(U * grad.unsqueeze(-2), Vh)


def check_svd(A: Any, driver: Any) -> None:
    """The checks of `svd` and `svdvals`."""
    lapack.check("linalg.svd", A, square=False, kernel="linalg_svd_cpu")
    if driver is not None:
        raise RuntimeError(
            "torch.linalg.svd: keyword argument `driver=` is only supported on CUDA inputs with "
            "cuSOLVER backend."
        )


def svd(A: Any, full_matrices: bool = True, *, driver: str | None = None) -> Any:
    """The singular value decomposition ``A = U diag(S) Vh`` of a matrix ``(..., m, n)``.

    U and V have orthonormal columns, S is real and descends. U is ``(m, m)`` and Vh ``(n, n)``, or
    with ``full_matrices=False`` ``(m, k)`` and ``(k, n)``, where k is the smaller of m and n.

    >>> import minitorch as mt
    >>> mt.linalg.svd(mt.tensor([[3.0, 0.0], [0.0, 4.0]])).S
    tensor([4., 3.])
    """
    check_svd(A, driver)
    return return_types.linalg_svd(LinalgSvd.apply(A, full_matrices))


def svdvals(A: Any, *, driver: str | None = None) -> Any:
    """The singular values of a matrix ``(..., m, n)`` in descending order; see `svd`.

    >>> import minitorch as mt
    >>> mt.linalg.svdvals(mt.tensor([[1.0, 2.0], [3.0, 4.0]]))
    tensor([5.4650, 0.3660])
    """
    check_svd(A, driver)
    return SingularValues.apply(A)


def plain_svd(input: Any, some: bool = True, compute_uv: bool = True) -> Any:
    """The older form of `linalg.svd`: (U, S, V), where V is not conjugated and not transposed.

    ``some=False`` gives square U and V, ``compute_uv=False`` zeros in their place.

    >>> import minitorch as mt
    >>> mt.svd(mt.tensor([[3.0, 0.0], [0.0, 4.0]])).S
    tensor([4., 3.])
    """
    if compute_uv:
        U, S, Vh = svd(input, not some)
        return return_types.svd((U, S, Vh.mH))
    m, n = input._array.shape[-2:]
    batch = input._array.shape[:-2]
    U, V = input.new_zeros((*batch, m, m)), input.new_zeros((*batch, n, n))
    return return_types.svd((U, svdvals(input), V))
