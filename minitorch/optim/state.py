"""What an optimizer has to do with being saved: ``state_dict``, ``load_state_dict``, pickling."""

from __future__ import annotations

from collections import defaultdict
from copy import deepcopy
from typing import Any

from .. import backend
from ..autograd.operation import wrap
from ..tensor import Tensor
from .formulas import counter
from .hooks import Hooked

# Options that optimizers of old files did not have: off, or left to the optimizer.
LATER_OPTIONS = dict.fromkeys(
    "amsgrad capturable centered decoupled_weight_decay differentiable maximize nesterov".split(),
    False,
) | {"foreach": None, "fused": None}


class Stateful(Hooked):
    """The methods of an optimizer that save and load it, or copy it."""

    counters: tuple[str, ...] = ("step",)  # numbers in the state; they live in main memory
    defaults: dict[str, Any]
    param_groups: list[dict[str, Any]]
    state: defaultdict[Any, Any]

    def state_dict(self) -> dict[str, Any]:
        """The state and the options, with numbers in the place of the parameters.

        ``{"state": {0: {"exp_avg": tensor, ...}, ...},
        "param_groups": [{"lr": 0.1, ..., "params": [0, ...]}]}``, as PyTorch's optimizers write and
        read it. The tensors are those that the optimizer works on, not copies.
        """
        for hook in self._optimizer_state_dict_pre_hooks.values():
            hook(self)
        number_of: dict[Any, int] = {}
        groups = []
        count = 0
        for group in self.param_groups:
            for param in group["params"]:
                number_of.setdefault(param, count)
                count += 1
            packed = {key: value for key, value in group.items() if key != "params"}
            groups.append(packed | {"params": [number_of[param] for param in group["params"]]})
        state = {number_of.get(key, key): value for key, value in self.state.items()}
        state_dict: dict[str, Any] = {"state": state, "param_groups": groups}
        for hook in self._optimizer_state_dict_post_hooks.values():
            changed = hook(self, state_dict)
            if changed is not None:
                state_dict = changed
        return state_dict

    def load_state_dict(self, state_dict: dict[str, Any]) -> None:
        """Take over the state and options that `state_dict` of such an optimizer returned.

        Parameters are matched by their order. Tensors are copied, to the dtype and device of their
        parameter.
        """
        state_dict = state_dict.copy()
        for hook in self._optimizer_load_state_dict_pre_hooks.values():
            changed = hook(self, state_dict)
            if changed is not None:
                state_dict = changed
        groups = deepcopy(state_dict["param_groups"])
        if len(groups) != len(self.param_groups):
            raise ValueError("loaded state dict has a different number of parameter groups")
        if any(
            len(new["params"]) != len(old["params"])
            for new, old in zip(groups, self.param_groups, strict=True)
        ):
            raise ValueError(
                "loaded state dict contains a parameter group "
                "that doesn't match the size of optimizer's group"
            )
        param_of: dict[Any, Tensor] = {}
        for new, old in zip(groups, self.param_groups, strict=True):
            param_of.update(zip(new["params"], old["params"], strict=True))
            new["params"] = old["params"]
            if "param_names" in old:
                new.setdefault("param_names", old["param_names"])
        state: defaultdict[Any, Any] = defaultdict(dict)
        for key, value in state_dict["state"].items():
            param = param_of.get(key)
            if param is None:  # state of the optimizer as a whole
                state[key] = value
            else:
                state[param] = self._moved(value, param)
        self.__setstate__({"state": state, "param_groups": groups})
        for hook in self._optimizer_load_state_dict_post_hooks.values():
            hook(self)

    def _moved(self, value: Any, param: Tensor, name: Any = None) -> Any:
        """A copy of a part of the state of ``param``, in its dtype and on its device."""
        if isinstance(value, Tensor):
            follows = name != "step" and param.is_floating_point()
            kind = param._array.dtype if follows else value._array.dtype
            array = backend.run_at(value._array, value._array.astype, kind)
            index = None if name in self.counters else backend.device_index(param._array)
            return wrap(param, backend.to_device(array, index))
        if name in self.counters:  # a plain number in old files
            return wrap(param, counter(value))
        if isinstance(value, dict):
            return {key: self._moved(item, param, key) for key, item in value.items()}
        if isinstance(value, list | tuple):
            return type(value)(self._moved(item, param) for item in value)
        return value

    def __getstate__(self) -> dict[str, Any]:
        return {
            "defaults": self.defaults,
            "state": self.state,
            "param_groups": self.param_groups,
        }

    def __setstate__(self, state: dict[str, Any]) -> None:
        self.__dict__.update(state)
        if "_optimizer_step_pre_hooks" not in self.__dict__:
            self._without_hooks()
        for group in self.param_groups:
            for name in self.defaults:
                if name in LATER_OPTIONS:
                    group.setdefault(name, LATER_OPTIONS[name])
