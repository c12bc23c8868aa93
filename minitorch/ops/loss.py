"""Losses that compare a prediction with its target element by element: squared error and its kin.

A loss is one number that says how far off a prediction is, to be made small. `PairLoss` has what
these share. The losses for a choice are elsewhere: yes or no in binary_cross_entropy.py, one of
several classes in classification.py.
"""

from __future__ import annotations

from typing import Any

from .. import dtypes
from ..autograd.graph import TensorBase
from ..user_warnings import warn
from . import sums
from .arrays import wide
from .expanding import broadcast_tensors
from .fused import Fused
from .operands import not_implemented, tensor

FLOAT_EPS = 9.999999960041972e-13  # 1e-12 as a float32, as PyTorch has it


def reduced(xp: Any, loss: Any, reduction: str) -> Any:
    """The ``mean`` or ``sum`` of an array of losses, or all of them (``none``)."""
    if reduction == "none":
        return loss
    total = sums.total(xp, loss)
    return total / loss.size if reduction == "mean" else total


def reduce_tensor(loss: Any, reduction: str) -> Any:
    """`reduced` for a tensor."""
    if reduction == "none":
        return loss
    return loss.mean() if reduction == "mean" else loss.sum()


def reduction_of(size_average: Any, reduce: Any, reduction: str) -> str:
    """The ``reduction``, also where PyTorch's old arguments say it; refuses an unknown one."""
    if size_average is not None or reduce is not None:
        if reduce is not None and not reduce:
            reduction = "none"
        else:
            reduction = "sum" if size_average is not None and not size_average else "mean"
        warn(
            "size_average and reduce args will be deprecated, please use "
            f"reduction='{reduction}' instead."
        )
    if reduction not in ("none", "mean", "sum"):
        raise ValueError(f"{reduction} is not a valid value for reduction")
    return reduction


class PairLoss(Fused):
    """A loss of each pair of elements, reduced. A subclass says ``each``, ``slope`` and ``plain``.

    ``each`` and ``slope``, its derivative by x, work on arrays; ``plain`` on tensors. ``parameter``
    is what the loss is tuned with, if anything. The derivative by the target is minus that by x
    unless ``target_slope`` says otherwise.
    """

    kernel = ""  # what PyTorch calls it where a dtype is refused

    @staticmethod
    def promote(operands: list[Any]) -> list[Any]:
        """The prediction and the target in their common dtype."""
        return dtypes.arithmetic(operands[:2]) + operands[2:]

    def forward(self, xp: Any, x: Any, target: Any, reduction: str, parameter: Any) -> Any:
        if x.dtype.kind != "f":
            raise not_implemented(self.kernel, x)
        loss = self.each(xp, wide(x), wide(target), parameter)
        return reduced(xp, loss, reduction).astype(x.dtype, copy=False)

    def gradient(
        self, xp: Any, grad: Any, x: Any, target: Any, reduction: str, parameter: Any
    ) -> Any:
        need_x, need_target = self.needs_input_grad[:2]
        share = grad / x.size if reduction == "mean" else grad
        grad_x = self.slope(xp, x, target, parameter) if need_x else None
        grad_target = None
        if need_target:
            grad_target = self.target_slope(xp, x, target, parameter)
            grad_target *= share
        if need_x:
            grad_x *= share
        return grad_x, grad_target

    def target_slope(self, xp: Any, x: Any, target: Any, parameter: Any) -> Any:
        """The derivative by the target; for losses of x - target alone."""
        return -self.slope(xp, x, target, parameter)

    @classmethod
    def formula(cls, x: Any, target: Any, reduction: str, parameter: Any) -> Any:
        return reduce_tensor(cls.plain(x, target, parameter), reduction)

    @staticmethod
    def each(xp: Any, x: Any, target: Any, parameter: Any) -> Any:
        """The loss of each pair, as a new array."""
        raise NotImplementedError("a pair loss says what it is")

    @staticmethod
    def slope(xp: Any, x: Any, target: Any, parameter: Any) -> Any:
        """Its derivative by x, as a new array."""
        raise NotImplementedError("a pair loss says what its derivative is")

    @staticmethod
    def plain(x: Any, target: Any, parameter: Any) -> Any:
        """The loss of each pair, in tensor operations."""
        raise NotImplementedError("a pair loss says what it is")


