"""Recurrent networks as functions: a layer over whole sequences, and the cells, for one step."""

from __future__ import annotations

from typing import Any

from .linear import check_linear
from .lstm import Lstm
from .matmul import check_dtypes, check_matrices, folded
from .operands import refuse_elements
from .recurrent import Gru
from .recurrent_steps import rnn_relu_step, rnn_tanh_step


def layer(
    operation: Any,
    x: Any,
    states: tuple[Any, ...],
    weights: tuple[Any, ...],
    sizes: tuple[int, ...],
    reverse: bool = False,
) -> tuple[Any, ...]:
    """One layer in one direction: the output of all steps, (T, N, H), and the last states.

    ``operation`` is one of recurrent.py; ``weights`` are w_ih, w_hh, b_ih, b_hh, of an LSTM also
    w_hr; ``states`` h and of an LSTM c, (N, H) each; ``sizes`` how many sequences each step has.
    """
    w_ih, w_hh, b_ih, b_hh = weights[:4]
    for rows, w, b in ((x, w_ih, b_ih), (states[0], w_hh, b_hh)):
        check_matrices(folded(rows._array.shape), w._array.T.shape)
        if b is None:
            check_dtypes(rows._array, w._array)
        else:
            check_linear(rows._array, w._array, b)
    args = (x, *weights[:4], *states, *weights[4:], sizes, reverse)
    kinds = {arg._array.dtype.char for arg in (x, w_hh, states[-1])}
    if kinds in ({"f"}, {"d"}):
        return operation.apply(*args)
    return operation.formula(*args)


# The cells ----------------------------------------------------------------------------------------


class GruCell(Gru):
    """One step of `Gru`."""

    torch_name = "AddBackward0"


class LstmCell(Lstm):
    """One step of `Lstm`."""

    torch_name = "MulBackward0"


def one_step(operation: Any, x: Any, states: Any, *weights: Any) -> tuple[Any, ...]:
    """The states (N, H) after one step; faster by an operation for layers than by its formula."""
    return layer(operation, x.unsqueeze(0), states, weights, (len(x),))[1:]


def check(gates: int, input: Any, states: Any, *weights: Any) -> None:
    """Refuse what does not fit together."""
    w_ih, w_hh = weights[:2]
    batch, features = input.size(0), input.size(1)
    hidden = w_hh.size(1)
    for label, weight in (("weight_ih", w_ih), ("weight_hh", w_hh)):
        if weight.size(0) != gates * hidden:
            raise RuntimeError(
                f"{label} first dim must be {gates} * hidden_size = {gates * hidden}, but got "
                f"{weight.size(0)}"
            )
    if features != w_ih.size(1):
        raise RuntimeError(
            f"input has inconsistent input_size: got {features} expected {w_ih.size(1)}"
        )
    for number, state in enumerate(states):
        if state.size(0) != batch:
            raise RuntimeError(
                f"Input batch size {batch} doesn't match hidden{number} batch size {state.size(0)}"
            )
        if state.size(1) != hidden:
            raise RuntimeError(
                f"hidden{number} has inconsistent hidden_size: got {state.size(1)}, "
                f"expected {hidden}"
            )


def rnn_tanh_cell(
    input: Any, hx: Any, w_ih: Any, w_hh: Any, b_ih: Any = None, b_hh: Any = None
) -> Any:
    """``tanh(W_ih x + b_ih + W_hh h + b_hh)`` for each row x of ``input`` and h of ``hx``.

    Shapes: input (N, features), hx (N, H), w_ih (H, features), w_hh (H, H), biases (H).

    >>> x, h = mt.ones(1, 2), mt.zeros(1, 3)
    >>> mt.rnn_tanh_cell(x, h, mt.eye(3, 2), mt.eye(3))
    tensor([[0.7616, 0.7616, 0.0000]])
    """
    check(1, input, (hx,), w_ih, w_hh, b_ih, b_hh)
    return rnn_tanh_step(input, hx, w_ih, w_hh, b_ih, b_hh)[0]


def rnn_relu_cell(
    input: Any, hx: Any, w_ih: Any, w_hh: Any, b_ih: Any = None, b_hh: Any = None
) -> Any:
    """``relu(W_ih x + b_ih + W_hh h + b_hh)``: see `rnn_tanh_cell`.

    >>> x, h = mt.tensor([[-1.0, 2.0]]), mt.tensor([[5.0, 0.0]])
    >>> mt.rnn_relu_cell(x, h, mt.eye(2), mt.eye(2))
    tensor([[4., 2.]])
    """
    check(1, input, (hx,), w_ih, w_hh, b_ih, b_hh)
    return rnn_relu_step(input, hx, w_ih, w_hh, b_ih, b_hh)[0]


def gru_cell(input: Any, hx: Any, w_ih: Any, w_hh: Any, b_ih: Any = None, b_hh: Any = None) -> Any:
    """One step of a `minitorch.nn.GRU`; the rows of the weights are those of r, z and n.

    Shapes: input (N, features), hx (N, H), w_ih (3H, features), w_hh (3H, H), biases (3H).

    >>> x, h = mt.zeros(1, 2), mt.ones(1, 3)
    >>> mt.gru_cell(x, h, mt.zeros(9, 2), mt.zeros(9, 3))  # z = 1/2: half of h stays
    tensor([[0.5000, 0.5000, 0.5000]])
    """
    check(3, input, (hx,), w_ih, w_hh, b_ih, b_hh)
    return one_step(GruCell, input, (hx,), w_ih, w_hh, b_ih, b_hh)[0]


def lstm_cell(
    input: Any, hx: Any, w_ih: Any, w_hh: Any, b_ih: Any = None, b_hh: Any = None
) -> tuple[Any, Any]:
    """One step of a `minitorch.nn.LSTM`: the new (h, c); the rows of the weights are i, f, g, o.

    Shapes: input (N, features), hx two of (N, H), w_ih (4H, features), w_hh (4H, H), biases (4H).

    >>> x, hx = mt.zeros(1, 2), (mt.zeros(1, 3), mt.ones(1, 3))
    >>> h, c = mt.lstm_cell(x, hx, mt.zeros(12, 2), mt.zeros(12, 3))
    >>> h, c  # f = 1/2: half of c stays
    (tensor([[0.2311, 0.2311, 0.2311]]), tensor([[0.5000, 0.5000, 0.5000]]))
    """
    if not isinstance(hx, list | tuple):
        raise TypeError(
            "lstm_cell(): argument 'hx' (position 2) must be tuple of Tensors, "
            f"not {type(hx).__name__}"
        )
    if len(hx) != 2:
        raise RuntimeError("lstm_cell expects two hidden states")
    refuse_elements(hx, 1)
    check(4, input, hx, w_ih, w_hh, b_ih, b_hh)
    h, c = one_step(LstmCell, input, hx, w_ih, w_hh, b_ih, b_hh, None)
    return h, c
