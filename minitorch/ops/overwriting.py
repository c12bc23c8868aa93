"""Writing other numbers into a tensor: `fill_`, `zero_`, `copy_`.

`Change` is the base of all operations that replace part of a tensor, here and in other files: the
same few lines serve ``x.fill(v)``, which copies, and ``x.fill_(v)``, which writes into x's memory.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from .. import backend, dtypes
from ..autograd.graph import TensorBase
from ..autograd.modes import state
from ..autograd.operation import Operation, wrap as constant
from ..autograd.views import bump, check_memory, check_writable, write
from ..user_warnings import warn
from . import sizes
from .conversion import converted, copied, real_part, to
from .scalars import number


class Change(Operation):
    """An operation whose result is its first argument with something in it replaced.

    ``change`` writes into the array it is given, so ``forward`` lets it write into a copy.
    """

    change: Callable[..., Any]  # a static method: (xp, array, *arguments), returns the array
    expanded = "refuse"  # a target whose elements share memory; or "allow", or a name to warn with
    overlap = "whole"  # what a source may share with the target: all its memory; "any", or "none"

    @classmethod
    def apply_(cls, target: Any, *args: Any) -> Any:
        """The in-place form: straight into memory, unless autograd must hear of it."""
        recorded = target.requires_grad
        arrays = [target._array]
        xp: Any = np
        for arg in args:
            if isinstance(arg, TensorBase):
                recorded = recorded or arg.requires_grad
                arg = arg._array
            arrays.append(arg)
        recorded = recorded and state.recording
        check_writable(target)
        strict = cls.expanded == "refuse" or (recorded and cls.expanded != "allow")
        if strict or not expanded(target._array):
            check_memory(target, () if cls.overlap == "any" else args, cls.overlap == "whole")
        elif cls.expanded != "allow":
            warn_of_expanded(cls.expanded)
        if recorded:
            return write(target, cls.apply, *args)
        if any(array.__class__ is not np.ndarray for array in arrays if hasattr(array, "ndim")):
            xp, arrays = backend.on_one_device(arrays)
        backend.run_at(target._array, cls.change, xp, *arrays)
        bump(target)
        return target


class Fill(Change):
    """Every element is ``value``, a number or a 0-d tensor."""

    expanded = "allow"

    def forward(self, xp: Any, x: Any, value: Any) -> Any:
        return self.change(xp, copied(x), value)

    @staticmethod
    def change(xp: Any, x: Any, value: Any) -> Any:
        x[...] = value
        return x

    def grad_x(self, grad: Any) -> Any:
        return grad.new_zeros(grad._array.shape)

    def grad_value(self, grad: Any) -> Any:
        return grad.sum()


class FillTensor(Fill):
    """Every element is the value of a 0-d tensor."""

    torch_name = "FillBackward1"


class FillInPlace(Fill):
    """`Fill` as PyTorch names it in place."""

    torch_name = "FillBackward2"


class FillTensorInPlace(Fill):
    """`FillTensor` as PyTorch names it in place."""

    torch_name = "FillBackward3"
    expanded = "refuse"
    overlap = "any"


class Zero(Change):
    """Every element is 0."""

    expanded = "allow"

    def forward(self, xp: Any, x: Any) -> Any:
        return xp.zeros_like(x)

    @staticmethod
    def change(xp: Any, x: Any) -> Any:
        x[...] = 0
        return x

    def grad_x(self, grad: Any) -> Any:
        return grad.new_zeros(grad._array.shape)


class Copy(Change):
    """``src``'s numbers, broadcast and cast to the shape and dtype of ``x``."""

    torch_name = "torch::autograd::CopyBackwards"

    def forward(self, xp: Any, x: Any, src: Any) -> Any:
        return self.change(xp, xp.empty_like(x), src)

    @staticmethod
    def change(xp: Any, x: Any, src: Any) -> Any:
        x[...] = real_part(src) if src.dtype.kind == "c" and x.dtype.kind not in "cb" else src
        return x

    def grad_x(self, grad: Any) -> Any:
        return grad.new_zeros(grad._array.shape)

    def grad_src(self, grad: Any) -> Any:
        return grad


