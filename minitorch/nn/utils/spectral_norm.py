"""Spectral normalization as it was before parametrizations: by a hook that remakes the weight.

A weight divided by its largest singular value stretches no input: discriminators of GANs train more
calmly with it. The singular value comes from the power iteration, one step of it a forward.
(Miyato et al. 2018, https://arxiv.org/abs/1802.05957)
"""

from __future__ import annotations

from typing import Any, TypeVar

from ...autograd.modes import no_grad
from ...tensor import Tensor
from ..modules.conv import ConvTranspose1d, ConvTranspose2d, ConvTranspose3d
from ..modules.module import Module
from ..parameter import Parameter, is_lazy
from . import pre_hook

T = TypeVar("T", bound=Module)


def as_matrix(weight: Tensor, dim: int) -> Tensor:
    """``weight`` with a row for each index along ``dim``."""
    if dim != 0:
        weight = weight.permute(dim, *[d for d in range(weight.ndim) if d != dim])
    return weight.reshape(len(weight), -1)


def unit(x: Tensor, eps: float) -> Tensor:
    """The vector ``x`` divided by its length, or by ``eps`` where that is more."""
    return x / x.norm().clamp_min(eps)


def random_unit(like: Tensor, length: int, eps: float) -> Tensor:
    """A vector of length 1 in a random direction."""
    return unit(like.new_empty(length).normal_(0, 1), eps)


def output_dim(module: Module) -> int:
    """The dimension of the weight that belongs to the outputs."""
    transposed = ConvTranspose1d, ConvTranspose2d, ConvTranspose3d
    return 1 if isinstance(module, transposed) else 0


class SpectralNorm:
    """The hook that makes ``weight`` of ``weight_orig``, ``weight_u`` and ``weight_v``."""

    _version = 1

    def __init__(
        self,
        name: str = "weight",
        n_power_iterations: int = 1,
        dim: int = 0,
        eps: float = 1e-12,
    ) -> None:
        if n_power_iterations <= 0:
            raise ValueError(
                "Expected n_power_iterations to be positive, but got "
                f"n_power_iterations={n_power_iterations}"
            )
        self.name = name
        self.dim = dim
        self.n_power_iterations = n_power_iterations
        self.eps = eps

    def compute_weight(self, module: Module, do_power_iteration: bool) -> Tensor:
        """``weight_orig / σ`` with ``σ = uᵀ W v``, after power iterations if asked for."""
        weight, u, v = (getattr(module, self.name + end) for end in ("_orig", "_u", "_v"))
        matrix = as_matrix(weight, self.dim)
        if do_power_iteration:
            with no_grad():
                for _ in range(self.n_power_iterations):
                    v.copy_(unit(matrix.t().mv(u), self.eps))
                    u.copy_(unit(matrix.mv(v), self.eps))
            # A second forward before backward changes the buffers, but not these.
            u, v = u.clone(), v.clone()
        return weight / u.dot(matrix.mv(v))

    def remove(self, module: Module) -> None:
        """Make what the weight is now a parameter again."""
        with no_grad():
            weight = self.compute_weight(module, do_power_iteration=False)
        for end in ("", "_u", "_v", "_orig"):
            delattr(module, self.name + end)
        module.register_parameter(self.name, Parameter(weight.detach()))

    def __call__(self, module: Module, inputs: Any) -> None:
        weight = self.compute_weight(module, do_power_iteration=module.training)
        setattr(module, self.name, weight)

    def note_version(self, module: Any, state_dict: Any, prefix: str, metadata: Any) -> None:
        """Hook of state_dict: PyTorch tells by this entry how the dict is to be read."""
        metadata.setdefault("spectral_norm", {})[self.name + ".version"] = self._version


def spectral_norm(
    module: T,
    name: str = "weight",
    n_power_iterations: int = 1,
    eps: float = 1e-12,
    dim: int | None = None,
) -> T:
    """Divide a weight by its largest singular value before each forward.

    The weight as a matrix has a row for each index along ``dim``: that of the outputs, unless
    given. `nn.utils.parametrizations.spectral_norm` is the newer way.

    >>> _ = mt.manual_seed(0)
    >>> layer = spectral_norm(nn.Linear(2, 3), n_power_iterations=20)
    >>> _ = layer(mt.ones(2))
    >>> mt.linalg.matrix_norm(layer.weight, 2).round(decimals=3).detach()
    tensor(1.)
    """
    if any(found.name == name for _, found in pre_hook.of_kind(module, SpectralNorm)):
        raise RuntimeError(f"Cannot register two spectral_norm hooks on the same parameter {name}")
    hook = SpectralNorm(name, n_power_iterations, output_dim(module) if dim is None else dim, eps)
    weight = module._parameters[name]
    if weight is None:
        raise ValueError(f"`SpectralNorm` cannot be applied as parameter `{name}` is None")
    if is_lazy(weight):
        raise ValueError(
            "The module passed to `SpectralNorm` can't have uninitialized parameters. Make sure to "
            "run the dummy forward before applying spectral normalization"
        )
    with no_grad():
        height, width = as_matrix(weight, hook.dim).shape
        u, v = random_unit(weight, height, eps), random_unit(weight, width, eps)
    delattr(module, name)
    module.register_parameter(name + "_orig", weight)
    setattr(module, name, weight.data)
    module.register_buffer(name + "_u", u)
    module.register_buffer(name + "_v", v)
    module.register_forward_pre_hook(hook)
    module.register_state_dict_post_hook(hook.note_version)
    return module


def remove_spectral_norm(module: T, name: str = "weight") -> T:
    """Undo `spectral_norm`: the weight becomes a parameter with its present numbers.

    >>> layer = spectral_norm(nn.Linear(2, 3))
    >>> sorted(name for name, _ in remove_spectral_norm(layer).named_parameters())
    ['bias', 'weight']
    """
    hook = pre_hook.take(module, SpectralNorm, name)
    if hook is None:
        raise ValueError(f"spectral_norm of '{name}' not found in {module}")
    hook.remove(module)
    for key, found in module._state_dict_hooks.items():
        if getattr(found, "__self__", None) is hook:
            del module._state_dict_hooks[key]
            break
    return module
