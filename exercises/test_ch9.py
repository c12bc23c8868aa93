"""Tests of the exercises of chapter 9, on the GPU in Python of gpu.py."""

import math
import random
import tracemalloc

import numpy as np
import pytest

import minitorch as mt
from exercises import gpu


@pytest.mark.parametrize(
    ("elements", "threads"), [(1, 32), (32, 32), (33, 32), (1000, 128), (0, 8)]
)
def test_9_1_blocks(work, elements, threads):
    blocks = work.blocks_needed(elements, threads)
    assert isinstance(blocks, int)
    assert blocks * threads >= elements > (blocks - 1) * threads


@pytest.mark.parametrize(
    ("rows", "columns", "shape"), [(4, 6, (2, 3)), (4, 7, (2, 4)), (3, 5, (1, 2))]
)
def test_9_1_elements(work, rows, columns, shape):
    places = [
        work.element_of((i, j), (k, m), shape, columns)
        for i in range(rows // shape[0])
        for j in range(-(-columns // shape[1]))
        for k in range(shape[0])
        for m in range(shape[1])
    ]
    inside = [place for place in places if place is not None]
    assert sorted(inside) == list(range(rows * columns))  # each element has one thread
    assert inside[: min(shape[1], columns)] == list(range(min(shape[1], columns)))


@pytest.mark.parametrize(
    ("places", "itemsize", "expected"),
    [
        (range(32), 4, 4),
        (range(31, -1, -1), 4, 4),
        (range(1, 33), 4, 5),
        (range(0, 64, 2), 4, 8),
        (range(0, 32 * 1000, 1000), 4, 32),
        ([7] * 32, 4, 1),
        (range(32), 8, 8),
        (range(32), 2, 2),
        ([1], 12, 1),
        ([2], 12, 2),
        ([2, 5], 12, 3),
        (range(32), 12, 12),
    ],
)
def test_9_2_sectors(work, places, itemsize, expected):
    assert work.sectors(list(places), itemsize) == expected


@pytest.mark.parametrize("threads", [2, 3, 5, 6, 7, 8, 13, 32, 100])
def test_9_3_block_max(work, threads):
    for place in range(threads):  # the largest number at each place once
        x = np.random.default_rng(place).standard_normal((2, threads))
        x[:, place] = 9.0 + place
        out = np.zeros(2)
        gpu.launch(work.block_max, 2, threads, x, out)
        assert out.tolist() == [9.0 + place] * 2


def test_9_3_does_not_take_a_number_for_each_thread(work):
    """The tree has about log2 of the threads as many steps, so as many barriers."""
    x, out, steps = np.zeros((1, 64)), np.zeros(1), 0

    def counted(me, *args):
        nonlocal steps
        for _ in work.block_max(me, *args):
            steps += me.thread == 0
            yield

    gpu.launch(counted, 1, 64, x, out)
    assert steps <= 8
    gpu.launch(work.block_max, 1, 1, x - 2, out)
    assert out == -2


NUMBERS = [
    (8e6, 20e9, 1000e9, 20e9, 5e-6),
    (8e6, 20e9, 1000e9, 5e9, 5e-6),
    (4e3, 20e9, 1000e9, 20e9, 5e-6),
    (1e9, 20e9, 15e9, 20e9, 0.0),
    (1e9, 10e9, 11e9, 1e9, 1e-6),
]


@pytest.mark.parametrize("numbers", NUMBERS)
def test_9_4_operations_to_pay(work, numbers):
    size, cpu_bandwidth, gpu_bandwidth, link, launch = numbers

    def gain(n):
        gpu_time = n * (2 * size / gpu_bandwidth + launch) + 2 * size / link
        return n * 2 * size / cpu_bandwidth - gpu_time

    n = work.operations_to_pay(*numbers)
    if n is None:
        assert gain(10**9) <= 0
    else:
        assert gain(n) > 0 >= gain(n - 1)


ROWS = [[0.0], [1.0, 2.0, 3.0], [3.0, 2.0, 1.0], [1000.0, -1000.0, 1000.0], [-5000.0, -5001.0]]
ROWS += [[random.Random(seed).gauss(0, 50) for _ in range(200)] for seed in range(3)]


def same(result, row):
    largest, total = result
    expected = mt.logsumexp(mt.tensor(row, dtype=mt.float64), 0).item()
    assert largest == max(row)
    assert largest + math.log(total) == pytest.approx(expected, rel=1e-12)


@pytest.mark.parametrize("row", ROWS, ids=len)
def test_9_5_running(work, row):
    same(work.running(iter(row)), row)


def test_9_5_reads_once(work):
    """Many numbers go by, and hardly any memory is taken."""
    tracemalloc.start()
    largest, total = work.running(float(i % 7) for i in range(30_000))
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert largest == 6.0 and total > 1000
    assert peak < 50_000


@pytest.mark.parametrize("row", ROWS[1:], ids=len)
def test_9_5_join(work, row):
    half = len(row) // 2
    one, other = work.running(iter(row[:half])), work.running(iter(row[half:]))
    same(work.join(one, other), row)
    same(work.join(other, one), row)
