"""The arguments of a convolution: what short forms stand for, and which make no sense."""

from __future__ import annotations

from typing import Any

from .. import dtypes
from ..user_warnings import warn
from .operands import not_implemented
from .padding import pad as pad_ends


def with_batch(name: str, dims: int, input: Any) -> tuple[Any, bool]:
    """The input with a batch dimension, and whether it had one."""
    ndim = input._array.ndim
    if ndim not in (dims + 1, dims + 2):
        raise RuntimeError(
            f"Expected {dims + 1}D (unbatched) or {dims + 2}D (batched) input to {name}, but got "
            f"input of size: {list(input._array.shape)}"
        )
    return (input, True) if ndim == dims + 2 else (input.unsqueeze(0), False)


def per_dim(value: Any, dims: int, name: str) -> tuple[int, ...]:
    """``value`` for each spatial dimension: one number stands for all."""
    values = value if isinstance(value, list | tuple) else (value,)
    if not all(hasattr(v, "__index__") for v in values):
        raise TypeError(f"argument '{name}' must be tuple of ints, not {type(value).__name__}")
    if len(values) == 1:
        return (int(values[0]),) * dims
    if len(value) != dims:
        raise RuntimeError(
            f"expected {name} to be a single integer value or a list of {dims} values to match the "
            f"convolution dimensions, but got {name}={list(value)}"
        )
    return tuple(int(v) for v in values)


def named_padding(
    name: str, x: Any, kernel: Any, stride: Any, dilation: Any
) -> tuple[Any, tuple[int, ...]]:
    """For ``"same"`` or ``"valid"``: the input, padded where the two sides differ, and the rest."""
    if name not in ("same", "valid"):
        raise RuntimeError(f"Invalid padding string: '{name}'")
    if name == "valid":
        return x, (0,) * len(kernel)
    if any(step != 1 for step in stride):
        raise RuntimeError("padding='same' is not supported for strided convolutions")
    totals = [d * (k - 1) for k, d in zip(kernel, dilation, strict=True)]
    if any(total % 2 for total in totals):
        warn(
            "Using padding='same' with even kernel lengths and odd dilation may require a "
            "zero-padded copy of the input be created"
        )
        ends = [width for total in totals[::-1] for width in (0, total % 2)]
        x = pad_ends(x, ends)
    return x, tuple(total // 2 for total in totals)


def check_numbers(stride: Any, padding: Any, dilation: Any, groups: int, weight: Any) -> None:
    """Refuse numbers that make no convolution."""
    if len(weight) < 3:
        raise RuntimeError("weight should have at least three dimensions")
    if min(padding) < 0:
        raise RuntimeError("negative padding is not supported")
    for name, values in (("stride", stride), ("dilation", dilation), ("groups", (groups,))):
        if min(values) <= 0:
            raise RuntimeError(f"non-positive {name} is not supported")
    if weight[0] < groups or weight[0] % groups:
        least, size = "at least", str(list(weight))
        if weight[0] > groups:
            least, size = "divisible by", f"[{size}]"
        raise RuntimeError(
            f"Given groups={groups}, expected weight to be {least} {groups} at dimension 0, but "
            f"got weight of size {size} instead"
        )


def check_kind(x: Any, dilation: tuple[int, ...], transposed: bool) -> None:
    """Refuse integers and bools where PyTorch's kernels do not take them."""
    dtype, dims = x._array.dtype, max(len(dilation), 2)
    if dtype.kind in "fc" or dtype == "int64":
        return
    if transposed:
        raise not_implemented(f"slow_conv_transpose{dims}d_out_cpu", x._array)
    if max(dilation) > 1:
        raise not_implemented("slow_conv_dilated<>", x._array)
    if dtype.kind == "b":
        raise not_implemented("slow_conv2d_cpu" if dims == 2 else "compute_columns3d", x._array)


def check_operands(x: Any, weight: Any, bias: Any, channels: int, transposed: bool) -> None:
    """Refuse an empty kernel, a bias of the wrong size, and operands of different dtypes."""
    kernel = weight._array.shape[2:]
    if 0 in kernel:
        height, width = (1, *kernel)[-2:]
        got = f" kernel_height: {height} kernel_width: {width}"
        if len(kernel) == 3:
            got = f": {' x '.join(map(str, kernel))} (TxHxW)"
        raise RuntimeError(f"kernel size should be greater than zero, but got{got}")
    if bias is not None and bias._array.shape != (channels,):
        raise RuntimeError(
            f"Given weight of size {list(weight._array.shape)}, expected bias to be 1-dimensional "
            f"with {channels} elements, but got bias of size {list(bias._array.shape)} instead"
        )
    a, w = dtypes.of(x._array), dtypes.of(weight._array)
    b = a if bias is None or transposed else dtypes.of(bias._array)
    if a is not b:
        raise RuntimeError(
            f"Input type ({dtypes.C_TYPE[a]}) and bias type ({dtypes.C_TYPE[b]}) should be the same"
        )
    if a is not w:
        names = [dtypes.SCALAR_TYPE[d] for d in (a, w)]
        raise RuntimeError(f"expected scalar type {names[0]} but found {names[1]}")
