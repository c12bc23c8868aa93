"""The three softmaxes of exercises/three_softmaxes.py and the GPU in Python of exercises/gpu.py.

No GPU is needed: the CUDA C source is compiled as C++, a thread of the system for each of CUDA's,
and the expressions of the two other kinds of kernels, which Python can read, run on NumPy. On a GPU
tests/cuda/test_three_softmaxes.py runs the kernels themselves.
"""

from __future__ import annotations

import ctypes
import inspect
import shutil
import subprocess
import sys
import types

import numpy as np
import pytest

import minitorch as mt
from exercises import gpu, three_softmaxes

SHAPES = [(1, 1), (3, 2), (4, 127), (2, 128), (3, 129), (2, 1000)]


@pytest.fixture(params=SHAPES, ids=str)
def x(request):
    values = np.random.default_rng(0).standard_normal(request.param) * 5
    values[0, 0] = 300.0  # exp of it is no float32
    values[-1, -1] = -np.inf if values.shape[1] > 1 else 2.0
    return values.astype(np.float32)


def expected(x):
    return mt.softmax(mt.from_numpy(x).double(), dim=1).numpy()


def test_plain(x):
    before = x.copy()
    assert np.allclose(three_softmaxes.softmax_plain(x), expected(x), atol=1e-7)
    assert np.array_equal(x, before)


class Reduction:
    """What `cupy.ReductionKernel` does with its expressions, on NumPy."""

    names = {"expf": np.exp, "fmaxf": np.maximum}

    def __init__(self, inputs, output, each, join, last, identity, name):
        self.inputs = [word.split()[1] for word in inputs.split(",")]
        self.each, self.join, self.identity = each, join, np.float32(identity.rstrip("f"))
        assert last == f"{output.split()[1]} = a" and name

    def __call__(self, *arrays, axis, keepdims):
        assert axis == 1 and keepdims
        given = dict(zip(self.inputs, arrays, strict=True))
        values = np.broadcast_to(eval(self.each, {**self.names, **given}), arrays[0].shape)
        a = np.full(len(values), self.identity)
        for b in values.T:
            a = eval(self.join, {**self.names, "a": a, "b": b})
        return a[:, None]


def elementwise(inputs, output, statement, name):
    """What `cupy.ElementwiseKernel` does with its statement, on NumPy."""
    names = [word.split()[1] for word in inputs.split(",")]

    def kernel(*arrays):
        here = {**Reduction.names, **dict(zip(names, arrays, strict=True))}
        exec(statement, here)
        return here[output.split()[1]]

    return kernel


def test_kernels(x, monkeypatch):
    fake = types.SimpleNamespace(ReductionKernel=Reduction, ElementwiseKernel=elementwise)
    monkeypatch.setitem(sys.modules, "cupy", fake)
    monkeypatch.setattr(three_softmaxes, "kernels", three_softmaxes.kernels.__wrapped__)
    result = three_softmaxes.softmax_kernels(x)
    assert result.dtype == np.float32
    assert np.allclose(result, expected(x), atol=1e-6)


# Each thread of a block is one of the system's, and the blocks run one after the other.
CPP = """
#include <barrier>
#include <cmath>
#include <cstddef>
#include <thread>
#include <vector>
struct Dim { int x; };
static thread_local Dim threadIdx, blockIdx, blockDim;
static std::barrier<>* gate;
#define __global__
#define __shared__ static
static void __syncthreads() { gate->arrive_and_wait(); }
SOURCE
extern "C" void launch(int blocks, int threads, const float* x, float* y, int columns) {
    for (int block = 0; block < blocks; block++) {
        std::barrier<> here(threads);
        gate = &here;
        std::vector<std::thread> team;
        for (int i = 0; i < threads; i++)
            team.emplace_back([=] {
                threadIdx.x = i, blockIdx.x = block, blockDim.x = threads;
                softmax(x, y, columns);
            });
        for (auto& member : team) member.join();
    }
}
"""


@pytest.fixture(scope="module")
def compiled(tmp_path_factory):
    compiler = shutil.which("g++") or pytest.skip("there is no C++ compiler")
    folder = tmp_path_factory.mktemp("softmax")
    (folder / "softmax.cpp").write_text(CPP.replace("SOURCE", three_softmaxes.SOURCE))
    options = ["-std=c++20", "-O1", "-pthread", "-shared", "-fPIC"]
    done = subprocess.run(
        [compiler, *options, "softmax.cpp", "-o", "softmax.so"],
        cwd=folder,
        capture_output=True,
        text=True,
    )
    if "std=c++20" in done.stderr or "barrier: No such file" in done.stderr:
        pytest.skip("the C++ compiler is too old")
    assert done.returncode == 0, done.stderr
    return ctypes.CDLL(str(folder / "softmax.so")).launch


