"""The ONNX nodes of products of matrices and of layers."""

from __future__ import annotations

import math
import string
from collections.abc import Callable
from functools import partial
from typing import Any

import numpy as np

from ..ops import (
    attention,
    cells,
    conv,
    einsum,
    layer_norm,
    linear,
    lstm,
    matmul,
    matmul_add,
    normalization,
    pool,
    recurrent,
    softmax,
)
from .shapes import transpose

# Products -----------------------------------------------------------------------------------------


def flipped(g: Any, x: Any, flip: bool) -> Any:
    """A matrix, or its transpose."""
    return transpose(g, x, -1, -2) if flip else x


def product(g: Any, a: Any, b: Any, flip_a: bool = False, flip_b: bool = False) -> Any:
    """The product of two matrices, or batches of them, of which each may be transposed first."""
    return g.MatMul(flipped(g, a, flip_a), flipped(g, b, flip_b))


def affine(g: Any, x: Any, weight: Any, bias: Any) -> Any:
    """``x Wᵀ + b``: for a matrix x one node."""
    if len(x.shape) == 2:
        return g.Gemm(x, weight, bias, transB=1)
    return g.Add(product(g, x, weight, False, True), bias)


def add_scaled(g: Any, x: Any, a: Any, b: Any, beta: Any, alpha: Any) -> Any:
    """``beta x + alpha a b``; x does not count, and may be anything, if beta is 0."""
    out = g.MatMul(a, b)
    out = out if alpha == 1 else g.Mul(out, alpha)
    if beta == 0:
        return out
    return g.Add(x if beta == 1 else g.Mul(x, beta), out)


def contract(g: Any, a: Any, b: Any, in_a: Any, in_b: Any, to: Any) -> Any:
    """A sum of products over labels."""
    letters = dict(zip(dict.fromkeys([*in_a, *in_b]), string.ascii_letters, strict=False))
    first, second, result = ("".join(letters[label] for label in ls) for ls in (in_a, in_b, to))
    return g.Einsum(a, b, equation=f"{first},{second}->{result}")


def attend(
    g: Any, query: Any, key: Any, value: Any, bias: Any, kept: Any, factor: float, scale: float
) -> Any:
    """``softmax(scale · Q Kᵀ + bias) V``; a query that may look nowhere gets zeros."""
    if kept is not None:
        raise NotImplementedError("with dropout")
    scores = product(g, g.Mul(query, scale), key, False, True)
    if bias is None:
        return g.MatMul(g.Softmax(scores, axis=-1), value)
    scores = g.Add(scores, bias)
    if bias.array is not None and not np.isneginf(bias.array).all(-1).any():
        return g.MatMul(g.Softmax(scores, axis=-1), value)
    nowhere = g.Equal(g.reduce("ReduceMax", bias, [-1], True), -math.inf)
    shares = g.Softmax(g.Where(nowhere, 0, scores), axis=-1)
    return g.MatMul(g.Where(nowhere, 0, shares), value)


# Convolution and pooling --------------------------------------------------------------------------


def convolution(
    g: Any,
    x: Any,
    weight: Any,
    bias: Any,
    stride: Any,
    padding: Any,
    dilation: Any,
    groups: int,
    op: str = "Conv",
    **more: Any,
) -> Any:
    """A convolution, in any number of dimensions."""
    return g.node(
        op,
        x,
        weight,
        bias,
        kernel_shape=list(weight.shape[2:]),
        strides=list(stride),
        pads=list(padding) * 2,
        dilations=list(dilation),
        group=groups,
        **more,
    )


def transposed(
    g: Any,
    x: Any,
    weight: Any,
    bias: Any,
    stride: Any,
    padding: Any,
    output_padding: Any,
    dilation: Any,
    groups: int,
) -> Any:
    """A transposed convolution."""
    extra = list(output_padding)
    box = (stride, padding, dilation, groups, "ConvTranspose")
    return convolution(g, x, weight, bias, *box, output_padding=extra)


def pooled(g: Any, op: str, x: Any, dims: Any, **attributes: Any) -> Any:
    """Windows over the last dimensions. Their ends are said by borders, so nothing is rounded."""
    boxes = [dim.box for dim in dims]
    if None in boxes:
        raise NotImplementedError("with windows of several sizes")
    kernel, stride, before, dilation = map(list, zip(*boxes, strict=True))
    after = [
        max((dim.count - 1) * s + d * (k - 1) + 1 - dim.length - p, 0)
        for dim, k, s, p, d in zip(dims, kernel, stride, before, dilation, strict=True)
    ]
    unbatched = len(x.shape) == len(dims) + 1
    x = g.Unsqueeze(x, [0]) if unbatched else x
    attributes |= {"dilations": dilation} if max(dilation) > 1 else {}
    out = g.node(op, x, kernel_shape=kernel, strides=stride, pads=before + after, **attributes)
    return g.Squeeze(out, [0]) if unbatched else out


