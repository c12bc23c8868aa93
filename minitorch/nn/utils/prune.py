"""Pruning: setting weights to zero for good, those that matter least.

A pruned parameter ``weight`` becomes the product of the parameter ``weight_orig`` and the buffer
``weight_mask`` of ones and zeros, made anew before each forward. Pruned again, it gets the mask of
all methods together, kept in a `PruningContainer`. `remove` makes it an ordinary parameter.
"""

from __future__ import annotations

import itertools
import numbers
from abc import ABC, abstractmethod
from collections.abc import Iterable
from typing import Any, TypeVar

from ...ops.norms import vector_norm
from ...sampling import rand, rand_like
from ...tensor import Tensor
from ..modules.module import Module
from . import pre_hook
from .convert_parameters import parameters_to_vector

T = TypeVar("T", bound=Module)


class BasePruningMethod(ABC):
    """A way to choose what to prune. A subclass says it in `compute_mask`.

    ``PRUNING_TYPE`` is ``"unstructured"`` (single weights), ``"structured"`` (whole channels) or
    ``"global"`` (a mask for all): what of an already pruned tensor `compute_mask` is to see.

    >>> class Odd(nn.utils.prune.BasePruningMethod):
    ...     PRUNING_TYPE = "unstructured"
    ...
    ...     def compute_mask(self, t, default_mask):
    ...         mask = default_mask.clone()
    ...         mask.view(-1)[1::2] = 0
    ...         return mask
    >>> layer = nn.Linear(2, 3)
    >>> _ = Odd.apply(layer, "weight")
    >>> layer.weight_mask
    tensor([[1., 0.],
            [1., 0.],
            [1., 0.]])
    """

    PRUNING_TYPE: str
    _tensor_name: str

    @property
    def name(self) -> str:
        """The parameter that is pruned."""
        return self._tensor_name

    def __call__(self, module: Module, inputs: Any) -> None:
        setattr(module, self.name, self.apply_mask(module))

    @abstractmethod
    def compute_mask(self, t: Tensor, default_mask: Tensor) -> Tensor:
        """Ones and zeros in the shape of ``t``, zero at least where ``default_mask`` is."""

    def apply_mask(self, module: Module) -> Tensor:
        """The original parameter times the mask."""
        mask, orig = getattr(module, self.name + "_mask"), getattr(module, self.name + "_orig")
        pruned: Tensor = mask.to(orig.dtype) * orig
        return pruned

    @classmethod
    def apply(
        cls,
        module: Module,
        name: str,
        *args: Any,
        importance_scores: Tensor | None = None,
        **kwargs: Any,
    ) -> BasePruningMethod:
        """Prune parameter ``name`` of ``module``; the other arguments are those of the method.

        ``importance_scores`` take the place of the weights where it is chosen what matters least.
        """
        method: BasePruningMethod = cls(*args, **kwargs)
        method._tensor_name = name
        old = pre_hook.take(module, BasePruningMethod, name)
        if old is not None:
            if not isinstance(old, PruningContainer):
                old = PruningContainer(old)
            old.add_pruning_method(method)
            method = old
        orig = getattr(module, name)
        if importance_scores is None:
            importance_scores = orig
        elif importance_scores.shape != orig.shape:
            raise AssertionError(
                "importance_scores should have the same shape as parameter "
                f"{name} of {module}, got {importance_scores.shape} vs {orig.shape}"
            )
        if old is None:
            mask = method.compute_mask(importance_scores, orig.new_ones(orig.shape))
            delattr(module, name)
            module.register_parameter(name + "_orig", orig)
        else:
            default_mask = getattr(module, name + "_mask").detach().clone()
            mask = method.compute_mask(importance_scores, default_mask)
        module.register_buffer(name + "_mask", mask)
        method(module, ())
        module.register_forward_pre_hook(method)
        return method

    def prune(
        self,
        t: Tensor,
        default_mask: Tensor | None = None,
        importance_scores: Tensor | None = None,
    ) -> Tensor:
        """``t`` with zeros where this method prunes it."""
        if importance_scores is None:
            importance_scores = t
        elif importance_scores.shape != t.shape:
            raise AssertionError(
                "importance_scores should have the same shape as tensor t, got "
                f"{importance_scores.shape} vs {t.shape}"
            )
        mask = t.new_ones(t.shape) if default_mask is None else default_mask
        return t * self.compute_mask(importance_scores, mask)

    def remove(self, module: Module) -> None:
        """Make the pruned parameter an ordinary one, which keeps its zeros."""
        weight = self.apply_mask(module)
        orig = module._parameters[self.name + "_orig"]
        assert orig is not None
        orig.data = weight.data
        for end in ("", "_orig", "_mask"):
            delattr(module, self.name + end)
        setattr(module, self.name, orig)


