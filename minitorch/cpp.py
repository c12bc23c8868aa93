"""Kernels as loops for the processor, made by the system's C++ compiler.

What CuPy does for a GPU is done here for the processor: the statements of a `kernels.Kernel` become
a loop over the elements of its arrays. NumPy goes through memory once for each operation of a
formula, on one thread; such a loop goes once for all of them, on several threads.
`minitorch.compile` switches that on.

A loop is compiled for the dtype, the number of dimensions, and how far neighbours in the last one
are apart. With this known, the compiler lets one instruction compute several elements. Dimensions
that lie in one run of memory in all arrays count as one, so a few loops serve all shapes.
"""

from __future__ import annotations

import ctypes
import functools
import math
import os
import re
import shutil
import struct
import subprocess
import sys
import tempfile
from itertools import compress
from pathlib import Path
from typing import Any

import numpy as np

from . import settings

TYPES = {"f": "float", "d": "double"}  # by NumPy's codes: what T may be
FORMATS = {"int64": "q", "uint64": "Q"}  # of numbers that are no T
SHARED = 1 << 15  # elements from which on several threads share a loop
FAR = 3  # elements; of neighbours in memory that are closer the distance is compiled in
MOST_PLANS = 1 << 12
# In an array of NumPy the address of the elements comes right after what all objects begin with. To
# ask for it by `ndarray.ctypes` takes 0.9 µs, a fifth of a call.
ADDRESS_AT = object.__basicsize__

# Each product and sum is rounded by itself, as in NumPy. The next two let several elements be
# computed at a time: nobody looks at errno, nor stops at a division by zero.
OPTIONS = (
    "-std=c++17 -O3 -march=native -ffp-contract=off -fno-math-errno -fno-trapping-math "
    "-fopenmp -shared -fPIC"
).split()

# The second part tells GCC which functions GNU's library has for several numbers at a time.
HEADER = """
#include <cmath>
#include <cstddef>
#include <cstdint>
typedef int64_t int64;
typedef uint32_t uint32;
typedef uint64_t uint64;
#if defined __x86_64__ && defined __GLIBC__ && defined __GNUC__ && !defined __clang__
#if __GLIBC_PREREQ(2, 35)
#define MANY(name) \\
    extern "C" __attribute__((simd("notinbranch"))) float name##f(float) noexcept; \\
    extern "C" __attribute__((simd("notinbranch"))) double name(double) noexcept;
MANY(exp) MANY(expm1) MANY(log) MANY(log1p) MANY(erf) MANY(tanh)
#endif
#endif
"""
# For files of loops that say themselves which elements one instruction computes: a register full of
# them. GCC would read it from memory anew for each product, which takes twice the time.
REGISTERS = """
#ifdef __AVX512F__
const int BYTES = 64;
#else
const int BYTES = 32;
#endif
typedef T Vec __attribute__((vector_size(BYTES), aligned(sizeof(T)), may_alias));
const int LANES = BYTES / sizeof(T);
static inline Vec at(const T* x)
{
    Vec elements = *(const Vec*)x;
#ifdef __AVX__
    asm("" : "+v"(elements));
#endif
    return elements;
}
static inline int64 least(int64 a, int64 b) { return a < b ? a : b; }
"""
FUNCTIONS = "exp expm1 log log1p erf tanh sqrt fabs".split()
OF_FLOATS = "".join([f"#define {name} {name}f\n" for name in FUNCTIONS])


def compiler() -> str | None:
    """The path of the compiler, None if there is none."""
    return next(filter(None, map(shutil.which, ("g++", "clang++", "c++"))), None)


def library(source: str, *options: str) -> ctypes.CDLL:
    """The functions of ``source``, compiled; RuntimeError if that fails."""
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder:
        file, result = Path(folder, "loop.cpp"), Path(folder, "loop.so")
        file.write_text(HEADER + source)
        command = [compiler() or "g++", *OPTIONS, *options, str(file), "-o", str(result), "-lm"]
        done = subprocess.run(command, capture_output=True, text=True)
        if done.returncode:
            raise RuntimeError(f"{' '.join(command)}\n{done.stderr}")
        return ctypes.CDLL(str(result))


