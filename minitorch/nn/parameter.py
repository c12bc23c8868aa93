"""`Parameter` and `Buffer`: tensors that a module registers when they become its attributes."""

from __future__ import annotations

from typing import Any

from ..autograd.operation import make
from ..tensor import Tensor


class Parameter(Tensor):
    """A tensor that a module learns: assigned as a module's attribute, it is among its parameters.

    It shares the memory of ``data``. Operations on parameters return ordinary tensors.

    >>> nn.Parameter(mt.zeros(2))
    Parameter containing:
    tensor([0., 0.], requires_grad=True)
    """

    __slots__ = ()

    def __new__(cls, data: Any = None, requires_grad: bool = True) -> Parameter:
        source = Tensor(0) if data is None else data.detach()
        if requires_grad and source._array.dtype.kind not in "fc":
            raise RuntimeError(
                "Only Tensors of floating point and complex dtype can require gradients"
            )
        parameter: Parameter = make(cls, source._array)
        parameter._requires_grad = requires_grad
        parameter._counter = source._counter
        return parameter

    def __init_subclass__(cls) -> None:
        cls._result_class = Tensor  # not a parameter, in spite of what `Tensor` does here

    def __repr__(self) -> str:
        return "Parameter containing:\n" + super().__repr__()

    def __deepcopy__(self, memo: dict[int, Any]) -> Parameter:
        copied = type(self)(self.data.clone(), self._requires_grad)  # as in PyTorch without .grad
        memo[id(self)] = copied
        return copied

    def __reduce_ex__(self, protocol: Any) -> tuple[Any, ...]:
        return type(self), (self.data, self._requires_grad), self.__dict__ or None


class Buffer(Tensor):
    """A tensor of a module's state that is not learned, such as a running mean.

    Assigned as a module's attribute it is among its buffers; with ``persistent=False`` it is not
    part of the ``state_dict``.
    """

    __slots__ = ()
    persistent: bool

    def __new__(cls, data: Any = None, *, persistent: bool = True) -> Buffer:
        source = Tensor(0) if data is None else data
        buffer: Buffer = make(cls, source.detach()._array)
        buffer._requires_grad = source.requires_grad
        buffer._counter = source._counter
        buffer.persistent = persistent
        return buffer


# Operations on parameters and buffers return ordinary tensors.
Parameter._result_class = Buffer._result_class = Tensor