def expanded(array: Any) -> bool:
    """Whether `expand` made one element of memory appear as several of ``array``."""
    return 0 in array.strides and any(
        step == 0 and length > 1 and array.size
        for step, length in zip(array.strides, array.shape, strict=True)
    )


def warn_of_expanded(caller: str) -> None:
    """PyTorch's warning for functions that used to write into expanded tensors."""
    example = "indices] = tensor" if caller == "index_put_" else "mask] = scalar"
    warn(
        f"Use of {caller} on expanded tensors is deprecated. Please clone() the tensor before "
        "performing "
        f"this operation. This also applies to advanced indexing e.g. tensor[{example}"
    )


def fill(input: Any, value: Any) -> Any:
    """A tensor like ``input`` whose every element is ``value``, a number or a 0-d tensor.

    >>> import minitorch as mt
    >>> mt.fill(mt.zeros(3), 7)
    tensor([7., 7., 7.])
    """
    value = fill_value(input, value, "fill")
    return (FillTensor if isinstance(value, TensorBase) else Fill).apply(input, value)


def fill_(self: Any, value: Any) -> Any:
    """Give every element ``value``, a number or a 0-d tensor.

    >>> import minitorch as mt
    >>> mt.zeros(3).fill_(7)
    tensor([7., 7., 7.])
    """
    value = fill_value(self, value, "fill_")
    return (FillTensorInPlace if isinstance(value, TensorBase) else FillInPlace).apply_(self, value)


def fill_value(input: Any, value: Any, caller: str) -> Any:
    """``value`` as one element of ``input``: a fitting number, or a tensor as it is."""
    if not isinstance(value, TensorBase):
        return number(value, dtypes.of(input._array), caller)
    if value._array.ndim:
        raise RuntimeError(
            f"{caller} only supports 0-dimension value tensor but got tensor with "
            f"{value._array.ndim} dimensions."
        )
    return to(value, input)


def zero_(self: Any) -> Any:
    """Give every element the value 0.

    >>> import minitorch as mt
    >>> mt.ones(2).zero_()
    tensor([0., 0.])
    """
    return Zero.apply_(self)


def copy_(self: Any, other: Any, non_blocking: bool = False) -> Any:
    """Write the numbers of ``other``, broadcast and cast, into this tensor.

    With ``non_blocking`` nobody waits for a copy from pinned memory to a GPU: see `pin_memory`.

    >>> import minitorch as mt
    >>> mt.zeros(2, 2, dtype=mt.int64).copy_(mt.tensor([1.5, 2.5]))
    tensor([[1, 2],
            [1, 2]])
    """
    if not isinstance(other, TensorBase):
        if not isinstance(other, bool | int | float | complex):
            raise TypeError(
                "copy_(): argument 'other' (position 1) must be Tensor, not "
                f"{other.__class__.__name__}"
            )
        other = constant(self, backend.array_module(self._array).asarray(other))
    index = backend.device_index(self._array)
    if backend.device_index(other._array) != index:
        # Of a copy to main memory the numbers are wanted in the next line.
        other = converted(
            other, other._array.dtype, index, non_blocking=non_blocking and index is not None
        )
    have, given = self._array.shape, other._array.shape
    if have != given:
        refuse_shape(have, given)
    return Copy.apply_(self, other)


def refuse_shape(have: tuple[int, ...], given: tuple[int, ...]) -> None:
    """Raise PyTorch's error if ``given`` cannot be broadcast to ``have``."""
    shape = sizes.broadcast(have, given)
    if shape != have:
        raise RuntimeError(
            f"output with shape {list(have)} doesn't match the broadcast shape {list(shape)}"
        )
