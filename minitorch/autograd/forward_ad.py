"""``mt.autograd.forward_ad``: dual numbers, a value and how it changes.

    with forward_ad.dual_level():
        x = forward_ad.make_dual(primal, tangent)
        forward_ad.unpack_dual(f(x)).tangent  # the derivative of f along the tangent

PyTorch computes tangents together with the values. Here `unpack_dual` asks the graph of the result
twice: the gradient of ``v · f(x)`` by ``x`` is linear in ``v``, and its derivative by ``v``, along
the tangent, is what is wanted. So what is computed under ``no_grad`` has no tangent.
"""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from typing import Any, NamedTuple

from .engine import grad, youngest_first
from .graph import TensorBase
from .modes import enable_grad

NO_LEVEL = (
    "Trying to create a dual Tensor for forward AD but no level exists, make sure to "
    "enter_dual_level() first."
)
SIZE = (
    "Trying to set a forward gradient that has a different size than that of the original Tensor, "
    "this is not supported. Tensor is of size {} while the given forward gradient is of size {}."
)


class Dual(NamedTuple):
    """What `make_dual` notes."""

    source: Any  # the place in the graph from which the dual tensor comes
    result: Any  # the dual tensor
    tangent: Any
    recorded: bool  # whether the primal requires grad


levels: list[list[Dual]] = []  # the duals of the level that is on, if one is


class UnpackedDualTensor(NamedTuple):
    """What `unpack_dual` returns; the tangent is None where there is none.

    >>> mt.autograd.forward_ad.UnpackedDualTensor(mt.ones(1), None).primal
    tensor([1.])
    """

    primal: Any
    tangent: Any


def enter_dual_level() -> int:
    """Begin a level, in which `make_dual` makes dual tensors; `dual_level` is the context for it.

    >>> forward_ad = mt.autograd.forward_ad
    >>> level = forward_ad.enter_dual_level()
    >>> forward_ad.exit_dual_level()
    >>> level
    0
    """
    if levels:
        raise RuntimeError("Nested forward mode AD is not supported at the moment")
    levels.append([])
    return 0


def exit_dual_level(*, level: int | None = None) -> None:
    """End the level: its tangents are forgotten.

    >>> forward_ad = mt.autograd.forward_ad
    >>> level = forward_ad.enter_dual_level()
    >>> x = forward_ad.make_dual(mt.ones(1), mt.ones(1))
    >>> forward_ad.exit_dual_level(level=level)
    >>> forward_ad.unpack_dual(x).tangent is None
    True
    """
    if not levels:
        raise RuntimeError("Dual level must be a positive number.")
    if level not in (None, 0):
        raise RuntimeError(
            "Trying to exit a forward AD level that was not the last one that was created. This is "
            "not supported."
        )
    levels.pop()


@contextlib.contextmanager
def dual_level() -> Iterator[int]:
    """The context of a level.

    >>> forward_ad = mt.autograd.forward_ad
    >>> with forward_ad.dual_level():
    ...     x = forward_ad.make_dual(mt.tensor([2.0, 3.0]), mt.tensor([1.0, 10.0]))
    ...     y = forward_ad.unpack_dual(x * x)
    >>> y
    UnpackedDualTensor(primal=tensor([4., 9.]), tangent=tensor([ 4., 60.]))
    """
    level = enter_dual_level()
    try:
        yield level
    finally:
        exit_dual_level()


def make_dual(tensor: Any, tangent: Any, *, level: int | None = None) -> Any:
    """``tensor`` with ``tangent``, which says how it changes.

    >>> forward_ad = mt.autograd.forward_ad
    >>> with forward_ad.dual_level():
    ...     x = forward_ad.make_dual(mt.tensor(3.0), mt.tensor(1.0))
    ...     forward_ad.unpack_dual(x**2).tangent
    tensor(6.)
    """
    if not levels:
        raise RuntimeError(NO_LEVEL)
    for name, value in (("primal", tensor), ("tangent", tangent)):
        if not (value.is_floating_point() or value.is_complex()):
            raise ValueError(
                f"Expected {name} to be floating point or complex, but got: {value.dtype}"
            )
    if tensor.shape != tangent.shape:
        raise RuntimeError(SIZE.format(list(tensor.shape), list(tangent.shape)))
    if any(tensor is dual.result for dual in levels[-1]):
        raise RuntimeError(
            "Making a dual Tensor based on a Tensor that already has a forward gradient at the "
            "same level 0 is not supported."
        )
    with enable_grad():
        recorded = tensor.requires_grad
        source = tensor.clone() if recorded else tensor.detach().requires_grad_()
        result = source.clone()
    levels[-1].append(Dual(source, result, tangent, recorded))
    return result


def unpack_dual(tensor: Any, *, level: int | None = None) -> UnpackedDualTensor:
    """The value of ``tensor``, and its tangent.

    >>> mt.autograd.forward_ad.unpack_dual(mt.ones(1))  # it is no dual tensor
    UnpackedDualTensor(primal=tensor([1.]), tangent=None)
    """
    if not isinstance(tensor, TensorBase):
        raise TypeError(
            "_unpack_dual(): argument 'dual' (position 1) must be Tensor, not "
            f"{type(tensor).__name__}"
        )
    duals = levels[-1] if levels else []
    if not duals or not tensor.requires_grad or tensor.grad_fn is None:
        return UnpackedDualTensor(tensor, None)
    recorded = is_recorded(tensor, duals)
    primal = tensor if recorded else tensor.detach()
    for dual in duals:
        if tensor is dual.result and tensor._version == 0:  # not changed in place since
            return UnpackedDualTensor(primal, dual.tangent)
    with enable_grad():
        weights = tensor.detach().clone().requires_grad_()
        sources = [dual.source for dual in duals]
        slopes = grad(tensor, sources, weights, create_graph=True, allow_unused=True)
        if all(slope is None for slope in slopes):
            return UnpackedDualTensor(primal, None)
        used = [
            (slope, dual.tangent)
            for slope, dual in zip(slopes, duals, strict=True)
            if slope is not None and slope.requires_grad
        ]
        if not used:  # the derivative is 0, as that of round
            return UnpackedDualTensor(primal, weights.new_zeros(weights.shape))
        slopes, along = zip(*used, strict=True)
        (tangent,) = grad(slopes, weights, along, create_graph=True, materialize_grads=True)
    return UnpackedDualTensor(primal, tangent if recorded else tangent.detach())


def is_recorded(tensor: Any, duals: list[Dual]) -> bool:
    """Whether ``tensor`` would require grad without the duals."""
    own = {id(dual.source) for dual in duals if not dual.recorded}
    return any(
        edge is not None and isinstance(edge[0], TensorBase) and id(edge[0]) not in own
        for node in youngest_first([tensor.grad_fn])
        for edge in node.edges
    ) or any(dual.tangent.requires_grad for dual in duals)
