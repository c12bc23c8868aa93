"""Attention, with all kinds of masks, and the normalizations beside batch norm."""

from __future__ import annotations

import numpy as np

from .sample import Sample, cplx, positive, real

CAUSAL = np.tri(3, 4, dtype=bool)
FLOATS = np.where(CAUSAL, 0.5, -np.inf)
NOWHERE = np.array([[True, False, True, True], [False] * 4, [True] * 4])  # query 1 sees nothing
QKV = (real(2, 3, 2), real(2, 4, 2), real(2, 4, 3))
HEADS = (real(1, 2, 3, 2), real(1, 2, 4, 2), real(1, 2, 4, 2))
LAYER = (4, 2, real(12, 4), real(12), None, None, False, 0.0, real(4, 4), real(4))
SEQUENCES = (real(3, 2, 4), real(4, 2, 4), real(4, 2, 4))

ATTENTION = [
    *(
        Sample("scaled_dot_product_attention", *operands, **options)
        for operands in (QKV, HEADS)
        for options in (
            {},
            {"attn_mask": CAUSAL},
            {"attn_mask": FLOATS, "scale": 0.3},
            {"attn_mask": real(3, 4)},
            {"attn_mask": NOWHERE},
            {"is_causal": True},
            {"dropout_p": 0.4},
            {"dropout_p": 1.0, "attn_mask": CAUSAL},
        )
    ),
    Sample("scaled_dot_product_attention", real(3, 2), real(4, 2), real(4, 1)),
    Sample("scaled_dot_product_attention", real(3, 2), real(2, 4, 2), real(2, 1, 4, 2)),
    Sample("scaled_dot_product_attention", *HEADS, attn_mask=FLOATS[:, :1], is_causal=True),
    Sample(
        "scaled_dot_product_attention",
        real(1, 4, 2, 2),
        real(1, 2, 3, 2),
        real(1, 2, 3, 2),
        enable_gqa=True,
    ),
    Sample("scaled_dot_product_attention", real(1, 1, 0, 2), real(1, 1, 2, 2), real(1, 1, 2, 2)),
    Sample("scaled_dot_product_attention", real(1, 1, 2, 2), real(1, 1, 0, 2), real(1, 1, 0, 2)),
    *(
        Sample("multi_head_attention_forward", *SEQUENCES, *LAYER, **options)
        for options in (
            {},
            {"attn_mask": ~CAUSAL, "is_causal": True},
            {"average_attn_weights": False, "key_padding_mask": ~CAUSAL[:2]},
        )
    ),
    Sample(
        "multi_head_attention_forward",
        real(3, 4),
        real(2, 3),
        real(2, 2),
        4,
        2,
        None,
        real(12),
        real(1, 1, 4),
        real(1, 1, 4),
        True,
        0.3,
        real(4, 4),
        None,
        use_separate_proj_weight=True,
        q_proj_weight=real(4, 4),
        k_proj_weight=real(4, 3),
        v_proj_weight=real(4, 2),
        key_padding_mask=np.array([False, True]),
    ),
]

NORMS = [
    Sample("group_norm", real(2, 4, 3), 2, real(4), real(4)),
    Sample("group_norm", real(2, 4, 2, 2), 4, weight=real(4)),
    Sample("group_norm", real(3, 6), 2),
    Sample("group_norm", real(0, 2, 3), 2, real(2), real(2)),
    Sample("F.instance_norm", real(2, 2, 3), None, None, real(2), real(2)),
    Sample(
        "F.instance_norm",
        real(2, 2, 3),
        np.array([0.5, 1.0]),
        np.array([1.0, 2.0]),
        real(2),
        use_input_stats=False,
    ),
    Sample("mt.instance_norm", real(1, 2, 3), real(2), None, None, None, True, 0.1, 0.1, True),
    Sample("mt.batch_norm", real(3, 2), real(2), real(2), None, None, True, 0.1, 0.1, True),
    Sample("rms_norm", real(2, 3), (3,)),
    Sample("rms_norm", real(2, 3, 2), (3, 2), real(3, 2), 0.1),
    Sample("rms_norm", cplx(2, 3), (3,), cplx(3)),
    Sample("local_response_norm", real(1, 4, 3), 3, 0.5),
    Sample("local_response_norm", real(1, 3, 2, 2), 2, 0.5, 0.3, 2.0),
    Sample("normalize", real(2, 3)),
    Sample("normalize", positive(2, 3), p=3.0, dim=0),
    Sample("normalize", real(2, 3), eps=100.0),
]
