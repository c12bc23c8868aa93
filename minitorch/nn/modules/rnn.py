"""Recurrent layers: a state that goes from step to step of a sequence."""

from __future__ import annotations

import math
import numbers
from typing import Any

from ... import creation
from ...ops import cells
from ...ops.joining import cat, stack
from ...ops.lstm import Lstm
from ...ops.packing import PackPaddedSequence
from ...ops.recurrent import Gru, RnnRelu, RnnTanh
from ...tensor import Tensor
from ...user_warnings import warn
from .. import functional as F, init
from ..parameter import Parameter
from ..utils.rnn import PackedSequence, padded
from .module import Module

# The operation of each mode, and how many gates it has: the weights of all gates are one matrix.
MODES: dict[str, tuple[Any, int]] = {
    "LSTM": (Lstm, 4),
    "GRU": (Gru, 3),
    "RNN_TANH": (RnnTanh, 1),
    "RNN_RELU": (RnnRelu, 1),
}


class RNNBase(Module):
    """What `RNN`, `LSTM` and `GRU` share: their settings, parameters and layers.

    Each of ``num_layers`` layers, and with ``bidirectional`` each of their two directions, has the
    parameters ``weight_ih_l0`` (gates · hidden_size, features), ``weight_hh_l0`` (gates ·
    hidden_size, hidden_size), and with ``bias`` ``bias_ih_l0`` and ``bias_hh_l0``. The names end in
    the number of the layer, and ``_reverse`` for the second direction. All begin uniform on
    ±1/√hidden_size. ``dropout`` is the probability with which elements of what one layer gives
    to the next become zero while training.

    >>> [name for name, _ in nn.RNN(3, 5, bidirectional=True).named_parameters()][:4]
    ['weight_ih_l0', 'weight_hh_l0', 'bias_ih_l0', 'bias_hh_l0']
    >>> [tuple(p.shape) for p in nn.LSTM(3, 5).parameters()]
    [(20, 3), (20, 5), (20,), (20,)]
    """

    def __init__(
        self,
        mode: str,
        input_size: int,
        hidden_size: int,
        num_layers: int = 1,
        bias: bool = True,
        batch_first: bool = False,
        dropout: float = 0.0,
        bidirectional: bool = False,
        proj_size: int = 0,
        device: Any = None,
        dtype: Any = None,
    ) -> None:
        super().__init__()
        self.mode = mode
        self.input_size = input_size
        self.hidden_size = hidden_size
        self.num_layers = num_layers
        self.bias = bias
        self.batch_first = batch_first
        self.dropout = float(dropout)
        self.bidirectional = bidirectional
        self.proj_size = proj_size
        self._check_settings(dropout)
        _, gates = MODES[mode]
        self._all_weights: list[list[str]] = []
        for layer in range(num_layers):
            features = input_size if layer == 0 else self._output_size * self._directions
            shapes: dict[str, tuple[int, ...]] = {
                "weight_ih": (gates * hidden_size, features),
                "weight_hh": (gates * hidden_size, self._output_size),
            }
            if bias:
                shapes |= dict.fromkeys(("bias_ih", "bias_hh"), (gates * hidden_size,))
            if proj_size:
                shapes["weight_hr"] = (proj_size, hidden_size)
            for suffix in ("", "_reverse")[: self._directions]:
                self._all_weights.append([f"{name}_l{layer}{suffix}" for name in shapes])
                for name, shape in zip(self._all_weights[-1], shapes.values(), strict=True):
                    empty = creation.empty(shape, device=device, dtype=dtype)
                    self.register_parameter(name, Parameter(empty))
        self.reset_parameters()

    def _check_settings(self, dropout: Any) -> None:
        """Refuse what is no setting, in PyTorch's order."""
        if (
            not isinstance(dropout, numbers.Number)
            or isinstance(dropout, bool)
            or not 0 <= self.dropout <= 1
        ):
            raise ValueError(
                "dropout should be a number in range [0, 1] representing the probability of an "
                "element being zeroed"
            )
        if dropout and self.num_layers == 1:
            warn(
                "dropout option adds dropout after all but last recurrent layer, so non-zero "
                f"dropout expects num_layers greater than 1, but got dropout={dropout} and "
                f"num_layers={self.num_layers}"
            )
        for name, kind in (
            ("bias", bool),
            ("batch_first", bool),
            ("input_size", int),
            ("hidden_size", int),
            ("num_layers", None),
        ):
            value = getattr(self, name)
            if kind is not None and not isinstance(value, kind):
                raise TypeError(
                    f"{name} should be of type {kind.__name__}, got: {type(value).__name__}"
                )
            if kind is not bool and value <= 0:
                raise ValueError(f"{name} must be greater than zero")
        if self.proj_size < 0:
            raise ValueError(
                "proj_size should be a positive integer or zero to disable projections"
            )
        if self.proj_size >= self.hidden_size:
            raise ValueError("proj_size has to be smaller than hidden_size")
        if self.mode not in MODES:
            raise ValueError("Unrecognized RNN mode: " + self.mode)

    @property
    def _directions(self) -> int:
        return 2 if self.bidirectional else 1

    @property
    def _output_size(self) -> int:
        """How many numbers h has."""
        return self.proj_size or self.hidden_size

    @property
    def _flat_weights_names(self) -> list[str]:
        return [name for names in self._all_weights for name in names]

    @property
    def _flat_weights(self) -> list[Any]:
        return [getattr(self, name) for name in self._flat_weights_names]

    @property
    def all_weights(self) -> list[list[Parameter]]:
        """The parameters of each layer and direction."""
        return [[getattr(self, name) for name in names] for names in self._all_weights]

    def flatten_parameters(self) -> None:
        """Nothing: in PyTorch it puts the parameters side by side in the memory of a GPU."""

    def reset_parameters(self) -> None:
        """Draw all parameters anew, uniform on ±1/√hidden_size."""
        bound = 1 / math.sqrt(self.hidden_size)
        for weight in self.parameters():
            init.uniform_(weight, -bound, bound)

    def _run(self, input: Any, hx: tuple[Any, ...] | None) -> tuple[Any, tuple[Any, ...]]:
        """The output and the last states, for ``input`` in any of its forms; ``hx`` are states."""
        if isinstance(input, PackedSequence):
            x, batch_sizes, sorted_indices, unsorted_indices = input
            batch = int(batch_sizes[0])
            if hx is not None and sorted_indices is not None:
                hx = tuple([h.index_select(1, sorted_indices) for h in hx])
            hx = self._checked(x, hx, batch, packed=True)
            x, states = self._layers(x, hx, batch_sizes)
            if unsorted_indices is not None:
                states = tuple([h.index_select(1, unsorted_indices) for h in states])
            return PackedSequence(x, batch_sizes, sorted_indices, unsorted_indices), states
        batched = input.dim() == 3
        if input.dim() not in (2, 3):
            word = " tensor" if self.mode.startswith("RNN") else ""
            raise ValueError(
                f"{self.mode.partition('_')[0]}: Expected input to be 2D or 3D, got {input.dim()}D"
                f"{word} instead"
            )
        if hx is not None:
            self._check_dims(hx, batched)
        batch_dim = 0 if self.batch_first else 1
        if not batched:
            input = input.unsqueeze(batch_dim)
            hx = hx and tuple([h.unsqueeze(1) for h in hx])
        hx = self._checked(input, hx, input.size(batch_dim), packed=False)
        x = input.transpose(0, 1) if self.batch_first else input
        x, states = self._layers(x, hx, None)
        x = x.transpose(0, 1) if self.batch_first else x
        if not batched:
            return x.squeeze(batch_dim), tuple([h.squeeze(1) for h in states])
        return x, states

    def _check_dims(self, hx: tuple[Any, ...], batched: bool) -> None:
        """Refuse states with a batch dimension for an input without one, and the reverse."""
        wanted = 3 if batched else 2
        dims = [f"{h.dim()}-D" for h in hx]
        if any(h.dim() != wanted for h in hx):
            kind = "batched 3-D" if batched else "unbatched 2-D"
            names, got = ("hx", dims[0] + " tensor")
            if len(hx) == 2:
                names, got = "hx and cx", f"({', '.join(dims)}) tensors"
            raise RuntimeError(f"For {kind} input, {names} should also be {wanted}-D but got {got}")

    def _checked(
        self, x: Any, hx: tuple[Any, ...] | None, batch: int, packed: bool
    ) -> tuple[Any, ...]:
        """The first states: ``hx``, or zeros; refuses what does not fit."""
        count = self.num_layers * self._directions
        shapes = [(count, batch, self._output_size)]
        if self.mode == "LSTM":
            shapes.append((count, batch, self.hidden_size))
        weight = getattr(self, self._all_weights[0][0])
        if x.dtype != weight.dtype:
            raise ValueError(
                f"RNN input dtype ({x.dtype}) does not match weight dtype ({weight.dtype}). "
                f"Convert input: input.to({weight.dtype}), or convert model: model.to({x.dtype})"
            )
        dims = 2 if packed else 3
        if x.dim() != dims:
            raise RuntimeError(f"input must have {dims} dimensions, got {x.dim()}")
        if x.size(-1) != self.input_size:
            raise RuntimeError(
                "input.size(-1) must be equal to input_size. Expected "
                f"{self.input_size}, got {x.size(-1)}"
            )
        if hx is None:
            return tuple([creation.zeros(s, dtype=x.dtype, device=x.device) for s in shapes])
        for number, (h, shape) in enumerate(zip(hx, shapes, strict=True)):
            if tuple(h.shape) != shape:
                which = f"hidden[{number}]" if len(hx) == 2 else "hidden"
                raise RuntimeError(f"Expected {which} size {shape}, got {list(h.shape)}")
        return hx

    def _layers(self, x: Any, hx: tuple[Any, ...], batch_sizes: Any) -> tuple[Any, tuple[Any, ...]]:
        """The layers over x (T, N, features), or with ``batch_sizes`` over packed data."""
        if batch_sizes is None and len(x) == 0:
            raise RuntimeError("Expected sequence length to be larger than 0 in RNN")
        sizes = (x.shape[1],) * len(x) if batch_sizes is None else tuple(batch_sizes.tolist())
        operation, _ = MODES[self.mode]
        finals = []
        for layer in range(self.num_layers):
            x = x if batch_sizes is None else padded(x, batch_sizes)
            outs = []
            for direction in range(self._directions):
                place = layer * self._directions + direction
                states = tuple([h[place] for h in hx])
                out, *final = cells.layer(
                    operation, x, states, self._weights(place), sizes, direction == 1
                )
                outs.append(out)
                finals.append(final)
            x = outs[0] if len(outs) == 1 else cat(outs, 2)
            x = x if batch_sizes is None else PackPaddedSequence.apply(x, sizes)
            if layer < self.num_layers - 1:
                x = F.dropout(x, self.dropout, self.training)
        return x, tuple([stack(states) for states in zip(*finals, strict=True)])

    def _weights(self, place: int) -> tuple[Any, ...]:
        """The weights of one layer and direction as `ops.cells.layer` takes them."""
        found = [getattr(self, name) for name in self._all_weights[place]]
        biases = found[2:4] if self.bias else [None, None]
        projection = [found[-1] if self.proj_size else None] if self.mode == "LSTM" else []
        return (*found[:2], *biases, *projection)

    def extra_repr(self) -> str:
        """The sizes, and the settings that are not the usual ones."""
        text = f"{self.input_size}, {self.hidden_size}"
        usual = {
            "proj_size": 0,
            "num_layers": 1,
            "bias": True,
            "batch_first": False,
            "dropout": 0,
            "bidirectional": False,
        }
        for name, value in usual.items():
            if getattr(self, name) != value:
                text += f", {name}={getattr(self, name)}"
        return text


