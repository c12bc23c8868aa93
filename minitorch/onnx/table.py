"""`build`: from the recording of a model to its ONNX file, by one table of operations."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np
from onnx import checker, defs, helper, shape_inference

from .. import backend
from ..version import __version__
from .comparing import Dim, DynamicSize
from .errors import OnnxExporterError, UnsupportedOperatorError
from .graph import Graph, Ref, value_info
from .layers import LAYERS
from .pointwise import POINTWISE
from .recording import Recording, Step, Value, values_in
from .shapes import SHAPES

TABLE: dict[type, Callable[..., Any]] = POINTWISE | SHAPES | LAYERS

OLDEST, NEWEST = 13, defs.onnx_opset_version()  # the opsets that the table is written for
UNCHANGED = {"__module__", "__doc__", "__qualname__", "__firstlineno__", "torch_name"} | {
    "__static_attributes__",
    "parameters",
    "_plans",
    "_rules",
}


def rule_of(kind: Any) -> Callable[..., Any] | None:
    """The rule of an operation, or of that which it only gives another name."""
    while kind not in TABLE and vars(kind).keys() <= UNCHANGED:
        kind = kind.__mro__[1]
    return TABLE.get(kind)


class Builder:
    """Translates the steps that the outputs need, in their order."""

    def __init__(self, recording: Recording, graph: Graph, fold: bool) -> None:
        self.recording, self.graph = recording, graph
        self.fold = fold  # what neither inputs nor dynamic sizes go into is a constant
        self.refs: dict[int, Ref] = {}
        self.states: list[Value] = []  # the parameters and buffers that are used

    def run(self) -> list[Ref]:
        """Translate; returns the outputs."""
        for step in self.needed():
            self.translate(step)
        self.graph.prefix = ""
        return [self.ref(value) for value in self.recording.outputs]

    def needed(self) -> list[Step]:
        """The steps without which an output would be missing."""
        wanted = {value.number for value in self.recording.outputs if not self.is_constant(value)}
        steps = []
        for step in reversed(self.recording.steps):
            if any(result.number in wanted for result in step.results):
                steps.append(step)
                operands = values_in(step.arguments)
                wanted |= {value.number for value in operands if not self.is_constant(value)}
        return steps[::-1]

    def is_constant(self, value: Value) -> bool:
        """Whether the file holds its elements, and no step is needed for it."""
        return value.step is None or (self.fold and value.fixed)

    def translate(self, step: Step) -> None:
        """The nodes of one step."""
        rule = rule_of(step.operation)
        if rule is None:
            raise UnsupportedOperatorError(
                f"MiniTorch cannot write this in ONNX: {step.described()}."
            )
        graph = self.graph
        graph.step = step
        graph.prefix = "/" + step.module.replace(".", "/") if step.module else ""
        try:
            out = rule(graph, *[self.argument(argument) for argument in step.arguments])
        except NotImplementedError as error:
            raise UnsupportedOperatorError(
                f"MiniTorch cannot write this in ONNX: {step.described()}, {error}."
            ) from None
        except DynamicSize:
            raise OnnxExporterError(
                f"MiniTorch cannot write this in ONNX with a dynamic size: {step.described()}."
            ) from None
        outs = out if isinstance(out, tuple) else (out,)
        for result, made in zip(step.results, outs, strict=False):
            self.refs[result.number] = replace(made, dtype=result.array.dtype, shape=result.shape)

    def argument(self, argument: Any) -> Any:
        """An argument of a rule, with operands in the place of values."""
        if isinstance(argument, Value):
            return self.ref(argument)
        if type(argument) in (list, tuple):
            return type(argument)([self.argument(item) for item in argument])
        return argument

    def ref(self, value: Value) -> Ref:
        """The operand that a value is."""
        if value.number not in self.refs:
            dtype, shape = value.array.dtype, value.shape
            if value.name is not None:
                self.refs[value.number] = Ref(value.name, dtype, shape)
                self.states += [value] * value.is_state
            elif value.fixed:
                array = backend.to_numpy(value.array)
                self.refs[value.number] = Ref("", dtype, shape, array)
            else:
                made = self.filled(shape, dtype, *value.progression)
                self.refs[value.number] = replace(made, dtype=dtype, shape=shape)
        return self.refs[value.number]

    def filled(self, shape: Any, dtype: Any, first: Any, step: Any) -> Any:
        """A constant of a dynamic size: one number everywhere, or a range of integers."""
        graph = self.graph
        if step == 0:
            return graph.Expand(np.array(first, dtype), shape)
        count = graph.Squeeze(graph.integers(shape), [0])
        end = graph.Add(graph.Mul(count, step), first)
        return graph.cast(graph.Range(first, end, step), dtype)


def build(
    recording: Recording,
    opset: int,
    symbols: dict[str, tuple[str, int]],
    output_names: list[str],
    output_axes: dict[str, dict[int, str]],
    *,
    weights: bool,
    weights_as_inputs: bool,
    fold: bool,
) -> Any:
    """The ModelProto of a recording, checked; ``symbols`` says where dynamic sizes are found."""
    graph = Graph(opset, symbols)
    graph.used.update(value.name for value in recording.values if value.name is not None)
    graph.used.update(output_names)
    builder = Builder(recording, graph, fold)
    outputs = builder.run()
    inputs = [value for value in recording.values if value.is_input]
    infos = [value_info(str(v.name), v.array.dtype, v.shape) for v in inputs]
    for value in builder.states:
        if weights:
            graph.constant(backend.to_numpy(value.array), str(value.name))
        if weights_as_inputs or not weights:
            infos.append(value_info(str(value.name), value.array.dtype, value.shape))
    outputs = name_outputs(graph, outputs, output_names)
    given = []
    for ref in outputs:
        axes = output_axes.get(ref.name, {})
        shape = [
            Dim(1, (axes[axis],)) if axis in axes and isinstance(n, Dim) else n
            for axis, n in enumerate(ref.shape or ())
        ]
        given.append(value_info(ref.name, ref.dtype, shape))
    opsets = [helper.make_opsetid("", opset)]
    model = helper.make_model(
        helper.make_graph(graph.nodes, "main_graph", infos, given, graph.initializers),
        opset_imports=opsets,
        ir_version=helper.find_min_ir_version_for(opsets),
        producer_name="minitorch",
        producer_version=__version__,
    )
    try:
        checker.check_model(model, full_check=True)
    except (checker.ValidationError, shape_inference.InferenceError) as error:
        raise OnnxExporterError(
            f"In opset {opset} the model cannot be written: {str(error).strip().splitlines()[0]}"
        ) from error
    return model


def name_outputs(graph: Graph, outputs: list[Ref], names: list[str]) -> list[Ref]:
    """Give the outputs their names: to what the nodes make, or by a node more."""
    made = {name for node in graph.nodes for name in node.output}
    renamed: dict[str, str] = {}
    found = []
    for ref, name in zip(outputs, names, strict=True):
        if ref.name in made and ref.name not in renamed:
            renamed[ref.name] = name
        else:
            source = graph.name_of(ref, ref.dtype)
            graph.nodes.append(helper.make_node("Identity", [source], [name], name))
        found.append(replace(ref, name=name))
    for node in graph.nodes:
        for field in (node.input, node.output):
            field[:] = [renamed.get(name, name) for name in field]
    return found
