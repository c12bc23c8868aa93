"""How many multiplications and additions the products of matrices in a part of a program take."""

from __future__ import annotations

import contextlib
import math
import threading
from collections.abc import Callable, Iterator
from typing import Any

from ..ops.attention import ScaledDotProductAttention
from ..ops.conv import Convolution, ConvolutionTransposed
from ..ops.einsum import Contract
from ..ops.linear import Linear
from ..ops.lstm import Lstm
from ..ops.matmul import Bmm, Dot, Fold, Matmul, Mm, Mv, Vdot
from ..ops.matmul_add import Addbmm, Addmm, Addmv, Baddbmm
from ..ops.recurrent import Gru, RnnTanh

Cost = Callable[..., int]  # from the result's size and the arguments of `forward`


def matrices(size: int, a: Any, b: Any, flip1: bool, flip2: bool) -> int:
    """Each element of ``a @ b`` is a sum of as many products as ``a`` has columns."""
    return size * a.shape[-2 if flip1 else -1]


def rows(size: int, input: Any, *rest: Any) -> int:
    """Each element of the result is a sum over one row of the input."""
    return size * input.shape[-1]


def first(size: int, a: Any, *rest: Any) -> int:
    """Each element of the first argument is multiplied once."""
    return a.size


def added(size: int, addend: Any, a: Any, b: Any, *rest: Any) -> int:
    """``addend + a @ b``: each element of ``a`` meets a row of ``b``."""
    return a.size * (b.shape[-1] if b.ndim > 1 else 1)


def convolution(size: int, x: Any, weight: Any, *rest: Any) -> int:
    """Each element of the result sees a kernel: all of the weight but its first dimension."""
    return size * math.prod(weight.shape[1:])


def transposed(size: int, x: Any, weight: Any, *rest: Any) -> int:
    """Each element of the input is spread over a kernel."""
    return x.size * math.prod(weight.shape[1:])


def contraction(size: int, a: Any, b: Any, in_a: Any, in_b: Any, to: Any) -> int:
    """Every combination of the labels' values is one product."""
    sizes = dict(zip(in_a + in_b, a.shape + b.shape, strict=True))
    return math.prod(sizes.values())


def attention(size: int, query: Any, key: Any, value: Any, *rest: Any) -> int:
    """Scores, query by key, and their product with the values."""
    return math.prod(query.shape[:-1]) * key.shape[-2] * (query.shape[-1] + value.shape[-1])


def recurrent(size: int, x: Any, w_ih: Any, w_hh: Any, *rest: Any) -> int:
    """At each step of each sequence the input and the state meet their weights."""
    return math.prod(x.shape[:-1]) * (w_ih.size + w_hh.size)


def lstm(
    size: int,
    x: Any,
    w_ih: Any,
    w_hh: Any,
    b_ih: Any,
    b_hh: Any,
    h: Any,
    c: Any,
    w_hr: Any,
    *_: Any,
) -> int:
    """As `recurrent`; with a projection the new state meets one weight more."""
    projection = 0 if w_hr is None else w_hr.size
    return recurrent(size, x, w_ih, w_hh) + math.prod(x.shape[:-1]) * projection


COSTS: dict[Any, Cost] = {
    **dict.fromkeys((Mm, Bmm, Matmul), matrices),
    **dict.fromkeys((Fold, Linear), rows),
    **dict.fromkeys((Mv, Dot, Vdot), first),
    **dict.fromkeys((Addmm, Addmv, Addbmm, Baddbmm), added),
    **dict.fromkeys((RnnTanh, Gru), recurrent),
    Lstm: lstm,
    Convolution: convolution,
    ConvolutionTransposed: transposed,
    Contract: contraction,
    ScaledDotProductAttention: attention,
}

one_at_a_time = threading.Lock()


@contextlib.contextmanager
def counted(tell: Callable[[int], None]) -> Iterator[None]:
    """In this context ``tell`` hears of the multiply-adds of every product in this thread.

    The operations' ``forward`` is wrapped while it lasts, so that they cost nothing otherwise.
    """
    thread = threading.get_ident()

    def telling(forward: Callable[..., Any], cost: Cost) -> Callable[..., Any]:
        def run(self: Any, xp: Any, *args: Any) -> Any:
            out = forward(self, xp, *args)
            if threading.get_ident() == thread:
                tell(cost(getattr(out, "size", 0), *args))
            return out

        return run

    with one_at_a_time:
        before = {operation: operation.__dict__.get("forward") for operation in COSTS}
        try:
            for operation, forward in before.items():
                if forward is not None:  # else it is inherited from one that is in the table, too
                    operation.forward = telling(forward, COSTS[operation])
            yield
        finally:
            for operation, forward in before.items():
                if forward is not None:
                    operation.forward = forward
