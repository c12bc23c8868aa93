"""The transformer: stacks of layers of attention.

Vaswani and others, *Attention Is All You Need*, 2017. Masks say True where a query must not look,
or are added to the scores of the attention: see `MultiheadAttention`.
"""

from __future__ import annotations

import copy
import math
from collections.abc import Callable
from typing import Any

from ... import creation
from ...autograd.modes import is_grad_enabled
from ...ops.multihead import additive
from ...tensor import Tensor
from ...user_warnings import warn
from .. import functional as F, init
from .container import ModuleList
from .module import Module
from .normalization import LayerNorm
from .transformer_layer import TransformerDecoderLayer, TransformerEncoderLayer


class TransformerEncoder(Module):
    """``num_layers`` copies of ``encoder_layer`` one after the other, and a last ``norm``.

    The copies begin with the same weights. In evaluation without gradients PyTorch leaves padded
    positions out (``enable_nested_tensor``) and puts zeros there; here are the same zeros.

    Shapes: src (S, N, E), or (N, S, E) if the layers are ``batch_first``; the result, too.

    >>> layer = nn.TransformerEncoderLayer(16, nhead=4, dim_feedforward=32, batch_first=True)
    >>> nn.TransformerEncoder(layer, num_layers=2)(mt.zeros(3, 10, 16)).shape
    torch.Size([3, 10, 16])
    """

    def __init__(
        self,
        encoder_layer: Any,
        num_layers: int,
        norm: Module | None = None,
        enable_nested_tensor: bool = True,
        mask_check: bool = True,
    ) -> None:
        super().__init__()
        self.layers = _copies(encoder_layer, num_layers)
        self.num_layers = num_layers
        self.norm = norm
        self.enable_nested_tensor = self.use_nested_tensor = enable_nested_tensor
        self.mask_check = mask_check
        problem = _why_not_nested(encoder_layer)
        if enable_nested_tensor and problem:
            self.use_nested_tensor = False
            warn(
                "enable_nested_tensor is True, but self.use_nested_tensor is False because "
                + problem
            )

    def forward(
        self,
        src: Tensor,
        mask: Tensor | None = None,
        src_key_padding_mask: Tensor | None = None,
        is_causal: bool | None = None,
    ) -> Tensor:
        """The last layer's output; ``is_causal`` says so of ``mask``, and None finds it out."""
        padding = additive(
            src_key_padding_mask, src, "src_key_padding_mask", other=mask, other_name="mask"
        )
        mask = additive(mask, src, "mask")
        skipped = self._skipped(src, mask, padding)
        is_causal = _is_causal(mask, is_causal, src, self.layers[0].self_attn.batch_first)
        output = src
        for layer in self.layers:
            output = layer(output, src_mask=mask, is_causal=is_causal, src_key_padding_mask=padding)
        if skipped is not None:
            output = output.masked_fill(skipped.unsqueeze(-1), 0.0)
        return output if self.norm is None else self.norm(output)

    def _skipped(self, src: Tensor, mask: Any, padding: Any) -> Tensor | None:
        """The positions that PyTorch leaves out, or None."""
        first = self.layers[0]
        if padding is None or mask is not None or not self.use_nested_tensor:
            return None
        if first.training or src.dim() != 3:
            return None
        if is_grad_enabled() and any(t.requires_grad for t in (src, *first.parameters())):
            return None
        skipped = padding != 0
        if self.mask_check and not (skipped[:, 1:] >= skipped[:, :-1]).all():
            return None  # padding that is not at the end
        return skipped


class TransformerDecoder(Module):
    """``num_layers`` copies of ``decoder_layer`` one after the other, and a last ``norm``.

    Shapes: tgt (T, N, E) and memory (S, N, E), the batch first if the layers are ``batch_first``.

    >>> layer = nn.TransformerDecoderLayer(16, nhead=4, dim_feedforward=32)
    >>> nn.TransformerDecoder(layer, num_layers=2)(mt.zeros(7, 3, 16), mt.zeros(10, 3, 16)).shape
    torch.Size([7, 3, 16])
    """

    def __init__(self, decoder_layer: Any, num_layers: int, norm: Module | None = None) -> None:
        super().__init__()
        self.layers = _copies(decoder_layer, num_layers)
        self.num_layers = num_layers
        self.norm = norm

    def forward(
        self,
        tgt: Tensor,
        memory: Tensor,
        tgt_mask: Tensor | None = None,
        memory_mask: Tensor | None = None,
        tgt_key_padding_mask: Tensor | None = None,
        memory_key_padding_mask: Tensor | None = None,
        tgt_is_causal: bool | None = None,
        memory_is_causal: bool = False,
    ) -> Tensor:
        """The last layer's output, of the shape of ``tgt``."""
        causal = _is_causal(tgt_mask, tgt_is_causal, tgt, self.layers[0].self_attn.batch_first)
        output = tgt
        for layer in self.layers:
            output = layer(
                output,
                memory,
                tgt_mask=tgt_mask,
                memory_mask=memory_mask,
                tgt_key_padding_mask=tgt_key_padding_mask,
                memory_key_padding_mask=memory_key_padding_mask,
                tgt_is_causal=causal,
                memory_is_causal=memory_is_causal,
            )
        return output if self.norm is None else self.norm(output)


