"""Recurrent layers: one layer, in one direction, over all steps of sequences, as one operation.

Each step needs the one before it, so there is a loop. What can be is taken out of it: one product
of matrices serves the inputs of all steps, and one the gradient of each weight. The loop computes
as the books write it, ``W_ih x + W_hh h`` with a column for each sequence of the batch, so that in
memory the numbers of one gate lie together.

Backward goes through time from the last step to the first. The *slopes*, the derivatives of what a
step returns by its sums ``W_ih x + b_ih + W_hh h + b_hh``, need no gradient: they are computed for
all steps at once. The loop multiplies them by the gradients that come back from the step after.

Some sequences may be shorter: ``sizes`` says for each step how many are *active*, the longest being
first. The others have ended, or in the reverse direction not yet begun, and keep their state.
The formulas, in tensors, are in recurrent_steps.py, the LSTM is in lstm.py.
"""

from __future__ import annotations

from typing import Any

from .. import kernels
from . import rows, sums
from .fused import Fused
from .recurrent_steps import gru_step, rnn_relu_step, rnn_tanh_step, unrolled


def in_order(steps: Any, reverse: bool) -> Any:
    """The steps in the order in which they are computed; or from that order back."""
    return steps[::-1] if reverse else steps


def input_sums(xp: Any, x: Any, w_ih: Any, biases: list[Any], reverse: bool) -> Any:
    """``W_ih x`` plus the biases for all steps, in their order: (T, rows, N)."""
    out = xp.matmul(w_ih, in_order(x, reverse).swapaxes(1, 2))
    biases = [bias for bias in biases if bias is not None]
    if biases and kernels.fits(out):
        rows.WEIGHTED(1.0, sum(biases)[:, None], out)
    elif biases:
        out += in_columns(xp, sum(biases), x.shape[1])
    return out


def in_columns(xp: Any, bias: Any, batch: int) -> Any:
    """The bias for each sequence of the batch; NumPy adds a whole matrix faster than a column."""
    return xp.repeat(bias, batch).reshape(len(bias), batch)


def side_by_side(columns: Any) -> Any:
    """The columns of all steps as one matrix: (T, rows, N) to (rows, T N)."""
    steps, height, batch = columns.shape
    return columns.swapaxes(0, 1).reshape(height, steps * batch)


def room(xp: Any, first: Any, steps: int) -> Any:
    """Room for a state before each step and after the last: (T + 1, H, N), the first filled in."""
    states = xp.empty((steps + 1, *first.T.shape), first.dtype)
    states[0] = first.T
    return states


def output(states: Any, reverse: bool) -> Any:
    """The state after each step, with a row for each sequence; a copy, for ``states`` are kept."""
    return in_order(states[1:], reverse).swapaxes(1, 2).copy()


def forwards(sizes: Any, reverse: bool, *steps: Any) -> Any:
    """From the first step to the last: its size, and parts of the other arrays."""
    return zip(in_order(sizes, reverse), *steps, strict=True)


def backwards(grad: Any, sizes: Any, reverse: bool, *steps: Any) -> Any:
    """From the last step to the first: its gradient in columns, its size, and parts of others."""
    columns = in_order(grad, reverse).swapaxes(1, 2).copy()
    arrays = [array[::-1] for array in (columns, in_order(sizes, reverse), *steps)]
    return zip(*arrays, strict=True)


