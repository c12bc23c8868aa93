"""Activations as layers: each applies the function of `nn.functional` that its docstring names.

Those that make probabilities of scores are in softmax.py.
"""

from __future__ import annotations

from typing import Any

from ... import creation
from ...tensor import Tensor
from ...user_warnings import warn
from .. import functional as F, init
from ..parameter import Parameter
from .attention import MultiheadAttention as MultiheadAttention  # PyTorch has it here
from .module import Module


class _QuietInplace(Module):
    """An activation with no other option than to overwrite its input, which it does not print."""

    def __init__(self, inplace: bool = False) -> None:
        super().__init__()
        self.inplace = inplace


class _Inplace(_QuietInplace):
    """One that prints the option."""

    def extra_repr(self) -> str:
        """Whether the input is overwritten."""
        return "inplace=True" if self.inplace else ""


def _and_inplace(inplace: bool) -> str:
    return ", inplace=True" if inplace else ""


class ReLU(_Inplace):
    """``max(0, x)``: `functional.relu`.

    >>> nn.ReLU()(mt.tensor([-1.0, 2.0]))
    tensor([0., 2.])
    """

    def forward(self, input: Tensor) -> Tensor:
        """``max(0, input)``."""
        return F.relu(input, inplace=self.inplace)


class Hardtanh(Module):
    """``x`` held between ``min_val`` and ``max_val``: `functional.hardtanh`.

    >>> nn.Hardtanh(-2, 2)(mt.tensor([-3.0, 0.5, 3.0]))
    tensor([-2.0000,  0.5000,  2.0000])
    """

    def __init__(
        self,
        min_val: float = -1.0,
        max_val: float = 1.0,
        inplace: bool = False,
        min_value: float | None = None,
        max_value: float | None = None,
    ) -> None:
        super().__init__()
        if min_value is not None:
            self._renamed("min_value", "min_val")
            min_val = min_value
        if max_value is not None:
            self._renamed("max_value", "max_val")
            max_val = max_value
        if max_val <= min_val:
            raise AssertionError(f"max_val ({max_val}) must be greater than min_val ({min_val})")
        self.min_val = min_val
        self.max_val = max_val
        self.inplace = inplace

    @staticmethod
    def _renamed(old: str, new: str) -> None:
        warn(f"keyword argument `{old}` is deprecated and renamed to `{new}`", FutureWarning)

    def forward(self, input: Tensor) -> Tensor:
        """``min(max(input, min_val), max_val)``."""
        return F.hardtanh(input, self.min_val, self.max_val, self.inplace)

    def extra_repr(self) -> str:
        """The bounds."""
        return f"min_val={self.min_val}, max_val={self.max_val}{_and_inplace(self.inplace)}"


class ReLU6(Hardtanh):
    """``x`` held between 0 and 6: `functional.relu6`.

    >>> nn.ReLU6()(mt.tensor([-1.0, 3.0, 9.0]))
    tensor([0., 3., 6.])
    """

    def __init__(self, inplace: bool = False) -> None:
        super().__init__(0.0, 6.0, inplace)

    def extra_repr(self) -> str:
        """Whether the input is overwritten."""
        return "inplace=True" if self.inplace else ""


class Threshold(Module):
    """``x`` where it is greater than ``threshold``, else ``value``: `functional.threshold`.

    >>> nn.Threshold(0.5, 9.0)(mt.tensor([0.2, 0.8]))
    tensor([9.0000, 0.8000])
    """

    def __init__(self, threshold: float, value: float, inplace: bool = False) -> None:
        super().__init__()
        self.threshold = threshold
        self.value = value
        self.inplace = inplace

    def forward(self, input: Tensor) -> Tensor:
        """``input`` where it is greater than the threshold, else the value."""
        return F.threshold(input, self.threshold, self.value, self.inplace)

    def extra_repr(self) -> str:
        """The threshold and the value."""
        return f"threshold={self.threshold}, value={self.value}{_and_inplace(self.inplace)}"


class LeakyReLU(Module):
    """``x`` where it is positive, else ``negative_slope · x``: `functional.leaky_relu`.

    >>> nn.LeakyReLU(0.1)(mt.tensor([-1.0, 2.0]))
    tensor([-0.1000,  2.0000])
    """

    def __init__(self, negative_slope: float = 1e-2, inplace: bool = False) -> None:
        super().__init__()
        self.negative_slope = negative_slope
        self.inplace = inplace

    def forward(self, input: Tensor) -> Tensor:
        """``max(0, input) + negative_slope · min(0, input)``."""
        return F.leaky_relu(input, self.negative_slope, self.inplace)

    def extra_repr(self) -> str:
        """The slope."""
        return f"negative_slope={self.negative_slope}{_and_inplace(self.inplace)}"


