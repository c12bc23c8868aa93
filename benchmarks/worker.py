"""One library, one workload, one process.

``python -m benchmarks.worker LIBRARY WORKLOAD SECONDS DEVICE`` prints a line of JSON. The library
``compiled`` is MiniTorch after `minitorch.compile`. Each measurement has a fresh process, so that
the libraries' thread pools do not disturb each other and the peak memory is this workload's own.
"""

from __future__ import annotations

import importlib
import json
import statistics
import sys
from time import perf_counter
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from .registry import Step

try:
    import resource
except ImportError:  # Windows: times only
    resource = None  # type: ignore[assignment]


def peak_memory() -> int:
    """Returns the most bytes of main memory that this process has held so far."""
    if resource is None:
        return 0
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak if sys.platform == "darwin" else peak * 1024


def median_ms(step: Step, seconds: float) -> float:
    """Returns the median duration of ``step``, from about ``seconds`` of calls after a warm-up."""
    calls, start = 0, perf_counter()
    while calls < 3 or perf_counter() < start + seconds / 4:
        step()
        calls += 1
    # Short steps are timed by the thousandth of a second, so that the clock's own cost vanishes.
    repeat = max(1, round(0.001 * calls / (perf_counter() - start)))

    samples: list[float] = []
    stop = perf_counter() + seconds
    while len(samples) < 5 or perf_counter() < stop:
        start = perf_counter()
        for _ in range(repeat):
            step()
        samples.append((perf_counter() - start) / repeat)
    return statistics.median(samples) * 1e3


def device_ms(torch: Any, step: Step, seconds: float) -> float:
    """Returns the median duration of ``step`` on a GPU, by events in its queue of work.

    Calls return before the work is done, so the clock of the processor does not know.
    """

    def one(repeat: int) -> float:
        start, end = (torch.cuda.Event(enable_timing=True) for _ in range(2))
        start.record()
        for _ in range(repeat):
            step()
        end.record()
        end.synchronize()
        return float(start.elapsed_time(end)) / repeat

    calls, start = 0, perf_counter()
    while calls < 3 or perf_counter() < start + seconds / 4:  # CuPy compiles when first asked
        one(1)
        calls += 1
    repeat = max(1, round(1 / max(one(1), 1e-3)))
    samples: list[float] = []
    stop = perf_counter() + seconds
    while len(samples) < 5 or perf_counter() < stop:
        samples.append(one(repeat))
    return statistics.median(samples)


def device_memory(torch: Any, name: str, device: str) -> int:
    """Returns the most bytes of a GPU's memory that three of each of the steps hold at once."""
    torch.cuda.reset_peak_memory_stats()
    before = torch.cuda.memory_allocated()
    for step in build(torch, name, device).values():
        for _ in range(3):
            step()
    torch.cuda.synchronize()
    peak: int = torch.cuda.max_memory_allocated() - before
    return peak


def build(torch: Any, name: str, device: str = "cpu") -> dict[str, Step]:
    """Returns the workload's steps by name; a single step has the name ""."""
    # Imported only here, after the library: what it imports would shorten the library's own import.
    from .workloads import GPU_WORKLOADS, WORKLOADS

    torch.manual_seed(0)
    with torch.device(device):
        steps = (WORKLOADS | GPU_WORKLOADS)[name].build(torch)
    return steps if isinstance(steps, dict) else {} if steps is None else {"": steps}


def mean_square(step: Step) -> float:
    """Returns one number that stands for the third result of ``step``; 0 if it returns none."""
    result = [step() for _ in range(3)][-1]
    number: float = 0.0 if result is None else result.detach().double().pow(2).mean().item()
    return number


def main() -> None:
    """Measures what the command line names."""
    library, name, seconds, device = sys.argv[1], sys.argv[2], float(sys.argv[3]), sys.argv[4]

    before_import, start = peak_memory(), perf_counter()
    torch = importlib.import_module("torch" if library == "torch" else "minitorch")
    import_ms = (perf_counter() - start) * 1e3
    after_import = peak_memory()

    if library == "compiled":
        torch.compile(build)
    steps = build(torch, name, device)
    if device != "cpu":
        ms = {part: device_ms(torch, step, seconds / len(steps)) for part, step in steps.items()}
        steps.clear()
        memory = device_memory(torch, name, device)
    elif steps:
        ms = {part: median_ms(step, seconds / len(steps)) for part, step in steps.items()}
        memory = peak_memory() - after_import
    else:
        ms, memory = {"": import_ms}, after_import - before_import
    numbers = {}
    if device == "cpu":  # on a GPU the random numbers are others
        # From the start again: how many steps fitted into the time must not change the numbers.
        numbers = {part: mean_square(step) for part, step in build(torch, name).items()}
    print(
        json.dumps({"ms": ms, "memory": memory, "numbers": numbers, "version": torch.__version__})
    )


if __name__ == "__main__":
    main()
