"""State dicts: what a module knows, by name, to be saved and loaded.

A state dict maps ``"layer.weight"`` to a tensor. Its attribute ``_metadata`` tells the version of
each module's code that wrote it, so that newer code can read what older code wrote.
"""

from __future__ import annotations

from collections import OrderedDict, namedtuple
from collections.abc import Callable, Mapping
from typing import Any

from ...autograd.hooks import RemovableHandle
from ...autograd.modes import no_grad
from ...tensor import Tensor
from ...user_warnings import warn
from ..parameter import Parameter, is_lazy


class _IncompatibleKeys(namedtuple("IncompatibleKeys", ["missing_keys", "unexpected_keys"])):
    """What `load_state_dict` returns: the names it did not find, and those it had no use for."""

    __slots__ = ()

    def __repr__(self) -> str:
        if not self.missing_keys and not self.unexpected_keys:
            return "<All keys matched successfully>"
        return super().__repr__()

    __str__ = __repr__


class Stateful:
    """What a `Module` has to do with state dicts."""

    _version = 1
    _parameters: dict[str, Parameter | None]
    _buffers: dict[str, Tensor | None]
    _modules: dict[str, Any]
    _non_persistent_buffers_set: set[str]
    _state_dict_pre_hooks: OrderedDict[int, Callable[..., Any]]
    _state_dict_hooks: OrderedDict[int, Callable[..., Any]]
    _load_state_dict_pre_hooks: OrderedDict[int, Callable[..., Any]]
    _load_state_dict_post_hooks: OrderedDict[int, Callable[..., Any]]

    def get_extra_state(self) -> Any:
        """What else belongs in the state dict. Override it together with `set_extra_state`."""
        raise RuntimeError(NOT_OVERRIDDEN.format("get_extra_state"))

    def set_extra_state(self, state: Any) -> None:
        """Take back what `get_extra_state` returned."""
        raise RuntimeError(NOT_OVERRIDDEN.format("set_extra_state"))

    # Saving ---------------------------------------------------------------------------------------

    def state_dict(
        self, *args: Any, destination: Any = None, prefix: str = "", keep_vars: bool = False
    ) -> Any:
        """All parameters and persistent buffers by name. They share memory with the module.

        They are detached, unless ``keep_vars``. The names begin with ``prefix``.

        >>> nn.Linear(3, 2).state_dict().keys()
        odict_keys(['weight', 'bias'])
        """
        if args:
            warn(
                "Positional args are being deprecated, use kwargs instead. Refer to "
                "https://pytorch.org/docs/main/generated/torch.nn.Module.html"
                "#torch.nn.Module.state_dict for details.",
                FutureWarning,
            )
            given = dict(zip(("destination", "prefix", "keep_vars"), args, strict=False))
            destination = given.get("destination") if destination is None else destination
            prefix = prefix or given.get("prefix", "")
            keep_vars = keep_vars or given.get("keep_vars", False)
        if destination is None:
            destination = OrderedDict()
            destination._metadata = OrderedDict()
        metadata = {"version": self._version}
        if hasattr(destination, "_metadata"):
            destination._metadata[prefix[:-1]] = metadata
        for hook in self._state_dict_pre_hooks.values():
            hook(self, prefix, keep_vars)
        self._save_to_state_dict(destination, prefix, keep_vars)
        for name, module in self._modules.items():
            if module is not None:
                module.state_dict(
                    destination=destination, prefix=prefix + name + ".", keep_vars=keep_vars
                )
        for hook in self._state_dict_hooks.values():
            if hook(self, destination, prefix, metadata) is not None:
                raise RuntimeError("state_dict post-hook must return None")
        return destination

    def _save_to_state_dict(self, destination: Any, prefix: str, keep_vars: bool) -> None:
        """Put what belongs to this module alone into ``destination``."""
        for name, tensor in persistent(self).items():
            kept = keep_vars or is_lazy(tensor)
            destination[prefix + name] = tensor if kept else tensor.detach()
        if type(self).get_extra_state is not Stateful.get_extra_state:
            destination[prefix + EXTRA_STATE] = self.get_extra_state()

    # Loading --------------------------------------------------------------------------------------

    def load_state_dict(
        self, state_dict: Mapping[str, Any], strict: bool = True, assign: bool = False
    ) -> _IncompatibleKeys:
        """Copy the tensors of ``state_dict`` into this module's parameters and buffers.

        With ``assign`` the module takes the tensors themselves, with their dtype and device. Raises
        a RuntimeError that lists all names that are missing, unexpected or of the wrong shape;
        unless ``strict``, the first two kinds are only returned.

        >>> layer, other = nn.Linear(3, 2), nn.Linear(3, 2)
        >>> layer.load_state_dict(other.state_dict())
        <All keys matched successfully>
        """
        if not isinstance(state_dict, Mapping):
            raise TypeError(f"Expected state_dict to be dict-like, got {type(state_dict)}.")
        keys = _IncompatibleKeys([], [])
        errors: list[str] = []
        metadata = getattr(state_dict, "_metadata", None)
        copy: Any = OrderedDict(state_dict)  # a module may change what it is given to load
        if metadata is not None:
            copy._metadata = metadata
        load(self, copy, "", metadata or {}, assign, keys, errors)
        if strict:
            listed = [
                f"{kind} key(s) in state_dict: " + ", ".join(f'"{name}"' for name in names) + ". "
                for kind, names in (("Missing", keys[0]), ("Unexpected", keys[1]))
                if names
            ]
            errors = listed + errors
        if errors:
            raise RuntimeError(
                f"Error(s) in loading state_dict for {type(self).__name__}:\n\t"
                + "\n\t".join(errors)
            )
        return keys

    def _load_from_state_dict(
        self,
        state_dict: dict[str, Any],
        prefix: str,
        local_metadata: dict[str, Any],
        strict: bool,
        missing_keys: list[str],
        unexpected_keys: list[str],
        error_msgs: list[str],
    ) -> None:
        """Load what belongs to this module alone. Override it to read what older code wrote."""
        for hook in self._load_state_dict_pre_hooks.values():
            hook(
                self, state_dict, prefix, local_metadata, strict, missing_keys, unexpected_keys,
                error_msgs,
            )  # fmt: skip
        own = persistent(self)
        assign = local_metadata.get("assign_to_params_buffers", False)
        for name, tensor in own.items():
            if prefix + name in state_dict:
                error = load_tensor(self, name, tensor, prefix, state_dict[prefix + name], assign)
                if error:
                    error_msgs.append(error)
            elif strict:
                missing_keys.append(prefix + name)
        extra = prefix + EXTRA_STATE
        if type(self).set_extra_state is Stateful.set_extra_state:
            if strict and extra in state_dict:
                unexpected_keys.append(extra)
        elif extra in state_dict:
            self.set_extra_state(state_dict[extra])
        elif strict:
            missing_keys.append(extra)
        if strict:
            for key in state_dict:
                name, dot, _ = key.removeprefix(prefix).partition(".")
                known = self._modules if dot else own
                if key.startswith(prefix) and key != extra and name not in known:
                    unexpected_keys.append(key)

    # Hooks ----------------------------------------------------------------------------------------

    def register_state_dict_pre_hook(self, hook: Callable[..., Any]) -> RemovableHandle:
        """``hook(module, prefix, keep_vars)`` runs before `state_dict` asks this module."""
        return RemovableHandle.add(self._state_dict_pre_hooks, hook)

    def register_state_dict_post_hook(self, hook: Callable[..., Any]) -> RemovableHandle:
        """``hook(module, state_dict, prefix, local_metadata)`` runs after `state_dict`.

        It runs when this module and its children are in the dict, which it may change.
        """
        return RemovableHandle.add(self._state_dict_hooks, hook)

    def register_load_state_dict_pre_hook(self, hook: Callable[..., Any]) -> RemovableHandle:
        """``hook(module, *arguments of _load_from_state_dict)`` runs before this module is loaded.

        The arguments are state_dict, prefix, local_metadata, strict, missing_keys, unexpected_keys
        and error_msgs; the hook may change them.
        """
        return RemovableHandle.add(self._load_state_dict_pre_hooks, hook)

    def register_load_state_dict_post_hook(self, hook: Callable[..., Any]) -> RemovableHandle:
        """``hook(module, incompatible_keys)`` runs after this module and its children were loaded.

        It may change the lists of missing and unexpected names.
        """
        return RemovableHandle.add(self._load_state_dict_post_hooks, hook)


