"""`trace`: run backward once and write down what happens.

Recording is done by hooks on the nodes of this one graph, for this one pass: the engine knows
nothing of it, and nobody else pays for it.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from typing import Any

from .. import backend
from ..autograd import engine
from ..autograd.graph import Node, TensorBase
from ..autograd.kept import argument, kept_by, values_of
from ..autograd.saved import SavedTensor
from ..inspection import is_tensor
from ..nn.modules.module import Module
from ..ops import products
from ..ops.memory_views import owner_of
from ..pytree import leaves
from . import modules
from .record import Group, Kept, Numbers, Outgoing, Step, calls_around
from .rules import rules_of, text_of
from .steps import Trace

Edge = tuple[Any, int]
LONGEST = 60  # characters of a plain value; longer ones are tables, which nobody reads


def trace(input: Any, gradient: Any = None) -> Any:
    """Record a backward pass from a scalar; of a matrix the sum of the diagonal, as in PyTorch.

    A result with a graph behind it (``input`` is a scalar that requires grad, or ``gradient`` says
    how to weight its elements) gives a `Trace`: what backward does, step by step. The pass is a
    real one, but it changes no ``.grad`` and frees nothing, so ``input.backward()`` can follow.
    Hooks that a user hung on tensors and nodes run, as they are part of the pass.

    Tensors go by the names of the variables, and of the modules in variables, where `trace` is
    called. `minitorch.tracing.recording` adds the line of the program that made each node.

    >>> w = mt.tensor([1.0, 2.0], requires_grad=True)
    >>> loss = (w * 3).sum()
    >>> print(mt.trace(loss))
    Backward in 3 steps: 2 operations, 1 leaf. The graph holds 0 B for it.
    <BLANKLINE>
    Step 1: SumBackward0, The sum of all elements
      is   loss ()  9
      in   ()  1
      rule grad_input = grad.expand(self.sizes)
      out  input (2,)  [1, 1]  -> step 2, MulBackward0
    <BLANKLINE>
    Step 2: MulBackward0, a * b
      in   (2,)  [1, 1]
      with b = 3
      rule grad_a = grad * conj(b)
      out  a (2,)  [3, 3]  -> step 3, w
    <BLANKLINE>
    Step 3: leaf w
      is   (2,)  [1, 2]
      in   (2,)  [3, 3]
    >>> mt.trace(mt.ones(3, 3))
    tensor(3.)
    """
    if gradient is None and not (
        isinstance(input, TensorBase) and input._array.ndim == 0 and input._requires_grad
    ):
        return products.trace(input)
    frame = sys._getframe(1)
    return Recorder(input, gradient, variables({**frame.f_globals, **frame.f_locals})).run()


def variables(here: dict[str, Any]) -> dict[str, Any]:
    """The tensors in variables, and the parameters of modules there, by name.

    Names such as ``_``, where a notebook keeps the last result, do not count.
    """
    tensors: dict[str, Any] = {}
    here = {name: value for name, value in here.items() if not name.startswith("_")}
    for name, value in here.items():
        if isinstance(value, Module):
            tensors |= {f"{name}.{inside}": p for inside, p in value.named_parameters()}
    return tensors | {name: value for name, value in here.items() if is_tensor(value)}


class Recorder:
    """Runs one pass and makes the steps of a `Trace`."""

    def __init__(self, root: Any, gradient: Any, tensors: dict[str, Any]) -> None:
        self.root = root
        self.start = engine.starting_gradients([root], [gradient])
        self.nodes = engine.youngest_first([] if root._grad_fn is None else [root._grad_fn])
        # By what a graph knows: nodes and leaves, and the arrays that nodes keep.
        self.results = {engine.edge_of(tensor): (name, tensor) for name, tensor in tensors.items()}
        self.names = {id(tensor._array): name for name, tensor in tensors.items()}
        self.steps: list[Step] = []
        self.place: dict[Any, int] = {}  # of each node and leaf: the number of its step
        self.arrivals: dict[Edge, list[tuple[Step, Outgoing]]] = {}
        self.calls: dict[int, int] = {}  # of a step: the call of a module that made its node
        edges = [edge for node in self.nodes for edge in node.edges if edge is not None]
        leaves = [target for target, _ in edges if isinstance(target, TensorBase)] or [root]
        self.leaves = list({id(leaf): leaf for leaf in leaves}.values())
        # As in `memory`, a leaf is also data that needs no gradient.
        data = [tensor for node in self.nodes for tensor in kept_leaves(node)]
        self.leaf_memory = {id(buffer(leaf._array)) for leaf in [*self.leaves, *data]}

    def run(self) -> Trace:
        """The pass itself."""
        before = [(node, node.hooks) for node in self.nodes]
        handles = [node.register_hook(self.hook_of(node)) for node in self.nodes]
        retained = [(hooks, hooks.retain) for _, hooks in before if hooks is not None]
        for hooks, _ in retained:
            hooks.retain = {}  # a trace changes the .grad of no tensor
        try:
            with engine.ReversePass(create_graph=False):
                found = engine.run_backward([self.root], self.start, keep_graph=True)
        finally:
            for handle in handles:
                handle.remove()
            for hooks, retain in retained:
                hooks.retain = retain
            for node, earlier in before:
                node.hooks = earlier
        for (leaf, _), grad in found.items():
            self.begin(leaf, self.name_of(leaf), True, [grad]).value = Numbers.of(leaf._array)
        self.connect()
        total = self.memory_of_steps()
        groups, moved = modules.groups(set(self.calls.values()))
        for number, call in self.calls.items():
            self.steps[number - 1].group = moved[call]
        for step in self.steps:
            if step.is_leaf:
                step.group = self.group_of(step, groups)
        self.steps[0].value = Numbers.of(self.root._array)
        return Trace(self.steps, groups, total, self.names.get(id(self.root._array), ""))

    def hook_of(self, node: Node) -> Any:
        """What writes down the step of ``node`` when it has run."""

        def record(said: tuple[Any, ...], incoming: tuple[Any, ...]) -> None:
            step = self.begin(node, node.name(), False, incoming)
            call = modules.call_of(node)
            if call is not None:
                self.calls[step.number] = call
            step.rules, step.text = rules_of(node), text_of(node)
            step.line = modules.line_of(node)
            step.kept = [self.kept(name, array) for name, array in kept_arrays(node)]
            plain = ((name, repr(value)) for name, value in values_of(node))
            step.values = {name: value for name, value in plain if len(value) <= LONGEST}
            if (node, 0) in self.results:
                step.variable, tensor = self.results[node, 0]
                step.value = Numbers.of(tensor._array)
            for place, grad in zip(node.shown_places(), said, strict=True):
                edge = node.edges[place]
                if edge is not None and grad is not None:
                    self.send(step, node, place, edge, grad)

        return record

    def begin(self, what: Any, name: str, is_leaf: bool, incoming: Any) -> Step:
        """A step for ``what``, a node or a leaf."""
        numbers = [None if grad is None else Numbers.of(grad._array) for grad in incoming]
        step = Step(len(self.steps) + 1, name, is_leaf, numbers)
        self.steps.append(step)
        self.place[what] = step.number
        return step

    def send(self, step: Step, node: Node, place: int, edge: Edge, grad: Any) -> None:
        """Write down the gradient ``grad`` of an argument, and what the engine makes of it."""
        target, output = edge
        if isinstance(target, TensorBase):
            shape, dtype = target._array.shape, target._array.dtype
        else:
            shape, dtype = target.outputs[output]
        arrives = engine.conform(grad, shape, dtype, node, place)
        said = tuple(grad._array.shape)
        out = Outgoing(
            argument(node, place),
            Numbers.of(grad._array),
            Numbers.of(arrives._array),
            undone(said, tuple(shape)),
            output=output,
        )
        step.outgoing.append(out)
        self.arrivals.setdefault(edge, []).append((step, out))

    def connect(self) -> None:
        """Say where each gradient arrives, and with how many others it adds up."""
        for (target, _), arrived in self.arrivals.items():
            number = self.place[target]
            for place, (step, out) in enumerate(arrived):
                out.target, out.place, out.of = number, place + 1, len(arrived)
                self.steps[number - 1].sources.append(step.number)

    def group_of(self, leaf: Step, groups: list[Group]) -> int | None:
        """The innermost call of a module that holds all that use a leaf."""
        users = [calls_around(groups, self.steps[number - 1].group) for number in leaf.sources]
        common = [here[0] for here in zip(*users, strict=False) if len(set(here)) == 1]
        return common[-1] if common else None

    def memory_of_steps(self) -> int:
        """Fill in what backward would free at each step; returns what is held before the first."""
        last: dict[int, int] = {}  # of each piece of memory: the last step that wants it
        size: dict[int, int] = {}
        for node in self.nodes:
            for _, array in kept_arrays(node):
                memory = buffer(array)
                if node in self.place and id(memory) not in self.leaf_memory:
                    last[id(memory)] = self.place[node]
                    size[id(memory)] = memory.nbytes
        total = held = sum(size.values())
        for step in self.steps:
            step.freed = sum(size[one] for one, number in last.items() if number == step.number)
            held -= step.freed
            step.held = held
        return total

    def kept(self, name: str, array: Any) -> Kept:
        """What there is to say of an array that a node keeps."""
        of_leaf = id(buffer(array)) in self.leaf_memory
        variable = self.names.get(id(array))
        return Kept(name, variable, array.nbytes, of_leaf, Numbers.of(array))

    def name_of(self, leaf: Any) -> str:
        """The name of a leaf: a variable's, or its place among those without a name."""
        nameless = [id(one) for one in self.leaves if id(one._array) not in self.names]
        if id(leaf) in nameless:
            return f"unnamed {nameless.index(id(leaf)) + 1}"
        return self.names[id(leaf._array)]


def kept_arrays(node: Any) -> Iterator[tuple[str, Any]]:
    """The arrays that a node keeps for backward, and what its rules call them.

    What `saved_tensors_hooks` keep is theirs, and is not listed.
    """
    for name, value in kept_by(node):
        for leaf in leaves(value.tensor if isinstance(value, SavedTensor) else value):
            array = getattr(leaf, "_array", leaf)
            if hasattr(array, "nbytes"):
                yield name, array


def kept_leaves(node: Any) -> Iterator[Any]:
    """The tensors that a node keeps, and that no operation of the graph made."""
    for _, value in kept_by(node):
        if isinstance(value, SavedTensor):
            value = value.tensor if value.output is None else None
        if isinstance(value, TensorBase) and value._grad_fn is None:
            yield value


def buffer(array: Any) -> Any:
    """The array that owns the memory of ``array``."""
    return owner_of(backend.array_module(array), array)


def undone(said: tuple[int, ...], shape: tuple[int, ...]) -> tuple[int, ...]:
    """The dimensions over which a gradient is summed when broadcasting is undone."""
    extra = len(said) - len(shape)
    return tuple(
        d for d, length in enumerate(said) if d < extra or (shape[d - extra] == 1 != length)
    )