def file(path: str, code: str, **constants: int) -> ctypes.CDLL:
    """The functions of the C++ file beside the Python file ``path``; T is the type of ``code``."""
    with open(path.removesuffix("py") + "cpp", encoding="utf-8") as loops:
        text = loops.read()
    known = "".join([f"const int {name} = {value};\n" for name, value in constants.items()])
    functions = OF_FLOATS if code == "f" else ""
    # a * b + c is one instruction
    return library(
        f"{functions}typedef {TYPES[code]} T;\n{known}{REGISTERS}{text}", "-ffp-contract=fast"
    )


def address(array: Any) -> Any:
    """Where the elements of ``array`` are, as an argument of a library's function."""
    return ctypes.c_void_p.from_address(id(array) + ADDRESS_AT)


# Threads ------------------------------------------------------------------------------------------

# OpenBLAS can be told to hand its work to other threads than its own. Its own wait for the next
# product without a rest: right after one, a loop on two threads took 4 to 8 ms instead of 0.05.
# The jobs of a product wait for each other, so each needs a thread of its own.
WORK = """
#include <omp.h>
extern "C" int most(int wanted)
{
    int found = 0;
    omp_set_dynamic(0);
    #pragma omp parallel num_threads(wanted)
    #pragma omp atomic
    found++;
    return found;
}
extern "C" void work(int, void (*job)(int, void*, int), int jobs, size_t size, void* data, int flag)
{
    omp_set_dynamic(0);
    #pragma omp parallel for schedule(static, 1) num_threads(jobs)
    for (int i = 0; i < jobs; i++) job(i, (char*)data + i * size, flag);
}
"""


class Threads:
    """How many threads share a loop: one, unless OpenBLAS uses the same threads."""

    def __init__(self) -> None:
        self.shared = False
        self.library: Any = None
        self.setter: Any = None

    def share(self) -> None:
        """Let OpenBLAS work on the threads of the loops, if it can be found.

        A process that is forked later has none of the threads: see `part`.
        """
        if self.library is not None:
            return
        if sys.implementation.name != "cpython":
            raise RuntimeError("compiled loops need CPython")
        if compiler() is None:
            raise RuntimeError("no C++ compiler (g++ or clang++) was found")
        self.library = library(WORK)
        self.setter = openblas_setter()
        processors = os.cpu_count() or 1
        if self.setter is not None and self.library.most(processors) == processors:
            self.setter(self.library.work)
            self.shared = True
            if hasattr(os, "register_at_fork"):
                os.register_at_fork(after_in_child=self.part)

    def part(self) -> None:
        """From now on OpenBLAS uses threads of its own again, and a loop is one thread's work."""
        self.shared = False
        self.setter(None)

    def count(self, elements: int) -> int:
        """How many are to share a loop over so many elements."""
        return settings.get_num_threads() if self.shared and elements >= SHARED else 1


threads = Threads()


def openblas_setter() -> Any:
    """The function of NumPy's OpenBLAS that takes whom to hand the work to; None if not found."""
    wheel = Path(np.__file__).parents[1].glob("numpy.libs/libscipy_openblas64_*")
    libraries = [ctypes.CDLL(str(path)) for path in wheel]
    name = "scipy_openblas_set_threads_callback_function64_"
    return next((getattr(found, name) for found in libraries if hasattr(found, name)), None)


# Loops --------------------------------------------------------------------------------------------


def parameters(text: str) -> list[tuple[bool, str, str]]:
    """``"T x, raw int64 y"``: whether all of it is there for each element, the type, the name."""
    words = [part.split() for part in text.split(",")]
    return [(len(word) == 3, word[-2], word[-1]) for word in words]


