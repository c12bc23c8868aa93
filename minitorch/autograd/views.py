"""Views and in-place changes: how a tensor that is written into keeps a true history.

**A view** (``x[0]``, ``x.t()``) shares its base's memory and version counter, and remembers the
steps that lead from the base to it. **An in-place change** (``x.add_(y)``) computes the new value
as any operation would, from the value before; then the numbers are written into ``x``'s memory and
``x`` takes over the new value's history. If ``x`` is a view, the base has changed as well: it
becomes the result of `CopySlices`, "the base with this part replaced". Every other view of the
same base notices by the version counter that its history is old, and takes the steps again.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from .. import backend
from ..memory_formats import contiguous_format, inverse, order, preserve_format, row_major
from . import errors, modes
from .graph import Node, TensorBase, next_number
from .hooks import hooks_of

Step = tuple[Any, tuple[Any, ...]]  # an operation and its arguments after the first


class View:
    """How a view comes of its base: the base, the steps, and the version its history is of."""

    __slots__ = ("base", "frozen", "start", "steps", "version")

    find: Callable[[Any, Any], Step | None]  # set by ops/memory_views.py, which knows how

    def __init__(
        self, base: Any, start: Any, steps: tuple[Step, ...], result: Any, frozen: str
    ) -> None:
        self.base = base
        self.start = start  # the base's array that the steps begin with
        self.steps = steps
        self.version = result._counter[0]
        self.frozen = frozen  # why its history cannot follow a change: a mode, "several" or ""

    @staticmethod
    def attach(result: Any, source: Any, operation: Any, arguments: tuple[Any, ...]) -> None:
        """Make ``result`` the view of ``source`` that ``operation`` with ``arguments`` gives."""
        if result.__class__ is tuple:
            for tensor in result:  # their steps are never taken: see `frozen`
                View._attach(tensor, source, (operation, arguments), "several")
        else:
            View._attach(result, source, (operation, arguments), "")

    @staticmethod
    def _attach(tensor: Any, source: Any, step: Step, frozen: str) -> None:
        tensor._counter = source._counter
        if tensor._counter is None:  # an inference tensor: nobody will ever ask for its history
            return
        if not modes.state.recording:
            frozen = "inference_mode" if modes.state.inference else "no_grad"
        earlier = source._view
        if earlier is None or (  # or a view that became a leaf
            source._requires_grad and source._grad_fn is None and not earlier.frozen
        ):
            tensor._view = View(source, source._array, (step,), tensor, frozen)
        else:
            steps = (*earlier.steps, step)
            frozen = frozen or earlier.frozen
            tensor._view = View(earlier.base, earlier.start, steps, tensor, frozen)
        if source._requires_grad and tensor._array.dtype.kind in "fc":
            tensor._requires_grad = True  # as in PyTorch, under no_grad, too

    @staticmethod
    def attach_as_it_is(result: Any, source: Any) -> None:
        """Make ``result`` a view of ``source`` to which no step leads: all of it, as it is."""
        earlier = source._view or View(source, source._array, (), result, "")
        result._view = View(earlier.base, earlier.start, earlier.steps, result, earlier.frozen)

    def refresh(self, tensor: Any) -> None:
        """Bring the history of ``tensor``, whose View this is, up to date with its base."""
        now = tensor._counter[0]
        if now == self.version:
            return
        if self.frozen and (self.base._requires_grad or tensor._requires_grad):
            raise errors.frozen_view(tensor, "its base or another view of its base has been")
        self.version = now
        if self.base._requires_grad and self.follow(tensor):
            again = self.again()
            take_history(tensor, again._grad_fn, again._output_nr)
            tensor._requires_grad = again._requires_grad

    def again(self) -> Any:
        """The view once more, made of the base as it is now, by nodes that nobody else has."""
        with modes.inference_mode(False):  # so that it is recorded
            return take(self.base, self.steps)

    def follow(self, tensor: Any) -> bool:
        """Let the steps begin with the base as it is now: after ``base.t_()`` it is another.

        False if it cannot be: after ``base.set_(x)`` this is a view of the base no more.
        """
        now = self.base._array
        if now is not self.start:
            at_once = tensor._array.dtype == now.dtype
            step = View.find(now, tensor._array if at_once else self.start)
            if step is None:
                return False
            self.steps = (step,) if at_once else (step, *self.steps)
            self.start = now
        return True


def take(base: Any, steps: tuple[Step, ...]) -> Any:
    """The view of ``base`` that these steps lead to."""
    for operation, arguments in steps:
        base = operation.apply(base, *arguments)
    return base


class CopySlices(Node):
    """A base after one of its views was given a new value: the base with that part replaced."""

    torch_name = "torch::autograd::CopySlices"
    parameters = ("base", "value")  # for a trace
    __slots__ = ("steps", "strides")

    def __init__(self, base: Any, value: Any, view: View) -> None:
        super().__init__()
        self.steps: tuple[Step, ...] | None = view.steps
        self.strides = base.stride()
        self.outputs = [(base._array.shape, base._array.dtype)]
        self.edges = tuple(
            (t._grad_fn or t, t._output_nr) if t._requires_grad else None for t in (base, value)
        )

    def release(self) -> None:
        self.steps = None  # so that, as in PyTorch, backward runs once

    def run(self, grads: list[Any], needed: list[bool] | None) -> Any:
        if self.steps is None:
            raise RuntimeError(errors.FREED)
        # In the base's order of dimensions: else a step that gave a view of it might copy.
        grad = grads[0].new_empty_strided(grads[0]._array.shape, self.strides).copy_(grads[0])
        grad_value = take(grad, self.steps).clone()
        take(grad, self.steps).zero_()  # what was replaced has no influence any more
        return grad, grad_value


class Overwritten(Node):
    """A tensor after ``x.eq_(y)`` and the like: its value does not depend on that before."""

    @classmethod
    def by(cls, function: Callable[..., Any], before: Any) -> Any:
        """What has the history of ``before`` after ``function`` gave it a value without one."""
        node = cls()
        node.torch_name = function.__name__.title().replace("_", "") + "Backward0"
        node.edges = ((before._grad_fn or before, before._output_nr),)
        node.outputs = [(before._array.shape, before._array.dtype)]
        before._grad_fn, before._output_nr = node, 0
        return before

    def run(self, grads: list[Any], needed: list[bool] | None) -> Any:
        return (grads[0].new_zeros(grads[0]._array.shape),)


def in_place(function: Callable[..., Any]) -> Callable[..., Any]:
    """The in-place form of ``function``: ``x.exp_()`` from ``exp``."""

    def method(input: Any, *args: Any, **kwargs: Any) -> Any:
        check_writable(input)
        check_memory(input, (*args, *kwargs.values()))
        try:
            return write(input, function, *args, **kwargs)
        except NotImplementedError:  # PyTorch looks at shape and dtype of the result first
            errors.check_elementwise(function.__name__, input, args)
            raise

    name = function.__name__ + "_"
    method.__name__ = method.__qualname__ = name
    summary = (function.__doc__ or "").partition("\n\n")[0]
    method.__doc__ = (
        f"In-place form of `{function.__name__}`: the result is written into this tensor.\n\n"
        f"    {summary}"
    )
    return method


def write(self: Any, function: Callable[..., Any], *args: Any, **kwargs: Any) -> Any:
    """Give ``self``, which was checked, ``function(self, *args, **kwargs)``, in its own memory."""
    before = alias(self)
    view = self._view
    if view and view.base._requires_grad and modes.state.recording and view.follow(self):
        again = view.again()  # without the hooks: they are for readers
        before._grad_fn, before._output_nr = again._grad_fn, again._output_nr
    start = next_number()
    value = function(before, *args, **kwargs)
    errors.check_shape(self, value)
    if value._requires_grad:
        check_history(self)
        if may_keep(value._grad_fn, before, start):
            # backward needs the value that goes now
            before._array = backend.run_at(before._array, before._array.copy)
    array_module = backend.array_module(self._array)
    # (target, source, casting)
    backend.run_at(self._array, array_module.copyto, self._array, value._array, "unsafe")
    bump(self)
    if value._requires_grad:
        rebase(self, value)
    elif before._requires_grad and modes.state.recording:
        rebase(self, Overwritten.by(function, before))
    return self


def may_keep(node: Any, before: Any, start: int) -> bool:
    """Whether backward may want ``before``: its node kept it, or several came since ``start``."""
    composed = any(
        edge is not None and isinstance(edge[0], Node) and edge[0].number > start
        for edge in node.edges
    )
    if composed or getattr(node, "kept", None) is None:  # no Operation, or hooks keep for it
        return True
    return any(value is before for value, _ in node.kept.values())


def alias(tensor: Any) -> Any:
    """The tensor as it is now: the same numbers and history in an object that will not change."""
    same: Any = object.__new__(type(tensor)._result_class)
    for slot in ("_array", "_requires_grad", "_grad_fn", "_output_nr"):
        setattr(same, slot, getattr(tensor, slot))
    same._grad = same._view = same._hooks = None
    same._counter = [0]
    return same


def bump(tensor: Any) -> None:
    """Count one in-place change."""
    if tensor._counter is not None:
        tensor._counter[0] += 1


def check_writable(tensor: Any) -> None:
    """Refuse the in-place changes that PyTorch refuses whatever is written."""
    if tensor._counter is None and not modes.state.inference:
        raise RuntimeError(errors.INFERENCE_WRITTEN)
    if not modes.state.recording:
        return
    view = tensor._view
    if view is None:
        if tensor._requires_grad and tensor._grad_fn is None:
            raise RuntimeError(errors.LEAF_WRITTEN)
    elif tensor._requires_grad or view.base._requires_grad:
        check_history(tensor)
        view.refresh(tensor)
        base = view.base if view.base._requires_grad else tensor  # or it is a leaf itself
        if base._requires_grad and base._grad_fn is None:
            raise RuntimeError(errors.VIEW_OF_LEAF_WRITTEN)


def check_memory(target: Any, sources: tuple[Any, ...], itself: bool = True) -> None:
    """Refuse a target that holds an element twice, and a source that overlaps with it in part.

    The target as a source of its own is refused unless ``itself``.
    """
    array = target._array
    if (
        array.size
        and 0 in array.strides
        and any(
            step == 0 and length > 1
            for step, length in zip(array.strides, array.shape, strict=True)
        )
    ):
        raise RuntimeError(errors.ELEMENT_TWICE)
    for source in sources:
        if isinstance(source, TensorBase) and source._counter is target._counter is not None:
            start, other = target.data_ptr(), source.data_ptr()
            given = source._array
            same = start == other and (array.shape, array.strides) == (given.shape, given.strides)
            overlap = start < other + given.nbytes and other < start + array.nbytes
            known = source is target or (is_dense(array) and is_dense(given))
            if overlap and known and not (same and itself):
                raise RuntimeError(errors.OVERLAP)


def laid_out(grad: Any, leaf: Any, owned: bool) -> Any:
    """``grad`` with its elements in memory as those of ``leaf``; a copy unless it is ``owned``."""
    array, like = grad._array, leaf._array
    dense = is_dense(like)
    dims = order(like, preserve_format if dense else contiguous_format)
    if owned and array.transpose(dims).flags.c_contiguous:
        return grad
    if modes.state.grad:
        strides = leaf.stride() if dense else row_major(array.shape)
        return grad.new_empty_strided(array.shape, strides).copy_(grad)
    copy = alias(grad)
    copy._array = array.transpose(dims).copy("C").transpose(inverse(dims))
    return copy


def is_dense(array: Any) -> bool:
    """Whether the elements, in some order of the dimensions, lie in memory without gaps."""
    step = array.itemsize
    for stride, length in sorted(zip(array.strides, array.shape, strict=True)):
        if length > 1:
            if stride != step:
                return False
            step *= length
    return True


def check_history(tensor: Any) -> None:
    """Refuse a recorded change of a view whose base cannot follow."""
    view = tensor._view
    if view is not None and view.frozen:
        raise errors.frozen_view(tensor, "is being")


def rebase(tensor: Any, value: Any) -> None:
    """``tensor``, whose numbers are ``value``'s by now, takes over ``value``'s history."""
    node = value._grad_fn
    if getattr(node, "plan", None) is not None and node.plan.keep_out and node.kept is not None:
        node.keep_out([tensor])  # the result that backward needs is the memory written
    view = tensor._view
    if view is None or not view.follow(tensor):
        take_history(tensor, node, value._output_nr)
        tensor._requires_grad = True
    else:
        base = view.base
        take_history(base, CopySlices(base, value, view), 0)
        base._requires_grad = True
        view.refresh(tensor)


def take_history(tensor: Any, node: Any, output_nr: int) -> None:
    """Make ``tensor`` output ``output_nr`` of ``node``; if it retains its gradient, it still does.

    Hooks stay where they are: they belong to the value before the change.
    """
    old, number = tensor._grad_fn, tensor._output_nr
    tensor._grad_fn, tensor._output_nr = node, output_nr
    if node is not None and old is not None and old.hooks is not None:
        reference = old.hooks.retain.pop(number, None)
        if reference is not None:
            hooks_of(node).retain[output_nr] = reference
