"""The long short-term memory over all steps of sequences: see recurrent.py for how that goes.

After `minitorch.compile` the steps are loops in C++: see lstm_loops.py.
"""

from __future__ import annotations

from typing import Any

from .. import kernels
from . import lstm_loops
from .fused import Fused
from .recurrent import backwards, first_gradients, forwards, input_sums, output, room, side_by_side
from .recurrent_steps import lstm_step, unrolled


class Lstm(Fused):
    """``c' = f c + i g`` and ``h' = o tanh(c')``; with ``w_hr``, ``h' = W_hr (o tanh(c'))``.

    The gates are rows of the sums: i, f and o their sigmoids, g their tanh. The slopes of c' are
    ``g i (1 - i)``, ``c f (1 - f)`` and ``i (1 - g²)`` by the sums, those of ``o tanh(c')`` are
    ``tanh(c') o (1 - o)``, and ``o (1 - tanh(c')²)`` by c'.
    """

    torch_name = "MkldnnRnnLayerBackward0"  # what PyTorch calls it for float32 on a CPU

    def forward(
        self,
        xp: Any,
        x: Any,
        w_ih: Any,
        w_hh: Any,
        b_ih: Any,
        b_hh: Any,
        h: Any,
        c: Any,
        w_hr: Any,
        sizes: Any,
        reverse: bool,
    ) -> Any:
        if lstm_loops.fits(c, len(x), w_hr):
            saved = lstm_loops.forward(x, w_ih, w_hh, [b_ih, b_hh], h, c, sizes, reverse)
        else:
            saved = self.steps(xp, x, w_ih, w_hh, [b_ih, b_hh], h, c, w_hr, sizes, reverse)
        gates, cells, states = saved
        self.save(gates=gates, cells=cells, states=states)
        return output(states, reverse), states[-1].T.copy(), cells[-1].T.copy()

    @staticmethod
    def steps(
        xp: Any,
        x: Any,
        w_ih: Any,
        w_hh: Any,
        biases: list[Any],
        h: Any,
        c: Any,
        w_hr: Any,
        sizes: Any,
        reverse: bool,
    ) -> tuple[Any, Any, Any]:
        """The gates (T, 4, H, N); c and h before each step and after the last, (T + 1, H, N)."""
        steps, (batch, hidden) = len(x), c.shape
        shape = 4, hidden, batch
        gates = input_sums(xp, x, w_ih, biases, reverse).reshape(steps, *shape)
        states, cells = room(xp, h, steps), room(xp, c, steps)
        scale = xp.full(shape, 0.5, c.dtype)
        scale[2] = 1
        shift = 1 - scale
        sums_h = xp.empty((len(w_hh), batch), c.dtype)
        fits = kernels.on_gpu(scale)  # on a CPU the calls of NumPy take as long as a kernel's
        for active, gate, before, after, cell_before, cell in forwards(
            sizes, reverse, gates, states[:-1], states[1:], cells[:-1], cells[1:]
        ):
            xp.dot(w_hh, before, out=sums_h)
            shown = after if w_hr is None else xp.empty_like(cell)
            if fits:
                LSTM(sums_h, cell_before, cell.size, gate, cell, shown)
            else:
                gate += sums_h.reshape(shape)
                gate *= scale  # σ(x) = (tanh(x / 2) + 1) / 2, so that one tanh does for all gates
                xp.tanh(gate, out=gate)
                gate *= scale
                gate += shift
                i, f, g, o = gate
                xp.multiply(f, cell_before, out=cell)
                cell += i * g
                xp.tanh(cell, out=shown)
                shown *= o
            if w_hr is not None:
                xp.dot(w_hr, shown, out=after)
            if active < batch:
                gate[:, :, active:] = 0
                gate[1, :, active:] = 1
                cell[:, active:] = cell_before[:, active:]
                after[:, active:] = before[:, active:]
        return gates, cells, states

    def gradient(
        self,
        xp: Any,
        grad: Any,
        x: Any,
        w_ih: Any,
        w_hh: Any,
        c: Any,
        w_hr: Any,
        sizes: Any,
        reverse: bool,
        gates: Any,
        cells: Any,
        states: Any,
    ) -> Any:
        grad_w_hr = None
        if lstm_loops.fits(c, len(x), w_hr):
            back = lstm_loops.backward(grad, w_hh, gates, cells, sizes, reverse)
        else:
            back = self.steps_back(xp, grad, w_hh, w_hr, gates, cells, sizes, reverse)
        totals, grad_h, grad_c, grads_after = back
        first = first_gradients(self, xp, x, w_ih, states[:-1], totals, totals, reverse)
        if w_hr is not None:
            o = gates[:, 3]
            grad_w_hr = side_by_side(grads_after).dot(side_by_side(o * xp.tanh(cells[1:])).T)
        return *first, grad_h.T, grad_c.T, grad_w_hr

    @classmethod
    def steps_back(
        cls,
        xp: Any,
        grad: Any,
        w_hh: Any,
        w_hr: Any,
        gates: Any,
        cells: Any,
        sizes: Any,
        reverse: bool,
    ) -> tuple[Any, Any, Any, Any]:
        """The gradients of the sums (T, 4 H, N), of the first h and c, and of h after each step."""
        batch = gates.shape[3]
        f = gates[:, 1]
        slopes, by_c = cls.slopes(xp, gates, cells)
        fits = kernels.on_gpu(slopes)
        grad_h, grad_c = grad[1].T, grad[2].T.copy()
        grads_after = xp.empty((len(f), *grad_h.shape), f.dtype)
        for grad_out, active, slope, by_c_t, f_t, grad_after in backwards(
            grad[0], sizes, reverse, slopes, by_c, f, grads_after
        ):
            xp.add(grad_h, grad_out, out=grad_after)
            shown = grad_after if w_hr is None else w_hr.T.dot(grad_after)
            if fits:
                LSTM_BACK(shown, by_c_t, f_t, f_t.size, slope, grad_c)
            else:
                grad_c += shown * by_c_t
                slope[:3] *= grad_c
                slope[3] *= shown
                grad_c *= f_t
            grad_h = w_hh.T.dot(slope.reshape(len(w_hh), -1))
            if active < batch:
                grad_h[:, active:] = grad_after[:, active:]
        return slopes.reshape(len(f), len(w_hh), batch), grad_h, grad_c, grads_after

    @staticmethod
    def slopes(xp: Any, gates: Any, cells: Any) -> tuple[Any, Any]:
        """For all steps: those by the sums, and that of ``o tanh(c')`` by c'."""
        i, f, g, o = gates.swapaxes(0, 1)
        slopes = xp.empty_like(gates)
        by_i, by_f, by_g, by_o = slopes.swapaxes(0, 1)
        if kernels.fits(slopes):
            by_c = xp.empty_like(cells[1:])
            LSTM_SLOPES(i, f, g, o, cells[:-1], cells[1:], by_i, by_f, by_g, by_o, by_c)
            return slopes, by_c
        tanh_c = xp.tanh(cells[1:])
        xp.multiply(gates, gates, out=slopes)
        for slope, gate, factor in (
            (by_i, i, g),
            (by_f, f, cells[:-1]),
            (by_g, 1, i),
            (by_o, o, tanh_c),
        ):
            xp.subtract(gate, slope, out=slope)
            slope *= factor
        return slopes, (1 - tanh_c * tanh_c) * o

    @staticmethod
    def formula(
        x: Any,
        w_ih: Any,
        w_hh: Any,
        b_ih: Any,
        b_hh: Any,
        h: Any,
        c: Any,
        w_hr: Any,
        sizes: Any,
        reverse: bool,
    ) -> Any:
        return unrolled(lstm_step, x, (h, c), (w_ih, w_hh, b_ih, b_hh, w_hr), sizes, reverse)


