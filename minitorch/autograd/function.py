"""`Function`: how a user writes an operation of their own, with PyTorch's signature.

    class Cube(Function):
        @staticmethod
        def forward(ctx, x):
            ctx.save_for_backward(x)
            return x**3

        @staticmethod
        def backward(ctx, grad):
            (x,) = ctx.saved_tensors
            return grad * 3 * x**2

    y = Cube.apply(x)

MiniTorch's own operations are shorter: see operation.py.
"""

from __future__ import annotations

import weakref
from typing import Any

import numpy as np

from . import errors
from .graph import Node
from .modes import no_grad, state
from .saved import SavedTensor, returned
from .views import bump, check_writable


class FunctionCtx:
    """The ``ctx`` of one call of a `Function`: what forward tells backward.

    A user may give it attributes of any name; MiniTorch's own are PyTorch's, or begin with ``_``.
    """

    def __init__(self, name: str, needs: tuple[bool, ...]) -> None:
        self._name = name
        self.needs_input_grad = needs
        self.to_save: tuple[Any, ...] = ()
        self.dirty_tensors: tuple[Any, ...] = ()
        self.non_differentiable: tuple[Any, ...] = ()
        self.materialize_grads = True
        self._saved: list[SavedTensor] | None = []
        self._node: Any = None  # how to find the node of the call
        self._limited = False  # whether backward is for some inputs only
        self._tensors: list[bool] = []  # which arguments are tensors

    def __getattr__(self, name: str) -> Any:
        raise AttributeError(f"'{self.__dict__.get('_name')}' object has no attribute '{name}'")

    def save_for_backward(self, *tensors: Any) -> None:
        """Keep tensors for backward; ``saved_tensors`` refuses those changed in place since."""
        errors.check_saved(tensors)
        self.to_save = tensors

    def mark_dirty(self, *tensors: Any) -> None:
        """Say which inputs ``forward`` changed in place (and returned)."""
        self.dirty_tensors = tensors

    def mark_non_differentiable(self, *tensors: Any) -> None:
        """Say which outputs have no gradient."""
        self.non_differentiable = tensors

    def set_materialize_grads(self, value: bool) -> None:
        """With False, the gradient of an unused output arrives as None and not as zeros."""
        self.materialize_grads = value

    @property
    def saved_tensors(self) -> tuple[Any, ...]:
        """What ``save_for_backward`` kept."""
        if self._saved is None:
            raise RuntimeError(errors.FREED)
        return tuple(saved.restored(self._node()) for saved in self._saved)


class FunctionNode(Node):
    """The node of one call of a `Function`. It has the attributes of its ``ctx``, too."""

    __slots__ = ("ctx", "function")

    results_are_new = False  # who knows what a user's backward returns

    def __init__(self, function: type[Function], ctx: FunctionCtx) -> None:
        super().__init__()
        self.function, self.ctx = function, ctx
        self.materialize = ctx.materialize_grads
        ctx._node = weakref.ref(self)  # not the node itself: that would be a cycle

    def __getattr__(self, name: str) -> Any:
        return getattr(self.ctx, name)

    def release(self) -> None:
        self.ctx._saved = None

    def run(self, grads: list[Any], needed: list[bool] | None) -> list[Any]:
        self.ctx._limited = needed is not None
        results = self.function.backward(self.ctx, *grads)
        results = list(results) if isinstance(results, tuple) else [results]
        errors.check_gradients(self, results)
        return results


class Function:
    """Base class for operations of your own: override ``forward`` and ``backward``, call ``apply``.

    ``forward(ctx, *args)`` computes the result from tensors, unrecorded; ``backward(ctx, *grads)``
    gets one gradient per result and returns one per argument of forward (None for what has none).
    Or, as newer PyTorch code has it, ``forward(*args)`` and ``setup_context(ctx, inputs, output)``.

    >>> class Cube(mt.autograd.Function):
    ...     @staticmethod
    ...     def forward(ctx, x):
    ...         ctx.save_for_backward(x)
    ...         return x**3
    ...
    ...     @staticmethod
    ...     def backward(ctx, grad):
    ...         (x,) = ctx.saved_tensors
    ...         return grad * 3 * x**2
    >>> x = mt.tensor(2.0, requires_grad=True)
    >>> Cube.apply(x).backward()
    >>> x.grad
    tensor(12.)
    """

    _backward_cls: type[FunctionNode]

    def __init_subclass__(cls) -> None:
        name = f"{cls.__name__}Backward"
        cls._backward_cls = type(name, (FunctionNode,), {"torch_name": name, "__slots__": ()})

    @staticmethod
    def forward(*args: Any, **kwargs: Any) -> Any:
        """Compute the result."""
        raise NotImplementedError(errors.NO_FORWARD)

    @staticmethod
    def setup_context(ctx: Any, inputs: tuple[Any, ...], output: Any) -> Any:
        """Save what backward needs, where ``forward`` takes no ``ctx``."""
        raise NotImplementedError("setup_context is not implemented.")

    @staticmethod
    def backward(ctx: Any, *grad_outputs: Any) -> Any:
        """Compute the gradients of the arguments from those of the results."""
        raise NotImplementedError(errors.NO_BACKWARD)

    @classmethod
    def apply(cls, *args: Any) -> Any:
        """Run ``forward`` and record it as one node."""
        needs = tuple(bool(getattr(arg, "requires_grad", False)) for arg in args)
        ctx = FunctionCtx(f"{cls.__name__}Backward", needs)
        with no_grad():
            if cls.setup_context is Function.setup_context:
                output = cls.forward(ctx, *args)
            else:
                output = cls.forward(*args)
                cls.setup_context(ctx, args, output)
        results = output if isinstance(output, tuple) else (output,)
        for tensor in ctx.dirty_tensors:
            bump(tensor)
        node = cls._record(ctx, args, results) if any(needs) and state.recording else None
        results = tuple([returned(r, n, results, ctx, args, node) for n, r in enumerate(results)])
        if node is not None:
            ctx._saved = [SavedTensor(tensor, results) for tensor in ctx.to_save]
            ctx.to_save = ()
        return results if isinstance(output, tuple) else results[0]

    @classmethod
    def _record(cls, ctx: FunctionCtx, args: tuple[Any, ...], results: tuple[Any, ...]) -> Any:
        """Make the node of a call that gave ``results``."""
        for tensor in ctx.dirty_tensors:
            check_writable(tensor)
        edges = [
            (arg.grad_fn or arg, arg._output_nr) if need else None
            for arg, need in zip(args, ctx.needs_input_grad, strict=True)
        ]
        ctx._tensors = [hasattr(arg, "_array") for arg in args]
        node = cls._backward_cls(cls, ctx)  # younger than all in `edges`
        node.edges = edges
        arrays = [getattr(result, "_array", np.empty(0)) for result in results]
        node.outputs = [(array.shape, array.dtype) for array in arrays]
        return node