def test_raw_source(compiled, x, monkeypatch):
    def raw_kernel():
        def kernel(grid, block, arguments):
            source, target, columns = arguments
            assert grid == (len(source),) and block == (three_softmaxes.THREADS,)
            assert columns.dtype == np.int32
            pointers = (ctypes.c_void_p(array.ctypes.data) for array in (source, target))
            compiled(*grid, *block, *pointers, int(columns))

        return kernel

    monkeypatch.setattr(three_softmaxes, "raw_kernel", raw_kernel)
    wide = np.repeat(x, 2, axis=1)[:, ::2]  # the same numbers, not one after the other
    assert np.allclose(three_softmaxes.softmax_raw(wide), expected(x), atol=1e-6)


def test_raw_source_has_room_for_its_threads():
    assert f"shared[{three_softmaxes.THREADS}];" in three_softmaxes.SOURCE


@pytest.mark.parametrize("threads", [1, 2, 8, 128])
def test_thread(x, threads):
    y = np.zeros_like(x, dtype=np.float64)
    gpu.launch(three_softmaxes.softmax_thread, len(x), threads, x.astype(np.float64), y)
    assert np.allclose(y, expected(x), atol=1e-12)


def test_every_barrier_of_the_thread_is_needed():
    source = inspect.getsource(three_softmaxes.softmax_thread).splitlines()
    barriers = [i for i, line in enumerate(source) if line.strip().startswith("yield")]
    assert len(barriers) == three_softmaxes.SOURCE.count("__syncthreads()") == 5
    x = np.random.default_rng(1).standard_normal((2, 20))
    for i in barriers:
        lines = source.copy()
        lines[i] = lines[i].replace("yield", "pass")
        here = dict(vars(three_softmaxes))
        exec("from __future__ import annotations\n" + "\n".join(lines), here)
        with pytest.raises(gpu.Race):
            gpu.launch(here["softmax_thread"], 2, 8, x, np.zeros_like(x))


def test_main_says_what_did_not_run(capsys, monkeypatch):
    monkeypatch.setattr(mt.cuda, "is_available", lambda: False)
    monkeypatch.setattr(three_softmaxes, "milliseconds", lambda function, x: 0.0)
    three_softmaxes.main()
    out = capsys.readouterr().out
    assert "the kernels were not run" in out and out.count("softmax_plain") == 3


def test_milliseconds():
    assert three_softmaxes.milliseconds(lambda x: sum(range(10_000)), np.zeros(1)) > 0.01


# exercises/gpu.py ---------------------------------------------------------------------------------


def test_launch_of_a_plain_kernel():
    def who(me, out):
        out.append((me.block, me.thread, me.threads))

    out = []
    gpu.launch(who, 2, 3, out)
    assert out == [(block, thread, 3) for block in range(2) for thread in range(3)]


def test_each_block_has_shared_memory_of_its_own():
    def once(me, out):
        if me.thread == 0:
            me.shared[1] = me.block + 10.0
        yield
        out[me.block * me.threads + me.thread] = me.shared[1]

    out = np.zeros(4)
    gpu.launch(once, 2, 2, out)
    assert out.tolist() == [10, 10, 11, 11]


def test_a_race_is_an_error():
    def read_too_early(me):
        me.shared[me.thread] = 1.0
        me.shared[(me.thread + 1) % me.threads]
        yield

    def write_twice(me):
        me.shared[0] = 1.0
        yield

    for kernel in (read_too_early, write_twice):
        with pytest.raises(gpu.Race):
            gpu.launch(kernel, 1, 2)
        gpu.launch(kernel, 1, 1)


def test_shared_memory_has_ends_and_no_values_at_first():
    def outside(me):
        me.shared[me.threads] = 1.0
        yield

    def unset(me, out):
        out.append(me.shared[me.thread])
        yield

    with pytest.raises(IndexError, match="has no element 2"):
        gpu.launch(outside, 1, 2)
    out = []
    gpu.launch(unset, 1, 2, out)
    assert np.isnan(out).all() and len(out) == 2


def test_a_barrier_is_for_all():
    def half(me):
        if me.thread < 2:
            yield

    with pytest.raises(RuntimeError, match=r"threads \[2, 3\] never reach the barrier"):
        gpu.launch(half, 1, 4)
