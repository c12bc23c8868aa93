"""What autograd refuses, in PyTorch's words: a learner will search for the sentence."""

from __future__ import annotations

import re
from typing import Any

import numpy as np

from .. import backend, dtypes
from ..user_warnings import warn
from .modes import state

FREED = (
    "Trying to backward through the graph a second time (or directly access saved tensors after "
    "they have already been freed). Saved intermediate values of the graph are freed when you call "
    ".backward() or autograd.grad(). Specify retain_graph=True if you need to backward through the "
    "graph a second time or if you need to access saved tensors after calling backward."
)
PACK_WRITES = (
    "A saved tensor pack hook is modifying its input in place. Tensors provided as input to pack "
    "hook cannot be modified by in-place operations as this can lead to unexpected side-effects. "
    "Please open an issue if you need to perform in-place operations on the input to a pack hook."
)
INFERENCE_SAVED = (
    "Inference tensors cannot be saved for backward. Please do not use Tensors created in "
    "inference mode in computation tracked by autograd. To work around this, you can make a clone "
    "to get a normal tensor and use it in autograd, or use `torch.no_grad()` instead of "
    "`torch.inference_mode()`."
)
INFERENCE_WRITTEN = (
    "Inplace update to inference tensor outside InferenceMode is not allowed.You can make a clone "
    "to get a normal tensor before doing inplace update.See "
    "https://github.com/pytorch/rfcs/pull/17 for more details."
)
WRITTEN_IN_C = ("minitorch.dtypes", "minitorch.size", "minitorch.devices")  # in PyTorch
LEAF_WRITTEN = "a leaf Variable that requires grad is being used in an in-place operation."
VIEW_OF_LEAF_WRITTEN = (
    "a view of a leaf Variable that requires grad is being used in an in-place operation."
)
_AMBIGUOUS = (
    "Given that this use case is ambiguous and error-prone, it is forbidden. You can clarify your "
    "code by moving both the view and the inplace either both inside the no_grad block (if you "
    "don't want the inplace to be tracked) or both outside (if you want the inplace to be tracked)."
)
_SEVERAL_VIEWS = (
    "This view is the output of a function that returns multiple views. Such functions do not "
    "allow the output views to be modified inplace. You should replace the inplace operation by an "
    "out-of-place one."
)
_IN_FUNCTION = (
    "This view was created inside a custom Function (or because an input was returned as-is) and "
    "the autograd logic to handle view+inplace would override the custom backward associated with "
    "the custom Function, leading to incorrect gradients. This behavior is forbidden. You can fix "
    "this by cloning the output of the custom Function."
)
ELEMENT_TWICE = (
    "unsupported operation: more than one element of the written-to tensor refers to a single "
    "memory location. Please clone() the tensor before performing the operation."
)
OVERLAP = (
    "unsupported operation: some elements of the input tensor and the written-to tensor refer to a "
    "single memory location. Please clone() the tensor before performing the operation."
)
MATERIALIZE = (
    "Expected allow_unused to be True or not passed when materialize_grads=True, but got: "
    "allow_unused=False."
)
ENABLE = (
    "enable anomaly detection to find the operation that failed to compute its gradient, with "
    "torch.autograd.set_detect_anomaly(True, check_nan=False)."
)
BACKTRACE = (
    "the backtrace further above shows the operation that failed to compute its gradient. The "
    "variable in question was changed in there or anywhere later. Good luck!"
)
NO_FORWARD = "You must implement the forward function for custom autograd.Function."
NO_BACKWARD = (
    "You must implement either the backward or vjp method for your custom autograd.Function to use "
    "it with backward mode AD."
)
UNUSED = (
    "The differentiated Tensor at index {} appears to not have been used in the graph. "
    "Set allow_unused=True if this is the desired behavior."
)


def check_saved(tensors: tuple[Any, ...]) -> None:
    """Refuse to save for backward what is no tensor."""
    for number, tensor in enumerate(tensors):
        if tensor is not None and not hasattr(tensor, "_array"):
            raise TypeError(
                f"save_for_backward can only save variables, but argument {number} is of type "
                f"{type_name(tensor)}"
            )


