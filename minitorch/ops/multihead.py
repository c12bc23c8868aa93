"""Multi-head attention: several small attentions side by side, between linear projections.

From Vaswani and others, "Attention Is All You Need", 2017. The layer that holds the weights is
`nn.MultiheadAttention`.
"""

from __future__ import annotations

import math
from typing import Any

from ..user_warnings import warn
from . import dropout
from .attention import minus_infinity, scaled_dot_product_attention
from .joining import cat
from .linear import linear
from .matmul import C_NAMES, matmul
from .padding import pad
from .softmax import softmax


def multi_head_attention_forward(
    query: Any,
    key: Any,
    value: Any,
    embed_dim_to_check: int,
    num_heads: int,
    in_proj_weight: Any,
    in_proj_bias: Any,
    bias_k: Any,
    bias_v: Any,
    add_zero_attn: bool,
    dropout_p: float,
    out_proj_weight: Any,
    out_proj_bias: Any,
    training: bool = True,
    key_padding_mask: Any = None,
    need_weights: bool = True,
    attn_mask: Any = None,
    use_separate_proj_weight: bool = False,
    q_proj_weight: Any = None,
    k_proj_weight: Any = None,
    v_proj_weight: Any = None,
    static_k: Any = None,
    static_v: Any = None,
    average_attn_weights: bool = True,
    is_causal: bool = False,
) -> tuple[Any, Any]:
    """``concat(head_1 … head_H) Wᵒ`` with ``head_i = attention(Q Wᵢq, K Wᵢk, V Wᵢv)``.

    Shapes: query ``(L, N, E)``, key and value ``(S, N, E)``, or all without N. The result is a
    pair: the output, of the query's shape, and the weights, or None unless ``need_weights``. They
    are ``(N, L, S)``, the mean over the heads, or ``(N, H, L, S)`` unless ``average_attn_weights``.

    ``key_padding_mask`` ``(N, S)`` and ``attn_mask``, ``(L, S)`` or ``(N·H, L, S)``, say True where
    a query must *not* look, or are added to the scores. ``is_causal`` only says that the mask is
    the causal one. ``bias_k`` and ``bias_v`` are one more key and value; ``add_zero_attn`` adds a
    pair of zeros. ``static_k`` and ``static_v`` ``(N·H, S, E/H)`` stand in for the projections.

    >>> layer, x = nn.MultiheadAttention(4, 2), mt.zeros(3, 1, 4)
    >>> first = (layer.in_proj_weight, layer.in_proj_bias, None, None, False, 0.0)
    >>> last = (layer.out_proj.weight, layer.out_proj.bias)
    >>> out, weights = F.multi_head_attention_forward(x, x, x, 4, 2, *first, *last)
    >>> out.shape, weights.detach()
    (torch.Size([3, 1, 4]), tensor([[[0.3333, 0.3333, 0.3333],
             [0.3333, 0.3333, 0.3333],
             [0.3333, 0.3333, 0.3333]]]))
    """
    batched = check_ranks(query, key, value, key_padding_mask, attn_mask, num_heads)
    if not batched:
        query, key, value = (tensor.unsqueeze(1) for tensor in (query, key, value))
        if key_padding_mask is not None:
            key_padding_mask = key_padding_mask.unsqueeze(0)
    length, batch, size = query.shape
    padding = additive(
        key_padding_mask, query, "key_padding_mask", other=attn_mask, other_name="attn_mask"
    )
    if is_causal and attn_mask is None:
        raise RuntimeError(
            "Need attn_mask if specifying the is_causal hint. You may use the Transformer module "
            "method `generate_square_subsequent_mask` to create this mask."
        )
    if is_causal and padding is None and not need_weights:
        attn_mask = None  # attention makes its own
    else:
        attn_mask = additive(attn_mask, query, "attn_mask")
        is_causal = False
    if size != embed_dim_to_check:
        raise AssertionError(
            f"was expecting embedding dimension of {embed_dim_to_check}, but got {size}"
        )
    if size % num_heads:
        raise AssertionError(f"embed_dim {size} not divisible by num_heads {num_heads}")
    if use_separate_proj_weight:
        weights = q_proj_weight, k_proj_weight, v_proj_weight
        q, k, v = separate_projections(query, key, value, weights, in_proj_bias)
    else:
        q, k, v = packed_projections(query, key, value, in_proj_weight, in_proj_bias)
    if attn_mask is not None:
        check_mask_shape(attn_mask, length, key.size(0), batch, num_heads)
    more = 0  # keys and values that no mask knows of
    if bias_k is not None and bias_v is not None:
        for name, static in (("key", static_k), ("value", static_v)):
            if static is not None:
                raise AssertionError(f"bias cannot be added to static {name}.")
        k = cat([k, bias_k.expand(1, batch, size)])
        v = cat([v, bias_v.expand(1, batch, size)])
        more += 1
    elif bias_k is not None:
        raise AssertionError("bias_k is set but bias_v is None")
    elif bias_v is not None:
        raise AssertionError("bias_v is set but bias_k is None")
    q = heads(q, num_heads)
    k = heads(k, num_heads) if static_k is None else given(static_k, "static_k", q)
    v = heads(v, num_heads) if static_v is None else given(static_v, "static_v", q)
    if add_zero_attn:
        zero = k.new_zeros(*k.shape[:2], 1, k.shape[3])
        k, v = cat([k, zero], 2), cat([v, zero], 2)
        more += 1
    mask = merged(attn_mask, padding, more, (batch, num_heads, length, k.size(2)))
    if not training:
        dropout_p = 0.0
    if need_weights:
        out, shares = attention_and_weights(q, k, v, mask, dropout_p)
        shares = shares.mean(1) if average_attn_weights else shares
    else:
        out, shares = scaled_dot_product_attention(q, k, v, mask, dropout_p, is_causal), None
    out = linear(
        out.permute(2, 0, 1, 3).reshape(length * batch, size), out_proj_weight, out_proj_bias
    )
    out = out.view(length, batch, out.size(1))
    if batched:
        return out, shares
    return out.squeeze(1), None if shares is None else shares.squeeze(0)


