"""`export`: a model as an ONNX file."""

from __future__ import annotations

import enum
import os
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import numpy as np

from .. import backend
from ..autograd.operation import make
from ..nn.modules.module import Module
from ..tensor import Tensor
from ..user_warnings import warn
from .comparing import Rerun, merge
from .errors import OnnxExporterError, OnnxExporterWarning
from .inputs import (
    Axes,
    as_axes,
    axes_by_names,
    axes_by_shapes,
    changes,
    check_keys,
    fresh,
    named_tensors,
    renamed,
    varied,
    with_tensors,
)
from .recording import Recording, record, tensors_in

DEFAULT_OPSET = 20

running: list[Any] = []  # the model that is being exported


class TrainingMode(enum.IntEnum):
    """In which mode the model runs: evaluation, as it is, or training.

    >>> mt.onnx.TrainingMode.EVAL
    <TrainingMode.EVAL: 0>
    """

    EVAL = 0
    PRESERVE = 1
    TRAINING = 2


class OperatorExportTypes(enum.IntEnum):
    """How operations are written; there is only ONNX.

    >>> mt.onnx.OperatorExportTypes.ONNX
    <OperatorExportTypes.ONNX: 0>
    """

    ONNX = 0
    ONNX_ATEN = 1
    ONNX_ATEN_FALLBACK = 2
    ONNX_FALLTHROUGH = 3


def is_in_onnx_export() -> bool:
    """Whether `export` is running the model now.

    >>> mt.onnx.is_in_onnx_export()
    False
    """
    return bool(running)


class ONNXProgram:
    """An exported model.

    >>> program = mt.onnx.export(nn.ReLU(), (mt.ones(2),))
    >>> program.model_proto.graph.node[0].op_type
    'Relu'
    >>> program(mt.tensor([-1.0, 2.0]))
    (tensor([0., 2.]),)
    """

    def __init__(self, model_proto: Any) -> None:
        self.model_proto = model_proto  # an `onnx.ModelProto`

    def save(self, destination: str | os.PathLike[str]) -> None:
        """Write the model to a file."""
        with open(destination, "wb") as file:
            file.write(self.model_proto.SerializeToString())

    def __call__(self, *inputs: Tensor) -> tuple[Tensor, ...]:
        """What the file says, computed by ONNX's own (slow) reference."""
        from onnx.reference import ReferenceEvaluator  # loaded here, as `onnx` is optional

        names = [value.name for value in self.model_proto.graph.input]
        arrays = [backend.to_numpy(tensor._array) for tensor in inputs]
        outputs: Any = ReferenceEvaluator(self.model_proto).run(
            None, dict(zip(names, arrays, strict=True))
        )
        return tuple([make(Tensor, np.asarray(output)) for output in outputs])


