"""Derivatives as functions of functions.

Each call differentiates by tensors of its own: copies, without memory of their own, of the
arguments. So calls can be nested. A result keeps its history only if it leads to other leaves as
well: to those of an outer call, or to tensors of the user that require grad.
"""

from __future__ import annotations

import functools
from collections.abc import Callable, Iterable
from typing import Any

from .. import pytree
from ..autograd.functional import gradients, rows, stacked, zeros_like
from ..autograd.graph import TensorBase
from ..autograd.modes import enable_grad, set_grad_enabled, state
from ..inspection import is_tensor

Argnums = int | tuple[int, ...]
JVP = "jvp(f, primals, tangents)"


class Call:
    """One call of ``func``, recorded: by what it shall be differentiated, and what it gave."""

    def __init__(
        self,
        func: Callable[..., Any],
        args: tuple[Any, ...],
        kwargs: dict[str, Any],
        argnums: Argnums | None,
        has_aux: bool,
        caller: str,
    ) -> None:
        self.recording = state.grad
        with enable_grad():
            chosen = args if argnums is None else chosen_of(args, argnums)
            self.inputs = pytree.mapped(of_this_call, chosen)
            self.xs = pytree.leaves(self.inputs)
            self.own = {id(x) for x in self.xs if x._grad_fn is None}
            self.out = func(*replaced(args, self.inputs, argnums), **kwargs)
            self.aux = None
            if has_aux:
                if not (isinstance(self.out, tuple) and len(self.out) == 2):
                    raise RuntimeError(
                        f"{caller}: output of function f should be a tuple: (output, aux) if "
                        "has_aux is True"
                    )
                self.out, self.aux = self.out
            self.outs = pytree.leaves(self.out)

    def gradients(self, weights: Any = None, keep: bool = False) -> tuple[Any, ...]:
        """The gradients by all inputs, zeros where nothing depends on one."""
        create_graph = self.keeps_history([*self.outs, *(weights or [])])
        found = gradients(self.outs, self.xs, weights, create_graph, keep)
        pairs = zip(found, self.xs, strict=True)
        return tuple(x.new_zeros(x._array.shape) if g is None else g for g, x in pairs)

    def keeps_history(self, tensors: Iterable[Any]) -> bool:
        """Whether one of ``tensors`` depends on leaves that are not this call's own."""
        return self.recording and any(leads_elsewhere(t, self.own) for t in tensors)

    def finished(self, tree: Any) -> Any:
        """``tree`` for the caller: tensors without history that ends in this call."""
        return pytree.mapped(
            lambda t: t.detach() if is_tensor(t) and not self.keeps_history([t]) else t, tree
        )

    def check_outs(self, caller: str) -> None:
        """Refuse a function that gives nothing, or anything but tensors."""
        if not self.outs or self.outs == [None]:
            raise RuntimeError(
                f"{caller}: Expected f to be a function that has non-empty output (got output = "
                f"{self.outs})"
            )
        for out in self.outs:
            if not is_tensor(out):
                raise RuntimeError(
                    f"{caller}: expected f(*primals) to return only tensors, got unsupported type "
                    f"{type(out)}"
                )


def grad(
    func: Callable[..., Any], argnums: Argnums = 0, has_aux: bool = False
) -> Callable[..., Any]:
    """The function that gives the gradient of ``func``, a single number, by arguments ``argnums``.

    With ``has_aux``, ``func`` returns ``(output, aux)``, and the result is ``(gradient, aux)``.

    >>> grad = mt.func.grad
    >>> grad(mt.sin)(mt.tensor(0.0)), grad(grad(lambda x: x**3))(mt.tensor(2.0))
    (tensor(1.), tensor(12.))
    """
    both = grad_and_value(func, argnums, has_aux)

    @functools.wraps(func)
    def gradient(*args: Any, **kwargs: Any) -> Any:
        found, value = both(*args, **kwargs)
        return (found, value[1]) if has_aux else found

    return gradient


def grad_and_value(
    func: Callable[..., Any], argnums: Argnums = 0, has_aux: bool = False
) -> Callable[..., Any]:
    """As `grad`, for the gradient and the value: ``(gradient, output)``.

    With ``has_aux`` the result is ``(gradient, (output, aux))``.

    >>> mt.func.grad_and_value(lambda x: x**3)(mt.tensor(2.0))
    (tensor(12.), tensor(8.))
    """

    @functools.wraps(func)
    def both(*args: Any, **kwargs: Any) -> Any:
        caller = "grad_and_value(f)(*args)"
        call = Call(func, args, kwargs, argnums, has_aux, caller)
        if not is_tensor(call.out):
            raise RuntimeError(
                f"{caller}: Expected f(*args) to return a Tensor, got {type(call.out)}"
            )
        if call.out._array.ndim:
            raise RuntimeError(
                f"{caller}: Expected f(*args) to return a scalar Tensor, got tensor with "
                f"{call.out._array.ndim} dims. Maybe you wanted to use the vjp or jacrev APIs "
                "instead?"
            )
        found = call.finished(pytree.rebuilt(call.inputs, iter(call.gradients())))
        value = call.finished(call.out)
        return found, (value, call.finished(call.aux)) if has_aux else value

    return both


