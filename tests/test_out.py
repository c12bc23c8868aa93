"""``out=``: the same result, in a tensor that is there already."""

from __future__ import annotations

import inspect

import numpy as np
import pytest

import minitorch as mt
from minitorch.out import OF_MT
from tests.ops.samples import PLAIN, SAMPLES
from tests.ops.samples.sample import NAMESPACES, Sample, real

MADE = [
    Sample("zeros", 2, 3),
    Sample("ones", (2,)),
    Sample("empty", 0, 3),
    Sample("full", (2,), 7),
    Sample("eye", 2, 3),
    Sample("arange", 1, 9, 2),
    Sample("linspace", 0, 1, 3),
    Sample("logspace", 0, 1, 3),
    Sample("rand", 2, 3),
    Sample("randn", 20),
    Sample("randint", 0, 5, (3,)),
    Sample("randperm", 5),
    Sample("normal", 0.0, 1.0, (3,)),
    Sample("bernoulli", np.full(3, 0.5)),
    Sample("multinomial", np.ones(3), 2),
    Sample("range", 1, 3),
    Sample("geqrf", real(3, 2)),
    Sample("svd", real(3, 2)),
    Sample("lu_unpack", real(2, 2), np.array([1, 2], np.int32)),
    Sample("frexp", real(3)),
    Sample("histogram", real(6), 3),
    Sample("index_reduce", real(3), 0, np.array([0, 0]), real(2), "amax"),
    Sample("nextafter", real(3), real(3)),
    Sample("nonzero_static", real(3), size=2),
]
WITH_DIM = ("sum", "prod", "median", "nanmedian")  # not for all elements
NOT_WITH_OUT = ["var-2x3,unbiased=False", "where-bool[2, 3],2x3,1.5"]  # nor in PyTorch
ROWS = [
    sample
    for sample in [*SAMPLES, *PLAIN, *MADE]
    if sample.name in OF_MT and sample.place in ("", "mt") and sample.after is None
    if sample.name not in WITH_DIM or sample.args[1:] or sample.kwargs
    if f"{sample.name}-{sample}" not in NOT_WITH_OUT
]
# As the functions of `mt`, so those of other places: one or two of each kind.
PLACED = [
    *(Sample(name, real(2, 4)) for name in ("fft.fft", "fft.irfft", "fft.rfft2", "special.ndtr")),
    Sample("fft.fftfreq", 4),
    Sample("linalg.cond", real(3, 3)),
    Sample("linalg.eig", real(3, 3)),
    Sample("linalg.inv_ex", real(3, 3)),
]


def several(result):
    return result if isinstance(result, tuple) else (result,)


def numbers(sample):
    return [leaf.detach() for leaf in sample.leaves()]


def test_every_function_is_tried():
    assert {sample.name for sample in ROWS} == set(OF_MT)


@pytest.mark.parametrize("sample", [*ROWS, *PLACED], ids=lambda s: f"{s.name}-{s}")
def test_same_result(sample):
    function = getattr(NAMESPACES.get(sample.place, mt), sample.name)
    expected = sample(function, *numbers(sample))
    outs = tuple(mt.empty(0, dtype=t.dtype) for t in several(expected))
    out = outs if isinstance(expected, tuple) else outs[0]
    found = sample(lambda *args, **kwargs: function(*args, **kwargs, out=out), *numbers(sample))
    assert type(found).__name__.removesuffix("_out") == type(expected).__name__
    for ours, given, wanted in zip(several(found), outs, several(expected), strict=True):
        assert ours is given
        assert ours.shape == wanted.shape and ours.dtype is wanted.dtype and not ours.requires_grad
        if sample.name != "empty":
            np.testing.assert_array_equal(ours, wanted)


def test_memory_is_written_and_counted():
    whole = mt.zeros(2, 3)
    row = whole[1]
    assert mt.add(mt.ones(3), 1, out=row) is row
    assert whole.tolist() == [[0, 0, 0], [2, 2, 2]]
    assert whole._version == 1


def test_input_may_be_the_output():
    x = mt.tensor([1.0, 2.0])
    mt.mul(x, x, out=x)
    assert x.tolist() == [1, 4]
    with pytest.raises(RuntimeError, match="more than one element of the written-to tensor"):
        mt.add(x[:1].expand(2), 1, out=x[:1].expand(2))
    y = mt.ones(3)
    with pytest.raises(RuntimeError, match="some elements of the input tensor and the written-to"):
        mt.add(y[:2], 1, out=y[1:])


