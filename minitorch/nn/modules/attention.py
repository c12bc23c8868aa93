"""Multi-head attention as a layer."""

from __future__ import annotations

from typing import Any

from ... import creation
from ...ops.multihead import additive
from ...tensor import Tensor
from .. import functional as F, init
from ..parameter import Parameter
from .linear import NonDynamicallyQuantizableLinear
from .module import Module


class MultiheadAttention(Module):
    """Each query takes a weighted mean of the values, by ``num_heads`` sets of weights.

    ``concat(head_1 … head_H) Wᵒ`` with ``head_i = softmax(Qᵢ Kᵢᵀ / √(E/H)) Vᵢ``, where Qᵢ, Kᵢ and
    Vᵢ are projections of query, key and value by ``in_proj_weight`` ``(3E, E)`` and
    ``in_proj_bias`` ``(3E,)``. If keys or values have other sizes (``kdim``, ``vdim``) there are
    ``q_proj_weight``, ``k_proj_weight`` and ``v_proj_weight`` instead. Wᵒ is the layer
    ``out_proj``. The weights begin Xavier uniform, the biases zero.

    Shapes: query ``(L, N, E)``, key ``(S, N, kdim)``, value ``(S, N, vdim)``; with ``batch_first``
    N comes first; or all without N. Vaswani and others, *Attention Is All You Need*, 2017.

    >>> layer = nn.MultiheadAttention(8, num_heads=2)
    >>> x = mt.zeros(5, 3, 8)
    >>> output, weights = layer(x, x, x)
    >>> output.shape, weights.shape
    (torch.Size([5, 3, 8]), torch.Size([3, 5, 5]))
    >>> weights[0, 0].detach()
    tensor([0.2000, 0.2000, 0.2000, 0.2000, 0.2000])
    """

    in_proj_weight: Tensor | None
    in_proj_bias: Tensor | None
    q_proj_weight: Tensor | None
    k_proj_weight: Tensor | None
    v_proj_weight: Tensor | None
    bias_k: Tensor | None
    bias_v: Tensor | None

    def __init__(
        self,
        embed_dim: int,
        num_heads: int,
        dropout: float = 0.0,
        bias: bool = True,
        add_bias_kv: bool = False,
        add_zero_attn: bool = False,
        kdim: int | None = None,
        vdim: int | None = None,
        batch_first: bool = False,
        device: Any = None,
        dtype: Any = None,
    ) -> None:
        if embed_dim <= 0 or num_heads <= 0:
            raise ValueError(
                "embed_dim and num_heads must be greater than 0, got "
                f"embed_dim={embed_dim} and num_heads={num_heads} instead"
            )
        super().__init__()
        self.embed_dim = embed_dim
        self.kdim = embed_dim if kdim is None else kdim
        self.vdim = embed_dim if vdim is None else vdim
        self._qkv_same_embed_dim = self.kdim == embed_dim == self.vdim
        self.num_heads = num_heads
        self.dropout = dropout
        self.batch_first = batch_first
        self.head_dim = embed_dim // num_heads
        if embed_dim % num_heads:
            raise AssertionError("embed_dim must be divisible by num_heads")
        packed = self._qkv_same_embed_dim
        for name, shape in (
            ("q_proj_weight", None if packed else (embed_dim, embed_dim)),
            ("k_proj_weight", None if packed else (embed_dim, self.kdim)),
            ("v_proj_weight", None if packed else (embed_dim, self.vdim)),
            ("in_proj_weight", (3 * embed_dim, embed_dim) if packed else None),
            ("in_proj_bias", (3 * embed_dim,) if bias else None),
            ("bias_k", (1, 1, embed_dim) if add_bias_kv else None),
            ("bias_v", (1, 1, embed_dim) if add_bias_kv else None),
        ):
            parameter = None
            if shape is not None:
                parameter = Parameter(creation.empty(shape, device=device, dtype=dtype))
            self.register_parameter(name, parameter)
        self.out_proj = NonDynamicallyQuantizableLinear(
            embed_dim, embed_dim, bias=bias, device=device, dtype=dtype
        )
        self.add_zero_attn = add_zero_attn
        self._reset_parameters()

    def _reset_parameters(self) -> None:
        """Draw new numbers for the weights of the inputs; the biases become zero."""
        for weight in (
            self.in_proj_weight,
            self.q_proj_weight,
            self.k_proj_weight,
            self.v_proj_weight,
        ):
            if weight is not None:
                init.xavier_uniform_(weight)
        for bias in (self.in_proj_bias, self.out_proj.bias):
            if bias is not None:
                init.zeros_(bias)
        for bias in (self.bias_k, self.bias_v):
            if bias is not None:
                init.xavier_normal_(bias)

    def forward(
        self,
        query: Tensor,
        key: Tensor,
        value: Tensor,
        key_padding_mask: Tensor | None = None,
        need_weights: bool = True,
        attn_mask: Tensor | None = None,
        average_attn_weights: bool = True,
        is_causal: bool = False,
    ) -> tuple[Tensor, Tensor | None]:
        """The output and, if ``need_weights``, the weights: see `multi_head_attention_forward`."""
        key_padding_mask = additive(
            key_padding_mask, query, "key_padding_mask", other=attn_mask, other_name="attn_mask"
        )
        attn_mask = additive(attn_mask, query, "attn_mask")
        turned = self.batch_first and query.dim() == 3
        if turned:  # what is one tensor stays one: that makes the projections one product
            given = {id(tensor): tensor.transpose(1, 0) for tensor in (query, key, value)}
            query, key, value = (given[id(tensor)] for tensor in (query, key, value))
        output, weights = F.multi_head_attention_forward(
            query,
            key,
            value,
            self.embed_dim,
            self.num_heads,
            self.in_proj_weight,
            self.in_proj_bias,
            self.bias_k,
            self.bias_v,
            self.add_zero_attn,
            self.dropout,
            self.out_proj.weight,
            self.out_proj.bias,
            training=self.training,
            key_padding_mask=key_padding_mask,
            need_weights=need_weights,
            attn_mask=attn_mask,
            use_separate_proj_weight=not self._qkv_same_embed_dim,
            q_proj_weight=self.q_proj_weight,
            k_proj_weight=self.k_proj_weight,
            v_proj_weight=self.v_proj_weight,
            average_attn_weights=average_attn_weights,
            is_causal=is_causal,
        )
        return output.transpose(1, 0) if turned else output, weights
