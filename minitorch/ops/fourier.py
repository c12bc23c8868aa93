r"""Discrete Fourier transforms, in any number of dimensions.

    X[k] = Σ x[j] exp(-2πi jk / n)        the inverse: exp(+2πi jk / n), and divided by n

There are three kinds. *Complex to complex* is the formula. *Real to complex* needs only one half
of the result, since X[n - k] is the conjugate of X[k]. *Complex to real* is its inverse: it takes
that half. A transform is linear, so its gradient is the transform in the other direction.

``norm`` says where the factor 1/n goes: ``"backward"`` (into the inverse), ``"forward"``, or
``"ortho"`` (1/√n into both). The gradient has the same factor in the other direction, which makes
``"backward"`` of ``"forward"`` and the other way round (`OTHER`).
"""

from __future__ import annotations

import functools
import importlib
from collections.abc import Sequence
from typing import Any

import numpy as np

from .. import backend, dtypes
from ..autograd.operation import Operation, wrap as constant
from .complexes import conj
from .dims import takes_axis, wrap
from .padding import ConstantPadNd
from .rearranging import roll
from .sizes import is_integer


@functools.cache
def transforms(xp: Any) -> Any:
    """SciPy's transforms, in an eighth of NumPy's time (310 of length 256), or CuPy's.

    Loaded when first needed.
    """
    return importlib.import_module("scipy.fft") if xp is np else xp.fft


OTHER = {"backward": "forward", "forward": "backward", "ortho": "ortho"}


class FftC2C(Operation):
    """The transform of complex numbers over ``dims``, or its inverse."""

    def forward(self, xp: Any, z: Any, dims: Any, norm: Any, inverse: Any) -> Any:
        library = transforms(xp)
        transform = library.ifftn if inverse else library.fftn
        return transform(z, axes=dims, norm=norm) if dims else z.copy()

    def grad_z(self, grad: Any, dims: Any, norm: Any, inverse: Any) -> Any:
        return FftC2C.apply(grad, dims, OTHER[norm], not inverse)


class FftR2C(Operation):
    """The transform of real numbers, of which one half of the last of ``dims`` is kept."""

    def forward(self, xp: Any, x: Any, dims: Any, norm: Any) -> Any:
        self.length = x.shape[dims[-1]]
        return transforms(xp).rfftn(x, axes=dims, norm=norm)

    def grad_x(self, grad: Any, dims: Any, norm: Any) -> Any:
        half = inner_times(grad, 0.5, dims[-1], self.length)
        return FftC2R.apply(half, dims, OTHER[norm], self.length)


class FftR2CBothSides(Operation):
    """The transform of real numbers, all of it."""

    torch_name = "FftR2CBackward0"

    def forward(self, xp: Any, x: Any, dims: Any, norm: Any) -> Any:
        # The conjugate of the inverse: its zeros are 0.j and not -0.j, as PyTorch's.
        mirrored = transforms(xp).ifftn(x, axes=dims, norm=OTHER[norm])
        return xp.conjugate(mirrored, out=mirrored)

    def grad_x(self, grad: Any, dims: Any, norm: Any) -> Any:
        return FftC2C.apply(grad, dims, OTHER[norm], True).real


class FftC2R(Operation):
    """The inverse of `FftR2C`; ``length`` is that of the result in the last of ``dims``."""

    def forward(self, xp: Any, z: Any, dims: Any, norm: Any, length: Any) -> Any:
        lengths = [*(z.shape[d] for d in dims[:-1]), length]
        return transforms(xp).irfftn(z, lengths, dims, norm)

    def grad_z(self, grad: Any, dims: Any, norm: Any, length: Any) -> Any:
        return inner_times(FftR2C.apply(grad, dims, OTHER[norm]), 2, dims[-1], length)


def inner_times(half: Any, factor: float, dim: int, length: int) -> Any:
    """One half of a transform of ``length``, those times ``factor`` that have a mirror image."""
    xp = backend.array_module(half._array)
    weights = xp.full(half._array.shape[dim], factor, half._array.real.dtype)
    weights[0] = 1
    if length % 2 == 0:
        weights[-1] = 1
    shape = [-1 if d == dim else 1 for d in range(half._array.ndim)]
    return half * constant(half, weights.reshape(shape))


