"""``out=``: the result of a function of `mt`, written into a tensor that is there already.

    y = mt.empty(3)
    mt.exp(x, out=y)

The functions themselves know nothing of it. Here they get the argument, as functions of `mt`;
methods do not have it, as in PyTorch. ``out`` is resized if its shape does not fit; its dtype must
be able to hold the result. Autograd records none of it, so no argument may require grad.
"""

from __future__ import annotations

import functools
import inspect
from collections.abc import Callable, Iterable
from typing import Any

from . import backend, dtypes, pytree, return_types
from .autograd.errors import type_name
from .autograd.graph import TensorBase
from .autograd.modes import no_grad, state
from .autograd.views import bump, check_memory, check_writable
from .memory_formats import order, preserve_format
from .ops.dims import WITHOUT_NAMES
from .ops.operands import invalid_combination
from .ops.overwriting import refuse_shape
from .ops.resizing import in_order, resized
from .user_warnings import warn

# The functions of `mt` that PyTorch gives the argument. These cast their result to the dtype of
# `out`, if it is of the same category (bool, integer, floating, complex) or a higher one:
CASTING = """
acos acosh add addcdiv addcmul addr angle arccos arccosh arcsin arcsinh arctan arctan2 arctanh asin
asinh atan atan2 atanh bitwise_and bitwise_left_shift bitwise_or bitwise_right_shift bitwise_xor cat
cholesky cholesky_inverse cholesky_solve clamp_max column_stack concat concatenate copysign cos cosh
cumprod cumsum deg2rad diff digamma div divide dstack eq erf erfc erfinv exp exp2 expm1 floor_divide
fmax fmin fmod gcd ge geqrf ger greater greater_equal gt hstack hypot i0 igamma igammac kron lcm
ldexp le less less_equal lgamma log log10 log1p log2 logaddexp logaddexp2 logical_and logical_not
logical_or logical_xor logit logsumexp lt maximum mean minimum mul multiply mvlgamma nanmean nansum
ne nextafter not_equal orgqr outer polygamma pow prod rad2deg reciprocal remainder row_stack rsqrt
sigmoid sin sinc sinh sqrt square stack std sub subtract sum tan tanh threshold true_divide var
vstack xlogy
""".split()
JOINING = "cat column_stack concat concatenate dstack hstack row_stack stack vstack".split()
# ... these compute in it from the start:
MAKING = """
arange bernoulli empty eye full linspace logspace normal ones rand randint randn randperm range
zeros
""".split()
RESIZING = (*MAKING, "fftfreq", "rfftfreq")  # without the warning
# ... and these refuse another dtype than that of their result, in two kinds of words:
EXACT = """
addbmm addmm addmv all amax amin aminmax any argmax argmin baddbmm bmm bucketize chain_matmul
complex cross cummax cummin diag dot float_power frexp gather heaviside histc histogram index_add
index_copy index_reduce index_select inner inverse isin isneginf isposinf kthvalue log_softmax
logcumsumexp lu_solve lu_unpack masked_select matmul matrix_power max median min mm mode msort
multinomial mv nan_to_num nanmedian nanquantile narrow_copy nonzero nonzero_static norm ormqr polar
qr quantile renorm scatter scatter_add scatter_reduce searchsorted signbit slice_scatter slogdet
softmax sort svd take take_along_dim tensordot topk triangular_solve tril triu vdot where
""".split()
LINALG = """
cholesky cholesky_ex cross det eigh eigvalsh householder_product inv inv_ex ldl_factor ldl_factor_ex
ldl_solve lu lu_factor lu_factor_ex lu_solve matmul matrix_norm matrix_power multi_dot norm qr
slogdet solve solve_ex solve_triangular svd svdvals vecdot vector_norm
""".split()  # of mt.linalg
REFUSING = {*EXACT, *(f"linalg_{name}" for name in LINALG)}
# All in the other places, with those that cast:
OF_LINALG = [*LINALG, *"cond eig eigvals lstsq matrix_rank pinv tensorinv tensorsolve".split()]
OF_FFT = """
fft fft2 fftfreq fftn hfft hfft2 hfftn ifft ifft2 ifftn ihfft ihfft2 ihfftn irfft irfft2 irfftn rfft
rfft2 rfftfreq rfftn
""".split()
UNPROMOTED = """
abs absolute bitwise_not ceil clamp clamp_min clip conj_physical fix floor frac hardshrink lerp
neg negative round sgn sign trunc
""".split()
OF_MT = [*CASTING, *MAKING, *EXACT, *UNPROMOTED]
# These may write into memory that they read:
READING = """
all amax amin any argmax argmin diag log_softmax logsumexp matmul mean mm mv mvlgamma nanmean
nanquantile nansum norm prod quantile slice_scatter softmax std sum tensordot threshold tril triu
var
""".split()
# ... and these are not even given `out` itself:
APART = "cat concat concatenate gather index_select masked_select stack take".split()
# What PyTorch calls functions that are another one under their second name.
FIRST_NAMES = {
    "absolute": "abs", "arccos": "acos", "arccosh": "acosh", "arcsin": "asin", "arcsinh": "asinh",
    "arctan": "atan", "arctan2": "atan2", "arctanh": "atanh", "clip": "clamp", "concat": "cat",
    "concatenate": "cat", "divide": "div", "fix": "trunc", "ger": "outer", "multiply": "mul",
    "negative": "neg", "square": "pow", "subtract": "sub", "true_divide": "div",
}  # fmt: skip
RESIZED = (
    "An output with one or more elements was resized since it had shape {}, which does not match "
    "the required output shape {}. This behavior is deprecated, and in a future PyTorch release "
    "outputs will not be resized unless they have zero elements. You can explicitly reuse an out "
    "tensor t by resizing it, inplace, to zero elements with t.resize_(0)."
)


