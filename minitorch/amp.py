"""Automatic mixed precision, as far as programs ask for it that run in full precision here.

PyTorch's `autocast` lets matrix products compute in float16 or bfloat16. Neither of them would be
fast in NumPy, which has no bfloat16 at all. So `autocast` and `GradScaler` are what they are in
PyTorch where they are disabled, as on a machine without CUDA, and refuse to be enabled.
"""

from __future__ import annotations

import contextlib
from collections.abc import Callable
from typing import Any

from . import cuda, devices
from .user_warnings import warn

REFUSED = "MiniTorch computes in the dtypes of the tensors. Pass enabled=False."


class autocast(contextlib.ContextDecorator):  # noqa: N801 - PyTorch's name
    """A context, or a decorator, that changes nothing: it is disabled, or refused.

    For ``"cuda"`` on a machine without it PyTorch warns and disables it, and so does this.

    >>> with mt.autocast("cpu", enabled=False):
    ...     mt.ones(2) * 2
    tensor([2., 2.])
    """

    def __init__(
        self,
        device_type: str,
        dtype: Any = None,
        enabled: bool = True,
        cache_enabled: bool | None = None,
    ) -> None:
        self.device = devices.device(device_type).type
        if enabled and self.device == "cuda" and not cuda.is_available():
            warn("CUDA is not available or torch_xla is imported. Disabling autocast.")
            enabled = False
        if enabled:
            raise NotImplementedError(f"There is no automatic mixed precision. {REFUSED}")

    def __enter__(self) -> autocast:
        return self

    def __exit__(self, *exc: object) -> None:
        """Nothing was changed."""


def is_autocast_enabled(device_type: str = "cuda") -> bool:
    """Whether `autocast` is at work: never.

    >>> mt.is_autocast_enabled("cpu")
    False
    """
    devices.device(device_type)
    return False


class GradScaler:
    """What scales the loss for float16 and its gradients back: here it leaves both as they are.

    >>> scaler = mt.amp.GradScaler(enabled=False)
    >>> scaler.scale(mt.tensor(3.0)), scaler.get_scale()
    (tensor(3.), 1.0)
    """

    def __init__(
        self,
        device: str = "cuda",
        init_scale: float = 2.0**16,
        growth_factor: float = 2.0,
        backoff_factor: float = 0.5,
        growth_interval: int = 2000,
        enabled: bool = True,
    ) -> None:
        if enabled and devices.device(device).type == "cuda" and not cuda.is_available():
            warn("torch.cuda.amp.GradScaler is enabled, but CUDA is not available.  Disabling.")
            enabled = False
        if enabled:
            raise NotImplementedError(f"There is no gradient scaling. {REFUSED}")

    def scale(self, outputs: Any) -> Any:
        """``outputs`` as they are."""
        return outputs

    def unscale_(self, optimizer: Any) -> None:
        """Leave the gradients as they are."""

    def step(self, optimizer: Any, *args: Any, **kwargs: Any) -> Any:
        """``optimizer.step(*args, **kwargs)``."""
        return optimizer.step(*args, **kwargs)

    def update(self, new_scale: Any = None) -> None:
        """Leave the scale as it is: 1."""

    def is_enabled(self) -> bool:
        """False."""
        return False

    def get_scale(self) -> float:
        """1."""
        return 1.0

    def state_dict(self) -> dict[str, Any]:
        """An empty dict."""
        return {}

    def load_state_dict(self, state_dict: dict[str, Any]) -> None:
        """Ignore the state of a scaler that was enabled."""


def custom_fwd(
    fwd: Callable[..., Any] | None = None, *, device_type: str, cast_inputs: Any = None
) -> Any:
    """A decorator for the ``forward`` of an `autograd.Function`, which leaves it as it is.

    Under autocast it would say in which dtype to compute.

    >>> class Double(mt.autograd.Function):
    ...     @staticmethod
    ...     @mt.amp.custom_fwd(device_type="cuda")
    ...     def forward(ctx, x):
    ...         return 2 * x
    >>> Double.apply(mt.ones(2))
    tensor([2., 2.])
    """
    if not isinstance(device_type, str):
        raise ValueError(f"Expected `device_type` of type `str`, got: `{type(device_type)}`")
    return (lambda function: function) if fwd is None else fwd


def custom_bwd(bwd: Callable[..., Any] | None = None, *, device_type: str) -> Any:
    """A decorator for the ``backward`` of an `autograd.Function`: see `custom_fwd`.

    >>> class Double(mt.autograd.Function):
    ...     @staticmethod
    ...     @mt.amp.custom_fwd(device_type="cuda")
    ...     def forward(ctx, x):
    ...         return 2 * x
    ...
    ...     @staticmethod
    ...     @mt.amp.custom_bwd(device_type="cuda")
    ...     def backward(ctx, grad):
    ...         return 2 * grad
    >>> x = mt.ones(2, requires_grad=True)
    >>> Double.apply(x).sum().backward()
    >>> x.grad
    tensor([2., 2.])
    """
    return custom_fwd(bwd, device_type=device_type)