def type_name(value: Any) -> str:
    """The name of a value's class as C has it: of NumPy's classes with their module."""
    kind = value.__class__
    if kind.__module__ in WRITTEN_IN_C:
        return f"torch.{kind.__name__}"
    in_python = kind.__flags__ & 1 << 9  # written in Python: no module then, nor for builtins
    bare = in_python or kind.__module__ == "builtins"
    return kind.__name__ if bare else f"{kind.__module__}.{kind.__name__}"


def not_a_tensor(value: Any, caller: str, name: str = "input", position: int = 1) -> TypeError:
    """``value`` stands where a tensor should."""
    return TypeError(
        f"{caller}(): argument '{name}' (position {position}) must be Tensor, not "
        f"{type_name(value)}"
    )


def modified(array: Any, maker: tuple[Any, int] | None, now: int, then: int) -> RuntimeError:
    """A tensor kept for backward was changed since; ``maker`` is its (node, output number)."""
    kind = dtypes.SCALAR_TYPE[dtypes.of(array)]
    place = "" if maker is None else f", which is output {maker[1]} of {short_name(maker[0])},"
    hint = BACKTRACE if state.anomaly else ENABLE
    return RuntimeError(
        "one of the variables needed for gradient computation has been modified by an inplace "
        f"operation: [torch.{kind}Tensor {list(array.shape)}]{place} is at version {now}; expected "
        f"version {then} instead. Hint: {hint}"
    )


def short_name(node: Any) -> str:
    """A node's name without ``Backward0``, as PyTorch writes it in sentences."""
    return re.sub(r"Backward\d*$", "", node.name())


def frozen_view(tensor: Any, happened: str) -> RuntimeError:
    """A view whose history cannot follow a change.

    It was made under no_grad, or with others at once, or by a user's function.
    """
    node, frozen = tensor._grad_fn, tensor._view.frozen
    name = "" if node is None else short_name(node)
    why = {"several": _SEVERAL_VIEWS, "function": _IN_FUNCTION}.get(frozen)
    if node is not None and why is not None:
        start = f"Output {tensor._output_nr} of {name} is a view and {happened} modified inplace."
    else:
        made = "A view was"
        if node is not None:
            made = f"Output {tensor._output_nr} of {name} is a view of a view which was"
        inference = frozen == "inference_mode"
        made += f" created in {'inference' if inference else 'no_grad'} mode"
        now = "in normal mode" if inference else "with grad mode enabled"
        start = f"{made} and {happened} modified inplace {now}."
    return RuntimeError(f"{start} {why or _AMBIGUOUS.replace('no_grad', frozen)}")


def invalid_gradient(node: Any, place: int, grad: Any, shape: tuple[int, ...]) -> RuntimeError:
    """A backward returned a gradient of the wrong shape."""
    return RuntimeError(
        f"Function {node.name()} returned an invalid gradient at index {place} - got "
        f"{list(grad._array.shape)} but expected shape compatible with {list(shape)}"
    )


def check_gradients(node: Any, results: list[Any]) -> None:
    """Refuse what a user's backward returned if it is too few or too many, or no gradient."""
    expected, got = len(node.edges), len(results)
    if got < expected or any(result is not None for result in results[expected:]):
        raise RuntimeError(
            f"function {node.name()} returned an incorrect number of gradients (expected "
            f"{expected}, got {got})"
        )
    for place, result in enumerate(results[:expected]):
        if result is not None and not node.ctx._tensors[place]:
            raise RuntimeError(
                f"function {node.name()} returned a gradient different than None at position "
                f"{place + 1}, but the corresponding forward input was not a Variable"
            )
        if result is not None and not hasattr(result, "_array"):
            raise RuntimeError(f"expected Variable or None (got {type_name(result)})")


