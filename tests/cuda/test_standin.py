"""The stand-in is strict: each rule that it is there for."""

from __future__ import annotations

import numpy as np
import pytest

cp = pytest.importorskip("cupy")
if not hasattr(cp, "_core") or not hasattr(cp._core, "waits"):
    pytest.skip("this is the real CuPy", allow_module_level=True)

cupyx = pytest.importorskip("cupyx")
special = pytest.importorskip("cupyx.scipy.special")

HOST = np.arange(6.0).reshape(2, 3)
X = cp.asarray(HOST)

REFUSED = {
    "a ufunc of NumPy": lambda: np.exp(X),
    "a function of NumPy": lambda: np.concatenate([X, X]),
    "conversion": lambda: np.asarray(X),
    "an operator": lambda: X + HOST,
    "an operator, reflected": lambda: HOST + X,
    "a comparison": lambda: HOST == X,
    "a list": lambda: X * [1.0, 2.0, 3.0],
    "an argument": lambda: cp.maximum(X, HOST),
    "an argument in a list": lambda: cp.concatenate([X, HOST]),
    "an index": lambda: X[np.array([0])],
    "a list as an index": lambda: X[[0, 1]],
    "a value": lambda: X.__setitem__(0, HOST[0]),
    "out=": lambda: cp.exp(X, out=HOST),
    "where=": lambda: cp.add(X, X, where=X > 0),
    "a parameter that only NumPy has": lambda: cp.sum(X, where=X > 0),
    "a dtype without a kernel": lambda: cp.arctan2(X, X * 1j),
    "adding up bytes": lambda: cp.add.at(cp.zeros(2, "int8"), X.astype(int)[0], 1),
    "adding up complex numbers": lambda: cp.add.at(cp.zeros(2, "D"), X.astype(int)[0], 1j),
    "the largest float16": lambda: cp.maximum.at(cp.zeros(2, "e"), X.astype(int)[0], 1),
    "an order of a result": lambda: cp.power(X, 2, order="C"),
    "the order of a polygamma as a number": lambda: special.polygamma(1, X),
    "a range": lambda: range(X[0, 0].astype(int)),
}


@pytest.mark.parametrize("rule", REFUSED)
def test_refused(rule):
    with pytest.raises((TypeError, NotImplementedError)):
        REFUSED[rule]()


def test_names_that_cupy_does_not_have():
    for name in ("vecdot", "ndenumerate", "spacing", "insert"):
        assert hasattr(np, name) and not hasattr(cp, name)
    assert not hasattr(X, "ctypes") and not hasattr(X, "newbyteorder")
    with pytest.raises(NotImplementedError):
        cp.maximum.reduce(X)


def test_results_are_arrays():
    assert cp.linalg.eig(X[:, :2])[0].dtype == complex
    for result in (X.sum(), X[0, 0], cp.exp(X[0, 0]), X.max(), cp.count_nonzero(X), X @ X[0]):
        assert type(result) is cp.ndarray and not isinstance(result, np.ndarray)
    assert type(cp.linalg.qr(X)) is tuple
    np.testing.assert_array_equal(cp.asnumpy(np.float32(2) * X), 2 * HOST)


def test_indices_out_of_bounds_read_another_element():
    assert X[cp.asarray([3, -5])].get().tolist() == HOST[[1, 1]].tolist()
    assert X.take(cp.asarray([7])).get().tolist() == [1]


def test_of_several_values_the_first_stays():
    x = cp.zeros(2)
    x[cp.asarray([1, 1])] = cp.asarray([5.0, 6.0])
    assert x.get().tolist() == [0, 5]
    x[cp.asarray([1, 1])] += 1.0
    assert x.get().tolist() == [0, 6]


def test_memory_is_row_by_row():
    images = np.zeros((2, 3, 4, 5)).transpose(0, 3, 1, 2)
    there = cp.asarray(images)
    assert there.flags.c_contiguous and not images.flags.c_contiguous
    assert cp.asarray(HOST.T).flags.f_contiguous  # two dimensions may be column by column
    permuted = cp.zeros((2, 3, 4, 5)).transpose(0, 3, 1, 2)
    for result in (permuted + 1, cp.exp(permuted), permuted.get(), permuted.copy()):
        assert result.flags.c_contiguous
    assert not cp.zeros_like(permuted).flags.c_contiguous
    assert cp.ascontiguousarray(X.sum()).shape == (1,)
    with cp.cuda.Device(1):
        assert permuted.copy().device.id == 1
        with pytest.raises(NotImplementedError, match="non-contiguous array between devices"):
            cp.asarray(permuted)


def test_decompositions_that_fail():
    singular = cp.zeros((2, 2))
    assert np.isnan(cp.linalg.inv(singular).get()).all()  # nobody looks
    with cupyx.errstate(linalg="raise"), pytest.raises(np.linalg.LinAlgError):
        cp.linalg.inv(singular)


def test_waits_are_counted():
    looks = [
        lambda: bool(X[0, 0]), lambda: float(X[0, 0]), lambda: int(X[0, 0]), X.get, X[0, 0].item,
        X.tolist, X.nonzero, lambda: X[X > 0], lambda: cp.unique(X), lambda: repr(X),
        lambda: cp.unravel_index(cp.asarray([1]), (2, 3)),
    ]  # fmt: skip
    for look in looks:
        cp._core.waits.clear()
        look()
        assert sum(cp._core.waits.values()) == 1
    cp._core.waits.clear()
    cp.exp(X + 1).sum(axis=0)
    assert not cp._core.waits


def test_arrays_on_a_gpu_that_is_not_the_current_one():
    with cp.cuda.Device(1):
        other = cp.zeros(2)
    assert other.device.id == 1 and other[:1].device.id == other.reshape(2, 1).device.id == 1
    for call in (lambda: other + 1, other.sum, lambda: cp.concatenate([other])):
        with pytest.raises(ValueError, match="must be same as the current device"):
            call()
