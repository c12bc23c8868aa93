"""One row or more for every public operation that has a gradient: what it is tried on.

``Sample("sum", real(2, 3), dim=1)`` stands for ``sum(x, dim=1)`` wherever ``sum`` is public, as a
function, as a method, in ``nn.functional``. Where the places differ in their arguments the row names
one: ``"Tensor.where"``. `real` and `cplx` numbers become tensors that require a gradient, NumPy
arrays (indices, masks) tensors that do not.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any, NamedTuple

import numpy as np
import pytest

import minitorch as mt

PLACES = {"mt": mt, "Tensor": mt.Tensor, "F": mt.nn.functional}


class Numbers(NamedTuple):
    """Random numbers between ``low`` and ``high``, where the operation is smooth."""

    shape: tuple[int, ...]
    low: float
    high: float
    is_complex: bool = False

    def draw(self, rng: np.random.Generator) -> np.ndarray:
        numbers = rng.uniform(self.low, self.high, self.shape)
        if self.is_complex:
            numbers = numbers + 1j * rng.uniform(self.low, self.high, self.shape)
        return np.asarray(numbers)

    def __repr__(self) -> str:
        shape = "x".join(map(str, self.shape)) or "scalar"
        return f"complex {shape}" if self.is_complex else shape


def real(*shape: int, low: float = -2, high: float = 2) -> Numbers:
    return Numbers(shape, low, high)


def positive(*shape: int) -> Numbers:
    return Numbers(shape, 0.5, 2)


def cplx(*shape: int) -> Numbers:
    return Numbers(shape, 0.3, 1.5, True)


class Sample:
    """One call: ``sample(function, *sample.leaves())``."""

    def __init__(self, name: str, *args: Any, **kwargs: Any) -> None:
        self.place, _, self.name = name.rpartition(".")
        self.args = args
        self.kwargs = kwargs

    def __repr__(self) -> str:
        given = [shown(arg) for arg in self.args]
        return ",".join(given + [f"{key}={shown(value)}" for key, value in self.kwargs.items()])

    def arrays(self) -> list[np.ndarray]:
        """The random numbers: those of one sample are always the same."""
        rng = np.random.default_rng(0)
        return [n.draw(rng) for n in leaves_of([self.args, self.kwargs])]

    def leaves(self) -> list[mt.Tensor]:
        """Tensors that hold them and require a gradient."""
        return [mt.tensor(array, requires_grad=True) for array in self.arrays()]

    def __call__(self, function: Callable[..., Any], *leaves: Any) -> Any:
        """The result on ``leaves``; operations that draw random numbers draw the same each time."""
        mt.manual_seed(0)
        args, kwargs = filled([self.args, self.kwargs], iter(leaves), mt.tensor)
        return function(*args, **kwargs)


def leaves_of(value: Any) -> Iterable[Numbers]:
    if isinstance(value, Numbers):
        yield value
    elif isinstance(value, list | tuple | dict):
        for item in value.values() if isinstance(value, dict) else value:
            yield from leaves_of(item)


def filled(value: Any, leaves: Any, tensor: Callable[..., Any]) -> Any:
    """``value`` with ``leaves`` for its random numbers and tensors for its arrays."""
    if isinstance(value, Numbers):
        return next(leaves)
    if isinstance(value, np.ndarray):
        return tensor(value)
    if isinstance(value, dict):
        return {key: filled(item, leaves, tensor) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return type(value)([filled(item, leaves, tensor) for item in value])
    return value


def shown(value: Any) -> str:
    if isinstance(value, np.ndarray):
        return f"{value.dtype}{list(value.shape)}"
    return str(value).replace(" ", "") if not callable(value) else value.__name__


def forms(name: str, place: str = "") -> dict[str, Callable[..., Any]]:
    """The public functions of this name, each once, by the first place where it is found."""
    found: dict[Any, str] = {}
    place = "Tensor" if name.startswith("__") else place
    for label, owner in PLACES.items():
        function = getattr(owner, name, None) if place in ("", label) else None
        function = function.fget if isinstance(function, property) else function
        if callable(function) and not isinstance(function, mt.dtype):
            found.setdefault(function, f"{label}.{name}")
    return {label: function for function, label in found.items()}


# The table ----------------------------------------------------------------------------------------

x, y = real(2, 3), real(2, 3)
cube, square = real(2, 3, 2), real(3, 3)
empty, scalar = real(0, 3), real()
mask = np.array([[True, False, True], [False, True, True]])
rows = np.array([1, 0, 1])  # of two, one of them twice
classes = np.array([2, 0])
weights = np.array([[1.0, 2.0, 0.5], [0.3, 0.0, 2.0]])

EVERYWHERE, SMALL, POSITIVE, INSIDE = (-3.0, 3.0), (-0.9, 0.9), (0.5, 2.0), (0.1, 0.9)

# Functions of single elements, and where they are smooth.
ONE = {
    "neg negative positive abs absolute sgn sign square exp exp2 expm1 sin cos sinh cosh tanh sinc "
    "asinh arcsinh atan arctan erf erfc sigmoid relu floor ceil round trunc fix frac deg2rad rad2deg "
    "nan_to_num angle conj conj_physical resolve_conj real clone contiguous cpu double "
    "__neg__ __pos__ __abs__ selu celu elu gelu silu mish relu6 hardtanh hardsigmoid hardswish "
    "hardshrink softshrink leaky_relu rrelu softplus softsign tanhshrink logsigmoid": EVERYWHERE,
    "log1p tan asin arcsin acos arccos atanh arctanh erfinv": SMALL,
    "log log2 log10 sqrt rsqrt reciprocal lgamma digamma": POSITIVE,
    "acosh arccosh": (1.5, 3.0),
    "logit": INSIDE,
}  # fmt: skip

# Functions of pairs of elements, and where they are smooth in both.
TWO = {
    "add sub subtract rsub mul multiply maximum minimum fmax fmin atan2 arctan2 copysign logaddexp "
    "logaddexp2 hypot __add__ __radd__ __sub__ __rsub__ __mul__ __rmul__": (EVERYWHERE, EVERYWHERE),
    "div divide true_divide remainder fmod __truediv__ __mod__": (EVERYWHERE, POSITIVE),
    "__rtruediv__ __rmod__": (POSITIVE, EVERYWHERE),
    "pow float_power xlogy __pow__ __rpow__": (POSITIVE, POSITIVE),
}  # fmt: skip

# Two shapes that broadcast; what is summed back is the first, the second, both, or all.
PAIRS = [((2, 3), (2, 3)), ((2, 3), (3,)), ((2, 1), (1, 3)), ((), (2,)), ((), ()), ((0, 3), (1, 3))]

COMPLEX_ONE = (
    "neg positive abs absolute sgn square exp exp2 expm1 log log2 log10 log1p sqrt rsqrt reciprocal sin "
    "cos tan sinh cosh tanh asin acos atan asinh acosh atanh sinc sigmoid angle conj conj_physical real "
    "imag clone"
)
COMPLEX_TWO = "add sub rsub mul div pow __add__ __rsub__ __mul__ __truediv__ __rtruediv__ __pow__"


def one() -> Iterable[Sample]:
    for names, domain in ONE.items():
        for name in names.split():
            yield from (Sample(name, Numbers(s, *domain)) for s in [(2, 3), (), (0, 3)])
    for name in COMPLEX_ONE.split():
        yield from (Sample(name, cplx(*s)) for s in [(3,), (), (0,)])


def two() -> Iterable[Sample]:
    for names, (first, second) in TWO.items():
        for name in names.split():
            yield from (Sample(name, Numbers(a, *first), Numbers(b, *second)) for a, b in PAIRS)
    for name in COMPLEX_TWO.split():
        yield Sample(name, cplx(2, 1), cplx(3))
        yield Sample(name, cplx(3), positive(3))
        yield Sample(name, positive(), cplx(2))


def three() -> Iterable[Sample]:
    for name in ("addcmul", "addcdiv", "lerp", "mt.clamp", "Tensor.clip"):
        for a, b, c in [((2, 3), (3,), (2, 1)), ((), (), ()), ((1, 3), (1,), (0, 1))]:
            yield Sample(name, real(*a), Numbers(b, -1.5, -0.5), Numbers(c, 0.5, 1.5))
    yield Sample("addcmul", cplx(2), cplx(2), cplx(2), value=0.5 + 1j)
    yield Sample("addcdiv", cplx(2), cplx(2), cplx(2), value=2)
    yield Sample("lerp", cplx(2), cplx(2), cplx(2))


NUMBERS = [  # a number beside a tensor, and other arguments
    *(Sample(f"__{name}__", positive(2, 3), 2.5) for name in
      "add radd sub rsub mul rmul truediv rtruediv pow rpow mod rmod".split()),
    Sample("__pow__", x, 2), Sample("__pow__", x, 3), Sample("pow", x, 0), Sample("pow", x, -1),
    Sample("mt.pow", 2.0, x), Sample("mt.xlogy", 2, positive(3)), Sample("xlogy", x, 3.0),
    Sample("float_power", positive(3), 0.5), Sample("mt.float_power", 2, x),
    Sample("add", x, y, alpha=3), Sample("sub", x, y, alpha=2), Sample("rsub", x, y, alpha=2),
    Sample("div", x, positive(3), rounding_mode="floor"),
    Sample("div", x, positive(3), rounding_mode="trunc"),
    Sample("addcmul", x, y, real(3), value=3), Sample("addcdiv", x, y, positive(3), value=3),
    Sample("lerp", x, y, 0.25), Sample("lerp", x, y, 0.75), Sample("copysign", x, -1),
    Sample("clamp", x, -1, 0.5), Sample("clip", x, min=0), Sample("clamp", x, max=1),
    Sample("clamp_min", x, 0.4), Sample("clamp_max", x, real(3)),
    Sample("round", x, decimals=1), Sample("nan_to_num", x, 1.0, 2.0, 3.0),
    Sample("logit", x, 0.1), Sample("mvlgamma", Numbers((3,), 2.0, 3.0), 3),
    Sample("mt.polygamma", 1, positive(3)), Sample("Tensor.polygamma", positive(3), 2),
    Sample("mt.complex", x, real(3)), Sample("mt.polar", positive(2, 3), real(3)),
    Sample("mt.view_as_complex", real(3, 2)), Sample("mt.view_as_real", cplx(3)),
    Sample("elu", x, 2.0), Sample("celu", x, 2.0), Sample("leaky_relu", x, 0.3),
    Sample("threshold", x, 0.3, 7.0), Sample("hardtanh", x, -1.5, 0.5), Sample("hardshrink", x, 1.0),
    Sample("softshrink", x, 1.0), Sample("softplus", x, 2.0, 3.0), Sample("gelu", x, approximate="tanh"),
    Sample("F.rrelu", x, 0.1, 0.3, True), Sample("mt.rrelu", x, 0.1, 0.3, True),
    Sample("prelu", x, real(3)), Sample("prelu", x, real(1)), Sample("prelu", scalar, scalar),
    Sample("glu", real(2, 4)), Sample("glu", real(4, 2), dim=0),
]  # fmt: skip

SOFTMAX = [
    Sample(name, numbers, dim=dim)
    for name in ("softmax", "log_softmax", "softmin", "logcumsumexp", "logsumexp")
    for numbers, dim in [(x, 1), (cube, 0), (scalar, 0), (empty, 1), (real(3), -1)]
] + [
    Sample("logsumexp", cube, dim=(0, 2), keepdim=True), Sample("logsumexp", cplx(2, 3), dim=1),
    Sample("gumbel_softmax", x, 0.5), Sample("gumbel_softmax", x, dim=0),
]  # fmt: skip

REDUCTIONS = [
    Sample(name, numbers, **options)
    for name in ("sum", "mean", "nansum", "nanmean", "prod", "var", "std", "norm", "amax", "amin")
    for numbers, options in [
        (x, {}), (cube, {"dim": 1}), (cube, {"dim": -1, "keepdim": True}), (real(2, 0), {"dim": 0}),
    ]
] + [
    Sample(name, numbers, **options)
    for name in ("sum", "mean", "nansum", "nanmean", "prod", "norm", "amax", "amin")
    for numbers, options in [(scalar, {})]
] + [
    Sample(name, cube, dim=(0, 2))
    for name in ("sum", "mean", "nansum", "nanmean", "var", "std", "norm", "amax", "amin")
] + [
    Sample(name, *args, **options)
    for name in ("max", "min", "median", "nanmedian")
    for args, options in [((x,), {}), ((cube, 1), {}), ((x,), {"dim": -1, "keepdim": True}), ((scalar,), {})]
] + [
    Sample("sum", empty), Sample("nansum", empty), Sample("prod", empty), Sample("sum", cplx(2, 3), 1),
    Sample("mean", cplx(2, 3)), Sample("prod", cplx(3)), Sample("prod", cplx(2, 3), 1),
    Sample("var", x, correction=0), Sample("std", x, 1, correction=2), Sample("var", x, unbiased=False),
    Sample("var", cplx(2, 3), 1), Sample("std", cplx(4)),
    Sample("var_mean", cube, 1), Sample("std_mean", x, correction=0, keepdim=True),
    *(Sample("norm", x, p) for p in (0, 1, 2, 3, 0.5, float("inf"), -float("inf"))),
    Sample("norm", cube, 2, (0, 1), True), Sample("norm", cplx(3)), Sample("norm", cplx(2, 3), 1, 1),
    *(Sample("dist", x, real(3), p) for p in (0, 1, 2, 3, float("inf"))),
    *(Sample("cdist", real(2, 3), real(4, 3), p) for p in (1.0, 2.0, 3.0, float("inf"))),
    Sample("cdist", real(2, 2, 3), real(1, 2, 3)),
    Sample("max", x, y), Sample("min", x, y), Sample("mt.max", x, other=real(3)),
    Sample("aminmax", x), Sample("aminmax", cube, dim=1, keepdim=True),
    Sample("sum_to_size", cube, 3, 1), Sample("sum_to_size", cube, 2, 1, 2),
]  # fmt: skip

ORDER = [
    *(Sample(name, cube, dim) for name in "cumsum cumprod cummax cummin".split() for dim in (1, -1)),
    *(Sample(name, scalar, 0) for name in "cumsum cumprod cummax cummin".split()),
    *(Sample(name, empty, 0) for name in "cumsum cumprod logcumsumexp".split()),
    Sample("cumsum", cplx(3), 0), Sample("cumprod", cplx(3), 0),
    Sample("sort", cube, 1), Sample("sort", x, descending=True), Sample("sort", scalar),
    Sample("sort", empty, 0), Sample("sort", x, stable=True), Sample("msort", cube),
    Sample("topk", x, 2), Sample("topk", cube, 1, dim=0, largest=False), Sample("topk", x, 2, sorted=False),
    Sample("kthvalue", x, 2), Sample("kthvalue", cube, 1, 0, True), Sample("mode", x),
    Sample("mode", cube, 1, True),
]  # fmt: skip

PRODUCTS = [
    *(Sample(name, real(*a), real(*b))
      for name in ("matmul", "__matmul__")
      for a, b in [((3,), (3,)), ((2, 3), (3,)), ((3,), (3, 2)), ((2, 3), (3, 2)), ((2, 2, 3), (3, 2)),
                   ((2, 3), (4, 3, 2)), ((2, 1, 2, 3), (3, 3, 1)), ((2, 2, 3), (3,)), ((0, 3), (3, 2)),
                   ((2, 0), (0, 3))]),
    Sample("__rmatmul__", real(3, 2), real(2, 3)), Sample("matmul", cplx(2, 3), cplx(3)),
    Sample("matmul", cplx(2, 2, 2), cplx(2, 1)),
    Sample("mm", real(2, 3), real(3, 2)), Sample("mm", real(2, 0), real(0, 2)),
    Sample("bmm", real(2, 2, 3), real(2, 3, 1)), Sample("bmm", real(0, 2, 3), real(0, 3, 1)),
    Sample("mv", x, real(3)), Sample("dot", real(3), real(3)), Sample("dot", real(0), real(0)),
    Sample("vdot", real(3), real(3)), Sample("vdot", cplx(3), cplx(3)), Sample("dot", cplx(3), cplx(3)),
    Sample("inner", x, real(4, 3)), Sample("inner", scalar, x), Sample("inner", real(3), real(3)),
    Sample("outer", real(2), real(3)), Sample("outer", real(0), real(3)), Sample("ger", real(2), real(3)),
    Sample("kron", real(2), real(2, 3)), Sample("trace", square), Sample("trace", real(0, 0)),
    Sample("cross", real(2, 3), real(2, 3)), Sample("cross", real(3, 2), real(3, 1), dim=0),
    Sample("addmm", real(3), real(2, 2), real(2, 3)),
    Sample("addmm", real(2, 3), real(2, 2), real(2, 3), beta=0.5, alpha=3),
    Sample("addmm", real(1, 1), real(2, 0), real(0, 3)), Sample("addmm", cplx(2), cplx(2, 2), cplx(2, 2), alpha=2j),
    Sample("addmv", real(2), x, real(3), beta=2, alpha=0.5), Sample("addr", real(2, 1), real(2), real(3), beta=0.5),
    Sample("addbmm", real(2, 1), real(2, 2, 3), real(2, 3, 1), beta=2, alpha=0.5),
    Sample("baddbmm", real(2, 1), real(2, 2, 3), real(2, 3, 1), beta=2, alpha=0.5),
    Sample("chain_matmul", real(2, 3), real(3, 1), real(1, 2)),
    Sample("tensordot", real(2, 3), real(3, 2), 1), Sample("tensordot", cube, real(2, 2, 3), ([0, 1], [1, 2])),
    Sample("tensordot", real(2), real(3), 0),
    *(Sample("einsum", *args) for args in [
        ("ij,jk->ik", x, real(3, 2)), ("bij,bjk", real(2, 2, 2), real(2, 2, 2)), ("ii->i", square),
        ("ii", square), ("i,j,k->kji", real(2), real(2), real(2)), ("...i,...i->...", cube, real(2)),
        ("ij->", x), ("ij,ij->j", x, y), ("ij,jk", real(2, 0), real(0, 2)), (",i", scalar, real(2)),
        ("ij,j", cplx(2, 2), cplx(2)),
    ]),
    Sample("linear", x, real(4, 3), real(4)), Sample("linear", real(3), real(2, 3)),
    Sample("linear", cube, real(1, 2), real(1)), Sample("linear", empty, real(2, 3), real(2)),
    Sample("linear", x, real(3)), Sample("bilinear", x, real(2, 2), real(2, 3, 2), real(2)),
    Sample("bilinear", real(3), real(2), real(1, 3, 2)),
]  # fmt: skip

SHAPES = [
    Sample("reshape", x, (3, 2)), Sample("reshape", x, (-1,)), Sample("reshape", empty, (3, 0)),
    Sample("Tensor.reshape", x, 3, -1), Sample("view", x, 3, 2), Sample("view", scalar, (1, 1)),
    Sample("view_as", x, np.zeros((3, 2))), Sample("reshape_as", x, np.zeros(6)), Sample("flatten", cube),
    Sample("flatten", cube, 1), Sample("flatten", scalar), Sample("ravel", x), Sample("unflatten", x, 1, (3, 1)),
    Sample("squeeze", real(1, 2, 1)), Sample("squeeze", real(1, 2, 1), 0), Sample("squeeze", real(1, 2, 1), (0, 2)),
    Sample("unsqueeze", x, -1), Sample("unsqueeze", scalar, 0),
    *(Sample(name, cube, 0, 2) for name in "transpose swapaxes swapdims".split()),
    Sample("t", x), Sample("t", real(3)), Sample("T", x), Sample("mT", cube), Sample("mH", cplx(2, 3)),
    Sample("H", cplx(2, 3)), Sample("adjoint", cplx(2, 3)),
    Sample("permute", cube, (2, 0, 1)), Sample("Tensor.permute", cube, 1, 0, -1), Sample("permute", scalar, ()),
    *(Sample(name, cube, 0, -1) for name in ("movedim", "moveaxis")), Sample("movedim", cube, (0, 1), (2, 0)),
    Sample("expand", real(2, 1), 2, 3), Sample("expand", real(3), 2, -1), Sample("expand", scalar, 2, 2),
    Sample("expand", real(1, 3), 0, 3), Sample("expand_as", real(3), np.zeros((2, 3))),
    Sample("broadcast_to", real(2, 1), (2, 3)), Sample("broadcast_tensors", real(2, 1), real(3)),
    Sample("repeat", x, 2, 1, 2), Sample("repeat", x, 0, 1), Sample("tile", x, (2, 2)), Sample("Tensor.tile", x, 2),
    Sample("repeat_interleave", x, 2), Sample("repeat_interleave", x, np.array([2, 0]), 0),
    *(Sample(f"atleast_{n}d", shape) for n in (1, 2, 3) for shape in (scalar, real(3), cube)),
    Sample("atleast_2d", scalar, real(3)), Sample("meshgrid", real(2), real(3), indexing="ij"),
    Sample("meshgrid", real(2), real(3), indexing="xy"), Sample("cartesian_prod", real(2), real(3)),
    Sample("combinations", real(4)), Sample("combinations", real(3), 2, True),
    *(Sample(name, [x, real(1, 3)]) for name in "cat concat concatenate vstack row_stack".split()),
    Sample("cat", [x, real(2, 0), y], 1), Sample("cat", [real(0), x]), Sample("cat", [cube, cube], dim=-1),
    Sample("stack", [x, y]), Sample("stack", [x, y], 2), Sample("stack", [scalar, scalar]),
    Sample("hstack", [x, real(2, 1)]), Sample("hstack", [real(2), real(3)]), Sample("dstack", [x, y]),
    Sample("vstack", [real(3), x]), Sample("column_stack", [real(2), x]), Sample("block_diag", x, real(3), scalar),
    Sample("select", cube, 1, -1), Sample("narrow", x, 1, 1, 2), Sample("narrow", x, 1, 0, 0),
    *(Sample("split", cube, size, dim) for size, dim in [(1, 0), (2, 1), ([1, 2], 1)]),
    Sample("split_with_sizes", x, [1, 0, 2], 1), Sample("chunk", cube, 2, 1), Sample("tensor_split", cube, 2, 1),
    Sample("tensor_split", x, (1, 2), 1), Sample("unbind", x), Sample("unbind", cube, 2),
    Sample("hsplit", x, 3), Sample("vsplit", x, 2), Sample("dsplit", cube, 2),
    Sample("diagonal", square), Sample("diagonal", cube, 1, 0, 2), Sample("diagonal", x, 5), Sample("diag", square),
    Sample("diag", real(2), 1), Sample("diag", x, -1), Sample("diag_embed", x, 1), Sample("diagflat", x, -1),
    Sample("select_scatter", x, real(3), 0, 1), Sample("slice_scatter", x, real(2, 2), 1, 0, None, 2),
    Sample("diagonal_scatter", square, real(2), 1), Sample("unfold", real(2, 5), 1, 3, 2), Sample("unfold", real(4), 0, 2, 1),
    Sample("as_strided", real(6), (2, 2), (2, 1), 1), Sample("as_strided", real(4), (3, 2), (1, 1)),
    Sample("flip", cube, (0, 2)), Sample("Tensor.flip", cube, 1), Sample("fliplr", x), Sample("flipud", x),
    Sample("roll", x, 1), Sample("roll", cube, (1, -1), (0, 1)), Sample("rot90", x), Sample("rot90", cube, 2, (0, 2)),
    Sample("tril", cube, 1), Sample("tril", x), Sample("triu", x, -1), Sample("triu", square),
]  # fmt: skip

INDEXING = [
    *(Sample("__getitem__", numbers, index) for numbers, index in [
        (x, 0), (x, -1), (x, slice(None, None, 2)), (x, (slice(None), 1)), (x, (..., None, slice(1, 3))), (x, None),
        (x, mask), (x, rows), (x, np.array(1)), (x, (slice(None), np.array([2, 0, 0]))), (scalar, ...), (x, True),
        (cube, (rows, slice(None), np.array([0, 1, 1]))), (cube, (0, np.array([[0, 1], [2, 2]]))),
        (x, np.zeros(0, int)), (x, (slice(1, 1),)), (cube, (slice(None), np.array([True, False, True]))),
    ]),
    Sample("index_select", x, 1, np.array([2, 0, 0])), Sample("index_select", x, 0, np.zeros(0, int)),
    Sample("gather", x, 1, np.array([[0, 0], [2, 1]])), Sample("gather", x, 0, np.array([[1, 0, 1]])),
    Sample("take", x, np.array([[5, 0], [0, -1]])), Sample("take_along_dim", x, np.array([[0], [2]]), 1),
    Sample("masked_select", x, mask), Sample("masked_select", real(2, 1), mask),
    Sample("masked_fill", x, mask, 7.0), Sample("masked_fill", x, mask, scalar),
    Sample("masked_scatter", x, mask, real(5)),
    Sample("mt.where", mask, x, y), Sample("mt.where", mask, real(2, 1), real(3)), Sample("mt.where", mask, x, 1.5),
    Sample("Tensor.where", x, mask, real(3)),
    Sample("index_put", x, (rows,), real(3, 3), True), Sample("index_put", x, (np.array([1]), np.array([2])), real(1)),
    Sample("index_put", x, (mask,), scalar), Sample("put", x, np.array([4, 0]), real(2)),
    Sample("put", x, np.array([4, 4]), real(2), True),
    Sample("index_add", x, 1, np.array([2, 2]), real(2, 2), alpha=3), Sample("index_add", x, 0, rows, real(3, 3)),
    Sample("index_copy", x, 1, np.array([2, 0]), real(2, 2)), Sample("index_fill", x, 1, np.array([2, 0]), 7.0),
    Sample("index_fill", x, 1, np.array([2]), scalar),
    Sample("scatter", x, 1, np.array([[0, 2], [1, 0]]), real(2, 2)),
    Sample("scatter", x, 1, np.array([[0, 2], [1, 0]]), value=7.0),
    Sample("scatter_add", x, 1, np.array([[0, 0], [1, 0]]), real(2, 3)), Sample("scatter_add", x, 0, np.array([[1, 0, 1]]), y),
    *(Sample("scatter_reduce", x, 1, np.array([[0, 0], [1, 0]]), real(2, 2), how)
      for how in ("sum", "prod", "mean", "amax", "amin")),
    Sample("scatter_reduce", x, 1, np.array([[0, 0], [1, 0]]), real(2, 2), "mean", include_self=False),
    Sample("F.embedding", np.array([[1, 0], [1, 1]]), real(2, 3)), Sample("mt.embedding", real(2, 3), rows),
    Sample("fill", x, scalar), Sample("fill", x, 3.0),
]  # fmt: skip

CONVERSIONS = [
    Sample("to", x, mt.float64), Sample("to", x, mt.complex128), Sample("to", cplx(2), np.zeros(1, complex)),
    Sample("type", x, mt.complex128), Sample("type_as", x, np.zeros(1, complex)), Sample("cdouble", x),
    Sample("cdouble", cplx(2)),
]  # fmt: skip

LOSSES = [
    *(Sample(name, x, y, **options) for name in ("mse_loss", "l1_loss", "smooth_l1_loss", "huber_loss")
      for options in ({}, {"reduction": "sum"}, {"reduction": "none"})),
    *(Sample(name, empty, real(0, 3), reduction="sum") for name in ("mse_loss", "l1_loss", "smooth_l1_loss", "huber_loss")),
    *(Sample(name, x, y, weight=weights) for name in ("mse_loss", "l1_loss", "huber_loss")),
    Sample("smooth_l1_loss", x, y, beta=0.3), Sample("huber_loss", x, y, delta=0.3), Sample("l1_loss", cplx(3), cplx(3)),
    *(Sample(name, x, classes, **options) for name in ("cross_entropy", "nll_loss") for options in (
        {}, {"reduction": "sum"}, {"reduction": "none"}, {"weight": weights[0]}, {"ignore_index": 2})),
    Sample("cross_entropy", x, Numbers((2, 3), 0.1, 0.9)), Sample("cross_entropy", x, classes, label_smoothing=0.2),
    Sample("cross_entropy", x, Numbers((2, 3), 0.1, 0.9), weights[0], label_smoothing=0.1),
    Sample("cross_entropy", real(3), np.array(1)), Sample("cross_entropy", cube, np.array([[0, 1], [2, 0]])),
    Sample("nll_loss", cube, np.array([[0, 1], [2, 0]])), Sample("nll_loss", real(3), np.array(1)),
    Sample("binary_cross_entropy", Numbers((2, 3), 0.1, 0.9), Numbers((2, 3), 0.1, 0.9)),
    Sample("binary_cross_entropy", Numbers((2, 3), 0.1, 0.9), mask.astype(float), weights[0], reduction="sum"),
    Sample("binary_cross_entropy_with_logits", x, Numbers((2, 3), 0.1, 0.9)),
    Sample("binary_cross_entropy_with_logits", x, mask.astype(float), weights[0],
           pos_weight=np.array([2.0, 1.0, 3.0]), reduction="none"),
    *(Sample("kl_div", x, positive(2, 3), reduction=r) for r in ("sum", "batchmean", "none")),
    Sample("kl_div", x, y, reduction="sum", log_target=True),
]  # fmt: skip

LAYERS = [
    Sample("layer_norm", x, (3,)), Sample("layer_norm", cube, (3, 2), real(3, 2), real(3, 2)),
    Sample("layer_norm", x, (3,), weight=real(3)), Sample("layer_norm", empty, (3,), real(3), real(3)),
    Sample("batch_norm", real(4, 2), None, None, real(2), real(2), True), Sample("batch_norm", real(2, 2, 3), None, None, training=True),
    Sample("batch_norm", real(2, 2, 3), np.array([0.5, 1.0]), np.array([1.0, 2.0]), real(2), real(2)),
    Sample("batch_norm", real(3, 2), np.array([0.5, 1.0]), np.array([1.0, 2.0]), weight=real(2)),
    Sample("F.dropout", x, 0.4), Sample("mt.dropout", x, 0.4, True),
    Sample("F.alpha_dropout", x, 0.4, True), Sample("mt.alpha_dropout", x, 0.4, True), Sample("F.dropout1d", cube, 0.4),
    Sample("F.dropout2d", real(2, 2, 1, 2), 0.4), Sample("F.dropout3d", real(2, 2, 1, 1, 2), 0.4),
    Sample("F.feature_alpha_dropout", cube, 0.4, True), Sample("mt.feature_alpha_dropout", cube, 0.4, True),
    Sample("mt.feature_dropout", cube, 0.4, True),
]  # fmt: skip

WINDOWS = [
    *(Sample(f"conv{n}d", real(2, 2, *size), real(2, 2, *kernel), real(2))
      for n, size, kernel in [(1, (4,), (3,)), (2, (3, 4), (2, 3)), (3, (2, 3, 2), (2, 2, 1))]),
    Sample("conv1d", real(2, 5), real(2, 1, 2), stride=2, padding=1, groups=2), Sample("conv1d", real(1, 1, 6), real(1, 1, 2), dilation=3),
    Sample("conv2d", real(1, 1, 3, 3), real(2, 1, 1, 3), padding="same"), Sample("conv2d", real(0, 1, 2, 2), real(1, 1, 2, 1)),
    *(Sample(f"conv_transpose{n}d", real(1, 2, *size), real(2, 2, *kernel), real(2))
      for n, size, kernel in [(1, (3,), (3,)), (2, (2, 3), (2, 2)), (3, (1, 2, 2), (2, 2, 1))]),
    Sample("conv_transpose2d", real(1, 2, 2, 2), real(2, 1, 2, 2), stride=2, padding=1, output_padding=1, groups=2, dilation=1),
    *(Sample(f"{kind}_pool{n}d", real(1, 2, *[4] * n), 2) for kind in ("max", "avg") for n in (1, 2, 3) if n < 3),
    *(Sample(f"{kind}_pool3d", real(1, 1, 2, 3, 4), 2, 1) for kind in ("max", "avg")),
    Sample("max_pool2d", real(2, 5, 5), 3, 2, 1, ceil_mode=True, return_indices=True), Sample("max_pool1d", real(1, 1, 7), 2, 1, dilation=3),
    Sample("avg_pool2d", real(1, 5, 4), (3, 2), 2, 1, True, False), Sample("avg_pool2d", real(1, 4, 4), 2, divisor_override=3),
    *(Sample(f"adaptive_{kind}_pool{n}d", real(1, 2, *[5, 3, 2][:n]), 2) for kind in ("max", "avg") for n in (1, 2, 3)),
    Sample("pad", x, (1, 2)), Sample("pad", x, (1, 0, 0, 2), value=3.0), Sample("pad", x, (-1, 1)),
    *(Sample("pad", real(1, 1, 3, 3), (1, 2, 0, 1), mode) for mode in ("reflect", "replicate", "circular")),
]  # fmt: skip

SAMPLES = [
    *one(), *two(), *three(), *NUMBERS, *SOFTMAX, *REDUCTIONS, *ORDER, *PRODUCTS, *SHAPES, *INDEXING,
    *CONVERSIONS, *LOSSES, *LAYERS, *WINDOWS,
]  # fmt: skip

# What has no gradient: comparisons, logic, bits, counts, places.
ints, others = np.array([[3, -5, 0], [2, 7, -8]]), np.array([3, 2, 1])
small = np.array([2, 0, 2, 1])
odd = np.array([1.5, np.inf, np.nan, -np.inf, 0.0])
COMPARISONS = "eq ne not_equal lt less le less_equal gt greater ge greater_equal"

PLAIN = [
    *(Sample(name, *pair) for name in COMPARISONS.split()
      for pair in [(ints, others), (x, real(3)), (x, 1), (ints, 2), (scalar, scalar), (empty, real(3))]),
    *(Sample("floor_divide", ints, other) for other in (others, 2, np.array(1.5))),
    *(Sample(f"__{name}__", ints, others) for name in "eq ne lt le gt ge floordiv".split()),
    Sample("__rfloordiv__", others, 7), *(Sample(name, *pair) for name in ("logical_and", "logical_or", "logical_xor")
      for pair in [(ints, others), (x, mask), (mask, mask[0])]),
    *(Sample("logical_not", value) for value in (ints, x, mask)),
    *(Sample(name, *pair) for name in "bitwise_and bitwise_or bitwise_xor __and__ __or__ __xor__".split()
      for pair in [(ints, others), (mask, mask[0]), (ints, 5)]),
    *(Sample(name, ints, others) for name in "bitwise_left_shift bitwise_right_shift __lshift__ __rshift__".split()),
    *(Sample(name, value) for name in ("bitwise_not", "__invert__") for value in (ints, mask)),
    *(Sample(name, value) for name in "isnan isinf isfinite isposinf isneginf isreal signbit".split() for value in (odd, ints)),
    Sample("isclose", x, y, rtol=0.5), Sample("allclose", x, y), Sample("allclose", odd, odd, equal_nan=True),
    Sample("equal", x, x), Sample("equal", ints, ints), Sample("heaviside", odd, np.array(0.5)),
    *(Sample(name, x, **options) for name in ("argmax", "argmin", "all", "any", "count_nonzero")
      for options in ({}, {"dim": 0}, {"dim": 1})),
    Sample("argsort", x), Sample("argsort", x, 0, True), Sample("nonzero", ints), Sample("argwhere", ints),
    Sample("unique", ints), Sample("unique_consecutive", small), Sample("bincount", small), Sample("bincount", small, minlength=5),
    Sample("histc", x, 4, -2, 2), Sample("searchsorted", others[::-1], ints), Sample("bucketize", ints, others[::-1], right=True),
    Sample("one_hot", small), Sample("tril_indices", 3, 2, 1), Sample("triu_indices", 3, 2, -1),
]  # fmt: skip


# Every call to make, for `pytest.mark.parametrize(("function", "sample"), CALLS)`.
def calls(samples: list[Sample]) -> list[Any]:
    return [
        pytest.param(function, sample, id=f"{label}-{sample}")
        for sample in samples
        for label, function in forms(sample.name, sample.place).items()
    ]


CALLS = calls(SAMPLES)
PLAIN_CALLS = calls(PLAIN)
