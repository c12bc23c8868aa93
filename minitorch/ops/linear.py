"""The layer of neural networks: ``input @ weight.T + bias`` as one operation."""

from __future__ import annotations

import math
from typing import Any

from .. import dtypes
from ..autograd.errors import check_shape
from ..autograd.graph import TensorBase
from . import sums
from .fused import Fused
from .matmul import (
    Fold,
    Mm,
    Vm,
    arrays_of,
    check_dtypes,
    check_matrices,
    folded,
    matmul,
    product,
)
from .operands import not_implemented, tensor
from .sizes import expanded


class Linear(Fused):
    """``y = x Wᵀ + b`` for each row x of the input.

    ``∂x = g W``, ``∂W = Σ gᵀ x`` over the rows, which is one product of matrices, and ``∂b = Σ g``.
    """

    torch_name = "AddmmBackward0"
    bias_per_row = False
    used_by = {"input": ("weight",), "weight": ("input",), "bias": ()}

    def forward(self, xp: Any, input: Any, weight: Any, bias: Any) -> Any:
        if bias.ndim != 1:
            self.bias_per_row = True
        if input.dtype.char == "e":
            return (input.astype("f") @ weight.astype("f").T + bias).astype("e")
        if input.ndim == 2:
            out = input.dot(weight.T)
        else:
            out = input.reshape(folded(input.shape)).dot(weight.T)
            out = out.reshape(input.shape[:-1] + weight.shape[:1])
        out += bias
        return out

    def gradient(self, xp: Any, grad: Any, input: Any, weight: Any) -> Any:
        need_input, need_weight, need_bias = self.needs_input_grad
        rows = grad if grad.ndim == 2 else grad.reshape(folded(grad.shape))
        grad_input = grad_weight = grad_bias = None
        if need_input:
            grad_input = product(rows, xp.conj(weight) if weight.dtype.kind == "c" else weight)
            grad_input = grad_input.reshape(input.shape)
        if need_weight:
            inputs = input if input.ndim == 2 else input.reshape(folded(input.shape))
            grad_weight = product(rows.T, xp.conj(inputs) if inputs.dtype.kind == "c" else inputs)
        if need_bias:  # a bias for each row gets its gradient as it is
            grad_bias = grad if self.bias_per_row else sums.over(xp, rows, (0,))
        return grad_input, grad_weight, grad_bias

    @staticmethod
    def formula(input: Any, weight: Any, bias: Any) -> Any:
        return matmul(input, weight.t()) + bias

    def shown_places(self) -> list[int]:
        return [2, 0, 1]  # PyTorch's addmm(bias, input, weight.t())


class LinearBatch(Linear):
    """The same for an input with fewer or more than two dimensions."""

    torch_name = "ViewBackward0"


def linear(input: Any, weight: Any, bias: Any = None) -> Any:
    """``input @ weight.T + bias``.

    Shapes: input ``(..., in)``, weight ``(out, in)`` or ``(in)``, bias ``(out)``; the result is
    ``(..., out)``, without the last dimension if weight is a vector.

    >>> import minitorch as mt
    >>> F.linear(mt.ones(2, 3), mt.ones(4, 3), mt.zeros(4))
    tensor([[3., 3., 3., 3.],
            [3., 3., 3., 3.]])
    """
    if not (isinstance(input, TensorBase) and isinstance(weight, TensorBase)):
        arrays_of("linear", input=input, weight=weight)  # says which is not
    a, w = input._array, weight._array
    if a.ndim == 0 or w.ndim == 0:
        raise RuntimeError(
            f"both arguments to linear need to be at least 1D, but they are {a.ndim}D and {w.ndim}D"
        )
    if w.ndim != 2:
        if w.ndim > 2:
            raise RuntimeError(f"t() expects a tensor with <= 2 dimensions, but self is {w.ndim}D")
        if bias is not None:
            raise RuntimeError("mat2 must be a matrix, got 1-D tensor")
        return matmul(input, weight)
    if a.shape[-1] != w.shape[1]:
        check_matrices(folded(a.shape), w.T.shape)
    if bias is None:
        check_dtypes(a, w)
        if a.ndim == 2:
            return Mm.apply(input, weight, False, True)
        return Fold.apply(input, weight, True) if a.ndim > 2 else Vm.apply(weight, input, False)
    if tensor(bias, "linear", "bias", 3)._array.ndim > 1 and a.ndim != 2:  # a bias for each row
        y = matmul(input, weight.t())
        out = y + bias
        check_shape(y, out)
        return out
    check_linear(a, w, bias)
    return (Linear if a.ndim == 2 else LinearBatch).apply(input, weight, bias)


def check_linear(a: Any, w: Any, bias: Any) -> None:
    """Refuse a bias that does not fit, and what is not of one dtype."""
    b = bias._array
    if a.dtype != w.dtype or b.dtype != w.dtype:
        first, other = ("mat1", a) if a.dtype != w.dtype else ("self", b)
        raise RuntimeError(
            f"{first} and mat2 must have the same dtype, but got "
            f"{dtypes.SCALAR_TYPE[dtypes.of(other)]} and {dtypes.SCALAR_TYPE[dtypes.of(w)]}"
        )
    if w.dtype.kind == "b":
        raise not_implemented("addmm_impl_cpu_", w)
    if b.shape != w.shape[:1]:
        expanded(bias, (math.prod(a.shape[:-1]), w.shape[0]))
