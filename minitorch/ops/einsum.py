"""`einsum` and `tensordot`: sums of products over dimensions that have names.

An operand's dimensions get *labels*, small integers. Dimensions with the same label run together,
and what is not in the output is summed over. `Contract` does this for two operands by one matrix
product; its derivative is again a contraction, of the gradient and the other operand. `einsum`
takes its operands one by one.
"""

from __future__ import annotations

import math
from typing import Any

from .. import dtypes
from ..autograd.graph import TensorBase
from ..autograd.operation import Operation
from .complexes import conj
from .dims import wrap, wrap_all
from .matmul import arrays_of, product
from .operands import not_implemented, refuse_elements

Labels = tuple[int, ...]
LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
ELLIPSIS = len(LETTERS)  # the dimensions that an ellipsis stands for are labelled from here on


class Contract(Operation):
    """The sum of products of two operands over the labels that are not in ``to``.

    Every label of an operand is in the other one or in ``to``, and has one length everywhere.
    """

    torch_name = "ViewBackward0"

    def forward(self, xp: Any, a: Any, b: Any, in_a: Any, in_b: Any, to: Any) -> Any:
        both = [label for label in in_a if label in in_b]
        batch = [label for label in both if label in to]
        summed = [label for label in both if label not in to]
        left = [label for label in in_a if label not in in_b]
        right = [label for label in in_b if label not in in_a]
        sizes = dict(zip(in_a + in_b, a.shape + b.shape, strict=True))
        count, rows, length, columns = (
            math.prod([sizes[label] for label in group]) for group in (batch, left, summed, right)
        )
        a = a.transpose([in_a.index(label) for label in batch + left + summed])
        b = b.transpose([in_b.index(label) for label in batch + summed + right])
        if not summed:  # a product of each with each
            c = a.reshape(count, rows, 1) * b.reshape(count, 1, columns)
        elif not batch:
            c = product(a.reshape(rows, length), b.reshape(length, columns))
        else:
            c = product(a.reshape(count, rows, length), b.reshape(count, length, columns))
        order = batch + left + right
        c = c.reshape([sizes[label] for label in order])
        return c.transpose([order.index(label) for label in to])

    def grad_a(self, grad: Any, b: Any, in_a: Any, in_b: Any, to: Any) -> Any:
        return Contract.apply(grad, conj(b), to, in_b, in_a)

    def grad_b(self, grad: Any, a: Any, in_a: Any, in_b: Any, to: Any) -> Any:
        return Contract.apply(grad, conj(a), to, in_a, in_b)


def einsum(*args: Any) -> Any:
    """The sum of products of the operands, said by an equation over the names of their dimensions.

    ``"ij,jk->ik"`` is the matrix product: i and k stay, over j is summed. Without ``->`` those
    names stay, in alphabetical order, that occur once. A name that an operand has twice takes its
    diagonal. ``...`` stands for further dimensions, which are broadcast. Instead of an equation
    each operand may be followed by a list of numbers:
    ``einsum(x, [0, 1], y, [1, 2], [0, 2])``.

    >>> import minitorch as mt
    >>> x = mt.tensor([[1, 2], [3, 4]])
    >>> mt.einsum("ij,jk->ik", x, x)
    tensor([[ 7, 10],
            [15, 22]])
    >>> mt.einsum("ii->i", x), mt.einsum("ij->", x)
    (tensor([1, 4]), tensor(10))
    """
    if not args or len(args) < 2:
        raise ValueError(
            "einsum(): must specify the equation string and at least one operand, or at least one "
            "operand and its subscripts list"
        )
    if isinstance(args[0], TensorBase):
        terms, output, operands = from_lists(args)
    else:
        terms, output, operands = from_equation(args)
    return sum_of_products(operands, *with_ellipses(operands, terms, output))


# What the user wrote ------------------------------------------------------------------------------

Term = list[int]  # labels as written; ELLIPSIS stands for any number of dimensions


