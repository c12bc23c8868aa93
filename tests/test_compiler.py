"""``mt.compile``: loops in C++ compute the same as NumPy, for arrays that lie in any way."""

from __future__ import annotations

import multiprocessing
import os
import subprocess
import sys

import numpy as np
import pytest
from hypothesis import given, settings, strategies as st

import minitorch as mt
from minitorch import cpp, kernels

F = mt.nn.functional
needs_compiler = pytest.mark.skipif(cpp.compiler() is None, reason="no C++ compiler")
LINE = cpp.Loop("T x, T factor, T shift", "T y", "y = x * factor + shift")
BOTH = cpp.Loop("T x", "T double_, T count", "double_ = x + x; count += x")


@pytest.fixture
def compiled():
    mt.compile(len)
    yield
    mt.compiler.reset()


# Loops --------------------------------------------------------------------------------------------


@st.composite
def arrays(draw):
    """Three arrays that broadcast together: transposed, with gaps, turned round, expanded."""
    rng = np.random.default_rng(draw(st.integers(0, 9)))
    shape = draw(st.lists(st.integers(0, 5), max_size=4))
    dtype = draw(st.sampled_from(["f", "d"]))

    def one(shape):
        order = draw(st.permutations(range(len(shape))))
        steps = [draw(st.sampled_from([1, 1, 2, 3, -1])) for _ in shape]
        large = rng.standard_normal([shape[d] * abs(steps[d]) for d in order]).astype(dtype)
        view = large.transpose(np.argsort(order).astype(int))[
            tuple(slice(None, None, step) for step in steps)
        ]
        kept = [draw(st.sampled_from([True, True, False])) for _ in shape]
        view = view[tuple(slice(None) if keep else slice(0, 1) for keep in kept)]
        first = draw(st.integers(0, len(shape)))
        while first and view.ndim and view.shape[0] == 1 and shape[0] != 0:
            view, first = view[0], first - 1
        return np.broadcast_to(view, shape) if draw(st.booleans()) else np.asarray(view)

    return [one(shape) for _ in range(3)]


@needs_compiler
@given(arrays())
@settings(max_examples=300, deadline=None)
def test_any_layout(three):
    x, factor, shift = three
    expected = x * factor + shift
    found = LINE(x, factor, shift)
    assert found.dtype == expected.dtype
    np.testing.assert_array_equal(found, expected)
    into = np.empty((2, *expected.shape), expected.dtype).T[..., 0].T
    assert LINE(x, factor, shift, into) is into
    np.testing.assert_array_equal(into, expected)


@needs_compiler
def test_numbers_other_dtypes_and_odd_addresses():
    x = np.arange(6.0)
    assert LINE(x, 2, np.float32(0.5)).tolist() == [0.5, 2.5, 4.5, 6.5, 8.5, 10.5]
    assert LINE(x, np.arange(6, dtype="int16"), True).tolist() == [1, 2, 5, 10, 17, 26]
    unaligned = np.frombuffer(b"." + x.tobytes(), offset=1)
    assert not unaligned.flags.aligned
    assert LINE(unaligned, x, x).tolist() == [0, 2, 6, 12, 20, 30]


@needs_compiler
def test_new_arrays_have_the_order_of_what_is_read():
    x = np.ones((3, 4, 5), np.float32).transpose(2, 0, 1)
    assert LINE(x, 1.0, 0.0).strides == x.strides
    assert LINE(np.ones(4, np.float32), x[..., :1], x).strides == x.strides
    assert LINE(np.broadcast_to(np.float32(1), (2, 3)), 1.0, 0.0).flags.c_contiguous


@needs_compiler
def test_what_is_written_may_be_read():
    x, count = np.arange(4.0), np.full(4, 7.0)
    double, written = BOTH(x, np.empty(4), count)
    assert written is count
    assert (double.tolist(), count.tolist()) == ([0, 2, 4, 6], [7, 8, 9, 10])


