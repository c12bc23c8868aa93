"""The reverse pass: from the gradient of the results to the gradients of the leaves.

1. Collect the nodes behind the results. A node is always younger than the nodes of its inputs, so
   youngest first is an order in which every node comes after all that use its output.
2. Walk in that order. Each node turns the gradients of its outputs into those of its inputs; what
   several nodes say about one tensor adds up. Where forward broadcast an input, its gradient is
   summed back to its shape.
3. Give the leaves their gradients.

No recursion: a chain of 100,000 operations is a list, not a deep stack.
"""

from __future__ import annotations

import operator
from collections.abc import Iterable, Sequence
from typing import Any

from .. import backend, dtypes
from . import errors
from .anomaly import run_watched
from .batched import batched
from .edges import Edge, ReversePass, edge_of, places, run_elsewhere, tensors
from .graph import Node, TensorBase
from .hooks import run_after_accumulate, run_before, run_node_hooks, run_tensor_hooks
from .modes import state
from .operation import wrap
from .views import bump, laid_out

Arrived = dict[Edge, tuple[Any, bool]]  # (gradient, whether the engine may write into it)
NOTHING = (None, False)


def add(arrived: Arrived, edge: Edge, grad: Any, owned: bool) -> None:
    """Add ``grad`` to what has arrived for ``edge``; ``owned``: nobody else holds its array."""
    held, writable = arrived.get(edge, NOTHING)
    if held is None:
        arrived[edge] = grad, owned
    elif writable and not state.grad and held._array.dtype == grad._array.dtype:
        backend.run_at(grad._array, operator.iadd, held._array, grad._array)
    else:
        arrived[edge] = held + grad, True


def take(arrived: Arrived, node: Node) -> list[Any] | None:
    """Take out the gradients of the outputs of ``node``; None if not one has arrived."""
    if len(node.outputs) == 1:
        one = arrived.pop((node, 0), None)
        return one and [one[0]]
    grads = [arrived.pop((node, i), NOTHING)[0] for i in range(len(node.outputs))]
    return None if all(grad is None for grad in grads) else grads


def run_backward(
    roots: Sequence[Any],
    grads: Sequence[Any],
    keep_graph: bool,
    inputs: Sequence[Any] = (),
    run_inputs: bool = False,
) -> dict[Edge, Any]:
    """One reverse pass from ``roots``, whose gradients are ``grads``.

    Returns the gradient of every leaf that was reached or, if ``inputs`` are given, of those
    tensors only, by edge. With ``run_inputs`` their own nodes run, and are freed, as well.
    """
    arrived: Arrived = {}
    for root, grad in zip(roots, grads, strict=True):
        add(arrived, edge_of(root), grad, owned=False)
    nodes = [root._grad_fn for root in roots if root._grad_fn is not None]
    limit = Limit(nodes, inputs, run_inputs) if inputs else None
    found: dict[Edge, Any] = {}
    order = limit.order if limit else youngest_first(nodes)
    state.running = limit or order
    for node in order:
        node_grads = take(arrived, node)
        if node_grads is None:  # nothing that was used depends on this node
            continue
        if node.hooks is not None:
            run_tensor_hooks(node.hooks, node_grads)
        needed = None
        if limit is not None:
            limit.collect(node, node_grads, found)
            if node not in limit.useful:
                continue
            needed = limit.needed(node)
        run_node(node, node_grads, arrived, needed)
        if not keep_graph:
            node.release()
    for edge, (grad, owned) in arrived.items():
        leaf = edge[0]
        if isinstance(leaf, TensorBase) and (limit is None or edge in limit.wanted):
            if leaf._hooks is not None:
                (grad,) = run_tensor_hooks(leaf._hooks, [grad])
                owned = False  # a hook may have kept it
            found[edge] = own(leaf, grad, owned)
    return found


