"""Which windows the arguments of a pooling function mean, and which arguments mean none."""

from __future__ import annotations

from typing import Any

from .. import backend
from . import pooling as kernels

FLAT = kernels.windows(1, 1, 1, 1)  # the second dimension of what has only one


POSITIONS = {"kernel_size": 2, "stride": 3, "padding": 4, "dilation": 5}


def whole(caller: str, name: str, value: Any) -> int:
    """``value`` as a Python integer; refuses what is no whole number."""
    if isinstance(value, bool) or not hasattr(value, "__index__"):
        raise TypeError(
            f"{caller}(): argument '{name}' (position {POSITIONS[name]}) must be tuple of ints, "
            f"not {type(value).__name__}"
        )
    return int(value)


def numbers_for(caller: str, name: str, value: Any, count: int) -> tuple[int, ...]:
    """``value`` for each spatial dimension: one number stands for all."""
    if not isinstance(value, list | tuple):
        return (whole(caller, name, value),) * count
    if len(value) not in (1, count):
        words = {2: "two", 3: "three"}[count]
        omitted = "omitted, " if name == "stride" else ""
        raise RuntimeError(
            f"{caller}: {name} must either be {omitted}a single int, or a tuple of {words} ints"
        )
    return tuple(whole(caller, name, v) for v in value) * (count if len(value) == 1 else 1)


def one_number(caller: str, name: str, value: Any) -> int:
    """``value`` as one number, also where it is in a tuple."""
    if isinstance(value, list | tuple):
        if len(value) != 1:
            raise RuntimeError(f"{caller}() {name} must be an int, or a tuple of one int")
        value = value[0]
    return whole(caller, name, value)


def how_many(
    length: int, kernel: int, stride: int, padding: int, dilation: int, ceil_mode: bool
) -> int:
    """How many windows there are along a dimension of ``length`` elements."""
    room = length + 2 * padding - dilation * (kernel - 1) - 1
    count = (room + (stride - 1 if ceil_mode else 0)) // stride + 1
    # The last window must begin in the input or before it, not in the border behind it.
    return count - 1 if ceil_mode and (count - 1) * stride >= length + padding else count


def box_windows(
    name: str,
    count: int,
    input: Any,
    kernel_size: Any,
    stride: Any,
    padding: Any,
    dilation: Any,
    ceil_mode: bool,
) -> list[kernels.Windows]:
    """The windows along each of the last ``count`` dimensions; refuses what has none."""
    kernel = numbers_for(name, "kernel_size", kernel_size, count)
    step = kernel if stride is None else numbers_for(name, "stride", stride, count)
    border = numbers_for(name, "padding", padding, count)
    gap = numbers_for(name, "dilation", dilation, count)
    shape = input._array.shape
    if len(shape) not in (count + 1, count + 2):
        raise RuntimeError(
            f"non-empty {count + 1}D or {count + 2}D (batch mode) tensor expected for input"
        )
    if 0 in shape[-count - 1 :]:
        raise RuntimeError(
            f"Expected {count + 1}D or {count + 2}D (batch mode) tensor with optional 0 dim batch "
            f"size for input, but got:{list(shape)}"
        )
    if min(step) <= 0:
        raise RuntimeError("stride should not be zero")
    if min(kernel) <= 0:
        raise RuntimeError("kernel size should be greater than zero")
    if min(gap) <= 0:
        axes = ("T", "H", "W")[3 - count :]
        words = " ".join(f"dilation{axis}: {value}" for axis, value in zip(axes, gap, strict=True))
        raise RuntimeError(f"dilation should be greater than zero, but got {words}")
    for p, k, d in zip(border, kernel, gap, strict=True):
        if p < 0:
            raise RuntimeError(f"pad must be non-negative, but got pad: {p}")
        if p > ((k - 1) * d + 1) // 2:
            raise RuntimeError(
                "pad should be at most half of effective kernel size, but got "
                f"pad={p}, kernel_size={k} and dilation={d}"
            )
    boxes = list(zip(shape[-count:], kernel, step, border, gap, strict=True))
    counts = [how_many(*box, ceil_mode) for box in boxes]
    if min(counts) < 1:
        sizes = "x".join(str(n) for n in shape[-count - 1 :])
        found = "x".join(str(n) for n in (shape[-count - 1], *counts))
        raise RuntimeError(
            f"Given input size: ({sizes}). Calculated output size: ({found}). "
            "Output size is too small"
        )
    return [
        kernels.windows(length, n, k, s, p, d)
        for (length, k, s, p, d), n in zip(boxes, counts, strict=True)
    ]


def fitted_windows(name: str, count: int, input: Any, output_size: Any) -> list[kernels.Windows]:
    """Windows such that ``output_size`` comes out of the last ``count`` dimensions."""
    lengths = input._array.shape[-count:]
    if not isinstance(output_size, list | tuple):
        output_size = (output_size,) * count
    if len(output_size) != count:
        raise RuntimeError(f"{name}: output_size must be {count}")
    if not all(n is None or hasattr(n, "__index__") for n in output_size):
        raise TypeError(f"{name}(): argument 'output_size' must be tuple of ints")
    wanted = [length if n is None else n for n, length in zip(output_size, lengths, strict=True)]
    if min(wanted) < 0:
        raise RuntimeError(
            f"{name}: elements of output_size must be greater than or equal to 0 but received "
            f"{{{', '.join(str(n) for n in wanted)}}}"
        )
    xp = backend.array_module(input._array)
    return [
        kernels.adaptive_windows(xp, length, n) for length, n in zip(lengths, wanted, strict=True)
    ]
