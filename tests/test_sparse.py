"""Sparse tensors: what ``programs/sparse.txt`` does not say."""

from __future__ import annotations

import pickle

import numpy as np
import pytest
from hypothesis import given, strategies as st

import minitorch as mt
from minitorch.autograd import gradcheck, gradgradcheck

PLACES = mt.tensor([[0, 1, 1, 1], [2, 0, 2, 2]])


def sparse(numbers):
    return mt.sparse_coo_tensor(PLACES, numbers, (2, 3))


@pytest.mark.parametrize(
    "function",
    [
        lambda v, d: mt.sparse.mm(sparse(v), d),
        lambda v, d: d.t() @ sparse(v).t(),
        lambda v, d: sparse(v) @ d[:, 0],
        lambda v, d: (sparse(v) * d.t()).to_dense(),
        lambda v, d: (sparse(v) @ sparse(v).t()).to_dense(),
        lambda v, d: (sparse(v) * sparse(v)).to_dense(),
        lambda v, d: sparse(v).sqrt().to_dense(),
        lambda v, d: mt.sparse.softmax(sparse(v), 1).to_dense(),
        lambda v, d: mt.sparse.log_softmax(sparse(v), 0).coalesce().values(),
        lambda v, d: d.t() - sparse(v),
        lambda v, d: (d * d).to_sparse().coalesce().values(),
    ],
)
def test_derivatives(function):
    numbers = mt.tensor([1.0, 2.0, 3.0, 4.0], dtype=mt.float64, requires_grad=True)
    dense = mt.arange(1.0, 7.0, dtype=mt.float64).view(3, 2).requires_grad_()
    assert gradcheck(function, (numbers, dense))
    assert gradgradcheck(function, (numbers, dense))


@given(st.integers(1, 5), st.integers(1, 5), st.integers(0, 12), st.integers(0, 99))
def test_products_of_random_matrices(rows, columns, nnz, seed):
    rng = np.random.default_rng(seed)
    places = np.stack([rng.integers(0, rows, nnz), rng.integers(0, columns, nnz)])
    numbers = rng.integers(-3, 4, nnz).astype(np.float64)
    array = np.zeros((rows, columns))
    np.add.at(array, tuple(places), numbers)
    A = mt.sparse_coo_tensor(mt.tensor(places), mt.tensor(numbers), (rows, columns))
    other = rng.standard_normal((columns, 2))
    np.testing.assert_array_equal(A.to_dense().numpy(), array)
    np.testing.assert_allclose((A @ mt.tensor(other)).numpy(), array @ other, atol=1e-12)
    np.testing.assert_array_equal((A @ A.t()).to_dense().numpy(), array @ array.T)
    np.testing.assert_array_equal((A * A).to_dense().numpy(), array * array)
    np.testing.assert_array_equal((A - A).to_dense().numpy(), 0 * array)
    np.testing.assert_array_equal(mt.tensor(array).to_sparse().to_dense().numpy(), array)


@pytest.mark.parametrize(
    "line",
    [
        lambda A: A.exp(),
        lambda A: A[0],
        lambda A: A == A,
        lambda A: A.item(),
        lambda A: A.view(-1),
        lambda A: mt.cat([A, A]),
        lambda A: mt.nn.functional.linear(mt.ones(3), A),
        lambda A: A.add_(A),
        lambda A: A.register_hook(print),
        lambda A: mt.autograd.grad(A.sum(), A),
        lambda A: A.sum().backward(inputs=[A]),
        lambda A: mt.nn.Parameter(A),
        lambda A: setattr(A, "grad", A),
        lambda A: setattr(A, "data", mt.ones(2, 3)),
    ],
)
def test_what_takes_dense_tensors_only_says_so(line):
    A = sparse(mt.ones(4)).requires_grad_()
    with pytest.raises(NotImplementedError, match=r"'SparseCPU' backend.\n.*to_dense"):
        line(A)


def test_parts_have_to_fit():
    for size in [(2, 2), (1, 3)]:  # PyTorch would read and write elsewhere in memory
        with pytest.raises(RuntimeError, match="size is inconsistent with indices: for dim"):
            mt.sparse_coo_tensor(PLACES, mt.ones(4), size)
    with pytest.raises(RuntimeError, match="indices must be sparse_dim x nnz"):
        mt.sparse_coo_tensor([0, 1], [1.0, 2.0])
    with pytest.raises(RuntimeError, match="same dtype"):
        sparse(mt.ones(4)) @ mt.ones(3, 2).double()
    with pytest.raises(RuntimeError, match="matrices expected"):
        sparse(mt.ones(4)) @ mt.ones(1, 3, 2)
    with pytest.raises(RuntimeError, match="must be sparse"):
        mt.ones(2, 2).to_sparse(1).t()
    with pytest.raises(RuntimeError, match="dtype argument is not supported"):
        sparse(mt.ones(4)).to_dense(mt.float64)
    with pytest.raises(NotImplementedError, match="sparse_coo only"):
        mt.ones(2).to_sparse(layout=mt.strided)
    with pytest.raises(AssertionError, match="CUDA"):
        sparse(mt.ones(4)).cuda()


def test_numbers_of_a_copy_are_its_own():
    numbers = mt.ones(4)
    A = sparse(numbers)
    assert pickle.loads(pickle.dumps(A)).to_dense().tolist() == A.to_dense().tolist()
    kept = A.clone()
    numbers.zero_()  # A shares them
    assert A.sum() == 0
    assert kept.sum() == 4


def test_gradients_of_what_is_no_leaf_can_be_kept():
    numbers = mt.ones(4, requires_grad=True)
    A = sparse(numbers)
    A.retain_grad()
    (A * 2).sum().backward()
    assert A.retains_grad
    assert A.grad.to_dense().tolist() == [[0, 0, 2], [2, 0, 4]]
    leaf = sparse(mt.ones(4))
    leaf.requires_grad = True
    assert leaf.is_leaf
    assert leaf.sum().requires_grad
