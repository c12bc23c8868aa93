"""``mt.testing``: `assert_close`, with PyTorch's tolerances and reports, and `make_tensor`."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from numbers import Number
from typing import Any

import numpy as np

from . import backend, creation, dtypes, from_data, inspection, sampling
from .autograd.graph import TensorBase
from .autograd.modes import no_grad
from .ops.complexes import view_as_real
from .user_warnings import warn

__all__ = ["assert_allclose", "assert_close", "make_tensor"]

TOLERANCES = {  # of two tensors of that dtype: relative, absolute
    dtypes.float16: (1e-3, 1e-5),
    dtypes.float32: (1.3e-6, 1e-5),
    dtypes.complex64: (1.3e-6, 1e-5),
    dtypes.float64: (1e-7, 1e-7),
    dtypes.complex128: (1e-7, 1e-7),
}
NUMBERS = (Number, np.bool_)


def assert_close(
    actual: Any,
    expected: Any,
    *,
    allow_subclasses: bool = True,
    rtol: float | None = None,
    atol: float | None = None,
    equal_nan: bool = False,
    check_device: bool = True,
    check_dtype: bool = True,
    check_layout: bool = True,
    check_stride: bool = False,
    msg: str | Callable[[str], str] | None = None,
) -> None:
    """Raise AssertionError, with a report, unless ``|actual - expected| ≤ atol + rtol·|expected|``.

    For tensors, arrays, numbers, and lists, tuples and dicts of them. The tolerances depend on the
    dtype (float32: rtol 1.3e-6, atol 1e-5; integers: none). Dtypes, devices, layouts and, with
    ``check_stride``, strides must be the same. NaN is close to NaN with ``equal_nan`` only. ``msg``
    is another report, or a function of the report.

    >>> mt.testing.assert_close(mt.tensor([1.0, 2.0]), mt.tensor([1.0, 2.000001]))
    >>> mt.testing.assert_close(mt.tensor([1.0, 2.0]), mt.tensor([1.0, 3.0]))
    Traceback (most recent call last):
    AssertionError: Tensor-likes are not close!
    <BLANKLINE>
    Mismatched elements: 1 / 2 (50.0%)
    Greatest absolute difference: 1.0 at index (1,) (up to 1e-05 allowed)
    Greatest relative difference: 0.3333333432674408 at index (1,) (up to 1.3e-06 allowed)
    """
    __tracebackhide__ = True  # pytest shows the line that called, not this function
    if (rtol is None) != (atol is None):
        raise ValueError(
            "Both 'rtol' and 'atol' must be either specified or omitted, but got no "
            f"{'rtol' if rtol is None else 'atol'}."
        )
    checks = [("shape", True), ("device", check_device), ("layout", check_layout)]
    checks += [("dtype", check_dtype), ("stride()", check_stride)]
    attributes = [name for name, wanted in checks if wanted]
    with no_grad():
        for place, one, other in pairs(actual, expected, allow_subclasses, ""):
            found = difference(one, other, rtol, atol, equal_nan, attributes)
            if found is not None:
                found = located(found, place)
                raise AssertionError(msg(found) if callable(msg) else msg or found)


def assert_allclose(
    actual: Any,
    expected: Any,
    rtol: float | None = None,
    atol: float | None = None,
    equal_nan: bool = True,
    msg: str = "",
) -> None:
    """The old form of `assert_close`: takes whatever makes a tensor, and any dtypes.

    >>> mt.testing.assert_allclose([1.0, 2.0], mt.tensor([1, 2]))
    """
    warn(
        "`torch.testing.assert_allclose()` is deprecated since 1.12 and will be removed in a "
        "future release. Please use `torch.testing.assert_close()` instead. You can find detailed "
        "upgrade instructions in https://github.com/pytorch/pytorch/issues/61844.",
        FutureWarning,
    )
    one, other = from_data.as_tensor(actual), from_data.as_tensor(expected)
    if rtol is None and atol is None:
        loose = {dtypes.float32: (1e-4, 1e-5), dtypes.float64: (1e-5, 1e-8)}
        rtol, atol = max(loose.get(t.dtype, tolerance(t.dtype)) for t in (one, other))
    assert_close(
        one,
        other,
        rtol=rtol,
        atol=atol,
        equal_nan=equal_nan,
        check_device=True,
        check_dtype=False,
        msg=msg or None,
    )


def pairs(
    actual: Any, expected: Any, allow_subclasses: bool, place: str
) -> Iterator[tuple[str, Any, Any]]:
    """What is compared with what, and where it was found: ``[1]['loss']``."""
    both = actual, expected
    if all(isinstance(side, Sequence) and not isinstance(side, str) for side in both):
        if len(actual) != len(expected):
            text = f"The length of the sequences mismatch: {len(actual)} != {len(expected)}"
            raise AssertionError(located(text, place))
        keys: Any = range(len(actual))
    elif all(isinstance(side, Mapping) for side in both):
        if actual.keys() != expected.keys():
            text = (
                "The keys of the mappings do not match:\n"
                f"Missing keys in the actual mapping: {sorted(expected.keys() - actual.keys())}\n"
                f"Additional keys in the actual mapping: {sorted(actual.keys() - expected.keys())}"
            )
            raise AssertionError(located(text, place))
        keys = list(actual)
    else:
        related = isinstance(expected, type(actual)) or isinstance(actual, type(expected))
        same = type(actual) is type(expected) or (allow_subclasses and related)
        for kind in (TensorBase, np.ndarray):
            if same and all(isinstance(side, kind) for side in both):
                if kind is np.ndarray:
                    both = from_data.as_tensor(actual), from_data.as_tensor(expected)
                yield place, *both
                return
        no_value = actual is None or expected is None
        if not (no_value or all(isinstance(side, NUMBERS) for side in both)):
            text = (
                f"No comparison pair was able to handle inputs of type {type(actual)} and "
                f"{type(expected)}."
            )
            raise TypeError(located(text, place))
        plain = (side.item() if isinstance(side, np.generic) else side for side in both)
        yield place, *plain
        return
    for key in keys:
        yield from pairs(actual[key], expected[key], allow_subclasses, f"{place}[{key!r}]")


def located(text: str, place: str) -> str:
    """A report, with the place in lists and dicts where it failed."""
    return f"{text}\n\nThe failure occurred for item {place}" if place else text


def tolerance(dtype: dtypes.dtype) -> tuple[float, float]:
    """The relative and the absolute tolerance for a dtype."""
    return TOLERANCES.get(dtype, (0.0, 0.0))


def difference(
    actual: Any,
    expected: Any,
    rtol: float | None,
    atol: float | None,
    equal_nan: bool,
    attributes: list[str],
) -> str | None:
    """The report on two tensors or two plain values; None if they are close."""
    if actual is None or expected is None:
        return None if actual is expected else f"None mismatch: {actual} is not {expected}"
    if isinstance(actual, bool) and isinstance(expected, bool):
        return None if actual is expected else f"Booleans mismatch: {actual} is not {expected}"
    if not isinstance(actual, TensorBase):
        if "dtype" in attributes and type(actual) is not type(expected):
            return f"The (d)types do not match: {type(actual)} != {type(expected)}."
        one, other = np.asarray(actual), np.asarray(expected)
    else:
        for name in attributes:
            mine, theirs = (
                tensor.stride() if name == "stride()" else getattr(tensor, name)
                for tensor in (actual, expected)
            )
            if mine != theirs:
                return f"The values for attribute '{name}' do not match: {mine} != {theirs}."
        one, other = (backend.to_numpy(t.to_dense()._array) for t in (actual, expected))
    if rtol is None or atol is None:
        rtol, atol = max(tolerance(dtypes.of(array)) for array in (one, other))
    return report(one, other, rtol, atol, equal_nan)


def report(
    actual: np.ndarray, expected: np.ndarray, rtol: float, atol: float, equal_nan: bool
) -> str | None:
    """Where two arrays differ the most; None if they are close."""
    shown = f"Expected {expected.item()} but got {actual.item()}." if actual.ndim == 0 else ""
    kind = np.result_type(actual, expected)
    kind = np.dtype(np.int64) if kind.kind in "biu" else kind
    actual, expected = actual.astype(kind), expected.astype(kind)
    close = np.isclose(actual, expected, rtol, atol, equal_nan)
    if close.all():
        return None
    exact = rtol == atol == 0
    absolute = np.where(close, 0, abs(actual - expected))
    relative = np.where(close, 0, absolute / abs(expected))
    sizes = [
        (name, values, "" if exact else f" (up to {allowed} allowed)")
        for name, values, allowed in (("absolute", absolute, atol), ("relative", relative, rtol))
    ]
    relation = "equal" if exact else "close"
    if actual.ndim == 0:
        text = f"Scalars are not {relation}!\n\n{shown}"
        for name, values, allowed in sizes:
            text += f"\n{name.title()} difference: {values.item()}{allowed}"
        return text
    wrong = close.size - np.count_nonzero(close)
    text = f"Tensor-likes are not {relation}!\n\nMismatched elements: {wrong} / {close.size} "
    text += f"({wrong / close.size:.1%})"
    for name, values, allowed in sizes:
        place = tuple(int(i) for i in np.unravel_index(values.argmax(), values.shape))
        greatest = values[place].item()
        text += f"\nGreatest {name} difference: {greatest} at index {place}{allowed}"
    return text


def make_tensor(
    *shape: Any,
    dtype: dtypes.dtype,
    device: Any,
    low: float | None = None,
    high: float | None = None,
    requires_grad: bool = False,
    noncontiguous: bool = False,
    exclude_zero: bool = False,
    memory_format: Any = None,
) -> Any:
    """A tensor to test with: random numbers from ``low`` (-9) up to ``high`` (9; 10 for integers).

    ``exclude_zero`` puts the smallest positive number in the place of zeros. A ``noncontiguous``
    tensor is every other element of a larger one.

    >>> x = mt.testing.make_tensor((2, 3), dtype=mt.int64, device="cpu", low=1, high=7)
    >>> x.shape, bool(((x >= 1) & (x < 7)).all())
    (torch.Size([2, 3]), True)
    """
    if len(shape) == 1 and isinstance(shape[0], Sequence):
        shape = tuple(shape[0])
    if noncontiguous and memory_format is not None:
        raise ValueError(
            "The parameters `noncontiguous` and `memory_format` are mutually exclusive, but got "
            f"{noncontiguous=} and {memory_format=}"
        )
    whole = not (dtype.is_floating_point or dtype.is_complex)
    if requires_grad and whole:
        raise ValueError(
            "`requires_grad=True` is not supported for boolean and integral dtypes, but got "
            f"{dtype=}"
        )
    noncontiguous = noncontiguous and math.prod(shape) > 1
    size = (*shape[:-1], 2 * shape[-1]) if noncontiguous else shape
    start, end = limits(dtype, whole, low, high)
    if whole:
        result = sampling.randint(
            math.ceil(start), math.ceil(end), size, dtype=dtype, device=device
        )
    else:
        result = creation.empty(size, dtype=dtype, device=device)
        numbers = view_as_real(result) if dtype.is_complex else result
        if end - start >= inspection.finfo(dtype).max:  # too far apart for the generator
            numbers.uniform_(start / 2, end / 2).mul_(2)
        else:
            numbers.uniform_(start, end)
    if noncontiguous:
        result = result[..., 1::2]
    elif memory_format is not None:
        result = result.clone(memory_format=memory_format)
    if exclude_zero:
        result[result == 0] = 1 if whole else inspection.finfo(dtype).tiny
    return result.requires_grad_(requires_grad)


def limits(
    dtype: dtypes.dtype, whole: bool, low: float | None, high: float | None
) -> tuple[float, float]:
    """``low`` and ``high``, or those of the dtype, within what the dtype can hold."""
    lowest: float
    highest: float
    if dtype is dtypes.bool_:
        lowest, highest, usual = 0, 2, (0, 2)
    elif whole:
        info = inspection.iinfo(dtype)
        lowest, highest, usual = info.min, info.max + (dtype is not dtypes.int64), (-9, 10)
    else:
        lowest, highest, usual = inspection.finfo(dtype).min, inspection.finfo(dtype).max, (-9, 9)
    low, high = usual[0] if low is None else low, usual[1] if high is None else high
    if math.isnan(low) or math.isnan(high):
        raise ValueError(f"`low` and `high` cannot be NaN, but got {low=} and {high=}")
    if low == high and not whole:
        warn(
            "Passing `low==high` to `torch.testing.make_tensor` for floating or complex types is "
            "deprecated since 2.1 and will be removed in 2.3. Use `torch.full(...)` instead.",
            FutureWarning,
        )
    elif low >= high:
        raise ValueError(f"`low` must be less than `high`, but got {low} >= {high}")
    elif high < lowest or low >= highest:
        raise ValueError(
            f"The value interval specified by `low` and `high` is [{low}, {high}), but {dtype} "
            f"only supports [{lowest}, {highest})"
        )
    return min(max(low, lowest), highest), min(max(high, lowest), highest)