def from_equation(args: tuple[Any, ...]) -> tuple[list[Term], Term | None, list[Any]]:
    """The labels of each operand and of the output (None if not given), and the operands."""
    equation, operands = args[0], list(args[1:])
    if not isinstance(equation, str):
        raise TypeError(
            f"einsum(): argument 'equation' (position 1) must be str, not {type(equation).__name__}"
        )
    if len(operands) == 1 and isinstance(operands[0], list | tuple):
        operands = list(operands[0])
    refuse_elements(operands, 1)
    head, arrow, tail = equation.partition("->")
    terms, start = [], 0
    for place, text in enumerate(head.split(",")):
        terms.append(labels_of(text, start, f"operand {place}"))
        start += len(text) + 1
    output = labels_of(tail, len(head) + 2, "output") if arrow else None
    if len(terms) != len(operands):
        raise RuntimeError(
            f"einsum(): {'fewer' if len(terms) > len(operands) else 'more'} operands were provided "
            "than specified in the equation"
        )
    return terms, output, operands


def labels_of(text: str, start: int, what: str) -> Term:
    """The labels that ``text`` writes; it begins at index ``start`` of the equation."""
    labels: Term = []
    place = 0
    while place < len(text):
        letter = text[place]
        if letter == ".":
            if ELLIPSIS in labels:
                raise RuntimeError(
                    f"einsum(): found '.' for {what} for which an ellipsis was already found"
                )
            if text[place : place + 3] != "...":
                end = " (...)" if what == "output" else ""
                raise RuntimeError(
                    f"einsum(): found '.' for {what} that is not part of any ellipsis{end}"
                )
            labels.append(ELLIPSIS)
            place += 2
        elif letter in LETTERS:
            labels.append(LETTERS.index(letter))
        elif letter != " ":
            raise RuntimeError(
                f"einsum(): invalid subscript given at index {start + place} in the equation "
                "string, subscripts must be in [a-zA-Z]"
            )
        place += 1
    return labels


def from_lists(args: tuple[Any, ...]) -> tuple[list[Term], Term | None, list[Any]]:
    """The same from operands that are each followed by a list of numbers."""
    pairs = len(args) // 2
    operands, lists = list(args[: 2 * pairs : 2]), list(args[1 : 2 * pairs : 2])
    refuse_elements(operands, 1)
    output = list_labels(args[-1]) if len(args) % 2 else None
    return [list_labels(numbers) for numbers in lists], output, operands


def list_labels(numbers: Any) -> Term:
    """The labels of one list of numbers, in which an Ellipsis may stand."""
    labels = [ELLIPSIS if number is Ellipsis else number for number in numbers]
    for number, label in zip(numbers, labels, strict=True):
        if number is not Ellipsis and not 0 <= label < len(LETTERS):
            raise ValueError(
                "einsum(): subscript in subscript list is not within the valid range [0, 52)"
            )
    return labels


def name_of(label: int) -> str:
    """What a label is called in errors."""
    return LETTERS[label] if label < ELLIPSIS else "..."


def with_ellipses(
    operands: list[Any], terms: list[Term], output: Term | None
) -> tuple[list[Labels], Labels]:
    """The labels of all dimensions, those that an ellipsis stands for counted from the last one."""
    extra = []  # how many dimensions the ellipsis of each operand stands for
    for place, (operand, term) in enumerate(zip(operands, terms, strict=True)):
        ndim, named = operand._array.ndim, len(term) - (ELLIPSIS in term)
        if named > ndim or (named < ndim and ELLIPSIS not in term):
            missing = "" if ELLIPSIS in term else " and no ellipsis was given"
            relation = "is more than" if ELLIPSIS in term else "does not match"
            raise RuntimeError(
                f"einsum(): the number of subscripts in the equation ({named}) {relation} the "
                f"number of dimensions ({ndim}) for operand {place}{missing}"
            )
        extra.append(ndim - named)
    most = max(extra)

    def full(term: Term, count: int) -> Labels:
        dots = list(range(ELLIPSIS + most - count, ELLIPSIS + most))
        return tuple([label for one in term for label in (dots if one == ELLIPSIS else [one])])

    inputs = [full(term, count) for term, count in zip(terms, extra, strict=True)]
    if output is None:
        used = [label for term in terms for label in term if label != ELLIPSIS]
        output = [ELLIPSIS, *sorted(label for label in set(used) if used.count(label) == 1)]
    out = full(output, most)
    for label in out:
        if out.count(label) > 1:
            raise RuntimeError(
                f"einsum(): output subscript {name_of(label)} appears more than once in the output"
            )
        if not any(label in labels for labels in inputs):
            raise RuntimeError(
                f"einsum(): output subscript {name_of(label)} does not appear in the equation for "
                "any input operand"
            )
    return inputs, out