POSITIONAL = {"norm": 4, "tensordot": 3}  # old functions, whose `out` has a place among the others


def with_out(name: str, function: Callable[..., Any]) -> Callable[..., Any]:
    """``function`` with one more argument: ``out``. Errors call it ``name``."""

    def call(*args: Any, **kwargs: Any) -> Any:
        if not kwargs:  # most calls: 0.08 instead of 0.15 µs
            return function(*args)
        out = kwargs.pop("out", None)
        if out is None:
            return function(*args, **kwargs)
        return write(name, function, args, kwargs, out)

    if name not in POSITIONAL:
        WITHOUT_NAMES[call] = function
        return functools.update_wrapper(call, function)
    place = POSITIONAL[name]

    @functools.wraps(function)
    def call_with_place(*args: Any, **kwargs: Any) -> Any:
        if len(args) > place:
            kwargs["out"] = args[place]
            args = (*args[:place], *args[place + 1 :])
        return call(*args, **kwargs)

    return call_with_place


def with_out_all(
    functions: dict[str, Any], names: Iterable[str] = OF_MT, place: str = ""
) -> dict[str, Any]:
    """Those of ``functions``, by name, that take ``out``; they take it now.

    ``place`` goes before the names in PyTorch: ``linalg_`` in `mt.linalg`.
    """
    return {name: with_out(place + name, functions[name]) for name in names}


def write(
    name: str, function: Callable[..., Any], args: Any, kwargs: dict[str, Any], out: Any
) -> Any:
    """Write ``function(*args, **kwargs)`` into ``out``, a tensor or several; return it."""
    known = name
    name = FIRST_NAMES.get(name, name)
    outs = tuple(out) if isinstance(out, list | tuple) else (out,)
    if not all(isinstance(tensor, TensorBase) for tensor in outs):
        raise TypeError(f"{name}(): argument 'out' must be Tensor, not {type_name(out)}")
    given = tuple([t for t in pytree.leaves([args, kwargs]) if isinstance(t, TensorBase)])
    if state.grad and any(t._requires_grad for t in (*outs, *given)):
        raise RuntimeError(
            f"{name}(): functions with out=... arguments don't support automatic differentiation, "
            "but one of the arguments requires grad."
        )
    with no_grad():
        result = function(*args, **in_dtype_of(outs[0], known, function, kwargs))
    results = result if isinstance(result, tuple) else (result,)
    if len(outs) != len(results) or isinstance(out, TensorBase) == isinstance(result, tuple):
        raise invalid_combination(name, (*args, out))
    for target, value in zip(outs, results, strict=True):
        check_dtype(known, dtypes.of(value._array), target.dtype)
        check_writable(target)
        sources = () if known in READING else given
        check_memory(target, sources, known not in APART)
        if any(source is target for source in sources):  # it will not be resized
            refuse_shape(target._array.shape, value._array.shape)
        write_one(target, value, known.removeprefix("fft_") not in RESIZING)
    if isinstance(result, return_types.Named):
        return return_types.with_out(type(result))(outs)
    return outs if isinstance(result, tuple) else out


def in_dtype_of(
    out: Any, name: str, function: Callable[..., Any], kwargs: dict[str, Any]
) -> dict[str, Any]:
    """``kwargs`` so that ``function`` computes in the dtype of ``out``, if it has the choice."""
    code = inspect.unwrap(function).__code__
    names = code.co_varnames[: code.co_argcount + code.co_kwonlyargcount]
    if "dtype" not in names or name in REFUSING or name == "mean":
        return kwargs
    wanted = kwargs.get("dtype")
    if wanted not in (None, out.dtype):
        have = dtypes.SCALAR_TYPE
        raise RuntimeError(
            f"dtype {have[wanted]} does not match dtype of out parameter ({have[out.dtype]})"
        )
    return kwargs | {"dtype": out.dtype}


def check_dtype(name: str, have: dtypes.dtype, want: dtypes.dtype) -> None:
    """Refuse an ``out`` of dtype ``want`` for a result of dtype ``have``."""
    if have is want:
        return
    kinds = dtypes.SCALAR_TYPE
    if name in UNPROMOTED:
        raise RuntimeError(f"Found dtype {kinds[want]} but expected {kinds[have]}")
    if name in REFUSING:
        raise RuntimeError(
            f"Expected out tensor to have dtype {dtypes.C_TYPE[have]}, but got "
            f"{dtypes.C_TYPE[want]} instead"
        )
    if not dtypes.can_cast(have, want):
        if name in JOINING:
            raise TypeError(
                f"torch.cat(): input types can't be cast to the desired output type {kinds[want]}"
            )
        raise RuntimeError(
            f"result type {kinds[have]} can't be cast to the desired output type {kinds[want]}"
        )


def write_one(out: Any, value: Any, telling: bool) -> None:
    """Write ``value`` into ``out``, which gets its shape, and its order of dimensions then."""
    shape = value._array.shape
    if out._array.shape != shape:
        if telling and out._array.size:
            message = RESIZED.format(list(out._array.shape), list(shape))
            warn(message)
        dims = order(value._array, preserve_format)
        out._array = in_order(resized(out._array, shape), dims)
    backend.array_module(out._array).copyto(out._array, value._array, casting="unsafe")
    bump(out)
