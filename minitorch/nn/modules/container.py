"""Modules that hold others: `Sequential`, `ModuleList`, `ModuleDict`."""

from __future__ import annotations

import operator
from collections import OrderedDict
from collections.abc import Iterable, Iterator
from itertools import chain, groupby
from typing import Any, TypeVar

from .module import Module, indented

S = TypeVar("S", bound="Sequential")
L = TypeVar("L", bound="ModuleList")


def place(index: Any, size: int) -> int:
    """``index`` counted from the front; refuses one that is out of range."""
    index = operator.index(index)
    if not -size <= index < size:
        raise IndexError(f"index {index} is out of range")
    return index % size


class _ModuleRow(Module):
    """What `Sequential` and `ModuleList` share: modules in a row, named by their place."""

    def __len__(self) -> int:
        return len(self._modules)

    def __iter__(self) -> Iterator[Module]:
        return iter(self._modules.values())

    def __setitem__(self, idx: int, module: Module) -> None:
        setattr(self, self._names(operator.index(idx))[0], module)

    def __delitem__(self, idx: int | slice) -> None:
        for name in self._names(idx):
            delattr(self, name)
        self._modules = {str(i): module for i, module in enumerate(self)}

    def _names(self, idx: int | slice) -> list[str]:
        """The names of the modules at ``idx``."""
        names = list(self._modules)
        return names[idx] if isinstance(idx, slice) else [names[place(idx, len(names))]]

    def pop(self, key: int | slice) -> Module:
        """Take out the module at ``key`` and return it."""
        module: Module = self[key]  # type: ignore[index]
        del self[key]
        return module

    def _insert(self, index: int, module: Module) -> None:
        modules = list(self)
        modules.insert(index, module)
        self._modules = {str(i): module for i, module in enumerate(modules)}


class Sequential(_ModuleRow):
    """Modules applied one after the other: ``y = last(... second(first(x)))``.

    Made from the modules, or from an ``OrderedDict`` of name and module.

    >>> nn.Sequential(nn.Linear(4, 8), nn.ReLU(), nn.Linear(8, 2))
    Sequential(
      (0): Linear(in_features=4, out_features=8, bias=True)
      (1): ReLU()
      (2): Linear(in_features=8, out_features=2, bias=True)
    )
    """

    def __init__(self, *args: Any) -> None:
        super().__init__()
        named = {str(place): module for place, module in enumerate(args)}
        if len(args) == 1 and isinstance(args[0], OrderedDict):
            named = args[0]
        for name, module in named.items():
            self.add_module(name, module)

    def forward(self, input: Any) -> Any:
        """Apply the modules one after the other."""
        for module in self._modules.values():
            input = module(input)
        return input

    def __getitem__(self, idx: int | slice) -> Any:
        if isinstance(idx, slice):
            return type(self)(OrderedDict(list(self._modules.items())[idx]))
        return self._modules[self._names(idx)[0]]

    def append(self: S, module: Module) -> S:
        """Put ``module`` at the end."""
        self.add_module(str(len(self)), module)
        return self

    def extend(self: S, sequential: Iterable[Module]) -> S:
        """Put all of ``sequential`` at the end."""
        for module in list(sequential):
            self.append(module)
        return self

    def insert(self: S, index: int, module: Module) -> S:
        """Put ``module`` before the one at ``index``."""
        if not isinstance(module, Module):
            raise AssertionError(f"module should be of type: {Module}")
        if not -len(self) <= index <= len(self):
            raise IndexError(f"Index out of range: {index}")
        self._insert(index, module)
        return self

    def __add__(self, other: Sequential) -> Sequential:
        return Sequential(*self, *self._checked(other))

    def __iadd__(self: S, other: Sequential) -> S:
        return self.extend(self._checked(other))

    @staticmethod
    def _checked(other: Any) -> Sequential:
        if not isinstance(other, Sequential):
            raise ValueError(
                "add operator supports only objects of Sequential class, but "
                f"{type(other)} is given."
            )
        return other

    def __mul__(self, other: int) -> Sequential:
        self._check_times(other)
        return Sequential(*list(self) * other)

    __rmul__ = __mul__

    def __imul__(self: S, other: int) -> S:
        self._check_times(other)
        return self.extend(list(self) * (other - 1))

    def _check_times(self, times: Any) -> None:
        if not isinstance(times, int):
            raise TypeError(f"unsupported operand type(s) for *: {type(self)} and {type(times)}")
        if times <= 0:
            raise ValueError(f"Non-positive multiplication factor {times} for {type(self)}")


