"""The kernels for a GPU, compiled as C++ for the CPU, beside the same formulas in NumPy.

No GPU is needed: what CuPy would compile for one is compiled by the system's compiler, into a loop
over the elements.
"""

from __future__ import annotations

import ctypes
import shutil
import subprocess

import numpy as np
import pytest

import minitorch as mt
from minitorch import kernels
from minitorch.kernels import Kernel

F = mt.nn.functional
OTHERS = {"bool": bool, "int64": np.int64}
TYPES = {"f": ("float", ctypes.c_float), "d": ("double", ctypes.c_double)}


def names(parameters):
    return [word.split()[1] for word in parameters.split(",")]


def source(kernel, code):
    """A function that runs the kernel's statements for each element; all parameters are vectors."""
    kind = TYPES[code][0]
    both = [word.split() for word in f"{kernel.reads}, {kernel.writes}".split(",")]
    parameters = ", ".join(f"{one.replace('T', kind)}* {x}_" for one, x in both)
    elements = " ".join(f"{one.replace('T', kind)}& {x} = {x}_[i];" for one, x in both)
    return (
        f'extern "C" void {kernel.name}_{code}({parameters}, long length) {{\n'
        f"    typedef {kind} T;\n"
        f"    for (long i = 0; i < length; i++) {{ {elements} {kernel.statements}; }}\n}}\n"
    )


@pytest.fixture(scope="module")
def library(tmp_path_factory):
    compiler = shutil.which("g++") or shutil.which("c++") or pytest.skip("no C++ compiler")
    folder = tmp_path_factory.mktemp("kernels")
    text = "#include <cmath>\n#include <cstdint>\ntypedef int64_t int64;\n"
    text += "using std::sqrt, std::exp, std::erf, std::tanh, std::fmin;\n"
    text += "".join(source(kernel, code) for kernel in Kernel.all.values() for code in TYPES)
    (folder / "kernels.cpp").write_text(text)
    # Each product and sum rounded by itself, as in NumPy; and a number of another type is refused.
    options = ["-std=c++17", "-O2", "-ffp-contract=off", "-Wdouble-promotion", "-Werror"]
    command = [compiler, *options, "-shared", "-fPIC", "kernels.cpp", "-o", "kernels.so"]
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    return ctypes.CDLL(str(folder / "kernels.so"))


@pytest.fixture
def compiled(library, monkeypatch):
    """Lets MiniTorch call the compiled kernels for tensors on the CPU; notes the calls."""
    calls = []

    def call(kernel, *args):
        calls.append(kernel.name)
        reads, given = args[: len(names(kernel.reads))], args[len(names(kernel.reads)) :]
        arrays = [arg for arg in args if isinstance(arg, np.ndarray)]
        (dtype,) = {array.dtype for array in arrays if array.dtype.kind == "f"}
        shape = np.broadcast_shapes(*[array.shape for array in arrays])
        writes = given or [np.empty(shape, dtype) for _ in names(kernel.writes)]
        assert all(array.flags.c_contiguous and array.shape == shape for array in writes)
        kinds = [OTHERS.get(word.split()[0], dtype) for word in kernel.reads.split(",")]
        values = [np.asarray(x, kind) for x, kind in zip(reads, kinds, strict=True)]
        vectors = [np.broadcast_to(value, shape).copy() for value in values] + [*writes]
        pointers = [ctypes.c_void_p(vector.ctypes.data) for vector in vectors]
        getattr(library, f"{kernel.name}_{dtype.char}")(*pointers, ctypes.c_long(writes[0].size))
        return writes[0] if len(writes) == 1 else tuple(writes)

    def switch(on):
        monkeypatch.setattr(Kernel, "__call__", call)
        monkeypatch.setattr(kernels, "fits", lambda array: on and array.dtype.char in "fd")

    return switch, calls


# The optimizers' are to give the same numbers to the last bit.

OPTIMIZERS = [
    ("sgd", "SGD", {"lr": 0.1}),
    ("sgd", "SGD", {"lr": 0.1, "weight_decay": 0.01, "maximize": True}),
    ("sgd_momentum", "SGD", {"lr": 0.1, "momentum": 0.9, "dampening": 0.3}),
    ("sgd_nesterov", "SGD", {"lr": 0.1, "momentum": 0.9, "nesterov": True}),
    ("adam", "Adam", {}),
    ("adam", "Adam", {"lr": mt.tensor(0.01), "betas": (0.8, 0.99), "weight_decay": 0.1}),
    ("adam", "AdamW", {"eps": 1e-3, "maximize": True}),
    ("rmsprop", "RMSprop", {"weight_decay": 0.1}),
    ("rmsprop_momentum", "RMSprop", {"momentum": 0.9, "alpha": 0.8}),
    ("adagrad", "Adagrad", {"lr_decay": 0.1, "initial_accumulator_value": 0.5}),
]


def trained(name, options, dtype):
    rng = np.random.default_rng(0)
    params = [mt.tensor(rng.standard_normal(n), dtype=dtype, requires_grad=True) for n in (5, 700)]
    optimizer = getattr(mt.optim, name)(params, **options)
    for _ in range(4):
        for param in params:
            param.grad = mt.tensor(rng.standard_normal(param.shape), dtype=dtype)
        optimizer.step()
    state = [t for p in params for t in optimizer.state[p].values() if t is not None]
    return [tensor.detach().numpy().copy() for tensor in (*params, *state)]


