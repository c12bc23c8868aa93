"""`grid_sample` and `affine_grid`: images read at any points, as in a spatial transformer."""

from __future__ import annotations

import itertools
from typing import Any

from .. import backend, dtypes
from ..autograd.operation import Operation, wrap
from ..user_warnings import warn
from . import operands
from .masking import masked
from .places import Pick
from .sizes import sizes

PADDINGS = ("zeros", "border", "reflection")


class Bounded(Operation):
    """Points of one dimension brought inside the image, at its border or by reflection.

    Where a point is stopped by the border its gradient is 0; where it was reflected it changes
    sign.
    """

    def forward(self, xp: Any, at: Any, length: int, padding: str, align_corners: bool) -> Any:
        slope = xp.ones_like(at)
        if padding == "reflection":
            low, high = (0, length - 1) if align_corners else (-0.5, length - 0.5)
            at, slope = reflected(xp, at, low, high)
        slope *= (at > 0) & (at < length - 1)
        self.save(slope=slope)
        return xp.fmin(xp.fmax(at, 0), length - 1)  # NaN becomes 0

    def grad_at(self, grad: Any, slope: Any) -> Any:
        return grad * slope


def reflected(xp: Any, at: Any, low: float, high: float) -> tuple[Any, Any]:
    """``at`` reflected at ``low`` and ``high`` until it is between them, and the sign it got."""
    span = high - low
    if span == 0:
        return xp.zeros_like(at), xp.zeros_like(at)
    away = at - low
    sign = xp.where(away < 0, -1, 1).astype(at.dtype)
    away = xp.abs(away)
    turns, rest = xp.floor(away / span), xp.fmod(away, span)
    odd = turns % 2 == 1
    return xp.where(odd, span - rest, rest) + low, xp.where(odd, -sign, sign)


class Flat(Operation):
    """1 everywhere, whatever ``x`` is; its gradient is there, and 0."""

    def forward(self, xp: Any, x: Any) -> Any:
        return xp.ones_like(x)

    def grad_x(self, grad: Any) -> Any:
        return grad.new_zeros(grad._array.shape)


# The taps of one dimension: (index, weight, mask) for each pixel that goes into the sum -----------

Taps = list[tuple[Any, Any, Any]]


def linear(at: Any, length: int, padding: str, align_corners: bool) -> Taps:
    """The two pixels on either side; what is nearer weighs more."""
    at = Bounded.apply(at, length, padding, align_corners) if padding != "zeros" else at
    xp = backend.array_module(at._array)
    low = xp.floor(at._array)
    part = at - wrap(at, low)
    return [tap(xp, low, length, 1 - part), tap(xp, low + 1, length, part)]


def nearest(at: Any, length: int, padding: str, align_corners: bool) -> Taps:
    """The nearest pixel, of two the even one."""
    weight = Flat.apply(at)
    at = Bounded.apply(at, length, padding, align_corners) if padding != "zeros" else at
    xp = backend.array_module(at._array)
    return [tap(xp, xp.rint(at._array), length, weight)]


def cubic(at: Any, length: int, padding: str, align_corners: bool) -> Taps:
    """Four pixels, weighed by Keys' cubic convolution with a = -0.75."""
    xp = backend.array_module(at._array)
    low = xp.floor(at._array)
    part = at - wrap(at, low)
    found = []
    for step in range(-1, 3):
        x = part - step if step < 1 else step - part  # the distance
        if step in (0, 1):
            weight = (1.25 * x - 2.25) * x * x + 1
        else:
            weight = -0.75 * (((x - 5) * x + 8) * x - 4)
        place = low + step
        if padding != "zeros":
            place = Bounded.apply(wrap(at, place), length, padding, align_corners)._array
        found.append(tap(xp, place, length, weight))
    return found


def tap(xp: Any, place: Any, length: int, weight: Any) -> tuple[Any, Any, Any]:
    """The place as an index, the weight, and where it is in the image; None if everywhere."""
    index = xp.fmax(xp.fmin(place, length - 1), 0)  # NaN becomes 0
    inside = index == place
    everywhere = not backend.is_gpu_array(inside) and inside.all()  # to look is to wait for a GPU
    return index.astype("int64"), weight, None if everywhere else inside


