"""Scaled dot-product attention: each query takes a weighted mean of the values.

The weights say how well the query fits each key. From Vaswani and others, "Attention Is All You
Need", 2017. The layer around it, with its projections and heads, is in `multihead`.
"""

from __future__ import annotations

import math
from typing import Any

from .. import backend, dtypes
from ..autograd.operation import wrap
from . import dropout, rows
from .arrays import row_major, wide
from .comparison import Gt
from .fused import Fused
from .masked import MaskedFill
from .matmul import C_NAMES, check_batches, check_matrices
from .operands import not_implemented
from .overwriting import refuse_shape
from .sizes import broadcast
from .softmax import softmax


class ScaledDotProductAttention(Fused):
    """``softmax(scale · Q Kᵀ + bias) V``, the softmax over the keys; Q, K and V are matrices.

    ``bias`` is 0 where a query may look and -inf where it may not, or any number between; a query
    that may look nowhere gets zeros. ``kept`` is the random mask of a dropout of the weights, and
    ``factor`` what scales the weights that stay.

    With the weights W, their dropout D(W) and the incoming gradient G: ``∂V = D(W)ᵀ G``, that of
    the scores is ``∂S = W · (D(G Vᵀ) - Σ D(G Vᵀ) · W)`` with a sum for each query, and
    ``∂Q = scale · ∂S K``, ``∂K = scale · ∂Sᵀ Q``, ``∂bias = ∂S``.
    """

    torch_name = "UnsafeViewBackward0"

    def forward(
        self,
        xp: Any,
        query: Any,
        key: Any,
        value: Any,
        bias: Any,
        kept: Any,
        factor: float,
        scale: float,
    ) -> Any:
        scores = (wide(query) * scale) @ wide(key).swapaxes(-1, -2)
        if bias is not None:
            scores += bias
        weights = rows.softmax(xp, scores, -1) if scores.size else scores
        if backend.is_gpu_array(weights):  # to look at its numbers would be to wait for them
            some_are_nowhere = bias is not None
        else:
            first = weights[..., :1]  # NaN where all scores of a row are -inf
            some_are_nowhere = (first != first).any()
        if some_are_nowhere:
            nowhere = (scores == -math.inf).all(axis=-1, keepdims=True)
            weights = xp.where(nowhere, weights.dtype.type(0), weights)
        self.save(weights=weights)
        if kept is None:
            return self.product(xp, weights, wide(value), query)
        return self.product(xp, weights * kept, wide(value) * factor, query)

    def product(self, xp: Any, a: Any, b: Any, like: Any) -> Any:
        """``a @ b`` in the dtype of ``like``."""
        return row_major(xp, (a @ b).astype(like.dtype, copy=False))

    def gradient(
        self,
        xp: Any,
        grad: Any,
        query: Any,
        key: Any,
        value: Any,
        kept: Any,
        factor: float,
        scale: float,
        weights: Any,
    ) -> Any:
        need_query, need_key, need_value, need_bias = self.needs_input_grad[:4]
        grad = wide(grad)
        used = weights
        if kept is not None:
            grad = grad * factor
            used = weights * kept
        scores: Any = None
        grad_query = grad_key = grad_value = None
        if need_value:
            grad_value = self.product(xp, used.swapaxes(-1, -2), grad, value)
        if need_query or need_key or need_bias:
            scores = grad @ wide(value).swapaxes(-1, -2)
            if kept is not None:
                scores *= kept
            scores -= rows.inner(xp, scores, weights, -1)
            scores *= weights
        if need_query:
            grad_query = self.product(xp, scores, wide(key), query)
            grad_query *= scale
        if need_key:
            grad_key = self.product(xp, scores.swapaxes(-1, -2), wide(query), key)
            grad_key *= scale
        return grad_query, grad_key, grad_value, scores if need_bias else None

    @staticmethod
    def formula(
        query: Any, key: Any, value: Any, bias: Any, kept: Any, factor: float, scale: float
    ) -> Any:
        scores = (query * scale) @ key.transpose(-1, -2)
        if bias is not None:
            scores = scores + bias
        nowhere = (scores == -math.inf).all(-1, keepdim=True)
        weights = softmax(scores.masked_fill(nowhere, 0.0), -1).masked_fill(nowhere, 0.0)
        return weights @ value if kept is None else (weights * kept) @ (value * factor)


class FlashAttention(ScaledDotProductAttention):
    """The same for four dimensions, where the results lie in memory as the operands do.

    So the way back, from ``(batch, heads, length, size)`` to ``(batch, length, heads * size)``, is
    a view if the way there was one.
    """

    torch_name = "ScaledDotProductFlashAttentionForCpuBackward0"

    def product(self, xp: Any, a: Any, b: Any, like: Any) -> Any:
        """``a @ b`` in the dtype and the memory layout of ``like``, whose shape it has."""
        if like.dtype.char == "e":
            return (a @ b).astype("e")
        return xp.matmul(a, b, out=xp.empty_like(like))


