"""Averages of a model's weights over the training: `AveragedModel`, `SWALR`, `update_bn`.

Stochastic weight averaging (SWA, https://arxiv.org/abs/1803.05407) takes the mean of the weights of
several epochs, an exponential moving average (EMA) forgets the older ones slowly. Either often does
better on new data than the last weights.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable
from copy import deepcopy
from itertools import chain
from typing import Any

from .. import dtypes, from_data
from ..autograd.modes import no_grad
from ..nn.modules.batchnorm import _BatchNorm
from ..nn.modules.module import Module
from .lr_scheduler.base import LRScheduler, per_group
from .optimizer import Optimizer

__all__ = [
    "AveragedModel",
    "SWALR",
    "get_ema_avg_fn",
    "get_ema_multi_avg_fn",
    "get_swa_avg_fn",
    "get_swa_multi_avg_fn",
    "update_bn",
]

Average = Callable[[Any, Any, Any], Any]


def get_swa_avg_fn() -> Average:
    """``average + (current − average) / (n + 1)``: the mean of n + 1 weights, for one tensor.

    >>> average = mt.optim.swa_utils.get_swa_avg_fn()
    >>> average(mt.tensor([1.0]), mt.tensor([2.5]), mt.tensor(2))  # the third of three
    tensor([1.5000])
    """

    def swa_update(averaged_param: Any, current_param: Any, num_averaged: Any) -> Any:
        with no_grad():
            return averaged_param + (current_param - averaged_param) / (num_averaged + 1)

    return swa_update


def get_ema_avg_fn(decay: float = 0.999) -> Average:
    """``decay · average + (1 − decay) · current``: the exponential average, for one tensor.

    >>> average = mt.optim.swa_utils.get_ema_avg_fn(decay=0.9)
    >>> average(mt.tensor([1.0]), mt.tensor([2.0]), 5)
    tensor([1.1000])
    """
    check_decay(decay)

    def ema_update(ema_param: Any, current_param: Any, num_averaged: Any) -> Any:
        with no_grad():
            return decay * ema_param + (1 - decay) * current_param

    return ema_update


def get_swa_multi_avg_fn() -> Average:
    """As `get_swa_avg_fn`, for two lists of tensors; those in the first are changed in place.

    >>> weights = [mt.tensor([1.0])]
    >>> mt.optim.swa_utils.get_swa_multi_avg_fn()(weights, [mt.tensor([2.5])], mt.tensor(2))
    >>> weights
    [tensor([1.5000])]
    """
    return for_lists(get_swa_avg_fn())


def get_ema_multi_avg_fn(decay: float = 0.999) -> Average:
    """As `get_ema_avg_fn`, for two lists of tensors; those in the first are changed in place.

    >>> weights = [mt.tensor([1.0])]
    >>> mt.optim.swa_utils.get_ema_multi_avg_fn(decay=0.9)(weights, [mt.tensor([2.0])], 5)
    >>> weights
    [tensor([1.1000])]
    """
    return for_lists(get_ema_avg_fn(decay))


def for_lists(average: Average) -> Average:
    """The function of lists that does ``average`` in place for each pair of tensors."""

    def update(averaged_params: Any, current_params: Any, num_averaged: Any) -> None:
        with no_grad():
            for averaged, current in zip(averaged_params, current_params, strict=True):
                averaged.copy_(average(averaged, current, num_averaged))

    return update


def check_decay(decay: float) -> None:
    """A decay is between 0 and 1."""
    if decay < 0.0 or decay > 1.0:
        raise ValueError(
            f"Invalid decay value {decay} provided. Please provide a value in [0,1] range."
        )


class AveragedModel(Module):
    """A copy of ``model`` whose parameters are the average of those at each `update_parameters`.

    The mean, unless ``avg_fn(averaged, current, n)`` says otherwise for each parameter, or
    ``multi_avg_fn`` for lists of them. ``use_buffers`` averages the buffers as well; without it
    they are copied. For batch normalization see `update_bn`.

    >>> model = nn.Linear(1, 1, bias=False)
    >>> averaged = mt.optim.swa_utils.AveragedModel(model)
    >>> for value in (1.0, 2.0, 6.0):
    ...     _ = nn.init.constant_(model.weight, value)
    ...     averaged.update_parameters(model)
    >>> averaged.module.weight.item(), averaged.n_averaged
    (3.0, tensor(3))
    """

    n_averaged: Any

    def __init__(
        self,
        model: Module,
        device: Any = None,
        avg_fn: Average | None = None,
        multi_avg_fn: Average | None = None,
        use_buffers: bool = False,
    ) -> None:
        super().__init__()
        if avg_fn is not None and multi_avg_fn is not None:
            raise AssertionError("Only one of avg_fn and multi_avg_fn should be provided")
        self.module = deepcopy(model)
        if device is not None:
            self.module = self.module.to(device)
        self.register_buffer("n_averaged", from_data.tensor(0, dtype=dtypes.int64, device=device))
        self.avg_fn = avg_fn
        self.multi_avg_fn = multi_avg_fn
        self.use_buffers = use_buffers

    def forward(self, *args: Any, **kwargs: Any) -> Any:
        """What the averaged model says."""
        return self.module(*args, **kwargs)

    def update_parameters(self, model: Module) -> None:
        """Take the present parameters of ``model`` into the average."""
        pairs = [
            (averaged.detach(), current.detach().to(averaged.device))
            for averaged, current in zip(
                self._tensors(self.module), self._tensors(model), strict=False
            )
        ]
        if self.n_averaged == 0:
            for averaged, current in pairs:
                averaged.copy_(current)
        elif self.multi_avg_fn is not None:
            for kind in dict.fromkeys((averaged.device, averaged.dtype) for averaged, _ in pairs):
                alike = [pair for pair in pairs if (pair[0].device, pair[0].dtype) == kind]
                averages, currents = (list(side) for side in zip(*alike, strict=True))
                self.multi_avg_fn(averages, currents, self.n_averaged.to(kind[0]))
        else:
            average = self.avg_fn or get_swa_avg_fn()
            for averaged, current in pairs:
                averaged.copy_(average(averaged, current, self.n_averaged.to(averaged.device)))
        if not self.use_buffers:
            for mine, others in zip(self.module.buffers(), model.buffers(), strict=True):
                mine.detach().copy_(others.detach())
        self.n_averaged += 1

    def _tensors(self, model: Module) -> Iterable[Any]:
        """The tensors of a model that are averaged."""
        buffers = model.buffers() if self.use_buffers else ()
        return chain(model.parameters(), buffers)


def update_bn(loader: Iterable[Any], model: Module, device: Any = None) -> None:
    """Compute the running statistics of the batch normalizations in ``model`` anew.

    They belong to other weights than the averaged ones. ``loader`` gives batches of inputs, or
    tuples that begin with them; the statistics become the mean over all batches.

    >>> net = nn.Sequential(nn.BatchNorm1d(1))
    >>> mt.optim.swa_utils.update_bn([mt.tensor([[1.0], [3.0]])], net)
    >>> net[0].running_mean, net[0].running_var
    (tensor([2.]), tensor([2.]))
    """
    momenta = {}
    for module in model.modules():
        if isinstance(module, _BatchNorm):
            module.reset_running_stats()
            momenta[module] = module.momentum
    if not momenta:
        return
    was_training = model.training
    model.train()
    for module in momenta:
        module.momentum = None  # the mean of all batches, each as important as the others
    with no_grad():
        for batch in loader:
            inputs = batch[0] if isinstance(batch, list | tuple) else batch
            model(inputs if device is None else inputs.to(device))
    for module, momentum in momenta.items():
        module.momentum = momentum
    model.train(was_training)


class SWALR(LRScheduler):
    """The learning rate goes to ``swa_lr`` within ``anneal_epochs``, and stays there.

    On half a cosine, or in a line (``anneal_strategy="linear"``).

    >>> optimizer = mt.optim.SGD([mt.zeros(1, requires_grad=True)], lr=0.8)
    >>> scheduler = mt.optim.swa_utils.SWALR(optimizer, swa_lr=0.2, anneal_epochs=2)
    >>> for epoch in range(3):
    ...     print(round(scheduler.get_last_lr()[0], 4))
    ...     optimizer.step()
    ...     scheduler.step()
    0.8
    0.5
    0.2
    """

    def __init__(
        self,
        optimizer: Optimizer,
        swa_lr: Any,
        anneal_epochs: int = 10,
        anneal_strategy: str = "cos",
        last_epoch: int = -1,
    ) -> None:
        for group, rate in zip(
            optimizer.param_groups, per_group("swa_lr", optimizer, swa_lr), strict=True
        ):
            group["swa_lr"] = rate
        if anneal_strategy not in ("cos", "linear"):
            raise ValueError(
                f"anneal_strategy must be one of 'cos' or 'linear', instead got {anneal_strategy}"
            )
        if not isinstance(anneal_epochs, int) or anneal_epochs < 0:
            raise ValueError(f"anneal_epochs must be equal or greater than 0, got {anneal_epochs}")
        self._anneal_strategy = anneal_strategy
        self.anneal_epochs = anneal_epochs
        super().__init__(optimizer, last_epoch)

    def anneal_func(self, t: float) -> float:
        """How far the learning rate has gone when a part t of the epochs has passed."""
        return (1 - math.cos(math.pi * t)) / 2 if self._anneal_strategy == "cos" else t

    def get_lr(self) -> list[Any]:
        """Between the learning rate at the start, found from the present one, and ``swa_lr``."""
        self._warn_outside_step()
        step = self._step_count - 1
        if self.anneal_epochs == 0:
            step = max(1, step)
        before, now = (
            self.anneal_func(max(0, min(1, s / max(1, self.anneal_epochs))))
            for s in (step - 1, step)
        )
        rates = []
        for group in self.optimizer.param_groups:
            lr, end = group["lr"], group["swa_lr"]
            start = end if before == 1 else (lr - before * end) / (1 - before)
            rates.append(end * now + start * (1 - now))
        return rates
