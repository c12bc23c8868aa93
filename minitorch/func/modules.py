"""Modules as functions of their parameters."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from ..nn.modules.batchnorm import _BatchNorm
from ..nn.modules.module import Module
from ..ops.joining import stack


def replace_all_batch_norm_modules_(root: Module) -> Module:
    """Let all batch norms in ``root`` take their statistics from the batch; returns ``root``.

    Running statistics are written in place, which `vmap` over them does not allow.

    >>> mt.func.replace_all_batch_norm_modules_(mt.nn.BatchNorm1d(2)).running_mean is None
    True
    """
    for module in root.modules():
        if isinstance(module, _BatchNorm) and module.track_running_stats:
            module.running_mean = module.running_var = module.num_batches_tracked = None
            module.track_running_stats = False
    return root


def functional_call(
    module: Module,
    parameter_and_buffer_dicts: Any,
    args: Any = None,
    kwargs: dict[str, Any] | None = None,
    *,
    tie_weights: bool = True,
    strict: bool = False,
) -> Any:
    """``module(*args, **kwargs)`` with other tensors in the place of its parameters and buffers.

    ``parameter_and_buffer_dicts`` has them by name, as ``named_parameters`` gives them: one dict or
    several. A name that is missing keeps the module's own tensor, unless ``strict``.

    >>> model = mt.nn.Linear(2, 1, bias=False)
    >>> mt.func.functional_call(model, {"weight": mt.tensor([[1.0, 10.0]])}, mt.tensor([3.0, 4.0]))
    tensor([43.])
    """
    given = merged(parameter_and_buffer_dicts)
    if tie_weights:
        given = tied(module, given)
    if strict:
        check_names(module, given)
    positional = () if args is None else args if isinstance(args, tuple) else (args,)
    with in_place_of(module, given):
        return module(*positional, **(kwargs or {}))


def merged(dicts: Any) -> dict[str, Any]:
    """The tensors of one dict or of several; refuses a name that stands in two."""
    if isinstance(dicts, dict):
        return dicts
    if not isinstance(dicts, Sequence):
        raise ValueError(
            "Expected parameter_and_buffer_dicts to be a dict, or a list/tuple of dicts, but got "
            f"{type(dicts)}"
        )
    if not all(isinstance(part, dict) for part in dicts):
        raise ValueError("Expected all elements of parameter_and_buffer_dicts to be dictionaries")
    names = [name for part in dicts for name in part]
    repeated = [name for name in dict.fromkeys(names) if names.count(name) > 1]
    if repeated:
        raise ValueError(
            f"{repeated} appeared in multiple dictionaries; behavior of functional call is "
            "ambiguous"
        )
    return {name: tensor for part in dicts for name, tensor in part.items()}


def places(module: Module) -> dict[str, Any]:
    """Every parameter and buffer by its names: one that stands in two places has two."""
    return dict(module.named_parameters(remove_duplicate=False)) | dict(
        module.named_buffers(remove_duplicate=False)
    )


def tied(module: Module, given: dict[str, Any]) -> dict[str, Any]:
    """``given`` with an entry for every name of a tensor that has several."""
    groups: dict[int, list[str]] = {}
    for name, tensor in places(module).items():
        groups.setdefault(id(tensor), []).append(name)
    complete = dict(given)
    for names in groups.values():
        new = {id(given[name]): given[name] for name in names if name in given}
        if len(new) > 1:
            raise ValueError(
                f"functional_call got multiple values for keys {sorted(names)}, which are tied. "
                "Consider using tie_weights=False"
            )
        for tensor in new.values():
            complete.update(dict.fromkeys(names, tensor))
    return complete


def check_names(module: Module, given: dict[str, Any]) -> None:
    """Refuse names that the module has and ``given`` has not, and the other way round."""
    known = places(module)
    messages = []
    for kind, names in (
        ("Unexpected", [name for name in given if name not in known]),
        ("Missing", [name for name in known if name not in given]),
    ):
        if names:
            messages.append(f"{kind} key(s): {', '.join(sorted(names))}.")
    if messages:
        listed = "\n\t".join(messages)
        raise RuntimeError(f"Error(s) in reparametrizing for {module._get_name()}:\n\t{listed}")


@contextmanager
def in_place_of(module: Module, given: dict[str, Any]) -> Iterator[None]:
    """A context in which ``module`` has the tensors ``given``."""
    before: list[tuple[dict[str, Any], str, Any]] = []
    try:
        for path, tensor in given.items():
            parent, _, name = path.rpartition(".")
            owner = module.get_submodule(parent)
            table = next((t for t in (owner._parameters, owner._buffers) if name in t), None)
            if table is None:
                raise AttributeError(f"{owner._get_name()} has no attribute `{name}`")
            before.append((table, name, table[name]))
            table[name] = tensor
        yield
    finally:
        for table, name, tensor in reversed(before):
            table[name] = tensor


def stack_module_state(models: Sequence[Any]) -> tuple[dict[str, Any], dict[str, Any]]:
    """The parameters and the buffers of several modules of one class, stacked name by name.

    The parameters are new leaves, for `vmap` and an optimizer: an ensemble in one call.

    >>> params, buffers = mt.func.stack_module_state([nn.Linear(2, 3) for _ in range(5)])
    >>> {name: tuple(p.shape) for name, p in params.items()}
    {'weight': (5, 3, 2), 'bias': (5, 3)}
    """
    if len(models) == 0:
        raise RuntimeError("stack_module_state: Expected at least one model, got 0.")
    if len({model.training for model in models}) > 1:
        raise RuntimeError(
            "stack_module_state: Expected all models to have the same training/eval mode."
        )
    if len({type(model) for model in models}) > 1:
        raise RuntimeError("stack_module_state: Expected all models to be of the same class.")
    parameters = [dict(model.named_parameters()) for model in models]
    buffers = [dict(model.named_buffers()) for model in models]
    return stacked(parameters), stacked(buffers)


def stacked(states: list[dict[str, Any]]) -> dict[str, Any]:
    """The tensors of each name as one."""
    whole = {}
    for name in states[0]:
        tensors = [state[name] for state in states]
        if len({tensor.requires_grad for tensor in tensors}) > 1:
            raise RuntimeError(f"Expected {name} from each model to have the same .requires_grad")
        needed = tensors[0].requires_grad
        whole[name] = stack(tensors).detach().requires_grad_(needed) if needed else stack(tensors)
    return whole
