"""Keeping gradients small: by their norm, or element by element."""

from __future__ import annotations

import types
from collections.abc import Iterable

from ... import backend
from ...autograd.modes import no_grad
from ...autograd.operation import wrap
from ...creation import zeros
from ...ops.norms import norm_of
from ...tensor import Tensor
from ...user_warnings import warn

Tensors = Tensor | Iterable[Tensor]


def get_total_norm(
    tensors: Tensors,
    norm_type: float = 2.0,
    error_if_nonfinite: bool = False,
    foreach: bool | None = None,
) -> Tensor:
    """The ``norm_type``-norm of all elements of ``tensors``, as if they were one vector.

    ``foreach`` chooses between PyTorch's implementations, and changes nothing here.

    >>> nn.utils.get_total_norm([mt.tensor([3.0]), mt.tensor([0.0, 4.0])])
    tensor(5.)
    """
    tensors = listed(tensors)
    norm_type = float(norm_type)
    if not tensors:
        return zeros(())
    norms = []
    for tensor in tensors:  # arrays: their norms as tensors would take three times as long
        xp, array = backend.array_module(tensor._array), tensor._array
        with backend.at(array):
            norm = xp.asarray(norm_of(xp, array, norm_type, tuple(range(array.ndim)), False))
        norms.append(backend.to_device(norm, backend.device_index(tensors[0]._array)))
    xp = backend.array_module(norms[0])
    with backend.at(norms[0]):
        total = wrap(tensors[0], norm_of(xp, xp.stack(norms), norm_type, (0,), False))
    if error_if_nonfinite and not total.isfinite():
        raise RuntimeError(
            f"The total norm of order {norm_type} for gradients from `parameters` is non-finite, "
            "so it cannot be clipped. To disable this error and scale the gradients by the "
            "non-finite norm anyway, set `error_if_nonfinite=False`"
        )
    return total


def clip_grads_with_norm_(
    parameters: Tensors, max_norm: float, total_norm: Tensor, foreach: bool | None = None
) -> None:
    """Multiply the gradients by ``max_norm / total_norm`` where that is below 1.

    >>> x = mt.tensor([3.0, 4.0], requires_grad=True)
    >>> (x * x / 2).sum().backward()
    >>> nn.utils.clip_grads_with_norm_([x], 1.0, nn.utils.get_total_norm([x.grad]))
    >>> x.grad
    tensor([0.6000, 0.8000])
    """
    grads = [p.grad for p in listed(parameters) if p.grad is not None]
    with no_grad():
        scale = (float(max_norm) / (total_norm + 1e-6)).clamp(max=1.0)
        if scale.is_cuda or scale != 1:  # to look at a number on a GPU is to wait for it
            for grad in grads:
                grad.mul_(scale.to(grad.device))


def clip_grad_norm_(
    parameters: Tensors,
    max_norm: float,
    norm_type: float = 2.0,
    error_if_nonfinite: bool = False,
    foreach: bool | None = None,
) -> Tensor:
    """Scale the gradients of ``parameters`` down so that their norm is at most ``max_norm``.

    The norm is that of all gradients as one vector; it is returned as it was before.

    >>> x = mt.zeros(2, requires_grad=True)
    >>> (x * mt.tensor([3.0, 4.0])).sum().backward()
    >>> nn.utils.clip_grad_norm_(x, max_norm=1.0)
    tensor(5.)
    >>> x.grad
    tensor([0.6000, 0.8000])
    """
    is_generator = isinstance(parameters, types.GeneratorType)
    parameters = listed(parameters)
    if is_generator and not parameters:
        warn("`parameters` is an empty generator, no gradient clipping will occur.")
    grads = [p.grad for p in parameters if p.grad is not None]
    total_norm = get_total_norm(grads, norm_type, error_if_nonfinite, foreach)
    clip_grads_with_norm_(parameters, max_norm, total_norm, foreach)
    return total_norm


def clip_grad_norm(
    parameters: Tensors,
    max_norm: float,
    norm_type: float = 2.0,
    error_if_nonfinite: bool = False,
    foreach: bool | None = None,
) -> Tensor:
    """The old name of `clip_grad_norm_`."""
    warn(
        "`torch.nn.utils.clip_grad_norm` is now deprecated in favor of "
        "`torch.nn.utils.clip_grad_norm_`.",
        FutureWarning,
    )
    return clip_grad_norm_(parameters, max_norm, norm_type, error_if_nonfinite, foreach)


def clip_grad_value_(parameters: Tensors, clip_value: float, foreach: bool | None = None) -> None:
    """Clip every element of the gradients of ``parameters`` to ±``clip_value``.

    >>> x = mt.tensor([1.0, 20.0], requires_grad=True)
    >>> (x * x).sum().backward()
    >>> nn.utils.clip_grad_value_([x], 3.0)
    >>> x.grad
    tensor([2., 3.])
    """
    clip_value = float(clip_value)
    with no_grad():
        for parameter in listed(parameters):
            if parameter.grad is not None:
                parameter.grad.clamp_(-clip_value, clip_value)


def listed(tensors: Tensors) -> list[Tensor]:
    """One tensor or several, as a list."""
    return [tensors] if isinstance(tensors, Tensor) else list(tensors)