class Limit:
    """A pass that is asked for the gradients of some tensors only."""

    def __init__(self, roots: Sequence[Node], inputs: Sequence[Any], run_inputs: bool) -> None:
        self.wanted = {edge_of(tensor) for tensor in inputs}
        # Nothing that is older than the oldest of the inputs can lead to one of them.
        oldest = min(t.number if isinstance(t, Node) else 0 for t, _ in self.wanted)
        self.order = youngest_first(roots, oldest)
        # The nodes through which the wanted gradients come.
        self.useful = {t for t, _ in self.wanted if run_inputs and isinstance(t, Node)}
        for node in reversed(self.order):
            if any(self.needed(node)):
                self.useful.add(node)

    def needed(self, node: Node) -> list[bool]:
        """Which of the gradients that ``node`` can say are of use."""
        return [e is not None and (e in self.wanted or e[0] in self.useful) for e in node.edges]

    def collect(self, node: Node, grads: list[Any], found: dict[tuple[Any, int], Any]) -> None:
        """Put the gradients that were asked for into ``found``."""
        for number, grad in enumerate(grads):
            if (node, number) in self.wanted:
                found[node, number] = grad


def run_node(node: Node, grads: list[Any], arrived: Arrived, needed: list[bool] | None) -> None:
    """Run one node and deliver what it says to where its inputs came from."""
    if node.hooks is not None:
        run_before(node.hooks, grads)
    arrived_grads = grads
    if len(grads) > 1 and node.materialize:
        grads = with_zeros(node, grads)
    run = run_elsewhere if backend.several else run_watched if state.anomaly else type(node).run
    results = run(node, grads, needed)
    if node.hooks is not None:
        results = run_node_hooks(node, results, arrived_grads)
    held = {id(grad._array) for grad in grads if grad is not None}  # arrays that others hold, too
    for place, edge in enumerate(node.edges):
        grad = results[place]
        if edge is None or grad is None or (needed is not None and not needed[place]):
            continue
        target, output = edge
        if isinstance(target, TensorBase):
            shape, dtype = target._array.shape, target._array.dtype
        else:
            shape, dtype = target.outputs[output]
        array = grad._array
        if array.shape != shape or array.dtype is not dtype:
            grad = conform(grad, shape, dtype, node, place)
            array = grad._array
        owned = node.results_are_new and array.base is None and id(array) not in held
        held.add(id(array))
        add(arrived, edge, grad, owned)


def with_zeros(node: Node, grads: list[Any]) -> list[Any]:
    """``grads`` with zeros for the outputs that nobody used."""
    like = next(grad for grad in grads if grad is not None)
    return [
        like.new_zeros(shape, dtype=dtypes.from_numpy(dtype)) if grad is None else grad
        for grad, (shape, dtype) in zip(grads, node.outputs, strict=True)
    ]


def youngest_first(roots: Iterable[Node], oldest: int = 0) -> list[Node]:
    """Every node behind ``roots`` down to number ``oldest``, before the nodes of its inputs."""
    seen = set(roots)
    waiting = list(seen)
    while waiting:
        for edge in waiting.pop().edges:
            if edge is not None:
                node = edge[0]
                if isinstance(node, Node) and node.number >= oldest and node not in seen:
                    seen.add(node)
                    waiting.append(node)
    return sorted(seen, key=operator.attrgetter("number"), reverse=True)


def conform(grad: Any, shape: tuple[int, ...], dtype: Any, node: Node, place: int) -> Any:
    """``grad`` with the shape and dtype of the tensor it belongs to: this undoes broadcasting."""
    if grad._array.shape != shape:
        if not expandable(shape, grad._array.shape):
            raise errors.invalid_gradient(node, place, grad, shape)
        grad = grad.sum_to_size(shape)
    if grad._array.dtype != dtype:
        if grad._array.dtype.kind == "c" and dtype.kind != "c":
            grad = grad.real
        grad = grad.to(dtypes.from_numpy(dtype))
    return grad


def expandable(shape: tuple[int, ...], larger: tuple[int, ...]) -> bool:
    """Whether broadcasting can turn ``shape`` into ``larger``."""
    return len(shape) <= len(larger) and all(
        small in (1, large) for small, large in zip(shape[::-1], larger[::-1], strict=False)
    )


def own(leaf: Any, grad: Any, owned: bool) -> Any:
    """The gradient of ``leaf``, as a tensor that nobody else holds, in the leaf's memory layout."""
    if owned and grad._array.flags.c_contiguous and leaf._array.flags.c_contiguous:
        return grad
    return backend.run_at(grad._array, laid_out, grad, leaf, owned)


