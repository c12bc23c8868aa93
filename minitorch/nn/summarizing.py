"""`summary`: the layers of a model with their shapes, parameters, multiply-adds and memory."""

from __future__ import annotations

import contextlib
import copy
from collections.abc import Iterator, Sequence
from typing import Any

from .. import backend
from ..autograd.graph import TensorBase
from ..autograd.modes import no_grad
from ..creation import zeros
from ..dtypes import dtype as Dtype, float32
from ..ops.memory_views import owner_of
from ..pytree import leaves
from ..random import fork_rng
from ..tables import Column, Note, Row, Table, in_bytes
from .modules import hooks
from .modules.module import Module
from .multiply_adds import counted
from .parameter import is_lazy

COLUMNS = [
    Column("Layer"),
    Column("Output"),
    Column("Parameters", right=True),
    Column("Multiply-adds", right=True),
]
NOTHING = "–"


def summary(
    model: Any,
    input_size: Any = None,
    input_data: Any = None,
    *,
    dtypes: Any = None,
    depth: int = 3,
    device: Any = None,
    **kwargs: Any,
) -> Summary:
    """The layers of ``model`` with the shapes and costs of one run, to be printed.

    The model runs once, in evaluation mode and without gradients, on zeros of ``input_size`` (the
    batch included; a list of sizes for several inputs) with ``dtypes`` (float32; one, or one for
    each input) on ``device`` (where the model is), or on ``input_data``: a tensor, a list of
    arguments, or a dict of keyword arguments. ``kwargs`` go to the model as well. Without an input
    it does not run, and shapes and costs are left out. ``depth`` is how far the tree is shown;
    what lies deeper is counted in the last row shown.

    The model is left as it was: mode, buffers, gradients, and the stream of random numbers. Of a
    lazy model a copy runs. The model's own hooks run. Raises a RuntimeError that names the layer
    if the model cannot run on the input.

    >>> model = nn.Sequential(nn.Conv2d(1, 8, 3), nn.ReLU(), nn.Flatten(), nn.Linear(5408, 10))
    >>> print(nn.summary(model, input_size=(1, 1, 28, 28)))
    Layer           Output          Parameters  Multiply-adds
    ─────────────────────────────────────────────────────────
    Sequential      [1, 10]                  –              –
    ├─ 0 (Conv2d)   [1, 8, 26, 26]          80         48,672
    ├─ 1 (ReLU)     [1, 8, 26, 26]           –              –
    ├─ 2 (Flatten)  [1, 5408]                –              –
    └─ 3 (Linear)   [1, 10]             54,090         54,080
    ─────────────────────────────────────────────────────────
    Parameters     54,170, all trainable
    Multiply-adds  102,752, of matrix products and convolutions only
    Memory         3.1 KiB input + 42.3 KiB outputs of layers + 211.6 KiB parameters
    """
    if not isinstance(model, Module):
        raise TypeError(f"summary: model should be a Module, got {type(model).__name__}")
    if input_size is not None and input_data is not None:
        raise ValueError("summary: give input_size or input_data, not both")
    if any(is_lazy(tensor) for tensor in [*model.parameters(), *model.buffers()]):
        model = copy.deepcopy(model)
    args: Any = None
    if input_size is not None:
        args = made(model, input_size, dtypes, device)
    elif isinstance(input_data, dict):
        args, kwargs = [], {**input_data, **kwargs}
    elif input_data is not None:
        args = [input_data] if isinstance(input_data, TensorBase) else list(input_data)
    elif kwargs:
        args = []
    run = Run(model)
    if args is not None:
        run.on(args, kwargs)
    return Summary(run, depth)


def made(model: Module, input_size: Any, dtypes: Any, device: Any) -> list[Any]:
    """Zeros of the sizes asked for."""
    sizes = list(input_size) if is_sizes(input_size) else [input_size]
    if not all(
        isinstance(size, Sequence)
        and all(isinstance(length, int) and length >= 0 for length in size)
        for size in sizes
    ):
        raise TypeError(
            "summary: input_size should be a tuple of lengths such as (1, 3, 32, 32), or a list of "
            f"such tuples, got {input_size!r}"
        )
    if device is None:
        device = next((tensor.device for tensor in model.parameters()), None)
    kinds = [dtypes or float32] * len(sizes) if isinstance(dtypes, Dtype | None) else list(dtypes)
    if len(kinds) != len(sizes):
        raise ValueError(f"summary: {len(sizes)} inputs, but {len(kinds)} dtypes")
    return [
        zeros(*size, dtype=kind, device=device) for size, kind in zip(sizes, kinds, strict=True)
    ]


