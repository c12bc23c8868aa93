"""Which windows the arguments of a pooling function mean, and which arguments mean none."""

from __future__ import annotations

from typing import Any

import numpy as np

from .. import backend
from . import operands, pool_arrays as kernels
from .dims import wrap

FLAT = kernels.windows(1, 1, 1, 1)  # the second dimension of what has only one

FLOATS, INTS = frozenset(map(np.dtype, "efd")), frozenset(map(np.dtype, ("i1", "u1", "i2", "i4")))
LONG = frozenset([np.dtype("int64")])
# What PyTorch calls the kernel of a function, and the dtypes that it takes.
KERNELS = {
    "max_pool1d": ("max_pool1d_impl", FLOATS),
    "max_pool2d": ("max_pool2d", FLOATS | INTS | LONG),
    "max_pool3d": ("max_pool3d", FLOATS | INTS | LONG),
    "avg_pool2d": ("avg_pool2d", FLOATS | LONG),
    "avg_pool3d": ("avg_pool3d_out_frame", FLOATS - {np.dtype("float16")} | LONG),
}


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


def check_dtype(name: str, input: Any) -> None:
    """Refuse a dtype that the kernel of the function does not take."""
    kernel, known = KERNELS[name]
    if input._array.dtype not in known:
        raise operands.not_implemented(kernel, input._array)


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
    few_or_many = len(shape) not in (count + 1, count + 2)
    if few_or_many and name == "avg_pool2d":
        wrap(-3, len(shape))  # PyTorch asks for the sizes before it counts them
    elif few_or_many:
        raise RuntimeError(
            f"non-empty {count + 1}D or {count + 2}D (batch mode) tensor expected for input"
        )
    if few_or_many or 0 in shape[-count - 1 :]:
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
    check_dtype(name, input)
    return [
        kernels.windows(length, n, k, s, p, d)
        for (length, k, s, p, d), n in zip(boxes, counts, strict=True)
    ]


def fitted_windows(name: str, count: int, input: Any, output_size: Any) -> list[kernels.Windows]:
    """Windows such that ``output_size`` comes out of the last ``count`` dimensions."""
    operands.tensor(input, name, "input", 1)
    given = output_size if isinstance(output_size, list | tuple) else (output_size,) * count
    if len(given) != count:
        raise RuntimeError(
            f"{name}() argument 'output_size' should contain one int (got {len(given)})"
            if count == 1
            else f"{name}: output_size must be {count}"
            if "avg" in name
            else f"{name}(): internal error: output_size.size() must be {count}"
        )
    for n in given:
        if not hasattr(n, "__index__") and (n is not None or given is not output_size):
            kind = type(n).__name__
            raise TypeError(
                f"{name}(): argument 'output_size' (position 2) must be tuple of ints, not {kind}"
                if count == 1
                else f"object of type '{kind}' has no len()"
            )
    check_fitted(name, count, input)
    lengths = input._array.shape[-count:]
    wanted = [length if n is None else n for n, length in zip(given, lengths, strict=True)]
    if min(wanted) < 0:
        low = min(wanted)
        if "max" in name:
            shape = [*input._array.shape[:-count], *(() if count > 1 else (1,)), *wanted]
            raise RuntimeError(f"Trying to create tensor with negative dimension {low}: {shape}")
        first, *rest = [1, low] if count == 1 else wanted
        raise RuntimeError(
            f"{name.replace('1d', '2d')}: elements of output_size must be greater than or equal to "
            f"0 but received {{{first}, {','.join(map(str, rest))}}}"
        )
    # The mean of everything is `mean`, which takes complex numbers too.
    if input._array.dtype.kind != "f" and not ("avg" in name and set(wanted) == {1}):
        kernel = "3d_cpu" if count == 3 else "2d"
        raise operands.not_implemented(f"{name[:-2]}{kernel}", input._array)
    device = backend.device_index(input._array)
    return [
        kernels.adaptive_windows(device, length, n)
        for length, n in zip(lengths, wanted, strict=True)
    ]


def check_fitted(name: str, count: int, input: Any) -> None:
    """Refuse what has another number of dimensions, or no elements."""
    shape = input._array.shape
    if count == 1 and len(shape) not in (2, 3):
        raise RuntimeError(
            f"Expected 2 to 3 dimensions, but got {len(shape)}-dimensional tensor for argument #1 "
            f"'self' (while checking arguments for {name})"
        )
    if len(shape) not in (count + 1, count + 2):
        raise RuntimeError(
            f"{name}(): Expected {count + 1}D or {count + 2}D tensor, but got"
            f"{':' if 'max' in name else ''} {list(shape)}"
        )
    first = 1 if "max" in name or count == 3 else len(shape) - count
    for dim in range(first, len(shape)):
        if shape[dim] == 0:
            raise RuntimeError(
                f"{name}(): Expected input to have non-zero size for non-batch dimensions, but "
                f"input has sizes {list(shape)} with dimension {dim} being empty"
            )
