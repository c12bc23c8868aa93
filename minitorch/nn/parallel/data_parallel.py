"""`DataParallel`: a batch shared out among several GPUs."""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from typing import Any

from ... import cuda
from ..modules.module import Module
from .scatter_gather import gather, parallel_apply, place, replicate, scatter_kwargs


class DataParallel(Module):
    """Run ``module`` on several GPUs, each with a part of the batch along ``dim``.

    ``device_ids`` are all GPUs unless given; the outputs are joined on ``output_device``, the first
    of them. Without a GPU it calls ``module`` and does nothing else. The keys of the state dict
    begin with ``module.``.

    >>> model = nn.DataParallel(nn.Linear(2, 3))
    >>> model(mt.zeros(5, 2)).shape
    torch.Size([5, 3])
    """

    def __init__(
        self,
        module: Module,
        device_ids: Sequence[Any] | None = None,
        output_device: Any = None,
        dim: int = 0,
    ) -> None:
        super().__init__()
        self.module = module
        self.device_ids: list[int] = []
        if not cuda.is_available():
            return
        ids = range(cuda.device_count()) if device_ids is None else device_ids
        self.device_ids = [gpu_number(gpu) for gpu in ids]
        self.output_device = gpu_number(
            self.device_ids[0] if output_device is None else output_device
        )
        self.dim = dim
        self.src_device_obj = place(self.device_ids[0])
        if len(self.device_ids) == 1:
            module.to(self.src_device_obj)

    def forward(self, *inputs: Any, **kwargs: Any) -> Any:
        """``module(*inputs, **kwargs)``, shared out."""
        if not self.device_ids:
            return self.module(*inputs, **kwargs)
        return shared_out(
            self.module, inputs, kwargs, self.device_ids, self.output_device, self.dim
        )


def gpu_number(gpu: Any) -> int:
    """The number of a GPU that is given as a number, a name or a device."""
    return gpu if isinstance(gpu, int) else place(gpu).index or 0


def shared_out(
    module: Module,
    inputs: tuple[Any, ...],
    kwargs: dict[str, Any],
    device_ids: Sequence[Any],
    output_device: Any,
    dim: int,
) -> Any:
    """``module(*inputs, **kwargs)`` on all devices, each with its part; it is on the first."""
    source = place(device_ids[0])
    for tensor in itertools.chain(module.parameters(), module.buffers()):
        if tensor.device != source:
            raise RuntimeError(
                f"module must have its parameters and buffers on device {source} (device_ids[0]) "
                f"but found one of them on device: {tensor.device}"
            )
    args, named = scatter_kwargs(inputs, kwargs, device_ids, dim)
    if not args:
        args, named = ((),), ({},)
    if len(device_ids) == 1:
        return module(*args[0], **named[0])
    replicas = replicate(module, device_ids[: len(args)])
    return gather(parallel_apply(replicas, args, named), output_device, dim)


def data_parallel(
    module: Module,
    inputs: Any,
    device_ids: Sequence[Any] | None = None,
    output_device: Any = None,
    dim: int = 0,
    module_kwargs: dict[str, Any] | None = None,
) -> Any:
    """``module(*inputs)`` shared out among the GPUs: `DataParallel` as a function.

    >>> if mt.cuda.is_available():
    ...     layer, x = nn.Linear(2, 3).cuda(), mt.ones(4, 2, device="cuda")
    ...     y = nn.parallel.data_parallel(layer, x)
    """
    if not cuda.is_available():
        raise RuntimeError("device type could not be determined")
    ids = range(cuda.device_count()) if device_ids is None else device_ids
    numbers = [gpu_number(gpu) for gpu in ids]
    target = numbers[0] if output_device is None else output_device
    given = inputs if isinstance(inputs, tuple) else () if inputs is None else (inputs,)
    return shared_out(module, given, module_kwargs or {}, numbers, target, dim)
