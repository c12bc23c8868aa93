"""Full backward hooks: they see the gradients of what goes into a module and of what comes out."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

from ...autograd import Function
from ...autograd.graph import Node, TensorBase
from ...autograd.modes import state
from ...user_warnings import warn

Hook = Callable[..., Any]


class BackwardHookFunction(Function):
    """The identity: nodes before and after a module, at which its gradients come by."""

    @staticmethod
    def forward(ctx: Any, *tensors: Any) -> Any:
        ctx.mark_non_differentiable(*[tensor for tensor in tensors if not tensor.requires_grad])
        return tensors

    @staticmethod
    def backward(ctx: Any, *grads: Any) -> Any:
        return grads


class BackwardHooks:
    """The backward hooks of one call of a module.

    Its outputs and inputs pass through the identity. When the gradients of the outputs come by, the
    pre-hooks run; when those of the inputs come by, the hooks run. If no input needs a gradient,
    these never come, and the hooks run after the pre-hooks.
    """

    def __init__(self, module: Any, pre_hooks: list[Hook], hooks: list[Hook]) -> None:
        self.module = module
        self.pre_hooks = pre_hooks
        self.hooks = hooks
        self.grad_outputs: tuple[Any, ...] | None = None
        self.inputs = 0
        self.input_places: list[int] = []
        self.output_places: list[int] = []
        self.outputs = 0

    def watch_inputs(self, args: tuple[Any, ...]) -> tuple[Any, ...]:
        """``args``, the tensors among them through the identity."""
        self.inputs = len(args)
        args, self.input_places = self._through_identity(args, self._at_inputs)
        return args

    def watch_outputs(self, result: Any) -> Any:
        """``result``, the tensors among it through the identity."""
        if not isinstance(result, TensorBase | tuple):
            warn(
                "For backward hooks to be called, module output should be a Tensor or a tuple of "
                f"Tensors but received {type(result)}"
            )
        outputs = result if isinstance(result, tuple) else (result,)
        self.outputs = len(outputs)
        outputs, self.output_places = self._through_identity(outputs, self._at_outputs)
        return outputs if isinstance(result, tuple) else outputs[0]

    @staticmethod
    def _through_identity(values: tuple[Any, ...], hook: Hook) -> tuple[Any, list[int]]:
        """``values`` with the tensors among them passed through, and the places of these."""
        places = [place for place, value in enumerate(values) if isinstance(value, TensorBase)]
        tensors = [values[place] for place in places]
        if not state.recording or not any(tensor.requires_grad for tensor in tensors):
            return values, []
        changed = list(values)
        for place, tensor in zip(places, BackwardHookFunction.apply(*tensors), strict=True):
            changed[place] = tensor
            if tensor.requires_grad:
                node: Node = tensor.grad_fn
        node.register_hook(hook)
        return type(values)(changed) if type(values) is tuple else type(values)(*changed), places

    def _at_outputs(self, _: Any, grads: tuple[Any, ...]) -> Any:
        """The gradients of the outputs are here: run the pre-hooks."""
        grad_outputs = spread(grads, self.output_places, self.outputs)
        for hook in self.pre_hooks:
            changed = hook(self.module, grad_outputs)
            if changed is not None:
                if len(changed) != len(grad_outputs):
                    raise RuntimeError(
                        "Backward pre hook returned an invalid number of grad_output, got "
                        f"{len(changed)}, but expected {len(grad_outputs)}"
                    )
                grad_outputs = changed
        if self.input_places:
            self.grad_outputs = grad_outputs
        else:
            self._without_input_gradients(grad_outputs)
        return tuple(grad_outputs[place] for place in self.output_places)

    def _without_input_gradients(self, grad_outputs: tuple[Any, ...]) -> None:
        """Run the hooks now, with None for the gradients that nobody will compute."""
        warn(
            "Full backward hook is firing when gradients are computed with respect to module "
            "outputs since no inputs require gradients. See https://docs.pytorch.org/docs/main/generated/"
            "torch.nn.Module.html#torch.nn.Module.register_full_backward_hook for more details."
        )
        for hook in self.hooks:
            changed = hook(self.module, (None,) * self.inputs, grad_outputs)
            if changed is not None and not (
                isinstance(changed, tuple) and all(grad is None for grad in changed)
            ):
                raise RuntimeError(
                    "Backward hook for Modules where no input requires gradient should always "
                    "return None or None for all gradients."
                )

    def _at_inputs(self, grads: tuple[Any, ...], _: Any) -> Any:
        """The gradients of the inputs are here: run the hooks."""
        if self.grad_outputs is None:  # they did not come through the module's outputs
            return None
        grad_inputs = spread(grads, self.input_places, self.inputs)
        for hook in self.hooks:
            changed = hook(self.module, grad_inputs, self.grad_outputs)
            if changed is not None:
                if len(changed) != len(grad_inputs):
                    raise RuntimeError(
                        "Backward hook returned an invalid number of grad_input, got "
                        f"{len(changed)}, but expected {len(grad_inputs)}"
                    )
                grad_inputs = changed
        self.grad_outputs = None
        return tuple(grad_inputs[place] for place in self.input_places)


def spread(values: Iterable[Any], places: list[int], size: int) -> tuple[Any, ...]:
    """A tuple of ``size`` with ``values`` at ``places`` and None elsewhere."""
    spread_out = [None] * size
    for place, value in zip(places, values, strict=True):
        spread_out[place] = value
    return tuple(spread_out)
