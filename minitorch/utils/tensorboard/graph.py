"""The graph of a model as a ``GraphDef`` message: the nodes of autograd, grouped by module.

The model runs once. The nodes that this leaves behind are what is shown, so the picture has what
gradients flow through and nothing else: an index, a mask or a comparison is not in it.
"""

from __future__ import annotations

from collections import Counter
from typing import Any

from tensorboard.compat.proto.attr_value_pb2 import AttrValue
from tensorboard.compat.proto.graph_pb2 import GraphDef
from tensorboard.compat.proto.node_def_pb2 import NodeDef
from tensorboard.compat.proto.versions_pb2 import VersionDef

from ...autograd.engine import youngest_first
from ...autograd.graph import Node, next_number
from ...autograd.modes import enable_grad
from ...pytree import leaves
from ...tensor import Tensor
from .summary import shape_of


class Calls:
    """Notes from which node to which node each module ran, while the model runs."""

    def __init__(self, model: Any) -> None:
        self.calls: list[list[Any]] = []  # [first number, last number or None, path]
        self.handles = []
        for name, module in model.named_modules():
            path = path_of(model, name)
            self.handles += [
                module.register_forward_pre_hook(self.entering(path)),
                module.register_forward_hook(self.leaving, always_call=True),
            ]

    def entering(self, path: str) -> Any:
        """The hook that notes where the module at ``path`` begins."""

        def hook(module: Any, args: Any) -> None:
            self.calls.append([next_number(), None, path])

        return hook

    def leaving(self, module: Any, args: Any, output: Any) -> None:
        """The hook that notes where the module that began last ends."""
        latest = next(call for call in reversed(self.calls) if call[1] is None)
        latest[1] = next_number()

    def path(self, node: Node) -> str:
        """Of the innermost module that made the node; of the model for one older than this run."""
        around = (path for first, last, path in reversed(self.calls) if first < node.number < last)
        return next(around, self.calls[0][2])


def path_of(model: Any, name: str) -> str:
    """``Net/Sequential[layers]/Linear[0]`` for the module ``layers.0`` of a ``Net``."""
    path, module = type(model).__name__, model
    for part in name.split(".") if name else []:
        module = getattr(module, part)
        path += f"/{type(module).__name__}[{part}]"
    return path


def graph(model: Any, inputs: Any, verbose: bool) -> GraphDef:
    """What ``model(*inputs)`` does, in evaluation mode."""
    inputs = inputs if isinstance(inputs, list | tuple) else (inputs,)
    inputs = [
        x.detach().requires_grad_() if isinstance(x, Tensor) and x.is_floating_point() else x
        for x in inputs
    ]
    modes = [(module, module.training) for module in model.modules()]
    calls = Calls(model)
    try:
        model.eval()
        with enable_grad():
            output = model(*inputs)
    finally:
        for handle in calls.handles:
            handle.remove()
        for module, training in modes:
            module.training = training
    message = GraphDef(versions=VersionDef(producer=22))
    draw(message, model, inputs, [x for x in leaves(output) if isinstance(x, Tensor)], calls)
    if verbose:
        print(message)
    return message


def draw(message: GraphDef, model: Any, inputs: Any, outputs: list[Any], calls: Calls) -> None:
    """Adds to the message all that the outputs came from, inputs first."""
    names: dict[int, str] = {}  # of the nodes and the leaves, by their id
    used: Counter[str] = Counter()
    leaf_names = {id(x): f"input/{place}" for place, x in enumerate(inputs)}
    for key, parameter in model.named_parameters():
        owner, _, name = key.rpartition(".")
        leaf_names[id(parameter)] = f"{path_of(model, owner)}/{name}"

    def add(name: str, op: str, sources: list[str], shape: Any) -> str:
        unique = f"{name}_{used[name]}" if used[name] else name
        used[name] += 1
        sizes = AttrValue(list=AttrValue.ListValue(shape=[shape_of(shape)]))
        message.node.append(
            NodeDef(name=unique, op=op, input=sources, attr={"_output_shapes": sizes})
        )
        return unique

    def source(edge: tuple[Any, int]) -> str:
        origin, place = edge
        if id(origin) not in names:  # a leaf: nodes come in the order in which they were made
            name = leaf_names.get(id(origin), "constant")
            kind = {"input": "IO Node", "constant": "Constant"}.get(name.partition("/")[0])
            names[id(origin)] = add(name, kind or "Parameter", [], origin.shape)
        return names[id(origin)] + (f":{place}" if place else "")

    ends = {place: x for place, x in enumerate(outputs) if x.requires_grad}
    for node in reversed(youngest_first(x.grad_fn for x in ends.values() if x.grad_fn)):
        operation = node.name().removesuffix("Backward0")
        sources = [source(edge) for edge in node.edges if edge]
        shape = node.outputs[0][0]
        names[id(node)] = add(f"{calls.path(node)}/{operation}", operation, sources, shape)
    for place, x in ends.items():
        add(f"output/{place}", "IO Node", [source((x.grad_fn or x, x.output_nr))], x.shape)
