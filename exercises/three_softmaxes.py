"""Softmax of rows, written three times: array by array, by two kinds of kernels, and by hand.

``python exercises/three_softmaxes.py`` compares and times them, on a GPU if CuPy finds one. Without
one only the first can run. `softmax_thread` is the third in Python, for `exercises.gpu.launch`.
"""

from __future__ import annotations

import functools
import math
import statistics
import time
from collections.abc import Iterator
from typing import Any

import numpy as np

import minitorch as mt
from minitorch.backend import array_module, to_numpy

THREADS = 128  # of a block, which does one row; a power of two, for the tree


def softmax_plain(x: Any) -> Any:
    """Five steps, each an array operation: on a GPU five kernels, each through memory."""
    xp = array_module(x)
    largest = x.max(axis=1, keepdims=True)
    y = x - largest
    xp.exp(y, out=y)
    y /= y.sum(axis=1, keepdims=True)
    return y


@functools.cache
def kernels() -> tuple[Any, Any, Any]:
    """Two reductions and an elementwise kernel; CuPy writes the loops around the expressions."""
    import cupy

    # What to do with each element, how to join two results, what to do with the last one, and
    # what to begin with: the smallest float32, and 0.
    row_max = cupy.ReductionKernel(
        "float32 x", "float32 y", "x", "fmaxf(a, b)", "y = a", "-3.402823466e38f", "row_max"
    )
    row_sum = cupy.ReductionKernel(
        "float32 x, float32 m", "float32 y", "expf(x - m)", "a + b", "y = a", "0", "row_sum"
    )
    divide = cupy.ElementwiseKernel(
        "float32 x, float32 m, float32 s", "float32 y", "y = expf(x - m) / s", "softmax_divide"
    )
    return row_max, row_sum, divide


def softmax_kernels(x: Any) -> Any:
    """Three kernels: the exponentials are computed twice, and never written down in between."""
    row_max, row_sum, divide = kernels()
    m = row_max(x, axis=1, keepdims=True)
    s = row_sum(x, m, axis=1, keepdims=True)
    return divide(x, m, s)


SOURCE = r"""
extern "C" __global__
void softmax(const float* x, float* y, int columns)
{
    __shared__ float shared[128];
    int thread = threadIdx.x, threads = blockDim.x;
    x += (size_t)blockIdx.x * columns;  // the row of this block
    y += (size_t)blockIdx.x * columns;

    float largest = x[0];
    for (int j = thread; j < columns; j += threads)
        largest = fmaxf(largest, x[j]);
    shared[thread] = largest;
    __syncthreads();
    for (int half = threads / 2; half > 0; half /= 2) {
        if (thread < half)
            shared[thread] = fmaxf(shared[thread], shared[thread + half]);
        __syncthreads();
    }
    largest = shared[0];
    __syncthreads();  // everyone has read it before it is overwritten

    float sum = 0;
    for (int j = thread; j < columns; j += threads) {
        y[j] = expf(x[j] - largest);
        sum += y[j];
    }
    shared[thread] = sum;
    __syncthreads();
    for (int half = threads / 2; half > 0; half /= 2) {
        if (thread < half)
            shared[thread] += shared[thread + half];
        __syncthreads();
    }
    sum = shared[0];

    for (int j = thread; j < columns; j += threads)
        y[j] /= sum;
}
"""


@functools.cache
def raw_kernel() -> Any:
    """`SOURCE`, compiled when it is first called."""
    import cupy

    return cupy.RawKernel(SOURCE, "softmax")


def softmax_raw(x: Any) -> Any:
    """One kernel: a block of threads for each row."""
    xp = array_module(x)
    x = xp.ascontiguousarray(x, dtype=np.float32)  # a pointer knows no strides and no dtype
    y = xp.empty_like(x)
    rows, columns = x.shape
    if x.size:
        raw_kernel()((rows,), (THREADS,), (x, y, np.int32(columns)))
    return y


def softmax_thread(me: Any, x: Any, y: Any) -> Iterator[None]:
    """`SOURCE` line by line in Python: what one thread does. ``yield`` is ``__syncthreads()``."""
    x, y = x[me.block], y[me.block]
    mine = range(me.thread, len(x), me.threads)

    largest = x[0]
    for j in mine:
        largest = max(largest, x[j])
    me.shared[me.thread] = largest
    yield
    half = me.threads // 2
    while half > 0:
        if me.thread < half:
            me.shared[me.thread] = max(me.shared[me.thread], me.shared[me.thread + half])
        yield
        half //= 2
    largest = me.shared[0]
    yield  # everyone has read it before it is overwritten

    total = 0.0
    for j in mine:
        y[j] = math.exp(x[j] - largest)
        total += y[j]
    me.shared[me.thread] = total
    yield
    half = me.threads // 2
    while half > 0:
        if me.thread < half:
            me.shared[me.thread] += me.shared[me.thread + half]
        yield
        half //= 2
    total = me.shared[0]

    for j in mine:
        y[j] /= total


def milliseconds(function: Any, x: Any) -> float:
    """The median of 20 runs after a first one, on a GPU by events in its own queue of work."""
    function(x)
    times = []
    for _ in range(20):
        if isinstance(x, np.ndarray):
            begin = time.perf_counter()
            function(x)
            times.append((time.perf_counter() - begin) * 1e3)
        else:
            start, end = (mt.cuda.Event(enable_timing=True) for _ in range(2))
            start.record()
            function(x)
            end.record()
            end.synchronize()
            times.append(start.elapsed_time(end))
    return statistics.median(times)


def main() -> None:
    """Compare and time, and say what did not run."""
    functions = [softmax_plain]
    if mt.cuda.is_available():
        functions += [softmax_kernels, softmax_raw]
        print(f"on {mt.cuda.get_device_name()}: median of 20, by events")
    else:
        print("No GPU: NumPy only; the kernels were not run.")
    mt.manual_seed(0)
    for shape in ((8, 10), (64, 1000), (4096, 4096)):
        x = mt.randn(shape)
        expected = mt.softmax(x, dim=1).numpy()
        array = (x.cuda() if mt.cuda.is_available() else x)._array
        for function in functions:
            result = to_numpy(function(array))
            error = np.abs(result - expected).max()
            name = f"{function.__name__:16}"
            print(f"{shape!s:13} {name} {milliseconds(function, array):8.3f} ms  error {error:.0e}")


if __name__ == "__main__":
    main()
