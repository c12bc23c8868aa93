"""Sizes as users give them: ``f(2, 3)``, ``f((2, 3))``, a -1 to be inferred; wrong ones refused."""

from __future__ import annotations

import math
import operator
from typing import Any

LARGEST = 2**63 - 1
OVERFLOW = "Overflow when unpacking long long"


def sizes(given: tuple[Any, ...], caller: str, name: str = "size") -> tuple[int, ...]:
    """The integers of ``caller(2, 3)``, ``caller((2, 3))`` or ``caller([2, 3])``."""
    if len(given) == 1 and given[0].__class__ is not int:
        only = given[0]
        if isinstance(only, list | tuple):
            given = tuple(only)
            if given and given[0].__class__ is not int and not is_integer(given[0]):
                raise TypeError(
                    f"{caller}(): argument '{name}' (position 1) must be tuple of ints, but found "
                    f"element of type {type(given[0]).__name__} at pos 0"
                )
        elif not is_integer(only):
            raise TypeError(
                f"{caller}(): argument '{name}' (position 1) must be tuple of ints, "
                f"not {type(only).__name__}"
            )
    for size in given:
        if size.__class__ is not int or size > LARGEST:
            return tuple([integer(size, place, caller, name) for place, size in enumerate(given)])
    return given


def listed(given: Any, caller: str, name: str) -> Any:
    """``given``, which the public function takes as a list or tuple only."""
    if not isinstance(given, list | tuple):
        raise TypeError(
            f"{caller}(): argument '{name}' (position 2) must be tuple of ints, "
            f"not {type(given).__name__}"
        )
    return given


def is_integer(value: Any) -> bool:
    """Whether ``value`` counts as an integer: a NumPy integer or 0-d integer tensor does, too."""
    if isinstance(value, bool) or not hasattr(value, "__index__"):
        return False
    array = getattr(value, "_array", None)
    return array is None or (array.size == 1 and array.dtype.kind in "iu")


def integer(value: Any, place: int, caller: str, name: str) -> int:
    """One of the sizes as an int."""
    if not is_integer(value) and not (place and value.__class__ is bool):  # zeros(2, True)
        reason = f'type must be tuple of ints,but got {type(value).__name__}"'
        raise unpacking(caller, name, place, reason)
    if not fits(operator.index(value)):
        raise unpacking(caller, name, place, OVERFLOW)
    return operator.index(value)


def unpacking(caller: str, name: str, place: int, reason: str) -> TypeError:
    """The error for a size that is no integer, or too long a one."""
    return TypeError(
        f"{caller}(): argument '{name}' failed to unpack the object at pos {place + 1} with "
        f'error "{reason}'
    )


def fits(value: int) -> bool:
    """Whether 64 bits with the sign hold ``value``."""
    return -LARGEST <= value + 1 <= LARGEST + 1


def long(value: Any) -> int:
    """An integer that 64 bits must hold."""
    number = operator.index(value)
    if not fits(number):
        raise ValueError(OVERFLOW)
    return number


def infer(shape: tuple[int, ...], numel: int) -> tuple[int, ...]:
    """``shape`` for ``numel`` elements, with its -1, if there is one, replaced by what is left."""
    count = math.prod(shape)
    if count == numel and (not shape or min(shape) >= 0):
        return shape
    for place, size in enumerate(shape):
        if size < -1:
            raise RuntimeError(
                f"invalid shape dimension {size} at index {place} of shape {list(shape)}"
            )
    unknown = shape.count(-1)
    if unknown > 1:
        raise RuntimeError("only one dimension can be inferred")
    known = -count if unknown else count
    if unknown and known == 0 and numel == 0:
        raise RuntimeError(
            f"cannot reshape tensor of 0 elements into shape {list(shape)} because the unspecified "
            "dimension size -1 can be any value and is ambiguous"
        )
    if not unknown or known == 0 or numel % known:
        raise RuntimeError(f"shape '{list(shape)}' is invalid for input of size {numel}")
    return tuple([numel // known if size == -1 else size for size in shape])


def broadcast(a: tuple[int, ...], b: tuple[int, ...]) -> tuple[int, ...]:
    """The shape to which ``a`` and ``b`` are broadcast together; refused if there is none."""
    ndim = max(len(a), len(b))
    long_a, long_b = (1,) * (ndim - len(a)) + a, (1,) * (ndim - len(b)) + b
    for dim in reversed(range(ndim)):
        if long_a[dim] != long_b[dim] and 1 not in (long_a[dim], long_b[dim]):
            raise RuntimeError(
                f"The size of tensor a ({long_a[dim]}) must match the size of tensor b "
                f"({long_b[dim]}) at non-singleton dimension {dim}"
            )
    return tuple([y if x == 1 else x for x, y in zip(long_a, long_b, strict=True)])


def expanded(tensor: Any, wanted: tuple[int, ...]) -> tuple[int, ...]:
    """The shape of ``tensor`` expanded to ``wanted``: with every -1 replaced; checked."""
    have = tensor._array.shape
    new = len(wanted) - len(have)
    if new >= 0:
        for size, length in zip(wanted[new:], have, strict=True):
            if size != length and (length != 1 or size < 0):
                break
        else:
            if not new or min(wanted[:new]) >= 0:
                return wanted
    else:
        raise RuntimeError(
            f"expand({tensor.type()}{{{list(have)}}}, size={list(wanted)}): the number of sizes "
            "provided "
            f"({len(wanted)}) must be greater or equal to the number of dimensions in the tensor "
            f"({len(have)})"
        )
    shape = list(wanted)
    for dim in reversed(range(len(wanted))):
        size = wanted[dim]
        if size == -1:
            if dim < new:
                raise RuntimeError(
                    f"The expanded size of the tensor ({size}) isn't allowed in a leading, "
                    f"non-existing dimension {dim}"
                )
            shape[dim] = have[dim - new]
        elif dim >= new and have[dim - new] not in (1, size):
            raise RuntimeError(
                f"The expanded size of the tensor ({size}) must match the existing size "
                f"({have[dim - new]}) at non-singleton dimension {dim}.  Target sizes: "
                f"{list(wanted)}.  "
                f"Tensor sizes: {list(have)}"
            )
        elif size < 0:
            raise RuntimeError("numel: integer multiplication overflow")
    return tuple(shape)
