"""`Variable`: what a tensor with a gradient was called before PyTorch 0.4."""

from __future__ import annotations

from typing import Any

from ..user_warnings import warn
from .graph import TensorBase


class _VariableMeta(type):
    """Makes ``isinstance(x, Variable)`` true of tensors."""

    def __instancecheck__(cls, instance: object) -> bool:
        return isinstance(instance, TensorBase)


class Variable(metaclass=_VariableMeta):
    """The old way to ask for a tensor's gradient: ``Variable(x, requires_grad=True)``.

    It gives a tensor that shares the memory of ``data``; all tensors are Variables. ``volatile``
    has no effect any more.

    >>> x = mt.autograd.Variable(mt.ones(2), requires_grad=True)
    >>> x
    tensor([1., 1.], requires_grad=True)
    >>> isinstance(mt.zeros(1), mt.autograd.Variable)
    True
    """

    def __new__(cls, data: Any = None, requires_grad: bool = False, volatile: Any = None) -> Any:
        """A tensor with the numbers of ``data``, and no history."""
        if volatile:
            if requires_grad:
                raise ValueError("Variable can't be volatile and require_grad at the same time!")
            warn("volatile was removed and now has no effect. Use `with torch.no_grad():` instead.")
        if data is None:
            data = TensorBase._result_class()
        elif not isinstance(data, TensorBase):
            kind = type(data)
            module = "" if kind.__module__ == "builtins" else f"{kind.__module__}."
            raise TypeError(
                f"Variable data has to be a tensor, but got {module}{kind.__qualname__}"
            )
        if requires_grad and data._array.dtype.kind not in "fc":
            raise RuntimeError(
                "Only Tensors of floating point and complex dtype can require gradients"
            )
        tensor = data.detach()
        tensor.requires_grad_(requires_grad)
        return tensor
