"""The parametrizations that come with PyTorch: weight norm, spectral norm, orthogonal weights."""

from __future__ import annotations

from typing import Any

from ...autograd.modes import no_grad
from ...creation import eye
from ...inspection import finfo
from ...ops.comparison import allclose
from ...ops.joining import cat
from ...ops.matrices import matrix_exp
from ...ops.norms import norm_except_dim
from ...ops.reflections import geqrf, householder_product
from ...ops.solving import solve
from ...sampling import randn
from ...tensor import Tensor
from ..modules.module import Module
from . import parametrize
from .spectral_norm import as_matrix, output_dim, random_unit, unit
from .weight_norm import normalized_weight

__all__ = ["orthogonal", "spectral_norm", "weight_norm"]


class _WeightNorm(Module):
    """``g v / |v|`` of two tensors, with a norm for each index along ``dim``."""

    def __init__(self, dim: int | None = 0) -> None:
        super().__init__()
        self.dim = -1 if dim is None else dim

    def forward(self, weight_g: Tensor, weight_v: Tensor) -> Tensor:
        return normalized_weight(weight_v, weight_g, self.dim)

    def right_inverse(self, weight: Tensor) -> tuple[Tensor, Tensor]:
        return norm_except_dim(weight, 2, self.dim), weight


def weight_norm(module: Module, name: str = "weight", dim: int | None = 0) -> Module:
    """Divide a weight into its length and its direction, ``w = g v / |v|``; returns ``module``.

    ``module.parametrizations.weight.original0`` is g, ``original1`` v. There is a norm for each
    index along ``dim``, or one for all if it is None. State dicts of the old
    `nn.utils.weight_norm` can be loaded. (Salimans & Kingma 2016, https://arxiv.org/abs/1602.07868)

    >>> layer = nn.utils.parametrizations.weight_norm(nn.Linear(20, 40))
    >>> layer.parametrizations.weight.original0.shape
    torch.Size([40, 1])
    """
    parametrize.register_parametrization(module, name, _WeightNorm(dim), unsafe=True)

    def read_old(module: Module, state_dict: dict[str, Any], prefix: str, *rest: Any) -> None:
        old = [f"{prefix}{name}_{letter}" for letter in "gv"]
        if all(key in state_dict for key in old):
            for place, key in enumerate(old):
                new = f"{prefix}parametrizations.{name}.original{place}"
                state_dict[new] = state_dict.pop(key)

    module.register_load_state_dict_pre_hook(read_old)
    return module


class _SpectralNorm(Module):
    """A tensor as a matrix divided by its largest singular value; a vector by its length."""

    def __init__(
        self, weight: Tensor, n_power_iterations: int = 1, dim: int = 0, eps: float = 1e-12
    ) -> None:
        super().__init__()
        ndim = weight.ndim
        if not -ndim <= dim < ndim:
            raise IndexError(
                "Dimension out of range (expected to be in range of "
                f"[-{ndim}, {ndim - 1}] but got {dim})"
            )
        if n_power_iterations <= 0:
            raise ValueError(
                "Expected n_power_iterations to be positive, but got "
                f"n_power_iterations={n_power_iterations}"
            )
        self.dim = dim % ndim
        self.eps = eps
        if ndim > 1:
            self.n_power_iterations = n_power_iterations
            with no_grad():
                matrix = as_matrix(weight, self.dim)
                for name, length in zip(("_u", "_v"), matrix.shape, strict=True):
                    self.register_buffer(name, random_unit(matrix, length, eps))
            self._power_method(matrix, 15)  # a good start

    def _power_method(self, matrix: Tensor, n_power_iterations: int) -> None:
        """Turn u and v towards the singular vectors of the largest singular value."""
        with no_grad():
            for _ in range(n_power_iterations):
                self._u.copy_(unit(matrix.mv(self._v), self.eps))
                self._v.copy_(unit(matrix.H.mv(self._u), self.eps))

    def forward(self, weight: Tensor) -> Tensor:
        if weight.ndim == 1:
            return unit(weight, self.eps)
        matrix = as_matrix(weight, self.dim)
        if self.training:
            self._power_method(matrix, self.n_power_iterations)
        # A second forward before backward changes the buffers, but not these.
        u, v = self._u.clone(), self._v.clone()
        return weight / u.vdot(matrix.mv(v))

    def right_inverse(self, value: Tensor) -> Tensor:
        return value


