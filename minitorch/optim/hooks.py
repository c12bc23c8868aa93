"""Functions that a user hangs on an optimizer, around ``step`` and around saving and loading."""

from __future__ import annotations

import functools
from collections import OrderedDict
from collections.abc import Callable
from typing import Any

from ..autograd.hooks import RemovableHandle

Hook = Callable[..., Any]
Hooks = OrderedDict[int, Hook]

_global_optimizer_pre_hooks: Hooks = OrderedDict()
_global_optimizer_post_hooks: Hooks = OrderedDict()


def register_optimizer_step_pre_hook(hook: Hook) -> RemovableHandle:
    """``hook(optimizer, args, kwargs)`` runs before ``step`` of every optimizer.

    It may return other arguments for ``step``, as ``(args, kwargs)``.

    >>> from minitorch.optim.optimizer import register_optimizer_step_pre_hook as register
    >>> handle = register(lambda optimizer, args, kwargs: print(type(optimizer).__name__))
    >>> mt.optim.SGD([mt.zeros(1, requires_grad=True)]).step()
    SGD
    >>> handle.remove()
    """
    return RemovableHandle.add(_global_optimizer_pre_hooks, hook)


def register_optimizer_step_post_hook(hook: Hook) -> RemovableHandle:
    """``hook(optimizer, args, kwargs)`` runs after ``step`` of every optimizer.

    >>> from minitorch.optim.optimizer import register_optimizer_step_post_hook as register
    >>> handle = register(lambda optimizer, args, kwargs: print(type(optimizer).__name__))
    >>> mt.optim.SGD([mt.zeros(1, requires_grad=True)]).step()
    SGD
    >>> handle.remove()
    """
    return RemovableHandle.add(_global_optimizer_post_hooks, hook)


def with_hooks(step: Hook) -> Hook:
    """``step`` with the hooks around it, and a note that the optimizer has stepped."""

    @functools.wraps(step)
    def hooked(*args: Any, **kwargs: Any) -> Any:
        self = args[0]
        self._opt_called = True  # for learning rate schedulers, which want to come second
        before, after = self._optimizer_step_pre_hooks, self._optimizer_step_post_hooks
        if not (before or after or _global_optimizer_pre_hooks or _global_optimizer_post_hooks):
            return step(*args, **kwargs)
        if type(self).step is not hooked:  # called by a subclass's step, which has run the hooks
            return step(*args, **kwargs)
        for hook in [*_global_optimizer_pre_hooks.values(), *before.values()]:
            changed = hook(self, args, kwargs)
            if changed is not None:
                if not (isinstance(changed, tuple) and len(changed) == 2):
                    raise RuntimeError(
                        f"{step} must return None or a tuple of (new_args, new_kwargs), "
                        f"but got {changed}."
                    )
                args, kwargs = changed
        result = step(*args, **kwargs)
        for hook in [*after.values(), *_global_optimizer_post_hooks.values()]:
            hook(self, args, kwargs)
        return result

    return hooked


def add(hooks: Hooks, hook: Hook, prepend: bool) -> RemovableHandle:
    """Put ``hook`` last in ``hooks``, or first."""
    handle = RemovableHandle.add(hooks, hook)
    if prepend:
        hooks.move_to_end(handle.id, last=False)
    return handle


class Hooked:
    """The methods of an optimizer that register hooks."""

    def _without_hooks(self) -> None:
        """Start with no hooks."""
        self._optimizer_step_pre_hooks: Hooks = OrderedDict()
        self._optimizer_step_post_hooks: Hooks = OrderedDict()
        self._optimizer_state_dict_pre_hooks: Hooks = OrderedDict()
        self._optimizer_state_dict_post_hooks: Hooks = OrderedDict()
        self._optimizer_load_state_dict_pre_hooks: Hooks = OrderedDict()
        self._optimizer_load_state_dict_post_hooks: Hooks = OrderedDict()

    def register_step_pre_hook(self, hook: Hook) -> RemovableHandle:
        """``hook(optimizer, args, kwargs)`` runs before ``step``.

        It may return other arguments for ``step``, as ``(args, kwargs)``; the optimizer itself is
        the first of ``args``.
        """
        return add(self._optimizer_step_pre_hooks, hook, False)

    def register_step_post_hook(self, hook: Hook) -> RemovableHandle:
        """``hook(optimizer, args, kwargs)`` runs after ``step``."""
        return add(self._optimizer_step_post_hooks, hook, False)

    def register_state_dict_pre_hook(self, hook: Hook, prepend: bool = False) -> RemovableHandle:
        """``hook(optimizer)`` runs before ``state_dict``."""
        return add(self._optimizer_state_dict_pre_hooks, hook, prepend)

    def register_state_dict_post_hook(self, hook: Hook, prepend: bool = False) -> RemovableHandle:
        """``hook(optimizer, state_dict)`` runs after ``state_dict``; it may return another one."""
        return add(self._optimizer_state_dict_post_hooks, hook, prepend)

    def register_load_state_dict_pre_hook(
        self, hook: Hook, prepend: bool = False
    ) -> RemovableHandle:
        """``hook(optimizer, state_dict)`` runs before ``load_state_dict``; it may return another.

        ``state_dict`` is a shallow copy of what the user gave.
        """
        return add(self._optimizer_load_state_dict_pre_hooks, hook, prepend)

    def register_load_state_dict_post_hook(
        self, hook: Hook, prepend: bool = False
    ) -> RemovableHandle:
        """``hook(optimizer)`` runs after ``load_state_dict``."""
        return add(self._optimizer_load_state_dict_post_hooks, hook, prepend)
