"""The command line: ``minitorch run``, ``check``, ``compare``, ``demo``, ``--version``."""

from __future__ import annotations

import argparse
import math
import sys
from collections.abc import Callable, Sequence
from pathlib import Path

import minitorch as mt

from .running.check import check
from .running.compare import compare
from .running.script import run_module, run_script

INTERRUPTED = 130  # what a shell reports of a program that Ctrl-C ended
DEMO_PACKAGES = {"matplotlib", "sklearn", "threadpoolctl", "tqdm"}
DEMO_EXTRA = """\
minitorch demo needs {name}, which is not installed. Install what the demo needs with
    pip install "minitorch-learn[demo]"
or, in a checkout of MiniTorch, with
    pip install ".[demo]\""""


def main(arguments: Sequence[str] | None = None) -> int:
    """Runs the command that the ``arguments`` ask for; returns the program's exit code."""
    parser = argparse.ArgumentParser(prog="minitorch", description=mt.__doc__.splitlines()[0])
    parser.add_argument("--version", action="version", version=f"minitorch {mt.__version__}")
    commands = parser.add_subparsers(title="commands", metavar="COMMAND", required=True)
    add_run(commands)
    add_check(commands)
    add_compare(commands)
    add_demo(commands)
    words = list(sys.argv[1:] if arguments is None else arguments)
    if words and words[0].endswith(".py"):
        words.insert(0, "run")
    given = parser.parse_args(words)
    try:
        code: int | None = given.command(given)
    except KeyboardInterrupt:
        print("\nInterrupted.", file=sys.stderr)
        return INTERRUPTED
    return code or 0


def add_run(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Adds ``minitorch run``."""
    parser = commands.add_parser(
        "run",
        help="run a PyTorch program as it stands, with MiniTorch as torch",
        description="Run a PyTorch program as it stands: `import torch` and `import torchvision` "
        "mean MiniTorch. `minitorch SCRIPT.py` is short for `minitorch run SCRIPT.py`.",
        usage="minitorch run [-h] SCRIPT [ARGS] | -m MODULE [ARGS]",
    )
    parser.add_argument("-m", action="store_true", dest="module", help="run a module, as python -m")
    parser.add_argument("program", metavar="SCRIPT", help="a Python file, or a module's name")
    add_arguments_of_program(parser)
    parser.set_defaults(command=run)


def add_arguments_of_program(parser: argparse.ArgumentParser) -> None:
    """Adds ``ARGS``, all that follows, which may be nothing."""
    rest = parser.add_argument(
        "words", metavar="ARGS", nargs=argparse.REMAINDER, help="its arguments"
    )
    rest.required = False  # where SCRIPT is missing, argparse would ask for ARGS too


def run(given: argparse.Namespace) -> None:
    """Runs the program. What it raises comes out, and ends MiniTorch as it would end Python."""
    try:
        (run_module if given.module else run_script)(given.program, given.words)
    except KeyboardInterrupt as error:
        sys.excepthook(KeyboardInterrupt, error, error.__traceback__)
        raise SystemExit(INTERRUPTED) from None


def add_check(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Adds ``minitorch check``."""
    summary = "read programs, without running them, and say which names MiniTorch has"
    parser = commands.add_parser("check", help=summary, description=sentence(summary))
    parser.add_argument("files", metavar="FILE", nargs="+", type=Path, help="x.py or x.ipynb")
    parser.set_defaults(command=lambda given: check(given.files))


def add_compare(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Adds ``minitorch compare``."""
    summary = "run a program with MiniTorch and with PyTorch, and show what both print"
    parser = commands.add_parser(
        "compare",
        help=summary,
        description=sentence(f"{summary}, side by side"),
        usage="minitorch compare [-h] [--rtol X] [--atol X] SCRIPT [ARGS]",
    )
    add = parser.add_argument
    add("--rtol", type=positive(float), default=1e-4, metavar="X", help="relative; default 1e-4")
    add("--atol", type=positive(float), default=1e-6, metavar="X", help="absolute; default 1e-6")
    add("program", metavar="SCRIPT", help="a Python file")
    add_arguments_of_program(parser)
    parser.set_defaults(
        command=lambda given: compare(given.program, given.words, given.rtol, given.atol)
    )


def add_demo(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Adds ``minitorch demo``."""
    summary = "train a small CNN on handwritten digits, and draw a picture of how it went"
    parser = commands.add_parser(
        "demo",
        help=summary,
        description=sentence(summary),
        formatter_class=argparse.ArgumentDefaultsHelpFormatter,
    )
    add = parser.add_argument
    add("--seed", type=seed, default=0, metavar="N", help="the same seed gives the same run")
    add("--epochs", type=positive(int), default=30, metavar="N", help="rounds over the digits")
    add("--batch-size", type=positive(int), default=64, metavar="N", help="digits per step")
    add("--lr", type=positive(float), default=0.003, metavar="X", help="learning rate")
    add("--device", default="cpu", help="where to compute: cpu, cuda, cuda:1")
    out = Path("minitorch-demo.png")
    add("--out", type=Path, default=out, metavar="FILE", help="where the picture goes")
    parser.set_defaults(command=lambda given: demo(given, parser))


def sentence(summary: str) -> str:
    """With a capital letter and a full stop; the names in it stay as they are written."""
    return f"{summary[0].upper()}{summary[1:]}."


def demo(given: argparse.Namespace, parser: argparse.ArgumentParser) -> None:
    """Checks the arguments as far as argparse did not, and runs the demo."""
    try:
        # Here, for they need packages that MiniTorch does not.
        from threadpoolctl import threadpool_limits

        from .demo import digits, picture
    except ModuleNotFoundError as error:
        name = (error.name or "").partition(".")[0]
        if name not in DEMO_PACKAGES:
            raise
        parser.exit(1, DEMO_EXTRA.format(name="scikit-learn" if name == "sklearn" else name) + "\n")
    try:
        mt.empty(0, device=given.device)
    except (AssertionError, RuntimeError) as error:
        parser.error(f"argument --device: {error}")
    try:
        picture.check(given.out)
    except (OSError, ValueError) as error:
        parser.error(f"argument --out: {error}")
    try:
        # The matrices are small. A second thread gains nothing, and where other programs keep the
        # cores busy, the threads wait for each other: 24 seconds were measured instead of 2.
        with threadpool_limits(1):
            digits.run(
                seed=given.seed,
                epochs=given.epochs,
                batch_size=given.batch_size,
                lr=given.lr,
                device=given.device,
                out=given.out,
            )
    except (FloatingPointError, OSError) as error:
        parser.exit(1, f"minitorch demo: {error}\n")


def positive(kind: type[int] | type[float]) -> Callable[[str], float]:
    """An argparse type: a whole number, or a finite one, above zero."""

    def parse(text: str) -> float:
        try:
            number = kind(text)
        except ValueError:
            number = math.nan
        if not 0 < number < math.inf:
            what = "whole number" if kind is int else "finite number"
            raise argparse.ArgumentTypeError(f"'{text}' is not a {what} above 0")
        return number

    return parse


def seed(text: str) -> int:
    """An argparse type: a seed for `minitorch.manual_seed`."""
    if not (text.isascii() and text.isdecimal() and int(text) < 2**64):
        raise argparse.ArgumentTypeError(f"'{text}' is not a whole number from 0 to 2**64 - 1")
    return int(text)
