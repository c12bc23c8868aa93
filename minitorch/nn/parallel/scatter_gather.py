"""The parts of data parallelism: share out the inputs, copy the module, collect the outputs."""

from __future__ import annotations

import copy
from collections.abc import Mapping, Sequence
from typing import Any

from ... import devices
from ...ops.joining import cat, stack
from ...tensor import Tensor
from ...user_warnings import warn
from ..modules.module import Module


def scatter(inputs: Any, target_gpus: Sequence[Any], dim: int = 0) -> Any:
    """One part of ``inputs`` for each device: tensors are cut along ``dim``, others are the same.

    ``inputs`` may be tuples, lists and dicts of tensors; there are as many parts as a tensor can be
    cut into.

    >>> if mt.cuda.device_count() > 1:
    ...     parts = nn.parallel.scatter(mt.zeros(4, 2), target_gpus=[0, 1])
    """
    if isinstance(inputs, Tensor):
        places = [place(target) for target in target_gpus]
        parts = inputs.chunk(len(places), dim)
        return tuple(part.to(where) for part, where in zip(parts, places, strict=False))
    if isinstance(inputs, tuple | list) and inputs:
        kind: Any = type(inputs)
        rows = zip(*[scatter(item, target_gpus, dim) for item in inputs], strict=False)
        return [kind(*row) if hasattr(kind, "_fields") else kind(row) for row in rows]
    if isinstance(inputs, Mapping) and inputs:
        columns = [scatter(value, target_gpus, dim) for value in inputs.values()]
        kind = type(inputs)
        return [kind(zip(inputs, row, strict=True)) for row in zip(*columns, strict=False)]
    return [inputs for _ in target_gpus]


def place(target: Any) -> devices.device:
    """A device, or the GPU of this number."""
    return target if isinstance(target, devices.device) else devices.device(target)


def scatter_kwargs(
    inputs: tuple[Any, ...],
    kwargs: dict[str, Any] | None,
    target_gpus: Sequence[Any],
    dim: int = 0,
) -> tuple[tuple[Any, ...], tuple[dict[str, Any], ...]]:
    """The arguments and the keyword arguments of each device, as many of one as of the other."""
    args: list[Any] = list(scatter(inputs, target_gpus, dim)) if inputs else []
    named: list[Any] = list(scatter(kwargs, target_gpus, dim)) if kwargs else []
    count = max(len(args), len(named))
    args += [()] * (count - len(args))
    named += [{} for _ in range(count - len(named))]
    return tuple(args), tuple(named)


def replicate(network: Module, devices: Sequence[Any], detach: bool = False) -> list[Module]:
    """A copy of ``network`` on each device, whose gradients flow back to ``network``.

    >>> if mt.cuda.is_available():
    ...     copies = nn.parallel.replicate(nn.Linear(2, 3).cuda(), [0])
    """
    return [replica(network, place(where), detach) for where in devices]


def replica(module: Module, where: devices.device, detach: bool) -> Module:
    """A module with the same settings, and with the parameters as tensors moved to ``where``."""
    twin = copy.copy(module)
    twin.__dict__.update(
        _parameters={},
        _buffers={
            name: buffer if buffer is None else buffer.detach().to(where)
            for name, buffer in module._buffers.items()
        },
        _modules={
            name: child if child is None else replica(child, where, detach)
            for name, child in module._modules.items()
        },
    )
    for name, parameter in module._parameters.items():
        if parameter is not None:
            moved = parameter.detach() if detach else parameter.view_as(parameter)
            twin.__dict__[name] = moved.to(where)
        else:
            twin.__dict__[name] = None
    return twin


def parallel_apply(
    modules: Sequence[Module],
    inputs: Sequence[Any],
    kwargs_tup: Sequence[dict[str, Any] | None] | None = None,
    devices: Sequence[Any] | None = None,
) -> list[Any]:
    """The outputs of each module for its own inputs.

    They run one after the other: a GPU works on while the next is given its work.

    >>> if mt.cuda.is_available():
    ...     x = mt.ones(2, device="cuda")
    ...     y = nn.parallel.parallel_apply([nn.ReLU(), nn.Tanh()], [(x,), (x,)], devices=[0, 0])
    """
    if len(modules) != len(inputs):
        raise AssertionError(
            f"The number of modules {len(modules)} is not equal to the number of inputs "
            f"{len(inputs)}"
        )
    named = kwargs_tup or [None] * len(modules)
    return [
        module(*(given if isinstance(given, list | tuple) else (given,)), **(keywords or {}))
        for module, given, keywords in zip(modules, inputs, named, strict=True)
    ]


def gather(outputs: Sequence[Any], target_device: Any, dim: int = 0) -> Any:
    """The outputs of all devices as one, on ``target_device``: tensors joined along ``dim``.

    >>> if mt.cuda.device_count() > 1:
    ...     parts = mt.zeros(1, device="cuda:0"), mt.ones(1, device="cuda:1")
    ...     x = nn.parallel.gather(parts, target_device=0)
    """
    first = outputs[0]
    if isinstance(first, Tensor):
        moved = [output.to(place(target_device)) for output in outputs]
        if first.ndim == 0 and dim == 0:
            warn(
                "Was asked to gather along dimension 0, but all input tensors were scalars; will "
                "instead unsqueeze and return a vector."
            )
            return stack(moved)
        return cat(moved, dim)
    if first is None:
        return None
    if isinstance(first, Mapping):
        if any(len(output) != len(first) for output in outputs):
            raise ValueError("All dicts must have the same number of keys")
        kind: Any = type(first)
        parts = {key: [output[key] for output in outputs] for key in first}
        return kind((key, gather(part, target_device, dim)) for key, part in parts.items())
    kind = type(first)
    items = [gather(part, target_device, dim) for part in zip(*outputs, strict=True)]
    return kind(*items) if hasattr(kind, "_fields") else kind(items)
