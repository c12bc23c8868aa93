"""The text of a tensor against live PyTorch: any dtype, shape, value and print option."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from hypothesis import given, settings, strategies as st
from hypothesis.extra import numpy as hnp

from minitorch import dtypes
from minitorch.printing import get_printoptions, printoptions, set_printoptions, tensor_repr

torch_printing = torch._tensor_str

DTYPES = [d.name for d in dtypes.ALL]
SHAPES = hnp.array_shapes(min_dims=0, max_dims=4, min_side=0, max_side=9)


class MyTensor(torch.Tensor):
    """A subclass, for the name in front of the parenthesis."""


@st.composite
def reals(draw, shape):
    """Float64 values that provoke each rule: one magnitude, many magnitudes, whole, special."""
    scale = 10.0 ** draw(st.integers(-12, 12))
    elements = draw(
        st.sampled_from(
            [
                st.integers(-10, 10).map(float),
                st.integers(-1100, 1100).map(float),
                st.integers(-(2**53), 2**53).map(float),
                st.floats(-10, 10).map(lambda value: value * scale),
                st.floats(1, 2).map(lambda value: value * scale),
                st.sampled_from([1, -1, 999, 1000, 1001, 1e8, 1e8 + 8, 1e-4, 9.9e-5, 1e5, 1.5]),
                st.floats(),
            ]
        )
    )
    special = st.sampled_from([0.0, -0.0, np.nan, -np.nan, np.inf, -np.inf])
    if draw(st.booleans()):
        elements = st.one_of(elements, elements, elements, special)
    return draw(hnp.arrays(np.float64, shape, elements=elements))


@st.composite
def data(draw):
    """An array of any dtype, 0-d to 4-d, sometimes with a dimension of size zero."""
    dtype, shape = np.dtype(draw(st.sampled_from(DTYPES))), draw(SHAPES)
    if dtype.kind == "b":
        return draw(hnp.arrays(dtype, shape))
    if dtype.kind in "iu":
        small = st.integers(0 if dtype.kind == "u" else -12, 12)
        return draw(hnp.arrays(dtype, shape, elements=draw(st.sampled_from([None, small]))))
    with np.errstate(over="ignore"):
        if dtype.kind == "f":
            return draw(reals(shape)).astype(dtype)
        array = np.empty(shape, dtype)
        array.real, array.imag = draw(reals(shape)), draw(reals(shape))
        return array


OPTIONS = st.fixed_dictionaries(
    {},
    optional={
        "precision": st.integers(0, 10),
        "threshold": st.one_of(st.integers(-1, 60), st.just(np.inf)),
        "edgeitems": st.integers(0, 4),
        "linewidth": st.integers(0, 120),
        "sci_mode": st.sampled_from([None, True, False]),
        "profile": st.sampled_from(["default", "short", "full", "no such profile"]),
    },
)


@given(
    array=data(),
    options=OPTIONS,
    default_dtype=st.sampled_from(["float32", "float32", "float64", "float16"]),
    history=st.sampled_from(["", "requires_grad", "grad_fn"]),
    subclass=st.booleans(),
)
@settings(max_examples=300, deadline=None)
def test_repr(array, options, default_dtype, history, subclass):
    theirs = torch.from_numpy(array.copy())
    ours = {}
    if subclass:
        theirs = theirs.as_subclass(MyTensor)
        ours["class_name"] = "MyTensor"
    if history and array.dtype.kind in "fc":
        theirs.requires_grad_()
        ours["requires_grad"] = True
        if history == "grad_fn":
            theirs = theirs.clone()
            ours["grad_fn"] = theirs.grad_fn.name()
    torch.set_default_dtype(getattr(torch, default_dtype))
    dtypes.set_default_dtype(dtypes.by_name(default_dtype))
    try:
        with torch_printing.printoptions(**options), printoptions(**options):
            assert get_printoptions() == torch_printing.get_printoptions()
            assert tensor_repr(array, **ours) == repr(theirs)
    finally:
        torch.set_default_dtype(torch.float32)
        dtypes.set_default_dtype(dtypes.float32)


@given(steps=st.lists(OPTIONS, max_size=4))
@settings(max_examples=100, deadline=None)
def test_print_options_after_several_calls(steps):
    with torch_printing.printoptions(), printoptions():
        for options in steps:
            torch.set_printoptions(**options)
            set_printoptions(**options)
            assert get_printoptions() == torch_printing.get_printoptions()


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("shape", [(1000,), (1001,), (40, 40), (2, 7, 100), (7, 1, 6, 30)])
def test_repr_around_the_default_threshold(dtype, shape):
    array = np.random.default_rng(0).normal(50, 20, shape).clip(0, 100).astype(dtype)
    assert tensor_repr(array) == repr(torch.from_numpy(array))


def test_parameter():
    class MyParameter(torch.nn.Parameter):
        pass

    array = np.ones((3, 3))
    text = tensor_repr(array, requires_grad=True)
    assert repr(torch.nn.Parameter(torch.from_numpy(array))) == f"Parameter containing:\n{text}"
    text = tensor_repr(array, requires_grad=True, class_name="MyParameter")
    theirs = repr(MyParameter(torch.from_numpy(array)))
    assert theirs == f"Parameter containing:\nParameter({text})"


@pytest.mark.parametrize("options", [{"precision": -1}, {"precision": 2.5}, {"precision": "four"}])
def test_precision_that_is_no_number_of_digits(options):
    array = np.array([0.5, 1.25])
    with torch_printing.printoptions(**options), pytest.raises(ValueError) as theirs:
        repr(torch.from_numpy(array))
    with printoptions(**options), pytest.raises(ValueError) as ours:
        tensor_repr(array)
    assert str(ours.value) == str(theirs.value)
