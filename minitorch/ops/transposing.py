"""Views with the dimensions in another order: `transpose`, `permute`, ``x.T`` ..."""

from __future__ import annotations

from typing import Any

from ..autograd.operation import Operation
from ..user_warnings import warn
from . import sizes
from .dims import wrap


class Transpose(Operation):
    """Two dimensions exchanged."""

    is_view = True

    def forward(self, xp: Any, x: Any, dim0: Any, dim1: Any) -> Any:
        return x.swapaxes(dim0, dim1) if x.ndim else x.reshape(())

    def grad_x(self, grad: Any, dim0: Any, dim1: Any) -> Any:
        return Transpose.apply(grad, dim0, dim1)


class T(Operation):
    """The transpose of a matrix."""

    is_view = True

    def forward(self, xp: Any, x: Any) -> Any:
        return x.T

    def grad_x(self, grad: Any) -> Any:
        return T.apply(grad)


class Permute(Operation):
    """The dimensions in the order ``dims``."""

    is_view = True

    def forward(self, xp: Any, x: Any, dims: Any) -> Any:
        return x.transpose(dims)

    def grad_x(self, grad: Any, dims: Any) -> Any:
        return Permute.apply(grad, tuple([dims.index(dim) for dim in range(len(dims))]))


def transpose(input: Any, dim0: int, dim1: int) -> Any:
    """``input`` with dimensions ``dim0`` and ``dim1`` exchanged, as a view.

    >>> import minitorch as mt
    >>> mt.tensor([[1, 2, 3], [4, 5, 6]]).transpose(0, 1)
    tensor([[1, 4],
            [2, 5],
            [3, 6]])
    """
    ndim = input._array.ndim
    return Transpose.apply(input, wrap(dim0, ndim), wrap(dim1, ndim))


def swapaxes(input: Any, axis0: int, axis1: int) -> Any:
    """`transpose` under NumPy's name, with NumPy's names of its arguments.

    >>> mt.swapaxes(mt.ones(2, 3, 4), axis0=0, axis1=2).shape
    torch.Size([4, 3, 2])
    """
    return transpose(input, axis0, axis1)


def t(input: Any) -> Any:
    """The transpose of a matrix, as a view; a vector or 0-d tensor stays as it is.

    >>> import minitorch as mt
    >>> mt.t(mt.tensor([[1, 2, 3], [4, 5, 6]]))
    tensor([[1, 4],
            [2, 5],
            [3, 6]])
    """
    refuse_more(input, "t")
    return T.apply(input)


def refuse_more(input: Any, caller: str) -> None:
    """Refuse more than two dimensions."""
    if input._array.ndim > 2:
        raise RuntimeError(
            f"{caller}() expects a tensor with <= 2 dimensions, but self is {input._array.ndim}D"
        )


def transposed(self: Any) -> Any:
    """The transpose of a matrix, as a view: ``x.T``.

    >>> import minitorch as mt
    >>> mt.tensor([[1, 2, 3], [4, 5, 6]]).T
    tensor([[1, 4],
            [2, 5],
            [3, 6]])
    """
    ndim = self._array.ndim
    if ndim == 0:
        deprecated("T", "This function is the identity in these cases.")
    elif ndim != 2:
        warn(
            "The use of `x.T` on tensors of dimension other than 2 to reverse their shape is "
            "deprecated "
            "and it will throw an error in a future release. Consider `x.mT` to transpose batches "
            "of "
            "matrices or `x.permute(*torch.arange(x.ndim - 1, -1, -1))` to reverse the dimensions "
            "of a "
            "tensor."
        )
    return Permute.apply(self, tuple(range(ndim - 1, -1, -1)))


def matrix_transposed(self: Any) -> Any:
    """The last two dimensions exchanged, as a view: ``x.mT``.

    >>> import minitorch as mt
    >>> mt.zeros(5, 2, 3).mT.shape
    torch.Size([5, 3, 2])
    """
    ndim = self._array.ndim
    if ndim == 0:
        deprecated("mT", "This function is the identity in these cases.")
        return self
    if ndim == 1:
        raise RuntimeError(
            "tensor.mT is only supported on matrices or batches of matrices. Got 1-D tensor."
        )
    return Transpose.apply(self, ndim - 2, ndim - 1)


def adjoint(input: Any) -> Any:
    """The last two dimensions exchanged, and every element conjugated: ``x.mH``.

    >>> import minitorch as mt
    >>> mt.adjoint(mt.tensor([[1j, 2], [3, 4 - 1j]]))
    tensor([[0.-1.j, 3.-0.j],
            [2.-0.j, 4.+1.j]])
    """
    ndim = input._array.ndim
    if ndim == 0:
        deprecated("mH", "Consider using x.conj().")
        return input.conj() if input.is_complex() else input
    if ndim == 1:
        raise RuntimeError(
            "tensor.adjoint() is only supported on matrices or batches of matrices. Got 1-D tensor."
        )
    flipped = Transpose.apply(input, ndim - 2, ndim - 1)
    return flipped.conj() if input.is_complex() else flipped


