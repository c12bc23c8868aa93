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

``ctx`` is the node itself. MiniTorch's own operations are shorter: see operation.py.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from . import errors
from .graph import Node, TensorBase
from .modes import no_grad, state
from .operation import attach, version_of, wrap
from .views import alias, check_writable, rebase


class FunctionCtx(Node):
    """The node of one call of a `Function`, and the ``ctx`` that its methods get."""

    __slots__ = ("dirty", "function", "needs_input_grad", "non_differentiable")

    results_are_new = False  # who knows what a user's backward returns

    def __init__(self, function: type[Function], needs: tuple[bool, ...]) -> None:
        super().__init__()
        self.function = function
        self.needs_input_grad = needs
        self.torch_name = f"{function.__name__}Backward"
        self.saved: Any = ()
        self.dirty: tuple[Any, ...] = ()
        self.non_differentiable: tuple[Any, ...] = ()

    def save_for_backward(self, *tensors: Any) -> None:
        """Keep tensors for backward; ``saved_tensors`` refuses those changed in place since."""
        errors.check_saved(tensors)
        self.saved = tensors

    def mark_dirty(self, *tensors: Any) -> None:
        """Say which inputs ``forward`` changed in place (and returned)."""
        self.dirty = tensors

    def mark_non_differentiable(self, *tensors: Any) -> None:
        """Say which outputs have no gradient."""
        self.non_differentiable = tensors

    def set_materialize_grads(self, value: bool) -> None:
        """With False, the gradient of an unused output arrives as None and not as zeros."""
        self.materialize = value

    def seal(self, results: tuple[Any, ...]) -> None:
        """Note the versions of the saved tensors.

        A saved result is kept without its history: it points to this node already, and a pointer
        back would make a cycle.
        """
        sealed: list[Any] = []
        for tensor in self.saved:
            output = next((i for i, result in enumerate(results) if result is tensor), None)
            if tensor is None:
                sealed.append((None, [0], 0, None))
            else:
                kept = tensor if output is None else wrap(tensor, tensor._array)
                sealed.append((kept, tensor._counter, version_of(tensor), output))
        self.saved = sealed

    @property
    def saved_tensors(self) -> tuple[Any, ...]:
        """What ``save_for_backward`` kept."""
        if self.saved is None:
            raise RuntimeError(errors.FREED)
        restored = []
        for tensor, counter, version, output in self.saved:
            if output is not None:
                tensor = attach(wrap(tensor, tensor._array), self, output)
            if counter[0] != version:
                maker = tensor._grad_fn and (tensor._grad_fn, tensor._output_nr)
                raise errors.modified(tensor._array, maker, counter[0], version)
            restored.append(tensor)
        return tuple(restored)

    def run(self, grads: list[Any], needed: list[bool] | None) -> list[Any]:
        results = self.function.backward(self, *grads)
        results = list(results) if isinstance(results, tuple) else [results]
        extra = results[len(self.edges) :]
        if len(results) < len(self.edges) or any(result is not None for result in extra):
            raise errors.wrong_count(self, len(results))
        return results


class Function:
    """Base class for operations of your own: override ``forward`` and ``backward``, call ``apply``.

    ``forward(ctx, *args)`` computes the result from tensors, unrecorded; ``backward(ctx, *grads)``
    gets one gradient per result and returns one per argument of forward (None for what has none).
    Or, as newer PyTorch code has it, ``forward(*args)`` and ``setup_context(ctx, inputs, output)``.
    """

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
        ctx = FunctionCtx(cls, needs)
        with no_grad():
            if cls.setup_context is Function.setup_context:
                output = cls.forward(ctx, *args)
            else:
                output = cls.forward(*args)
                cls.setup_context(ctx, args, output)
        results = output if isinstance(output, tuple) else (output,)
        if any(needs) and state.recording:
            results = cls._record(ctx, args, results)
        return results if isinstance(output, tuple) else results[0]

    @staticmethod
    def _record(ctx: FunctionCtx, args: tuple[Any, ...], results: tuple[Any, ...]) -> Any:
        """Make ``ctx`` the node of the results."""
        ctx.edges = [
            (arg._grad_fn or arg, arg._output_nr) if need else None
            for arg, need in zip(args, ctx.needs_input_grad, strict=True)
        ]
        ctx.outputs = []
        recorded = []
        for number, result in enumerate(results):
            is_tensor = isinstance(result, TensorBase)
            array = result._array if is_tensor else np.empty(0)
            ctx.outputs.append((array.shape, array.dtype))
            if is_tensor and array.dtype.kind in "fc" and not is_in(result, ctx.non_differentiable):
                if is_in(result, ctx.dirty):
                    check_writable(result)
                    rebase(result, attach(alias(result), ctx, number))
                else:  # an input returned as it is becomes a new tensor
                    result = attach(result.detach() if is_in(result, args) else result, ctx, number)
            recorded.append(result)
        ctx.seal(tuple(recorded))
        return tuple(recorded)


def is_in(tensor: Any, tensors: tuple[Any, ...]) -> bool:
    """Whether ``tensor`` is one of ``tensors`` (``in`` would compare their elements)."""
    return any(tensor is other for other in tensors)
