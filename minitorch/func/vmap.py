"""`vmap`: a function of one sample as a function of many."""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import Any

from .. import pytree
from ..inspection import is_tensor
from ..ops.joining import stack
from ..random import default_generator

RANDOM = (
    "vmap: called random operation while in randomness error mode. Please either use the 'same' or "
    "'different' randomness flags on vmap or perform the randomness operation out of vmap"
)


def vmap(
    func: Callable[..., Any],
    in_dims: Any = 0,
    out_dims: Any = 0,
    randomness: str = "error",
    *,
    chunk_size: int | None = None,
) -> Callable[..., Any]:
    """The function that applies ``func`` to every slice of its arguments and stacks the results.

    ``in_dims`` says along which dimension an argument is cut into slices (None: each call gets it
    whole), ``out_dims`` along which one results are stacked: one number for all, or containers as
    those of the arguments and results. Keyword arguments are passed whole. ``randomness`` says
    whether ``func`` may draw random numbers: ``"error"``, ``"different"`` ones in each call, or
    the ``"same"``.

    MiniTorch calls ``func`` once for every slice. PyTorch calls it once for all, which is faster,
    and draws other numbers for ``"different"``.

    >>> vmap(mt.dot)(mt.tensor([[1.0, 2.0], [3.0, 4.0]]), mt.ones(2, 2))
    tensor([3., 7.])
    """
    if randomness not in ("error", "different", "same"):
        raise RuntimeError(
            "Only allowed values for randomness are 'error', 'different', or 'same'. Got "
            f"{randomness}"
        )
    if chunk_size is not None and chunk_size <= 0:
        raise ValueError(f"vmap: chunk_size should be None or greater than 0. (got {chunk_size})")

    @functools.wraps(func)
    def batched(*args: Any, **kwargs: Any) -> Any:
        dims = dims_of(func, in_dims, args)
        both = list(zip(pytree.leaves(args), dims, strict=True))
        cut = [x if dim is None else slices_of(x, dim) for x, dim in both]
        size = common_size([x._array.shape[dim] for x, dim in both if dim is not None])
        start = default_generator.get_state()
        results = []
        for place in range(max(size, 1)):
            if randomness == "same":
                default_generator.set_state(start)
            values = iter([c[place] if isinstance(c, tuple) else c for c in cut])
            results.append(func(*pytree.rebuilt(args, values), **kwargs))
        if randomness == "error" and not start.equal(default_generator.get_state()):
            raise RuntimeError(RANDOM)
        return joined(func, results, out_dims, size)

    return batched


def slices_of(tensor: Any, dim: int) -> tuple[Any, ...]:
    """The slices of ``tensor`` along ``dim``; one of zeros if there are none, to learn by it."""
    slices: tuple[Any, ...] = tensor.unbind(dim)
    return slices or (tensor.sum(dim).to(tensor.dtype),)


def dims_of(func: Callable[..., Any], in_dims: Any, args: tuple[Any, ...]) -> list[int | None]:
    """For each leaf of ``args``, the dimension to cut it along; refuses what cannot be cut."""
    name = name_of(func)
    if not isinstance(in_dims, int | tuple):
        raise ValueError(
            f"vmap({name}, in_dims={in_dims}, ...)(<inputs>): expected `in_dims` to be int or a "
            "(potentially nested) tuple matching the structure of inputs, got: "
            f"{type(in_dims)}."
        )
    if not args:
        raise ValueError(
            f"vmap({name})(<inputs>): got no inputs. Maybe you forgot to add inputs, or you are "
            "trying to vmap over a function with no inputs. The latter is unsupported."
        )
    start = f"vmap({name}, in_dims={in_dims}, ...)(<inputs>): "
    dims = spread(in_dims, args)
    if dims is None:
        raise ValueError(
            f"{start}in_dims is not compatible with the structure of `inputs`. in_dims has "
            f"structure {pytree.structure(in_dims)} but inputs has structure "
            f"{pytree.structure(args)}."
        )
    for dim, arg in zip(dims, pytree.leaves(args), strict=True):
        if dim is None:
            continue
        if not isinstance(dim, int):
            raise ValueError(
                f"{start}Got in_dim={dim} for an input but in_dim must be either an integer "
                "dimension or None."
            )
        if not is_tensor(arg):
            raise ValueError(
                f"{start}Got in_dim={dim} for an input but the input is of type {type(arg)}. We "
                "cannot vmap over non-Tensor arguments, please use None as the respective in_dim"
            )
        if not -arg._array.ndim <= dim < arg._array.ndim:
            raise ValueError(
                f"{start}Got in_dim={dim} for some input, but that input is a Tensor of "
                f"dimensionality {arg._array.ndim} so expected in_dim to satisfy "
                f"-{arg._array.ndim} <= in_dim < {arg._array.ndim}."
            )
    return dims


def spread(dims: Any, tree: Any) -> list[Any] | None:
    """``dims`` for each leaf of ``tree``: one number stands for all below it; None: no match."""
    if dims is None or not isinstance(dims, list | tuple | dict):
        return [dims] * len(pytree.leaves(tree))
    items = dims.values() if isinstance(dims, dict) else dims
    if type(dims) is not type(tree) or len(dims) != len(tree):
        return None
    below = tree.values() if isinstance(tree, dict) else tree
    parts = [spread(one, other) for one, other in zip(items, below, strict=True)]
    return None if None in parts else [dim for part in parts for dim in part or ()]


def common_size(sizes: list[int]) -> int:
    """The number of slices; refuses arguments with nothing to cut, or with different numbers."""
    if not sizes:
        raise ValueError("vmap: Expected at least one Tensor to vmap over")
    if len(set(sizes)) > 1:
        raise ValueError(
            "vmap: Expected all tensors to have the same size in the mapped dimension, got sizes "
            f"{sizes} for the mapped dimension"
        )
    return sizes[0]


def joined(func: Callable[..., Any], results: list[Any], out_dims: Any, size: int) -> Any:
    """The results of all calls, stacked leaf by leaf; nothing of them if the ``size`` is 0."""
    name, first = name_of(func), results[0]
    dims = spread(out_dims, first)
    if isinstance(out_dims, tuple) and len(out_dims) == 1 and is_tensor(first):
        dims = list(out_dims)
    if dims is None:
        raise ValueError(
            f"vmap({name}, ..., out_dims={out_dims})(<inputs>): out_dims is not compatible with "
            f"the structure of `outputs`. out_dims has structure {pytree.structure(out_dims)} but "
            f"outputs has structure {pytree.structure(first)}."
        )
    columns = zip(*[pytree.leaves(result) for result in results], strict=True)
    whole = []
    for column, dim in zip(columns, dims, strict=True):
        if dim is not None and not is_tensor(column[0]):
            raise ValueError(
                f"vmap({name}, ...): `{name}` must only return Tensors, got type "
                f"{type(column[0])}. Did you mean to set out_dims= to None for output?"
            )
        if dim is None:
            whole.append(column[0])
        else:
            stacked = stack(list(column), dim)
            whole.append(stacked if size else stacked.narrow(dim, 0, 0))
    return pytree.rebuilt(first, iter(whole))


def name_of(func: Callable[..., Any]) -> str:
    """What to call ``func`` in a sentence."""
    return getattr(func, "__name__", None) or repr(func)
