"""The checks of options that several optimizers share, with PyTorch's sentences."""

from __future__ import annotations

from typing import Any

from ..tensor import Tensor


def check_one_element(lr: Any) -> None:
    """A learning rate that is a tensor has one element."""
    if isinstance(lr, Tensor) and lr.numel() != 1:
        raise ValueError("Tensor lr must be 1-element")


def check_lr(lr: Any, sentence: str = "Invalid learning rate") -> None:
    """A learning rate is not negative; as a tensor it has one element."""
    check_one_element(lr)
    if not 0.0 <= lr:  # noqa: SIM300 - of lr="0.1" Python speaks in this order
        raise ValueError(f"{sentence}: {lr}")


def check_positive(value: Any, name: str) -> None:
    """``value`` is not negative."""
    if not 0.0 <= value:  # noqa: SIM300
        raise ValueError(f"Invalid {name} value: {value}")


def check_betas(betas: Any) -> None:
    """Both factors of an exponential average are in [0, 1)."""
    for i in (0, 1):
        if not 0.0 <= betas[i] < 1.0:
            raise ValueError(f"Invalid beta parameter at index {i}: {betas[i]}")
