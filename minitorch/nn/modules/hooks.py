"""Hooks: functions that run when a module is called, and when its gradients are computed.

The order of one call ``module(*args)``: forward pre-hooks, ``forward``, forward hooks. Of its
backward: full backward pre-hooks, the module's own operations, full backward hooks. Hooks that
were registered for all modules run before those of the one module. How a backward hook gets its
gradients is in backward_hooks.py and, for the older kind, in last_node.py.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable
from typing import Any, NamedTuple

from ...autograd.hooks import RemovableHandle
from ...user_warnings import warn
from . import last_node
from .backward_hooks import BackwardHooks, Hook


class PreHook(NamedTuple):
    """A forward pre-hook and how it wants to be called."""

    function: Hook
    with_kwargs: bool = False

    def run(
        self, module: Any, args: tuple[Any, ...], kwargs: dict[str, Any]
    ) -> tuple[tuple[Any, ...], dict[str, Any]]:
        """The arguments for ``forward``: those given, or what the hook makes of them."""
        if not self.with_kwargs:
            changed = self.function(module, args)
            if changed is not None:
                args = changed if isinstance(changed, tuple) else (changed,)
            return args, kwargs
        changed = self.function(module, args, kwargs)
        if changed is None:
            return args, kwargs
        if not isinstance(changed, tuple) or len(changed) != 2:
            raise RuntimeError(
                "forward pre-hook must return None or a tuple of (new_args, new_kwargs), "
                f"but got {changed}."
            )
        return changed


class ForwardHook(NamedTuple):
    """A forward hook and how it wants to be called."""

    function: Hook
    with_kwargs: bool = False
    always_call: bool = False
    whose: str = "module"  # for a message: or "global module"

    def run(self, module: Any, args: Any, kwargs: Any, result: Any) -> Any:
        """The module's result: the one given, or what the hook makes of it."""
        if self.with_kwargs:
            changed = self.function(module, args, kwargs, result)
        else:
            changed = self.function(module, args, result)
        return result if changed is None else changed

    def run_quietly(self, module: Any, args: Any, kwargs: Any, result: Any) -> Any:
        """Run while another error is on its way up: that error is the one to be seen."""
        try:
            return self.run(module, args, kwargs, result)
        except Exception as error:
            warn(
                f"{self.whose} forward hook with ``always_call=True`` raised an exception that was "
                f"silenced as another error was raised in forward: {error}"
            )
            return result


# What was registered for all modules.
_pre_hooks: OrderedDict[int, Any] = OrderedDict()
_forward_hooks: OrderedDict[int, Any] = OrderedDict()
_backward_pre_hooks: OrderedDict[int, Hook] = OrderedDict()
_backward_hooks: OrderedDict[int, Hook] = OrderedDict()
_backward_hooks_are_full = True  # they are all of one kind
_buffer_hooks: OrderedDict[int, Hook] = OrderedDict()
_module_hooks: OrderedDict[int, Hook] = OrderedDict()
_parameter_hooks: OrderedDict[int, Hook] = OrderedDict()


def add(hooks: OrderedDict[int, Any], hook: Any, first: bool = False) -> RemovableHandle:
    """Put ``hook`` last in ``hooks``, or first."""
    handle = RemovableHandle.add(hooks, hook)
    if first:
        hooks.move_to_end(handle.id, last=False)
    return handle


def entries(kind: Any, *hooks: OrderedDict[int, Any]) -> list[Any]:
    """The ``hooks`` in their order. One that is called plainly lies there as it is."""
    found = [hook for some in hooks for hook in some.values()]
    return [hook if isinstance(hook, kind) else kind(hook) for hook in found]


