"""``mt.cuda.amp``: the former place of ``mt.amp``, which says so."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from .. import amp
from ..user_warnings import warn

__all__ = ["GradScaler", "autocast", "custom_bwd", "custom_fwd"]


def warn_of_place(old: str, new: str) -> None:
    """The warning that a name has another place now."""
    warn(
        f"`torch.cuda.amp.{old}` is deprecated. Please use `torch.amp.{new}` instead.",
        FutureWarning,
    )


class autocast(amp.autocast):  # noqa: N801 - PyTorch's name
    """`amp.autocast` for ``"cuda"``.

    >>> with mt.cuda.amp.autocast(enabled=False):
    ...     mt.ones(2).dtype
    torch.float32
    """

    def __init__(self, enabled: bool = True, dtype: Any = None, cache_enabled: bool = True) -> None:
        warn_of_place("autocast(args...)", "autocast('cuda', args...)")
        super().__init__("cuda", dtype, enabled, cache_enabled)


class GradScaler(amp.GradScaler):
    """`amp.GradScaler` for ``"cuda"``.

    >>> mt.cuda.amp.GradScaler(enabled=False).get_scale()
    1.0
    """

    def __init__(
        self,
        init_scale: float = 2.0**16,
        growth_factor: float = 2.0,
        backoff_factor: float = 0.5,
        growth_interval: int = 2000,
        enabled: bool = True,
    ) -> None:
        warn_of_place("GradScaler(args...)", "GradScaler('cuda', args...)")
        super().__init__(
            "cuda", init_scale, growth_factor, backoff_factor, growth_interval, enabled
        )


def custom_fwd(fwd: Callable[..., Any] | None = None, *, cast_inputs: Any = None) -> Any:
    """`amp.custom_fwd` for ``"cuda"``."""
    warn_of_place("custom_fwd(args...)", "custom_fwd(args..., device_type='cuda')")
    return amp.custom_fwd(fwd, device_type="cuda", cast_inputs=cast_inputs)


def custom_bwd(bwd: Callable[..., Any]) -> Any:
    """`amp.custom_bwd` for ``"cuda"``."""
    warn_of_place("custom_bwd(args...)", "custom_bwd(args..., device_type='cuda')")
    return amp.custom_bwd(bwd, device_type="cuda")