@needs_compiler
def test_where_it_cannot_write():
    x = np.ones(3)
    x.flags.writeable = False
    with pytest.raises(ValueError, match="output array is read-only"):
        LINE(x, 1.0, 0.0, x)
    with pytest.raises(ValueError, match=r"must have the shape \(2, 3\)"):
        LINE(np.ones((2, 3)), x, x, np.ones(3))


@needs_compiler
def test_a_few_loops_serve_all_shapes(monkeypatch):
    loop = cpp.Loop("T x, T y", "T z", "z = x + y")
    monkeypatch.setattr(cpp, "MOST_PLANS", 10)
    for n in range(2, 40):
        x = np.ones((n, n + 1), np.float32)
        assert (loop(x, x) == 2).all()
        assert (loop(x, x[0]) == 2).all()
        assert (loop(x, x[:, ::-1]) == 2).all()
    assert loop.compiled.cache_info().currsize == 3
    assert len(loop.plans) <= 10


@needs_compiler
def test_statements_that_do_not_compile():
    with pytest.raises(RuntimeError, match=r"(?s)g\+\+ .*-fopenmp.*nonsense"):
        cpp.Loop("T x", "T y", "y = nonsense")(np.ones(2))


# The switch ---------------------------------------------------------------------------------------


@needs_compiler
def test_many_numbers_are_for_loops_until_reset(compiled, monkeypatch):
    calls = []
    monkeypatch.setattr(
        kernels.Kernel, "loop", property(lambda self: lambda *a: calls.append(self.name) or a[0])
    )
    F.gelu(mt.ones(kernels.MANY), approximate="tanh")
    assert calls == ["gelu_tanh"]
    F.gelu(mt.ones(kernels.MANY - 1), approximate="tanh")
    F.gelu(mt.ones(kernels.MANY, dtype=mt.float16), approximate="tanh")
    mt.compiler.reset()
    F.gelu(mt.ones(kernels.MANY), approximate="tanh")
    assert calls == ["gelu_tanh"]


def training():
    mt.manual_seed(0)
    model = mt.nn.Sequential(
        mt.nn.Conv2d(3, 8, 3, padding=1, bias=False), mt.nn.BatchNorm2d(8), mt.nn.GELU(),
        mt.nn.MaxPool2d(2), mt.nn.Flatten(), mt.nn.LayerNorm(512), mt.nn.Linear(512, 70),
        mt.nn.SiLU(), mt.nn.Dropout(0.2), mt.nn.Linear(70, 10),
    )  # fmt: skip
    optimizer = mt.optim.AdamW(model.parameters(), lr=1e-3)
    x, y = mt.randn(64, 3, 16, 16), mt.randint(0, 10, (64,))
    losses = []
    for _ in range(10):
        optimizer.zero_grad()
        loss = F.cross_entropy(model(x), y)
        loss.backward()
        optimizer.step()
        losses.append(loss.item())
    return losses, [p.detach().numpy() for p in model.parameters()]


@needs_compiler
def test_training_is_the_same(compiled):
    losses, weights = training()
    mt.compiler.reset()
    expected_losses, expected = training()
    np.testing.assert_allclose(losses, expected_losses, rtol=1e-4)
    for found, wanted in zip(weights, expected, strict=True):
        np.testing.assert_allclose(found, wanted, atol=1e-4)


@needs_compiler
def test_threads(compiled, monkeypatch):
    x = mt.linspace(-5, 5, 3 * cpp.SHARED + 7)
    before = mt.get_num_threads()
    found = []
    try:
        for number in (1, 2, 5):
            mt.set_num_threads(number)
            shared = number if cpp.threads.shared else 1
            assert cpp.threads.count(cpp.SHARED) == shared
            assert cpp.threads.count(cpp.SHARED - 1) == 1
            found.append(F.silu(x).numpy())
    finally:
        mt.set_num_threads(before)
    # The last numbers of each thread's share are computed one by one, by another function.
    np.testing.assert_allclose(found[1:], [found[0]] * 2, rtol=1e-6)