def refuse_projection(settings: dict[str, Any]) -> None:
    """Refuse a ``proj_size``, which only an LSTM has."""
    if "proj_size" in settings:
        raise ValueError("proj_size argument is only supported for LSTM, not RNN or GRU")


class RNN(RNNBase):
    """``h' = tanh(W_ih x + b_ih + W_hh h + b_hh)`` at each step; relu with ``nonlinearity="relu"``.

    ``RNN(input_size, hidden_size, num_layers=1, nonlinearity="tanh", bias=True, batch_first=False,
    dropout=0.0, bidirectional=False)``; see `RNNBase` for what they mean.

    Input: (T, N, input_size), with ``batch_first`` (N, T, input_size), one sequence (T,
    input_size), or a `PackedSequence`; and the first state, (layers · directions, N, hidden_size),
    zeros if None. Output: h of the last layer after each step, (T, N, directions · hidden_size),
    and h of all layers after the last step. Elman, *Finding Structure in Time*, 1990.

    >>> out, h = nn.RNN(10, 20, num_layers=2)(mt.zeros(5, 3, 10))
    >>> out.shape, h.shape
    (torch.Size([5, 3, 20]), torch.Size([2, 3, 20]))
    """

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        refuse_projection(kwargs)
        if len(args) > 3:
            self.nonlinearity = args[3]
            args = args[:3] + args[4:]
        else:
            self.nonlinearity = kwargs.pop("nonlinearity", "tanh")
        if self.nonlinearity not in ("tanh", "relu"):
            raise ValueError(
                f"Unknown nonlinearity '{self.nonlinearity}'. Select from 'tanh' or 'relu'."
            )
        super().__init__(f"RNN_{self.nonlinearity.upper()}", *args, **kwargs)

    def forward(self, input: Any, hx: Any = None) -> tuple[Any, Tensor]:
        """The output, and the last state of each layer and direction."""
        output, (h,) = self._run(input, None if hx is None else (hx,))
        return output, h


