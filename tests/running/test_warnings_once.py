"""Warnings that come once in a program: each library gets a process of its own."""

from __future__ import annotations

import pytest

from tests.running.starting import python, run, write

PROGRAM = """\
import warnings

import numpy as np
import torch
import torch.nn.functional as F

warnings.simplefilter("always")
warnings.showwarning = lambda message, category, *where: print(
    f"{category.__name__}:", str(message).split(" (Triggered")[0].strip())

losses = []
for step in range(3):
    loss = (torch.tensor(2.0, requires_grad=True) * step).sum()
    losses.append(float(loss))
with torch.no_grad():
    losses.append(float(loss))
print(losses, int(loss), loss.item(), "%.1f" % loss)

states = [np.ones(2), np.zeros(2)]
for step in range(2):
    print(torch.tensor(states, dtype=torch.float32))
print(torch.tensor([np.float32(1), np.float32(2)]))

print(torch.arange(3).T)

theta = torch.tensor([[[1.0, 0.0, 0.0], [0.0, 1.0, 0.0]]])
grid = F.affine_grid(theta, (1, 1, 2, 2))
print(F.grid_sample(torch.ones(1, 1, 2, 2), grid).shape)
"""
# Compared word by word.
PRINTED = """
UserWarning: Converting a tensor with requires_grad=True to a scalar may lead to unexpected
behavior.
Consider using tensor.detach() first.
[0.0, 2.0, 4.0, 4.0] 4 4.0 4.0
UserWarning: Creating a tensor from a list of numpy.ndarrays is extremely slow. Please consider
converting the list to a single numpy.ndarray with numpy.array() before converting to a tensor.
tensor([[1., 1.],
[0., 0.]])
tensor([[1., 1.],
[0., 0.]])
tensor([1., 2.])
UserWarning: The use of `x.T` on tensors of dimension other than 2 to reverse their shape is
deprecated and it will throw an error in a future release. Consider `x.mT` to transpose batches
of matrices or `x.permute(*torch.arange(x.ndim - 1, -1, -1))` to reverse the dimensions of a
tensor.
tensor([0, 1, 2])
UserWarning: Default grid_sample and affine_grid behavior has changed to align_corners=False
since 1.3.0. Please specify align_corners=True if the old behavior is desired. See the
documentation of grid_sample for details.
UserWarning: Default grid_sample and affine_grid behavior has changed to align_corners=False
since 1.3.0. Please specify align_corners=True if the old behavior is desired. See the
documentation of grid_sample for details.
torch.Size([1, 1, 2, 2])
"""


@pytest.mark.parametrize("start", [run, python], ids=["minitorch", "torch"])
def test_once(tmp_path, start):
    if start is python:
        pytest.importorskip("torch")
    done = start(tmp_path, str(write(tmp_path, "program.py", PROGRAM)))
    assert done.stdout.split() == PRINTED.split(), done.stderr
