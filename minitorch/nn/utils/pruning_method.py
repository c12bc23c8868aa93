"""How a parameter is pruned: by a mask, which may be that of several methods together.

A pruned parameter ``weight`` becomes the product of the parameter ``weight_orig`` and the buffer
``weight_mask`` of ones and zeros, made anew before each forward. Pruned again, it gets the mask of
all methods together, kept in a `PruningContainer`. Removed, it becomes an ordinary parameter.
"""

from __future__ import annotations

import numbers
from abc import ABC, abstractmethod
from typing import Any

from ...tensor import Tensor
from ..modules.module import Module
from . import pre_hook


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


class Amount(BasePruningMethod):
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
