"""The steps of an LSTM as C++ loops, for `minitorch.compile`: whole sequences in one call.

A step is a product of small matrices and a dozen calls of NumPy on a few thousand numbers, and each
step needs the one before it. But no sample of the batch needs another. So each thread takes samples
of its own through all steps, forward or back, and waits for no other; what it writes it finds in
its own caches at the next step.

Here a sample is a row, not a column as in recurrent.py: the processor's lanes go along the hidden
numbers, and a batch of any size fills them.

    forward    gates[t] += h[t] @ W_hh.T;  gates[t], c[t + 1], h[t + 1] by the formulas of `Lstm`
    backward   slopes[t] by the formulas;  grad_h = slopes[t] @ W_hh

Both products are `add_product`. What is read from memory must be used several times there, and sums
must stay in registers (see conv_loops.py): 2 registers of weights, 16 floats each, meet a number of
each of 8 samples, which makes 16 products. So that the weights lie in the order in which they are
needed, they are copied first, into *panels* of so many columns.

The products for all steps at once, those of the inputs and those that make the gradients of the
weights, are left to BLAS. The arrays that are saved have recurrent.py's shapes and meaning, only in
another order in memory: each way can go back from what the other has saved.

On two processors of an AMD Zen 5, 32 steps of float32, as many inputs as hidden numbers, batches of
1 to 256, layers take of the time that they take with NumPy's steps: 0.3 to 0.55 with 16 and 64
hidden numbers, 0.3 to 0.65 with 128, 0.35 to 0.8 with 256, and 0.4 to 0.85 with 512, from a batch
of 4 on; for one sample see `fits`.
"""

from __future__ import annotations

import functools
from typing import Any

import numpy as np

from .. import kernels
from .conv_loops import COPY

BYTES = 128  # of a row of a panel


def fits(c: Any, steps: int, w_hr: Any) -> bool:
    """Whether the loops are wanted and the faster way for so many steps of the cells ``c``, (N, H).

    To copy a large weight takes as long as some steps of NumPy. And if the batch is one sample, one
    thread does all, while NumPy shares out the rows of a large weight. That was measured for 16 to
    1,024 hidden numbers and 1 to 32 steps. There are no loops for projections.
    """
    if c.__class__ is not np.ndarray or w_hr is not None or not kernels.loops_wanted():
        return False
    batch, hidden = c.shape
    return hidden <= (64 * steps if batch > 1 else min(16 * steps, 256))


def forward(
    x: Any, w_ih: Any, w_hh: Any, biases: list[Any], h: Any, c: Any, sizes: Any, reverse: bool
) -> tuple[Any, Any, Any]:
    """As `Lstm.steps`."""
    steps, (batch, hidden) = len(x), c.shape
    if reverse:
        x, sizes = x[::-1], sizes[::-1]
    gates = x.reshape(-1, x.shape[2]).dot(w_ih.T).reshape(steps, batch, 4, hidden)
    biases = [bias for bias in biases if bias is not None]
    bias = sum(biases) if biases else np.zeros(4 * hidden, c.dtype)
    states, cells = (np.empty((steps + 1, batch, hidden), c.dtype) for _ in range(2))
    states[0], cells[0] = h, c
    _run("forward", gates, sizes, panels(w_hh.T), bias, gates, cells, states)
    return gates.transpose(0, 2, 3, 1), cells.swapaxes(1, 2), states.swapaxes(1, 2)


def backward(
    grad: Any, w_hh: Any, gates: Any, cells: Any, sizes: Any, reverse: bool
) -> tuple[Any, Any, Any, None]:
    """As `Lstm.steps_back`, but without the gradients of h after each step."""
    steps, _, hidden, batch = gates.shape
    gates = np.ascontiguousarray(gates.transpose(0, 3, 1, 2))
    cells = np.ascontiguousarray(cells.swapaxes(1, 2))
    grads, grad_h, grad_c = grad
    if reverse:
        grads, sizes = grads[::-1], sizes[::-1]
    grads, grad_h, grad_c = np.ascontiguousarray(grads), grad_h.copy(), grad_c.copy()
    slopes = np.empty_like(gates)
    _run("backward", gates, sizes, panels(w_hh), grads, gates, cells, slopes, grad_h, grad_c)
    return slopes.reshape(steps, batch, 4 * hidden).swapaxes(1, 2), grad_h.T, grad_c.T, None


def panels(weight: Any) -> Any:
    """``weight`` (inner, outer) cut into panels (inner, WIDTH), the last one filled with zeros."""
    inner, outer = weight.shape
    width = BYTES // weight.itemsize
    whole, rest = divmod(outer, width)
    cut = np.empty((whole + (rest > 0), inner, width), weight.dtype)
    COPY(weight[:, : outer - rest].reshape(inner, whole, width).swapaxes(0, 1), cut[:whole])
    if rest:
        cut[whole, :, :rest] = weight[:, outer - rest :]
        cut[whole, :, rest:] = 0
    return cut


def _run(name: str, gates: Any, sizes: Any, *arrays: Any) -> None:
    """Call a loop, with as many threads as its work is worth, but no more than samples."""
    cpp = kernels.cpp()
    steps, batch, _, hidden = gates.shape
    numbers = [np.array(values, np.int64).tobytes() for values in ((steps, batch, hidden), sizes)]
    threads = min(cpp.threads.count(gates.size * hidden // 16), batch) or 1
    getattr(_library(gates.dtype.char), name)(*numbers, *map(cpp.address, arrays), threads)


@functools.cache
def _library(code: str) -> Any:
    """lstm_loops.cpp, compiled for the type of ``code``."""
    return kernels.cpp().file(__file__, code, WIDTH=BYTES // np.dtype(code).itemsize)
