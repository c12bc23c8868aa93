"""`gradcheck`, `gradgradcheck`: hold derivatives against finite differences.

(f(x + ε) - f(x - ε)) / 2ε, element by element, is slow and needs float64, but it knows nothing
of the rules that it tests.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from .. import backend
from . import engine
from .graph import TensorBase
from .modes import enable_grad


class GradcheckError(RuntimeError):
    """Raised where a derivative and the finite difference disagree."""


def gradcheck(
    func: Callable[..., Any],
    inputs: Any,
    *,
    eps: float = 1e-6,
    atol: float = 1e-5,
    rtol: float = 1e-3,
    raise_exception: bool = True,
) -> bool:
    """Whether the gradients of ``func`` at ``inputs`` agree with finite differences.

    Inputs that require grad must be float64 or complex128. Complex numbers are perturbed along both
    axes: the gradient of a real loss by z is ∂L/∂Re z + i ∂L/∂Im z, PyTorch's convention.

    >>> import minitorch as mt
    >>> x = mt.tensor([1.0, 2.0], dtype=mt.float64, requires_grad=True)
    >>> gradcheck(lambda x: x * x, (x,))
    True
    """
    inputs = engine.tensors(inputs)
    try:
        _check(func, inputs, eps, atol, rtol)
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
    raise_exception: bool = True,
) -> bool:
    """Whether the second derivatives of ``func`` at ``inputs`` agree with finite differences."""
    inputs = engine.tensors(inputs)
    outputs = _differentiable(func(*inputs))
    if grad_outputs is None:
        draw = np.random.default_rng(0)
        weights = [_like(out, draw.standard_normal(out._array.shape)) for out in outputs]
    else:
        weights = list(engine.tensors(grad_outputs))
    weights = [weight.detach().requires_grad_() for weight in weights]
    sources = [x for x in inputs if _wants_grad(x)]

    def gradients(*args: Any) -> Any:
        xs, ws = args[: len(inputs)], args[len(inputs) :]
        wanted = [x for x in xs if _wants_grad(x)]
        grads = engine.grad(
            _differentiable(func(*xs)), wanted, list(ws), create_graph=True, allow_unused=True
        )
        return tuple(g for g in grads if g is not None and g.requires_grad)

    if not sources:
        raise ValueError("gradgradcheck expects an input that requires grad")
    return gradcheck(
        gradients,
        (*inputs, *weights),
        eps=eps,
        atol=atol,
        rtol=rtol,
        raise_exception=raise_exception,
    )


def _check(
    func: Callable[..., Any], inputs: tuple[Any, ...], eps: float, atol: float, rtol: float
) -> None:
    sources = [x for x in inputs if _wants_grad(x)]
    if not sources:
        raise ValueError(
            "gradcheck expects at least one input tensor to require gradient, but none of the them "
            "have requires_grad=True."
        )
    for x in sources:
        if x._array.dtype.itemsize < (16 if x._array.dtype.kind == "c" else 8):
            raise ValueError("gradcheck needs inputs in double precision (float64 or complex128)")
    with enable_grad():
        count = len(_differentiable(func(*inputs)))
        for number in range(count):
            output = _differentiable(func(*inputs))[number]
            for place, source in enumerate(sources):
                analytical = _analytical(output, source)
                numerical = _numerical(func, inputs, source, number, eps)
                if not np.allclose(analytical, numerical, rtol=rtol, atol=atol, equal_nan=True):
                    raise GradcheckError(
                        f"Jacobian mismatch for output {number} with respect to input {place},\n"
                        f"numerical:{numerical}\nanalytical:{analytical}\n"
                    )


def _analytical(output: Any, source: Any) -> np.ndarray:
    """Row i: the gradient of element i of ``output`` (its real part, then its imaginary part)."""
    rows = []
    for unit in _units(output):
        (found,) = engine.grad(output, source, unit, retain_graph=True, allow_unused=True)
        array = np.zeros(source._array.shape) if found is None else backend.to_numpy(found._array)
        rows.append(_as_reals(array, source._array.dtype.kind == "c"))
    return np.array(rows).reshape(len(rows), -1)


def _units(output: Any) -> Any:
    """The gradients 1 at one element, 0 elsewhere; for a complex output also i at one element."""
    for axis in (1, 1j) if output._array.dtype.kind == "c" else (1,):
        for place in range(output._array.size):
            unit = np.zeros(output._array.size, output._array.dtype)
            unit[place] = axis
            yield _like(output, unit.reshape(output._array.shape))


def _numerical(
    func: Callable[..., Any], inputs: tuple[Any, ...], source: Any, number: int, eps: float
) -> np.ndarray:
    """The same matrix by central differences."""
    flat = source._array.reshape(-1) if source._array.flags.c_contiguous else None
    if flat is None:
        raise ValueError("gradcheck needs contiguous inputs")
    columns = []
    for axis in (1, 1j) if source._array.dtype.kind == "c" else (1,):
        for place in range(flat.size):
            held = flat[place].item()
            values = []
            for step in (eps * axis, -eps * axis):
                flat[place] = held + step
                out = _differentiable(func(*inputs))[number]
                values.append(
                    _as_reals(backend.to_numpy(out._array).copy(), out._array.dtype.kind == "c")
                )
            flat[place] = held
            columns.append((values[0] - values[1]) / (2 * eps))
    rows = _differentiable(func(*inputs))[number]._array
    count = rows.size * (2 if rows.dtype.kind == "c" else 1)
    return np.array(columns).reshape(-1, count).T


def _as_reals(array: np.ndarray, is_complex: bool) -> np.ndarray:
    """Complex numbers as their real parts, then their imaginary parts."""
    if not is_complex:
        return array.reshape(-1).real
    return np.concatenate([array.reshape(-1).real, array.reshape(-1).imag])


def _differentiable(outputs: Any) -> list[Any]:
    """The outputs that have a gradient."""
    return [out for out in engine.tensors(outputs) if _wants_grad(out)]


def _wants_grad(x: Any) -> bool:
    return isinstance(x, TensorBase) and bool(x._requires_grad)


def _like(tensor: Any, array: np.ndarray) -> Any:
    return tensor.new_tensor(array.astype(tensor._array.dtype))