class MseLoss(PairLoss):
    """``(x - target)²``; the derivative is ``2 (x - target)``."""

    kernel = "mse_cpu"

    def forward(self, xp: Any, x: Any, target: Any, reduction: str, parameter: Any) -> Any:
        if reduction == "none" or x.dtype.char not in "fd":
            return super().forward(xp, x, target, reduction, parameter)
        total = sums.total_of_squares(xp, xp.subtract(x, target))  # a dot product, in one pass
        return total / x.size if reduction == "mean" else total

    def gradient(
        self, xp: Any, grad: Any, x: Any, target: Any, reduction: str, parameter: Any
    ) -> Any:
        need_x, need_target = self.needs_input_grad[:2]
        slope = xp.subtract(x, target)
        slope *= grad * (2 / max(x.size, 1) if reduction == "mean" else 2)
        return slope if need_x else None, -slope if need_target else None

    @staticmethod
    def each(xp: Any, x: Any, target: Any, parameter: Any) -> Any:
        difference = xp.subtract(x, target)
        return xp.square(difference)

    @staticmethod
    def slope(xp: Any, x: Any, target: Any, parameter: Any) -> Any:
        difference = xp.subtract(x, target)
        return xp.add(difference, difference)

    @staticmethod
    def plain(x: Any, target: Any, parameter: Any) -> Any:
        difference = x - target
        return difference * difference


class SmoothL1Loss(PairLoss):
    """``d² / 2β`` where ``|d| < β``, else ``|d| - β/2``; d = x - target, β the parameter."""

    kernel = "smooth_l1_cpu"

    @staticmethod
    def each(xp: Any, x: Any, target: Any, parameter: Any) -> Any:
        loss = HuberLoss.each(xp, x, target, parameter)
        loss /= parameter
        return loss

    @staticmethod
    def slope(xp: Any, x: Any, target: Any, parameter: Any) -> Any:
        slope = HuberLoss.slope(xp, x, target, parameter)
        slope /= parameter
        return slope

    @staticmethod
    def plain(x: Any, target: Any, parameter: Any) -> Any:
        return HuberLoss.plain(x, target, parameter) / parameter


class HuberLoss(PairLoss):
    """``d² / 2`` where ``|d| <= δ``, else ``δ (|d| - δ/2)``; d = x - target, parameter δ."""

    kernel = "huber_cpu"

    @staticmethod
    def promote(operands: list[Any]) -> list[Any]:
        """As they come: the loss has the dtype of the prediction."""
        return operands

    def gradient(
        self, xp: Any, grad: Any, x: Any, target: Any, reduction: str, parameter: Any
    ) -> Any:
        self.refuse_mixed(x, target)
        return super().gradient(xp, grad, x, target, reduction, parameter)

    @classmethod
    def formula(cls, x: Any, target: Any, reduction: str, parameter: Any) -> Any:
        cls.refuse_mixed(x._array, target._array)
        return super().formula(x, target, reduction, parameter)

    @staticmethod
    def refuse_mixed(x: Any, target: Any) -> None:
        """In PyTorch, too, only the loss of two dtypes can be computed."""
        if x.dtype != target.dtype:
            have, want = (dtypes.SCALAR_TYPE[dtypes.of(array)] for array in (target, x))
            raise RuntimeError(f"Found dtype {have} but expected {want}")

    @staticmethod
    def each(xp: Any, x: Any, target: Any, parameter: Any) -> Any:
        d = xp.abs(x - target)
        held = d.clip(0.0, parameter)  # both cases in one product: a sixth of the time of `where`
        d -= 0.5 * held
        d *= held
        return d

    @staticmethod
    def slope(xp: Any, x: Any, target: Any, parameter: Any) -> Any:
        return xp.clip(x - target, -parameter, parameter)

    @staticmethod
    def plain(x: Any, target: Any, parameter: Any) -> Any:
        d = x - target
        held = d.where(~(d.abs() >= parameter), parameter * d.sign())  # of NaN, NaN
        return held * (d - 0.5 * held)


def check_pair(input: Any, target: Any) -> None:
    """Refuse what is no tensor, in Python's words: PyTorch asks both for their ``size()``."""
    for value in (target, input):
        if not isinstance(value, TensorBase):
            value.size()


def pair(input: Any, target: Any) -> tuple[Any, Any]:
    """Prediction and target in a common shape; warns if their shapes differed."""
    check_pair(input, target)
    if input._array.shape != target._array.shape:
        warn(
            f"Using a target size ({target.shape}) that is different to the input size "
            f"({input.shape}). This will likely lead to incorrect results due to broadcasting. "
            "Please ensure they have the same size."
        )
        return broadcast_tensors(input, target)
    return input, target


def mse_loss(
    input: Any,
    target: Any,
    size_average: Any = None,
    reduce: Any = None,
    reduction: str = "mean",
    weight: Any = None,
) -> Any:
    """The squared error ``(input - target)²``, by ``reduction`` its mean, sum, or each.

    With ``weight`` each pair counts that much, and the mean is that over the weights.

    >>> import minitorch as mt
    >>> mt.nn.functional.mse_loss(mt.tensor([1.0, 2.0]), mt.tensor([1.0, 4.0]))
    tensor(2.)
    """
    reduction = reduction_of(size_average, reduce, reduction)
    input, target = pair(input, target)
    if weight is None:
        return MseLoss.apply(input, target, reduction, None)
    return weighted((input - target) ** 2, weight, reduction)


