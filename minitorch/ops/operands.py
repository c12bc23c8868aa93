"""What users pass to operations: numbers, tensors, and PyTorch's words for what is neither.

Here, too, is how the functions and the operators of `Tensor` are made of operations.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from .. import dtypes
from ..autograd.errors import not_a_tensor, type_name
from ..autograd.graph import TensorBase
from ..autograd.modes import is_grad_enabled
from ..autograd.operation import Operation

KINDS: tuple[Any, ...] = (bool, int, float, complex)
NUMBERS = frozenset(KINDS)


def plain(value: Any) -> Any:
    """``value`` as a Python number; None if it is no number."""
    if isinstance(value, np.number | np.bool_):
        return value.item()
    for kind in KINDS:
        if isinstance(value, kind):
            return kind(value)  # a user's own kind of int or float counts as what it is made of
    return None


def operand(value: Any) -> Any:
    """``value`` if it is a tensor, or the Python number that it is.

    It refuses anything else; in PyTorch's words, but those are found by checking.py.
    """
    if isinstance(value, TensorBase) or value.__class__ in NUMBERS:
        return value
    number = plain(value)
    if number is None:
        raise TypeError(f"a tensor or a number is needed, not {type_name(value)}")
    return number


def tensor(value: Any, caller: str, name: str = "other", position: int = 2) -> Any:
    """``value`` if it is a tensor; refuses anything else, numbers too."""
    if isinstance(value, TensorBase):
        return value
    raise not_a_tensor(value, caller, name, position)


def refuse_elements(values: Any, number: int = 0) -> None:
    """Refuse a list of tensors, argument ``number``, with something else in it."""
    for place, value in enumerate(values or ()):
        if not isinstance(value, TensorBase):
            raise TypeError(
                f"expected Tensor as element {place} in argument {number}, but got "
                f"{type_name(value)}"
            )


def refuse_grad(function: str, name: str, tensor: Any) -> None:
    """Refuse an argument that requires grad, where there is no derivative with respect to it."""
    if tensor is not None and tensor.requires_grad and is_grad_enabled():
        raise RuntimeError(
            f"The function '{function}' is not differentiable with respect to argument '{name}'. "
            "This input cannot have requires_grad True."
        )


def invalid_combination(caller: str, values: tuple[Any, ...]) -> TypeError:
    """The error for arguments that fit none of the signatures of a function."""
    kinds = ", ".join(map(type_name, values))
    return TypeError(
        f"{caller}() received an invalid combination of arguments - got ({kinds}), but expected "
        "one of:"
        "\n * tensors and numbers in other places: see the function's documentation"
    )


# Which dtypes an operation takes (`Operation.promote`) --------------------------------------------


def only(
    kinds: str, kernel: str, rule: Callable[[list[Any]], list[Any]] | None = None
) -> staticmethod[[list[Any]], list[Any]]:
    """The promotion ``rule`` (none: operands as they come) for dtypes of some kinds only.

    ``kinds`` are NumPy's letters: b(ool), i(nt), u(nsigned), f(loat), c(omplex), and w(ide) for all
    floats but float16. For others PyTorch names the ``kernel`` it does not have:
    ``"erf_vml_cpu" not implemented for 'ComplexFloat'``.
    """

    def promote(operands: list[Any]) -> list[Any]:
        if rule is not None:
            operands = rule(operands)
        array = operands[0]
        if array.__class__ in NUMBERS:
            array = operands[1]
        if array.dtype.kind not in kinds and not ("w" in kinds and array.dtype.char in "fd"):
            raise not_implemented(kernel, array)
        return operands

    return staticmethod(promote)


def first_floating(operands: list[Any]) -> list[Any]:
    """As `dtypes.floating`, for the first operand only."""
    return [*dtypes.floating(operands[:1]), *operands[1:]]


def not_implemented(kernel: str, array: Any) -> NotImplementedError:
    """The error for a dtype that an operation does not take."""
    kind = dtypes.SCALAR_TYPE[dtypes.of(array)]
    return NotImplementedError(f"\"{kernel}\" not implemented for '{kind}'")


class OnlyReal(Operation):
    """The base of operations that are not differentiable for complex numbers, as in PyTorch."""

    def record(self, args: tuple[Any, ...], result: Any) -> None:
        if result._array.dtype.kind == "c":
            raise RuntimeError(
                f"{self.function_name()} does not support automatic differentiation for outputs "
                "with complex dtype."
            )
        super().record(args, result)


# Functions and operators made of operations -------------------------------------------------------


def function(operation: type[Operation], name: str = "") -> Callable[[Any], Any]:
    """The public function of an operation on one tensor: ``exp(input)`` of ``Exp``."""
    apply = operation.apply

    def call(input: Any) -> Any:
        return apply(input)

    return named(call, operation, name)


def binary(operation: type[Operation], name: str = "") -> Callable[[Any, Any], Any]:
    """The public function of an operation on two tensors: ``atan2(input, other)`` of ``Atan2``."""
    apply = operation.apply

    def call(input: Any, other: Any) -> Any:
        if isinstance(input, TensorBase) and isinstance(other, TensorBase):
            return apply(input, other)
        raise invalid_combination(call.__name__, (input, other))

    return named(call, operation, name)


def number_or_tensor(
    caller: str, kinds: tuple[type[Operation], ...], input: Any, other: Any
) -> Any:
    """An operation on two operands of which one may be a number.

    ``kinds``: the operation, as it is called of a number and a tensor, of a tensor and a number.
    """
    if isinstance(other, TensorBase):
        if isinstance(input, TensorBase):
            return kinds[0].apply(input, other)
        if plain(input) is not None:
            return kinds[1].apply(plain(input), other)
    elif isinstance(input, TensorBase) and plain(other) is not None:
        return kinds[2].apply(input, plain(other))
    raise invalid_combination(caller, (input, other))


def named(call: Any, operation: type[Operation], name: str) -> Any:
    """``call`` under its public name, with the text of the operation.

    A ``name`` is a second one, such as ``arccos``, or PyTorch's own for one in `special`.
    """
    first = operation.function_name()
    call.__name__ = call.__qualname__ = name or first
    call.__module__ = operation.__module__
    call.__doc__ = operation.__doc__
    if name and not name.startswith("special_"):
        call.__doc__ = f"Another name of `{first}`.\n\n    {operation.__doc__}"
    return call


def operator(function: Callable[[Any, Any], Any]) -> Callable[[Any, Any], Any]:
    """``function(self, other)`` as the method behind an operator.

    Operands of foreign types are left to Python, which asks them in turn and then raises its own
    TypeError: ``unsupported operand type(s) for +: 'Tensor' and 'str'``.
    """

    def method(self: Any, other: Any) -> Any:
        if isinstance(other, TensorBase) or other.__class__ in NUMBERS:
            return function(self, other)
        number = plain(other)
        return NotImplemented if number is None else function(self, number)

    method.__doc__ = function.__doc__
    return method


def reflected(function: Callable[[Any, Any], Any]) -> Callable[[Any, Any], Any]:
    """``function(other, self)`` as the method behind an operator with ``self`` on the right."""
    return operator(lambda self, other: function(other, self))