class Transformer(Module):
    """An encoder reads the source, a decoder writes the target and looks at what was read.

    Shapes: src ``(S, N, E)``, tgt ``(T, N, E)``, with ``batch_first`` N comes first, or all without
    N; the result is of the shape of ``tgt``. The weights begin Xavier uniform.

    >>> model = nn.Transformer(16, 4, 2, 2, dim_feedforward=32, batch_first=True)
    >>> model(mt.zeros(3, 10, 16), mt.zeros(3, 7, 16)).shape
    torch.Size([3, 7, 16])
    """

    def __init__(
        self,
        d_model: int = 512,
        nhead: int = 8,
        num_encoder_layers: int = 6,
        num_decoder_layers: int = 6,
        dim_feedforward: int = 2048,
        dropout: float = 0.1,
        activation: str | Callable[[Tensor], Tensor] = F.relu,
        custom_encoder: Any = None,
        custom_decoder: Any = None,
        layer_norm_eps: float = 1e-5,
        batch_first: bool = False,
        norm_first: bool = False,
        bias: bool = True,
        device: Any = None,
        dtype: Any = None,
    ) -> None:
        super().__init__()
        options = {"bias": bias, "device": device, "dtype": dtype}
        settings = (d_model, nhead, dim_feedforward, dropout, activation, layer_norm_eps)
        order = (batch_first, norm_first)
        if custom_encoder is None:
            reader = TransformerEncoderLayer(*settings, *order, **options)
            norm = LayerNorm(d_model, eps=layer_norm_eps, **options)
            custom_encoder = TransformerEncoder(reader, num_encoder_layers, norm)
        self.encoder = custom_encoder
        if custom_decoder is None:
            writer = TransformerDecoderLayer(*settings, *order, **options)
            norm = LayerNorm(d_model, eps=layer_norm_eps, **options)
            custom_decoder = TransformerDecoder(writer, num_decoder_layers, norm)
        self.decoder = custom_decoder
        self._reset_parameters()
        self.d_model = d_model
        self.nhead = nhead
        self.batch_first = batch_first

    def forward(
        self,
        src: Tensor,
        tgt: Tensor,
        src_mask: Tensor | None = None,
        tgt_mask: Tensor | None = None,
        memory_mask: Tensor | None = None,
        src_key_padding_mask: Tensor | None = None,
        tgt_key_padding_mask: Tensor | None = None,
        memory_key_padding_mask: Tensor | None = None,
        src_is_causal: bool | None = None,
        tgt_is_causal: bool | None = None,
        memory_is_causal: bool = False,
    ) -> Tensor:
        """The decoder's output, of the shape of ``tgt``."""
        batch = 0 if self.batch_first else 1
        if src.dim() == 3 and src.size(batch) != tgt.size(batch):
            raise RuntimeError("the batch number of src and tgt must be equal")
        if src.size(-1) != self.d_model or tgt.size(-1) != self.d_model:
            raise RuntimeError("the feature number of src and tgt must be equal to d_model")
        memory = self.encoder(
            src,
            mask=src_mask,
            src_key_padding_mask=src_key_padding_mask,
            is_causal=src_is_causal,
        )
        return self.decoder(
            tgt,
            memory,
            tgt_mask=tgt_mask,
            memory_mask=memory_mask,
            tgt_key_padding_mask=tgt_key_padding_mask,
            memory_key_padding_mask=memory_key_padding_mask,
            tgt_is_causal=tgt_is_causal,
            memory_is_causal=memory_is_causal,
        )

    @staticmethod
    def generate_square_subsequent_mask(sz: int, device: Any = None, dtype: Any = None) -> Tensor:
        """The causal mask: 0 up to the diagonal, -inf after it.

        >>> nn.Transformer.generate_square_subsequent_mask(3)
        tensor([[0., -inf, -inf],
                [0., 0., -inf],
                [0., 0., 0.]])
        """
        return creation.full((sz, sz), -math.inf, dtype=dtype, device=device).triu(1)

    def _reset_parameters(self) -> None:
        """Draw new numbers for the matrices."""
        for parameter in self.parameters():
            if parameter.dim() > 1:
                init.xavier_uniform_(parameter)


def _copies(module: Module, number: int) -> ModuleList:
    return ModuleList([copy.deepcopy(module) for _ in range(number)])


def _is_causal(mask: Any, hint: bool | None, x: Tensor, batch_first: bool) -> bool:
    """Whether a mask is the causal one: what the ``hint`` says, or without a hint, what it is."""
    if mask is None or hint is not None:
        return hint is True
    length = x.size(1 if batch_first and x.dim() == 3 else 0)
    causal = Transformer.generate_square_subsequent_mask(length, mask.device, mask.dtype)
    return mask.shape == causal.shape and bool((mask == causal).all())


def _why_not_nested(layer: Any) -> str:
    """Why PyTorch computes padded positions, too; empty if it can leave them out."""
    if not isinstance(layer, TransformerEncoderLayer):
        return "encoder_layer was not TransformerEncoderLayer"
    attention = layer.self_attn
    reasons = (
        (layer.norm_first, ".norm_first was True"),
        (
            not attention.batch_first,
            ".self_attn.batch_first was not True(use batch_first for better inference performance)",
        ),
        (
            not attention._qkv_same_embed_dim,
            ".self_attn._qkv_same_embed_dim was not True",
        ),
        (attention.in_proj_bias is None, ".self_attn was passed bias=False"),
        (not layer.activation_relu_or_gelu, ".activation_relu_or_gelu was not True"),
        (
            layer.norm1.eps != layer.norm2.eps,
            ".norm1.eps was not equal to encoder_layer.norm2.eps",
        ),
        (attention.num_heads % 2 == 1, ".self_attn.num_heads is odd"),
    )
    return next(("encoder_layer" + reason for holds, reason in reasons if holds), "")
