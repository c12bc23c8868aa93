"""What an exported file computes is what the model computes, on other inputs and batch sizes."""

from __future__ import annotations

import numpy as np
import pytest

import minitorch as mt
from minitorch.onnx.recording import tensors_in
from tests.onnx.cases import CASES


@pytest.mark.parametrize("example", [1, 3])
@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_the_file_computes_what_the_model_does(case, example):
    mt.manual_seed(0)
    model = case.make()
    inputs = case.inputs(example)
    sizes = None if case.static else [{0: "batch"}] * len(inputs)
    program = mt.onnx.export(model, inputs, dynamic_shapes=sizes)
    for size in (example,) if case.static else (1, 3, 5):
        inputs = case.inputs(size)
        with mt.no_grad():
            expected = tensors_in(model.eval()(*inputs))
        for output, tensor in zip(program(*inputs), expected, strict=True):
            assert (output.dtype, output.shape) == (tensor.dtype, tensor.shape)
            np.testing.assert_allclose(output.numpy(), tensor.numpy(), rtol=2e-5, atol=2e-5)
