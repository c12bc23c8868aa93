"""On a machine with an NVIDIA GPU: the tests there, and MiniTorch beside PyTorch.

``python -m benchmarks.gpu`` prints everything that docs/gpu.md wants to know.
"""

from __future__ import annotations

import argparse
import datetime
import subprocess
import sys
from importlib.util import find_spec

from minitorch import backend

from .__main__ import machine, table
from .compare import ROOT, Row, compare_all
from .workloads import GPU_WORKLOADS

TORCH = (
    "import torch\n"
    "print('PyTorch is built without CUDA' if torch.version.cuda is None else\n"
    "      '' if torch.cuda.is_available() else 'PyTorch finds no GPU')"
)


def arguments() -> argparse.Namespace:
    """Returns what the command line asks for."""
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks.gpu",
        description="Run MiniTorch's tests on the GPU, then time it beside PyTorch there.",
        epilog=f"workloads: {', '.join(GPU_WORKLOADS)}",
    )
    parser.add_argument(
        "--only", action="append", metavar="NAME", choices=GPU_WORKLOADS, help="not the others"
    )
    parser.add_argument("--no-tests", action="store_true", help="the table only")
    parser.add_argument("--quick", action="store_true", help="one short round: a look, no figures")
    parser.add_argument("--rounds", type=int, default=5, help="processes per library (default 5)")
    parser.add_argument("--seconds", type=float, default=1.0, help="per process (default 1)")
    parser.add_argument("--markdown", action="store_true", help="print a Markdown table")
    given = parser.parse_args()
    if given.quick:
        given.rounds, given.seconds = 1, 0.1
    return given


def missing_gpu() -> str:
    """Returns why MiniTorch cannot use a GPU here, an empty string if it can."""
    try:
        backend.cupy()
    except AssertionError as error:
        return str(error).splitlines()[1].partition(". (mt.cuda")[0]
    return ""


def missing_torch() -> str:
    """Returns why PyTorch cannot use a GPU here, an empty string if it can."""
    if not find_spec("torch"):
        return "PyTorch is not installed"
    # In a process of its own: this one is to stay small and idle.
    done = subprocess.run([sys.executable, "-c", TORCH], capture_output=True, text=True)
    return done.stdout.strip() if done.returncode == 0 else done.stderr.strip().splitlines()[-1]


def hardware() -> str:
    """Returns a line on the GPU, its driver, CUDA and CuPy."""
    cupy = backend.cupy()
    runtime = cupy.cuda.runtime
    facts = runtime.getDeviceProperties(runtime.getDevice())

    def version(number: int) -> str:
        return f"{number // 1000}.{number % 1000 // 10}"

    return (
        f"{facts['name'].decode()}, {facts['totalGlobalMem'] / 2**30:.0f} GiB, "
        f"driver for CUDA {version(runtime.driverGetVersion())}, "
        f"CUDA {version(runtime.runtimeGetVersion())}, CuPy {cupy.__version__}"
    )


def run_tests() -> bool:
    """Runs the tests of tests/cuda with the real CuPy; prints how they ended."""
    command = [sys.executable, "-m", "pytest", "-q", "-rs", "tests/cuda"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True)
    lines = done.stdout.splitlines()
    shown = [line for line in lines if line.startswith(("FAILED", "ERROR", "SKIPPED"))]
    print("\n".join([*shown, *lines[-1:]]))
    if done.returncode != 0:
        print(done.stderr.strip())
    return done.returncode == 0


def main() -> int:
    """Tests and measures, and returns 1 if a test or a workload failed."""
    given = arguments()
    reason = missing_gpu()
    if reason:
        print(f"Nothing was run: {reason}.", file=sys.stderr)
        return 2
    left_out = []
    passed = True
    print(datetime.date.today().isoformat())
    print(hardware(), end="\n\n")
    if given.no_tests:
        left_out.append("the tests: --no-tests")
    else:
        print("tests/cuda", file=sys.stderr)
        passed = run_tests()

    libraries = ["torch", "minitorch"]
    reason = missing_torch()
    if reason:
        libraries.remove("torch")
        left_out.append(f"PyTorch's column: {reason}")
    workloads = [GPU_WORKLOADS[name] for name in given.only or GPU_WORKLOADS]
    rows: list[Row]
    rows, versions, failures = compare_all(
        workloads, libraries, given.rounds, given.seconds, threads=2, device="cuda"
    )
    print(f"\n{machine(2, versions)}\n")
    print(table(rows, libraries, given.markdown))
    print(
        "\nms: median of the processes' medians, by events on the GPU, after a warm-up."
        "\nMiB: the most memory held on the GPU at once, counted in a run that is not timed."
        "\nBoth libraries as they come: PyTorch convolves in TF32 then, CuPy computes in float32."
    )
    if given.only:
        left_out.append("workloads: --only")
    for text in left_out:
        print(f"not run – {text}")
    for text in failures:
        print(f"\n{text}", file=sys.stderr)
    return 0 if passed and not any(row.problem for row in rows) else 1


if __name__ == "__main__":
    raise SystemExit(main())