class Hooked:
    """What a `Module` has to do with hooks: being called, and the methods that register them."""

    forward: Callable[..., Any]
    _forward_pre_hooks: OrderedDict[int, Any]
    _forward_hooks: OrderedDict[int, Any]
    _backward_pre_hooks: OrderedDict[int, Hook]
    _backward_hooks: OrderedDict[int, Hook]
    _is_full_backward_hook: bool | None = None  # which kind `_backward_hooks` are, once there are

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        if (
            self._backward_hooks
            or self._backward_pre_hooks
            or self._forward_hooks
            or self._forward_pre_hooks
            or _backward_hooks
            or _backward_pre_hooks
            or _forward_hooks
            or _pre_hooks
        ):
            return call_with_hooks(self, args, kwargs)
        return self.forward(*args, **kwargs)

    def register_forward_pre_hook(
        self, hook: Hook, *, prepend: bool = False, with_kwargs: bool = False
    ) -> RemovableHandle:
        """``hook(module, args)`` runs before ``forward``; it may return other arguments.

        With ``with_kwargs`` it is ``hook(module, args, kwargs)`` and may return ``(args, kwargs)``.
        """
        entry = PreHook(hook, True) if with_kwargs else hook
        return add(self._forward_pre_hooks, entry, prepend)

    def register_forward_hook(
        self,
        hook: Hook,
        *,
        prepend: bool = False,
        with_kwargs: bool = False,
        always_call: bool = False,
    ) -> RemovableHandle:
        """``hook(module, args, output)`` runs after ``forward``; it may return another output.

        With ``with_kwargs`` it is ``hook(module, args, kwargs, output)``; with ``always_call`` it
        runs even where ``forward`` raises an error.

        >>> layer = nn.ReLU()
        >>> handle = layer.register_forward_hook(lambda module, args, output: output + 1)
        >>> layer(mt.zeros(2))
        tensor([1., 1.])
        >>> handle.remove()
        >>> layer(mt.zeros(2))
        tensor([0., 0.])
        """
        plain = not (with_kwargs or always_call)
        entry = hook if plain else ForwardHook(hook, with_kwargs, always_call, "module")
        return add(self._forward_hooks, entry, prepend)

    def register_full_backward_pre_hook(self, hook: Hook, prepend: bool = False) -> RemovableHandle:
        """``hook(module, grad_output)`` runs before the module's backward; may return another one.

        ``grad_output`` is a tuple: the gradient of each of the module's outputs.
        """
        return add(self._backward_pre_hooks, hook, prepend)

    def register_full_backward_hook(self, hook: Hook, prepend: bool = False) -> RemovableHandle:
        """``hook(module, grad_input, grad_output)`` runs when the inputs' gradients are known.

        It may return another ``grad_input``: a tuple with the gradient of each positional input,
        None for what is no tensor.
        """
        self._set_kind(full=True)
        return add(self._backward_hooks, hook, prepend)

    def register_backward_hook(self, hook: Hook) -> RemovableHandle:
        """``hook(module, grad_input, grad_output)`` runs after the last operation of ``forward``.

        The gradients are those of this one operation. `register_full_backward_hook` shows those of
        the module.
        """
        self._set_kind(full=False)
        return add(self._backward_hooks, hook)

    def _set_kind(self, full: bool) -> None:
        """A module has backward hooks of one kind only."""
        if self._is_full_backward_hook is (not full):
            raise RuntimeError(
                "Cannot use both regular backward hooks and full backward hooks on a single "
                "Module. Please use only one of them."
            )
        self._is_full_backward_hook = full