def is_sizes(value: Any) -> bool:
    """Whether this is a list of sizes, and not one size."""
    return isinstance(value, Sequence) and bool(value) and isinstance(value[0], Sequence)


class Run:
    """What happened in each module of a model while it ran."""

    def __init__(self, model: Module) -> None:
        self.model = model
        self.modules = dict.fromkeys(model.modules())
        self.outputs: dict[Module, Any] = {}  # the last one of each
        self.calls = dict.fromkeys(self.modules, 0)
        self.costs = dict.fromkeys(self.modules, 0)  # of a module itself, without its children
        self.inputs: list[Any] = []
        self.made: dict[int, Any] = {}  # the memory that modules gave out which ran no other one
        self.ran = False
        self.inside: list[tuple[Module, str]] = []  # the modules at work, and what they were given
        self.entered = 0  # how many modules have begun so far
        self.begun: dict[Module, int] = {}

    def on(self, args: list[Any], kwargs: dict[str, Any]) -> None:
        """Run the model, and take notes."""
        self.inputs = tensors([args, kwargs])
        handles = [
            hooks.register_module_forward_pre_hook(self.enter),
            hooks.register_module_forward_hook(self.leave),
        ]
        try:
            with untouched(self.modules), fork_rng(), no_grad(), counted(self.count):
                self.model(*args, **kwargs)
        except Exception as error:
            module, given = self.inside[-1] if self.inside else (self.model, shapes(self.inputs))
            name = next(n for n, m in self.model.named_modules() if m is module)
            where = f"the layer {name!r}, {module._get_name()}" if name else module._get_name()
            raise RuntimeError(
                f"summary: the model could not run on an input of size {shapes(self.inputs)}.\n"
                f"It failed in {where}({module.extra_repr()}), which was given {given}:\n{error}"
            ) from error
        finally:
            for handle in handles:
                handle.remove()
        self.ran = True

    def enter(self, module: Module, args: Any) -> None:
        if module in self.modules:
            self.inside.append((module, shapes(tensors(args)) or "no tensor"))
            self.entered += 1
            self.begun[module] = self.entered

    def leave(self, module: Module, args: Any, output: Any) -> None:
        if module in self.modules:
            while self.inside.pop()[0] is not module:  # one that failed, and was caught
                pass
            found = tensors(output)
            self.outputs[module] = shapes(found)
            self.calls[module] += 1
            if self.begun[module] == self.entered:
                self.made.update((id(memory), memory) for memory in map(memory_of, found))

    def count(self, products: int) -> None:
        self.costs[self.inside[-1][0] if self.inside else self.model] += products