class Loop:
    """The statements for each element of arrays; ``reads`` and ``writes`` as for `kernels.Kernel`.

    Called with arrays of NumPy, which are broadcast, and numbers. What is written is returned: the
    arrays that were given for it, or new ones in the order of dimensions of one that is read.
    """

    def __init__(self, reads: str, writes: str, statements: str) -> None:
        self.parameters = parameters(reads) + parameters(writes)
        self.reads = len(parameters(reads))
        self.statements = statements
        self.place_matters = re.search(r"\bi\b", statements) is not None  # of an element in memory
        self.compiled = functools.cache(self._compiled)
        self.plans: dict[Any, Plan] = {}  # the same layouts come again and again

    def __call__(self, *args: Any) -> Any:
        if len(args) > self.reads and not all(x.flags.writeable for x in args[self.reads :]):
            raise ValueError("output array is read-only")
        layouts = tuple(
            [
                (x.shape, x.strides, x.dtype.char) if isinstance(x, np.ndarray) else None
                for x in args
            ]
        )
        plan = self.plans.get(layouts)
        if plan is None:
            if len(self.plans) >= MOST_PLANS:
                self.plans.clear()
            plan = self.plans[layouts] = Plan(self, args)
        if plan.unfit:
            fitted = [plan.unfit[p](x) if p in plan.unfit else x for p, x in enumerate(args)]
            new = self(*fitted)
            written = args[self.reads :]
            for given, result in zip(written, fitted[self.reads :], strict=True):
                given[...] = result
            if not written:
                return new
        else:
            if plan.new:
                args += plan.made(args)
            words = [id(x) if isinstance(x, np.ndarray) else x for x in args]
            plan.run(plan.steps, plan.pack(*words), threads.count(plan.elements))
            written = args[self.reads :]
        return written[0] if len(written) == 1 else written

    def _compiled(self, code: str, dims: int, near: tuple[int | None, ...]) -> Any:
        """The function for arrays of ``dims`` dimensions, where T is the type of ``code``.

        ``near`` says of each parameter how many elements neighbours in the last dimension are
        apart, or FAR; None stands for a number. The function gets the lengths and the distances
        along all dimensions, then addresses and numbers, then how many threads share the loop.
        """
        fixed, rows, elements = [], [], []
        for place, ((raw, kind, name), step) in enumerate(zip(self.parameters, near, strict=True)):
            kind = TYPES[code] if kind == "T" else kind
            const, word = "const " if place < self.reads else "", f"words_[{place}]"
            pointer = f"*({kind}**)({word} + {ADDRESS_AT})"
            if raw:
                fixed.append(f"{const}{kind}* const {name} = {pointer};")
            elif step is None:
                number = f"({kind}){word}" if kind in FORMATS else f"(double&){word}"
                fixed.append(f"const {kind} {name} = {number};")
            else:
                own = [f"steps_[{(place + 1) * dims + d}]" for d in range(dims)]
                far = "".join([f" + i{d} * {own[d]}" for d in range(dims - 1)])
                rows.append(f"{const}{kind}* const {name}_row = {pointer}{far};")
                place_in_row = f"{name}_row[i * {own[-1] if step == FAR else step}]"
                elements.append(f"{const}{kind}{'' if const else '&'} {name} = {place_in_row};")
        simd = "" if "for (" in self.statements else " simd"
        share = "#pragma omp parallel for{} num_threads(threads_)"
        if dims == 1:
            begin = [*rows, share.format(simd)]
        else:
            outer = [f"for (int64 i{d} = 0; i{d} < steps_[{d}]; i{d}++)" for d in range(dims - 1)]
            begin = [share.format(f" collapse({dims - 1})"), *outer, "{", *rows]
            begin += ["#pragma omp simd"] if simd else []
        lines = [
            'extern "C" void run(const int64* steps_, int64* words_, int threads_) {',
            f"typedef {TYPES[code]} T;",
            *fixed,
            *begin,
            f"for (int64 i = 0; i < steps_[{dims - 1}]; i++) {{",
            *elements,
            f"{self.statements};",
            "}" if dims == 1 else "}}",
            "}",
        ]
        return library((OF_FLOATS if code == "f" else "") + "\n".join(lines)).run