def heads(x: Any, number: int) -> Any:
    """A view of ``(L, N, E)`` as ``(N, H, L, E/H)``."""
    length, batch, size = x.shape
    return x.view(length, batch, number, size // number).permute(1, 2, 0, 3)


def attention_and_weights(q: Any, k: Any, v: Any, mask: Any, dropout_p: float) -> tuple[Any, Any]:
    """`scaled_dot_product_attention` in steps, with its weights after the dropout.

    Unlike there, a query that may look nowhere gets NaN. (PyTorch says so in both places.)
    """
    scores = matmul(q * (1 / math.sqrt(q.size(-1))), k.transpose(-2, -1))
    if mask is not None:
        if mask.dtype is not scores.dtype:
            given, needed = (C_NAMES[tensor._array.dtype.name] for tensor in (mask, scores))
            raise RuntimeError(
                f"Input dtypes must be the same, got: input {given}, batch1: {needed}, "
                f"batch2: {needed}"
            )
        scores = scores + mask
    weights = softmax(scores, -1)
    if dropout_p > 0.0:
        weights = dropout.dropout(weights, dropout_p)
    return matmul(weights, v), weights


# Projections --------------------------------------------------------------------------------------


def packed_projections(query: Any, key: Any, value: Any, weight: Any, bias: Any) -> Any:
    """The three projections by one weight ``(3E, E)``; of one tensor they are one product."""
    if key.shape != value.shape:
        raise AssertionError(f"key shape {key.shape} does not match value shape {value.shape}")
    if weight is None:
        raise AssertionError("use_separate_proj_weight is False but in_proj_weight is None")
    size = query.size(-1)
    if query is key is value:
        return linear(query, weight, bias).unflatten(-1, (3, size)).unbind(-2)
    sizes = [size, 2 * size] if key is value else [size] * 3
    weights = weight.split(sizes)
    biases = [None] * 3 if bias is None else bias.split(sizes)
    q = linear(query, weights[0], biases[0])
    if key is value:
        pair = linear(key, weights[1], biases[1])
        return q, *pair.unflatten(-1, (2, size)).unbind(-2)
    return q, linear(key, weights[1], biases[1]), linear(value, weights[2], biases[2])


def separate_projections(query: Any, key: Any, value: Any, weights: Any, bias: Any) -> Any:
    """The three projections by weights of their own, for keys and values of other sizes."""
    if key.shape[:2] != value.shape[:2]:
        raise AssertionError(
            f"key's sequence and batch dims {key.shape[:2]} do not match value's {value.shape[:2]}"
        )
    for name, weight in zip("qkv", weights, strict=True):
        if weight is None:
            raise AssertionError(f"use_separate_proj_weight is True but {name}_proj_weight is None")
    size = query.size(-1)
    biases = [None] * 3 if bias is None else bias.chunk(3)
    names = ("query", "key", "value")
    for name, x, weight in zip(names, (query, key, value), weights, strict=True):
        if weight.shape != (size, x.size(-1)):
            raise AssertionError(
                f"expecting {name} weights shape of {(size, x.size(-1))}, but got {weight.shape}"
            )
    for name, part in zip(names, biases, strict=True):
        if part is not None and part.shape != (size,):
            raise AssertionError(f"expecting {name} bias shape of {(size,)}, but got {part.shape}")
    return map(linear, (query, key, value), weights, biases)


def given(static: Any, name: str, q: Any) -> Any:
    """Keys or values ``(N·H, S, E/H)`` that need no projection, as ``(N, H, S, E/H)``."""
    batch, number, _, size = q.shape
    for dim, expected in ((0, batch * number), (2, size)):
        if static.size(dim) != expected:
            raise AssertionError(
                f"expecting {name}.size({dim}) of {expected}, but got {static.size(dim)}"
            )
    return static.view(batch, number, static.size(1), size)


# Masks --------------------------------------------------------------------------------------------


def additive(mask: Any, like: Any, name: str, other: Any = None, other_name: str = "") -> Any:
    """A mask to add to the scores, in the dtype of ``like``: -inf where ``mask`` is True."""
    if mask is None:
        return None
    kind = mask._array.dtype.kind
    if kind not in "bf":
        raise AssertionError(f"only bool and floating types of {name} are supported")
    if other is not None and mask.dtype is not other.dtype:
        warn(
            f"Support for mismatched {name} and {other_name} is deprecated. "
            "Use same type for both instead."
        )
    return mask if kind == "f" else minus_infinity(mask, like)


def merged(mask: Any, padding: Any, more: int, shape: tuple[int, ...]) -> Any:
    """Both masks in one that fits the scores, with zeros for ``more`` keys at the end."""
    batch, number, length, keys = shape
    if mask is not None:
        mask = pad(mask, (0, more)) if more else mask
        whole = mask.dim() == 3 and mask.size(0) == batch * number
        mask = mask.view(batch, number, length, keys) if whole else mask
    if padding is None:
        return mask
    padding = pad(padding, (0, more)) if more else padding
    for dim, expected in enumerate((batch, keys)):
        if padding.size(dim) != expected:
            raise AssertionError(
                f"Expected key_padded_mask.shape[{dim}] to be {expected}, "
                f"but got {padding.size(dim)}"
            )
    padding = padding.view(batch, 1, 1, keys)
    return padding if mask is None else mask + padding


# Checks -------------------------------------------------------------------------------------------


def check_ranks(query: Any, key: Any, value: Any, padding: Any, mask: Any, number: int) -> bool:
    """Whether there is a batch; refuses ranks that do not go together."""
    ndim = query.dim()
    if ndim not in (2, 3):
        raise AssertionError(
            f"query should be unbatched 2D or batched 3D tensor but received {ndim}-D query tensor"
        )
    start = f"For {'batched (3-D)' if ndim == 3 else 'unbatched (2-D)'} `query`, expected "
    if not key.dim() == value.dim() == ndim:
        raise AssertionError(
            f"{start}`key` and `value` to be {ndim}-D but found {key.dim()}-D and {value.dim()}-D "
            "tensors respectively"
        )
    if padding is not None and padding.dim() != ndim - 1:
        raise AssertionError(
            f"{start}`key_padding_mask` to be `None` or {ndim - 1}-D but found "
            f"{padding.dim()}-D tensor instead"
        )
    if mask is not None and mask.dim() not in (2, 3):
        raise AssertionError(
            f"{start}`attn_mask` to be `None`, 2-D or 3-D but found {mask.dim()}-D tensor instead"
        )
    if mask is not None and ndim == 2 and mask.dim() == 3:
        expected = (number, query.shape[0], key.shape[0])
        if mask.shape != expected:
            raise AssertionError(
                f"Expected `attn_mask` shape to be {expected} but got {mask.shape}"
            )
    return bool(ndim == 3)


def check_mask_shape(mask: Any, length: int, keys: int, batch: int, number: int) -> None:
    """Refuse an ``attn_mask`` that does not fit."""
    expected = (length, keys) if mask.dim() == 2 else (batch * number, length, keys)
    if mask.shape != expected:
        raise RuntimeError(
            f"The shape of the {mask.dim()}D attn_mask is {mask.shape}, but should be {expected}."
        )