def accumulate(leaf: Any, grad: Any) -> None:
    """Add ``grad`` to ``leaf.grad``, and tell the hooks that wait for it."""
    if leaf._hooks is not None:
        (grad,) = run_before(leaf._hooks, [grad])
    held = leaf._grad
    if held is None or state.grad:
        leaf._grad = grad if held is None else held + grad
    else:  # as in PyTorch, the tensor that the user may hold changes
        backend.run_at(grad._array, operator.iadd, held._array, grad._array)
        bump(held)
    if leaf._hooks is not None:
        run_after_accumulate(leaf, grad)


def starting_gradients(outputs: Sequence[Any], grads: Any) -> list[Any]:
    """The gradients to begin with: what the user gave, 1 for a scalar; checked."""
    started = []
    grads = [None] * len(outputs) if grads is None else tensors(grads)
    for number, (output, grad) in enumerate(zip(outputs, grads, strict=True)):
        errors.check_start(number, output, grad)
        if grad is None:
            grad = wrap(output, backend.one_like(output._array))
        started.append(grad)
    return started


def backward(
    tensors: Any,
    grad_tensors: Any = None,
    retain_graph: bool | None = None,
    create_graph: bool = False,
    grad_variables: Any = None,
    inputs: Any = None,
) -> None:
    """Add to ``.grad`` of every leaf behind ``tensors`` the gradient of their (weighted) sum.

    ``grad_tensors`` are the weights (1 for a scalar). The graph is freed unless ``retain_graph``;
    with ``create_graph`` the gradients are themselves differentiable. ``inputs`` limits the pass to
    these tensors. ``grad_variables`` is the old name of ``grad_tensors``.

    >>> x = mt.tensor([1.0, 2.0], requires_grad=True)
    >>> mt.autograd.backward(x**2, grad_tensors=mt.tensor([1.0, 10.0]))
    >>> x.grad
    tensor([ 2., 40.])
    """
    roots, limited = places(tensors), () if inputs is None else places(inputs)
    grads = starting_gradients(roots, errors.renamed(grad_tensors, grad_variables))
    errors.check_inputs(inputs, limited)
    with ReversePass(create_graph):
        keep = create_graph if retain_graph is None else retain_graph
        found = run_backward(roots, grads, keep, limited, run_inputs=True)
        for (leaf, _), found_grad in found.items():
            if isinstance(leaf, TensorBase) and leaf._requires_grad:  # others retain theirs
                accumulate(leaf, found_grad)


def grad(
    outputs: Any,
    inputs: Any,
    grad_outputs: Any = None,
    retain_graph: bool | None = None,
    create_graph: bool = False,
    only_inputs: bool = True,
    allow_unused: bool | None = None,
    is_grads_batched: bool = False,
    materialize_grads: bool = False,
) -> tuple[Any, ...]:
    """The gradients of (the weighted sum of) ``outputs`` by ``inputs``; changes no ``.grad``.

    An input that was not used is an error, unless ``allow_unused`` (its gradient is None then) or
    ``materialize_grads`` (zeros). With ``is_grads_batched`` the ``grad_outputs`` have one dimension
    more, in front: there is one result for each of their slices, stacked.

    >>> x = mt.tensor(3.0, requires_grad=True)
    >>> (dy,) = mt.autograd.grad(x**3, x, create_graph=True)
    >>> mt.autograd.grad(dy, x)
    (tensor(18.),)
    """
    roots, limited = places(outputs), places(inputs)
    keep = create_graph if retain_graph is None else retain_graph
    if is_grads_batched:
        rest = create_graph, True, allow_unused or materialize_grads
        return batched(grad, roots, limited, tensors(grad_outputs), materialize_grads, keep, *rest)
    grads = starting_gradients(roots, grad_outputs)
    errors.check_grad(limited, only_inputs, allow_unused, materialize_grads)
    with ReversePass(create_graph):
        found = run_backward(roots, grads, keep, limited)
    results = [found.get(edge_of(tensor)) for tensor in limited]
    for number, tensor in enumerate(limited):
        if results[number] is None and not (allow_unused or materialize_grads):
            raise RuntimeError(errors.UNUSED.format(number))
        if results[number] is None and materialize_grads:
            results[number] = tensor.new_zeros(tensor._array.shape)
    return tuple(results)
