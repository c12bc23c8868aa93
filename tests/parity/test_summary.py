"""`nn.summary` counts as many multiply-adds as PyTorch's own counter of operations."""

from __future__ import annotations

import pytest

torch = pytest.importorskip("torch")

from torch.nn.attention import SDPBackend, sdpa_kernel
from torch.utils.flop_counter import FlopCounterMode

import minitorch as mt

MODELS = {
    "mlp": (lambda nn: nn.Sequential(nn.Linear(7, 5), nn.ReLU(), nn.Linear(5, 3)), (4, 7)),
    "cnn": (
        lambda nn: nn.Sequential(
            nn.Conv2d(3, 8, 3, stride=2),
            nn.BatchNorm2d(8),
            nn.Conv2d(8, 8, 3, padding=1, groups=2),
            nn.MaxPool2d(2),
            nn.Flatten(),
            nn.Linear(72, 5),
        ),
        (2, 3, 15, 15),
    ),
    "transposed": (lambda nn: nn.ConvTranspose2d(3, 5, 3, stride=2, padding=1), (2, 3, 6, 6)),
    "attention": (
        lambda nn: nn.TransformerDecoderLayer(8, 2, 16, dropout=0.0, batch_first=True),
        [(2, 5, 8), (2, 7, 8)],
    ),
    "recurrent": (lambda nn: nn.GRUCell(3, 4), (5, 3)),
}


@pytest.mark.parametrize("name", MODELS)
def test_multiply_adds(name):
    make, sizes = MODELS[name]
    inputs = [torch.zeros(size) for size in (sizes if isinstance(sizes, list) else [sizes])]
    # PyTorch's counter does not know the attention that its CPU has in one operation.
    with FlopCounterMode(display=False) as counter, sdpa_kernel(SDPBackend.MATH):
        make(torch.nn)(*inputs)
    flops = counter.get_total_flops()  # a multiplication and an addition each
    assert flops > 0
    assert mt.nn.summary(make(mt.nn), sizes).total_mult_adds == flops // 2