# What users pass ----------------------------------------------------------------------------------


def mode(norm: Any) -> str:
    """``norm`` checked; ``"backward"`` for None."""
    if norm is None:
        return "backward"
    if norm not in OTHER:
        raise RuntimeError(f'Invalid normalization mode: "{norm}"')
    return str(norm)


def one_dim(input: Any, n: Any, dim: Any) -> tuple[tuple[int, ...], Sequence[Any]]:
    """The dimension and length of a transform in one dimension, as lists."""
    if not input._array.ndim:
        raise IndexError(f"Dimension specified as {dim} but tensor has no dimensions")
    return (wrap(dim, input._array.ndim),), (n,)


def all_dims(caller: str, input: Any, s: Any, dim: Any) -> tuple[tuple[int, ...], Sequence[Any]]:
    """The dimensions and lengths of a transform in several; a length -1 stays as it is."""
    ndim = input._array.ndim
    if s is not None:
        s = [s] if is_integer(s) else s
        if not all(is_integer(n) for n in s):
            raise TypeError(
                f"fft_{caller}(): argument 's' must be tuple of ints, not {type(s).__name__}"
            )
        s = [None if n == -1 else n for n in s]
        if dim is None and len(s) > ndim:
            raise RuntimeError(
                f"Got shape with {len(s)} values but input tensor only has {ndim} dimensions."
            )
    if dim is None:
        dims = tuple(range(0 if s is None else ndim - len(s), ndim))
    else:
        dims = tuple([wrap(d, ndim) for d in ([dim] if is_integer(dim) else dim)])
    if len(set(dims)) < len(dims):
        raise RuntimeError("FFT dims must be unique")
    if s is not None and len(s) != len(dims):
        raise RuntimeError("When given, dim and shape arguments must have the same length")
    return dims, [None] * len(dims) if s is None else s


def floating(input: Any, to_complex: bool) -> Any:
    """The tensor in a dtype that has transforms: integers as floats, or as complex numbers."""
    kind = dtypes.of(input._array)
    wanted = kind if kind.category >= dtypes.FLOATING else dtypes.get_default_dtype()
    if wanted is dtypes.float16:
        raise RuntimeError("Unsupported dtype Half")
    wanted = wanted.to_complex() if to_complex else wanted
    return input if wanted is kind else input.to(wanted)


def fitted(input: Any, dims: tuple[int, ...], lengths: Sequence[Any]) -> Any:
    """The tensor cut, or filled up with zeros, to the ``lengths`` (None: as it is) in ``dims``."""
    shape = input._array.shape
    widths = [(0, 0)] * len(shape)
    for dim, length in zip(dims, lengths, strict=True):
        length = shape[dim] if length is None else length
        if length < 1:
            raise RuntimeError(f"Invalid number of data points ({length}) specified")
        widths[dim] = (0, length - shape[dim])
    return ConstantPadNd.apply(input, tuple(widths), 0) if any(w[1] for w in widths) else input


def refuse_complex(input: Any, sentence: str) -> None:
    """Transforms of real numbers take no others."""
    if input._array.dtype.kind == "c":
        raise RuntimeError(sentence.format(dtypes.SCALAR_TYPE[dtypes.of(input._array)]))


# The transforms, in any number of dimensions: (tensor, dims, lengths, norm) -----------------------


def complex_to_complex(input: Any, dims: Any, lengths: Any, norm: Any, inverse: bool) -> Any:
    """`fft`, `fftn` and their inverses."""
    if len(dims) == 1 and input._array.dtype.kind != "c":  # as in PyTorch, faster for real numbers
        input = fitted(floating(input, False), dims, lengths)
        if inverse:
            return conj(FftR2CBothSides.apply(input, dims, OTHER[norm]))
        return FftR2CBothSides.apply(input, dims, norm)
    return FftC2C.apply(fitted(floating(input, True), dims, lengths), dims, norm, inverse)