def vjp(func: Callable[..., Any], *primals: Any, has_aux: bool = False) -> tuple[Any, ...]:
    """``func(*primals)``, and the function that takes ``v`` to ``vᵀJ``, a tuple as ``primals``.

    >>> out, back = mt.func.vjp(mt.sin, mt.zeros(2))
    >>> back(mt.tensor([1.0, 10.0]))
    (tensor([ 1., 10.]),)
    """
    call = Call(func, primals, {}, None, has_aux, "vjp(f, *primals)")
    check_floating(call)

    def back(cotangents: Any, retain_graph: bool = True, create_graph: bool | None = None) -> Any:
        if pytree.structure(cotangents) != pytree.structure(call.out):
            raise RuntimeError(
                "Expected pytree structure of cotangents to be the same as pytree structure of "
                f"outputs to the function. cotangents: {pytree.structure(cotangents)}, primal "
                f"output: {pytree.structure(call.out)}"
            )
        with set_grad_enabled(state.grad if create_graph is None else create_graph):
            call.recording = state.grad
            found = call.gradients(pytree.leaves(cotangents), keep=retain_graph)
            return call.finished(pytree.rebuilt(call.inputs, iter(found)))

    outs = call.finished(call.out)
    return (outs, back, call.finished(call.aux)) if has_aux else (outs, back)


def jvp(
    func: Callable[..., Any],
    primals: Any,
    tangents: Any,
    *,
    strict: bool = False,
    has_aux: bool = False,
) -> tuple[Any, ...]:
    """``func(*primals)``, and ``Jv``: how it changes when ``primals`` move along ``tangents``.

    >>> mt.func.jvp(mt.sin, (mt.zeros(2),), (mt.tensor([1.0, 10.0]),))
    (tensor([0., 0.]), tensor([ 1., 10.]))
    """
    if not isinstance(primals, tuple):
        raise RuntimeError(
            f"{JVP}: Expected primals to be a tuple. E.g. it should be valid to call f(*primals)."
        )
    if pytree.structure(primals) != pytree.structure(tangents):
        raise RuntimeError(
            f"{JVP}: Expected primals and tangents to have the same python structure. For example, "
            "if primals is a tuple of 3 tensors, tangents also must be. Got primals with structure "
            f"{pytree.structure(primals)} and tangents with structure {pytree.structure(tangents)}"
        )
    call = Call(func, primals, {}, None, has_aux, JVP)
    moved = forward(call, strict)(pytree.leaves(tangents))
    outs = call.finished(call.out)
    return (outs, moved, call.finished(call.aux)) if has_aux else (outs, moved)


def linearize(func: Callable[..., Any], *primals: Any) -> tuple[Any, Callable[..., Any]]:
    """``func(*primals)``, and the function that takes ``tangents`` to ``Jv`` at ``primals``.

    >>> y, jvp = mt.func.linearize(mt.sin, mt.tensor(0.0))
    >>> y, jvp(mt.tensor(3.0))
    (tensor(0.), tensor(3.))
    """
    call = Call(func, primals, {}, None, False, "linearize(f, *primals)")
    push = forward(call, False)
    return call.finished(call.out), lambda *tangents: push(pytree.leaves(tangents))


def forward(call: Call, strict: bool) -> Callable[[list[Any]], Any]:
    """The function from ``v`` to ``Jv``: the derivative of ``wᵀJ`` by ``w``, times ``v``."""
    call.check_outs(JVP)
    with enable_grad():
        weights = zeros_like(call.outs)
        slopes = gradients(call.outs, call.xs, weights, create_graph=True)
    call.own.update(id(weight) for weight in weights)

    def push(tangents: list[Any]) -> Any:
        call.recording = state.grad
        create_graph = call.keeps_history([*call.outs, *tangents])
        found = gradients(slopes, weights, tangents, create_graph, keep=True)
        if strict and any(t is None for t in found):
            raise RuntimeError(
                "jvp(f, primals, tangents, strict=True): The output of f is independent of the "
                "inputs. This is not allowed with strict=True."
            )
        pairs = zip(found, call.outs, strict=True)
        filled = [out.new_zeros(out._array.shape) if t is None else t for t, out in pairs]
        return call.finished(pytree.rebuilt(call.out, iter(filled)))

    return push


def jacrev(
    func: Callable[..., Any],
    argnums: Argnums = 0,
    *,
    has_aux: bool = False,
    chunk_size: int | None = None,
    _preallocate_and_copy: bool = False,
) -> Callable[..., Any]:
    """The function that gives the Jacobian of ``func``, shaped output by input; row by row.

    >>> mt.func.jacrev(mt.sin)(mt.zeros(2))
    tensor([[1., 0.],
            [0., 1.]])
    """
    if chunk_size is not None and chunk_size <= 0:
        raise ValueError("jacrev: `chunk_size` should be greater than 0.")
    return jacobian(func, argnums, has_aux, "jacrev")