def spectral_norm(
    module: Module,
    name: str = "weight",
    n_power_iterations: int = 1,
    eps: float = 1e-12,
    dim: int | None = None,
) -> Module:
    """Divide a weight by its largest singular value; returns ``module``.

    As a matrix the weight has a row for each index along ``dim``: that of the outputs, unless
    given. The singular value comes from the power iteration, ``n_power_iterations`` steps of it
    each time the weight is used in training. (Miyato et al. 2018, https://arxiv.org/abs/1802.05957)

    >>> _ = mt.manual_seed(0)
    >>> layer = nn.utils.parametrizations.spectral_norm(nn.Linear(2, 3))
    >>> for _ in range(20):
    ...     w = layer.weight  # each use in training is a step of the power method
    >>> mt.linalg.matrix_norm(w, 2).round(decimals=3).detach()
    tensor(1.)
    """
    weight = checked_weight(module, name)
    dim = output_dim(module) if dim is None else dim
    norm = _SpectralNorm(weight, n_power_iterations, dim, eps)
    return parametrize.register_parametrization(module, name, norm)


def checked_weight(module: Module, name: str) -> Tensor:
    """The tensor ``name`` of ``module``; refuses what is none."""
    weight = getattr(module, name, None)
    if not isinstance(weight, Tensor):
        raise ValueError(f"Module '{module}' has no parameter or buffer with name '{name}'")
    return weight


class _Orthogonal(Module):
    """A matrix with orthonormal columns (or rows, if it is wide) of any matrix.

    ``matrix_exp`` and ``cayley`` make it of the skew-symmetric part A: as ``exp(A)``, and as
    ``(I + A/2)(I - A/2)⁻¹``. ``householder`` makes it of reflections, whose vectors stand below the
    diagonal. With ``base``, a matrix that is kept, the result is multiplied by it: then training
    begins at A = 0, where these maps are gentle. (Lezcano-Casado 2019,
    https://arxiv.org/abs/1909.09501)
    """

    base: Tensor | None

    def __init__(
        self, weight: Tensor, orthogonal_map: str, *, use_trivialization: bool = True
    ) -> None:
        super().__init__()
        if weight.is_complex() and orthogonal_map == "householder":
            raise ValueError("The householder parametrization does not support complex tensors.")
        self.shape = weight.shape
        self.orthogonal_map = orthogonal_map
        self.use_trivialization = use_trivialization
        if use_trivialization:
            self.register_buffer("base", None)

    def forward(self, x: Tensor) -> Tensor:
        wide = x.size(-2) < x.size(-1)
        if wide:
            x = x.mT
        q = self._reflections(x) if self.orthogonal_map == "householder" else self._rotation(x)
        if self.use_trivialization:
            q = self.base @ q
        return q.mT if wide else q

    def _rotation(self, x: Tensor) -> Tensor:
        """The map of the skew-symmetric matrix whose lower half is that of the tall ``x``."""
        n, k = x.size(-2), x.size(-1)
        x = x.tril()
        if n != k:
            x = cat([x, x.new_zeros(*x.shape[:-1], n - k)], -1)
        skew = x - x.mH
        if self.orthogonal_map == "matrix_exp":
            return matrix_exp(skew)[..., :k]
        one = eye(n, dtype=x.dtype, device=x.device)
        return solve(one - skew / 2, one + skew / 2)[..., :k]

    @staticmethod
    def _reflections(x: Tensor) -> Tensor:
        """The product of the reflections below the diagonal, with the signs on it."""
        vectors = x.tril(-1)
        q = householder_product(vectors, 2 / (1 + (vectors * vectors).sum(-2)))
        return q * x.diagonal(0, -2, -1).int().unsqueeze(-2)

    def right_inverse(self, q: Tensor) -> Tensor:
        if q.shape != self.shape:
            raise ValueError(
                f"Expected a matrix or batch of matrices of shape {self.shape}. Got a tensor of "
                f"shape {q.shape}."
            )
        with no_grad():
            return self._start(q)

    def _start(self, q: Tensor) -> Tensor:
        """The matrix of which ``q``, made orthogonal, comes out; it may set ``base``."""
        wide = q.size(-2) < q.size(-1)
        tall = q.mT if wide else q
        n, k = tall.size(-2), tall.size(-1)
        if self.use_trivialization:
            if n != k:
                more = randn(*tall.shape[:-2], n, n - k, dtype=q.dtype, device=q.device)
                self.base = with_orthonormal_columns(cat([tall, more], -1))
            else:
                self.base = tall.clone() if is_orthogonal(tall) else with_orthonormal_columns(tall)
            start = q.new_zeros(q.shape)
            start.diagonal(0, -2, -1).fill_(-1.0)  # for reflections: no vectors, and these signs
            return start
        if self.orthogonal_map != "householder":
            raise NotImplementedError(
                "It is not possible to assign to the matrix exponential or the Cayley "
                "parametrizations when use_trivialization=False."
            )
        vectors, tau = geqrf(tall)
        signs = vectors.diagonal(0, -2, -1)
        signs.copy_(signs.sign().where(tau != 0, -signs.sign()))
        return vectors.mT if wide else vectors