def check_start(number: int, output: Any, grad: Any) -> None:
    """Refuse an output, or a gradient for it, from which no reverse pass can start."""
    if not hasattr(output, "_array"):
        raise AssertionError("Expected output to be a torch.Tensor")
    array = output._array
    if output.grad_fn is None and not output._requires_grad:
        raise RuntimeError(
            f"element {number} of tensors does not require grad and does not have a grad_fn"
        )
    if grad is None:
        if array.size != 1:
            raise RuntimeError("grad can be implicitly created only for scalar outputs")
        if array.dtype.kind == "c":
            raise RuntimeError(
                "grad can be implicitly created only for real scalar outputs but got "
                f"{output.dtype}"
            )
    elif not hasattr(grad, "_array"):
        raise TypeError("gradients can be either Tensors or None, but got " + type(grad).__name__)
    elif grad._array.shape != array.shape:
        raise RuntimeError(
            f"Mismatch in shape: grad_output[{number}] has a shape of {grad.shape} and "
            f"output[{number}] has a shape of {output.shape}."
        )


def check_inputs(given: Any, tensors: tuple[Any, ...]) -> None:
    """Refuse to limit a backward pass to nothing; those limited to retain their gradients."""
    if given is not None and not tensors:
        raise RuntimeError("`inputs` argument to `backward()` cannot be empty.")
    check_places(tensors)
    for tensor in tensors:
        tensor.retain_grad()


def check_places(inputs: tuple[Any, ...]) -> None:
    """Refuse inputs that are no tensors."""
    for value in inputs:
        if not hasattr(value, "_array"):
            raise RuntimeError(
                "all inputs have to be Tensors or GradientEdges, but got " + type(value).__name__
            )


def check_grad(inputs: Any, only_inputs: bool, allow_unused: Any, materialize_grads: bool) -> None:
    """Refuse what `grad` cannot be asked for."""
    if materialize_grads and allow_unused is False:
        raise ValueError(MATERIALIZE)
    if not inputs:
        raise RuntimeError("`inputs` argument to `grad()` cannot be empty.")
    check_places(inputs)
    if not only_inputs:
        warn(
            "only_inputs argument is deprecated and is ignored now (defaults to True). To "
            "accumulate gradient for other parts of the graph, please use torch.autograd.backward.",
            FutureWarning,
        )
    for tensor in inputs:
        if tensor.grad_fn is None and not tensor._requires_grad:
            raise RuntimeError("One of the differentiated Tensors does not require grad")


def renamed(grad_tensors: Any, grad_variables: Any) -> Any:
    """``grad_tensors``, given by this name or by the old one."""
    if grad_variables is None:
        return grad_tensors
    warn("`grad_variables` is deprecated. Use `grad_tensors` instead.", FutureWarning)
    if grad_tensors is not None:
        raise RuntimeError(
            "`grad_tensors` and `grad_variables` (deprecated) arguments both passed to "
            "`backward()`. Please only use `grad_tensors`."
        )
    return grad_variables


def check_seen(hook: Any, grad: Any, before: Any) -> None:
    """Refuse what the hook of a tensor returned, if it cannot be the gradient that it saw."""
    if not hasattr(grad, "_array"):
        raise TypeError(f"expected Variable, but hook returned '{type(grad).__name__}'")
    name = getattr(hook, "__name__", "<unknown>")
    if grad.dtype is not before.dtype:
        kinds = f"was {before.type()} got {grad.type()}"
        raise RuntimeError(f"hook '{name}' has changed the type of value ({kinds})")
    if grad.shape != before.shape:
        raise RuntimeError(f"hook '{name}' has changed the size of value")


def check_replaced(hook: Any, grads: Any, count: int) -> None:
    """Refuse what the hook of a node returned, if that cannot be the gradients of its inputs."""
    if not isinstance(grads, tuple):
        raise TypeError(f"expected tuple, but hook returned '{type(grads).__name__}'")
    if len(grads) != count:
        name = getattr(hook, "__name__", "<unknown>")
        raise RuntimeError(
            f"hook '{name}' has returned an incorrect number of values (got {len(grads)}, but "
            f"expected {count})"
        )
    for grad in grads:
        if grad is not None and not hasattr(grad, "_array"):
            raise TypeError(f"expected Variable, but hook returned '{type(grad).__name__}'")