class RReLU(Module):
    """A leaky ReLU whose slope is random in training: `functional.rrelu`.

    >>> nn.RReLU().eval()(mt.tensor([-1.0, 2.0]))  # the mean of the two slopes
    tensor([-0.2292,  2.0000])
    """

    def __init__(
        self, lower: float = 1.0 / 8, upper: float = 1.0 / 3, inplace: bool = False
    ) -> None:
        super().__init__()
        self.lower = lower
        self.upper = upper
        self.inplace = inplace

    def forward(self, input: Tensor) -> Tensor:
        """``input`` where it is positive, else ``a · input`` with a random a."""
        return F.rrelu(input, self.lower, self.upper, self.training, self.inplace)

    def extra_repr(self) -> str:
        """The range of the slope."""
        return f"lower={self.lower}, upper={self.upper}{_and_inplace(self.inplace)}"


class PReLU(Module):
    """A leaky ReLU whose slope is learned, one for all or one a channel: `functional.prelu`.

    ``weight`` has shape ``(num_parameters,)`` and begins as ``init``.

    >>> nn.PReLU(2)(mt.tensor([[-1.0, 2.0]])).detach()
    tensor([[-0.2500,  2.0000]])
    """

    weight: Tensor

    def __init__(
        self, num_parameters: int = 1, init: float = 0.25, device: Any = None, dtype: Any = None
    ) -> None:
        super().__init__()
        self.num_parameters = num_parameters
        self.init = init
        self.weight = Parameter(creation.empty(num_parameters, device=device, dtype=dtype))
        self.reset_parameters()

    def reset_parameters(self) -> None:
        """Set the slopes back to where they began."""
        init.constant_(self.weight, self.init)

    def forward(self, input: Tensor) -> Tensor:
        """``max(0, input) + weight · min(0, input)``."""
        return F.prelu(input, self.weight)

    def extra_repr(self) -> str:
        """How many slopes."""
        return f"num_parameters={self.num_parameters}"


class _Alpha(Module):
    """An activation with one number ``alpha``."""

    def __init__(self, alpha: float = 1.0, inplace: bool = False) -> None:
        super().__init__()
        self.alpha = alpha
        self.inplace = inplace

    def extra_repr(self) -> str:
        """The number."""
        return f"alpha={self.alpha}{_and_inplace(self.inplace)}"


class ELU(_Alpha):
    """``x`` where it is positive, else ``alpha (exp(x) − 1)``: `functional.elu`.

    >>> nn.ELU()(mt.tensor([-1.0, 2.0]))
    tensor([-0.6321,  2.0000])
    """

    def forward(self, input: Tensor) -> Tensor:
        """``max(0, input) + min(0, alpha (exp(input) − 1))``."""
        return F.elu(input, self.alpha, self.inplace)


class CELU(_Alpha):
    """``x`` where it is positive, else ``alpha (exp(x / alpha) − 1)``: `functional.celu`.

    >>> nn.CELU(alpha=2.0)(mt.tensor([-1.0, 2.0]))
    tensor([-0.7869,  2.0000])
    """

    def forward(self, input: Tensor) -> Tensor:
        """``max(0, input) + min(0, alpha (exp(input / alpha) − 1))``."""
        return F.celu(input, self.alpha, self.inplace)


class SELU(_Inplace):
    """A scaled ELU that keeps mean 0 and variance 1: `functional.selu`.

    >>> nn.SELU()(mt.tensor([-1.0, 1.0]))
    tensor([-1.1113,  1.0507])
    """

    def forward(self, input: Tensor) -> Tensor:
        """``1.0507 · elu(input, 1.6733)``."""
        return F.selu(input, self.inplace)


class GELU(Module):
    """``x Φ(x)`` with Φ the normal distribution function: `functional.gelu`.

    >>> nn.GELU()(mt.tensor([-1.0, 1.0])), nn.GELU("tanh")(mt.tensor([-1.0, 1.0]))
    (tensor([-0.1587,  0.8413]), tensor([-0.1588,  0.8412]))
    """

    def __init__(self, approximate: str = "none") -> None:
        super().__init__()
        self.approximate = approximate

    def forward(self, input: Tensor) -> Tensor:
        """``input · Φ(input)``, or with ``approximate="tanh"`` its approximation."""
        return F.gelu(input, approximate=self.approximate)

    def extra_repr(self) -> str:
        """Which approximation."""
        return f"approximate={self.approximate!r}"


class SiLU(_Inplace):
    """``x σ(x)``, also called swish: `functional.silu`.

    >>> nn.SiLU()(mt.tensor([-1.0, 1.0]))
    tensor([-0.2689,  0.7311])
    """

    def forward(self, input: Tensor) -> Tensor:
        """``input · sigmoid(input)``."""
        return F.silu(input, inplace=self.inplace)


class Mish(_Inplace):
    """``x tanh(softplus(x))``: `functional.mish`.

    >>> nn.Mish()(mt.tensor([-1.0, 1.0]))
    tensor([-0.3034,  0.8651])
    """

    def forward(self, input: Tensor) -> Tensor:
        """``input · tanh(softplus(input))``."""
        return F.mish(input, inplace=self.inplace)


class Hardswish(_QuietInplace):
    """``x`` times a straight-line sigmoid: `functional.hardswish`.

    >>> nn.Hardswish()(mt.tensor([-4.0, -1.0, 4.0]))
    tensor([-0.0000, -0.3333,  4.0000])
    """

    def forward(self, input: Tensor) -> Tensor:
        """``input · hardsigmoid(input)``."""
        return F.hardswish(input, self.inplace)


