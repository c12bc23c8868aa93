"""Memory is freed by reference counting alone: training needs no garbage collector."""

from __future__ import annotations

import subprocess
import sys
import textwrap
from pathlib import Path

import pytest

PROGRAM = """
    import gc, sys
    from pathlib import Path
    import minitorch as mt
    import minitorch.nn as nn

    gc.collect()
    gc.disable()
    mt.manual_seed(0)
    model = nn.Sequential(
        nn.Linear(8, 16), nn.BatchNorm1d(16), nn.ReLU(), nn.Dropout(0.1), nn.Linear(16, 4)
    )
    optimizer = mt.optim.Adam(model.parameters())
    criterion = nn.CrossEntropyLoss()
    x, y = mt.randn(32, 8), mt.randint(0, 4, (32,))

    def train(steps):
        for _ in range(steps):
            optimizer.zero_grad()
            loss = criterion(model(x), y)
            loss.backward()
            optimizer.step()

    def used():
        statm = Path("/proc/self/statm")  # resident pages, on Linux
        resident = int(statm.read_text().split()[1]) * 4096 if statm.exists() else 0
        return resident, sys.getallocatedblocks()

    train(3_000)  # by then Python's own lists of objects to use again are full
    before = used()
    train(10_000)
    print(*(now - then for now, then in zip(used(), before)))
    print(gc.collect())
"""


@pytest.mark.slow
def test_memory_is_flat_over_ten_thousand_steps():
    root = Path(__file__).resolve().parents[1]
    command = [sys.executable, "-c", textwrap.dedent(PROGRAM)]
    done = subprocess.run(command, cwd=root, capture_output=True, text=True, check=True)
    resident, blocks, unreachable = map(int, done.stdout.split())
    assert resident < 2**20, f"{resident} bytes more after 10,000 steps"
    assert blocks < 1_000, f"{blocks} objects more after 10,000 steps"
    assert unreachable < 100, f"{unreachable} objects wait in cycles"