PROGRAM = """
import multiprocessing
import minitorch as mt
from minitorch import cpp

def product():
    x = mt.ones(400, 400)
    return mt.nn.functional.silu(x @ x).sum().item()

def child(results):
    results.put((cpp.threads.shared, product()))

mt.compile(len)
before = product()  # the threads are there by now
results = {results}
print(results, before == product())
"""
FORKED = """(
    context := multiprocessing.get_context("fork"),
    queue := context.Queue(),
    context.Process(target=child, args=(queue,), daemon=True).start(),
    queue.get(timeout=60) == (False, before),
)[-1]"""


def run(results, **environment):
    """What ``PROGRAM`` prints with two threads, in a process that may be stopped if it waits."""
    threads = {"OMP_NUM_THREADS": "2", "OPENBLAS_NUM_THREADS": "2"}
    program = [sys.executable, "-c", PROGRAM.replace("{results}", results)]
    run = subprocess.run(
        program, env=os.environ | threads | environment, capture_output=True, text=True, timeout=90
    )
    return run.stdout.split() or run.stderr


@needs_compiler
@pytest.mark.skipif("fork" not in multiprocessing.get_all_start_methods(), reason="no fork")
def test_a_forked_process_has_threads_of_its_own():
    assert run(FORKED) == ["True", "True"]


@needs_compiler
def test_with_fewer_threads_than_openblas_asks_for():
    assert run("cpp.threads.shared", OMP_THREAD_LIMIT="1")[1] == "True"
    assert run("cpp.threads.shared", OMP_DYNAMIC="true")[1] == "True"


def test_without_a_compiler(monkeypatch):
    monkeypatch.setattr(cpp, "compiler", lambda: None)
    monkeypatch.setattr(cpp, "threads", cpp.Threads())
    model = mt.nn.Linear(1, 1)
    with pytest.warns(UserWarning, match=r"argument as it is: no C\+\+ compiler .* was found"):
        assert mt.compile(model) is model
    assert not kernels.fits(np.ones(kernels.MANY, np.float32))


@needs_compiler
def test_with_a_compiler_that_fails(monkeypatch):
    monkeypatch.setattr(cpp, "OPTIONS", ["--no-such-option"])
    monkeypatch.setattr(cpp, "threads", cpp.Threads())
    with pytest.warns(UserWarning, match=r"(?s)argument as it is: .*--no-such-option"):
        mt.compile(len)
    assert not kernels.fits(np.ones(kernels.MANY, np.float32))


def test_only_cpython_says_where_numbers_are(monkeypatch):
    monkeypatch.setattr(sys.implementation, "name", "pypy")
    with pytest.raises(RuntimeError, match="need CPython"):
        cpp.Threads().share()


@needs_compiler
def test_without_openblas_a_loop_has_one_thread(monkeypatch):
    monkeypatch.setattr(cpp, "openblas_setter", lambda: None)
    alone = cpp.Threads()
    alone.share()
    assert alone.count(1 << 30) == 1


@needs_compiler
def test_compile_as_a_function_and_as_a_decorator(recwarn):
    model = mt.nn.Linear(1, 1)
    assert mt.compile(model, disable=True) is model
    assert not kernels.fits(np.ones(kernels.MANY, np.float32))
    assert mt.compile(model, mode="max-autotune") is model
    assert kernels.fits(np.ones(kernels.MANY, np.float32))

    @mt.compile(fullgraph=True)
    def double(x):
        return x * 2

    assert double(mt.ones(1)).item() == 2
    assert not mt.compiler.is_compiling()
    mt.compiler.reset()
    assert len(recwarn) == 0
    with pytest.raises(AssertionError, match="A callable function is expected"):
        mt.compile(3)