def first_gradients(
    operation: Any, xp: Any, x: Any, w_ih: Any, before: Any, x_sums: Any, h_sums: Any, reverse: bool
) -> list[Any]:
    """The gradients of x, w_ih, w_hh, b_ih and b_hh, the first arguments of each operation.

    They come from those of the sums ``W_ih x + b_ih`` and ``W_hh h + b_hh``, (T, rows, N), and
    from the states ``before`` each step, (T, H, N).
    """
    need_x, need_w_ih, need_w_hh, need_b_ih, need_b_hh = operation.needs_input_grad[:5]
    of_x = side_by_side(x_sums)
    of_h = of_x if h_sums is x_sums else side_by_side(h_sums)
    return [
        in_order(of_x.T.dot(w_ih).reshape(x.shape), reverse) if need_x else None,
        of_x.dot(in_order(x, reverse).reshape(-1, x.shape[2])) if need_w_ih else None,
        of_h.dot(side_by_side(before).T) if need_w_hh else None,
        sums.over(xp, of_x, (1,)) if need_b_ih else None,
        sums.over(xp, of_h, (1,)) if need_b_hh else None,
    ]


class RnnTanh(Fused):
    """``h' = tanh(W_ih x + b_ih + W_hh h + b_hh)``, with the slope ``1 - h'²``."""

    torch_name = "StackBackward0"

    def forward(
        self,
        xp: Any,
        x: Any,
        w_ih: Any,
        w_hh: Any,
        b_ih: Any,
        b_hh: Any,
        h: Any,
        sizes: Any,
        reverse: bool,
    ) -> Any:
        inputs = input_sums(xp, x, w_ih, [b_ih, b_hh], reverse)
        states = room(xp, h, len(x))
        for active, sum_x, before, after in forwards(
            sizes, reverse, inputs, states[:-1], states[1:]
        ):
            xp.dot(w_hh, before, out=after)
            after += sum_x
            self.activate(xp, after)
            if active < len(h):
                after[:, active:] = before[:, active:]
        self.save(states=states)
        return output(states, reverse), states[-1].T.copy()

    def gradient(
        self,
        xp: Any,
        grad: Any,
        x: Any,
        w_ih: Any,
        w_hh: Any,
        h: Any,
        sizes: Any,
        reverse: bool,
        states: Any,
    ) -> Any:
        slopes = self.slope(states[1:])
        grad_h = grad[1].T
        for grad_out, active, slope in backwards(grad[0], sizes, reverse, slopes):
            grad_after = grad_h + grad_out
            slope *= grad_after
            if active < len(h):
                slope[:, active:] = 0
            grad_h = w_hh.T.dot(slope)
            if active < len(h):
                grad_h[:, active:] = grad_after[:, active:]
        first = first_gradients(self, xp, x, w_ih, states[:-1], slopes, slopes, reverse)
        return *first, grad_h.T

    @staticmethod
    def activate(xp: Any, h: Any) -> None:
        xp.tanh(h, out=h)

    @staticmethod
    def slope(h: Any) -> Any:
        return 1 - h * h

    @staticmethod
    def formula(
        x: Any, w_ih: Any, w_hh: Any, b_ih: Any, b_hh: Any, h: Any, sizes: Any, reverse: bool
    ) -> Any:
        return unrolled(rnn_tanh_step, x, (h,), (w_ih, w_hh, b_ih, b_hh), sizes, reverse)


class RnnRelu(RnnTanh):
    """``h' = relu(W_ih x + b_ih + W_hh h + b_hh)``, with the slope 0 where h' is 0."""

    torch_name = "StackBackward0"

    @staticmethod
    def activate(xp: Any, h: Any) -> None:
        xp.maximum(h, 0, out=h)

    @staticmethod
    def slope(h: Any) -> Any:
        return (h != 0).astype(h.dtype)  # of NaN 1, as relu's

    @staticmethod
    def formula(
        x: Any, w_ih: Any, w_hh: Any, b_ih: Any, b_hh: Any, h: Any, sizes: Any, reverse: bool
    ) -> Any:
        return unrolled(rnn_relu_step, x, (h,), (w_ih, w_hh, b_ih, b_hh), sizes, reverse)


