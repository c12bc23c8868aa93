"""Losses as modules: the functions of `minitorch.nn.functional` with their settings kept."""

from __future__ import annotations

import math
from typing import Any

from ...ops.loss import reduction_of
from ...tensor import Tensor
from ...user_warnings import warn
from .. import functional as F
from .linear import Linear
from .module import Module


class _Loss(Module):
    """What all losses have: ``reduction``, which is ``"mean"``, ``"sum"`` or ``"none"``."""

    def __init__(
        self, size_average: Any = None, reduce: Any = None, reduction: str = "mean"
    ) -> None:
        super().__init__()
        if size_average is not None or reduce is not None:  # PyTorch's old way to say it
            reduction = reduction_of(size_average, reduce, reduction)
        self.reduction = reduction


class _WeightedLoss(_Loss):
    """A loss with ``weight``, a buffer."""

    weight: Tensor | None

    def __init__(
        self,
        weight: Tensor | None = None,
        size_average: Any = None,
        reduce: Any = None,
        reduction: str = "mean",
    ) -> None:
        super().__init__(size_average, reduce, reduction)
        self.register_buffer("weight", weight)


class L1Loss(_Loss):
    """``|input - target|``.

    Shapes: both (*); with ``reduction="none"`` the result, too.

    >>> nn.L1Loss()(mt.tensor([1.0, 2.0]), mt.tensor([1.0, 4.0]))
    tensor(1.)
    """

    def forward(self, input: Tensor, target: Tensor) -> Tensor:
        """The loss of two tensors of one shape."""
        return F.l1_loss(input, target, reduction=self.reduction)


class MSELoss(_Loss):
    """``(input - target)²``.

    Shapes: both (*); with ``reduction="none"`` the result, too.

    >>> nn.MSELoss()(mt.tensor([1.0, 2.0]), mt.tensor([1.0, 4.0]))
    tensor(2.)
    """

    def forward(self, input: Tensor, target: Tensor) -> Tensor:
        """The loss of two tensors of one shape."""
        return F.mse_loss(input, target, reduction=self.reduction)


class SmoothL1Loss(_Loss):
    """``d² / 2β`` where ``d = |input - target|`` is below ``beta``, ``d - β/2`` beyond.

    Shapes: both (*). Source: Girshick, *Fast R-CNN*, 2015.

    >>> nn.SmoothL1Loss(reduction="none")(mt.tensor([0.5, 3.0]), mt.zeros(2))
    tensor([0.1250, 2.5000])
    """

    def __init__(
        self,
        size_average: Any = None,
        reduce: Any = None,
        reduction: str = "mean",
        beta: float = 1.0,
    ) -> None:
        super().__init__(size_average, reduce, reduction)
        self.beta = beta

    def forward(self, input: Tensor, target: Tensor) -> Tensor:
        """The loss of two tensors of one shape."""
        return F.smooth_l1_loss(input, target, reduction=self.reduction, beta=self.beta)


class HuberLoss(_Loss):
    """``d² / 2`` where ``d = |input - target|`` is up to ``delta``, ``δ (d - δ/2)`` beyond.

    Shapes: both (*). Source: Huber, *Robust estimation of a location parameter*, 1964.

    >>> nn.HuberLoss(reduction="none", delta=2.0)(mt.tensor([1.0, 3.0]), mt.zeros(2))
    tensor([0.5000, 4.0000])
    """

    def __init__(self, reduction: str = "mean", delta: float = 1.0) -> None:
        if not isinstance(delta, float | int):
            raise TypeError(f"delta must be a float or int, got: {type(delta)}")
        super().__init__(reduction=reduction)
        self.delta = delta

    def forward(self, input: Tensor, target: Tensor) -> Tensor:
        """The loss of two tensors of one shape."""
        return F.huber_loss(input, target, reduction=self.reduction, delta=self.delta)


class KLDivLoss(_Loss):
    """``target · (log(target) - input)`` for log-probabilities ``input``.

    ``reduction="batchmean"`` is the divergence of the textbooks.

    Shapes: both (*); for ``"batchmean"`` (N, *).

    >>> p, q = mt.tensor([[0.5, 0.5]]), mt.tensor([[0.9, 0.1]])
    >>> nn.KLDivLoss(reduction="batchmean")(q.log(), p)
    tensor(0.5108)
    """

    def __init__(
        self,
        size_average: Any = None,
        reduce: Any = None,
        reduction: str = "mean",
        log_target: bool = False,
    ) -> None:
        super().__init__(size_average, reduce, reduction)
        self.log_target = log_target

    def forward(self, input: Tensor, target: Tensor) -> Tensor:
        """The loss of log-probabilities and (log-)probabilities of one shape."""
        return F.kl_div(input, target, reduction=self.reduction, log_target=self.log_target)