def call_with_hooks(module: Any, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
    """``module.forward`` with everything that was hung around it."""
    result = None
    waiting = None  # the forward hooks that are still to run, once it is their turn
    try:
        for pre_hook in entries(PreHook, _pre_hooks, module._forward_pre_hooks):
            args, kwargs = pre_hook.run(module, args, kwargs)
        backward = None
        pre_hooks = [*_backward_pre_hooks.values(), *module._backward_pre_hooks.values()]
        hooks: list[Any] = []
        last_hooks: list[Any] = []  # the old kind: they hang at the last node
        (hooks if _backward_hooks_are_full else last_hooks).extend(_backward_hooks.values())
        full = module._is_full_backward_hook
        (hooks if full else last_hooks).extend(module._backward_hooks.values())
        if pre_hooks or hooks:
            backward = BackwardHooks(module, pre_hooks, hooks)
            args = backward.watch_inputs(args)
        result = module.forward(*args, **kwargs)
        waiting = entries(ForwardHook, _forward_hooks, module._forward_hooks)
        while waiting:
            result = waiting.pop(0).run(module, args, kwargs, result)
        if backward:
            result = backward.watch_outputs(result)
        if last_hooks:
            last_node.hang(module, last_hooks, args, result)
        return result
    except Exception:
        if waiting is None:
            waiting = entries(ForwardHook, _forward_hooks, module._forward_hooks)
        for hook in waiting:
            if hook.always_call:
                result = hook.run_quietly(module, args, kwargs, result)
        raise


# Hooks for all modules; PyTorch keeps these in torch.nn.modules.module ----------------------------


def register_module_forward_pre_hook(hook: Hook) -> RemovableHandle:
    """``hook(module, args)`` runs before the ``forward`` of every module.

    >>> from minitorch.nn.modules.module import register_module_forward_pre_hook as register
    >>> handle = register(lambda module, args: (args[0] * 10,))
    >>> nn.ReLU()(mt.tensor([-1.0, 2.0]))
    tensor([ 0., 20.])
    >>> handle.remove()
    """
    return add(_pre_hooks, hook)


def register_module_forward_hook(
    hook: Hook, *, with_kwargs: bool = False, always_call: bool = False
) -> RemovableHandle:
    """``hook(module, args, output)`` runs after the ``forward`` of every module.

    >>> from minitorch.nn.modules.module import register_module_forward_hook as register
    >>> handle = register(lambda module, args, output: print(module, output))
    >>> _ = nn.ReLU()(mt.tensor([-1.0, 2.0]))
    ReLU() tensor([0., 2.])
    >>> handle.remove()
    """
    return add(_forward_hooks, ForwardHook(hook, with_kwargs, always_call, "global module"))


def register_module_full_backward_pre_hook(hook: Hook) -> RemovableHandle:
    """``hook(module, grad_output)`` runs before the backward of every module.

    >>> from minitorch.nn.modules.module import register_module_full_backward_pre_hook as register
    >>> handle = register(lambda module, grad_output: print(module, grad_output))
    >>> nn.ReLU()(mt.tensor([-1.0, 2.0], requires_grad=True)).sum().backward()
    ReLU() (tensor([1., 1.]),)
    >>> handle.remove()
    """
    return add(_backward_pre_hooks, hook)


def _set_kind_of_all(full: bool) -> None:
    """What was registered for all modules is of one kind only."""
    global _backward_hooks_are_full
    if _backward_hooks and _backward_hooks_are_full is not full:
        raise RuntimeError(
            "Cannot use both regular backward hooks and full backward hooks as a global Module "
            "hook. Please use only one of them."
        )
    _backward_hooks_are_full = full


def register_module_full_backward_hook(hook: Hook) -> RemovableHandle:
    """``hook(module, grad_input, grad_output)`` runs after the backward of every module.

    >>> from minitorch.nn.modules.module import register_module_full_backward_hook as register
    >>> handle = register(lambda module, grad_input, grad_output: print(module, grad_input))
    >>> nn.ReLU()(mt.tensor([-1.0, 2.0], requires_grad=True)).sum().backward()
    ReLU() (tensor([0., 1.]),)
    >>> handle.remove()
    """
    _set_kind_of_all(full=True)
    return add(_backward_hooks, hook)


def register_module_backward_hook(hook: Hook) -> RemovableHandle:
    """``hook(module, grad_input, grad_output)`` runs after the last operation of every module.

    The gradients are those of this one operation: PyTorch's old way. RuntimeError beside hooks of
    `register_module_full_backward_hook`.

    >>> from minitorch.nn.modules.module import register_module_backward_hook
    >>> handle = register_module_backward_hook(
    ...     lambda module, grad_input, grad_output: print(module)
    ... )
    >>> nn.ReLU()(mt.tensor([-1.0, 2.0], requires_grad=True)).sum().backward()
    ReLU()
    >>> handle.remove()
    """
    _set_kind_of_all(full=False)
    return add(_backward_hooks, hook)


def register_module_buffer_registration_hook(hook: Hook) -> RemovableHandle:
    """``hook(module, name, buffer)`` runs for every buffer registered; may return another.

    >>> from minitorch.nn.modules.module import register_module_buffer_registration_hook as register
    >>> handle = register(lambda module, name, buffer: print(name))
    >>> _ = nn.BatchNorm1d(3)
    running_mean
    running_var
    num_batches_tracked
    >>> handle.remove()
    """
    return add(_buffer_hooks, hook)


def register_module_module_registration_hook(hook: Hook) -> RemovableHandle:
    """``hook(module, name, child)`` runs for every child registered; may return another.

    >>> from minitorch.nn.modules.module import register_module_module_registration_hook as register
    >>> handle = register(lambda module, name, submodule: print(name, submodule))
    >>> _ = nn.Sequential(nn.ReLU(), nn.Tanh())
    0 ReLU()
    1 Tanh()
    >>> handle.remove()
    """
    return add(_module_hooks, hook)


def register_module_parameter_registration_hook(hook: Hook) -> RemovableHandle:
    """``hook(module, name, parameter)`` runs for every parameter registered; may return another.

    >>> from minitorch.nn.modules import module
    >>> register = module.register_module_parameter_registration_hook
    >>> handle = register(lambda module, name, parameter: print(name))
    >>> _ = nn.Linear(2, 3)
    weight
    bias
    >>> handle.remove()
    """
    return add(_parameter_hooks, hook)


def registered(hooks: OrderedDict[int, Hook], module: Any, name: str, value: Any) -> Any:
    """``value``, to be registered as ``name`` by ``module``, or what the hooks make of it."""
    for hook in hooks.values():
        changed = hook(module, name, value)
        if changed is not None:
            value = changed
    return value