class ModuleList(_ModuleRow):
    """A list of modules, which a plain Python list would hide from `parameters` and the like.

    >>> nn.ModuleList([nn.Linear(4, 4) for _ in range(3)])
    ModuleList(
      (0-2): 3 x Linear(in_features=4, out_features=4, bias=True)
    )
    """

    def __init__(self, modules: Iterable[Module] | None = None) -> None:
        super().__init__()
        if modules is not None:
            self.extend(modules)

    def __getitem__(self, idx: int | slice) -> Any:
        if isinstance(idx, slice):
            return type(self)(list(self)[idx])
        return self._modules[self._names(idx)[0]]

    def append(self: L, module: Module) -> L:
        """Put ``module`` at the end."""
        self.add_module(str(len(self)), module)
        return self

    def extend(self: L, modules: Iterable[Module]) -> L:
        """Put all of ``modules`` at the end."""
        if not isinstance(modules, Iterable):
            raise TypeError(
                "ModuleList.extend should be called with an iterable, but got "
                f"{type(modules).__name__}"
            )
        for module in list(modules):
            self.append(module)
        return self

    def insert(self, index: int, module: Module) -> None:
        """Put ``module`` before the one at ``index``."""
        self._insert(index, module)

    def __add__(self, other: Iterable[Module]) -> ModuleList:
        return ModuleList(chain(self, other))

    def __iadd__(self: L, modules: Iterable[Module]) -> L:
        return self.extend(modules)

    def __repr__(self) -> str:
        lines = []
        start = 0
        for text, same in groupby(repr(module) for module in self):
            count = len(list(same))
            where = f"({start})" if count == 1 else f"({start}-{start + count - 1})"
            times = "" if count == 1 else f"{count} x "
            lines.append(indented(f"{where}: {times}{text}"))
            start += count
        body = "\n  " + "\n  ".join(lines) + "\n" if lines else ""
        return f"{self._get_name()}({body})"


class ModuleDict(Module):
    """A dict of modules, in the order in which they were put in.

    >>> nn.ModuleDict({"act": nn.ReLU(), "out": nn.Linear(4, 2)})
    ModuleDict(
      (act): ReLU()
      (out): Linear(in_features=4, out_features=2, bias=True)
    )
    """

    def __init__(self, modules: Any = None) -> None:
        super().__init__()
        if modules is not None:
            self.update(modules)

    def __getitem__(self, key: str) -> Module:
        return self._modules[key]

    def __setitem__(self, key: str, module: Module) -> None:
        self.add_module(key, module)

    def __delitem__(self, key: str) -> None:
        del self._modules[key]

    def __len__(self) -> int:
        return len(self._modules)

    def __iter__(self) -> Iterator[str]:
        return iter(self._modules)

    def __contains__(self, key: str) -> bool:
        return key in self._modules

    def keys(self) -> Any:
        """The names."""
        return self._modules.keys()

    def values(self) -> Any:
        """The modules."""
        return self._modules.values()

    def items(self) -> Any:
        """Names and modules."""
        return self._modules.items()

    def clear(self) -> None:
        """Take all modules out."""
        self._modules.clear()

    def pop(self, key: str) -> Module:
        """Take out the module ``key`` and return it."""
        return self._modules.pop(key)

    def update(self, modules: Any) -> None:
        """Put in all of ``modules``: a mapping, or pairs of name and module."""
        for key, module in pairs(modules, "ModuleDict.update", "ModuleDict"):
            self[key] = module


def pairs(members: Any, caller: str, kind: str) -> Iterator[tuple[str, Any]]:
    """The pairs of name and value in a mapping or in a sequence of pairs; refuses anything else."""
    if not isinstance(members, Iterable):
        raise TypeError(
            f"{caller} should be called with an iterable of key/value pairs, "
            f"but got {type(members).__name__}"
        )
    if hasattr(members, "items"):
        yield from members.items()
        return
    for number, member in enumerate(members):
        element = f"{kind} update sequence element #{number}"
        if not isinstance(member, Iterable):
            raise TypeError(f"{element} should be Iterable; is{type(member).__name__}")
        items = list(member)
        if len(items) != 2:
            raise ValueError(f"{element} has length {len(items)}; 2 is required")
        yield items[0], items[1]