def real_to_complex(input: Any, dims: Any, lengths: Any, norm: Any, inverse: bool) -> Any:
    """`rfft` and `rfftn`; with ``inverse`` `ihfft` and `ihfftn`."""
    input = fitted(floating(input, False), dims, lengths)
    if inverse:
        return conj(FftR2C.apply(input, dims, OTHER[norm]))
    return FftR2C.apply(input, dims, norm)


def complex_to_real(input: Any, dims: Any, lengths: Any, norm: Any, inverse: bool) -> Any:
    """`irfft` and `irfftn`; without ``inverse`` `hfft` and `hfftn`."""
    last = lengths[-1]
    length = 2 * (input._array.shape[dims[-1]] - 1) if last is None else last
    if length < 1:
        raise RuntimeError(f"Invalid number of data points ({length}) specified")
    input = fitted(floating(input, True), dims, [*lengths[:-1], length // 2 + 1])
    if inverse:
        return FftC2R.apply(input, dims, norm, length)
    return FftC2R.apply(conj(input), dims, OTHER[norm], length)


KINDS: dict[str, tuple[Any, bool, str]] = {
    "fft": (complex_to_complex, False, "The discrete Fourier transform"),
    "ifft": (complex_to_complex, True, "The inverse discrete Fourier transform"),
    "rfft": (real_to_complex, False, "One half of the transform of real numbers"),
    "irfft": (complex_to_real, True, "The inverse of `rfft`: real numbers from half a transform"),
    "hfft": (complex_to_real, False, "The transform, which is real, of half a Hermitian signal"),
    "ihfft": (real_to_complex, True, "The inverse of `hfft`: half of a Hermitian signal"),
}
ARGUMENTS = """.

    ``{lengths}``: {what} to which ``input`` is cut, or filled up with zeros; ``dim``: over which
    {dims}; ``norm``: ``"backward"``, ``"ortho"`` or ``"forward"``, where the factor 1/n goes.

    >>> import minitorch as mt
    >>> {line}
    {printed}
    """
# For each function a line, and what it prints.
EXAMPLES = {
    "fft": (
        "mt.fft.fft(mt.tensor([0.0, 1.0, 2.0, 3.0])).abs()",
        "tensor([6.0000, 2.8284, 2.0000, 2.8284])",
    ),
    "fft2": ("mt.fft.fft2(mt.ones(2, 2)).abs()", "tensor([[4., 0.],\n            [0., 0.]])"),
    "fftn": ("mt.fft.fftn(mt.eye(2)).abs()", "tensor([[2., 0.],\n            [0., 2.]])"),
    "ifft": ("mt.fft.ifft(mt.fft.fft(mt.tensor([1.0, 0.0]))).abs()", "tensor([1., 0.])"),
    "ifft2": (
        "mt.fft.ifft2(mt.tensor([[4.0, 0.0], [0.0, 0.0]])).abs()",
        "tensor([[1., 1.],\n            [1., 1.]])",
    ),
    "ifftn": (
        "mt.fft.ifftn(mt.fft.fftn(mt.eye(2))).abs()",
        "tensor([[1., 0.],\n            [0., 1.]])",
    ),
    "rfft": (
        "mt.fft.rfft(mt.tensor([0.0, 1.0, 2.0, 3.0])).abs()",
        "tensor([6.0000, 2.8284, 2.0000])",
    ),
    "rfft2": ("mt.fft.rfft2(mt.zeros(4, 6)).shape", "torch.Size([4, 4])"),
    "rfftn": ("mt.fft.rfftn(mt.zeros(2, 4, 6)).shape", "torch.Size([2, 4, 4])"),
    "irfft": (
        "mt.fft.irfft(mt.zeros(4)).shape, mt.fft.irfft(mt.zeros(4), n=7).shape",
        "(torch.Size([6]), torch.Size([7]))",
    ),
    "irfft2": ("mt.fft.irfft2(mt.zeros(4, 4)).shape", "torch.Size([4, 6])"),
    "irfftn": ("mt.fft.irfftn(mt.zeros(2, 4, 4), s=(4, 7)).shape", "torch.Size([2, 4, 7])"),
    "hfft": ("mt.fft.hfft(mt.tensor([1.0, 1.0, 0.0]))", "tensor([ 3.,  1., -1.,  1.])"),
    "hfft2": ("mt.fft.hfft2(mt.zeros(4, 4)).shape", "torch.Size([4, 6])"),
    "hfftn": ("mt.fft.hfftn(mt.zeros(2, 4, 4)).shape", "torch.Size([2, 4, 6])"),
    "ihfft": ("mt.fft.ihfft(mt.tensor([3.0, 1.0, -1.0, 1.0])).abs()", "tensor([1., 1., 0.])"),
    "ihfft2": ("mt.fft.ihfft2(mt.zeros(4, 6)).shape", "torch.Size([4, 4])"),
    "ihfftn": ("mt.fft.ihfftn(mt.zeros(2, 4, 6)).shape", "torch.Size([2, 4, 4])"),
}


def transform(kind: str) -> list[Any]:
    """The public functions of one kind: in one dimension, in two, in several."""
    compute, inverse, text = KINDS[kind]

    def one(input: Any, n: Any = None, dim: Any = -1, norm: Any = None) -> Any:
        if compute is real_to_complex:
            refuse_complex(input, kind + " expects a real input tensor, but got {}")
        return compute(input, *one_dim(input, n, dim), mode(norm), inverse)

    def over_several(name: str, input: Any, s: Any, dim: Any, norm: Any) -> Any:
        if compute is real_to_complex:
            sentence = kind + "n expects a real-valued input tensor, but got {}"
            other = "Only supports floating-point dtypes, but found: {}"
            refuse_complex(input, other if inverse else sentence)
        dims, lengths = all_dims(name, input, s, dim)
        if not dims and compute is not complex_to_complex:
            raise RuntimeError(f"{kind}n must transform at least one axis")
        return compute(input, dims, lengths, mode(norm), inverse)

    def two(input: Any, s: Any = None, dim: Any = (-2, -1), norm: Any = None) -> Any:
        return over_several(f"{kind}2", input, s, dim, norm)

    def several(input: Any, s: Any = None, dim: Any = None, norm: Any = None) -> Any:
        return over_several(f"{kind}n", input, s, dim, norm)

    functions = []
    for function, end, lengths, what, dims in (
        (one, "", "n", "the length", "dimension"),
        (two, "2", "s", "the lengths", "two dimensions, the last two unless given"),
        (several, "n", "s", "the lengths", "dimensions, all unless given"),
    ):
        name = function.__name__ = function.__qualname__ = kind + end
        line, printed = EXAMPLES[name]
        function.__doc__ = text + ARGUMENTS.format(
            lengths=lengths, what=what, dims=dims, line=line, printed=printed
        )
        functions.append(takes_axis(function))
    return functions


fft, fft2, fftn = transform("fft")
ifft, ifft2, ifftn = transform("ifft")
rfft, rfft2, rfftn = transform("rfft")
irfft, irfft2, irfftn = transform("irfft")
hfft, hfft2, hfftn = transform("hfft")
ihfft, ihfft2, ihfftn = transform("ihfft")


# Order of frequencies -----------------------------------------------------------------------------


@takes_axis
def fftshift(input: Any, dim: Any = None) -> Any:
    """The frequencies in ascending order, with 0 in the middle; ``dim``: over all unless given.

    >>> import minitorch as mt
    >>> mt.fft.fftshift(mt.fft.fftfreq(4))
    tensor([-0.5000, -0.2500,  0.0000,  0.2500])
    """
    return shifted(input, dim, lambda length: length // 2)


@takes_axis
def ifftshift(input: Any, dim: Any = None) -> Any:
    """The inverse of `fftshift`: frequency 0 comes first, the negative ones last.

    >>> import minitorch as mt
    >>> mt.fft.ifftshift(mt.tensor([-2, -1, 0, 1]))
    tensor([ 0,  1, -2, -1])
    """
    return shifted(input, dim, lambda length: (length + 1) // 2)


def shifted(input: Any, dim: Any, distance: Any) -> Any:
    """Roll every dimension by a ``distance`` that its length decides."""
    shape = input._array.shape
    dims = range(len(shape)) if dim is None else [dim] if is_integer(dim) else dim
    dims = [wrap(d, len(shape)) for d in dims]
    return roll(input, [distance(shape[d]) for d in dims], dims)