TAPS = {"bilinear": linear, "nearest": nearest, "bicubic": cubic}


def grid_sample(
    input: Any,
    grid: Any,
    mode: str = "bilinear",
    padding_mode: str = "zeros",
    align_corners: bool | None = None,
) -> Any:
    """``input`` at the points of ``grid``.

    Shapes: input (N, C, H, W) and grid (N, H', W', 2) to (N, C, H', W'); or input (N, C, D, H, W)
    and grid (N, D', H', W', 3). A point is (x, y), or (x, y, z), between -1, the left edge, and 1,
    the right edge; with ``align_corners`` these are the centres of the outermost pixels.
    ``mode``: bilinear between the nearest pixels, nearest, or bicubic (for images). What is
    outside is by ``padding_mode`` zeros, border (the nearest pixel) or reflection.
    Jaderberg et al., *Spatial transformer networks*, 2015.

    >>> import minitorch as mt
    >>> x, grid = mt.arange(4.0).reshape(1, 1, 2, 2), mt.tensor([[[[0.0, 0.0], [1.0, 1.0]]]])
    >>> mt.nn.functional.grid_sample(x, grid, align_corners=True)
    tensor([[[[1.5000, 3.0000]]]])
    """
    if mode not in TAPS:
        raise ValueError(
            "nn.functional.grid_sample(): expected mode to be 'bilinear', 'nearest' or 'bicubic', "
            f"but got: '{mode}'"
        )
    if padding_mode not in PADDINGS:
        raise ValueError(
            "nn.functional.grid_sample(): expected padding_mode to be 'zeros', 'border', or "
            f"'reflection', but got: '{padding_mode}'"
        )
    if align_corners is None:
        warn_of_default()
        align_corners = False
    check_sample(input, grid, mode)
    return sampled(input, grid, mode, padding_mode, align_corners)


@backend.at_its_gpu
def sampled(input: Any, grid: Any, mode: str, padding: str, align_corners: bool) -> Any:
    """`grid_sample` after its checks: a sum over the taps of each dimension, as in resampling."""
    shape = input._array.shape
    xp = backend.array_module(input._array)
    batch, _, *lengths = shape
    pixels = input.transpose(0, 1).flatten(1)  # of each channel those of all images, in a row
    taps = []
    for axis, length in enumerate(reversed(lengths)):
        at = grid.select(-1, axis)
        at = (at + 1) * ((length - 1) / 2) if align_corners else (at + 1) * (length / 2) - 0.5
        taps.append(TAPS[mode](at, length, padding, align_corners))
    image = xp.arange(batch).reshape(-1, *(1,) * len(lengths))
    total: Any = None
    for combination in itertools.product(*reversed(taps)):
        place: Any = image
        weight: Any = None
        inside: Any = None
        for (index, factor, there), length in zip(combination, lengths, strict=True):
            place = place * length + index
            weight = factor if weight is None else weight * factor
            if there is not None:
                inside = there if inside is None else inside & there
        part = Pick.apply(pixels, 1, 1, place)
        part = (part if inside is None else masked(part, wrap(part, inside))) * weight
        total = part if total is None else total + part
    return total.transpose(0, 1).contiguous()


def check_sample(input: Any, grid: Any, mode: str) -> None:
    """Refuse shapes and dtypes that do not go together."""
    x, points = list(input._array.shape), list(grid._array.shape)
    if not x or not points or x[0] != points[0]:
        raise RuntimeError(
            "grid_sampler(): expected grid and input to have same batch size, but got input with "
            f"sizes {x} and grid with sizes {points}"
        )
    if points[-1] != len(x) - 2:
        raise RuntimeError(
            f"grid_sampler(): expected grid to have size {len(x) - 2} in last dimension, but got "
            f"grid with sizes {points}"
        )
    for dim in range(2, len(x)):
        if x[dim] == 0:
            raise RuntimeError(
                "grid_sampler(): expected input to have non-empty spatial dimensions, but input "
                f"has sizes {x} with dimension {dim} being empty"
            )
    if len(x) not in (4, 5) or len(x) != len(points):
        raise RuntimeError(
            f"grid_sampler(): expected {min(max(len(x), 4), 5)}D input and grid with same number "
            f"of dimensions, but got input with sizes {x} and grid with sizes {points}"
        )
    if mode == "bicubic" and len(x) == 5:
        raise RuntimeError("grid_sampler(): bicubic interpolation only supports 4D input")
    if input._array.dtype.kind != "f":
        raise operands.not_implemented("grid_sampler_2d_cpu_kernel_impl", input._array)
    if input.dtype is not grid.dtype:
        kinds = [dtypes.SCALAR_TYPE[t.dtype] for t in (input, grid)]
        raise RuntimeError(f"expected scalar type {kinds[0]} but found {kinds[1]}")


