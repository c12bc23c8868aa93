"""``mt.float32`` and its kin, the default dtype, and which dtype comes of two.

Promotion follows PyTorch. Operands stand in three ranks: tensors with dimensions, then 0-d
tensors, then Python numbers. A lower rank changes the result only by a higher *category*
(bool < integer < floating < complex): ``int_tensor + 1.5`` becomes the default float dtype,
``float32_tensor + float64_0d_tensor`` stays float32.
"""

from __future__ import annotations

from typing import Any

import numpy as np

BOOL, INTEGER, FLOATING, COMPLEX = range(4)  # the categories, of which the highest wins


class dtype:  # noqa: N801 - PyTorch's name
    """The type of a tensor's elements, such as ``mt.float32``.

    >>> mt.float32, mt.int64.is_floating_point, mt.float16.itemsize
    (torch.float32, False, 2)
    """

    __slots__ = (
        "category",
        "is_complex",
        "is_floating_point",
        "is_signed",
        "itemsize",
        "name",
        "numpy",
    )

    def __init__(self, name: str, category: int) -> None:
        self.name = name
        self.numpy = np.dtype(name)
        self.category = category
        self.is_floating_point = category == FLOATING
        self.is_complex = category == COMPLEX
        self.is_signed = self.numpy.kind not in "bu"
        self.itemsize = self.numpy.itemsize

    def __repr__(self) -> str:
        return f"torch.{self.name}"

    def __reduce__(self) -> tuple[Any, ...]:
        return (by_name, (self.name,))

    def to_complex(self) -> dtype:
        """The complex dtype whose parts have this precision."""
        return {float64: complex128, complex128: complex128}.get(self, complex64)

    def to_real(self) -> dtype:
        """The dtype of this one's real part."""
        return {complex64: float32, complex128: float64}.get(self, self)


class absent_dtype(dtype):  # noqa: N801 - as its base
    """A dtype that programs may name, and that says why it cannot be used."""

    __slots__ = ()

    def __init__(self, name: str, itemsize: int) -> None:
        self.name = name
        self.category, self.itemsize = FLOATING, itemsize
        self.is_floating_point, self.is_complex, self.is_signed = True, False, True

    @property
    def numpy(self) -> np.dtype:  # type: ignore[override] # which no other dtype lacks
        """There is none."""
        raise TypeError(f"There is no {self.name} here, since NumPy has none. Use mt.float32.")


bfloat16 = absent_dtype("bfloat16", 2)
uint8 = dtype("uint8", INTEGER)
int8 = dtype("int8", INTEGER)
int16 = dtype("int16", INTEGER)
int32 = dtype("int32", INTEGER)
int64 = dtype("int64", INTEGER)
float16 = dtype("float16", FLOATING)
float32 = dtype("float32", FLOATING)
float64 = dtype("float64", FLOATING)
complex64 = dtype("complex64", COMPLEX)
complex128 = dtype("complex128", COMPLEX)
bool_ = dtype("bool", BOOL)

ALL = (uint8, int8, int16, int32, int64, float16, float32, float64, complex64, complex128, bool_)
_BY_NUMPY = {d.numpy: d for d in ALL}
_BY_NAME = {d.name: d for d in ALL}

# PyTorch's names for dtypes in its error sentences.
SCALAR_TYPE = {
    uint8: "Byte", int8: "Char", int16: "Short", int32: "Int", int64: "Long", float16: "Half",
    float32: "Float", float64: "Double", complex64: "ComplexFloat", complex128: "ComplexDouble",
    bool_: "Bool",
}  # fmt: skip

# ... and C++'s names, which some of the sentences use.
C_TYPE = {
    uint8: "unsigned char", int8: "signed char", int16: "short int", int32: "int",
    int64: "long int", float16: "c10::Half", float32: "float", float64: "double",
    complex64: "c10::complex<float>", complex128: "c10::complex<double>", bool_: "bool",
}  # fmt: skip

_NUMBERS = (int, float, bool, complex)
_default = float32


def by_name(name: str) -> dtype:
    """``by_name("float32")`` is ``mt.float32``."""
    return _BY_NAME[name]


def get_default_dtype() -> dtype:
    """The dtype of floating tensors made from Python floats: ``float32`` unless changed.

    >>> mt.get_default_dtype(), mt.tensor([1.0]).dtype
    (torch.float32, torch.float32)
    """
    return _default


def set_default_dtype(d: dtype) -> None:
    """Make ``d`` the dtype of floating tensors made from Python floats.

    >>> mt.set_default_dtype(mt.float64)
    >>> mt.tensor([1.0]).dtype
    torch.float64
    >>> mt.set_default_dtype(mt.float32)
    """
    global _default
    if not isinstance(d, dtype):
        raise TypeError(
            "invalid dtype object: only floating-point types are supported as the default type"
        )
    if not d.is_floating_point:
        raise TypeError("only floating-point types are supported as the default type")
    from_numpy(d.numpy)  # refuses an absent one
    _default = d