# The sum ------------------------------------------------------------------------------------------


def sum_of_products(operands: list[Any], inputs: list[Labels], out: Labels) -> Any:
    """Contract the operands one by one."""
    for place in range(len(operands)):
        operands[place], inputs[place] = diagonal(operands[place], inputs[place], place)
    sizes = common_sizes(operands, inputs)
    result, labels = operands[0], inputs[0]
    for place in range(1, len(operands)):
        other, in_other = operands[place], inputs[place]
        later = {label for rest in inputs[place + 1 :] for label in rest} | set(out)
        result, labels = summed(result, labels, set(in_other) | later)
        other, in_other = summed(other, in_other, set(labels) | later)
        result = stretched(result, labels, in_other, sizes)
        other = stretched(other, in_other, labels, sizes)
        both = labels + tuple([label for label in in_other if label not in labels])
        kept = tuple([label for label in both if label in later])
        result, other = in_one_dtype(result, other, kept == both)
        if place == len(operands) - 1:
            kept = out
        result, labels = Contract.apply(result, other, labels, in_other, kept), kept
    result, labels = summed(result, labels, set(out))
    return result if labels == out else result.permute([labels.index(label) for label in out])


def in_one_dtype(a: Any, b: Any, elementwise: bool) -> tuple[Any, Any]:
    """The operands in one dtype; where something is summed they must have it, as in PyTorch."""
    have, other = dtypes.of(a._array), dtypes.of(b._array)
    if have is other:
        if have is dtypes.bool_ and not elementwise:
            raise not_implemented("bmm", a._array)
        return a, b
    if not elementwise:
        raise RuntimeError(
            f"expected scalar type {dtypes.SCALAR_TYPE[have]} but found {dtypes.SCALAR_TYPE[other]}"
        )
    common = dtypes.result_type(a._array, b._array)
    return a.to(common), b.to(common)


def common_sizes(operands: list[Any], inputs: list[Labels]) -> dict[int, int]:
    """The length of each label; a dimension of length 1 goes with any length."""
    sizes: dict[int, int] = {}
    for place, (operand, labels) in enumerate(zip(operands, inputs, strict=True)):
        for label, size in zip(labels, operand._array.shape, strict=True):
            known = sizes.get(label, 1)
            if known != 1 and size not in (1, known):
                refuse_size(place, label, labels, size, known)
            sizes[label] = size if known == 1 else known
    return sizes


def refuse_size(place: int, label: int, labels: Labels, size: int, known: int) -> None:
    """The error for a label that has two lengths."""
    if label < ELLIPSIS:
        raise RuntimeError(
            f"einsum(): subscript {name_of(label)} has size {size} for operand {place} which does "
            f"not broadcast with previously seen size {known}"
        )
    dim = label - min(one for one in labels if one >= ELLIPSIS)
    raise RuntimeError(
        f"einsum(): dimension {dim} covered by ellipsis in operand {place}has size {size} which "
        f"does not broadcast with previously seen ellipsis with size {known} for the respective "
        "dimension"
    )


def diagonal(operand: Any, labels: Labels, place: int) -> tuple[Any, Labels]:
    """The operand with each label once: of dimensions that share a label, the diagonal."""
    for label in labels:
        while labels.count(label) > 1:
            first = labels.index(label)
            second = labels.index(label, first + 1)
            shape = operand._array.shape
            if shape[first] != shape[second]:
                raise RuntimeError(
                    f"einsum(): subscript {name_of(label)} is repeated for operand {place} but the "
                    f"sizes don't match, {shape[second]} != {shape[first]}"
                )
            operand = operand.diagonal(0, first, second)
            others = [one for i, one in enumerate(labels) if i not in (first, second)]
            labels = (*others, label)
    return operand, labels


def summed(operand: Any, labels: Labels, wanted: set[int]) -> tuple[Any, Labels]:
    """The operand summed over the labels that nobody else wants."""
    dims = [i for i, label in enumerate(labels) if label not in wanted]
    if not dims:
        return operand, labels
    return operand.sum(dims), tuple([label for label in labels if label in wanted])


