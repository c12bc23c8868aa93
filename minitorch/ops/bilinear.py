"""The bilinear form of two inputs."""

from __future__ import annotations

import math
from typing import Any

from .. import dtypes


def bilinear(input1: Any, input2: Any, weight: Any, bias: Any = None) -> Any:
    """``y_o = Σ_ij input1_i · weight_oij · input2_j + bias_o``.

    Shapes: input1 ``(*, in1)``, input2 ``(*, in2)``, weight ``(out, in1, in2)``, bias ``(out,)``;
    the result is ``(*, out)``.

    >>> F.bilinear(mt.ones(1, 2), mt.ones(1, 3), mt.ones(4, 2, 3))
    tensor([[6., 6., 6., 6.]])
    """
    named = {"input1": input1, "input2": input2, "weight": weight}
    if bias is not None:
        named["bias"] = bias
    check(named)
    outputs, size1, size2 = weight._array.shape
    batch = input1._array.shape[:-1]
    rows = math.prod(batch)
    # For each row of input1 the matrix (out, in2) that it makes of the weight, times input2.
    weight = weight.transpose(0, 1).reshape(size1, outputs * size2)
    matrices = (input1.reshape(rows, size1) @ weight).reshape(rows, outputs, size2)
    result = (matrices @ input2.reshape(rows, size2, 1)).reshape(*batch, outputs)
    return result if bias is None else result + bias


def check(named: dict[str, Any]) -> None:
    """Refuse shapes and dtypes that do not go together, in PyTorch's words."""
    shapes = [tensor._array.shape for tensor in named.values()]
    first, second, weight = shapes[:3]
    if len(first) != len(second):
        raise RuntimeError(
            f"bilinear(): input dimensions do not match: got {len(first)} and {len(second)}"
        )
    if not first:
        raise IndexError("Dimension specified as -1 but tensor has no dimensions")
    for dim, (a, b) in enumerate(zip(first[:-1], second[:-1], strict=True)):
        if a != b:
            raise RuntimeError(
                f"bilinear(): input batch dimensions do not match at dim {dim}: got {a} and {b}"
            )
    for name, size, dim in (("input1", first, 1), ("input2", second, 2)):
        if len(weight) <= dim:
            raise IndexError(
                "Dimension out of range (expected to be in range of "
                f"[{-len(weight)}, {len(weight) - 1}], but got {dim})"
            )
        if size[-1] != weight[dim]:
            raise RuntimeError(
                f"bilinear(): {name} size does not match weight size: got {size[-1]} but expected "
                f"{weight[dim]}"
            )
    if len(shapes) == 4 and shapes[3][0] != weight[0]:
        raise RuntimeError(
            f"bilinear(): bias size does not match weight size: got {shapes[3][0]} but expected "
            f"{weight[0]}"
        )
    kinds = {name: dtypes.SCALAR_TYPE[dtypes.of(t._array)].lower() for name, t in named.items()}
    if len(set(kinds.values())) > 1:
        listed = ", ".join(f"{name}: {kind}" for name, kind in kinds.items())
        raise RuntimeError(f"All tensors must have the same dtype, got {listed}")