def of(array: Any) -> dtype:
    """The dtype of an array."""
    return from_numpy(array.dtype)


def from_numpy(d: np.dtype) -> dtype:
    """The dtype that stands for NumPy's ``d``; a TypeError if there is none."""
    try:
        return _BY_NUMPY[d]
    except KeyError:
        raise TypeError(
            f"can't convert np.ndarray of type numpy.{d.type.__name__}. The only supported types "
            "are: float64, float32, float16, complex64, complex128, int64, int32, int16, int8, "
            "uint8, and bool."
        ) from None


def of_number(value: Any) -> dtype:
    """The dtype that a Python number counts as."""
    if isinstance(value, bool | np.bool_):
        return bool_
    if isinstance(value, int | np.integer):
        return int64
    if isinstance(value, float | np.floating):
        return _default
    if isinstance(value, complex | np.complexfloating):
        return _default.to_complex()
    raise TypeError(f"{type(value).__name__} is no number")


def promote_types(type1: dtype, type2: dtype) -> dtype:
    """The smallest dtype that holds both; floats keep their width beside integers.

    >>> mt.promote_types(mt.int64, mt.float16)
    torch.float16
    """
    for place, given in enumerate((type1, type2), start=1):
        if not isinstance(given, dtype):
            raise TypeError(
                f"promote_types(): argument 'type{place}' (position {place}) must be torch.dtype, "
                f"not {type(given).__name__}"
            )
    return _promoted(type1, type2)


def _promoted(type1: dtype, type2: dtype) -> dtype:
    """As `promote_types`, for dtypes that are known to be such."""
    if type1 is type2:
        return type1
    low, high = sorted((type1, type2), key=lambda d: d.category)
    if high.category == FLOATING and low.category < FLOATING:
        return high
    if high.category == COMPLEX:
        return complex128 if float64 in (low.to_real(), high.to_real()) else high
    return from_numpy(np.promote_types(type1.numpy, type2.numpy))


def result_type(*operands: Any) -> dtype:
    """The dtype of an operation on ``operands`` (arrays and Python numbers)."""
    ranks: list[dtype | None] = [None, None, None]  # tensors with dimensions, 0-d tensors, numbers
    for operand in operands:
        if hasattr(operand, "ndim") and not isinstance(operand, np.generic):
            rank, d = (0 if operand.ndim else 1), of(operand)
        else:
            rank, d = 2, of_number(operand)
        held = ranks[rank]
        ranks[rank] = d if held is None else _promoted(held, d)
    return _combine(_combine(ranks[0], ranks[1]), ranks[2]) or _default


def _combine(higher: dtype | None, lower: dtype | None) -> dtype | None:
    """The dtype of a higher and a lower rank: the lower one counts only by its category."""
    if higher is None or lower is None:
        return higher or lower
    if lower.category <= higher.category:
        return higher
    if higher.category == FLOATING:  # and a complex number: the tensor's own precision stays
        return higher.to_complex()
    return lower


def can_cast(from_: dtype, to: dtype) -> bool:
    """Whether a result of dtype ``from_`` may be written into a tensor of dtype ``to``.

    Not from a higher category to a lower one: a float does not go into an int tensor.

    >>> mt.can_cast(mt.float64, mt.float32), mt.can_cast(mt.float32, mt.int64)
    (True, False)
    """
    return from_.category <= to.category


# What an operation does with its operands before `forward` sees them (`Operation.promote`): a
# function from the list of operands (arrays and numbers) to the list of converted ones.


def arithmetic(operands: list[Any]) -> list[Any]:
    """Both operands in their common dtype (``+``, ``*``, comparisons, ...)."""
    a, b = operands
    if b.__class__ in _NUMBERS:  # NumPy, too, lets a Python number follow a floating array
        if a.dtype.kind == "f" and b.__class__ is not complex:
            return operands
    elif a.__class__ in _NUMBERS:
        if b.dtype.kind == "f" and a.__class__ is not complex:
            return operands
    elif a.dtype is b.dtype:
        return operands
    return convert(operands, result_type(a, b))


def floating(operands: list[Any]) -> list[Any]:
    """As `arithmetic`, but integers become the default float dtype (``/``, ``exp``, ...)."""
    first = operands[0]
    if len(operands) == 1:
        return operands if first.dtype.kind in "fc" else convert(operands, _default)
    array = operands[1] if first.__class__ in _NUMBERS else first
    if array.dtype.kind in "fc":
        return arithmetic(operands)
    wanted = result_type(*operands)  # at once: -1 as a uint8 would be 255 for ever
    return convert(operands, wanted if wanted.category >= FLOATING else _default)


def convert(operands: list[Any], d: dtype) -> list[Any]:
    """Arrays cast to ``d``; Python numbers become NumPy scalars (integers wrap as in C)."""
    return [
        x.astype(d.numpy, copy=False) if hasattr(x, "dtype") else np.array(x).astype(d.numpy)[()]
        for x in operands
    ]
