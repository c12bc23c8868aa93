"""Weight normalization as it was before parametrizations: by a hook that remakes the weight.

(Salimans & Kingma 2016, https://arxiv.org/abs/1602.07868)
"""

from __future__ import annotations

from typing import Any, TypeVar

from ...ops.norms import norm_except_dim
from ...tensor import Tensor
from ...user_warnings import warn
from ..modules.module import Module
from ..parameter import Parameter, is_lazy
from . import pre_hook

T = TypeVar("T", bound=Module)


def normalized_weight(v: Tensor, g: Tensor, dim: int) -> Tensor:
    """``g v / |v|``, the norm over all dimensions but ``dim`` (-1: over all)."""
    return v * (g / norm_except_dim(v, 2, dim))


class WeightNorm:
    """The hook that makes ``weight`` of ``weight_g`` and ``weight_v`` before each forward."""

    def __init__(self, name: str, dim: int | None) -> None:
        self.name = name
        self.dim = -1 if dim is None else dim

    def compute_weight(self, module: Module) -> Tensor:
        """``g v / |v|`` of the module's parameters."""
        g, v = getattr(module, self.name + "_g"), getattr(module, self.name + "_v")
        return normalized_weight(v, g, self.dim)

    def remove(self, module: Module) -> None:
        """Make what the weight is now a parameter again."""
        weight = self.compute_weight(module)
        for name in (self.name, self.name + "_g", self.name + "_v"):
            delattr(module, name)
        setattr(module, self.name, Parameter(weight.data))

    def __call__(self, module: Module, inputs: Any) -> None:
        setattr(module, self.name, self.compute_weight(module))


def weight_norm(module: T, name: str = "weight", dim: int | None = 0) -> T:
    """Divide a weight into its length ``weight_g`` and its direction ``weight_v``.

    ``w = g v / |v|``, with a norm for each index along ``dim``, or one for all if it is None. Old:
    `nn.utils.parametrizations.weight_norm` does the same.

    >>> layer = weight_norm(nn.Linear(2, 3))
    >>> [(name, tuple(p.shape)) for name, p in layer.named_parameters()]
    [('bias', (3,)), ('weight_g', (3, 1)), ('weight_v', (3, 2))]
    """
    warn(
        "`torch.nn.utils.weight_norm` is deprecated in favor of "
        "`torch.nn.utils.parametrizations.weight_norm`.",
        FutureWarning,
    )
    if any(found.name == name for _, found in pre_hook.of_kind(module, WeightNorm)):
        raise RuntimeError(f"Cannot register two weight_norm hooks on the same parameter {name}")
    hook = WeightNorm(name, dim)
    weight = getattr(module, name)
    if is_lazy(weight):
        raise ValueError(
            "The module passed to `WeightNorm` can't have uninitialized parameters. Make sure to "
            "run the dummy forward before applying weight normalization"
        )
    delattr(module, name)
    module.register_parameter(name + "_g", Parameter(norm_except_dim(weight, 2, hook.dim).data))
    module.register_parameter(name + "_v", Parameter(weight.data))
    hook(module, ())
    module.register_forward_pre_hook(hook)
    return module


def remove_weight_norm(module: T, name: str = "weight") -> T:
    """Undo `weight_norm`: the weight becomes a parameter with its present numbers.

    >>> layer = weight_norm(nn.Linear(2, 3))
    >>> sorted(name for name, _ in remove_weight_norm(layer).named_parameters())
    ['bias', 'weight']
    """
    hook = pre_hook.take(module, WeightNorm, name)
    if hook is None:
        raise ValueError(f"weight_norm of '{name}' not found in {module}")
    hook.remove(module)
    return module
