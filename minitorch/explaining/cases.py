"""Explanations of errors that look at the case: the shapes, the layer, what would mend it.

Each function gets the error (see errors.py) and the groups of its pattern in sentences.py, and
returns what there is to say: (what, why, mend), or None if the error is another one after all.
"""

from __future__ import annotations

import math
import re
from typing import Any


def shape_of(value: Any) -> list[int] | None:
    """The shape of a tensor or array; None of anything else."""
    shape = getattr(value, "shape", None)
    return None if shape is None else list(shape)


def products(error: Any, rows: str, inner: str, expected: str, columns: str) -> Any:
    """Two matrices whose inner sizes differ; in a Linear, the features."""
    why = (
        f"A product of matrices, [{rows}, {inner}] @ [{expected}, {columns}], needs as many "
        f"columns in the first as rows in the second: {inner} is not {expected}."
    )
    size = getattr(error.layer, "in_features", None)
    if size is None:
        mend = "Look at both shapes with print(x.shape)."
        if rows == expected:
            mend += " a.t() @ b would go: the first transposed."
        if inner == columns:
            mend += " a @ b.t() would go: the second transposed."
        return "Two matrices were multiplied whose inner sizes differ.", why, mend
    given = shape_of(error.local("input")) or []
    what = f"{error.the_layer()} expects {size} features, and its input has {inner}."
    why = f"The input is {given}; the features are its last dimension. {why}"
    mend = f"Make the layer nn.Linear({inner}, {columns}), or give it an input [..., {size}]."
    if len(given) > 2 and math.prod(given[1:]) == size:
        mend = (
            f"Flatten the input first: x.flatten(1) is [{given[0]}, {size}]; nn.Flatten() does it."
        )
    return what, why, mend


def broadcasting(error: Any, a: str, b: str, dim: str) -> Any:
    """Two shapes, one above the other."""
    what = f"Two tensors met whose shapes cannot be broadcast together: {a} and {b}."
    why = (
        "Shapes are laid one above the other from the last dimension on. Two lengths go together "
        f"if they are equal or one of them is 1. In dimension {dim}, {a} and {b} do not."
    )
    mend = "Print both shapes, and bring one into the form of the other."
    found = [shape_of(value) for value in error.local("operands") or ()]
    shapes = [shape for shape in found if shape is not None]
    if len(shapes) == 2:
        width = max(len(str(shape)) for shape in shapes)
        for name, one, other in (("a", *shapes), ("b", *reversed(shapes))):
            why += f"\n    {name}  {str(one).rjust(width)}"
            if len(one) == 1 and len(other) == 2 and one[0] == other[0]:
                mend = f"If {name} has one number for each row: {name}.unsqueeze(1) is a column."
            elif len(one) == 2 and one[::-1] == other:
                mend = f"If {name} lies the wrong way round: {name}.t() exchanges its dimensions."
    return what, why, mend


def channels(error: Any, weight: str, given: str, expected: str, got: str) -> Any:
    """A convolution and an image of other channels."""
    what = f"{error.the_layer()} expects {expected} channels, and its input has {got}."
    why = f"The input is {given}; its channels are dimension 1. The weight is {weight}."
    mend = f"Make its first argument, in_channels, {got}; or give it an input [N, {expected}, ...]."
    shape = [int(size) for size in re.findall(r"\d+", given)]
    if shape[-1] == int(expected):
        order = ", ".join(map(str, [0, len(shape) - 1, *range(1, len(shape) - 1)]))
        mend = f"The channels seem to be last: x.permute({order}) brings them to the front."
    return what, why, mend


def reshaping(error: Any, wanted: str, size: str) -> Any:
    """A shape that does not hold all elements."""
    known = math.prod(int(length) for length in re.findall(r"\d+", wanted.replace("-1", "")))
    why = f"The lengths of {wanted} multiply to {known}, and the new shape must hold all {size}."
    if "-1" in wanted:
        why = f"The known lengths of {wanted} multiply to {known}, and {size} is no multiple of it."
    return (
        f"A tensor of {size} elements cannot have the shape {wanted}.",
        why,
        "Count again from x.shape. One length may be -1: it is computed. To keep the batch, "
        "write x.flatten(1) or x.view(x.size(0), -1).",
    )