def scaled_dot_product_attention(
    query: Any,
    key: Any,
    value: Any,
    attn_mask: Any = None,
    dropout_p: float = 0.0,
    is_causal: bool = False,
    *,
    scale: float | None = None,
    enable_gqa: bool = False,
) -> Any:
    """``softmax(scale · Q Kᵀ + mask) V``: each query takes the mean of the values whose keys fit.

    Shapes: query ``(*, L, E)``, key ``(*, S, E)``, value ``(*, S, Ev)``; the result is
    ``(*, L, Ev)``. ``attn_mask`` is broadcast to ``(*, L, S)``: True says "may look", and a float
    is added to the scores. With ``is_causal`` query i looks at the keys up to i only. Of the
    weights a part ``dropout_p`` is dropped, always: it should be 0 in evaluation. ``scale`` is
    1/√E if not given. With ``enable_gqa`` several heads of the query (dimension -3) share one head
    of key and value.

    >>> q = mt.tensor([[1.0, 0.0], [0.0, 1.0]])
    >>> F.scaled_dot_product_attention(q, q, q)
    tensor([[0.6698, 0.3302],
            [0.3302, 0.6698]])
    >>> F.scaled_dot_product_attention(q, q, q, is_causal=True)
    tensor([[1.0000, 0.0000],
            [0.3302, 0.6698]])
    """
    check(query, key, value, attn_mask)
    if enable_gqa:
        key, value = shared(query, key), shared(query, value)
    q, k, v = query._array, key._array, value._array
    lead = broadcast(q.shape[:-2], k.shape[:-2])
    check_product(lead + q.shape[-2:], (*lead, k.shape[-1], k.shape[-2]))
    shape = (*lead, q.shape[-2], k.shape[-2])
    lead = broadcast(lead, v.shape[:-2])
    check_product(lead + shape[-2:], lead + v.shape[-2:])
    flash = (
        q.ndim == 4
        and not dropout_p
        and q.shape[:2] == k.shape[:2] == v.shape[:2]
        and q.shape[-1] == v.shape[-1]
        and not (attn_mask is not None and attn_mask.requires_grad)
    )
    if attn_mask is not None and is_causal and not flash:
        raise RuntimeError(
            "_scaled_dot_product_attention: Explicit attn_mask should not be set when "
            "is_causal=True"
        )
    bias = additive(query, attn_mask, is_causal, shape)
    kept, factor = None, 1.0
    if dropout_p:
        if not 0 <= dropout_p <= 1:
            raise RuntimeError(
                f"dropout probability has to be between 0 and 1, but got {dropout_p}"
            )
        xp = backend.array_module(q)
        kept = wrap(query, dropout.mask(xp, xp.empty(shape, q.dtype), dropout_p, False))
        factor = 1 / (1 - dropout_p) if dropout_p < 1 else 0.0
    scale = 1 / math.sqrt(q.shape[-1] or 1) if scale is None else float(scale)
    flash = flash and all(x.strides[-1] == x.itemsize for x in (q, k, v))
    operation = FlashAttention if flash else ScaledDotProductAttention
    return operation.apply(query, key, value, bias, kept, factor, scale)


@backend.at_its_gpu
def additive(query: Any, mask: Any, is_causal: bool, shape: tuple[int, ...]) -> Any:
    """What to add to the scores, of which ``shape`` is the shape: a float tensor, or None."""
    if mask is not None:
        refuse_shape(shape, mask._array.shape)
        if mask._array.dtype.kind == "b":
            mask = minus_infinity(~mask, query)
    if not is_causal:
        return mask
    xp = backend.array_module(query._array)
    places, ours = (wrap(query, xp.arange(length)) for length in (shape[-1], shape[-2]))
    bias = minus_infinity(Gt.apply(places, ours.unsqueeze(1)), query)
    return bias if mask is None else mask + bias


def minus_infinity(mask: Any, like: Any) -> Any:
    """A tensor in the dtype of ``like``: -inf where ``mask`` is True, 0 elsewhere."""
    return MaskedFill.apply(like.new_zeros(mask._array.shape), mask, -math.inf)


def shared(query: Any, tensor: Any) -> Any:
    """Keys or values with each head repeated for the heads of ``query`` that share it."""
    heads, given = query.size(-3), tensor.size(-3)
    if heads == given:
        return tensor
    if not given or heads % given:
        raise RuntimeError("Number of heads in key and value must divide the number of heads in ")
    return tensor.repeat_interleave(heads // given, -3)


# Checks -------------------------------------------------------------------------------------------


def check(query: Any, key: Any, value: Any, mask: Any) -> None:
    """Refuse operands of a wrong rank or dtype."""
    q, k, v = query._array, key._array, value._array
    if not q.dtype == k.dtype == v.dtype:
        kinds = [C_NAMES[array.dtype.name] for array in (q, k, v)]
        raise RuntimeError(
            "Expected query, key, and value to have the same dtype, but got query.dtype: "
            f"{kinds[0]} key.dtype: {kinds[1]} and value.dtype: {kinds[2]} instead."
        )
    if min(q.ndim, k.ndim, v.ndim) < 2:
        raise RuntimeError(
            "Expected query, key, and value to all be  at least 2 dimensional, but got query.dim: "
            f"{q.ndim} key.dim: {k.ndim} and value.dim: {v.ndim} instead."
        )
    if mask is not None and mask._array.dtype not in ("bool", "float32", q.dtype):
        raise RuntimeError(
            "Expected attn_mask dtype to be bool or float or to match query dtype, but got "
            f"attn_mask.dtype: {C_NAMES[mask._array.dtype.name]} and  query.dtype: "
            f"{C_NAMES[q.dtype.name]} instead."
        )
    if q.dtype.kind == "c":
        raise not_implemented("softmax_lastdim_kernel_impl", q)
    if q.dtype.kind != "f":
        kind = dtypes.SCALAR_TYPE[dtypes.of(q)]
        raise RuntimeError(f"expected scalar type Float but found {kind}")


def check_product(a: tuple[int, ...], b: tuple[int, ...]) -> None:
    """Refuse the shapes of two factors with the same dimensions in front of their matrices."""
    if a[-1] != b[-2]:
        if len(a) == 2:
            check_matrices(a, b)
        count = math.prod(a[:-2])
        check_batches((count, *a[-2:]), (count, *b[-2:]))
