"""Every public operation as a model: its file does the same to other numbers, or there is none.

Of each name in the tables of operations it is the first row that is tried, with the numbers that
the row stands for, and once more with a dynamic size.
"""

from __future__ import annotations

import numpy as np
import pytest

import minitorch as mt
import minitorch.nn as nn
from minitorch.onnx import OnnxExporterError
from minitorch.onnx.recording import tensors_in
from tests.ops.samples import CALLS, PLAIN_CALLS
from tests.ops.samples.sample import leaves_of


class Called(nn.Module):
    def __init__(self, function, sample):
        super().__init__()
        self.function, self.sample = function, sample

    def forward(self, *leaves):
        return self.sample(self.function, *leaves)


def numbers(sample):
    return list(leaves_of([sample.args, sample.kwargs]))


def drawn(sample, seed):
    rng = np.random.default_rng(seed)
    return [mt.tensor(n.draw(rng)) for n in numbers(sample)]


def first_rows():
    rows = {}
    for row in [*CALLS, *PLAIN_CALLS]:
        sample = row.values[1]
        if numbers(sample) and not any(n.is_complex for n in numbers(sample)):
            rows.setdefault(sample.name, row)
    return list(rows.values())


ROWS = first_rows()
exported = {False: set(), True: set()}


@pytest.mark.parametrize("dynamic", [False, True])
def test_no_file_is_wrong(dynamic):
    for row in ROWS:
        function, sample = row.values
        model, inputs = Called(function, sample), drawn(sample, 0)
        size = inputs[0].size(0) if inputs[0].dim() else 0
        same = [x.dim() > 0 and x.size(0) == size for x in inputs]
        if dynamic and not size:
            continue
        sizes = [{0: "n"} if found else None for found in same] if dynamic else None
        try:
            program = mt.onnx.export(model, tuple(inputs), dynamic_shapes=sizes)
        except OnnxExporterError:
            continue
        others = drawn(sample, 1)
        if dynamic:
            others = [mt.cat([x, x[:1]]) if s else x for x, s in zip(others, same, strict=True)]
        outputs = program(*others)
        for output, expected in zip(outputs, tensors_in(model(*others)), strict=True):
            assert (output.dtype, output.shape) == (expected.dtype, expected.shape), row.id
            np.testing.assert_allclose(
                output.numpy(), expected.detach().numpy(), rtol=1e-4, atol=1e-5, err_msg=row.id
            )
        exported[dynamic].add(sample.name)
    assert len(exported[dynamic]) > (200 if dynamic else 250)
