"""The three array functions of convolution: against seven loops, and against each other."""

from __future__ import annotations

import math
import tracemalloc

import numpy as np
import pytest
from hypothesis import given, settings, strategies as st

from minitorch.ops import conv_arrays
from minitorch.ops.conv_arrays import convolve, convolve_transposed, convolve_weight
from tests.oracles import naive_conv


@st.composite
def cases(draw, dims=(1, 2, 3)):
    """Shapes of input and weight, and stride, padding, dilation, groups that fit them."""
    ndim = draw(st.sampled_from(dims))

    def numbers(low, high):
        return tuple(draw(st.lists(st.integers(low, high), min_size=ndim, max_size=ndim)))

    kernel, stride, padding, dilation = (
        numbers(1, 3),
        numbers(1, 3),
        numbers(0, 2),
        numbers(1, 2),
    )
    extra = numbers(0, 4)
    size = tuple(
        max(1, d * (k - 1) + 1 - 2 * p + e)
        for k, p, d, e in zip(kernel, padding, dilation, extra, strict=True)
    )
    groups = draw(st.integers(1, 3))
    images, inputs, outputs = (draw(st.integers(low, 3)) for low in (0, 1, 1))
    x = (images, inputs * groups, *size)
    w = (outputs * groups, inputs, *kernel)
    return x, w, (stride, padding, dilation, groups)


def integers(seed, shape, dtype=np.float64):
    """Small whole numbers: sums of their products are exact in any order."""
    return np.random.default_rng(seed).integers(-4, 5, shape).astype(dtype)


def left_over(x, w, out, stride, padding, dilation):
    """The output padding that leads back to the size of ``x``."""
    least = conv_arrays.input_size(out, w[2:], stride, padding, (0,) * len(stride), dilation)
    return tuple(have - need for have, need in zip(x[2:], least, strict=True))


@given(cases(), st.sampled_from([np.float32, np.float64, np.int64, np.complex64]))
@settings(max_examples=150, deadline=None)
def test_convolve_is_seven_loops(case, dtype):
    x_shape, w_shape, options = case
    x, w = integers(1, x_shape, dtype), integers(2, w_shape, dtype)
    y = convolve(x, w, *options)
    expected = naive_conv(x, w, *options)
    assert y.dtype == dtype
    np.testing.assert_array_equal(y, expected)


@given(cases())
@settings(max_examples=150, deadline=None)
def test_the_gradients_are_the_adjoints(case):
    """``<conv(x, w), g> = <x, transposed(g, w)> = <w, weight(x, g)>`` for all x, w and g."""
    x_shape, w_shape, (stride, padding, dilation, groups) = case
    x, w = integers(1, x_shape), integers(2, w_shape)
    y = convolve(x, w, stride, padding, dilation, groups)
    g = integers(3, y.shape)
    extra = left_over(x_shape, w_shape, y.shape[2:], stride, padding, dilation)
    dx = convolve_transposed(g, w, stride, padding, extra, dilation, groups)
    dw = convolve_weight(x, g, w.shape[2:], stride, padding, dilation, groups)
    assert dx.shape == x.shape
    assert dw.shape == w.shape
    assert np.vdot(y, g) == np.vdot(x, dx) == np.vdot(w, dw)


@given(cases(), st.sampled_from([1, 10, 100]))
@settings(max_examples=100, deadline=None)
def test_the_size_of_blocks_changes_nothing(case, block):
    x_shape, w_shape, (stride, padding, dilation, groups) = case
    x, w = integers(1, x_shape), integers(2, w_shape)
    out = conv_arrays.output_size(x_shape[2:], w_shape[2:], stride, padding, dilation)
    g = integers(3, (x_shape[0], w_shape[0], *out))
    extra = left_over(x_shape, w_shape, out, stride, padding, dilation)

    def all_three():
        return (
            convolve(x, w, stride, padding, dilation, groups),
            convolve_transposed(g, w, stride, padding, extra, dilation, groups),
            convolve_weight(x, g, w_shape[2:], stride, padding, dilation, groups),
        )

    whole = all_three()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(conv_arrays, "BLOCK_ON_CPU", block)
        parts = all_three()
    for expected, found in zip(whole, parts, strict=True):
        np.testing.assert_array_equal(found, expected)


@pytest.mark.parametrize("images", [4, 5, 6, 7, 33])
def test_several_images_share_a_block(images):
    shape, weight = (images, 2, 4, 5), (3, 2, 3, 3)
    x, w = integers(1, shape), integers(2, weight)
    per_image = (2 * 9 + 4 * 3) * 4 * 5
    options = ((1, 1), (1, 1), (1, 1), 1)
    expected = naive_conv(x, w, *options)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(conv_arrays, "BLOCK_ON_CPU", 4 * per_image)
        np.testing.assert_array_equal(convolve(x, w, *options), expected)
        dw = convolve_weight(x, expected, (3, 3), *options)
        dx = convolve_transposed(expected, w, (1, 1), (1, 1), (0, 0), (1, 1), 1)
    assert np.vdot(expected, expected) == np.vdot(w, dw) == np.vdot(x, dx)