def stretched(operand: Any, labels: Labels, others: Labels, sizes: dict[int, int]) -> Any:
    """The operand with the dimensions of length 1 expanded that run together with longer ones."""
    shape = operand._array.shape
    full = tuple(
        [sizes[label] if label in others else n for label, n in zip(labels, shape, strict=True)]
    )
    return operand if shape == full else operand.expand(full)


# Without names ------------------------------------------------------------------------------------


def inner(input: Any, other: Any) -> Any:
    """The dot products over the last dimensions of both.

    Shapes: ``(n, k)`` and ``(m, k)`` to ``(n, m)``, with any number of dimensions for n and m.

    >>> import minitorch as mt
    >>> mt.inner(mt.tensor([[1, 2], [3, 4]]), mt.tensor([1, 1]))
    tensor([3, 7])
    """
    a, b = arrays_of("inner", input=input, other=other)
    if a.ndim == 0 or b.ndim == 0:
        return input * other
    if a.shape[-1] != b.shape[-1]:
        raise RuntimeError(
            "inner() the last dimension must match on both input tensors but got shapes "
            f"{list(a.shape)} and {list(b.shape)}"
        )
    return tensordot(input, other, ([-1], [-1]))


def tensordot(a: Any, b: Any, dims: Any = 2) -> Any:
    """The sum of the products over pairs of dimensions, one of ``a`` and one of ``b`` each.

    ``dims`` is two lists of dimensions, or the number of dimensions: the last of ``a`` and the
    first of ``b``.

    >>> import minitorch as mt
    >>> mt.tensordot(mt.ones(3, 4, 5), mt.ones(4, 3, 2), dims=([1, 0], [0, 1])).shape
    torch.Size([5, 2])
    """
    x, y = arrays_of("tensordot", a=a, b=b)
    first, second = contracted(x, y, dims)
    if len(first) != len(second):
        raise RuntimeError("both dimension lists should have same length")
    if x.dtype != y.dtype:
        raise RuntimeError("both inputs should have same dtype")
    pairs = []
    for shown_i, shown_j in zip(first, second, strict=True):
        i, j = wrap(shown_i, x.ndim), wrap(shown_j, y.ndim)
        if x.shape[i] == 1 != y.shape[j]:  # a length of 1 meets any: the other is summed
            b = b.sum(j, True)
        elif y.shape[j] == 1 != x.shape[i]:
            a = a.sum(i, True)
        elif x.shape[i] != y.shape[j]:
            raise RuntimeError(
                "contracted dimensions need to match, but first has size "
                f"{x.shape[i]} in dim {shown_i} and second has size {y.shape[j]} in dim {shown_j}"
            )
        pairs.append((i, j))
    wrap_all(first, x.ndim)  # refuses repeated ones
    wrap_all(second, y.ndim)
    if x.dtype.kind == "b":
        raise not_implemented("dot" if pairs and x.ndim == y.ndim == 1 else "addmm_impl_cpu_", x)
    in_a, in_b = list(range(x.ndim)), list(range(x.ndim, x.ndim + y.ndim))
    for i, j in pairs:
        in_b[j] = in_a[i]
    out = [label for label in in_a + in_b if (label in in_a) != (label in in_b)]
    return Contract.apply(a, b, tuple(in_a), tuple(in_b), tuple(out))


def contracted(x: Any, y: Any, dims: Any) -> tuple[list[int], list[int]]:
    """The two lists of dimensions that `tensordot` is asked for."""
    if not isinstance(dims, int | list | tuple | TensorBase):
        raise RuntimeError(
            "tensordot expects dims to be int or tuple[list[int], list[int]] or list[list[int]] "
            f"containing two lists, but got dims={dims}"
        )
    if isinstance(dims, TensorBase):
        dims = dims.tolist()
    if not isinstance(dims, int):
        first, second = ([d] if isinstance(d, int) else list(d) for d in dims)
        return first, second
    if dims < 0:
        raise RuntimeError(f"tensordot expects dims >= 0, but got dims={dims}")
    if dims > min(x.ndim, y.ndim):
        raise RuntimeError(f"tensordot expects dims < ndim_a or ndim_b, but got dims={dims}")
    return list(range(-dims, 0)), list(range(dims))