class PruningContainer(BasePruningMethod):
    """Several pruning methods of one parameter, one after the other.

    >>> layer = nn.Linear(4, 3)
    >>> _ = nn.utils.prune.l1_unstructured(layer, "weight", amount=2)
    >>> _ = nn.utils.prune.l1_unstructured(layer, "weight", amount=3)
    >>> hook = next(iter(layer._forward_pre_hooks.values()))
    >>> len(hook), int((layer.weight == 0).sum())
    (2, 5)
    """

    def __init__(self, *args: Any) -> None:
        self._pruning_methods: tuple[BasePruningMethod, ...] = ()
        if args:
            self._tensor_name = args[0]._tensor_name
        for method in args:
            self.add_pruning_method(method)

    def add_pruning_method(self, method: Any) -> None:
        """Add a method, which must act on the same parameter."""
        if not isinstance(method, BasePruningMethod):
            raise TypeError(f"{type(method)} is not a BasePruningMethod subclass")
        if method._tensor_name != self._tensor_name:
            raise ValueError(
                "Can only add pruning methods acting on the parameter named "
                f"'{self._tensor_name}' to PruningContainer {self}. Found '{method._tensor_name}'"
            )
        self._pruning_methods += (method,)

    def __len__(self) -> int:
        return len(self._pruning_methods)

    def __iter__(self) -> Any:
        return iter(self._pruning_methods)

    def __getitem__(self, index: Any) -> Any:
        return self._pruning_methods[index]

    def compute_mask(self, t: Tensor, default_mask: Tensor) -> Tensor:
        """The mask of the methods so far, with that of the last one for what they have left."""
        method = self._pruning_methods[-1]
        place: Any
        if method.PRUNING_TYPE == "unstructured":
            place = default_mask == 1
        elif method.PRUNING_TYPE == "structured":
            place = _left_channels(method, default_mask)
        elif method.PRUNING_TYPE == "global":
            place = ...
        else:
            raise ValueError(f"Unrecognized PRUNING_TYPE {method.PRUNING_TYPE}")
        mask = default_mask.to(t.dtype).clone()
        mask[place] = method.compute_mask(t[place], default_mask[place]).to(mask.dtype)
        return mask


def _left_channels(method: Any, mask: Tensor) -> tuple[Any, ...]:
    """The index of the channels that are not all zero in ``mask``."""
    if not hasattr(method, "dim"):
        raise AttributeError(
            'Pruning methods of PRUNING_TYPE "structured" need to have the attribute `dim` defined.'
        )
    ndim = mask.ndim
    dim = method.dim if method.dim >= 0 else ndim + method.dim
    if dim < 0:
        raise IndexError(f"Index is out of bounds for tensor with dimensions {ndim}")
    kept = mask.sum([d for d in range(ndim) if d != dim]) != 0
    return (slice(None),) * dim + (kept,)


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


class _Amount(BasePruningMethod):
    """A method that prunes ``amount``: a part of the whole (float) or so many (int)."""

    def __init__(self, amount: float) -> None:
        if not isinstance(amount, numbers.Real):
            raise TypeError(f"Invalid type for amount: {amount}. Must be int or float.")
        if amount < 0 or (amount > 1 and not isinstance(amount, numbers.Integral)):
            raise ValueError(
                f"amount={amount} should either be a float in the range [0, 1] or a non-negative "
                "integer"
            )
        self.amount: Any = amount

    def count(self, size: int) -> int:
        """How many of ``size`` to prune."""
        whole = isinstance(self.amount, numbers.Integral)
        count = int(self.amount) if whole else round(self.amount * size)
        if count > size:
            raise ValueError(
                f"amount={count} should be smaller than the number of parameters to prune={size}"
            )
        return count


class _Unstructured(_Amount):
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


class _Structured(_Amount):
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