def matrix_adjoint(self: Any) -> Any:
    """The attribute ``x.mH``, which is `adjoint`.

    >>> import minitorch as mt
    >>> mt.tensor([[1j, 2], [3, 4]]).mH
    tensor([[0.-1.j, 3.-0.j],
            [2.-0.j, 4.-0.j]])
    """
    if self._array.ndim == 1:
        raise RuntimeError(
            "tensor.mH is only supported on matrices or batches of matrices. Got 1-D tensor."
        )
    return adjoint(self)


def hermitian(self: Any) -> Any:
    """The conjugate transpose of a matrix: ``x.H``.

    >>> import minitorch as mt
    >>> mt.tensor([[1j, 2], [3, 4]]).H
    tensor([[0.-1.j, 3.-0.j],
            [2.-0.j, 4.-0.j]])
    """
    ndim = self._array.ndim
    if ndim == 0:
        deprecated("H", "Consider using x.conj().")
        return self.conj() if self.is_complex() else self
    if ndim != 2:
        advice = " For batches of matrices, consider using tensor.mH" if ndim > 2 else ""
        raise RuntimeError(
            f"tensor.H is only supported on matrices (2-D tensors). Got {ndim}-D tensor.{advice}"
        )
    return adjoint(self)


def deprecated(name: str, advice: str) -> None:
    """Warn that a transpose was asked of a tensor without dimensions."""
    warn(f"Tensor.{name} is deprecated on 0-D tensors. {advice}")


def permute(input: Any, dims: Any) -> Any:
    """``input`` with its dimensions in the order ``dims``, as a view.

    >>> import minitorch as mt
    >>> mt.permute(mt.zeros(2, 3, 4), (2, 0, 1)).shape
    torch.Size([4, 2, 3])
    """
    return permute_method(input, sizes.listed(dims, "permute", "dims"))


def permute_method(self: Any, *order: Any, dims: Any = None) -> Any:
    """This tensor with its dimensions in another order: ``x.permute(2, 0, 1)``. See `permute`.

    >>> import minitorch as mt
    >>> mt.zeros(2, 3, 4).permute(2, 0, 1).shape
    torch.Size([4, 2, 3])
    """
    if not order:
        if dims is None:
            raise TypeError('permute() missing 1 required positional arguments: "dims"')
        order = (dims,)
    wanted = sizes.sizes(order, "permute", "dims")
    ndim = self._array.ndim
    if len(wanted) != ndim:
        raise RuntimeError(
            "permute(sparse_coo): number of dimensions in the tensor input does not match the "
            "length of "
            f"the desired ordering of dimensions i.e. input.dim() = {ndim} is not equal to "
            "len(dims) = "
            f"{len(wanted)}"
        )
    wrapped = tuple([wrap(dim, ndim) for dim in wanted])
    if len(set(wrapped)) < ndim:
        raise RuntimeError("permute(): duplicate dims are not allowed.")
    return Permute.apply(self, wrapped)


def movedim(input: Any, source: Any, destination: Any) -> Any:
    """``input`` with dimensions ``source`` at the places ``destination``, the others in order.

    >>> import minitorch as mt
    >>> mt.zeros(2, 3, 4).movedim(0, -1).shape
    torch.Size([3, 4, 2])
    """
    ndim = input._array.ndim
    given = source if isinstance(source, list | tuple) else (source,)
    places = destination if isinstance(destination, list | tuple) else (destination,)
    if len(given) != len(places):
        raise RuntimeError(
            f"movedim: Invalid source or destination dims: source ({list(given)} dims) should "
            "contain "
            f"the same number of dims as destination ({list(places)} dims)"
        )
    from_dims = [wrap(dim, ndim) for dim in given]
    to_dims = [wrap(dim, ndim) for dim in places]
    for name, dims, shown in (
        ("source", from_dims, given),
        ("destination", to_dims, places),
    ):
        if len(set(dims)) < len(dims):
            raise RuntimeError(f"movedim: repeated dim in `{name}` ({list(shown)})")
    if ndim == 0:
        return input.view(())
    rest = iter([dim for dim in range(ndim) if dim not in from_dims])
    moved = dict(zip(to_dims, from_dims, strict=True))
    return Permute.apply(
        input, tuple([moved[d] if d in moved else next(rest) for d in range(ndim)])
    )
