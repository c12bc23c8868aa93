"""Making sparse tensors: `mt.sparse_coo_tensor`, and its old names in ``mt.sparse``."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from .. import creation, dtypes, from_data
from ..user_warnings import warn
from .tensor import SparseCooTensorWithDimsAndTensors, SparseTensor


def sparse_coo_tensor(
    indices: Any = (),
    values: Any = None,
    size: Any = None,
    *,
    dtype: Any = None,
    device: Any = None,
    pin_memory: bool = False,
    requires_grad: bool = False,
    check_invariants: bool | None = None,
    is_coalesced: bool | None = None,
) -> Any:
    """A sparse tensor with ``values`` at ``indices`` and zeros elsewhere.

    ``indices`` has the shape ``(sparse_dim, nnz)``, a column for each of the ``values``. Without a
    ``size`` the tensor is just large enough. ``is_coalesced`` promises that no place occurs twice
    and that they rise. Gradients go to ``values``, or to the tensor itself if it
    ``requires_grad``.

    >>> A = mt.sparse_coo_tensor([[0, 1, 1], [2, 0, 2]], [3, 4, 5], (2, 3))
    >>> A
    tensor(indices=tensor([[0, 1, 1],
                           [2, 0, 2]]),
           values=tensor([3, 4, 5]),
           size=(2, 3), nnz=3, layout=torch.sparse_coo)
    >>> A @ mt.tensor([1, 1, 1])
    tensor([3, 9])
    """
    if values is None:
        size = indices if size is None else size
        indices, values = creation.zeros(len(size), 0), creation.zeros(0)
    places = from_data.as_tensor(indices, device=device).long()
    numbers = from_data.as_tensor(values, dtype, device)
    places = places.to(numbers.device)
    if places.dim() != 2:
        raise RuntimeError(f"indices must be sparse_dim x nnz, but got: {list(places.shape)}")
    count, nnz = places.shape
    given = numbers.shape[0] if numbers.dim() else 1
    if given != nnz or not numbers.dim():
        raise RuntimeError(
            f"indices and values must have same nnz, but got nnz from indices: {nnz}, nnz from "
            f"values: {given}"
        )
    if size is None:
        lengths = (places.amax(1) + 1).tolist() if nnz else [0] * count
        size = [*lengths, *numbers.shape[1:]]
    check_places(places, numbers, tuple(size))
    if requires_grad or not numbers.requires_grad:
        numbers = numbers.detach().requires_grad_(requires_grad)
    else:
        numbers = SparseCooTensorWithDimsAndTensors.apply(numbers)
    coalesced = nnz < 2 if is_coalesced is None else is_coalesced
    return SparseTensor.of(places, numbers, size, coalesced)


def check_places(places: Any, numbers: Any, size: tuple[int, ...]) -> None:
    """Refuse a size that does not fit the numbers, and places out of range."""
    count, dense = places.shape[0], numbers.dim() - 1
    if len(size) != count + dense:
        raise RuntimeError(
            f"'len(size) == sparse_dim + dense_dim' is not satisfied: len(size) = {len(size)}, "
            f"sparse_dim = {count}, dense_dim = {dense}"
        )
    if tuple(numbers.shape[1:]) != size[count:]:
        raise RuntimeError(
            f"values has incorrect size, expected {[places.shape[1], *size[count:]]}, got "
            f"{list(numbers.shape)}"
        )
    if not places.numel():
        return
    bounds = zip(places.amin(1).tolist(), places.amax(1).tolist(), size, strict=False)
    for dim, (least, greatest, length) in enumerate(bounds):
        if least < 0:
            raise RuntimeError(f"found negative index {least} for dim {dim}")
        if greatest >= length:
            raise RuntimeError(
                f"size is inconsistent with indices: for dim {dim}, size is {length} but found "
                f"index {greatest}"
            )


def old_type(dtype: dtypes.dtype, name: str) -> Callable[..., Any]:
    """The old way to make a sparse tensor of one dtype."""

    def make(*args: Any) -> Any:
        of_size = all(isinstance(arg, int) for arg in args)
        what = "shape" if of_size else ", ".join(("indices", "values", "shape")[: len(args)])
        warn(
            f"torch.sparse.SparseTensor({what}, *, device=) is deprecated.  Please use "
            f"torch.sparse_coo_tensor({what}, dtype=, device=)."
        )
        return sparse_coo_tensor(*([args] if of_size else args), dtype=dtype)

    make.__name__ = name
    make.__doc__ = f"The old name of `mt.sparse_coo_tensor` with ``dtype={dtype}``."
    return make


FloatTensor = old_type(dtypes.float32, "FloatTensor")
DoubleTensor = old_type(dtypes.float64, "DoubleTensor")
LongTensor = old_type(dtypes.int64, "LongTensor")