class GRU(RNNBase):
    """``h' = (1 - z) n + z h`` at each step: between h and a candidate n, where the gate z says.

    ``r = σ(W_ir x + b_ir + W_hr h + b_hr)``, ``z = σ(W_iz x + b_iz + W_hz h + b_hz)`` and
    ``n = tanh(W_in x + b_in + r (W_hn h + b_hn))``. The rows of the parameters are those of r, z
    and n. Arguments and shapes as for `RNN`, without ``nonlinearity``. Cho and others, *Learning
    Phrase Representations using RNN Encoder-Decoder*, 2014.

    >>> out, h = nn.GRU(10, 20, batch_first=True, bidirectional=True)(mt.zeros(3, 5, 10))
    >>> out.shape, h.shape
    (torch.Size([3, 5, 40]), torch.Size([2, 3, 20]))
    """

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        refuse_projection(kwargs)
        super().__init__("GRU", *args, **kwargs)

    def forward(self, input: Any, hx: Any = None) -> tuple[Any, Tensor]:
        """The output, and the last state of each layer and direction."""
        output, (h,) = self._run(input, None if hx is None else (hx,))
        return output, h


class LSTM(RNNBase):
    """``c' = f c + i g`` and ``h' = o tanh(c')`` at each step: a cell c with gates.

    ``i = σ(W_ii x + b_ii + W_hi h + b_hi)``; f and o are alike, and g with tanh for σ. The rows of
    the parameters are those of i, f, g and o. Arguments and shapes as for `RNN`, without
    ``nonlinearity``; the state is the pair (h, c). With ``proj_size`` there is another parameter,
    ``weight_hr_l0`` (proj_size, hidden_size), and ``h' = W_hr (o tanh(c'))`` has proj_size numbers.
    Hochreiter and Schmidhuber, *Long Short-Term Memory*, 1997.

    >>> out, (h, c) = nn.LSTM(10, 20, proj_size=5)(mt.zeros(5, 3, 10))
    >>> out.shape, h.shape, c.shape
    (torch.Size([5, 3, 5]), torch.Size([1, 3, 5]), torch.Size([1, 3, 20]))
    """

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__("LSTM", *args, **kwargs)

    def forward(self, input: Any, hx: Any = None) -> tuple[Any, tuple[Tensor, Tensor]]:
        """The output, and the last (h, c) of each layer and direction."""
        output, (h, c) = self._run(input, None if hx is None else (hx[0], hx[1]))
        return output, (h, c)