def persistent(module: Any) -> dict[str, Any]:
    """The parameters and buffers of ``module`` alone that belong in its state dict."""
    buffers = {
        name: buffer
        for name, buffer in module._buffers.items()
        if name not in module._non_persistent_buffers_set
    }
    return {
        name: tensor
        for name, tensor in {**module._parameters, **buffers}.items()
        if tensor is not None
    }


def load_tensor(
    module: Any, name: str, held: Any, prefix: str, given: Any, assign: bool
) -> str | None:
    """Load one tensor; returns what is wrong with it, if something is."""
    key = prefix + name
    if not isinstance(given, Tensor):
        return (
            f'While copying the parameter named "{key}", expected torch.Tensor or Tensor-like '
            f"object from checkpoint but received {type(given)}"
        )
    if is_lazy(held) and is_lazy(given):  # neither has numbers
        return None
    if held.ndim == 0 and given.shape == (1,):  # as PyTorch 0.3 wrote what is 0-d today
        given = given[0]
    if given.shape != held.shape:
        return (
            f"size mismatch for {key}: copying a param with shape {given.shape} from "
            f"checkpoint, the shape in current model is {held.shape}."
        )
    try:
        with no_grad():
            if not assign:
                held.copy_(given)
                return None
            if isinstance(held, Parameter):
                if not isinstance(given, Parameter):
                    given = Parameter(given, held.requires_grad)
                given.requires_grad_(held.requires_grad)
            setattr(module, name, given)
    except Exception as error:
        return (
            f'While copying the parameter named "{key}", whose dimensions in the model are '
            f"{held.shape} and whose dimensions in the checkpoint are {given.shape}, an "
            f"exception occurred : {error.args}."
        )
    return None


def load(
    module: Any,
    state_dict: dict[str, Any],
    prefix: str,
    metadata: dict[str, Any],
    assign: bool,
    keys: _IncompatibleKeys,
    errors: list[str],
) -> None:
    """Load ``module`` and, each with the part that is theirs, its children."""
    local_metadata = dict(metadata.get(prefix[:-1], {}))
    if assign:
        local_metadata["assign_to_params_buffers"] = True
    module._load_from_state_dict(state_dict, prefix, local_metadata, True, *keys, errors)
    for name, child in module._modules.items():
        if child is not None:
            start = prefix + name + "."
            part = {key: value for key, value in state_dict.items() if key.startswith(start)}
            load(child, part, start, metadata, assign, keys, errors)
    for hook in module._load_state_dict_post_hooks.values():
        if hook(module, keys) is not None:
            raise AssertionError(
                "Hooks registered with ``register_load_state_dict_post_hook`` are not expected to "
                "return new values, if incompatible_keys need to be modified, it should be done "
                "inplace."
            )


EXTRA_STATE = "_extra_state"
NOT_OVERRIDDEN = (
    "Reached a code path in Module.{0}() that should never be called. "
    "Override get_extra_state and set_extra_state together."
)