def max_pool(g: Any, x: Any, dims: Any) -> Any:
    """The largest element of each window."""
    return pooled(g, "MaxPool", x, dims)


def avg_pool(g: Any, x: Any, dims: Any, divisor: Any) -> Any:
    """The sum of each window over a divisor, which is not always the number of its places."""
    if any(dim.box is None for dim in dims):
        return fitted_averages(g, x, dims)
    mean = pooled(g, "AveragePool", x, dims, count_include_pad=1)
    places = math.prod([dim.box[0] for dim in dims])
    if hasattr(divisor, "dtype"):
        return g.Mul(mean, (places / divisor.array).astype(x.dtype))
    return mean if divisor == places else g.Mul(mean, places / divisor)


def fitted_averages(g: Any, x: Any, dims: Any) -> Any:
    """Averages over windows of several sizes: a product with a matrix for each dimension."""
    ndim = len(x.shape)
    for axis, dim in enumerate(dims, start=ndim - len(dims)):
        matrix = np.zeros((dim.length, dim.count))
        for row in range(dim.count):
            start, end = row * dim.length // dim.count, -(-(row + 1) * dim.length // dim.count)
            matrix[start:end, row] = 1 / (end - start)
        order = [place for place in range(ndim) if place != axis] + [axis]
        back = [order.index(place) for place in range(ndim)]
        x = g.MatMul(g.Transpose(x, perm=order), matrix.astype(x.dtype))
        x = g.Transpose(x, perm=back)
    return x


# Normalization ------------------------------------------------------------------------------------


def batch_norm(
    g: Any,
    x: Any,
    weight: Any,
    bias: Any,
    mean: Any,
    var: Any,
    training: bool,
    momentum: float,
    eps: float,
) -> Any:
    """With the running statistics; or, where a layer has none, with those of the batch."""
    ones = [1] * (len(x.shape) - 2)
    if not training:
        channels = mean.shape
        weight = np.ones(channels, x.dtype) if weight is None else weight
        bias = np.zeros(channels, x.dtype) if bias is None else bias
        return g.BatchNormalization(x, weight, bias, mean, var, epsilon=eps)
    if mean is not None:
        raise NotImplementedError("in training, where it changes its running statistics")
    dims = [0, *range(2, len(x.shape))]
    return scaled(g, standardized(g, x, dims, eps), weight, bias, ones)


def scaled(g: Any, x: Any, weight: Any, bias: Any, ones: list[int]) -> Any:
    """``weight x + bias`` for each channel; ``ones`` stand for the dimensions after it."""
    if weight is not None:
        x = g.Mul(x, g.reshape(weight, [-1, *ones]))
    return x if bias is None else g.Add(x, g.reshape(bias, [-1, *ones]))


def normalized(g: Any, x: Any, weight: Any, bias: Any, dims: int, eps: float) -> Any:
    """Layer norm over the last dimensions; from opset 17 on it is one node."""
    if weight is None:
        weight = np.ones(x.shape[len(x.shape) - dims :], x.dtype)
    if g.opset >= 17:
        return g.LayerNormalization(x, weight, bias, axis=-dims, epsilon=eps)
    out = g.Mul(standardized(g, x, range(-dims, 0), eps), weight)
    return out if bias is None else g.Add(out, bias)


def standardized(g: Any, x: Any, dims: Any, eps: float) -> Any:
    """``(x - mean) / sqrt(var + eps)`` over some dimensions."""
    away = g.Sub(x, g.reduce("ReduceMean", x, dims, True))
    spread = g.reduce("ReduceMean", g.Mul(away, away), dims, True)
    return g.Div(away, g.Sqrt(g.Add(spread, eps)))


