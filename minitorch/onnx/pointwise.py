"""The ONNX nodes of operations on each element: a table of the operation, and how it is written."""

from __future__ import annotations

import math
from collections.abc import Callable
from functools import partial
from typing import Any

import numpy as np

from ..ops import (
    activation,
    arithmetic,
    bitwise,
    comparison,
    complexes,
    conversion,
    division,
    limits,
    masked,
    overwriting,
    pinning,
    pointwise,
    powers,
    rectifiers,
    signs,
    special,
    thresholds,
    trigonometry,
)
from .recording import Cast

# What ONNX has under the same name.
SAME = {
    pointwise: "Exp Log Sqrt Reciprocal Floor Ceil Round",
    trigonometry: "Sin Cos Tan Asin Acos Atan Sinh Cosh Tanh Asinh Acosh Atanh",
    arithmetic: "Add Sub Mul Div Neg",
    complexes: "Abs",
    signs: "Sign",
    special: "Erf",
    activation: "Sigmoid",
    rectifiers: "Relu",
    masked: "Where",
}


def same(op: str) -> Callable[..., Any]:
    """The rule of an operation that ONNX has."""
    return lambda g, *operands: g.node(op, *operands)


def logical(op: str) -> Callable[..., Any]:
    """A logical operation, which in ONNX takes masks only."""
    return lambda g, *operands: g.node(op, *[g.cast(x, np.dtype(bool)) for x in operands])


def bits(op: str, g: Any, *operands: Any) -> Any:
    """A bitwise operation, which for masks has another name in ONNX."""
    is_mask = operands[0].dtype.kind == "b"
    return g.node(op if is_mask else f"Bitwise{op}", *operands)


def expm1(g: Any, x: Any) -> Any:
    """``exp(x) - 1``."""
    return g.Sub(g.Exp(x), 1)


def softplus(g: Any, x: Any, beta: float, threshold: float) -> Any:
    """``log(1 + exp(beta x)) / beta``; beyond the threshold x itself."""
    scaled = x if beta == 1 else g.Mul(x, beta)
    out = g.Softplus(scaled)
    out = out if beta == 1 else g.Div(out, beta)
    if threshold == 20:  # up to rounding, the function is x there
        return out
    return g.Where(g.Greater(scaled, threshold), x, out)


def elu(g: Any, x: Any, alpha: float, scale: float, input_scale: float) -> Any:
    """``scale · x`` above 0, below ``scale · alpha · (exp(input_scale · x) - 1)``."""
    if input_scale == 1:
        out = g.Elu(x, alpha=float(alpha))
    else:
        out = g.Add(g.Relu(x), g.Mul(expm1(g, g.Mul(g.Min(x, 0), input_scale)), alpha))
    return out if scale == 1 else g.Mul(out, scale)


def gelu_tanh(g: Any, x: Any) -> Any:
    """``x / 2 · (1 + tanh(√(2/π) (x + 0.044715 x³)))``."""
    inner = g.Mul(g.Add(x, g.Mul(g.Mul(g.Mul(x, x), x), 0.044715)), math.sqrt(2 / math.pi))
    return g.Mul(g.Mul(x, 0.5), g.Add(g.Tanh(inner), 1))


def glu(g: Any, x: Any, dim: int) -> Any:
    """The first half times the sigmoid of the second."""
    half = x.shape[dim] // 2
    a, b = g.Split(x, [half, half], outputs=2, axis=dim)
    return g.Mul(a, g.Sigmoid(b))


def floor_divide(g: Any, a: Any, b: Any) -> Any:
    """Rounded down; the quotient of ONNX's integers is rounded towards 0."""
    if g.dtype_beside((a, b)).kind == "f":
        return g.Floor(g.Div(a, b))
    return g.Div(g.Sub(a, g.Mod(a, b)), b)


def remainder(g: Any, a: Any, b: Any) -> Any:
    """What is left, with the sign of the divisor."""
    if g.dtype_beside((a, b)).kind == "f":
        return g.Sub(a, g.Mul(g.Floor(g.Div(a, b)), b))
    return g.Mod(a, b)


def lerp(g: Any, start: Any, end: Any, weight: Any) -> Any:
    """``start + weight · (end - start)``."""
    return g.Add(start, g.Mul(g.Sub(end, start), weight))


def masked_fill(g: Any, x: Any, mask: Any, value: Any) -> Any:
    """``value`` where the mask is True."""
    return g.Where(mask, g.cast(value, x.dtype) if hasattr(value, "dtype") else value, x)


def filled(g: Any, x: Any, value: Any = 0) -> Any:
    """The same number everywhere."""
    number = g.cast(value, x.dtype) if hasattr(value, "dtype") else np.array(value, x.dtype)
    return g.Expand(number, x.shape)


def clamp(g: Any, x: Any, low: Any, high: Any) -> Any:
    """Between two tensors, either of which may be None."""
    x = x if low is None else g.Max(x, low)
    return x if high is None else g.Min(x, high)