class Gru(Fused):
    """``h' = (1 - z) n + z h``, where ``n = tanh(x_n + r h_n)``, ``r = σ(x_r + h_r)``, z alike.

    x_r, x_z, x_n are the rows of ``W_ih x + b_ih``, and h_r, h_z, h_n those of ``W_hh h + b_hh``.
    Slopes: ``∂n = (1 - z)(1 - n²)`` by x_n, ``r ∂n`` by h_n, ``h_n r (1 - r) ∂n`` by x_r and h_r,
    ``(h - n) z (1 - z)`` by x_z and h_z.
    """

    torch_name = "StackBackward0"

    def forward(
        self,
        xp: Any,
        x: Any,
        w_ih: Any,
        w_hh: Any,
        b_ih: Any,
        b_hh: Any,
        h: Any,
        sizes: Any,
        reverse: bool,
    ) -> Any:
        steps, (batch, hidden) = len(x), h.shape
        inputs = input_sums(xp, x, w_ih, [b_ih], reverse).reshape(steps, 3, hidden, batch)
        bias = None if b_hh is None else in_columns(xp, b_hh, batch).reshape(3, hidden, batch)
        gates = xp.empty((steps, 4, hidden, batch), h.dtype)
        states = room(xp, h, steps)
        half = xp.asarray(0.5, h.dtype)
        for active, sums_x, gate, before, after in forwards(
            sizes, reverse, inputs, gates, states[:-1], states[1:]
        ):
            sums_h = w_hh.dot(before).reshape(3, hidden, batch)
            if bias is not None:
                sums_h += bias
            r, z, h_n, n = gate
            r_and_z = gate[:2]
            xp.add(sums_x[:2], sums_h[:2], out=r_and_z)
            r_and_z *= half  # σ(x) = (tanh(x / 2) + 1) / 2, and tanh is faster than exp
            xp.tanh(r_and_z, out=r_and_z)
            r_and_z *= half
            r_and_z += half
            h_n[...] = sums_h[2]
            xp.multiply(r, h_n, out=n)
            n += sums_x[2]
            xp.tanh(n, out=n)
            if active < batch:
                z[:, active:] = 1
            xp.subtract(before, n, out=after)
            after *= z
            after += n
        self.save(gates=gates, states=states)
        return output(states, reverse), states[-1].T.copy()

    def gradient(
        self,
        xp: Any,
        grad: Any,
        x: Any,
        w_ih: Any,
        w_hh: Any,
        sizes: Any,
        reverse: bool,
        gates: Any,
        states: Any,
    ) -> Any:
        r, z, h_n, n = gates.swapaxes(0, 1)
        slopes = xp.empty_like(gates)
        by_r, by_z, by_h_n, by_x_n = slopes.swapaxes(0, 1)
        xp.multiply(1 - z, 1 - n * n, out=by_x_n)
        xp.multiply(by_x_n, r, out=by_h_n)
        xp.multiply(by_h_n, h_n * (1 - r), out=by_r)
        xp.multiply(states[:-1] - n, z * (1 - z), out=by_z)
        grad_h = grad[1].T
        for grad_out, _, slope, z_t in backwards(grad[0], sizes, reverse, slopes, z):
            grad_after = grad_h + grad_out
            slope *= grad_after
            grad_h = w_hh.T.dot(slope[:3].reshape(len(w_hh), -1))
            grad_after *= z_t
            grad_h += grad_after
        h_sums = slopes[:, :3].reshape(len(x), len(w_hh), -1)
        x_sums = xp.concatenate([slopes[:, :2], slopes[:, 3:]], 1).reshape(h_sums.shape)
        first = first_gradients(self, xp, x, w_ih, states[:-1], x_sums, h_sums, reverse)
        return *first, grad_h.T

    @staticmethod
    def formula(
        x: Any, w_ih: Any, w_hh: Any, b_ih: Any, b_hh: Any, h: Any, sizes: Any, reverse: bool
    ) -> Any:
        return unrolled(gru_step, x, (h,), (w_ih, w_hh, b_ih, b_hh), sizes, reverse)