class BCELoss(_WeightedLoss):
    """Binary cross-entropy ``-(t log x + (1 - t) log(1 - x))`` of probabilities ``x``.

    Shapes: input, target and ``weight`` (*).

    >>> nn.BCELoss()(mt.tensor([0.5, 0.9]), mt.tensor([0.0, 1.0]))
    tensor(0.3993)
    """

    def forward(self, input: Tensor, target: Tensor) -> Tensor:
        """The loss of probabilities and targets between 0 and 1, of one shape."""
        return F.binary_cross_entropy(input, target, weight=self.weight, reduction=self.reduction)


class BCEWithLogitsLoss(_WeightedLoss):
    """Binary cross-entropy of ``sigmoid(input)``, without its rounding.

    ``pos_weight`` multiplies the part of the positive targets: above 1 it favours recall.

    Shapes: input, target, ``weight`` and ``pos_weight`` (*), the last two broadcast.

    >>> scores, target = mt.tensor([0.0, 100.0]), mt.tensor([1.0, 0.0])
    >>> nn.BCEWithLogitsLoss(reduction="none")(scores, target)
    tensor([  0.6931, 100.0000])
    """

    pos_weight: Tensor | None

    def __init__(
        self,
        weight: Tensor | None = None,
        size_average: Any = None,
        reduce: Any = None,
        reduction: str = "mean",
        pos_weight: Tensor | None = None,
    ) -> None:
        super().__init__(weight, size_average, reduce, reduction)
        self.register_buffer("pos_weight", pos_weight)

    def forward(self, input: Tensor, target: Tensor) -> Tensor:
        """The loss of scores and targets between 0 and 1, of one shape."""
        return F.binary_cross_entropy_with_logits(
            input, target, self.weight, reduction=self.reduction, pos_weight=self.pos_weight
        )


class NLLLoss(_WeightedLoss):
    """Minus the log-probability of the right class.

    Shapes: input (C), (N, C) or (N, C, d1, ...), log-probabilities; target (), (N) or (N, d1, ...),
    class numbers. ``weight`` (C) counts classes differently, ``ignore_index`` is left out.

    >>> scores = mt.tensor([[1.0, 2.0, 3.0]])
    >>> nn.NLLLoss()(scores.log_softmax(1), mt.tensor([2]))  # CrossEntropyLoss of the scores
    tensor(0.4076)
    """

    def __init__(
        self,
        weight: Tensor | None = None,
        size_average: Any = None,
        ignore_index: int = -100,
        reduce: Any = None,
        reduction: str = "mean",
    ) -> None:
        super().__init__(weight, size_average, reduce, reduction)
        self.ignore_index = ignore_index

    def forward(self, input: Tensor, target: Tensor) -> Tensor:
        """The loss of log-probabilities and class numbers."""
        return F.nll_loss(
            input,
            target,
            weight=self.weight,
            ignore_index=self.ignore_index,
            reduction=self.reduction,
        )


class CrossEntropyLoss(_WeightedLoss):
    """Minus the log-probability that ``softmax(input)`` gives to the right class.

    Shapes: input (C), (N, C) or (N, C, d1, ...), scores; target (), (N) or (N, d1, ...), class
    numbers, or probabilities in the shape of input. ``label_smoothing`` moves that part of the
    target to all classes alike.

    >>> nn.CrossEntropyLoss()(mt.tensor([[2.0, 0.0, 0.0]]), mt.tensor([0]))
    tensor(0.2395)
    """

    def __init__(
        self,
        weight: Tensor | None = None,
        size_average: Any = None,
        ignore_index: int = -100,
        reduce: Any = None,
        reduction: str = "mean",
        label_smoothing: float = 0.0,
    ) -> None:
        super().__init__(weight, size_average, reduce, reduction)
        self.ignore_index = ignore_index
        self.label_smoothing = label_smoothing

    def forward(self, input: Tensor, target: Tensor) -> Tensor:
        """The loss of scores and class numbers or probabilities."""
        return F.cross_entropy(
            input,
            target,
            weight=self.weight,
            ignore_index=self.ignore_index,
            reduction=self.reduction,
            label_smoothing=self.label_smoothing,
        )


