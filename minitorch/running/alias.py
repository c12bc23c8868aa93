"""``import torch`` means MiniTorch.

``sys.modules`` gets MiniTorch's modules under PyTorch's names too: ``torch.nn`` *is*
``minitorch.nn``, so there is one `Tensor` class whatever the import. What is not loaded yet is
found by `TorchFinder`. What does not exist raises an error that says who asked for it.
"""

from __future__ import annotations

import contextlib
import importlib
import importlib.util
import multiprocessing
import multiprocessing.spawn
import opcode
import sys
from importlib.machinery import ModuleSpec
from types import FrameType, ModuleType
from typing import Any, NoReturn

from ..version import __version__

STANDS_FOR = {"torch": "minitorch", "torchvision": "minitorch.vision"}
# Programs compare `torch.__version__` with the version that they need.
VERSIONS = {
    "torch": f"2.13.0+minitorch.{__version__}",
    "torchvision": f"0.28.0+minitorch.{__version__}",
}
IMPORT_FROM = opcode.opmap["IMPORT_FROM"]


def use_as_torch() -> None:
    """Lets ``import torch`` and ``import torchvision`` mean MiniTorch, in this process.

    The first line of a notebook with PyTorch code, which stays as it is:
    ``import minitorch; minitorch.use_as_torch()``. Processes that `multiprocessing` starts follow.
    Raises a RuntimeError if PyTorch has been imported before. See also ``minitorch run``.
    """
    mt = importlib.import_module("minitorch")
    if sys.modules.get("torch") is mt:
        return
    for name in STANDS_FOR:
        if name in sys.modules:
            raise RuntimeError(
                f"{name} is already imported: call use_as_torch() before the first import of it"
            )
    sys.meta_path.insert(0, TorchFinder())
    register("torch", mt)
    tell_other_processes()


class TorchFinder:
    """Finds ``torch.X`` at ``minitorch.X``, and loads it."""

    def find_spec(self, name: str, path: Any = None, target: Any = None) -> ModuleSpec | None:
        if name == "safetensors.torch":  # the library's own one needs PyTorch's storages
            files = importlib.import_module("minitorch.serialization.safetensors_files")
            return ModuleSpec(name, self, loader_state=files)  # type: ignore[arg-type]
        root, dot, rest = name.partition(".")
        if root not in STANDS_FOR:
            return None
        ours = STANDS_FOR[root] + dot + rest
        parent, _, last = ours.rpartition(".")
        found = vars(sys.modules[parent]).get(last)
        # Only where there is no such name: `import torch.tensor` must not put the file tensor.py in
        # the place of the function.
        if found is None and importlib.util.find_spec(ours):
            found = importlib.import_module(ours)
        if isinstance(found, ModuleType):
            # Not derived from importlib.abc.Loader, whose file takes long to import.
            return ModuleSpec(name, self, loader_state=found)  # type: ignore[arg-type]
        raise ModuleNotFoundError(lacking(name, asking_frame()), name=name)

    def create_module(self, spec: ModuleSpec) -> ModuleType:
        # `import` will give the module the spec of its other name: exec_module takes it back.
        module: ModuleType = spec.loader_state
        spec.loader_state = module.__spec__
        return module

    def exec_module(self, module: ModuleType) -> None:
        assert module.__spec__
        name, module.__spec__ = module.__spec__.name, module.__spec__.loader_state
        register(name, module)


def register(name: str, module: ModuleType) -> None:
    """Makes ``import name`` mean ``module``, and so for the modules in it."""
    sys.modules[name] = module
    if name in VERSIONS:
        vars(module)["__version__"] = VERSIONS[name]
    own = vars(module).get("__getattr__")
    if own is None or own.__module__ != __name__:

        def __getattr__(asked: str) -> Any:
            if own is not None:  # the module loads something when it is asked for
                with contextlib.suppress(AttributeError):
                    part = own(asked)
                    register_part(name, module, asked, part)
                    return part
            return complain(f"{name}.{asked}")

        vars(module)["__getattr__"] = __getattr__
    # Of a module without a path Python says that it "is not a package", and asks no finder.
    vars(module).setdefault("__path__", [])
    for key, value in list(vars(module).items()):
        register_part(name, module, key, value)


def register_part(name: str, module: ModuleType, key: str, value: object) -> None:
    """Registers ``value`` if it is a module in ``module``, which is called ``name``."""
    if isinstance(value, ModuleType) and value.__name__ == f"{module.__name__}.{key}":
        register(f"{name}.{key}", value)


def complain(name: str) -> NoReturn:
    """Raises what a missing name of a module raises: here is where both imports come by."""
    frame = sys._getframe(2)
    sentence = lacking(name, asking_frame())
    # `from torch import x` would replace an AttributeError by a sentence of its own. Python itself
    # asks first whether there is an `x`, before it looks for a module: that is no error.
    if frame.f_code.co_code[frame.f_lasti] == IMPORT_FROM:
        raise ImportError(sentence, name=name)
    raise AttributeError(sentence)


def asking_frame() -> FrameType:
    """The innermost frame that is not Python's import nor this file."""
    frame = sys._getframe(1)
    while frame.f_back and frame.f_code.co_filename.startswith((__file__, "<frozen importlib")):
        frame = frame.f_back
    return frame


def lacking(name: str, frame: FrameType) -> str:
    """The sentence for a name that MiniTorch does not have."""
    file = frame.f_code.co_filename.replace("\\", "/").rpartition("/")[2]
    return f"{name} is not in MiniTorch (asked for in {file}, line {frame.f_lineno})"


class Follow:
    """Calls `use_as_torch` in the process that unpickles it."""

    def __reduce__(self) -> tuple[Any, ...]:
        return use_as_torch, ()


def tell_other_processes() -> None:
    """Sends a `Follow` with what ``multiprocessing`` tells a process that it does not fork.

    It comes before the process imports the main program, which is likely to ``import torch``.
    """
    plain = multiprocessing.spawn.get_preparation_data

    def get_preparation_data(name: str) -> dict[str, Any]:
        return {**plain(name), "use_as_torch": Follow()}

    multiprocessing.spawn.get_preparation_data = get_preparation_data
    if "forkserver" in multiprocessing.get_all_start_methods():
        # Or it would import the main program in a process that is told nothing.
        multiprocessing.set_forkserver_preload([])
