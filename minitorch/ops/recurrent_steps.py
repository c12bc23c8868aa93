"""What recurrent networks compute, step by step, written with tensors.

A step takes the input x (N, features) and the state h (N, hidden) of N sequences to their new
state. `unrolled` takes the steps of whole sequences. recurrent.py does the same, faster.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from .activation import sigmoid
from .joining import cat, stack
from .linear import linear
from .rectifiers import relu
from .trigonometry import tanh


def rnn_tanh_step(x: Any, h: Any, w_ih: Any, w_hh: Any, b_ih: Any, b_hh: Any) -> tuple[Any]:
    """``h' = tanh(W_ih x + b_ih + W_hh h + b_hh)`` (Elman, 1990)."""
    return (tanh(linear(x, w_ih, b_ih) + linear(h, w_hh, b_hh)),)


def rnn_relu_step(x: Any, h: Any, w_ih: Any, w_hh: Any, b_ih: Any, b_hh: Any) -> tuple[Any]:
    """``h' = relu(W_ih x + b_ih + W_hh h + b_hh)``."""
    return (relu(linear(x, w_ih, b_ih) + linear(h, w_hh, b_hh)),)


def gru_step(x: Any, h: Any, w_ih: Any, w_hh: Any, b_ih: Any, b_hh: Any) -> tuple[Any]:
    """The new state is between the old one and a candidate n, where the gate z says.

    Cho and others, *Learning Phrase Representations using RNN Encoder-Decoder*, 2014.
    """
    x_r, x_z, x_n = linear(x, w_ih, b_ih).chunk(3, 1)
    h_r, h_z, h_n = linear(h, w_hh, b_hh).chunk(3, 1)
    r = sigmoid(x_r + h_r)  # reset gate: how much of the old state the candidate sees
    z = sigmoid(x_z + h_z)  # update gate: how much of the old state stays
    n = tanh(x_n + r * h_n)
    return ((h - n) * z + n,)


def lstm_step(
    x: Any, h: Any, c: Any, w_ih: Any, w_hh: Any, b_ih: Any, b_hh: Any, w_hr: Any = None
) -> tuple[Any, Any]:
    """The cell c forgets by the gate f and takes in by the gate i; h is what the gate o shows.

    With ``w_hr`` h is projected to fewer numbers. Hochreiter and Schmidhuber, *Long Short-Term
    Memory*, 1997.
    """
    i, f, g, o = (linear(x, w_ih, b_ih) + linear(h, w_hh, b_hh)).chunk(4, 1)
    c = sigmoid(f) * c + sigmoid(i) * tanh(g)
    h = sigmoid(o) * tanh(c)
    return (h if w_hr is None else linear(h, w_hr)), c


def unrolled(
    step: Callable[..., tuple[Any, ...]],
    x: Any,
    states: tuple[Any, ...],
    weights: tuple[Any, ...],
    sizes: tuple[int, ...],
    reverse: bool,
) -> tuple[Any, ...]:
    """``step`` for all steps of x (T, N, features): the output (T, N, H), and the last states.

    At step t only the first ``sizes[t]`` sequences go on, the others keep their states. With
    ``reverse`` the last step comes first.
    """
    outs = []
    times = range(len(sizes))
    for t in reversed(times) if reverse else times:
        new, active = step(x[t], *states, *weights), sizes[t]
        if active < x.shape[1]:
            new = tuple([cat([a[:active], b[active:]]) for a, b in zip(new, states, strict=True)])
        states = new
        outs.append(states[0])
    return stack(outs[::-1] if reverse else outs), *states