POINTWISE: dict[type, Callable[..., Any]] = {
    vars(module)[name]: same(name) for module, names in SAME.items() for name in names.split()
} | {
    Cast: lambda g, x, dtype: g.cast(x, dtype),
    conversion.ToCopy: lambda g, x, dtype, *_: g.cast(x, dtype),
    pinning.PinMemory: lambda g, x: x,
    overwriting.Copy: lambda g, x, src: g.Expand(g.cast(src, x.dtype), x.shape),
    overwriting.Fill: filled,
    overwriting.FillTensor: filled,
    overwriting.FillInPlace: filled,
    overwriting.FillTensorInPlace: filled,
    overwriting.Zero: filled,
    arithmetic.Alpha: same("Mul"),
    arithmetic.Rsub: lambda g, a, b: g.Sub(b, a),
    arithmetic.Addcmul: lambda g, a, b, c, value: g.Add(a, g.Mul(g.Mul(b, c), value)),
    arithmetic.Addcdiv: lambda g, a, b, c, value: g.Add(a, g.Div(g.Mul(b, value), c)),
    arithmetic.Lerp: lerp,
    arithmetic.LerpTensor: lerp,
    pointwise.Exp2: lambda g, x: g.Exp(g.Mul(x, math.log(2))),
    pointwise.Expm1: expm1,
    pointwise.Log2: lambda g, x: g.Mul(g.Log(x), 1 / math.log(2)),
    pointwise.Log10: lambda g, x: g.Mul(g.Log(x), 1 / math.log(10)),
    pointwise.Log1p: lambda g, x: g.Log(g.Add(x, 1)),
    pointwise.Rsqrt: lambda g, x: g.Reciprocal(g.Sqrt(x)),
    pointwise.Trunc: lambda g, x: g.Mul(g.Sign(x), g.Floor(g.Abs(x))),
    special.Erfc: lambda g, x: g.Sub(1, g.Erf(x)),
    pointwise.Frac: lambda g, x: g.Sub(x, g.Mul(g.Sign(x), g.Floor(g.Abs(x)))),
    trigonometry.Deg2rad: lambda g, x: g.Mul(x, math.pi / 180),
    trigonometry.Rad2deg: lambda g, x: g.Mul(x, 180 / math.pi),
    division.FloorDivide: floor_divide,
    division.DivFloor: floor_divide,
    division.Remainder: remainder,
    division.RemainderByNumber: remainder,
    activation.Gelu: lambda g, x: g.Mul(g.Mul(x, 0.5), g.Add(g.Erf(g.Mul(x, math.sqrt(0.5))), 1)),
    activation.GeluTanh: gelu_tanh,
    activation.Silu: lambda g, x: g.Mul(x, g.Sigmoid(x)),
    activation.Mish: lambda g, x: g.Mul(x, g.Tanh(g.Softplus(x))),
    activation.Softplus: softplus,
    activation.LogSigmoid: lambda g, x: g.Neg(g.Softplus(g.Neg(x))),
    activation.Glu: glu,
    rectifiers.LeakyRelu: lambda g, x, slope: g.LeakyRelu(x, alpha=float(slope)),
    rectifiers.Elu: elu,
    rectifiers.Celu: elu,
    thresholds.Hardsigmoid: lambda g, x: g.HardSigmoid(x, alpha=1 / 6, beta=0.5),
    thresholds.Hardswish: lambda g, x: g.Mul(x, g.HardSigmoid(x, alpha=1 / 6, beta=0.5)),
    thresholds.Softshrink: lambda g, x, lambd: g.Sub(x, g.Clip(x, -lambd, lambd)),
    thresholds.Hardshrink: lambda g, x, lambd: g.Where(g.LessOrEqual(g.Abs(x), lambd), 0, x),
    thresholds.Threshold: lambda g, x, t, value: g.Where(g.LessOrEqual(x, t), value, x),
    limits.Clamp: clamp,
    limits.ClampMinTensor: clamp,
    limits.ClampMaxTensor: clamp,
    masked.MaskedFill: masked_fill,
    masked.MaskedFillTensor: masked_fill,
    limits.ClampNumbers: same("Clip"),
    limits.ClampMin: same("Clip"),
    limits.ClampMax: same("Clip"),
    limits.Maximum: same("Max"),
    limits.Minimum: same("Min"),
    thresholds.Hardtanh: same("Clip"),
    rectifiers.PreluKernel: same("PRelu"),
    powers.PowScalar: same("Pow"),
    powers.PowTensor: same("Pow"),
    powers.PowOfNumber: same("Pow"),
    comparison.Eq: same("Equal"),
    comparison.Gt: same("Greater"),
    comparison.Ge: same("GreaterOrEqual"),
    comparison.Lt: same("Less"),
    comparison.Le: same("LessOrEqual"),
    comparison.Isnan: same("IsNaN"),
    comparison.Isinf: same("IsInf"),
    comparison.Ne: lambda g, a, b: g.Not(g.Equal(a, b)),
    comparison.Isfinite: lambda g, x: g.Not(g.Or(g.IsNaN(x), g.IsInf(x))),
    comparison.LogicalAnd: logical("And"),
    comparison.LogicalOr: logical("Or"),
    comparison.LogicalXor: logical("Xor"),
    comparison.LogicalNot: logical("Not"),
    bitwise.BitwiseAnd: partial(bits, "And"),
    bitwise.BitwiseOr: partial(bits, "Or"),
    bitwise.BitwiseXor: partial(bits, "Xor"),
    bitwise.BitwiseNot: partial(bits, "Not"),
}
