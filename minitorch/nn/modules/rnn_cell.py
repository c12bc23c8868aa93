"""The cells of recurrent networks: layers that take one step."""

from __future__ import annotations

import math
from typing import Any

from ... import creation
from ...ops import cells
from ...tensor import Tensor
from .. import init
from ..parameter import Parameter
from .module import Module


class RNNCellBase(Module):
    """What `RNNCell`, `LSTMCell` and `GRUCell` share: the parameters of ``num_chunks`` gates.

    ``weight_ih`` (num_chunks · hidden_size, input_size), ``weight_hh`` (num_chunks · hidden_size,
    hidden_size), and with ``bias`` ``bias_ih`` and ``bias_hh``, all uniform on ±1/√hidden_size.

    >>> isinstance(nn.GRUCell(3, 5), nn.RNNCellBase), nn.GRUCell(3, 5).weight_ih.shape
    (True, torch.Size([15, 3]))
    """

    weight_ih: Tensor
    weight_hh: Tensor
    bias_ih: Tensor | None
    bias_hh: Tensor | None

    def __init__(
        self,
        input_size: int,
        hidden_size: int,
        bias: bool,
        num_chunks: int,
        device: Any = None,
        dtype: Any = None,
    ) -> None:
        super().__init__()
        self.input_size = input_size
        self.hidden_size = hidden_size
        self.bias = bias
        rows = num_chunks * hidden_size
        for name, *shape in (
            ("weight_ih", rows, input_size),
            ("weight_hh", rows, hidden_size),
            ("bias_ih", rows),
            ("bias_hh", rows),
        ):
            wanted = bias or name.startswith("weight")
            parameter = (
                Parameter(creation.empty(tuple(shape), device=device, dtype=dtype))
                if wanted
                else None
            )
            self.register_parameter(name, parameter)
        self.reset_parameters()

    def reset_parameters(self) -> None:
        """Draw all parameters anew, uniform on ±1/√hidden_size."""
        bound = 1 / math.sqrt(self.hidden_size) if self.hidden_size > 0 else 0
        for weight in self.parameters():
            init.uniform_(weight, -bound, bound)

    def _step(self, name: str, function: Any, input: Any, hx: Any) -> Any:
        """The new state by ``function``, for a batch or a single sequence; ``hx`` None is zeros."""
        if input.dim() not in (1, 2):
            raise ValueError(f"{name}: Expected input to be 1D or 2D, got {input.dim()}D instead")
        pair = name == "LSTMCell"
        for number, h in enumerate(() if hx is None else hx if pair else (hx,)):
            if h.dim() not in (1, 2):
                label = f"hx[{number}]" if pair else "hidden"
                raise ValueError(f"{name}: Expected {label} to be 1D or 2D, got {h.dim()}D instead")
        single = input.dim() == 1
        if single:
            input = input.unsqueeze(0)
        if hx is None:
            hx = creation.zeros(
                input.size(0), self.hidden_size, dtype=input.dtype, device=input.device
            )
            hx = (hx, hx) if pair else hx
        elif single:
            hx = [h.unsqueeze(0) for h in hx] if pair else hx.unsqueeze(0)
        weights = self.weight_ih, self.weight_hh, self.bias_ih, self.bias_hh
        new = function(input, hx, *weights)
        if not single:
            return new
        return tuple([h.squeeze(0) for h in new]) if pair else new.squeeze(0)

    def extra_repr(self) -> str:
        """The sizes, and the settings that are not the usual ones."""
        text = f"{self.input_size}, {self.hidden_size}"
        if self.bias is not True:
            text += f", bias={self.bias}"
        nonlinearity = getattr(self, "nonlinearity", "tanh")
        return text if nonlinearity == "tanh" else f"{text}, nonlinearity={nonlinearity}"


class RNNCell(RNNCellBase):
    """One step of an `RNN`: ``h' = tanh(W_ih x + b_ih + W_hh h + b_hh)``, or relu for tanh.

    Shapes: input (N, input_size), state and result (N, hidden_size); all also without N.

    >>> cell = nn.RNNCell(10, 20, nonlinearity="relu")
    >>> cell
    RNNCell(10, 20, nonlinearity=relu)
    >>> cell(mt.zeros(3, 10)).shape
    torch.Size([3, 20])
    """

    def __init__(
        self,
        input_size: int,
        hidden_size: int,
        bias: bool = True,
        nonlinearity: str = "tanh",
        device: Any = None,
        dtype: Any = None,
    ) -> None:
        super().__init__(input_size, hidden_size, bias, 1, device, dtype)
        self.nonlinearity = nonlinearity

    def forward(self, input: Tensor, hx: Tensor | None = None) -> Tensor:
        """The next state."""
        functions = {"tanh": cells.rnn_tanh_cell, "relu": cells.rnn_relu_cell}
        if self.nonlinearity not in functions:
            raise RuntimeError(f"Unknown nonlinearity: {self.nonlinearity}")
        result: Tensor = self._step("RNNCell", functions[self.nonlinearity], input, hx)
        return result


class GRUCell(RNNCellBase):
    """One step of a `GRU`.

    Shapes: input (N, input_size), state and result (N, hidden_size); all also without N.

    >>> nn.GRUCell(10, 20)(mt.zeros(3, 10)).shape
    torch.Size([3, 20])
    """

    def __init__(
        self,
        input_size: int,
        hidden_size: int,
        bias: bool = True,
        device: Any = None,
        dtype: Any = None,
    ) -> None:
        super().__init__(input_size, hidden_size, bias, 3, device, dtype)

    def forward(self, input: Tensor, hx: Tensor | None = None) -> Tensor:
        """The next state."""
        result: Tensor = self._step("GRUCell", cells.gru_cell, input, hx)
        return result


class LSTMCell(RNNCellBase):
    """One step of an `LSTM`: from x and (h, c) to the next (h, c).

    Shapes: input (N, input_size), h and c (N, hidden_size); all also without N.

    >>> h, c = nn.LSTMCell(10, 20)(mt.zeros(3, 10))
    >>> h.shape, c.shape
    (torch.Size([3, 20]), torch.Size([3, 20]))
    """

    def __init__(
        self,
        input_size: int,
        hidden_size: int,
        bias: bool = True,
        device: Any = None,
        dtype: Any = None,
    ) -> None:
        super().__init__(input_size, hidden_size, bias, 4, device, dtype)

    def forward(
        self, input: Tensor, hx: tuple[Tensor, Tensor] | None = None
    ) -> tuple[Tensor, Tensor]:
        """The next (h, c)."""
        result: tuple[Tensor, Tensor] = self._step("LSTMCell", cells.lstm_cell, input, hx)
        return result