def test_backward_notices_the_write():
    x = mt.ones(2, requires_grad=True)
    y = mt.ones(2)
    z = (x * y).sum()
    mt.add(y, 1, out=y)
    with pytest.raises(RuntimeError, match="modified by an inplace operation"):
        z.backward()


def test_gradients_are_refused():
    leaf, plain = mt.ones(2, requires_grad=True), mt.ones(2)
    for function, args, out in (
        (mt.exp, (leaf,), mt.empty(2)),
        (mt.exp, (plain,), mt.empty(2, requires_grad=True)),
        (mt.cat, ([plain, leaf],), mt.empty(4)),
        (mt.multiply, (2, leaf), mt.empty(2)),
    ):
        with pytest.raises(RuntimeError, match="don't support automatic differentiation, but one"):
            function(*args, out=out)
    with mt.no_grad():
        assert mt.exp(leaf, out=leaf) is leaf
    assert leaf.requires_grad


def test_dtypes():
    ints, floats = mt.tensor([1, 2]), mt.tensor([0.5, 1.5])
    assert mt.add(ints, 1, out=mt.empty(2)).tolist() == [2, 3]
    assert mt.sum(ints, 0, out=mt.empty(0, dtype=mt.int32)).dtype is mt.int32
    assert mt.arange(3, out=mt.empty(0)).tolist() == [0.0, 1.0, 2.0]
    for function, message in (
        (mt.exp, "result type Float can't be cast to the desired output type Long"),
        (mt.floor, "Found dtype Long but expected Float"),
        (mt.tril, "Expected out tensor to have dtype float, but got long int instead"),
    ):
        with pytest.raises(RuntimeError, match=message):
            function(floats[None], out=ints)
    with pytest.raises(TypeError, match="input types can't be cast to the desired output type"):
        mt.cat([floats, floats], out=ints)
    with pytest.raises(RuntimeError, match="dtype Double does not match dtype of out parameter"):
        mt.zeros(2, dtype=mt.float64, out=floats)


def test_resizing_warns():
    out = mt.zeros(3)
    with pytest.warns(UserWarning, match=r"resized since it had shape \[3\]"):
        mt.exp(mt.zeros(2), out=out)
    assert out.tolist() == [1, 1]
    mt.ones(4, out=out)
    assert out.tolist() == [1, 1, 1, 1]


def test_wrong_outs():
    x = mt.ones(2, 2)
    for out in (3, (mt.empty(0),), [mt.empty(0), 3]):
        with pytest.raises(TypeError):
            mt.exp(x, out=out)
    for out in (mt.empty(0), (mt.empty(0),)):
        with pytest.raises(TypeError):
            mt.max(x, 0, out=out)
    with pytest.raises(TypeError):
        x.exp(out=mt.empty(0))


def test_functions_keep_their_names_and_signatures():
    assert mt.cumsum.__name__ == "cumsum" and "running" in mt.cumsum.__doc__.lower()
    assert "dim" in inspect.signature(mt.cumsum).parameters


def test_resize():
    x = mt.arange(6.0)
    assert x.resize_(2, 2) is x
    assert x.tolist() == [[0, 1], [2, 3]] and x._version == 1
    assert x.resize_((3, 2)).tolist() == [[0, 1], [2, 3], [4, 5]]
    grown = mt.arange(3).resize_(5)
    assert grown.shape == (5,) and grown[:3].tolist() == [0, 1, 2]
    assert mt.arange(6)[2:4].resize_(3).tolist() == [2, 3, 4]
    assert mt.zeros(2).resize_as_(mt.zeros(2, 3)).shape == (2, 3)
    with pytest.raises(RuntimeError, match="cannot resize variables that require grad"):
        mt.ones(2, requires_grad=True).resize_(3)
    with pytest.raises(TypeError, match="missing 1 required positional"):
        mt.ones(2).resize_()
    with pytest.raises(RuntimeError, match="integer multiplication overflow"):
        mt.ones(2).resize_(-1)


def test_set():
    x, y = mt.zeros(2), mt.arange(3.0)
    assert x.set_(y) is x
    x[0] = 5
    assert y.tolist() == [5, 1, 2]
    assert x.set_().shape == (0,)
    with pytest.raises(RuntimeError, match="Could not set tensor of type long int to a tensor"):
        x.set_(mt.tensor([1]))
    with pytest.raises(RuntimeError, match="a leaf Variable that requires grad"):
        mt.ones(2, requires_grad=True).set_(y)