class Summary:
    """What `summary` found: ``print`` it, or let a notebook show it.

    ``total_params``, ``trainable_params``, ``total_mult_adds``, and in bytes ``total_input``,
    ``total_output_bytes`` and ``total_param_bytes`` are the numbers under the table.
    """

    def __init__(self, run: Run, depth: int = 3) -> None:
        parameters = [p for p in run.model.parameters() if not is_lazy(p)]
        self.total_params = sum(p.numel() for p in parameters)
        self.trainable_params = sum(p.numel() for p in parameters if p.requires_grad)
        self.total_mult_adds = sum(run.costs.values())
        given = {id(memory): memory for memory in map(memory_of, run.inputs)}
        fresh = [memory for key, memory in run.made.items() if key not in given]
        self.total_input = sum(memory.nbytes for memory in given.values())
        self.total_output_bytes = sum(memory.nbytes for memory in fresh)
        self.total_param_bytes = sum(p.nbytes for p in parameters)
        self.ran = run.ran
        self.marks: set[str] = set()
        self.seen: set[int] = set()  # parameters that were counted in a row further up
        self.paths: dict[Module, str] = {}  # the modules of the rows so far
        rows: list[Row] = []
        self._add(rows, run, run.model, "", depth)
        columns = COLUMNS if run.ran else [COLUMNS[0], COLUMNS[2]]
        if not run.ran:
            rows = [Row([row.cells[0], row.cells[2]], row.depth) for row in rows]
        self.table = Table(columns, rows, self._notes())

    def _add(self, rows: list[Row], run: Run, module: Module, path: str, depth: int) -> None:
        """Add the row of ``module``, and those of the modules in it."""
        kind, name, level = module._get_name(), path.rpartition(".")[2], rows_above(path)
        title = f"{name} ({kind})" if name else kind
        if module in self.paths:
            rows.append(Row([title, f"as {self.paths[module]}", NOTHING, NOTHING], level))
            return
        whole = level == depth
        parts = list(module.modules()) if whole else [module]
        self.paths.update(dict.fromkeys(parts, path or kind))
        if run.calls[module] > 1:
            title += f" ×{run.calls[module]}"
        ran_inside = any(run.calls[part] for part in module.modules())
        cost = sum(run.costs[part] for part in parts)
        cells = [
            title,
            run.outputs.get(module, NOTHING if ran_inside else "not run"),
            self._parameters([p for part in parts for p in part._parameters.values()]),
            f"{cost:,}" if cost else NOTHING,
        ]
        rows.append(Row(cells, level))
        if not whole:
            for child_name, child in module._modules.items():
                if child is not None:
                    self._add(rows, run, child, f"{path}.{child_name}".lstrip("."), depth)

    def _parameters(self, found: list[Any]) -> str:
        """How many there are, those of rows further up left out."""
        found = [p for p in found if p is not None]
        new = {id(p): p for p in found if id(p) not in self.seen}
        shared = any(id(p) in self.seen for p in found)
        self.seen.update(new)
        if not found:
            return NOTHING
        if any(is_lazy(p) for p in new.values()):
            self.marks.add("lazy")
            return "lazy"
        frozen = sum(p.numel() for p in new.values() if not p.requires_grad)
        text = f"{sum(p.numel() for p in new.values()):,}"
        if frozen:
            self.marks.add("frozen")
            text += f" ({frozen:,})"
        if shared:
            self.marks.add("shared")
            text += "*"
        return text

    def _notes(self) -> list[Note]:
        """The lines under the table."""
        frozen = self.total_params - self.trainable_params
        kinds = f": {self.trainable_params:,} trainable, {frozen:,} frozen"
        total = f"{self.total_params:,}{kinds if frozen else ', all trainable'}"
        cost = f"{self.total_mult_adds:,}, of matrix products and convolutions only"
        memory = f"{in_bytes(self.total_param_bytes)} parameters"
        if self.ran:
            outputs = f"{in_bytes(self.total_output_bytes)} outputs of layers"
            memory = f"{in_bytes(self.total_input)} input + {outputs} + {memory}"
        return [
            ("Parameters", total),
            *([("Multiply-adds", cost)] if self.ran else []),
            ("Memory", memory),
            *([("( )", "of these, frozen")] if "frozen" in self.marks else []),
            *([("lazy", "known after the first input")] if "lazy" in self.marks else []),
            *([("*", "without those of rows further up")] if "shared" in self.marks else []),
        ]

    def __str__(self) -> str:
        return self.table.text()

    __repr__ = __str__

    def _repr_html_(self) -> str:
        return self.table.html()


def rows_above(path: str) -> int:
    """How deep in the tree a module of this name is."""
    return path.count(".") + 1 if path else 0


@contextlib.contextmanager
def untouched(modules: Any) -> Iterator[None]:
    """In this context the modules are in evaluation mode; after it all is as it was before."""
    modes = [(module, module.training) for module in modules]
    buffers = [
        (
            module,
            dict(module._buffers),
            [kept(b) for b in module._buffers.values() if b is not None],
        )
        for module in modules
    ]
    try:
        for module in modules:
            module.training = False
        yield
    finally:
        for module, mode in modes:
            module.training = mode
        for module, named, contents in buffers:
            module._buffers.clear()
            module._buffers.update(named)
            for buffer, array, version in contents:
                backend.array_module(array).copyto(buffer._array, array)
                if version is not None:
                    buffer._counter[0] = version


def kept(buffer: Any) -> tuple[Any, Any, int | None]:
    """A buffer, a copy of its numbers, and its version."""
    return buffer, buffer._array.copy(), buffer._counter and buffer._counter[0]


def tensors(value: Any) -> list[Any]:
    """The tensors in a value, however it is nested."""
    return [leaf for leaf in leaves(value) if isinstance(leaf, TensorBase)]


def memory_of(tensor: Any) -> Any:
    """The array that owns a tensor's memory."""
    return owner_of(backend.array_module(tensor._array), tensor._array)


def shapes(found: list[Any]) -> str:
    """The shapes of tensors, as text."""
    return ", ".join(str(list(tensor._array.shape)) for tensor in found)
