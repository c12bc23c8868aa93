"""Copies in other dtypes and writing whole tensors beside PyTorch."""

from __future__ import annotations

import itertools

import numpy as np
import pytest

torch = pytest.importorskip("torch")

from tests.parity.compare import same, same_error
from tests.parity.expressions import expression, same_layout

X = np.array([[-2.5, -1.0, 0.0, 0.25], [0.5, 1.75, 3.0, 100.0]], dtype=np.float32)
Y = np.arange(24).reshape(2, 3, 4)
Z = np.float32(1.5)
DTYPES = "uint8 int8 int16 int32 int64 float16 float32 float64 complex64 complex128 bool".split()

SAME = """
x.to(torch.float64)
x.to(torch.float32)
x.to(torch.float64, copy=True)
x.to(torch.float32, copy=True)
x.to('cpu')
x.to('cpu', torch.float64)
x.to(torch.device('cpu'), torch.int32, True, True)
x.to(None, torch.float64)
x.to(device='cpu', dtype=torch.float16)
x.to(y)
x.to(z, non_blocking=True)
x.to(float)
x.to(int)
x.to(bool)
x.to()
x.type()
y.type()
(x > 0).type()
x.type(torch.float64)
x.type('torch.IntTensor')
x.type_as(y)
x.cpu()
x.double().float().half().float()
x.int()
x.long()
x.short()
x.char()
x.byte()
x.bool()
x.cfloat()
x.cdouble()
x.t().double()
x.t().clone()
y.permute(2, 0, 1).float()
y[:, ::2].double()
z.expand(2, 3).double()
torch.fill(x, 2)
torch.fill(x, z)
torch.fill(y, 2.9)
torch.clone(x)
x.clone().fill_(1)
x.clone().fill_(z)
x.clone().fill_(True)
y.clone().fill_(1.9)
(x > 0).fill_(0.5)
y.byte().fill_(-1)
y.byte().fill_(torch.tensor(300))
x.half().fill_(float('inf'))
x.cfloat().fill_(1j)
x.clone().zero_()
torch.zero_(x.clone())
torch.fill_(x.clone(), 3)
x.clone().copy_(x[0])
x.clone().copy_(z)
x.clone().copy_(3)
x.clone().copy_(y[0, 0])
y[0].clone().copy_(x[0])
x.clone().copy_(x.double())
torch.zeros(2, 1).expand(2, 2).zero_()
torch.zeros(2, 1).expand(2, 2).fill_(1)
torch.tensor([float('nan'), float('inf'), -1.0, 300.0, -300.5]).to(torch.uint8)
torch.tensor([float('nan'), float('inf'), -1.0, 300.0, -300.5, 1e10]).to(torch.int32)
torch.tensor([float('nan'), float('inf'), -1.0, 300.0, -300.5, 1e30]).to(torch.int64)
torch.tensor([float('nan'), float('inf'), 0.0, -0.0, 0.5]).to(torch.bool)
torch.tensor([1e10, -1e10]).to(torch.float16)
torch.tensor([1 + 2j]).to(torch.float32)
torch.tensor([1 + 2j, 0j]).to(torch.bool)
"""

REFUSED = """
x.to('cpu', 3)
x.to(z, z)
x.to([1])
x.type('torch.FooTensor')
x.type(int)
x.clone().fill_(1j)
x.clone().fill_(1e40)
x.clone().fill_('a')
x.clone().fill_(None)
x.clone().fill_(x[0])
x.half().fill_(1e6)
y.clone().fill_(float('nan'))
y.clone().fill_(1e30)
y.byte().fill_(300)
y.byte().fill_(-300)
y.char().fill_(200)
y.int().fill_(2**31)
x.clone().copy_(y)
x.clone().copy_(x[:, :2])
x.clone().copy_([1, 2])
x.clone().expand(3, 2, 4).copy_(x)
"""


@pytest.mark.parametrize("line", SAME.strip().splitlines())
def test_values_and_derivatives(line):
    same(expression(line, "xyz"), X, Y, Z)


@pytest.mark.parametrize("line", SAME.strip().splitlines())
def test_strides_and_views(line):
    same_layout(expression(line, "xyz"), X, Y, Z)


@pytest.mark.parametrize("line", REFUSED.strip().splitlines())
def test_refusals(line):
    same_error(expression(line, "xyz"), X, Y, Z)


@pytest.mark.parametrize(("source", "target"), [*itertools.product(DTYPES, DTYPES)])
def test_every_pair_of_dtypes(source, target):
    numbers = np.array([0, 1, 2, 3, 100], dtype=source)

    def convert(lib, x):
        return x.to(getattr(lib, target))

    def copy(lib, x):
        return lib.zeros(5, dtype=getattr(lib, target)).copy_(x)

    same(convert, numbers)
    same(copy, numbers)