def export(
    model: Any,
    args: Any = (),
    f: Any = None,
    *,
    kwargs: dict[str, Any] | None = None,
    verbose: bool | None = None,
    input_names: Any = None,
    output_names: Any = None,
    opset_version: int | None = None,
    dynamo: bool = True,
    external_data: bool = True,
    dynamic_shapes: Any = None,
    custom_translation_table: Any = None,
    report: bool = False,
    optimize: bool = True,
    verify: bool = False,
    profile: bool = False,
    dump_exported_program: bool = False,
    artifacts_dir: str | os.PathLike[str] = ".",
    export_params: bool = True,
    keep_initializers_as_inputs: bool = False,
    dynamic_axes: Any = None,
    training: TrainingMode = TrainingMode.EVAL,
    operator_export_type: OperatorExportTypes = OperatorExportTypes.ONNX,
    do_constant_folding: bool = True,
    custom_opsets: Any = None,
    export_modules_as_functions: Any = False,
    autograd_inlining: bool = True,
) -> ONNXProgram | None:
    """Write ``model`` as an ONNX file, which other programs can run without Python.

    The model runs on the example ``args`` (a tensor or a tuple) and ``kwargs`` in evaluation mode;
    the operations that it runs become the file. Tensors among the arguments are its inputs, other
    arguments stay what they are. ``f`` is a path or an open file; without it only the program is
    returned. Weights keep the names that they have in ``state_dict``.

    A size is fixed unless ``dynamic_axes`` names it, ``{"input": {0: "batch"}}``, or
    ``dynamic_shapes``, which has the same for each argument of the model's ``forward``. Sizes of
    one name are equal. To tell what must not be fixed, the model runs again, on other numbers and
    sizes: it has to work at twice the size and one more. ``opset_version`` is 20 if not given, and
    at least 13. With ``verify`` the file's outputs are compared with the model's. Without
    ``do_constant_folding`` what is computed of weights alone is in the file too. With
    ``dynamo=False`` nothing is returned.

    OnnxExporterError for a model that decides something by the numbers in its tensors, or whose
    in-place changes or sizes cannot be followed; UnsupportedOperatorError for an operation that is
    not in the table. Nothing is written then. Needs the package ``onnx``.

    >>> model = nn.Sequential(nn.Linear(4, 3), nn.ReLU())
    >>> program = mt.onnx.export(
    ...     model,
    ...     (mt.randn(2, 4),),
    ...     input_names=["x"],
    ...     dynamic_axes={"x": {0: "batch"}},
    ... )
    >>> [node.op_type for node in program.model_proto.graph.node]
    ['Gemm', 'Relu']
    >>> [weight.name for weight in program.model_proto.graph.initializer]
    ['0.weight', '0.bias']
    >>> x = mt.randn(5, 4)
    >>> mt.testing.assert_close(program(x)[0], model(x))
    """
    if not isinstance(model, Module):
        raise TypeError(f"export() takes an nn.Module, not {type(model).__name__}")
    refused = {
        "custom_translation_table": custom_translation_table,
        "custom_opsets": custom_opsets,
        "export_modules_as_functions": export_modules_as_functions,
        "operator_export_type": operator_export_type,
        "training": training == TrainingMode.TRAINING,
    }
    for name, value in refused.items():
        if value:
            raise NotImplementedError(f"MiniTorch's export() does not take this {name}")
    try:
        from .table import NEWEST, OLDEST, build  # loaded here: it needs the package onnx
    except ModuleNotFoundError as error:
        raise ModuleNotFoundError(
            f"{error}. Install what minitorch.onnx.export needs with: "
            'pip install "minitorch-learn[onnx]"',
            name=error.name,
        ) from None
    opset = DEFAULT_OPSET if opset_version is None else opset_version
    if opset > NEWEST:
        raise RuntimeError(f"Unsupported onnx_opset_version: {opset}")
    if opset < OLDEST:
        warn(
            f"MiniTorch writes opset {OLDEST} and later ones; the file has {OLDEST}, not {opset}",
            OnnxExporterWarning,
        )
        opset = OLDEST

    args = (args,) if isinstance(args, Tensor) else tuple(args)
    if not dynamo and kwargs is None and args and isinstance(args[-1], dict):
        args, kwargs = args[:-1], args[-1]
    kwargs = kwargs or {}
    tensors = named_tensors(model, args, kwargs)
    names = renamed([name for name, _ in tensors], input_names, "input")
    asked = axes_by_shapes(model, args, kwargs, dynamic_shapes) if dynamic_shapes else {}
    inputs = [(name, tensor) for name, (_, tensor) in zip(names, tensors, strict=True)]
    asked |= axes_by_names(inputs, dynamic_axes or {})
    with evaluation(model, training):
        recording, result = record(model, *fresh(args, kwargs, inputs))
        reruns = [
            rerun(model, args, kwargs, inputs, asked, *change) for change in changes(inputs, asked)
        ]
    merge(recording, reruns)
    outs = [f"output_{place}" for place in range(len(recording.outputs))]
    outs = renamed(["output"] if len(outs) == 1 else outs, output_names, "output")
    check_keys(dynamic_axes or {}, [*names, *outs])
    proto = build(
        recording,
        opset,
        {symbol: (names[place], axis) for (place, axis), symbol in reversed(asked.items())},
        outs,
        {name: as_axes(name, axes) for name, axes in (dynamic_axes or {}).items()},
        weights=export_params,
        weights_as_inputs=keep_initializers_as_inputs,
        fold=do_constant_folding,
    )
    program = ONNXProgram(proto)
    if verify:
        compare(program, inputs, result)
    if verbose:
        for node in proto.graph.node:
            print(f"{', '.join(node.output)} = {node.op_type}({', '.join(node.input)})")
    if hasattr(f, "write"):
        f.write(proto.SerializeToString())
    elif f is not None:
        program.save(f)
    return program if dynamo else None


# The runs -----------------------------------------------------------------------------------------


def rerun(
    model: Any,
    args: Any,
    kwargs: Any,
    inputs: list[tuple[str, Any]],
    asked: Axes,
    symbol: str,
    before: int,
    size: int,
) -> Rerun:
    """Record the model on other numbers, and with ``size`` where ``symbol`` is."""
    draw = np.random.default_rng(size)
    others = []
    for place, (name, tensor) in enumerate(inputs):
        array = backend.to_numpy(tensor._array)
        for (number, axis), which in asked.items():
            if number == place and which == symbol:
                array = array.take(np.arange(size) % before, axis)
        others.append((name, tensor.new_tensor(varied(draw, array))))
    changed = with_tensors(args, kwargs, iter([tensor for _, tensor in others]))
    try:
        recording: Recording = record(model, *changed, others)[0]
    except OnnxExporterError:
        raise
    except Exception as error:
        sizes = f" where '{symbol}' is {size}" if symbol else ""
        advice = ". Dynamic sizes that are always equal need the same name" if symbol else ""
        raise OnnxExporterError(
            f"The model fails on another input{sizes}: {error}{advice}"
        ) from error
    return Rerun(recording, symbol, before, size)


@contextmanager
def evaluation(model: Any, training: TrainingMode) -> Iterator[None]:
    """In this context the model is in evaluation mode, unless its own is to be preserved."""
    modes = [(module, module.training) for module in model.modules()]
    running.append(model)
    try:
        if training == TrainingMode.EVAL:
            model.eval()
        yield
    finally:
        running.pop()
        for module, mode in modes:
            module.training = mode


def compare(program: ONNXProgram, inputs: list[tuple[str, Any]], result: Any) -> None:
    """Refuse a file whose outputs are not the model's."""
    outputs = program(*[tensor for _, tensor in inputs])
    for place, (given, expected) in enumerate(zip(outputs, tensors_in(result), strict=True)):
        one, other = (backend.to_numpy(tensor._array) for tensor in (given, expected))
        if not np.allclose(one, other, rtol=1e-3, atol=1e-4, equal_nan=True):
            raise OnnxExporterError(f"Output {place} of the file is not what the model returns")
