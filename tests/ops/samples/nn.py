"""Losses, normalization, dropout, convolution and pooling."""

from __future__ import annotations

import numpy as np

from .sample import Numbers, Sample, classes, cplx, cube, empty, mask, positive, real, weights, x, y

LOSSES = [
    *(
        Sample(name, x, y, **options)
        for name in ("mse_loss", "l1_loss", "smooth_l1_loss", "huber_loss")
        for options in ({}, {"reduction": "sum"}, {"reduction": "none"})
    ),
    *(
        Sample(name, empty, real(0, 3), reduction="sum")
        for name in ("mse_loss", "l1_loss", "smooth_l1_loss", "huber_loss")
    ),
    *(Sample(name, x, y, weight=weights) for name in ("mse_loss", "l1_loss", "huber_loss")),
    Sample("smooth_l1_loss", x, y, beta=0.3),
    Sample("huber_loss", x, y, delta=0.3),
    Sample("l1_loss", cplx(3), cplx(3)),
    *(
        Sample(name, x, classes, **options)
        for name in ("cross_entropy", "nll_loss")
        for options in (
            {},
            {"reduction": "sum"},
            {"reduction": "none"},
            {"weight": weights[0]},
            {"ignore_index": 2},
        )
    ),
    Sample("cross_entropy", x, Numbers((2, 3), 0.1, 0.9)),
    Sample("cross_entropy", x, classes, label_smoothing=0.2),
    Sample("cross_entropy", x, Numbers((2, 3), 0.1, 0.9), weights[0], label_smoothing=0.1),
    Sample("cross_entropy", real(3), np.array(1)),
    Sample("cross_entropy", cube, np.array([[0, 1], [2, 0]])),
    Sample("nll_loss", cube, np.array([[0, 1], [2, 0]])),
    Sample("nll_loss", real(3), np.array(1)),
    Sample("binary_cross_entropy", Numbers((2, 3), 0.1, 0.9), Numbers((2, 3), 0.1, 0.9)),
    Sample(
        "binary_cross_entropy",
        Numbers((2, 3), 0.1, 0.9),
        mask.astype(float),
        weights[0],
        reduction="sum",
    ),
    Sample("binary_cross_entropy_with_logits", x, Numbers((2, 3), 0.1, 0.9)),
    Sample(
        "binary_cross_entropy_with_logits",
        x,
        mask.astype(float),
        weights[0],
        pos_weight=np.array([2.0, 1.0, 3.0]),
        reduction="none",
    ),
    *(Sample("kl_div", x, positive(2, 3), reduction=r) for r in ("sum", "batchmean", "none")),
    Sample("kl_div", x, y, reduction="sum", log_target=True),
]

LAYERS = [
    Sample("layer_norm", x, (3,)),
    Sample("layer_norm", cube, (3, 2), real(3, 2), real(3, 2)),
    Sample("layer_norm", x, (3,), weight=real(3)),
    Sample("layer_norm", empty, (3,), real(3), real(3)),
    Sample("F.batch_norm", real(4, 2), None, None, real(2), real(2), True),
    Sample("F.batch_norm", real(2, 2, 3), None, None, training=True),
    Sample(
        "F.batch_norm", real(2, 2, 3), np.array([0.5, 1.0]), np.array([1.0, 2.0]), real(2), real(2)
    ),
    Sample("F.batch_norm", real(3, 2), np.array([0.5, 1.0]), np.array([1.0, 2.0]), weight=real(2)),
    Sample("F.dropout", x, 0.4),
    Sample("mt.dropout", x, 0.4, True),
    Sample("F.alpha_dropout", x, 0.4, True),
    Sample("mt.alpha_dropout", x, 0.4, True),
    Sample("F.dropout1d", cube, 0.4),
    Sample("F.dropout2d", real(2, 2, 1, 2), 0.4),
    Sample("F.dropout3d", real(2, 2, 1, 1, 2), 0.4),
    Sample("F.feature_alpha_dropout", cube, 0.4, True),
    Sample("mt.feature_alpha_dropout", cube, 0.4, True),
    Sample("mt.feature_dropout", cube, 0.4, True),
    *(
        Sample(name, x, real(2, 2), real(2 * gates, 3), real(2 * gates, 2), *biases)
        for name, gates in (("rnn_tanh_cell", 1), ("rnn_relu_cell", 1), ("gru_cell", 3))
        for biases in ([], [real(2 * gates), real(2 * gates)])
    ),
    Sample("lstm_cell", x, [real(2, 2), real(2, 2)], real(8, 3), real(8, 2)),
    Sample("lstm_cell", x, [real(2, 2), real(2, 2)], real(8, 3), real(8, 2), real(8), real(8)),
]

WINDOWS = [
    *(
        Sample(f"conv{n}d", real(2, 2, *size), real(2, 2, *kernel), real(2))
        for n, size, kernel in [(1, (4,), (3,)), (2, (3, 4), (2, 3)), (3, (2, 3, 2), (2, 2, 1))]
    ),
    Sample("conv1d", real(2, 5), real(2, 1, 2), stride=2, padding=1, groups=2),
    Sample("conv1d", real(1, 1, 6), real(1, 1, 2), dilation=3),
    Sample("conv2d", real(1, 1, 3, 3), real(2, 1, 1, 3), padding="same"),
    Sample("conv2d", real(0, 1, 2, 2), real(1, 1, 2, 1)),
    *(
        Sample(f"conv_transpose{n}d", real(1, 2, *size), real(2, 2, *kernel), real(2))
        for n, size, kernel in [(1, (3,), (3,)), (2, (2, 3), (2, 2)), (3, (1, 2, 2), (2, 2, 1))]
    ),
    Sample(
        "conv_transpose2d",
        real(1, 2, 2, 2),
        real(2, 1, 2, 2),
        stride=2,
        padding=1,
        output_padding=1,
        groups=2,
        dilation=1,
    ),
    Sample(  # of output padding that is not smaller than the stride some is reached nevertheless
        "conv_transpose1d",
        real(1, 1, 3),
        real(1, 1, 2),
        padding=1,
        output_padding=1,
        dilation=2,
    ),
    *(
        Sample(f"{kind}_pool{n}d", real(1, 2, *[4] * n), 2)
        for kind in ("max", "avg")
        for n in (1, 2, 3)
        if n < 3
    ),
    *(Sample(f"{kind}_pool3d", real(1, 1, 2, 3, 4), 2, 1) for kind in ("max", "avg")),
    Sample("F.max_pool2d", real(2, 5, 5), 3, 2, 1, ceil_mode=True, return_indices=True),
    Sample("max_pool1d", real(1, 1, 7), 2, 1, dilation=3),
    Sample("avg_pool2d", real(1, 5, 4), (3, 2), 2, 1, True, False),
    Sample("avg_pool2d", real(1, 4, 4), 2, divisor_override=3),
    *(
        Sample(f"adaptive_{kind}_pool{n}d", real(1, 2, *[5, 3, 2][:n]), 2)
        for kind in ("max", "avg")
        for n in (1, 2, 3)
    ),
    Sample("pad", x, (1, 2)),
    Sample("pad", x, (1, 0, 0, 2), value=3.0),
    Sample("pad", x, (-1, 1)),
    *(
        Sample("pad", real(1, 1, 3, 3), (1, 2, 0, 1), mode)
        for mode in ("reflect", "replicate", "circular")
    ),
]
