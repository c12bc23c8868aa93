"""Random words on a GPU: Philox 4x32-10, the generator that PyTorch uses there.

A Mersenne Twister makes one word after the other. Here ten rounds of multiplication turn a number,
the counter, into four words (Salmon, Moraes, Dror and Shaw, *Parallel random numbers: as easy as
1, 2, 3*, 2011). So every thread makes its own, and the whole state is a seed and an offset, how far
the counters have come.

PyTorch starts at most as many threads as the GPU can hold at once. Thread t counts (offset, t),
(offset + 1, t), ...; the first of its four words is for element t, the second for element
t + threads, and so on. The rules by which words become numbers are those of NVIDIA's cuRAND.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from .. import backend, kernels
from ..backend import Array

BLOCK = 256  # threads that PyTorch starts together
MIX = 0x9E3779B97F4A7C15  # odd: no two offsets give one seed

PHILOX = kernels.Kernel(
    "philox",
    "uint64 seed, uint64 offset, uint64 threads",
    "uint32 x, uint32 y, uint32 z, uint32 w",
    """
    unsigned long long count = offset + i / threads, thread = i % threads;
    unsigned int a = count, b = count >> 32, c = thread, d = thread >> 32;
    unsigned int k = seed, l = seed >> 32;
    for (int round = 0; round < 10; round++) {
        unsigned long long p = 0xD2511F53ULL * a, q = 0xCD9E8D57ULL * c;
        a = (q >> 32) ^ b ^ k; b = q;
        c = (p >> 32) ^ d ^ l; d = p;
        k += 0x9E3779B9U; l += 0xBB67AE85U;
    }
    x = a; y = b; z = c; w = d
    """,
)


class Philox:
    """The stream of random words of a seed, on GPU ``index``, None for the current one."""

    __slots__ = ("device", "most", "offset", "seed")

    def __init__(self, index: int | None) -> None:
        cuda = backend.cupy().cuda
        self.device = cuda.Device(index)
        facts = cuda.runtime.getDeviceProperties(self.device.id)
        blocks = facts["multiProcessorCount"] * (facts["maxThreadsPerMultiProcessor"] // BLOCK)
        self.most = blocks * BLOCK  # threads at once
        self.begin(0)

    def begin(self, seed: int, offset: int = 0) -> None:
        """Go to a place of the stream of ``seed``; four offsets are one counter."""
        self.seed, self.offset = seed, offset

    def fours(self, n: int, each: int) -> Array:
        """Words (groups, 2, 2, threads) for ``n`` numbers, ``each`` of them from a thread's four.

        What is made of them stands in the right order if only the two dimensions in the middle are
        changed.
        """
        threads = min(self.most, -(-n // BLOCK) * BLOCK)
        groups = -(-n // (each * threads)) if n else 0
        with self.device:
            out = backend.cupy().empty((groups, 4, threads), np.uint32)
            if n:
                numbers = [np.uint64(x) for x in (self.seed, self.offset // 4, threads)]
                PHILOX(*numbers, *[out[:, word] for word in range(4)])
        self.offset += 4 * groups
        return out.reshape(groups, 2, 2, threads)

    def words(self, n: int) -> Array:
        """``n`` words."""
        return self.fours(n, 4).reshape(-1)[:n]

    def double_words(self, n: int) -> Array:
        """``n`` numbers of 64 bits: two words each, the first one on top."""
        four = self.fours(n, 2)
        with self.device:
            result = four[:, :, 0].astype(np.uint64) << 32
            return (result | four[:, :, 1]).reshape(-1)[:n]

    def uniforms(self, n: int, dtype: Any) -> Array:
        """``n`` numbers above 0 and up to 1: float32 from one word, float64 from two."""
        if dtype != np.float64:
            with self.device:
                return unit(self.words(n))
        four = self.fours(n, 2)
        with self.device:
            return double_unit(four[:, :, 0], four[:, :, 1]).reshape(-1)[:n]

    def normals(self, n: int, dtype: Any) -> Array:
        """``n`` standard normal numbers, by Box and Muller: a radius times a sine, or a cosine."""
        xp = backend.cupy()
        double = dtype == np.float64
        four = self.fours(n, 2 if double else 4)
        with self.device:
            if double:
                u, turn = (double_unit(two[:, 0], two[:, 1]) for two in (four[:, 0], four[:, 1]))
                radius, angle = xp.sqrt(-2 * xp.log(u)), 2 * math.pi * turn
                z = xp.stack((radius * xp.sin(angle), radius * xp.cos(angle)), axis=1)
            else:
                radius = xp.sqrt(-2 * xp.log(unit(four[:, :, 0])))
                angle = unit(four[:, :, 1]) * np.float32(2 * math.pi)
                z = xp.stack((radius * xp.sin(angle), radius * xp.cos(angle)), axis=2)
            return z.reshape(-1)[:n]

    def of_cupy(self) -> Any:
        """CuPy's generator at a seed drawn from here, for numbers that take several words each."""
        with self.device:
            seed = np.uint64((self.seed + MIX * self.offset) % 2**64)
            generator = backend.cupy().random.RandomState(seed)
        self.offset += 4
        return generator


def unit(words: Array) -> Array:
    """float32 numbers above 0 and up to 1; 0 as a word is half a step above 0."""
    return words.astype(np.float32) * np.float32(2**-32) + np.float32(2**-33)


def double_unit(first: Array, second: Array) -> Array:
    """The same of two words each, as float64."""
    bits = first ^ (second.astype(np.uint64) << 21)
    return bits * 2.0**-53 + 2.0**-54