def affine_grid(theta: Any, size: Any, align_corners: bool | None = None) -> Any:
    """The grid for `grid_sample` that moves, turns, scales and shears images.

    ``theta`` (N, 2, 3), or (N, 3, 4), maps points of the output to points of the input; ``size``
    (N, C, H, W), or (N, C, D, H, W), is that of the output. The result is (N, H, W, 2):
    ``theta @ (x, y, 1)`` for each pixel.

    >>> import minitorch as mt
    >>> theta = mt.tensor([[[1.0, 0.0, 0.5], [0.0, 1.0, 0.0]]])
    >>> mt.nn.functional.affine_grid(theta, (1, 1, 1, 2), align_corners=False)
    tensor([[[[0., 0.],
              [1., 0.]]]])
    """
    if align_corners is None:
        warn_of_default()
        align_corners = False
    if not theta.is_floating_point():
        raise ValueError(f"Expected theta to have floating point type, but got {theta.dtype}")
    dims = len(size) - 2
    if dims not in (2, 3):
        raise NotImplementedError(
            "affine_grid only supports 4D and 5D sizes, for 2D and 3D affine transforms, "
            f"respectively. Got size {size}."
        )
    if theta.dim() != 3 or tuple(theta.shape[1:]) != (dims, dims + 1):
        raise ValueError(
            f"Expected a batch of {dims}D affine matrices of shape Nx{dims}x{dims + 1} for size "
            f"{size}. Got {theta.shape}."
        )
    if align_corners and min(size[2:]) == 1:
        warn(
            "Since version 1.3.0, affine_grid behavior has changed for unit-size grids when "
            "align_corners=True. This is not an intended use case of affine_grid. See the "
            "documentation of affine_grid for details."
        )
    elif min(size) <= 0:
        raise ValueError(f"Expected non-zero, positive output size. Got {size}")
    lengths = sizes((size,), "affine_grid_generator")[2:]
    if theta._array.shape[0] != size[0]:
        raise RuntimeError(
            "Expected size for first two dimensions of batch2 tensor to be: "
            f"[{size[0]}, {dims + 1}] but got: [{theta._array.shape[0]}, {dims + 1}]."
        )
    points = wrap(theta, base_points(theta._array, lengths, align_corners))
    return AffineGridGenerator.apply(points, theta.transpose(1, 2), lengths)


@backend.at_its_gpu
def base_points(theta: Any, lengths: Any, align_corners: bool) -> Any:
    """(x, y, 1) for each pixel of the output: (H W, 3)."""
    xp = backend.array_module(theta)
    points = xp.ones((*lengths, len(lengths) + 1), theta.dtype)
    for dim, length in enumerate(lengths):
        along = xp.linspace(-1, 1, length) if length > 1 else xp.zeros(1)
        if not align_corners:
            along = along * (length - 1) / length
        points[..., len(lengths) - 1 - dim] = along.reshape(-1, *(1,) * (len(lengths) - 1 - dim))
    return points.reshape(-1, len(lengths) + 1)


class AffineGridGenerator(Operation):
    """``points @ matrix`` for each matrix of the batch, arranged as a grid."""

    def forward(self, xp: Any, points: Any, matrix: Any, lengths: Any) -> Any:
        return (points @ matrix).reshape(len(matrix), *lengths, len(lengths))

    def grad_matrix(self, grad: Any, points: Any, lengths: Any) -> Any:
        return points.t() @ grad.flatten(1, len(lengths))


def warn_of_default() -> None:
    """PyTorch's warning where ``align_corners`` is not given."""
    warn(
        "Default grid_sample and affine_grid behavior has changed to align_corners=False since "
        "1.3.0. Please specify align_corners=True if the old behavior is desired. See the "
        "documentation of grid_sample for details."
    )
