"""A model on a GPU is exported as one on the CPU."""

from __future__ import annotations

import pytest

import minitorch as mt
import minitorch.nn as nn

pytest.importorskip("onnx")


def test_a_model_on_the_gpu():
    mt.manual_seed(0)
    model = nn.Sequential(
        nn.Conv2d(1, 4, 3, padding=1),
        nn.BatchNorm2d(4),
        nn.ReLU(inplace=True),
        nn.AvgPool2d(2, padding=1, count_include_pad=False),
        nn.Upsample(scale_factor=2, mode="bilinear"),
        nn.Flatten(),
        nn.Linear(400, 3),
    ).eval()
    x = mt.randn(2, 1, 8, 8)
    program = mt.onnx.export(model, x, dynamic_shapes=({0: "batch"},))
    on_gpu = mt.onnx.export(model.cuda(), x.cuda(), dynamic_shapes=({0: "batch"},))
    assert on_gpu.model_proto == program.model_proto
    mt.testing.assert_close(program(x)[0], model(x.cuda()).detach().cpu())