class NLLLoss2d(NLLLoss):
    """The old name of `NLLLoss` for images, which it takes as well."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        warn(
            "`NLLLoss2d` has been deprecated. Please use `NLLLoss` instead as a drop-in "
            "replacement and see https://pytorch.org/docs/main/nn.html#torch.nn.NLLLoss for more "
            "details.",
            FutureWarning,
        )
        super().__init__(*args, **kwargs)


class LinearCrossEntropyLoss(_WeightedLoss):
    """`CrossEntropyLoss` of the scores that a linear layer of its own makes of the input.

    Shapes: input (N, in_features) or (in_features); target class numbers () or (N, *out_features),
    or probabilities (C) or (N, C, *out_features). ``options`` change nothing here.

    >>> _ = mt.manual_seed(0)
    >>> loss = nn.LinearCrossEntropyLoss(4, 3)
    >>> loss(mt.ones(2, 4), mt.tensor([0, 2])).detach()
    tensor(1.3809)
    """

    def __init__(
        self,
        in_features: int,
        num_classes: int,
        *,
        out_features: tuple[int, ...] = (),
        bias: bool = False,
        device: Any = None,
        dtype: Any = None,
        reduction: str = "mean",
        weight: Tensor | None = None,
        ignore_index: int | None = None,
        label_smoothing: float = 0.0,
        options: Any = None,
    ) -> None:
        if weight is not None and weight.shape != (num_classes,):
            raise RuntimeError(
                f"expected weight shape to be {(num_classes,)}, got {tuple(weight.shape)}"
            )
        if not 0 <= label_smoothing <= 1:
            raise RuntimeError(
                f"expected label_smoothing to be in range [0, 1], got {label_smoothing}"
            )
        super().__init__(weight, reduction=reduction)
        self.num_classes = num_classes
        self.out_features = out_features
        self.ignore_index = ignore_index
        self.label_smoothing = label_smoothing
        scores = math.prod(out_features, start=num_classes)
        self.linear = Linear(in_features, scores, bias=bias, device=device, dtype=dtype)
        self.options = options

    def forward(self, input: Tensor, target: Tensor) -> Tensor:
        """The loss of features and class numbers or probabilities."""
        sizes = (self.num_classes, *self.out_features)
        bias = self.linear.bias
        return F.linear_cross_entropy(
            input,
            self.linear.weight.reshape(*sizes, self.linear.in_features),
            target,
            linear_bias=None if bias is None else bias.reshape(sizes),
            weight=self.weight,
            reduction=self.reduction,
            ignore_index=self.ignore_index,
            label_smoothing=self.label_smoothing,
        )

    def extra_repr(self) -> str:
        """The arguments, as the printed module shows them."""
        return (
            f"in_features={self.linear.in_features}, num_classes={self.num_classes}, "
            f"out_features={self.out_features}, bias={self.linear.bias is not None}, "
            f"reduction={self.reduction}, ignore_index={self.ignore_index}, "
            f"label_smoothing={self.label_smoothing}, options={self.options}"
        )


class PoissonNLLLoss(_Loss):
    """Minus the log-likelihood of counts that are Poisson distributed: `F.poisson_nll_loss`.

    Shapes: input (*), the expected counts or (``log_input``) their logarithms; target (*), counts.

    >>> nn.PoissonNLLLoss(log_input=False)(mt.tensor([2.0]), mt.tensor([3.0]))  # 2 - 3 ln 2
    tensor(-0.0794)
    """

    def __init__(
        self,
        log_input: bool = True,
        full: bool = False,
        size_average: Any = None,
        eps: float = 1e-8,
        reduce: Any = None,
        reduction: str = "mean",
    ) -> None:
        super().__init__(size_average, reduce, reduction)
        self.log_input = log_input
        self.full = full
        self.eps = eps

    def forward(self, log_input: Tensor, target: Tensor) -> Tensor:
        """The loss of expected counts and counts."""
        return F.poisson_nll_loss(
            log_input,
            target,
            log_input=self.log_input,
            full=self.full,
            eps=self.eps,
            reduction=self.reduction,
        )


class GaussianNLLLoss(_Loss):
    """Minus the log-likelihood of normal distributions: `F.gaussian_nll_loss`.

    Shapes: input (*), means; target (*); var (*), variances, or one whose last dimension is 1 or
    missing, or a float.

    >>> nn.GaussianNLLLoss()(mt.tensor([0.0]), mt.tensor([2.0]), mt.tensor([4.0]))
    tensor(1.1931)
    """

    def __init__(self, *, full: bool = False, eps: float = 1e-6, reduction: str = "mean") -> None:
        super().__init__(reduction=reduction)
        self.full = full
        self.eps = eps

    def forward(self, input: Tensor, target: Tensor, var: Tensor | float) -> Tensor:
        """The loss of means, targets and variances."""
        return F.gaussian_nll_loss(
            input, target, var, full=self.full, eps=self.eps, reduction=self.reduction
        )


class CTCLoss(_Loss):
    """Minus the log-probability of a text whose letters' places in time are not known.

    Shapes: log_probs (T, N, C) or (T, C); targets (N, S), or all of them in one vector; the lengths
    (N). See `F.ctc_loss`.

    >>> log_probs = mt.full((3, 1, 2), 0.5).log()  # 3 times, 1 text, a blank and a letter
    >>> six_of_eight = mt.tensor(6 / 8)  # ways to write the letter once
    >>> nn.CTCLoss()(log_probs, mt.tensor([[1]]), (3,), (1,)), -six_of_eight.log()
    (tensor(0.2877), tensor(0.2877))
    """

    def __init__(
        self, blank: int = 0, reduction: str = "mean", zero_infinity: bool = False
    ) -> None:
        super().__init__(reduction=reduction)
        self.blank = blank
        self.zero_infinity = zero_infinity

    def forward(
        self, log_probs: Tensor, targets: Tensor, input_lengths: Any, target_lengths: Any
    ) -> Tensor:
        """The loss of log-probabilities and texts."""
        return F.ctc_loss(
            log_probs,
            targets,
            input_lengths,
            target_lengths,
            self.blank,
            self.reduction,
            self.zero_infinity,
        )