def same_type(error: Any, first: str, second: str) -> Any:
    """Two dtypes where one is wanted."""
    mend = "Bring one to the dtype of the other: x.float(), or x.to(other.dtype)."
    if "double" in (first.lower(), second.lower()):
        mend += " NumPy's floats are double: mt.from_numpy(a).float()."
    why = f"One is {first}, the other {second}; products and losses do not convert by themselves."
    return "Two tensors of different dtypes met.", why, mend


def no_gradient(error: Any) -> Any:
    """None where a gradient was expected."""
    if not re.search(r"\.grad\b", error.line):
        return None
    return (
        "A .grad was used, and it is None.",
        "Before the first backward() no tensor has a gradient, and zero_grad() takes it away "
        "again. Only leaves that require grad, and that the loss depends on, get one.",
        "Call loss.backward() before. If you did: the tensor needs requires_grad=True; it must be "
        "a leaf (after w = w - ... it is none: write w -= ... under mt.no_grad()); and the loss "
        "has to use it.",
    )


NOT_PARAMETERS = (
    "The optimizer was given something else than parameters.",
    "Its first argument is what it shall change: the tensors that model.parameters() gives.",
    "mt.optim.SGD(model.parameters(), lr=0.1), with the brackets.",
)


def not_parameters(error: Any) -> Any:
    """What cannot be gone through: here a module in the place of its parameters."""
    params = error.local("params")
    return NOT_PARAMETERS if callable(params) else None


def changed(error: Any, kind: str, shape: str, maker: str | None, now: str, then: str) -> Any:
    """A kept tensor that was changed in place."""
    origin = f"the result of {maker}" if maker else "a tensor of yours"
    return (
        "Backward needs a tensor as it was, and it has been changed in place since.",
        f"It is {origin}, {kind} of shape {shape}. An operation kept it at version {then}, and now "
        f"it is at version {now}. Each x += ..., x[...] = ... and method ending in _ counts one.",
        "Write the change out of place, x = x + 1, or change x.clone(). An optimizer's step() "
        "between forward and backward does it, too. mt.autograd.set_detect_anomaly(True) shows "
        "which operation kept the tensor.",
    )


def target_range(error: Any, target: str) -> Any:
    """A class that has no score."""
    shape = shape_of(error.local("input")) or [0]
    classes = shape[1 if len(shape) > 1 else 0]
    mend = f"The last layer has to give {int(target) + 1} scores or more; look at target.max()."
    if int(target) == classes:
        mend += " If the classes count from 1: target - 1."
    if int(target) < 0:
        mend = "Look at target.min(). To leave targets out, name their number in ignore_index."
    return (
        f"A target is class {target}, and there are {classes} classes.",
        f"The input is {shape}: scores for the classes 0 to {classes - 1}.",
        mend,
    )


def row_range(error: Any) -> Any:
    """A row that an embedding does not have."""
    weight, indices = error.local("weight"), error.local("input", "indices")
    if weight is None or indices is None:
        return None
    rows = weight.shape[0]
    return (
        f"{error.the_layer()} was asked for a row that it does not have.",
        f"Its {rows} rows count from 0 to {rows - 1}; the indices go from {int(indices.min())} to "
        f"{int(indices.max())}.",
        "num_embeddings, the first argument, has to be larger than the largest index.",
    )


def loading(error: Any, name: str) -> Any:
    """Names that a state dict has too many or too few."""
    missing, unexpected = (
        ", ".join(re.findall(rf"{kind} key\(s\) in state_dict: (.*)\. ", error.message))
        for kind in ("Missing", "Unexpected")
    )
    sizes = ", ".join(re.findall(r"size mismatch for (\S+):", error.message))
    said = [
        f"{title}: {names}."
        for title, names in (
            ("Only the model has", missing),
            ("Only the state dict has", unexpected),
            ("Of another shape", sizes),
        )
        if names
    ]
    mend = "Build the model as it was when it was saved; print(model.state_dict().keys())."
    if '"module.' in unexpected:
        mend = "It was saved from a DataParallel: take the prefix `module.` off the names."
    elif not sizes:
        mend += " strict=False loads the names that both have."
    return f"What was to be loaded does not fit the {name}.", " ".join(said), mend
