"""The benchmarked programs compute the same numbers in both libraries."""

from __future__ import annotations

import pytest
import torch

import minitorch as mt
from benchmarks.worker import build, mean_square
from benchmarks.workloads import WORKLOADS


@pytest.mark.parametrize("name", WORKLOADS)
def test_same_numbers_as_torch(name):
    ours = {part: mean_square(step) for part, step in build(mt, name).items()}
    theirs = {part: mean_square(step) for part, step in build(torch, name).items()}
    assert ours == pytest.approx(theirs, rel=1e-4)