def weighted(loss: Any, weight: Any, reduction: str) -> Any:
    """Losses, each counted ``weight`` times, reduced."""
    if weight.size() != loss.size():
        raise ValueError("Weights and input must have the same size.")
    loss = loss * weight
    if reduction == "mean":
        return loss.sum() / weight.sum()
    return reduce_tensor(loss, reduction)


def l1_loss(
    input: Any,
    target: Any,
    size_average: Any = None,
    reduce: Any = None,
    reduction: str = "mean",
    weight: Any = None,
) -> Any:
    """The absolute error ``|input - target|``, by ``reduction`` its mean, sum, or each.

    >>> import minitorch as mt
    >>> F.l1_loss(mt.tensor([1.0, 2.0]), mt.tensor([1.5, 4.0]))
    tensor(1.2500)
    """
    reduction = reduction_of(size_average, reduce, reduction)
    input, target = pair(input, target)
    loss = (input - target).abs()
    return reduce_tensor(loss, reduction) if weight is None else weighted(loss, weight, reduction)


def smooth_l1_loss(
    input: Any,
    target: Any,
    size_average: Any = None,
    reduce: Any = None,
    reduction: str = "mean",
    beta: float = 1.0,
) -> Any:
    """``d² / 2β`` where ``d = |input - target|`` is below ``beta``, ``d - β/2`` beyond.

    >>> import minitorch as mt
    >>> F.smooth_l1_loss(mt.tensor([0.5, 3.0]), mt.zeros(2), reduction="none")
    tensor([0.1250, 2.5000])
    """
    reduction = reduction_of(size_average, reduce, reduction)
    input, target = pair(input, target)
    if beta < 0:
        raise RuntimeError("smooth_l1_loss does not support negative values for beta.")
    if beta == 0:
        return reduce_tensor((input - target).abs(), reduction)
    return SmoothL1Loss.apply(input, target, reduction, beta)


def huber_loss(
    input: Any, target: Any, reduction: str = "mean", delta: float = 1.0, weight: Any = None
) -> Any:
    """``d² / 2`` where ``d = |input - target|`` is up to ``delta``, ``δ (d - δ/2)`` beyond.

    >>> import minitorch as mt
    >>> F.huber_loss(mt.tensor([1.0, 3.0]), mt.zeros(2), reduction="none", delta=2.0)
    tensor([0.5000, 4.0000])
    """
    reduction_of(None, None, reduction)
    input, target = pair(input, target)
    if delta <= 0:
        raise RuntimeError("huber_loss does not support non-positive values for delta.")
    if weight is None:
        return HuberLoss.apply(input, target, reduction, delta)
    if weight.size() != input.size():
        raise ValueError("Weights and input must have the same size.")
    return reduce_tensor(HuberLoss.apply(input, target, "none", delta) * weight, reduction)


def kl_div(
    input: Any,
    target: Any,
    size_average: Any = None,
    reduce: Any = None,
    reduction: str = "mean",
    log_target: bool = False,
) -> Any:
    """``target · (log(target) - input)``: how far ``exp(input)`` is from ``target``.

    ``input`` are log-probabilities, ``target`` probabilities, or their logarithms if
    ``log_target``. ``reduction="batchmean"``, the sum over the batch's size, is the divergence of
    the textbooks.

    >>> import minitorch as mt
    >>> p, q = mt.tensor([[0.5, 0.5]]), mt.tensor([[0.9, 0.1]])
    >>> F.kl_div(q.log(), p, reduction="batchmean"), (p * (p / q).log()).sum()
    (tensor(0.5108), tensor(0.5108))
    """
    if reduction == "mean":
        warn(
            "reduction: 'mean' divides the total loss by both the batch size and the support "
            "size.'batchmean' divides only by the batch size, and aligns with the KL div math "
            "definition."
            "'mean' will be changed to behave the same as 'batchmean' in the next major release."
        )
    elif reduction != "batchmean":
        reduction = reduction_of(size_average, reduce, reduction)
    tensor(input, "kl_div", "input", 1)
    tensor(target, "kl_div", "target")
    if input._array.dtype.kind in "iub" or target._array.dtype.kind in "iub":
        raise RuntimeError("kl_div: Integral inputs not supported.")
    if "c" in (input._array.dtype.kind, target._array.dtype.kind):
        raise RuntimeError("kl_div: Complex inputs not supported.")
    loss = target.exp() * (target - input) if log_target else target.xlogy(target) - target * input
    if reduction == "batchmean":
        return loss.sum() / input._array.shape[0] if input._array.ndim else loss.sum()
    return reduce_tensor(loss, reduction)
