"""Runs a program as ``python SCRIPT`` and ``python -m MODULE`` do, with MiniTorch as torch."""

from __future__ import annotations

import builtins
import importlib.util
import io
import os
import sys
from collections.abc import Sequence
from importlib.machinery import ModuleSpec, SourceFileLoader
from types import CodeType, ModuleType, TracebackType
from typing import Any

from .alias import use_as_torch


def run_script(script: str, arguments: Sequence[str]) -> None:
    """Runs the file ``script``; SystemExit if it cannot be read, or is a notebook."""
    path = os.path.abspath(script)
    if path.endswith(".ipynb"):
        said = "is a notebook: there, put `import minitorch; minitorch.use_as_torch()` at the top"
        print(f"minitorch: {script} {said}", file=sys.stderr)
        raise SystemExit(2)
    try:
        with io.open_code(path) as file:
            source = file.read()
    except OSError as error:
        said = f"minitorch: can't open file '{path}': [Errno {error.errno}] {error.strerror}"
        print(said, file=sys.stderr)
        raise SystemExit(2) from None
    hide_runner(None)  # a SyntaxError has no frame of the program
    code = compile(source, path, "exec")
    begin(os.path.dirname(os.path.realpath(path)), [script, *arguments])
    execute(code, path, SourceFileLoader("__main__", path), None)


def run_module(name: str, arguments: Sequence[str]) -> None:
    """Runs the module ``name``, or ``name.__main__`` of a package; SystemExit if there is none."""
    begin(os.getcwd(), ["-m", *arguments])
    spec, said = find(name), f"No module named {name}"
    if spec and spec.submodule_search_locations is not None:
        spec = find(f"{name}.__main__")
        said += f".__main__; '{name}' is a package and cannot be directly executed"
    if spec is None or not hasattr(spec.loader, "get_code"):
        print(f"minitorch: {said}", file=sys.stderr)
        raise SystemExit(1)
    hide_runner(None)
    code = spec.loader.get_code(spec.name)  # type: ignore[union-attr]
    sys.argv[0] = spec.origin or name
    execute(code, spec.origin, spec.loader, spec)


def find(name: str) -> ModuleSpec | None:
    """Where the module is, if there is one."""
    try:
        return importlib.util.find_spec(name)
    except ModuleNotFoundError:  # the package that it should be in
        return None


def begin(folder: str, arguments: list[str]) -> None:
    """What holds from before the program's first line on."""
    if not getattr(sys.flags, "safe_path", False):  # python -P
        sys.path[0] = folder
    sys.argv[:] = arguments
    use_as_torch()


def execute(code: CodeType, file: str | None, loader: Any, spec: ModuleSpec | None) -> None:
    """Runs ``code`` as ``__main__``, and leaves that module there: for pickle, and at exit."""
    main = ModuleType("__main__")
    vars(main).update(
        __file__=file,
        __cached__=spec and spec.cached,
        __loader__=loader,
        __spec__=spec,
        __package__=spec and spec.parent,
        __builtins__=builtins,
    )
    sys.modules["__main__"] = main
    hide_runner(code)
    exec(code, vars(main))


show = sys.excepthook


def hide_runner(code: CodeType | None) -> None:
    """Lets tracebacks begin with ``code``, as Python's own do."""

    def show_without_runner(
        kind: type[BaseException], error: BaseException, trace: TracebackType | None
    ) -> None:
        while trace and trace.tb_frame.f_code is not code:
            trace = trace.tb_next
        show(kind, error.with_traceback(trace), trace)

    sys.excepthook = show_without_runner
