"""Derivatives for shapes that nobody chose: Hypothesis looks for one that is wrong."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings, strategies as st
from hypothesis.extra import numpy as hnp

import minitorch as mt
from minitorch.autograd import gradcheck, gradgradcheck

SHAPES = hnp.array_shapes(min_dims=0, max_dims=3, min_side=0, max_side=3)
few = settings(max_examples=20, deadline=None)


def leaf(shape, seed=0):
    """Numbers around 1, all different, those of another ``seed`` too: maxima are smooth there."""
    numbers = np.linspace(0.5, 1.5, int(np.prod(shape))) + seed / 100
    return mt.tensor(np.random.default_rng(seed).permutation(numbers).reshape(shape))


def check(function, *shapes):
    leaves = [leaf(shape, seed).requires_grad_() for seed, shape in enumerate(shapes)]
    assert gradcheck(function, leaves)
    assert gradgradcheck(function, leaves)
    arrays = [x.detach().numpy() for x in leaves]
    return function(*leaves).detach().numpy(), arrays


def same(found, expected):
    np.testing.assert_allclose(found, expected, rtol=1e-12)
    assert found.shape == np.shape(expected)


@pytest.mark.parametrize("name", ["add", "sub", "mul", "div", "maximum", "pow", "atan2", "hypot"])
@given(hnp.mutually_broadcastable_shapes(num_shapes=2, max_dims=3, max_side=3, min_side=0))
@few
def test_broadcasting(name, shapes):
    reference = {"div": np.divide, "sub": np.subtract, "mul": np.multiply, "atan2": np.arctan2}
    found, arrays = check(getattr(mt, name), *shapes.input_shapes)
    same(found, reference.get(name, getattr(np, name, None))(*arrays))


@pytest.mark.parametrize("name", ["sum", "mean", "prod", "amax", "var", "norm", "logsumexp"])
@given(SHAPES, st.data())
@few
def test_reductions(name, shape, data):
    if name not in ("sum", "prod"):
        shape = tuple(length + 2 for length in shape)  # the others need some elements
    dims = st.integers(-len(shape), len(shape) - 1) if shape else st.just(0)
    options = {"dim": data.draw(dims), "keepdim": data.draw(st.booleans())}
    numpy_options = {"axis": options["dim"] if shape else None, "keepdims": options["keepdim"]}
    if name == "var":
        options["correction"] = 0
    found, (x,) = check(lambda x: getattr(x, name)(**options), shape)
    if name == "logsumexp":
        same(found, np.log(np.exp(x).sum(**numpy_options)))
    elif name == "norm":
        same(found, np.sqrt((x * x).sum(**numpy_options)))
    else:
        same(found, getattr(np, name)(x, **numpy_options))


@given(SHAPES, st.data())
@few
def test_order_of_dimensions_and_shape(shape, data):
    order = data.draw(st.permutations(range(len(shape))))
    last = shape[order[-1]] if shape else 1
    found, (x,) = check(lambda x: x.permute(order).reshape(x.numel() // max(last, 1), last), shape)
    same(found, x.transpose(order).reshape(-1 if last else 0, last))


@given(SHAPES.filter(len), st.data())
@few
def test_cat(shape, data):
    dim = data.draw(st.integers(0, len(shape) - 1))
    lengths = data.draw(st.lists(st.integers(0, 3), min_size=1, max_size=3))
    shapes = [(*shape[:dim], length, *shape[dim + 1 :]) for length in lengths]
    found, arrays = check(lambda *parts: mt.cat(parts, dim), *shapes)
    same(found, np.concatenate(arrays, dim))


@given(SHAPES.filter(len), st.data())
@few
def test_any_index(shape, data):
    index = data.draw(hnp.basic_indices(shape, allow_newaxis=True))
    parts = index if isinstance(index, tuple) else (index,)
    if any(isinstance(part, slice) and (part.step or 1) < 0 for part in parts):
        parts = (slice(None),)
    found, (x,) = check(lambda x: x[parts], shape)
    same(found, x[parts])
    if 0 not in shape:
        places = data.draw(
            hnp.integer_array_indices(shape, result_shape=hnp.array_shapes(max_dims=2))
        )
        found, (x,) = check(lambda x: x[tuple(map(mt.tensor, places))], shape)
        same(found, x[places])


@given(hnp.mutually_broadcastable_shapes(signature=np.matmul.signature, max_dims=2, max_side=2))
@few
def test_matmul(shapes):
    found, arrays = check(mt.matmul, *shapes.input_shapes)
    same(found, np.matmul(*arrays))


@given(st.lists(st.text("abc", max_size=3), min_size=1, max_size=3), st.data())
@few
def test_einsum(terms, data):
    lengths = {letter: data.draw(st.integers(0, 3)) for letter in "abc"}
    used = sorted(set("".join(terms)))
    output = "".join(data.draw(st.permutations(used))[: data.draw(st.integers(0, len(used)))])
    equation = f"{','.join(terms)}->{output}"
    shapes = [tuple(lengths[letter] for letter in term) for term in terms]
    found, arrays = check(lambda *operands: mt.einsum(equation, *operands), *shapes)
    np.testing.assert_allclose(found, np.einsum(equation, *arrays), rtol=1e-12)
