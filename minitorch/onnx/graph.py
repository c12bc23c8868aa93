"""`Graph`: the ONNX graph as it grows, node by node.

``g.Mul(x, 0.5)`` adds a node and returns what it makes; any operator of ONNX may stand there. The
operands are what other nodes have made, numbers (of the dtype of the operand beside them), lists of
integers (int64; a `Dim` among them is computed when the file runs), arrays, and None for an operand
that is left out.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
from onnx import helper, numpy_helper

from .. import backend
from .comparing import UNKNOWN, Dim, DynamicSize
from .recording import is_array

SMALL = 64  # constants of up to so many elements are written once, however often they are used

BOOLEAN = "Equal Less LessOrEqual Greater GreaterOrEqual And Or Not IsNaN IsInf".split()
INTEGERS = "Shape ArgMax ArgMin".split()


@dataclass(frozen=True)
class Ref:
    """What a node makes, or what the file holds: an operand of further nodes."""

    name: str
    dtype: Any
    shape: tuple[Any, ...] | None = None  # None in the middle of a rule
    array: Any = None  # its elements, if it is a constant that no node has used yet


class Graph:
    """Nodes and constants, and the names that are taken."""

    def __init__(self, opset: int, symbols: dict[str, tuple[str, int]]) -> None:
        self.opset = opset
        self.symbols = symbols  # of a dynamic size: an input and a dimension that has it
        self.nodes: list[Any] = []
        self.initializers: list[Any] = []
        self.used: Counter[str] = Counter()
        self.constants: dict[Any, tuple[Ref, Any]] = {}  # with the array, whose id is then its own
        self.sizes: dict[Dim, Any] = {}
        self.prefix = ""  # of the names of nodes: the module that is being translated
        self.step: Any = None  # the step that is being translated

    def __getattr__(self, op: str) -> Callable[..., Any]:
        if not op[:1].isupper():
            raise AttributeError(op)
        return lambda *operands, **attributes: self.node(op, *operands, **attributes)

    def node(self, op: str, *operands: Any, outputs: int = 1, **attributes: Any) -> Any:
        """Add a node; returns its result, or a list of ``outputs`` results."""
        dtype = self.dtype_beside(operands)
        inputs = [self.name_of(operand, dtype) for operand in operands]
        while inputs and not inputs[-1]:
            inputs.pop()
        name = self.unique(f"{self.prefix}/{op}")
        names = [f"{name}_output_{place}" for place in range(outputs)]
        given = {key: value for key, value in attributes.items() if value is not None}
        self.nodes.append(helper.make_node(op, inputs, names, name, **given))
        if op in BOOLEAN or op in INTEGERS:
            dtype = np.dtype(bool if op in BOOLEAN else np.int64)
        elif op == "Cast":
            dtype = np.dtype(helper.tensor_dtype_to_np_dtype(attributes["to"]))
        refs = [Ref(name, dtype) for name in names]
        if op == "TopK":
            refs[1] = Ref(names[1], np.dtype(np.int64))
        return refs[0] if outputs == 1 else refs

    def dtype_beside(self, operands: tuple[Any, ...]) -> Any:
        """The dtype of numbers among operands: that of the first other one, masks apart."""
        found = [operand.dtype for operand in operands if hasattr(operand, "dtype")]
        real = [dtype for dtype in found if dtype.kind != "b"]
        return (real or found or [np.dtype(np.int64)])[0]

    def name_of(self, operand: Any, dtype: Any) -> str:
        """The name of an operand, which is added if it is a constant."""
        if operand is None:
            return ""
        if isinstance(operand, list | tuple):
            operand = self.integers(operand)
        elif not isinstance(operand, Ref):
            array = backend.to_numpy(operand) if is_array(operand) else np.asarray(operand, dtype)
            operand = self.constant(array)
        if operand.array is not None:
            operand = self.constant(operand.array)
        return str(operand.name)

    def unique(self, name: str) -> str:
        """``name``, or with a number if it is taken."""
        self.used[name] += 1
        count = self.used[name]
        return name if count == 1 else self.unique(f"{name}_{count - 1}")

    # Constants and sizes --------------------------------------------------------------------------

    def constant(self, array: np.ndarray, name: str = "") -> Ref:
        """A constant of the file; small ones that are equal are one."""
        key = (array.dtype, array.shape, array.tobytes()) if array.size <= SMALL else id(array)
        if name or key not in self.constants:
            name = name or self.unique("constant")
            stored = np.ascontiguousarray(array).reshape(array.shape)
            self.initializers.append(numpy_helper.from_array(stored, name))
            self.constants[key] = Ref(name, array.dtype, array.shape), array
        return self.constants[key][0]

    def integers(self, numbers: Any) -> Ref:
        """A vector of int64, of integers and `Dim`."""
        numbers = list(numbers)
        if not any(isinstance(number, Dim) for number in numbers):
            return self.constant(np.array(numbers, np.int64).reshape(-1))
        parts = [self.size(n) if isinstance(n, Dim) else self.integers([n]) for n in numbers]
        made: Ref = parts[0] if len(parts) == 1 else self.Concat(*parts, axis=0)
        return made

    def size(self, dim: Dim) -> Any:
        """A dynamic size, as a vector of one integer."""
        if dim == UNKNOWN:
            raise DynamicSize
        if dim not in self.sizes:
            prefix, self.prefix = self.prefix, ""
            product = None
            for symbol in dim.symbols:
                source, axis = self.symbols[symbol]
                shape = self.Shape(Ref(source, np.dtype(np.int64)))
                shape = self.Slice(shape, [axis], [axis + 1])
                product = shape if product is None else self.Mul(product, shape)
            self.sizes[dim] = product if dim.factor == 1 else self.Mul(product, [dim.factor])
            self.prefix = prefix
        return self.sizes[dim]

    # Rules use these ------------------------------------------------------------------------------

    def cast(self, x: Any, dtype: Any) -> Any:
        """``x`` in ``dtype``."""
        if x.dtype == dtype:
            return x
        return self.Cast(x, to=helper.np_dtype_to_tensor_dtype(np.dtype(dtype)))

    def reshape(self, x: Any, shape: Any) -> Any:
        """``x`` in ``shape``; one dynamic size is left to infer."""
        shape = list(shape)
        dynamic = [place for place, n in enumerate(shape) if isinstance(n, Dim)]
        if len(dynamic) == 1 and 0 not in shape:
            shape[dynamic[0]] = -1
        return self.Reshape(x, shape, allowzero=1 if 0 in shape else None)

    def reduce(self, op: str, x: Any, dims: Any, keepdim: bool) -> Any:
        """A reduction over ``dims``, over all of them if there are none."""
        dims = list(dims) or None if x.shape != () else None
        if self.opset >= 18 or op == "ReduceSum":
            return self.node(op, x, *([dims] if dims else []), keepdims=int(keepdim))
        return self.node(op, x, axes=dims, keepdims=int(keepdim))


def value_info(name: str, dtype: Any, shape: Any) -> Any:
    """What a file says of an input or output."""
    sizes = [None if n == UNKNOWN else str(n) if isinstance(n, Dim) else n for n in shape]
    return helper.make_tensor_value_info(name, helper.np_dtype_to_tensor_dtype(dtype), sizes)
