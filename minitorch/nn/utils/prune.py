"""Pruning: setting weights to zero for good, those that matter least.

Each class chooses them in its way: at random or the smallest, single weights or whole channels. The
functions apply a class to a parameter of a module; pruning_method.py says what becomes of it.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterable
from typing import Any, TypeVar

from ...ops.norms import vector_norm
from ...sampling import rand, rand_like
from ...tensor import Tensor
from ..modules.module import Module
from . import pre_hook
from .convert_parameters import parameters_to_vector
from .pruning_method import Amount, BasePruningMethod, PruningContainer

__all__ = [
    "BasePruningMethod",
    "CustomFromMask",
    "Identity",
    "L1Unstructured",
    "LnStructured",
    "PruningContainer",
    "RandomStructured",
    "RandomUnstructured",
    "custom_from_mask",
    "global_unstructured",
    "identity",
    "is_pruned",
    "l1_unstructured",
    "ln_structured",
    "random_structured",
    "random_unstructured",
    "remove",
]

T = TypeVar("T", bound=Module)


class Identity(BasePruningMethod):
    """Prunes nothing, but makes the mask.

    >>> layer = nn.Linear(2, 1)
    >>> _ = nn.utils.prune.Identity.apply(layer, "weight")
    >>> layer.weight_mask
    tensor([[1., 1.]])
    """

    PRUNING_TYPE = "unstructured"

    def compute_mask(self, t: Tensor, default_mask: Tensor) -> Tensor:
        """``default_mask``."""
        return default_mask


class _Unstructured(Amount):
    """Prunes the single weights of the lowest ``ranks``."""

    PRUNING_TYPE = "unstructured"
    largest: bool

    def compute_mask(self, t: Tensor, default_mask: Tensor) -> Tensor:
        """``default_mask`` with zeros for the weights that are chosen."""
        mask = default_mask.clone()
        count = self.count(t.numel())
        if count:
            chosen = self.ranks(t).view(-1).topk(count, largest=self.largest).indices
            mask.view(-1)[chosen] = 0
        return mask

    @staticmethod
    def ranks(t: Tensor) -> Tensor:
        """A number for each weight, by which they are chosen."""
        raise NotImplementedError("a subclass says by what it chooses")


class RandomUnstructured(_Unstructured):
    """Prunes single weights, at random.

    >>> _ = mt.manual_seed(0)
    >>> nn.utils.prune.RandomUnstructured(amount=3).prune(mt.ones(3, 2))
    tensor([[0., 0.],
            [1., 1.],
            [1., 0.]])
    """

    largest = True

    @staticmethod
    def ranks(t: Tensor) -> Tensor:
        """Random numbers."""
        return rand_like(t)


class L1Unstructured(_Unstructured):
    """Prunes the single weights that are smallest in absolute value.

    >>> weight = mt.tensor([[1.0, -3.0], [0.1, 2.0]])
    >>> nn.utils.prune.L1Unstructured(amount=2).prune(weight)
    tensor([[ 0., -3.],
            [ 0.,  2.]])
    """

    largest = False

    @staticmethod
    def ranks(t: Tensor) -> Tensor:
        """The absolute values."""
        return t.abs()


class _Structured(Amount):
    """Prunes whole channels along ``dim``."""

    PRUNING_TYPE = "structured"

    def __init__(self, amount: float, dim: int = -1) -> None:
        super().__init__(amount)
        self.dim = dim

    def compute_mask(self, t: Tensor, default_mask: Tensor) -> Tensor:
        """``default_mask`` with zeros for the channels that are chosen."""
        if t.ndim <= 1:
            raise ValueError(
                "Structured pruning can only be applied to multidimensional tensors. Found tensor "
                f"of shape {t.shape} with {t.ndim} dims"
            )
        if self.dim >= t.ndim:
            raise IndexError(f"Invalid index {self.dim} for tensor of size {t.shape}")
        channels = t.shape[self.dim]
        count = self.count(channels)
        if count == 0:
            return default_mask
        kept = self.kept(t, channels, count).to(default_mask.dtype)
        shape = [1] * t.ndim
        shape[self.dim] = channels
        return default_mask * kept.view(shape)

    def kept(self, t: Tensor, channels: int, count: int) -> Tensor:
        """For each channel whether it stays; ``count`` of them do not."""
        raise NotImplementedError("a subclass says what it keeps")


class RandomStructured(_Structured):
    """Prunes whole channels along ``dim``, at random.

    >>> _ = mt.manual_seed(0)
    >>> nn.utils.prune.RandomStructured(amount=1, dim=0).prune(mt.ones(3, 2))
    tensor([[1., 1.],
            [1., 1.],
            [0., 0.]])
    """

    def kept(self, t: Tensor, channels: int, count: int) -> Tensor:
        """All but ``count``."""
        draw = rand(channels)
        return draw > draw.kthvalue(count).values


class LnStructured(_Structured):
    """Prunes the channels along ``dim`` whose ``n``-norm is smallest.

    >>> weight = mt.tensor([[1.0, -3.0], [0.1, 2.0]])
    >>> nn.utils.prune.LnStructured(amount=1, n=2, dim=0).prune(weight)
    tensor([[ 1., -3.],
            [ 0.,  0.]])
    """

    def __init__(self, amount: float, n: Any, dim: int = -1) -> None:
        super().__init__(amount, dim)
        self.n = n

    def kept(self, t: Tensor, channels: int, count: int) -> Tensor:
        """Those with the largest norms."""
        dims = [d for d in range(t.ndim) if d != self.dim % t.ndim]
        norms = vector_norm(t, 2 if self.n == "fro" else self.n, dims)
        return norms.new_zeros(channels).index_fill_(0, norms.topk(channels - count).indices, 1)


class CustomFromMask(BasePruningMethod):
    """Prunes by a mask of your own.

    >>> layer = nn.Linear(2, 1)
    >>> _ = nn.utils.prune.CustomFromMask.apply(layer, "weight", mt.tensor([[0, 1]]))
    >>> layer.weight_mask
    tensor([[0., 1.]])
    """

    PRUNING_TYPE = "global"

    def __init__(self, mask: Tensor) -> None:
        self.mask = mask

    def compute_mask(self, t: Tensor, default_mask: Tensor) -> Tensor:
        """Both masks, one times the other."""
        if default_mask.shape != self.mask.shape:
            raise AssertionError(
                f"default_mask shape {default_mask.shape} must match self.mask shape "
                f"{self.mask.shape}"
            )
        return default_mask * self.mask.to(default_mask.dtype)


def identity(module: T, name: str) -> T:
    """Make the mask of parameter ``name``, all ones, without pruning anything.

    >>> nn.utils.prune.identity(nn.Linear(2, 1), "weight").weight_mask
    tensor([[1., 1.]])
    """
    Identity.apply(module, name)
    return module


def random_unstructured(module: T, name: str, amount: float) -> T:
    """Prune an ``amount`` of single weights, chosen at random.

    >>> layer = nn.utils.prune.random_unstructured(nn.Linear(2, 4), "weight", amount=0.25)
    >>> (layer.weight == 0).sum()
    tensor(2)
    """
    RandomUnstructured.apply(module, name, amount)
    return module


def l1_unstructured(
    module: T, name: str, amount: float, importance_scores: Tensor | None = None
) -> T:
    """Prune the ``amount`` of single weights that are smallest in absolute value.

    >>> layer = nn.utils.prune.l1_unstructured(nn.Linear(4, 2), "weight", amount=3)
    >>> int((layer.weight == 0).sum())
    3
    """
    L1Unstructured.apply(module, name, amount, importance_scores=importance_scores)
    return module


def random_structured(module: T, name: str, amount: float, dim: int) -> T:
    """Prune an ``amount`` of channels along ``dim``, chosen at random.

    >>> layer = nn.utils.prune.random_structured(nn.Linear(2, 4), "weight", amount=1, dim=0)
    >>> (layer.weight == 0).all(1).sum()
    tensor(1)
    """
    RandomStructured.apply(module, name, amount, dim)
    return module


def ln_structured(
    module: T,
    name: str,
    amount: float,
    n: Any,
    dim: int,
    importance_scores: Tensor | None = None,
) -> T:
    """Prune the ``amount`` of channels along ``dim`` whose ``n``-norm is smallest.

    >>> layer = nn.utils.prune.ln_structured(nn.Linear(2, 4), "weight", amount=0.5, n=2, dim=0)
    >>> (layer.weight == 0).all(1).sum()
    tensor(2)
    """
    LnStructured.apply(module, name, amount, n, dim, importance_scores=importance_scores)
    return module


def custom_from_mask(module: T, name: str, mask: Tensor) -> T:
    """Prune by a ``mask`` of your own, ones and zeros.

    >>> layer = nn.utils.prune.custom_from_mask(nn.Linear(2, 1), "weight", mt.tensor([[0, 1]]))
    >>> layer.weight == 0
    tensor([[ True, False]])
    """
    CustomFromMask.apply(module, name, mask)
    return module


def global_unstructured(
    parameters: Iterable[tuple[Module, str]],
    pruning_method: Any,
    importance_scores: dict[tuple[Module, str], Tensor] | None = None,
    **kwargs: Any,
) -> None:
    """Prune several parameters, ``(module, name)``, as if they were one: some more, some less.

    ``kwargs`` are the arguments of ``pruning_method``, such as ``amount`` of `L1Unstructured`.

    >>> a, b = nn.Linear(2, 2), nn.Linear(2, 2)
    >>> _, _ = nn.init.ones_(a.weight), nn.init.constant_(b.weight, 0.1)
    >>> nn.utils.prune.global_unstructured(
    ...     [(a, "weight"), (b, "weight")], nn.utils.prune.L1Unstructured, amount=4
    ... )
    >>> int((a.weight == 0).sum()), int((b.weight == 0).sum())
    (0, 4)
    """
    if not isinstance(parameters, Iterable):
        raise TypeError("global_unstructured(): parameters is not an Iterable")
    if importance_scores is None:
        importance_scores = {}
    if not isinstance(importance_scores, dict):
        raise TypeError("global_unstructured(): importance_scores must be of type dict")
    method = pruning_method(**kwargs)
    if method.PRUNING_TYPE != "unstructured":
        raise TypeError(
            'Only "unstructured" PRUNING_TYPE supported for the `pruning_method`. Found method '
            f"{pruning_method} of type {method.PRUNING_TYPE}"
        )
    pairs = [(module, name, getattr(module, name)) for module, name in parameters]
    scores = [importance_scores.get((module, name), tensor) for module, name, tensor in pairs]
    masks = [
        getattr(module, name + "_mask", tensor.new_ones(tensor.shape))
        for module, name, tensor in pairs
    ]
    method._tensor_name = "all of them as one"
    container = PruningContainer(method)
    whole = container.compute_mask(parameters_to_vector(scores), parameters_to_vector(masks))
    ends = itertools.accumulate(tensor.numel() for _, _, tensor in pairs)
    for (module, name, tensor), end in zip(pairs, ends, strict=True):
        custom_from_mask(module, name, whole[end - tensor.numel() : end].view_as(tensor))


def remove(module: T, name: str) -> T:
    """Make the pruned parameter ``name`` an ordinary one; it keeps its zeros.

    >>> layer = nn.utils.prune.l1_unstructured(nn.Linear(2, 4), "weight", amount=5)
    >>> layer = nn.utils.prune.remove(layer, "weight")
    >>> (layer.weight == 0).sum(), sorted(name for name, _ in layer.named_parameters())
    (tensor(5), ['bias', 'weight'])
    """
    method = pre_hook.take(module, BasePruningMethod, name)
    if method is None:
        raise ValueError(
            f"Parameter '{name}' of module {module} has to be pruned before pruning can be removed"
        )
    method.remove(module)
    return module


def is_pruned(module: Module) -> bool:
    """Whether a parameter of ``module``, or of a module below it, is pruned.

    >>> layer = nn.utils.prune.identity(nn.Linear(2, 1), "weight")
    >>> nn.utils.prune.is_pruned(layer), nn.utils.prune.is_pruned(nn.Linear(2, 1))
    (True, False)
    """
    return any(True for part in module.modules() for _ in pre_hook.of_kind(part, BasePruningMethod))
