"""Products with the Jacobian and the Hessian of a function, and these matrices themselves.

Reverse mode gives ``vᵀJ`` in one pass. ``Jv`` takes two: ``vᵀJ`` is linear in ``v``, so its own
derivative by ``v``, applied to another vector, is ``Jv`` (the double backward trick).

With ``create_graph`` results can be differentiated further. With ``strict`` an input that has no
influence is an error; without, its derivative is zero. `minitorch.func` says the same in the style
of function transformations.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from ..ops.joining import stack
from . import engine
from .graph import TensorBase
from .modes import enable_grad, set_grad_enabled, state

OUTPUTS = "outputs of the user-provided function"
NOT_STRICT = "This is not allowed in strict mode"
NO_GRADIENT = {  # by what should depend on the inputs; {} is its number
    "output": "Output {} of the user-provided function does not require gradients. The outputs "
    "must be computed in a differentiable manner from the input when running in strict mode.",
    "gradient": "The gradient with respect to input {} is independent of the inputs of the "
    f"user-provided function. {NOT_STRICT}.",
    "jacobian": "While computing the hessian, found that the jacobian of the user-provided "
    f"function with respect to input {{}} is independent of the input. {NOT_STRICT}. You should "
    "ensure that your function is twice differentiable and that the jacobian depends on the inputs "
    "(this would be violated by a linear function for example).",
}
INDEPENDENT = "The output of the user-provided function is independent of input {}. " + NOT_STRICT
UNUSED = {  # by the pass that found no gradient
    "vjp": f"{INDEPENDENT}.",
    "jvp": "The gradient with respect to the input is independent of entry {} in the grad_outputs "
    f"when using the double backward trick to compute forward mode gradients. {NOT_STRICT}.",
    "vhp": "The jacobian of the user-provided function is independent of input {}. "
    f"{NOT_STRICT}.",
    "hvp": "The hessian of the user-provided function is independent of entry {} in the "
    f"grad_jacobian. {NOT_STRICT} as it prevents from using the double backward trick to replace "
    "forward mode AD.",
}
CONSTANT = (
    "The {} of the user-provided function is independent of input {}. "
    f"{NOT_STRICT} when create_graph=True."
)
STRATEGY = 'Expected strategy to be either "forward-mode" or "reverse-mode".'
HINT = (
    ' Hint: If your function has more outputs than inputs, "forward-mode" tends to be more '
    'performant. Otherwise, prefer to use "reverse-mode".'
)


def vjp(
    func: Callable[..., Any],
    inputs: Any,
    v: Any = None,
    create_graph: bool = False,
    strict: bool = False,
) -> tuple[Any, Any]:
    """``func(*inputs)``, and ``vᵀJ``: the gradient of its outputs, weighted by ``v``.

    >>> mt.autograd.functional.vjp(lambda x: x * x, mt.tensor([1.0, 2.0]), mt.tensor([1.0, 10.0]))
    (tensor([1., 4.]), tensor([ 2., 40.]))
    """
    with enable_grad():
        many_in, xs = recorded(inputs, "vjp", create_graph)
        many_out, outs = results(func, xs, "vjp", strict)
        weights = vector(v, outs, many_out, "vjp", create_graph)
    with set_grad_enabled(create_graph or state.grad):
        found = gradients(outs, xs, weights, create_graph)
        found = with_zeros(found, xs, strict, create_graph, "vjp")
    return finished(outs, many_out, create_graph), finished(found, many_in, create_graph)


def jvp(
    func: Callable[..., Any],
    inputs: Any,
    v: Any = None,
    create_graph: bool = False,
    strict: bool = False,
) -> tuple[Any, Any]:
    """``func(*inputs)``, and ``Jv``: how its outputs change when the inputs move along ``v``.

    >>> mt.autograd.functional.jvp(lambda x: x * x, mt.tensor([1.0, 2.0]), mt.tensor([1.0, 10.0]))
    (tensor([1., 4.]), tensor([ 2., 40.]))
    """
    with enable_grad():
        many_in, xs = recorded(inputs, "jvp", create_graph)
        along = vector(v, xs, many_in, "jvp", create_graph)
        many_out, outs = results(func, xs, "jvp", strict)
        weights = zeros_like(outs)
        slopes = gradients(outs, xs, weights, create_graph=True)
        require_grad(slopes, "gradient", strict)
    with set_grad_enabled(create_graph or state.grad):
        found = gradients(slopes, weights, along, create_graph)
        found = with_zeros(found, outs, strict, create_graph, "jvp")
    return finished(outs, many_out, create_graph), finished(found, many_out, create_graph)


def vhp(
    func: Callable[..., Any],
    inputs: Any,
    v: Any = None,
    create_graph: bool = False,
    strict: bool = False,
) -> tuple[Any, Any]:
    """``func(*inputs)``, a single number, and ``vᵀH``: ``v`` times its second derivatives.

    >>> mt.autograd.functional.vhp(
    ...     lambda x: (x**3).sum(), mt.tensor([1.0, 2.0]), mt.tensor([1.0, 10.0])
    ... )
    (tensor(9.), tensor([  6., 120.]))
    """
    with enable_grad():
        many_in, xs, along, outs, slopes = slope(func, inputs, v, "vhp", create_graph, strict)
    with set_grad_enabled(create_graph or state.grad):
        found = gradients(slopes, xs, along, create_graph)
        found = with_zeros(found, xs, strict, create_graph, "vhp")
    return finished(outs, False, create_graph), finished(found, many_in, create_graph)


def hvp(
    func: Callable[..., Any],
    inputs: Any,
    v: Any = None,
    create_graph: bool = False,
    strict: bool = False,
) -> tuple[Any, Any]:
    """``func(*inputs)``, a single number, and ``Hv``. `vhp` gives the same, faster.

    >>> mt.autograd.functional.hvp(
    ...     lambda x: (x**3).sum(), mt.tensor([1.0, 2.0]), mt.tensor([1.0, 10.0])
    ... )
    (tensor(9.), tensor([  6., 120.]))
    """
    with enable_grad():
        many_in, xs, along, outs, slopes = slope(func, inputs, v, "hvp", create_graph, strict)
        weights = zeros_like(xs)
        products = gradients(slopes, xs, weights, create_graph=True)
    with set_grad_enabled(create_graph or state.grad):
        found = gradients(products, weights, along, create_graph)
        found = with_zeros(found, xs, strict, create_graph, "hvp")
    return finished(outs, False, create_graph), finished(found, many_in, create_graph)


def jacobian(
    func: Callable[..., Any],
    inputs: Any,
    create_graph: bool = False,
    strict: bool = False,
    vectorize: bool = False,
    strategy: str = "reverse-mode",
) -> Any:
    """The matrix of first derivatives: ``∂ output[i] / ∂ input[j]``, shaped output by input.

    A tuple of outputs gives a tuple, a tuple of inputs a tuple in each place. ``vectorize`` and
    ``strategy`` choose between PyTorch's ways of computing; here every row is one reverse pass.

    >>> mt.autograd.functional.jacobian(lambda x: x * x, mt.tensor([1.0, 2.0]))
    tensor([[2., 0.],
            [0., 4.]])
    """
    check_strategy(strategy, create_graph, strict, vectorize)
    with enable_grad():
        many_in, xs = recorded(inputs, "jacobian", create_graph)
        many_out, outs = results(func, xs, "jacobian", strict)
        if vectorize and strict:
            raise RuntimeError(
                "torch.autograd.functional.jacobian: `strict=True` and `vectorized=True` are not "
                "supported together. Please either set `strict=False` or `vectorize=False`."
            )
        matrices = []
        for number, out in enumerate(outs):
            blocks = rows(out, xs, create_graph)
            if strict:
                check_blocks(blocks, number, create_graph)
            matrices.append(
                [
                    stacked(block, out, x, strategy == "forward-mode")
                    for block, x in zip(blocks, xs, strict=True)
                ]
            )
    done = [finished(blocks, many_in, create_graph) for blocks in matrices]
    return tuple(done) if many_out else done[0]


def hessian(
    func: Callable[..., Any],
    inputs: Any,
    create_graph: bool = False,
    strict: bool = False,
    vectorize: bool = False,
    outer_jacobian_strategy: str = "reverse-mode",
) -> Any:
    """The matrix of second derivatives of ``func``, which gives a single number.

    A tuple of inputs gives a tuple of tuples: ``hessian[i][j]`` is ``∂²/∂inputs[i]∂inputs[j]``.

    >>> mt.autograd.functional.hessian(lambda x: (x**3).sum(), mt.tensor([1.0, 2.0]))
    tensor([[ 6.,  0.],
            [ 0., 12.]])
    """
    many_in, xs = as_tuple(inputs, "inputs", "hessian")
    if outer_jacobian_strategy not in ("forward-mode", "reverse-mode"):
        raise AssertionError(STRATEGY)

    def scalar(*args: Any) -> Any:
        return single(*results(func, args, "hessian", strict), "hessian").squeeze()

    def gradient(*args: Any) -> Any:
        # Recorded for the outer Jacobian, which made `args`.
        found = jacobian(scalar, args, create_graph=True)
        require_grad(found, "jacobian", strict)
        return found

    found = jacobian(gradient, xs, create_graph, strict, vectorize, outer_jacobian_strategy)
    return found if many_in else found[0][0]


# Parts --------------------------------------------------------------------------------------------


def as_tuple(value: Any, what: str, caller: str) -> tuple[bool, tuple[Any, ...]]:
    """Whether ``value`` is a tuple of tensors and not a tensor, and the tuple; refuses all else."""
    many = isinstance(value, tuple)
    for place, item in enumerate(value if many else (value,)):
        if not isinstance(item, TensorBase):
            where = f"value at index {place}" if many else f"given {what}"
            raise TypeError(
                f"The {what} given to {caller} must be either a Tensor or a tuple of Tensors but "
                f"the {where} has type {type(item)}."
            )
    return many, value if many else (value,)


def recorded(inputs: Any, caller: str, create_graph: bool) -> tuple[bool, tuple[Any, ...]]:
    """The inputs as tensors whose use is recorded, for this call alone."""
    many, xs = as_tuple(inputs, "inputs", caller)
    return many, tuple(of_this_call(x, create_graph).requires_grad_() for x in xs)


def of_this_call(x: Any, create_graph: bool) -> Any:
    """Another tensor of the same numbers; with its history if results shall have one."""
    return x.view_as(x) if create_graph and x.requires_grad else x.detach()


def results(
    func: Callable[..., Any], xs: tuple[Any, ...], caller: str, strict: bool
) -> tuple[bool, tuple[Any, ...]]:
    """Whether ``func(*xs)`` is a tuple, and what it gives."""
    many, outs = as_tuple(func(*xs), OUTPUTS, caller)
    require_grad(outs, "output", strict)
    return many, outs


def single(many: bool, outs: tuple[Any, ...], caller: str) -> Any:
    """The only output; refuses several, and more than one number."""
    if many:
        raise RuntimeError(f"The function given to {caller} should return a single Tensor")
    if outs[0]._array.size != 1:
        raise RuntimeError(
            f"The Tensor returned by the function given to {caller} should contain a single element"
        )
    return outs[0]


def slope(
    func: Callable[..., Any], inputs: Any, v: Any, caller: str, create_graph: bool, strict: bool
) -> tuple[bool, tuple[Any, ...], Any, tuple[Any, ...], Any]:
    """Where `vhp` and `hvp` begin: the inputs, ``v``, the output, its gradient by the inputs."""
    many_in, xs = recorded(inputs, caller, create_graph)
    along = vector(v, xs, many_in, caller, create_graph)
    many_out, outs = results(func, xs, caller, strict)
    single(many_out, outs, caller)
    slopes = gradients(outs, xs, None, create_graph=True)
    require_grad(slopes, "jacobian", strict)
    return many_in, xs, along, outs, slopes


def vector(v: Any, others: Sequence[Any], many: bool, caller: str, create_graph: bool) -> Any:
    """``v`` as tensors shaped like ``others``; None, for 1, if these are a single number."""
    if v is None:
        if len(others) != 1 or others[0]._array.size != 1:
            returns = "user-provided function returns"
            takes = "input to the user-provided function is"
            raise RuntimeError(
                f"The vector v can only be None if the {returns if caller == 'vjp' else takes} "
                "a single Tensor with a single element."
            )
        return None
    _, given = as_tuple(v, "v", caller)
    if len(given) != len(others):
        raise RuntimeError(
            f"v is a tuple of invalid length: should be {len(others)} but got {len(given)}."
            if many
            else "The given v should contain a single Tensor."
        )
    for place, (one, other) in enumerate(zip(given, others, strict=True)):
        if one.shape != other.shape:
            entry = f"Entry {place} in " if many else ""
            raise RuntimeError(
                f"{entry}v has invalid size: should be {other.shape} but got {one.shape}."
            )
    return tuple(of_this_call(one, create_graph) for one in given)


def zeros_like(tensors: Sequence[Any]) -> tuple[Any, ...]:
    """Zeros to differentiate by."""
    return tuple(t.new_zeros(t._array.shape, requires_grad=True) for t in tensors)


def gradients(
    outs: Sequence[Any], xs: Sequence[Any], weights: Any, create_graph: bool, keep: bool = False
) -> tuple[Any, ...]:
    """The gradient by each of ``xs``, None where nothing depends on it."""
    pairs = zip(outs, weights or [None] * len(outs), strict=True)
    useful = [(out, weight) for out, weight in pairs if out is not None and out.requires_grad]
    if not useful:
        return (None,) * len(xs)
    outs, given = zip(*useful, strict=True)
    return engine.grad(outs, xs, given, keep or None, create_graph, allow_unused=True)


def rows(out: Any, xs: Sequence[Any], create_graph: bool) -> list[list[Any]]:
    """For each of ``xs``, its gradients by the elements of ``out``, one after the other."""
    found = []
    for place in range(out._array.size):
        weight = out.new_zeros(out._array.size)
        weight._array[place] = 1
        found.append(gradients((out,), xs, (weight.view_as(out),), create_graph, keep=True))
    return [[row[place] for row in found] for place in range(len(xs))]


def stacked(block: list[Any], out: Any, x: Any, in_dtype_of_out: bool = False) -> Any:
    """Rows of gradients, None for zeros, as one tensor shaped ``out`` by ``x``."""
    shape = out._array.shape + x._array.shape
    filled = [x.new_zeros(x._array.shape) if row is None else row for row in block]
    matrix = stack(filled).view(shape) if filled else x.new_zeros(shape)
    return matrix.to(out.dtype) if in_dtype_of_out else matrix


def finished(tensors: Sequence[Any], many: bool, create_graph: bool) -> Any:
    """What the caller gets: without history unless it was asked for, a tuple if one was given."""
    done = tuple(t if create_graph else t.detach() for t in tensors)
    return done if many else done[0]


def require_grad(tensors: Sequence[Any], what: str, strict: bool) -> None:
    """In strict mode refuse what does not depend on the inputs."""
    for number, tensor in enumerate(tensors if strict else ()):
        if tensor is None:
            raise RuntimeError(f"{INDEPENDENT.format(number)}.")
        if not tensor.requires_grad:
            raise RuntimeError(NO_GRADIENT[what].format(number))


def with_zeros(
    found: Sequence[Any], like: Sequence[Any], strict: bool, create_graph: bool, caller: str
) -> tuple[Any, ...]:
    """``found`` with zeros for None; in strict mode refuses that, and what has no derivative."""
    matrix = "hessian" if caller in ("vhp", "hvp") else "jacobian"
    for number, tensor in enumerate(found if strict else ()):
        if tensor is None:
            raise RuntimeError(UNUSED[caller].format(number))
        if create_graph and not tensor.requires_grad:
            raise RuntimeError(CONSTANT.format(matrix, number))
    return tuple(
        x.new_zeros(x._array.shape) if t is None else t for t, x in zip(found, like, strict=True)
    )


def check_blocks(blocks: list[list[Any]], output: int, create_graph: bool) -> None:
    """In strict mode refuse a Jacobian with rows that are zero because nothing was used."""
    for place, block in enumerate(blocks):
        for row in block:
            if row is None:
                raise RuntimeError(
                    f"Output {output} of the user-provided function is independent of input "
                    f"{place}. {NOT_STRICT}."
                )
            if create_graph and not row.requires_grad:
                raise RuntimeError(CONSTANT.format("jacobian", output))


def check_strategy(strategy: str, create_graph: bool, strict: bool, vectorize: bool) -> None:
    """Refuse what PyTorch refuses in forward mode."""
    if strategy not in ("forward-mode", "reverse-mode"):
        raise AssertionError(STRATEGY + HINT)
    if strategy == "reverse-mode":
        return
    for name, given, error in (
        ("create_graph", create_graph, NotImplementedError),
        ("strict", strict, RuntimeError),
    ):
        if given:
            raise error(
                f"torch.autograd.functional.jacobian: `{name}=True` and "
                '`strategy="forward-mode"` are not supported together (yet). Please either set '
                f'`{name}=False` or `strategy="reverse-mode"`.'
            )
    if not vectorize:
        raise NotImplementedError(
            "Computing Jacobian using forward-AD or forward-over-reverse Hessian is"
            "only implemented for `vectorize=True`."
        )
