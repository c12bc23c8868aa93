"""`gradcheck`, `gradgradcheck`: hold derivatives against finite differences.

(f(x + ε) - f(x - ε)) / 2ε, element by element, is slow and needs float64, but it knows nothing
of the rules that it tests.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from .. import backend
from ..user_warnings import warn
from . import engine, forward_ad
from .graph import TensorBase
from .modes import enable_grad
from .operation import wrap


class GradcheckError(RuntimeError):
    """Raised where a derivative and the finite difference disagree."""


def _one_of(forward: bool, backward: bool, names: str) -> None:
    """Refuse to check nothing."""
    if not (forward or backward):
        raise AssertionError(f"Expected at least one of {names} to be True")


def _batched(check: bool, option: str, needs: bool, needed: str) -> None:
    """Refuse to say that something is right which nobody checks."""
    if check and not needs:
        raise AssertionError(f"Setting {option}=True requires {needed} to be True")
    if check:
        raise NotImplementedError("MiniTorch has no check of batched gradients")


def gradcheck(
    func: Callable[..., Any],
    inputs: Any,
    *,
    eps: float = 1e-6,
    atol: float = 1e-5,
    rtol: float = 1e-3,
    raise_exception: bool = True,
    nondet_tol: float = 0.0,
    check_undefined_grad: bool = True,
    check_grad_dtypes: bool = False,
    check_batched_grad: bool = False,
    check_batched_forward_grad: bool = False,
    check_forward_ad: bool = False,
    check_backward_ad: bool = True,
    fast_mode: bool = False,
    masked: bool | None = None,
) -> bool:
    """Whether the gradients of ``func`` at ``inputs`` agree with finite differences.

    Inputs that require grad must be float64 or complex128. Complex numbers are perturbed along both
    axes: the gradient of a real loss by z is ∂L/∂Re z + i ∂L/∂Im z, PyTorch's convention.

    ``check_forward_ad`` checks the tangents of `forward_ad`, too. The check is always the full one,
    ``fast_mode`` or not, of gradients that are always of the dtype of their input and the same each
    time. There is no check of batched gradients: to ask for it raises NotImplementedError.

    >>> x = mt.tensor([1.0, 2.0], dtype=mt.float64, requires_grad=True)
    >>> gradcheck(lambda x: x * x, (x,))
    True
    """
    _one_of(check_forward_ad, check_backward_ad, "check_forward_ad or check_backward_ad")
    _batched(check_batched_grad, "check_batched_grad", check_backward_ad, "check_backward_ad")
    option = "check_batched_forward_grad"
    _batched(check_batched_forward_grad, option, check_forward_ad, "check_forward_ad")
    inputs = engine.tensors(inputs)
    try:
        if check_backward_ad:
            _check(func, inputs, eps, atol, rtol)
        if check_forward_ad:
            _check(func, inputs, eps, atol, rtol, forward=True)
    except GradcheckError:
        if raise_exception:
            raise
        return False
    return True


def gradgradcheck(
    func: Callable[..., Any],
    inputs: Any,
    grad_outputs: Any = None,
    *,
    eps: float = 1e-6,
    atol: float = 1e-5,
    rtol: float = 1e-3,
    gen_non_contig_grad_outputs: bool = False,
    raise_exception: bool = True,
    nondet_tol: float = 0.0,
    check_undefined_grad: bool = True,
    check_grad_dtypes: bool = False,
    check_batched_grad: bool = False,
    check_fwd_over_rev: bool = False,
    check_rev_over_rev: bool = True,
    fast_mode: bool = False,
    masked: bool = False,
) -> bool:
    """Whether the second derivatives of ``func`` at ``inputs`` agree with finite differences.

    ``check_fwd_over_rev`` checks the tangents of the gradients, too.

    >>> x = mt.tensor([0.5, 1.0], dtype=mt.float64, requires_grad=True)
    >>> mt.autograd.gradgradcheck(mt.sin, (x,))
    True
    """
    _one_of(check_fwd_over_rev, check_rev_over_rev, "check_fwd_over_rev or check_rev_over_rev")
    if check_undefined_grad and not check_rev_over_rev:
        raise AssertionError(
            "Setting check_undefined_grad=True requires check_rev_over_rev to be True"
        )
    _batched(check_batched_grad, "check_batched_grad", check_rev_over_rev, "check_rev_over_rev")
    inputs = engine.tensors(inputs)
    _check_inputs(inputs)
    outputs = _differentiable(func(*inputs))
    if grad_outputs is None:
        weights = [_random_like(out) for out in outputs]
    else:
        weights = list(engine.tensors(grad_outputs))
    weights = [weight.detach().requires_grad_() for weight in weights]

    def gradients(*args: Any) -> Any:
        xs, ws = args[: len(inputs)], args[len(inputs) :]
        wanted = [x for x in xs if _wants_grad(x)]
        grads = engine.grad(
            _differentiable(func(*xs)), wanted, list(ws), create_graph=True, allow_unused=True
        )
        return tuple(g for g in grads if g is not None)

    try:
        if check_rev_over_rev:
            _check(gradients, (*inputs, *weights), eps, atol, rtol, constants=True)
        if check_fwd_over_rev:
            _check(gradients, (*inputs, *weights), eps, atol, rtol, constants=True, forward=True)
    except GradcheckError:
        if raise_exception:
            raise
        return False
    return True


def _check(
    func: Callable[..., Any],
    inputs: tuple[Any, ...],
    eps: float,
    atol: float,
    rtol: float,
    constants: bool = False,
    forward: bool = False,
) -> None:
    """Compare every output with every input, by gradients or, ``forward``, by tangents.

    ``constants``: outputs without a gradient must not depend on the inputs. Where no output has a
    gradient, they are always held to that.
    """
    sources = _check_inputs(inputs)
    with enable_grad():
        outputs = engine.tensors(func(*inputs))
        constants = constants or not _differentiable(outputs)
        for number, output in enumerate(outputs):
            if not (_wants_grad(output) or (constants and _has_derivative(output))):
                continue
            for place, source in enumerate(sources):
                if forward:
                    analytical = _tangents(func, inputs, source, number, output)
                else:
                    analytical = _analytical(output, source)
                numerical = _numerical(func, inputs, source, number, eps)
                if not np.allclose(analytical, numerical, rtol=rtol, atol=atol, equal_nan=True):
                    dtype = source._array.real.dtype
                    found, wanted = (
                        wrap(source, matrix.T.astype(dtype)) for matrix in (analytical, numerical)
                    )
                    mode = "computed with forward mode " if forward else ""
                    raise GradcheckError(
                        f"Jacobian {mode}mismatch for output {number} with respect to input "
                        f"{place},\n"
                        f"numerical:{wanted}\nanalytical:{found}\n"
                    )


def _check_inputs(inputs: tuple[Any, ...]) -> list[Any]:
    """The inputs that require grad; refuses those that finite differences cannot handle."""
    sources = [x for x in inputs if _wants_grad(x)]
    if not sources:
        raise ValueError(
            "gradcheck expects at least one input tensor to require gradient, but none of them "
            "have requires_grad=True."
        )
    for place, x in enumerate(sources):
        if x._array.dtype.itemsize < (16 if x._array.dtype.kind == "c" else 8):
            warn(
                f"Input #{place} requires gradient and is not a double precision floating point or "
                "complex. This check will likely fail if all the inputs are not of double "
                "precision floating point or complex."
            )
        if x._array.size > 1 and any(
            step == 0 and size > 1
            for step, size in zip(x._array.strides, x._array.shape, strict=True)
        ):
            raise RuntimeError(
                f"The {place}th input has a dimension with stride 0. gradcheck only supports "
                "inputs that are non-overlapping to be able to compute the numerical gradients "
                "correctly. You should call .contiguous on the input before passing it to "
                "gradcheck."
            )
    return sources


def _analytical(output: Any, source: Any) -> np.ndarray:
    """Row i: the gradient of element i of ``output`` (its real part, then its imaginary part)."""
    rows = [np.zeros((0, source._array.size * _parts(source)))]
    for unit in _units(output):
        found = None
        if _wants_grad(output):
            (found,) = engine.grad(output, source, unit, retain_graph=True, allow_unused=True)
        array = np.zeros_like(source._array) if found is None else found._array
        rows.append(_as_reals(array)[None])
    return np.concatenate(rows)


def _tangents(
    func: Callable[..., Any], inputs: tuple[Any, ...], source: Any, number: int, output: Any
) -> np.ndarray:
    """The same matrix by columns: the tangents of the output if one element changes by 1, or i."""
    columns = [np.zeros((0, output._array.size * _parts(output)))]
    for unit in _units(source):
        with forward_ad.dual_level():
            given = [
                forward_ad.make_dual(x.detach(), unit if x is source else x.new_zeros(x.shape))
                if _wants_grad(x)
                else x
                for x in inputs
            ]
            result = engine.tensors(func(*given))[number]
            tangent = forward_ad.unpack_dual(result).tangent
        array = np.zeros_like(output._array) if tangent is None else tangent._array
        columns.append(_as_reals(array)[None])
    return np.concatenate(columns).T


def _units(output: Any) -> Any:
    """The gradients 1 at one element, 0 elsewhere; for a complex output also i at one element."""
    for axis in (1, 1j)[: _parts(output)]:
        for place in range(output._array.size):
            unit = np.zeros(output._array.size, output._array.dtype)
            unit[place] = axis
            yield _like(output, unit.reshape(output._array.shape))


def _numerical(
    func: Callable[..., Any], inputs: tuple[Any, ...], source: Any, number: int, eps: float
) -> np.ndarray:
    """The same matrix by central differences."""
    array = source._array

    def values() -> np.ndarray:
        return _as_reals(engine.tensors(func(*inputs))[number]._array)

    columns = [np.zeros((0, values().size))]
    for axis in (1, 1j)[: _parts(source)]:
        for place in np.ndindex(array.shape):
            held = array[place].item()
            array[place] = held + eps * axis
            above = values()
            array[place] = held - eps * axis
            below = values()
            array[place] = held
            columns.append((above - below)[None] / (2 * eps))
    return np.concatenate(columns).T


def _as_reals(array: Any) -> np.ndarray:
    """The elements in a row, a copy; complex numbers as their real parts, then their imaginary."""
    array = backend.to_numpy(array).flatten()
    return np.concatenate([array.real, array.imag]) if array.dtype.kind == "c" else array


def _parts(tensor: Any) -> int:
    """How many real numbers an element is."""
    return 2 if tensor._array.dtype.kind == "c" else 1


def _differentiable(outputs: Any) -> list[Any]:
    """The outputs that have a gradient."""
    return [out for out in engine.tensors(outputs) if _wants_grad(out)]


def _wants_grad(x: Any) -> bool:
    return isinstance(x, TensorBase) and bool(x._requires_grad)


def _has_derivative(x: Any) -> bool:
    return isinstance(x, TensorBase) and x._array.dtype.kind in "fc"


def _random_like(tensor: Any) -> Any:
    """Numbers from -1 to 1 from the default generator, as PyTorch draws them."""
    weights = tensor.detach().new_empty(tensor.numel())
    array = weights._array
    wrap(weights, array.view(array.real.dtype)).uniform_(-1, 1)  # of complex numbers both parts
    return weights.view(tensor.shape)


def _like(tensor: Any, array: np.ndarray) -> Any:
    return tensor.new_tensor(array.astype(tensor._array.dtype))
