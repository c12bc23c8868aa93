"""exercises/three_softmaxes.py on a GPU; the stand-in cannot compile kernels."""

from __future__ import annotations

import numpy as np
import pytest

import minitorch as mt
from exercises import three_softmaxes

cupy = pytest.importorskip("cupy")
if not hasattr(cupy, "RawKernel"):
    pytest.skip("kernels need a real GPU", allow_module_level=True)


@pytest.mark.parametrize("shape", [(1, 1), (3, 2), (4, 127), (3, 129), (5, 1000), (70000, 3)])
@pytest.mark.parametrize("name", ["softmax_plain", "softmax_kernels", "softmax_raw"])
def test_on_a_gpu(name, shape):
    values = np.random.default_rng(0).standard_normal(shape) * 5
    values[0, 0] = 300.0
    x = values.astype(np.float32)
    result = getattr(three_softmaxes, name)(cupy.asarray(x))
    assert result.dtype == np.float32
    expected = mt.softmax(mt.from_numpy(x).double(), dim=1).numpy()
    assert np.allclose(cupy.asnumpy(result), expected, atol=1e-6)


def test_main(capsys):
    three_softmaxes.main()
    assert capsys.readouterr().out.count("softmax_raw") == 3