def test_output_padding_makes_the_result_larger():
    g, w = integers(1, (1, 1, 2, 2)), integers(2, (1, 1, 3, 3))
    plain = convolve_transposed(g, w, (2, 2), (0, 0), (0, 0), (1, 1), 1)
    larger = convolve_transposed(g, w, (2, 2), (0, 0), (1, 1), (1, 1), 1)
    assert plain.shape == (1, 1, 5, 5)
    assert larger.shape == (1, 1, 6, 6)
    np.testing.assert_array_equal(larger[..., :5, :5], plain)
    assert not larger[..., 5, :].any()
    assert not larger[..., 5].any()


@pytest.mark.parametrize("groups", [1, 4])
def test_arrays_that_are_views(groups):
    x = integers(1, (6, 7, 2, 4)).transpose(2, 3, 0, 1)  # channels last in memory
    w = integers(2, (3, 3, 4 // groups, 4)).transpose(3, 2, 1, 0)
    options = ((1, 1), (1, 1), (1, 1), groups)
    expected = naive_conv(x, w, *options)
    np.testing.assert_array_equal(convolve(x, w, *options), expected)
    g = np.broadcast_to(np.float64(1), expected.shape)  # what sum() gives
    extra = (0, 0)
    dx = convolve_transposed(g, w, (1, 1), (1, 1), extra, (1, 1), groups)
    dw = convolve_weight(x, g, (3, 3), *options)
    assert expected.sum() == np.vdot(x, dx) == np.vdot(w, dw)


def test_the_result_is_contiguous_and_the_inputs_stay():
    x, w = integers(1, (3, 2, 5, 5)), integers(2, (4, 2, 3, 3))
    x_before, w_before = x.copy(), w.copy()
    y = convolve(x, w, (1, 1), (1, 1), (1, 1), 1)
    dx = convolve_transposed(y, w, (1, 1), (1, 1), (0, 0), (1, 1), 1)
    dw = convolve_weight(x, y, (3, 3), (1, 1), (1, 1), (1, 1), 1)
    assert all(array.flags.c_contiguous for array in (y, dx))
    assert all(array.flags.writeable for array in (y, dx, dw))
    np.testing.assert_array_equal(x, x_before)
    np.testing.assert_array_equal(w, w_before)


@pytest.mark.parametrize("step", [1, 2])
@pytest.mark.parametrize("images, before, after", [(2, 0, 3), (2, 3, 0), (0, 2, 3)])
def test_nothing_to_convolve(images, before, after, step):
    x, w = np.ones((images, before, 5, 5)), np.ones((after, before, 3, 3))
    options = ((step, step), (1, 1), (1, 1), 1)
    y = convolve(x, w, *options)
    assert y.shape == (images, after, *(5 // step + step - 1,) * 2)
    assert not y.any()
    dx = convolve_transposed(y, w, (step, step), (1, 1), (0, 0), (1, 1), 1)
    dw = convolve_weight(x, y, (3, 3), *options)
    assert dx.shape == x.shape
    assert dw.shape == w.shape
    assert not (dx.any() or dw.any())


def test_float16_is_summed_in_float32():
    """In float16, 2048 + 1 is 2048; NumPy's products are more exact, so the sums of parts count."""
    one = np.ones((4096, 1, 1, 1), np.float16)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(conv_arrays, "BLOCK_ON_CPU", 1)  # each image is a part
        dw = convolve_weight(one, one, (1, 1), (1, 1), (0, 0), (1, 1), 1)
    assert dw.dtype == np.float16
    assert dw.item() == 4096
    g, w = np.ones((1, 1, 4096), np.float16), np.ones((1, 1, 8192), np.float16)
    dx = convolve_transposed(g, w, (2,), (0,), (0,), (1,), 1)  # each element of w is a part
    assert dx.dtype == np.float16
    assert dx.max() == 4096
    assert convolve(g, w[..., :4], (1,), (0,), (1,), 1).dtype == np.float16


def test_memory_stays_near_that_of_input_and_output():
    """The columns of the whole batch would take 9 times the memory of the input."""
    x = np.ones((64, 16, 64, 64), np.float32)
    w = np.ones((16, 16, 3, 3), np.float32)
    options = ((1, 1), (1, 1), (1, 1), 1)

    def peak(function, *args):
        tracemalloc.start()
        try:
            function(*args)
            return tracemalloc.get_traced_memory()[1]
        finally:
            tracemalloc.stop()

    blocks = 3 * 2 * conv_arrays.BLOCK_ON_CPU * x.itemsize
    limit = x.nbytes + blocks
    assert 9 * x.nbytes > 2 * limit
    assert peak(convolve, x, w, *options) < limit
    assert peak(convolve_weight, x, x, (3, 3), *options) < limit
    assert peak(convolve_transposed, x, w, (1, 1), (1, 1), (0, 0), (1, 1), 1) < limit
    assert (
        peak(convolve_transposed, x, w, (2, 2), (1, 1), (1, 1), (1, 1), 1) < 4 * x.nbytes + blocks
    )


def test_input_size_undoes_output_size():
    for size in range(3, 12):
        for stride in (1, 2, 3):
            out = conv_arrays.output_size((size,), (2,), (stride,), (1,), (2,))
            least = conv_arrays.input_size(out, (2,), (stride,), (1,), (0,), (2,))
            assert 0 <= size - least[0] < stride
            assert conv_arrays.output_size(least, (2,), (stride,), (1,), (2,)) == out
    assert math.prod(conv_arrays.output_size((5, 7), (3, 3), (2, 2), (1, 1), (1, 1))) == 12
