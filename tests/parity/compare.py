"""Run the same lines on both libraries and compare all that can be seen.

A test gives a function of the library, ``lambda lib, x: lib.exp(x)``, and NumPy arrays; each
library gets tensors made of them.
"""

from __future__ import annotations

import warnings
from collections.abc import Callable
from typing import Any

import numpy as np
import torch

import minitorch as mt

# The largest difference in relation to the largest value: a few units in the last place.
TOLERANCE = {
    "float16": 2e-3,
    "float32": 2e-6,
    "complex64": 2e-6,
    "float64": 1e-13,
    "complex128": 1e-13,
}


def same(
    function: Callable[..., Any],
    *inputs: Any,
    grad: bool = True,
    second: bool = True,
    names: bool = True,
    slack: float = 1,
) -> None:
    """``function(lib, *tensors)`` gives the same values, dtypes, shapes and derivatives in both.

    Floating arrays become tensors that require a gradient if ``grad``. ``second`` derivatives and
    the ``names`` of the nodes may be left out. ``slack`` multiplies the tolerance, for what is
    computed in another order.
    """
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        found = [everything(lib, function, inputs, grad, second) for lib in (mt, torch)]
    for (what, ours), (expected_what, theirs) in zip(*found, strict=True):
        assert what == expected_what
        if not names and what.startswith("grad_fn"):
            continue
        compare(what, ours, theirs, slack)


def everything(
    lib: Any, function: Callable[..., Any], inputs: Any, grad: bool, second: bool
) -> list[tuple[str, Any]]:
    """What comes out, and its first and second derivatives, each with its name."""
    tensors = [tensor_of(lib, value, grad) for value in inputs]
    result = function(lib, *tensors)
    outs = listed(lib, result)
    seen = [(f"result {i}", out) for i, out in enumerate(outs)]
    seen += [
        (f"requires_grad {i}", getattr(out, "requires_grad", None)) for i, out in enumerate(outs)
    ]
    outs = [out for out in outs if isinstance(out, lib.Tensor) and out.requires_grad]
    inner = [t for t in tensors if isinstance(t, lib.Tensor) and t.requires_grad]
    if not outs or not inner:
        return seen
    seen += [(f"grad_fn {i}", out.grad_fn and out.grad_fn.name()) for i, out in enumerate(outs)]
    grads = gradients(lib, outs, inner, second, seed=70)
    seen += [(f"gradient {i}", g) for i, g in enumerate(grads)]
    if second:
        again = [g is not None and g.requires_grad for g in grads]
        grads = gradients(lib, grads, inner, False, seed=80) if any(again) else [None] * len(inner)
        # where a derivative is zero everywhere one library may say so, the other "unused"
        grads = [
            t.new_zeros(t.shape) if g is None else g for t, g in zip(inner, grads, strict=True)
        ]
        seen += [(f"second gradient {i}", g) for i, g in enumerate(grads)]
    return seen


def gradients(lib: Any, outs: Any, inner: Any, create_graph: bool, seed: int) -> Any:
    """The gradients of a weighted sum; the weights are the same in both libraries."""
    weighted = [
        (out, weight(lib, np.random.default_rng(seed + place), out))
        for place, out in enumerate(outs)
        if out is not None and out.requires_grad
    ]
    outs, weights = zip(*weighted, strict=True)
    return lib.autograd.grad(outs, inner, weights, create_graph=create_graph, allow_unused=True)


def weight(lib: Any, rng: Any, out: Any) -> Any:
    """Random numbers of the shape and dtype of ``out``."""
    name = dtype_name(out)
    numbers = rng.standard_normal(tuple(out.shape))
    if name.startswith("complex"):
        numbers = numbers + 1j * rng.standard_normal(tuple(out.shape))
    return lib.tensor(np.asarray(numbers).astype(name))


def tensor_of(lib: Any, value: Any, grad: bool) -> Any:
    if not isinstance(value, np.ndarray | np.generic):
        return value
    tensor = lib.tensor(np.array(value))
    return tensor.requires_grad_() if grad and value.dtype.kind in "fc" else tensor


def listed(lib: Any, result: Any) -> list[Any]:
    return list(result) if isinstance(result, tuple | list) else [result]


def dtype_name(tensor: Any) -> str:
    return str(tensor.dtype).removeprefix("torch.")


def compare(what: str, ours: Any, theirs: Any, slack: float) -> None:
    """Two results are the same: dtype, shape and numbers of tensors, anything else as it is."""
    if not isinstance(theirs, torch.Tensor):
        assert ours == theirs, f"{what}: {ours} instead of {theirs}"
        return
    assert isinstance(ours, mt.Tensor), f"{what}: {ours} instead of {theirs}"
    assert dtype_name(ours) == dtype_name(theirs), what
    assert tuple(ours.shape) == tuple(theirs.shape), what
    a, b = ours.detach().numpy(), theirs.detach().numpy(force=True)
    finite = np.abs(b[np.isfinite(b)])
    bound = TOLERANCE.get(dtype_name(theirs), 0) * slack
    scale = float(finite.max()) if finite.size else 0.0
    np.testing.assert_allclose(a, b, rtol=bound, atol=bound * scale, err_msg=what)


def same_error(function: Callable[..., Any], *inputs: Any, grad: bool = False) -> None:
    """Both libraries refuse, with the same exception class and the same first sentence."""
    ours, theirs = (error(lib, function, inputs, grad) for lib in (mt, torch))
    assert theirs is not None, "PyTorch accepts this"
    assert ours is not None, f"should raise {theirs!r}"
    assert type(ours) is type(theirs), f"{ours!r} instead of {theirs!r}"
    assert first_sentence(ours) == first_sentence(theirs)


def error(lib: Any, function: Callable[..., Any], inputs: Any, grad: bool) -> Exception | None:
    tensors = [tensor_of(lib, value, grad) for value in inputs]
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            function(lib, *tensors)
        except Exception as raised:
            return raised
    return None


def first_sentence(raised: Exception) -> str:
    """The first line, without the place in PyTorch's C++ code; of a list of signatures its head."""
    return str(raised).split("\n")[0].split(" - got ")[0].split(", but expected one of")[0].strip()
