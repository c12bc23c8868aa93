"""What MiniTorch says when it is asked: `explain` for tensors and errors, `memory` for graphs.

What they print is made in the other files here, which are loaded when first needed.
"""

from __future__ import annotations

import sys
from typing import Any

from ..autograd.graph import TensorBase

NOTHING: Any = object()


def explain(thing: Any = NOTHING) -> Any:
    """Explain a tensor or an error in words; ``print`` what it returns, or let a notebook show it.

    Of a tensor: its storage, offset and strides, which elements of the storage it sees, of what it
    is a view, how often it was changed in place, and what made it. Of an error: what it is, the
    line of your program, why it came, and how to mend it, for those that beginners meet.
    Without an argument: the error being handled, or else the last one that ended at the prompt.

    >>> x = mt.arange(6).reshape(2, 3)
    >>> mt.explain(x.t()[1])
    shape       [2]: 2 elements, torch.int64
    device      cpu
    strides     (3,): next element 3 places on
    offset      1: where in the storage its first element lies
    place       x[i] lies at offset + i·stride0 = 1 + i·3
    contiguous  no: that would be strides (1,); x.contiguous() makes such a copy
    storage     6 elements of 8 bytes, 48 B
    base        a tensor of shape [6], by view → t → select
    version     0: no change of this storage so far
    is_leaf     True; requires_grad=False, so it gets no gradient
    <BLANKLINE>
    The storage; the tensor sees what is in brackets.
    <BLANKLINE>
    place  0   1   2
    value  0  [1]  2
    index      0
    <BLANKLINE>
    place  3   4   5
    value  3  [4]  5
    index      1

    >>> try:
    ...     nn.Linear(3, 2)(mt.ones(4, 5))
    ... except RuntimeError as error:
    ...     print(mt.explain(error).mend)
    Make the layer nn.Linear(5, 2), or give it an input [..., 3].
    """
    if isinstance(thing, TensorBase):
        from .tensors import TensorExplained

        return TensorExplained(thing)
    if thing is NOTHING:
        thing = sys.exc_info()[1]
        if thing is None:
            thing = getattr(sys, "last_value", None)
        if thing is None:
            raise ValueError("explain(): there is no error to explain; give a tensor or an error")
    if not isinstance(thing, BaseException):
        raise TypeError(f"explain(): a tensor or an error is needed, not {type(thing).__name__}")
    from .errors import ErrorExplained

    return ErrorExplained(thing)


def memory(*results: Any) -> Any:
    """What the operations behind ``results`` keep in memory for backward.

    ``print`` the table that it returns, or let a notebook show it: for each operation what it keeps
    and how many bytes. An array that several keep is counted once. ``total`` is their sum in bytes,
    ``weights`` the part of leaves (parameters and inputs), which would be there anyway, and
    ``activations`` the rest. Backward frees it; under ``no_grad`` nothing is kept.

    >>> x = mt.ones(100, 3)
    >>> model = nn.Sequential(nn.Linear(3, 4), nn.Tanh(), nn.Linear(4, 1))
    >>> loss = model(x).sum()
    >>> mt.memory(loss).activations
    1600
    >>> loss.backward()
    >>> mt.memory(loss).total
    0
    """
    from .graphs import Memory

    return Memory(results)