@pytest.mark.parametrize(("kernel", "name", "options"), OPTIMIZERS)
@pytest.mark.parametrize("dtype", [mt.float32, mt.float64], ids=str)
def test_the_same_to_the_last_bit(compiled, kernel, name, options, dtype):
    switch, calls = compiled
    switch(False)
    expected = trained(name, options, dtype)
    assert not calls
    switch(True)
    found = trained(name, options, dtype)
    assert calls == [kernel] * 8  # two parameters, four steps
    for ours, theirs in zip(found, expected, strict=True):
        np.testing.assert_array_equal(ours, theirs)


@pytest.mark.parametrize("options", [{"amsgrad": True}, {"betas": (0.4, 0.9)}])
def test_what_has_no_kernel(compiled, options):
    switch, calls = compiled
    switch(True)
    trained("Adam", options, mt.float32)
    assert not calls


# Those of other operations compute as a GPU would, so the last digits may differ.

CROSS_ENTROPY = ["exp_below", "cross_entropy_gradient"]
FORMULAS = [
    (lambda x: F.gelu(x), ["gelu", "gelu_gradient"]),
    (lambda x: F.gelu(x, approximate="tanh"), ["gelu_tanh", "gelu_tanh_gradient"]),
    (lambda x: F.silu(x), ["silu", "silu_gradient"]),
    (lambda x: F.mish(x), ["mish", "mish_gradient"]),
    (lambda x: x.sigmoid(), ["sigmoid"]),
    (lambda x: F.cross_entropy(x, CLASSES, reduction="none").expand(130, 7).T, CROSS_ENTROPY),
    (lambda x: F.cross_entropy(x.view(7, 13, 10), PLACES).expand(7, 130), CROSS_ENTROPY),
    (lambda x: batch_norm(x, *affine(x)), ["weighted", "pulled_back"]),
    (lambda x: batch_norm(x[:, :, None]), ["weighted", "pulled_back"]),
    (lambda x: F.softmax(x, 1), ["exp_below", "softmax_gradient"]),
    (lambda x: F.softmax(x, 0), ["exp_below", "softmax_gradient"]),
    (lambda x: F.log_softmax(x, -1), ["log_softmax_gradient"]),
    (lambda x: F.dropout(seeded(x), 0.3), ["masked", "masked"]),
    (lambda x: F.dropout1d(seeded(x)[None], 0.3)[0], ["masked", "masked"]),
    (lambda x: F.layer_norm(x, (130,), *affine(x)), ["weighted", "normed", "pulled_back"]),
    (lambda x: F.layer_norm(x, (130,), affine(x)[0]), ["normed", "pulled_back"]),
    (lambda x: F.layer_norm(x, (7, 130)), ["normed", "pulled_back"]),
    (lambda x: F.rms_norm(x, (130,)), ["pulled_back"]),
    (lambda x: F.group_norm(x, 10, *(part.detach() for part in affine(x))), ["pulled_back"]),
]


def seeded(x):
    mt.manual_seed(0)
    return x


def affine(x):
    """Weight and bias for 130 features."""
    ramp = mt.linspace(0.5, 2, 130, dtype=x.dtype)
    return ramp.requires_grad_(), ramp.flip(0).detach().requires_grad_()


CLASSES, PLACES = mt.arange(7), mt.arange(70).reshape(7, 10) % 13


def batch_norm(x, *affine):
    return F.batch_norm(x, None, None, *affine, training=True).reshape(7, 130)


def values_and_gradients(function, dtype):
    rng = np.random.default_rng(0)
    values = 4 * rng.standard_normal((7, 130))
    values[0, 0], values[1] = 300, -100  # exp of it is no float32; of a row all is small
    x = mt.tensor(values, dtype=dtype, requires_grad=True)
    out = function(x)
    out.backward(mt.tensor(rng.standard_normal(values.shape), dtype=dtype))
    return [out.detach().numpy(), x.grad.numpy()]


@pytest.mark.parametrize(("function", "wanted"), FORMULAS)
@pytest.mark.parametrize("dtype", [mt.float32, mt.float64], ids=str)
def test_nearly_the_same(compiled, function, wanted, dtype):
    switch, calls = compiled
    switch(False)
    expected = values_and_gradients(function, dtype)
    assert not calls
    switch(True)
    found = values_and_gradients(function, dtype)
    assert calls == wanted
    digits = 4e-6 if dtype is mt.float32 else 1e-13  # 1 - tanh² takes away what is equal
    for ours, theirs in zip(found, expected, strict=True):
        np.testing.assert_allclose(ours, theirs, rtol=digits, atol=digits)


def test_every_kernel_is_tested():
    wanted = {case[0] for case in OPTIMIZERS} | {name for case in FORMULAS for name in case[1]}
    assert wanted == Kernel.all.keys()


def test_arrays_on_the_cpu_do_without():
    assert not kernels.fits(np.ones(2, np.float32))
