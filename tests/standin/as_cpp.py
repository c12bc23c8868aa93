"""MiniTorch's kernels compiled as C++: what CuPy compiles for a GPU, as loops for the processor."""

from __future__ import annotations

import ctypes
import math
import shutil
import subprocess
from pathlib import Path
from typing import Any

import numpy as np

HEADER = """
#include <cmath>
#include <cstdint>
typedef int64_t int64;
typedef uint32_t uint32;
typedef uint64_t uint64;
using std::sqrt, std::exp, std::expm1, std::log, std::log1p, std::erf, std::tanh, std::fabs;
using std::fmin, std::fmax;
"""
TYPES = {"f": "float", "d": "double"}  # by NumPy's codes: what T may be
# Each product and sum rounded by itself, as in NumPy; a number of another type is refused.
OPTIONS = "-std=c++17 -O2 -ffp-contract=off -Wdouble-promotion -Werror -shared -fPIC".split()


def parameters(text: str) -> list[tuple[bool, str, str]]:
    """``"T x, raw int64 y"``: whether all of it is there for each element, the type, the name."""
    words = [part.split() for part in text.split(",")]
    return [(len(word) == 3, word[-2], word[-1]) for word in words]


def source(name: str, reads: str, writes: str, statements: str, code: str) -> str:
    """A function that runs the statements for each element; all parameters are vectors."""
    both = [(raw, kind.replace("T", TYPES[code]), x) for raw, kind, x in parameters(reads)]
    both += [(raw, kind.replace("T", TYPES[code]), x) for raw, kind, x in parameters(writes)]
    given = ", ".join(f"{kind}* {x}{'' if raw else '_'}" for raw, kind, x in both)
    elements = " ".join(f"{kind}& {x} = {x}_[i];" for raw, kind, x in both if not raw)
    return (
        f'extern "C" void {name}_{code}({given}, long length) {{\n'
        f"    typedef {TYPES[code]} T;\n"
        f"    for (long i = 0; i < length; i++) {{ {elements} {statements}; }}\n}}\n"
    )


def library(kernels: list[tuple[str, str, str, str]], folder: Path) -> ctypes.CDLL | None:
    """The compiled kernels, each for both types; None without a compiler."""
    compiler = shutil.which("g++") or shutil.which("c++")
    if not compiler:
        return None
    text = HEADER + "".join(source(*kernel, code) for kernel in kernels for code in TYPES)
    (folder / "kernels.cpp").write_text(text)
    command = [compiler, *OPTIONS, "kernels.cpp", "-o", "kernels.so"]
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    return ctypes.CDLL(str(folder / "kernels.so"))


def call(compiled: Any, name: str, reads: str, writes: str, args: Any) -> Any:
    """What CuPy does when the kernel is called, with arrays of NumPy."""
    ins, outs = parameters(reads), parameters(writes)
    given = list(args[len(ins) :])
    floats = {a.dtype for a in args if isinstance(a, np.ndarray) and a.dtype.kind == "f"}
    dtype = floats.pop() if floats else np.dtype(np.float32)
    assert not floats, "T is one dtype"
    kinds = [dtype if kind == "T" else np.dtype(kind) for _, kind, _ in (*ins, *outs)]
    for arg, kind in zip(args, kinds, strict=False):
        assert not isinstance(arg, np.ndarray) or arg.dtype == kind, f"{name}: {arg.dtype}"
    each = [np.shape(arg) for arg, (raw, *_) in zip(args, (*ins, *outs), strict=False) if not raw]
    shape = np.broadcast_shapes(*each)
    given = given or [np.empty(shape, kind) for kind in kinds[len(ins) :]]
    vectors = []
    for arg, (raw, *_), kind in zip(args, ins, kinds, strict=False):
        array = np.ascontiguousarray(arg, kind)
        vectors.append(array if raw else np.ascontiguousarray(np.broadcast_to(array, shape)))
    for array, (raw, *_) in zip(given, outs, strict=True):
        assert raw or array.shape == shape
        vectors.append(np.ascontiguousarray(array))
    function = getattr(compiled, f"{name}_{dtype.char}")
    function(*[ctypes.c_void_p(v.ctypes.data) for v in vectors], ctypes.c_long(math.prod(shape)))
    for array, vector in zip(given, vectors[len(ins) :], strict=True):
        if array is not vector:
            array[...] = vector
    return given[0] if len(given) == 1 else tuple(given)