def group_norm(g: Any, x: Any, weight: Any, bias: Any, groups: int, eps: float) -> Any:
    """Instance norm of the groups as channels; then weight and bias."""
    ones = np.ones(groups, x.dtype)
    groups_first = g.reshape(x, [x.shape[0], groups, math.prod(x.shape[1:]) // groups])
    out = g.InstanceNormalization(groups_first, ones, 0 * ones, epsilon=eps)
    return scaled(g, g.reshape(out, x.shape), weight, bias, [1] * (len(x.shape) - 2))


def rms_norm(g: Any, x: Any, weight: Any, dims: int, eps: float) -> Any:
    """Each sample over the root of its mean square."""
    square = g.reduce("ReduceMean", g.Mul(x, x), range(-dims, 0), True)
    out = g.Div(x, g.Sqrt(g.Add(square, eps)))
    return out if weight is None else g.Mul(out, weight)


# Recurrent layers ---------------------------------------------------------------------------------

# For each operation: its name in ONNX, which of MiniTorch's gates come first, second ..., and more.
Gates = tuple[str, list[int], dict[str, Any]]
GRU: Gates = ("GRU", [1, 0, 2], {"linear_before_reset": 1})
LSTM: Gates = ("LSTM", [0, 3, 1, 2], {})
GATES: dict[type, Gates] = {
    recurrent.RnnTanh: ("RNN", [0], {"activations": ["Tanh"]}),
    recurrent.RnnRelu: ("RNN", [0], {"activations": ["Relu"]}),
    recurrent.Gru: GRU,
    cells.GruCell: GRU,
    lstm.Lstm: LSTM,
    cells.LstmCell: LSTM,
}


def recurrent_layer(
    kind: Gates,
    g: Any,
    x: Any,
    w_ih: Any,
    w_hh: Any,
    b_ih: Any,
    b_hh: Any,
    *states_and_more: Any,
) -> Any:
    """One layer in one direction over all steps."""
    op, gates, attributes = kind
    count = 2 if op == "LSTM" else 1
    states, (*w_hr, sizes, reverse) = states_and_more[:count], states_and_more[count:]
    if any(size != sizes[0] for size in sizes):
        raise NotImplementedError("with sequences of different lengths")
    if any(projection is not None for projection in w_hr):
        raise NotImplementedError("with proj_size")
    hidden = w_hh.shape[1]
    order = np.concatenate([np.arange(gate * hidden, (gate + 1) * hidden) for gate in gates])

    def ordered(weight: Any) -> Any:
        return weight if gates == [*range(len(gates))] else g.Gather(weight, order, axis=0)

    biases = None
    if b_ih is not None:
        biases = g.Unsqueeze(g.Concat(ordered(b_ih), ordered(b_hh), axis=0), [0])
    first = [g.Unsqueeze(state, [0]) for state in states]
    weights = [g.Unsqueeze(ordered(weight), [0]) for weight in (w_ih, w_hh)]
    direction = "reverse" if reverse else "forward"
    outs = g.node(
        op,
        x,
        *weights,
        biases,
        None,
        *first,
        outputs=1 + len(first),
        hidden_size=hidden,
        direction=direction,
        **attributes,
    )
    return (g.Squeeze(outs[0], [1]), *[g.Squeeze(state, [0]) for state in outs[1:]])


LAYERS: dict[type, Callable[..., Any]] = {
    kind: partial(recurrent_layer, gates) for kind, gates in GATES.items()
} | {
    matmul.Mm: product,
    matmul.Bmm: product,
    matmul.Matmul: product,
    matmul.Fold: lambda g, a, b, flip: product(g, a, b, False, flip),
    matmul.Mv: lambda g, a, b, flip: product(g, a, b, flip),
    matmul.Vm: lambda g, a, b, flip: product(g, a, b, flip),
    matmul.Dot: product,
    linear.Linear: affine,
    linear.LinearBatch: affine,
    matmul_add.Addmm: add_scaled,
    matmul_add.Addmv: add_scaled,
    matmul_add.Baddbmm: add_scaled,
    einsum.Contract: contract,
    attention.ScaledDotProductAttention: attend,
    conv.Convolution: convolution,
    conv.ConvolutionTransposed: transposed,
    pool.MaxPool2DWithIndices: max_pool,
    pool.MaxPool3DWithIndices: max_pool,
    pool.AdaptiveMaxPool2D: max_pool,
    pool.AdaptiveMaxPool3D: max_pool,
    pool.AvgPool2D: avg_pool,
    pool.AvgPool3D: avg_pool,
    pool.AdaptiveAvgPool2D: avg_pool,
    pool.AdaptiveAvgPool3D: avg_pool,
    normalization.NativeBatchNorm: batch_norm,
    layer_norm.NativeLayerNorm: normalized,
    layer_norm.NativeGroupNorm: group_norm,
    layer_norm.RmsNorm: rms_norm,
    softmax.Softmax: lambda g, x, dim: g.Softmax(x, axis=dim) if x.shape else g.Exp(g.Sub(x, x)),
    softmax.LogSoftmax: lambda g, x, dim: g.LogSoftmax(x, axis=dim) if x.shape else g.Sub(x, x),
}