def check_batched(outputs: tuple[Any, ...], grads: tuple[Any, ...]) -> None:
    """Refuse gradients of outputs that do not have the one dimension more of a batch."""
    for number, (output, grad) in enumerate(zip(outputs, grads, strict=True)):
        if grad is None or grad.ndim == 0:
            check_start(number, output, grad)
            raise ValueError(
                "vmap(vjp, in_dims=0, ...)(<inputs>): Got in_dim=0 for some input, but that input "
                "is a Tensor of dimensionality 0 so expected in_dim to satisfy 0 <= in_dim < 0."
            )
        if grad.shape[1:] != output.shape:
            raise RuntimeError(  # as PyTorch's, it leaves out one dimension too many
                "If `is_grads_batched=True`, we interpret the first dimension of each grad_output "
                "as the batch dimension. The sizes of the remaining dimensions are expected to "
                "match the shape of corresponding output, but a mismatch was detected: "
                f"grad_output[{number}] has a shape of {grad.shape[2:]} and output[{number}] has a "
                f"shape of {output.shape}. If you only want some tensors in `grad_output` to be "
                "considered batched, consider using vmap."
            )
    sizes = [len(grad) for grad in grads]
    if len(set(sizes)) > 1:
        raise ValueError(
            "vmap: Expected all tensors to have the same size in the mapped dimension, got sizes "
            f"{sizes} for the mapped dimension"
        )


# Functions of two operands whose result has the shape and dtype that these have in common.
ELEMENTWISE = frozenset(
    "arctan2 atan2 bitwise_and bitwise_left_shift bitwise_or bitwise_right_shift bitwise_xor "
    "copysign div divide floor_divide fmod hypot pow remainder xlogy".split()
)


def check_elementwise(name: str, target: Any, operands: tuple[Any, ...]) -> None:
    """Refuse to write what a function of `ELEMENTWISE` would give into ``target``."""
    if name in ELEMENTWISE:
        arrays = [getattr(x, "_array", x) for x in (target, *operands)]
        try:
            shape = np.broadcast_shapes(*[getattr(array, "shape", ()) for array in arrays])
        except ValueError as error:
            refuse_shapes(error, arrays)
            raise
        check_result(target, shape, dtypes.result_type(*arrays))


def check_shape(target: Any, value: Any) -> None:
    """Refuse to write ``value`` into ``target`` if its shape or kind of dtype does not fit."""
    check_result(target, value._array.shape, dtypes.of(value._array))


def check_result(target: Any, shape: tuple[int, ...], have: dtypes.dtype) -> None:
    """Refuse to write a result of this shape and dtype into ``target`` if they do not fit."""
    if shape != target._array.shape:
        raise RuntimeError(
            f"output with shape {list(target._array.shape)} doesn't match the broadcast shape "
            f"{list(shape)}"
        )
    want = dtypes.of(target._array)
    if not dtypes.can_cast(have, want):
        raise RuntimeError(
            f"result type {dtypes.SCALAR_TYPE[have]} can't be cast to the desired output type "
            f"{dtypes.SCALAR_TYPE[want]}"
        )


def refuse_shapes(error: Any, operands: list[Any]) -> None:
    """Say in PyTorch's words which two sizes NumPy (or CuPy) could not broadcast together.

    Or that the result does not fit into memory.
    """
    if backend.is_of_numpy(error):
        raise backend.no_memory(error.shape, error.dtype.itemsize) from None
    if "broadcast" not in str(error):
        return
    sizes: list[int] = []  # of the operands so far, last dimension first
    for operand in operands:
        for place, size in enumerate(reversed(getattr(operand, "shape", ()))):
            if place == len(sizes):
                sizes.append(size)
            elif sizes[place] == 1:
                sizes[place] = size
            elif size not in (1, sizes[place]):
                dim = max(len(sizes), len(operand.shape)) - 1 - place
                raise RuntimeError(
                    f"The size of tensor a ({sizes[place]}) must match the size of tensor b "
                    f"({size}) at non-singleton dimension {dim}"
                ) from None