def is_orthogonal(q: Tensor) -> bool:
    """Whether the columns are orthonormal, to a few units in the last place."""
    n, k = q.size(-2), q.size(-1)
    one = eye(k, dtype=q.dtype, device=q.device)
    return bool(allclose(q.mH @ q, one, atol=10.0 * n * finfo(q.dtype).eps))


def with_orthonormal_columns(a: Tensor) -> Tensor:
    """Q of ``A = Q R`` with a positive diagonal of R."""
    vectors, tau = geqrf(a)
    signs = vectors.diagonal(0, -2, -1).sgn().unsqueeze(-2)
    return householder_product(vectors, tau) * signs


MAPS = ("matrix_exp", "cayley", "householder")


def orthogonal(
    module: Module,
    name: str = "weight",
    orthogonal_map: str | None = None,
    *,
    use_trivialization: bool = True,
) -> Module:
    """Keep a weight's columns (or rows, if it is wide) orthonormal; returns ``module``.

    ``orthogonal_map`` is ``"matrix_exp"`` (for square and complex matrices unless given),
    ``"cayley"`` or ``"householder"`` (for others). The weight begins as it is if it is orthogonal
    and as Q of its QR decomposition if not; without ``use_trivialization`` only for
    ``"householder"``.

    >>> layer = nn.utils.parametrizations.orthogonal(nn.Linear(3, 3))
    >>> bool((layer.weight.T @ layer.weight - mt.eye(3)).abs().max() < 1e-5)
    True
    """
    weight = checked_weight(module, name)
    if weight.ndim < 2:
        raise ValueError(
            f"Expected a matrix or batch of matrices. Got a tensor of {weight.ndim} dimensions."
        )
    if orthogonal_map is None:
        square = weight.size(-2) == weight.size(-1)
        orthogonal_map = "matrix_exp" if square or weight.is_complex() else "householder"
    if orthogonal_map not in MAPS:
        raise ValueError(
            'orthogonal_map has to be one of "matrix_exp", "cayley", "householder". '
            f"Got: {orthogonal_map}"
        )
    map_ = _Orthogonal(weight, orthogonal_map, use_trivialization=use_trivialization)
    return parametrize.register_parametrization(module, name, map_, unsafe=True)