class Hardsigmoid(_QuietInplace):
    """``x / 6 + 1/2`` held between 0 and 1: `functional.hardsigmoid`.

    >>> nn.Hardsigmoid()(mt.tensor([-4.0, 0.0, 1.5, 4.0]))
    tensor([0.0000, 0.5000, 0.7500, 1.0000])
    """

    def forward(self, input: Tensor) -> Tensor:
        """``min(max(input / 6 + 1/2, 0), 1)``."""
        return F.hardsigmoid(input, self.inplace)


class Sigmoid(Module):
    """``1 / (1 + exp(−x))``: `functional.sigmoid`.

    >>> nn.Sigmoid()(mt.tensor([-2.0, 0.0, 2.0]))
    tensor([0.1192, 0.5000, 0.8808])
    """

    def forward(self, input: Tensor) -> Tensor:
        """``sigmoid(input)``."""
        return F.sigmoid(input)


class LogSigmoid(Module):
    """``log(sigmoid(x))``: `functional.logsigmoid`.

    >>> nn.LogSigmoid()(mt.tensor([-1000.0, 0.0]))  # log(sigmoid(-1000)) would be -inf
    tensor([-1.0000e+03, -6.9315e-01])
    """

    def forward(self, input: Tensor) -> Tensor:
        """``log(sigmoid(input))``."""
        return F.logsigmoid(input)


class Tanh(Module):
    """The hyperbolic tangent: `functional.tanh`.

    >>> nn.Tanh()(mt.tensor([-1.0, 0.0, 1.0]))
    tensor([-0.7616,  0.0000,  0.7616])
    """

    def forward(self, input: Tensor) -> Tensor:
        """``tanh(input)``."""
        return F.tanh(input)


class Softplus(Module):
    """``log(1 + exp(beta · x)) / beta``: `functional.softplus`.

    >>> nn.Softplus()(mt.tensor([-5.0, 0.0, 30.0]))
    tensor([6.7153e-03, 6.9315e-01, 3.0000e+01])
    """

    def __init__(self, beta: float = 1.0, threshold: float = 20.0) -> None:
        super().__init__()
        self.beta = beta
        self.threshold = threshold

    def forward(self, input: Tensor) -> Tensor:
        """``log(1 + exp(beta · input)) / beta``; above the threshold ``input`` itself."""
        return F.softplus(input, self.beta, self.threshold)

    def extra_repr(self) -> str:
        """The two numbers."""
        return f"beta={self.beta}, threshold={self.threshold}"


class Softsign(Module):
    """``x / (1 + |x|)``: `functional.softsign`.

    >>> nn.Softsign()(mt.tensor([-1.0, 9.0]))
    tensor([-0.5000,  0.9000])
    """

    def forward(self, input: Tensor) -> Tensor:
        """``input / (1 + |input|)``."""
        return F.softsign(input)


class Tanhshrink(Module):
    """``x − tanh(x)``: `functional.tanhshrink`.

    >>> nn.Tanhshrink()(mt.tensor([0.1, 2.0]))
    tensor([3.3201e-04, 1.0360e+00])
    """

    def forward(self, input: Tensor) -> Tensor:
        """``input − tanh(input)``."""
        return F.tanhshrink(input)


class _Lambd(Module):
    """An activation with one number ``lambd``."""

    def __init__(self, lambd: float = 0.5) -> None:
        super().__init__()
        self.lambd = lambd

    def extra_repr(self) -> str:
        """The number."""
        return f"{self.lambd}"


class Hardshrink(_Lambd):
    """``x`` where ``|x| > lambd``, else 0: `functional.hardshrink`.

    >>> nn.Hardshrink()(mt.tensor([-1.0, 0.3, 1.0]))
    tensor([-1.,  0.,  1.])
    """

    def forward(self, input: Tensor) -> Tensor:
        """``input`` where ``|input| > lambd``, else 0."""
        return F.hardshrink(input, self.lambd)


class Softshrink(_Lambd):
    """``x`` moved by ``lambd`` towards 0: `functional.softshrink`.

    >>> nn.Softshrink()(mt.tensor([-1.0, 0.3, 1.0]))
    tensor([-0.5000,  0.0000,  0.5000])
    """

    def forward(self, input: Tensor) -> Tensor:
        """``sign(input) · max(|input| − lambd, 0)``."""
        return F.softshrink(input, self.lambd)


class GLU(Module):
    """``a · sigmoid(b)`` of the halves a and b of the input along ``dim``: `functional.glu`.

    >>> nn.GLU()(mt.tensor([1.0, 2.0, 0.0, 100.0]))  # half of 1, all of 2
    tensor([0.5000, 2.0000])
    """

    def __init__(self, dim: int = -1) -> None:
        super().__init__()
        self.dim = dim

    def forward(self, input: Tensor) -> Tensor:
        """The first half of ``input`` times the sigmoid of the second."""
        return F.glu(input, self.dim)

    def extra_repr(self) -> str:
        """The dimension."""
        return f"dim={self.dim}"
