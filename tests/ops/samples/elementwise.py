"""Functions of single elements and of pairs: arithmetic, pointwise functions, activations."""

from __future__ import annotations

from collections.abc import Iterable

from .sample import Numbers, Sample, cplx, positive, real, scalar, x, y

EVERYWHERE, SMALL, POSITIVE, INSIDE = (-3.0, 3.0), (-0.9, 0.9), (0.5, 2.0), (0.1, 0.9)

# Functions of single elements, and where they are smooth.
ONE = {
    "neg negative positive abs absolute sgn sign square exp exp2 expm1 sin cos sinh cosh tanh sinc "
    "asinh arcsinh atan arctan erf erfc i0 sigmoid floor ceil round trunc fix frac deg2rad rad2deg "
    "nan_to_num angle conj conj_physical resolve_conj resolve_neg real clone contiguous cpu double "
    "__neg__ __pos__ __abs__ relu selu celu elu gelu silu mish relu6 hardtanh hardsigmoid "
    "hardswish hardshrink softshrink leaky_relu rrelu softplus softsign tanhshrink "
    "logsigmoid": EVERYWHERE,
    "log1p tan asin arcsin acos arccos atanh arctanh erfinv": SMALL,
    "log log2 log10 sqrt rsqrt reciprocal lgamma digamma": POSITIVE,
    "acosh arccosh": (1.5, 3.0),
    "logit": INSIDE,
}  # fmt: skip

# Functions of pairs of elements, and where they are smooth in both.
TWO = {
    "add sub subtract rsub mul multiply maximum minimum fmax fmin atan2 arctan2 copysign ldexp "
    "logaddexp logaddexp2 hypot": (EVERYWHERE, EVERYWHERE),
    "__add__ __radd__ __sub__ __rsub__ __mul__ __rmul__": (EVERYWHERE, EVERYWHERE),
    "div divide true_divide remainder fmod __truediv__ __mod__": (EVERYWHERE, POSITIVE),
    "__rtruediv__ __rmod__": (POSITIVE, EVERYWHERE),
    "pow float_power xlogy __pow__ __rpow__": (POSITIVE, POSITIVE),
}  # fmt: skip

# Two shapes that broadcast; what is summed back is the first, the second, both, or all.
PAIRS = [((2, 3), (2, 3)), ((2, 3), (3,)), ((2, 1), (1, 3)), ((), (2,)), ((), ()), ((0, 3), (1, 3))]

COMPLEX_ONE = (
    "neg positive abs absolute sgn square exp exp2 expm1 log log2 log10 log1p sqrt rsqrt "
    "reciprocal sin cos tan sinh cosh tanh asin acos atan asinh acosh atanh sinc sigmoid angle "
    "conj real imag conj_physical clone"
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


# A number beside a tensor, and other arguments.
NUMBERS = [
    *(
        Sample(f"__{name}__", positive(2, 3), 2.5)
        for name in "add radd sub rsub mul rmul truediv rtruediv pow rpow mod rmod".split()
    ),
    Sample("__pow__", x, 2),
    Sample("__pow__", x, 3),
    Sample("pow", x, 0),
    Sample("pow", x, -1),
    Sample("mt.pow", 2.0, x),
    Sample("mt.xlogy", 2, positive(3)),
    Sample("xlogy", x, 3.0),
    Sample("float_power", positive(3), 0.5),
    Sample("mt.float_power", 2, x),
    Sample("add", x, y, alpha=3),
    Sample("sub", x, y, alpha=2),
    Sample("rsub", x, y, alpha=2),
    Sample("div", x, positive(3), rounding_mode="floor"),
    Sample("div", x, positive(3), rounding_mode="trunc"),
    Sample("addcmul", x, y, real(3), value=3),
    Sample("addcdiv", x, y, positive(3), value=3),
    Sample("lerp", x, y, 0.25),
    Sample("lerp", x, y, 0.75),
    Sample("copysign", x, -1),
    Sample("clamp", x, -1, 0.5),
    Sample("clip", x, min=0),
    Sample("clamp", x, max=1),
    Sample("clamp_min", x, 0.4),
    Sample("clamp_max", x, real(3)),
    Sample("round", x, decimals=1),
    Sample("nan_to_num", x, 1.0, 2.0, 3.0),
    Sample("logit", x, 0.1),
    Sample("mvlgamma", Numbers((3,), 2.0, 3.0), 3),
    Sample("mt.polygamma", 1, positive(3)),
    Sample("Tensor.polygamma", positive(3), 2),
    Sample("mt.complex", x, real(3)),
    Sample("mt.polar", positive(2, 3), real(3)),
    Sample("mt.view_as_complex", real(3, 2)),
    Sample("mt.view_as_real", cplx(3)),
    Sample("elu", x, 2.0),
    Sample("celu", x, 2.0),
    Sample("leaky_relu", x, 0.3),
    Sample("threshold", x, 0.3, 7.0),
    Sample("hardtanh", x, -1.5, 0.5),
    Sample("hardshrink", x, 1.0),
    Sample("softshrink", x, 1.0),
    Sample("softplus", x, 2.0, 3.0),
    Sample("gelu", x, approximate="tanh"),
    Sample("F.rrelu", x, 0.1, 0.3, True),
    Sample("mt.rrelu", x, 0.1, 0.3, True),
    Sample("prelu", x, real(3)),
    Sample("prelu", x, real(1)),
    Sample("prelu", scalar, scalar),
    Sample("glu", real(2, 4)),
    Sample("glu", real(4, 2), dim=0),
]

ELEMENTWISE = [*one(), *two(), *three(), *NUMBERS]
