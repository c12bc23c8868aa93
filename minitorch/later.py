"""Parts of a package that are loaded when they are first asked for, for few programs need them.

    __getattr__, __dir__ = later(__name__, "fft onnx", {"serialization": "load save"})

In ``minitorch/__init__.py`` this says: `mt.fft` and `mt.onnx` are modules, and `mt.load` and
`mt.save` come from the file `serialization`. Python calls a module's ``__getattr__`` for a name
that is not in it. For type checkers the same parts stand there as imports that never run.
"""

from __future__ import annotations

import importlib
import sys
from collections.abc import Callable, Mapping
from typing import Any

NOTHING: Mapping[str, str] = {}


def later(
    package: str, modules: str, names: Mapping[str, str] = NOTHING
) -> tuple[Callable[[str], Any], Callable[[], list[str]]]:
    """``__getattr__`` and ``__dir__`` of ``package``: its ``modules``, and ``names`` by module.

    No name is also that of a file in the package: it would mean whatever was asked for last.
    """
    there = vars(sys.modules[package])
    places = {name: name for name in modules.split()}
    for module, of_module in names.items():
        places |= dict.fromkeys(of_module.split(), module)

    def load(name: str) -> Any:
        if name not in places:
            raise AttributeError(f"module '{package}' has no attribute '{name}'")
        module = importlib.import_module(f"{package}.{places[name]}")
        there[name] = module if name == places[name] else getattr(module, name)
        return there[name]

    return load, lambda: sorted({*there, *places})