# The same for a GPU: see kernels.py. A gate has n numbers.
LSTM = kernels.Kernel(
    "lstm",
    "raw T sums, T before, int64 n",
    "raw T gates, T cell, T shown",
    "T in_ = T(1) / (T(1) + exp(-gates[i] - sums[i])); "
    "T f = T(1) / (T(1) + exp(-gates[i + n] - sums[i + n])); "
    "T g = tanh(gates[i + 2 * n] + sums[i + 2 * n]); "
    "T o = T(1) / (T(1) + exp(-gates[i + 3 * n] - sums[i + 3 * n])); "
    "gates[i] = in_; gates[i + n] = f; gates[i + 2 * n] = g; gates[i + 3 * n] = o; "
    "T c = f * before + in_ * g; cell = c; shown = o * tanh(c)",
)
LSTM_SLOPES = kernels.Kernel(
    "lstm_slopes",
    "T in_, T f, T g, T o, T before, T cell",
    "T by_i, T by_f, T by_g, T by_o, T by_c",
    "T t = tanh(cell); by_i = (in_ - in_ * in_) * g; by_f = (f - f * f) * before; "
    "by_g = (T(1) - g * g) * in_; by_o = (o - o * o) * t; by_c = (T(1) - t * t) * o",
)
LSTM_BACK = kernels.Kernel(
    "lstm_back",
    "T grad, T by_c, T f, int64 n",
    "raw T slopes, T grad_c",
    "T c = grad_c + grad * by_c; slopes[i] *= c; slopes[i + n] *= c; slopes[i + 2 * n] *= c; "
    "slopes[i + 3 * n] *= grad; grad_c = c * f",
)