def jacfwd(
    func: Callable[..., Any],
    argnums: Argnums = 0,
    has_aux: bool = False,
    *,
    randomness: str = "error",
) -> Callable[..., Any]:
    """As `jacrev`. PyTorch computes column by column; MiniTorch has reverse mode only.

    >>> mt.func.jacfwd(lambda x: x**2)(mt.tensor([1.0, 2.0]))
    tensor([[2., 0.],
            [0., 4.]])
    """
    return jacobian(func, argnums, has_aux, "jacfwd")


def jacobian(
    func: Callable[..., Any], argnums: Argnums, has_aux: bool, caller: str
) -> Callable[..., Any]:
    """The function behind `jacrev` and `jacfwd`."""

    @functools.wraps(func)
    def matrices(*args: Any) -> Any:
        refuse_complex(caller, args, "inputs")
        call = Call(func, args, {}, argnums, has_aux, "vjp(f, *primals)")
        check_floating(call)
        refuse_complex(caller, call.out, "outputs")
        create_graph = call.keeps_history(call.outs)
        blocks = []
        with set_grad_enabled(create_graph):
            for out in call.outs:
                found = zip(rows(out, call.xs, create_graph), call.xs, strict=True)
                whole = [stacked(block, out, x, caller == "jacfwd") for block, x in found]
                blocks.append(call.finished(pytree.rebuilt(call.inputs, iter(whole))))
        result = pytree.rebuilt(call.out, iter(blocks))
        return (result, call.finished(call.aux)) if has_aux else result

    return matrices


def hessian(func: Callable[..., Any], argnums: Argnums = 0) -> Callable[..., Any]:
    """The function that gives the second derivatives of ``func``: the Jacobian of its Jacobian.

    >>> mt.func.hessian(lambda x: (x**3).sum())(mt.tensor([1.0, 2.0]))
    tensor([[ 6.,  0.],
            [ 0., 12.]])
    """
    return jacfwd(jacrev(func, argnums), argnums)


# Parts --------------------------------------------------------------------------------------------


def of_this_call(x: Any) -> Any:
    """``x`` as a tensor to differentiate by: the same numbers, and its history if it has one."""
    if not is_tensor(x):
        raise ValueError(f"Thing passed to transform API must be Tensor, got {type(x)}")
    return x.view_as(x) if x.requires_grad else x.detach().requires_grad_()


def leads_elsewhere(tensor: Any, own: set[int]) -> bool:
    """Whether a leaf that is not in ``own`` (by `id`) is behind ``tensor``."""
    if not is_tensor(tensor) or not tensor.requires_grad:
        return False
    seen = set()
    waiting = [tensor._grad_fn or tensor]
    while waiting:
        node = waiting.pop()
        if isinstance(node, TensorBase):
            if id(node) not in own:
                return True
        elif node not in seen:
            seen.add(node)
            waiting.extend(edge[0] for edge in node.edges if edge is not None)
    return False


def chosen_of(args: tuple[Any, ...], argnums: Any) -> Any:
    """The arguments to differentiate by: one for a number, a tuple for a tuple of numbers."""
    if not isinstance(argnums, int | tuple):
        raise RuntimeError(f"argnums must be int or Tuple[int, ...], got: {type(argnums)}")
    numbers = argnums if isinstance(argnums, tuple) else (argnums,)
    for number in numbers:
        if not isinstance(number, int):
            raise RuntimeError(f"argnum must be int, got: {type(number)}")
        if not -len(args) <= number < len(args):
            raise RuntimeError(f"Got argnum={number}, but only {len(args)} positional inputs")
    if not numbers:
        raise RuntimeError("argnums must be non-empty")
    if len({number % len(args) for number in numbers}) != len(numbers):
        wrapped = tuple(number % len(args) for number in numbers)
        raise RuntimeError(f"argnums elements must be unique, got {wrapped}")
    return tuple(args[n] for n in numbers) if isinstance(argnums, tuple) else args[argnums]


def replaced(args: tuple[Any, ...], chosen: Any, argnums: Argnums | None) -> tuple[Any, ...]:
    """``args`` with ``chosen`` in the places ``argnums``; None: in all."""
    if argnums is None:
        return tuple(chosen)
    changed = list(args)
    pairs = zip(argnums, chosen, strict=True) if isinstance(argnums, tuple) else [(argnums, chosen)]
    for number, value in pairs:
        changed[number] = value
    return tuple(changed)


def check_floating(call: Call) -> None:
    """Refuse outputs that have no derivative."""
    call.check_outs("vjp(f, *primals)")
    for out in call.outs:
        if out._array.dtype.kind not in "fc":
            raise RuntimeError(
                "vjp(f, ...): All outputs of f must be floating-point or complex Tensors, got "
                f"Tensor with dtype {out.dtype}"
            )


def refuse_complex(caller: str, tree: Any, what: str) -> None:
    """Refuse complex tensors, whose Jacobian is no matrix of complex numbers."""
    for place, leaf in enumerate(pytree.leaves(tree)):
        if is_tensor(leaf) and leaf._array.dtype.kind == "c":
            raise RuntimeError(
                f"{caller}: Expected all {what} to be real but received complex tensor at "
                f"flattened input idx: {place}"
            )
