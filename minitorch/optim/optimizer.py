"""`Optimizer`: what all optimizers share. An algorithm adds its formula, as the method ``update``.

``step`` goes through the parameters that have a gradient and calls ``update`` with arrays: the
parameter's numbers, the direction, the state that the algorithm keeps for this parameter, and two
work arrays. ``update`` writes the new numbers into the parameter's own memory. It never sees
tensors, autograd, hooks, complex numbers (it gets their real and imaginary parts) or a device.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable
from itertools import chain
from typing import Any

import numpy as np

from .. import backend, devices, dtypes, kernels
from ..autograd.modes import enable_grad
from ..autograd.operation import wrap
from ..autograd.views import bump
from ..naming import adopt
from ..tensor import Tensor
from ..user_warnings import warn
from .bundle import SMALL, Bundle, can_join
from .formulas import number
from .hooks import (
    register_optimizer_step_post_hook,
    register_optimizer_step_pre_hook,
    with_hooks,
)
from .state import Stateful

__all__ = [
    "Optimizer",
    "register_optimizer_step_post_hook",
    "register_optimizer_step_pre_hook",
    "required",
]

Array = backend.Array
State = dict[str, Array]
Group = dict[str, Any]


class _RequiredParameter:
    """The default of an option that every parameter group must give."""

    def __repr__(self) -> str:
        return "<required parameter>"


required = _RequiredParameter()


class Optimizer(Stateful):
    """The base of all optimizers: parameter groups, their options, the state of each parameter.

    ``params`` are tensors, or pairs of name and tensor, or dicts: each dict is a group, with its
    tensors under ``"params"`` and options of its own. ``defaults`` are the options of a group that
    does not give them. A new algorithm defines `update` and, if it remembers something from step to
    step, `new_state`; or it defines ``step`` itself, as in PyTorch.

    >>> class SignDescent(mt.optim.Optimizer):
    ...     def __init__(self, params, lr=0.1):
    ...         super().__init__(params, {"lr": lr})
    ...
    ...     def update(self, xp, param, grad, state, group, a, b):
    ...         param -= group["lr"] * xp.sign(grad)
    >>> w = mt.tensor([1.0, -2.0], requires_grad=True)
    >>> (w * w).sum().backward()
    >>> SignDescent([w]).step()
    >>> w
    tensor([ 0.9000, -1.9000], requires_grad=True)
    """

    takes_complex = True
    decays_itself = False  # `update` does what weight_decay asks for
    elementwise = False  # no element of `update`'s result depends on another element
    one_kernel = False  # on a GPU `update` is one kernel: see kernels.py
    capturable = "params and state_steps"  # what an error sentence calls the counters
    _opt_called = False
    _scheduled_step: Any = None  # the step that a learning rate scheduler found here

    def __init__(self, params: Iterable[Any], defaults: dict[str, Any]) -> None:
        if isinstance(params, Tensor):
            raise TypeError(
                "params argument given to the optimizer should be an iterable of Tensors or dicts, "
                f"but got {typename(params)}"
            )
        self.defaults = defaults
        self.state = defaultdict(dict)
        self.param_groups = []
        self._without_work()
        self._without_hooks()
        groups = list(params)
        if not groups:
            raise ValueError("optimizer got an empty parameter list")
        if not isinstance(groups[0], dict):
            groups = [{"params": groups}]
        for group in groups:
            self.add_param_group(group)
        if defaults.get("fused") and defaults.get("foreach"):
            raise RuntimeError("`fused` and `foreach` cannot be `True` together.")

    def __init_subclass__(cls, **kwargs: Any) -> None:
        """A subclass's own ``step`` runs with the hooks around it, too."""
        super().__init_subclass__(**kwargs)
        if "update" in cls.__dict__ and "elementwise" not in cls.__dict__:
            cls.elementwise = False  # only who writes a formula can say this of it
        if "step" in cls.__dict__:
            cls.step = with_hooks(cls.step)  # type: ignore[method-assign]

    def __setstate__(self, state: dict[str, Any]) -> None:
        super().__setstate__(state)
        self._without_work()

    def _without_work(self) -> None:
        """Forget the work arrays."""
        self._work: dict[Tensor, tuple[Array, Array, Array]] = {}
        self._pools: dict[Any, Array] = {}
        self._bundles: dict[int, Bundle] = {}

    # One step -------------------------------------------------------------------------------------

    @with_hooks
    def step(self, closure: Callable[[], Any] | None = None) -> Any:
        """Update every parameter that has a gradient.

        ``closure``, if given, computes the loss and its gradients first; the loss is returned.
        """
        loss = None
        if closure is not None:
            with enable_grad():
                loss = closure()
        for place, group in enumerate(self.param_groups):
            if group.get("capturable"):
                self._check_capturable(group["params"])
            params = [param for param in group["params"] if param._grad is not None]
            if self.elementwise:
                params = self._update_small(params, group, place)
            for param in params:
                grad = param._grad._array
                backend.run_at(grad, self._update_one, param, grad, group)
        return loss

    def _update_small(self, params: list[Tensor], group: Group, place: int) -> list[Tensor]:
        """Update the small ones among ``params`` together if that can be; returns the others."""
        small = [param for param in params if param._array.size <= SMALL]
        if len(small) < 2 or (self.one_kernel and kernels.on_gpu(small[0]._array)):
            return params
        bundle = self._bundles.get(place)
        if bundle is None:
            if any(param in self.state for param in small) or not can_join(small):
                return params
            bundle = backend.run_at(small[0]._array, Bundle, self, small)
            self._bundles[place] = bundle
        elif not bundle.fits(small):
            return params
        backend.run_at(bundle.param, bundle.update, group)
        return [param for param in params if param._array.size > SMALL]

    def _update_one(self, param: Tensor, grad: Array, group: Group) -> None:
        """Call `update` for one parameter, and count the in-place changes."""
        array = param._array
        xp = np if array.__class__ is np.ndarray else backend.array_module(array)
        is_complex = array.dtype.kind == "c"
        if is_complex:
            if not self.takes_complex:
                raise RuntimeError(f"{type(self).__name__} does not support complex parameters")
            array, grad = real(array), real(grad)
        work = self._work.get(param)
        if work is None or work[0].shape != array.shape or work[0].dtype != array.dtype:
            work = self._work[param] = self._new_work(xp, array)
        a, b, c = work
        grad = self.direction(xp, array, grad, group, c)
        tensors = self.state.get(param) or self._begin(xp, param, array, grad, group)
        state = {name: tensor._array for name, tensor in tensors.items()}
        if is_complex:
            state = {name: real(x) for name, x in state.items()}
        self.update(xp, array, grad, state, group, a, b)
        bump(param)
        for tensor in tensors.values():
            bump(tensor)

    def _check_capturable(self, params: list[Tensor]) -> None:
        """``capturable`` speaks of CUDA graphs: PyTorch refuses it on the CPU; else no effect."""
        if any(not param.is_cuda and param._grad is not None for param in params):
            raise AssertionError(
                f"If capturable=True, {self.capturable} must be on supported devices: "
                "['cuda', 'xpu', 'hpu', 'privateuseone', 'xla']."
            )

    def update(
        self, xp: Any, param: Array, grad: Array, state: State, group: Group, a: Array, b: Array
    ) -> None:
        """The algorithm: change ``param`` and ``state`` in place.

        ``xp`` is NumPy or CuPy. ``param``, ``grad``, ``a`` and ``b`` have the parameter's shape;
        ``a`` and ``b`` are there to work in, ``grad`` must not be changed. ``state`` holds the
        arrays that `new_state` made, as the last step left them, ``group`` the options.
        """
        raise NotImplementedError(f"{type(self).__name__} defines neither update nor step")

    def new_state(self, xp: Any, param: Array, grad: Array, group: Group) -> State:
        """The state with which a parameter starts, as arrays by name."""
        return {}

    def direction(self, xp: Any, param: Array, grad: Array, group: Group, out: Array) -> Array:
        """The gradient g that the formulas speak of, in ``out`` if it is not ``grad`` itself.

        - ``maximize``: g = −∇f instead of ∇f
        - ``weight_decay``: g = g + λθ, the gradient of λ/2·‖θ‖² (an L2 penalty)
        - ``weight_decay`` with ``decoupled_weight_decay``: θ = θ − lr·λθ at once, and g as it was
        """
        maximize = group.get("maximize")
        weight_decay = number(group.get("weight_decay", 0))
        if weight_decay != 0 and not self.decays_itself:
            if not group.get("decoupled_weight_decay"):
                xp.multiply(param, weight_decay, out=out)
                return xp.subtract(out, grad, out=out) if maximize else xp.add(out, grad, out=out)
            param *= 1 - number(group["lr"]) * weight_decay
        return xp.negative(grad, out=out) if maximize else grad

    def _begin(self, xp: Any, param: Tensor, array: Array, grad: Array, group: Group) -> Any:
        """Make the state of a parameter, and return it."""
        made = self.new_state(xp, array, grad, group)
        if not made:  # an algorithm without state leaves no trace of the parameter in state_dict
            return made
        state = self.state[param]
        for name, value in made.items():
            if param.is_complex() and value.ndim:
                value = value.view(param._array.dtype)[..., 0]
            state[name] = wrap(param, value)
        return state

    def _new_work(self, xp: Any, array: Array) -> tuple[Array, Array, Array]:
        """Three arrays like ``array``, in memory that all parameters of its kind share."""
        kind = array.dtype, backend.device_index(array)
        pool = self._pools.get(kind)
        if pool is None or pool.shape[1] < array.size:
            params = chain.from_iterable(group["params"] for group in self.param_groups)
            size = max(real(param._array).size for param in params)
            pool = self._pools[kind] = xp.empty((3, size), array.dtype)
        a, b, c = (row[: array.size].reshape(array.shape) for row in pool)
        return a, b, c

    def zero_grad(self, set_to_none: bool = True) -> None:
        """Forget the gradients of all parameters: None, or zeros if ``set_to_none`` is False."""
        for group in self.param_groups:
            for param in group["params"]:
                grad = param._grad
                if grad is None:
                    continue
                if set_to_none:
                    param._grad = None
                    continue
                if grad.grad_fn is not None:
                    grad.detach_()
                else:
                    grad.requires_grad_(False)
                backend.run_at(grad._array, grad._array.fill, 0)
                bump(grad)

    # Groups ---------------------------------------------------------------------------------------

    def add_param_group(self, param_group: dict[str, Any]) -> None:
        """Add a group: a dict with ``"params"`` and the options that differ from the defaults."""
        if not isinstance(param_group, dict):
            raise TypeError(f"param_group must be a dict, but got {type(param_group)}")
        params, names = self._params_and_names(param_group["params"])
        param_group["params"] = params
        if names:
            param_group["param_names"] = names
        for name, default in self.defaults.items():
            if default is required and name not in param_group:
                raise ValueError(
                    "parameter group didn't specify a value of required optimization parameter "
                    f"{name}"
                )
            param_group.setdefault(name, default)
        if len(params) != len(set(params)):
            warn(
                "optimizer contains a parameter group with duplicate parameters; "
                "in future, this will cause an error; "
                "see github.com/pytorch/pytorch/issues/40967 for more information"
            )
        for group in self.param_groups:
            if ("param_names" in param_group) != ("param_names" in group):
                with_names = "with names" if "param_names" in param_group else "without names"
                raise ValueError(
                    "all optimizer param groups should be with/without names. "
                    f"cannot add param group {with_names} to the optimizer"
                )
        if not set(params).isdisjoint(chain.from_iterable(g["params"] for g in self.param_groups)):
            raise ValueError("some parameters appear in more than one parameter group")
        if param_group.get("differentiable"):
            raise NotImplementedError(
                "differentiable=True is not supported: the optimizers change arrays in place.\n"
                "To differentiate through an update, write it as a formula: w = w - lr * grad."
            )
        self.param_groups.append(param_group)

    def _params_and_names(self, params: Any) -> tuple[list[Tensor], list[str]]:
        """The tensors of a group, checked, and their names if they have any."""
        if isinstance(params, Tensor):
            params = [params]
        elif isinstance(params, set):
            raise TypeError(
                "optimizer parameters need to be organized in ordered collections, but the "
                "ordering of tensors in sets will change between runs. Please use a list instead."
            )
        params = list(params)
        names = [param[0] for param in params if isinstance(param, tuple)]
        if names and len(names) != len(params):
            raise ValueError(
                "all optimizer params should be with/without names. Some param names are missing"
            )
        if names:
            params = [param[1] for param in params]
        for param in params:
            if not isinstance(param, Tensor):
                raise TypeError(
                    "optimizer can only optimize Tensors, "
                    f"but one of the params is {typename(param)}"
                )
            if not (param.is_leaf or param.retains_grad):
                raise ValueError("can't optimize a non-leaf Tensor")
        return params, names

    def __repr__(self) -> str:
        text = f"{type(self).__name__} ("
        for i, group in enumerate(self.param_groups):
            text += f"\nParameter Group {i}\n"
            text += "".join(
                f"    {key}: {group[key]}\n" for key in sorted(group) if key != "params"
            )
        return text + ")"


adopt(Optimizer)


def real(array: Array) -> Array:
    """A complex array as real numbers: a view whose last dimension is (real, imaginary part)."""
    return array[..., None].view(array.real.dtype) if array.dtype.kind == "c" else array


def typename(value: Any) -> str:
    """PyTorch's name for the type of ``value`` in error sentences."""
    if isinstance(value, Tensor):
        where = "" if value.device == devices.CPU else "cuda."
        return f"torch.{where}{dtypes.SCALAR_TYPE[value.dtype]}Tensor"
    kind = type(value)
    return kind.__name__ if kind.__module__ == "builtins" else f"{kind.__module__}.{kind.__name__}"