class Plan:
    """How a loop goes through arrays that lie like those among ``args``."""

    def __init__(self, loop: Loop, args: tuple[Any, ...]) -> None:
        raws, names, _ = zip(*loop.parameters, strict=True)
        arrays = [x if isinstance(x, np.ndarray) else None for x in args]
        codes = (x.dtype.char for x in arrays if x is not None and x.dtype.char in TYPES)
        code = next(codes, "f")
        kinds = [np.dtype(code if name == "T" else name) for name in names]
        each = [x.shape for x, raw in zip(arrays, raws, strict=False) if x is not None and not raw]
        self.shape = np.broadcast_shapes(*each)
        # A row of a raw array may be behind one element.
        sizes = [x.size for x in arrays if x is not None]
        self.elements = max(math.prod(self.shape), *sizes)
        written = zip(args[loop.reads :], raws[loop.reads :], strict=False)
        if any(x.shape != self.shape and not raw for x, raw in written):
            raise ValueError(f"what is written must have the shape {self.shape}")
        self.one_run = loop.place_matters
        self.unfit = {
            place: functools.partial(self._fitted, raw=raw, kind=kind)
            for place, (x, raw, kind) in enumerate(zip(arrays, raws, kinds, strict=False))
            if x is not None and not self._fits(x, raw, kind)
        }
        self.new = kinds[len(args) :]  # of what is written into new arrays
        self.like = next((place for place, x in enumerate(arrays) if self._serves(x)), None)
        if not self.unfit:
            self._go(loop, code, [*arrays, *self.made(args)])

    def made(self, args: tuple[Any, ...]) -> tuple[Any, ...]:
        """New arrays to write into, in the order of dimensions of one that is read."""
        if self.like is None:
            return tuple([np.empty(self.shape, kind) for kind in self.new])
        like = args[self.like]
        return tuple([np.empty_like(like, kind) for kind in self.new])

    def _serves(self, x: Any) -> bool:
        return not self.one_run and x is not None and x.shape == self.shape and 0 not in x.strides

    def _fits(self, x: Any, raw: bool, kind: Any) -> bool:
        if self.one_run and not (x.flags.c_contiguous and (raw or x.shape == self.shape)):
            return False
        return x.dtype == kind and not any(step % x.itemsize for step in x.strides)

    def _fitted(self, x: Any, raw: bool, kind: Any) -> Any:
        whole = self.one_run and not raw
        return np.array(np.broadcast_to(x, self.shape) if whole else x, kind, order="C")

    def _go(self, loop: Loop, code: str, arrays: list[Any]) -> None:
        """Find the order of the dimensions, the distances along each, and the function."""
        by_element = [
            x is not None and not raw
            for x, (raw, _, _) in zip(arrays, loop.parameters, strict=True)
        ]
        views = [np.broadcast_to(x, self.shape) for x in compress(arrays, by_element)]
        lengths, steps = joined(self.shape, [[s // x.itemsize for s in x.strides] for x in views])
        found = iter(steps)
        table = [next(found) if here else [0] * len(lengths) for here in by_element]
        self.steps = np.array([lengths, *table], np.int64).tobytes()
        formats = [
            FORMATS.get(kind, "d") if x is None else "q"
            for x, (_, kind, _) in zip(arrays, loop.parameters, strict=True)
        ]
        self.pack = struct.Struct("".join(formats)).pack
        near = [
            None if x is None else row[-1] if 0 <= row[-1] < FAR else FAR
            for x, row in zip(arrays, table, strict=True)
        ]
        self.run = loop.compiled(code, len(lengths), tuple(near))


def joined(shape: tuple[int, ...], steps: list[Any]) -> tuple[list[int], list[list[int]]]:
    """The dimensions in the order of memory: the lengths, and how far neighbours are apart.

    The order is that of the last array. Dimensions that lie in one run in all arrays are one.
    """
    lengths, found = [1], [[0] for _ in steps]
    for d in sorted(range(len(shape)), key=lambda d: -steps[-1][d]):
        n, own = shape[d], [step[d] for step in steps]
        if n == 1:
            continue
        if lengths == [1] or all(far[-1] == step * n for far, step in zip(found, own, strict=True)):
            lengths[-1] *= n
            found = [[*far[:-1], step] for far, step in zip(found, own, strict=True)]
        else:
            lengths.append(n)
            found = [[*far, step] for far, step in zip(found, own, strict=True)]
    return lengths, found
