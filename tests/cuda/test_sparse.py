"""Sparse tensors on a GPU: as in main memory."""

from __future__ import annotations

import pytest

import minitorch as mt


def tensors(device):
    """A sparse matrix with a place named twice, its numbers, and a dense matrix."""
    numbers = mt.tensor([1.0, 2.0, 3.0, 4.0], device=device, requires_grad=True)
    places = mt.tensor([[0, 1, 1, 1], [2, 0, 2, 2]], device=device)
    A = mt.sparse_coo_tensor(places, numbers, (2, 3))
    return A, numbers, mt.arange(1.0, 7.0, device=device).view(3, 2)


@pytest.mark.parametrize(
    "line",
    [
        lambda A, D: A.to_dense(),
        lambda A, D: mt.sparse.mm(A, D),
        lambda A, D: D.t() @ A.t(),
        lambda A, D: A @ D[:, 0],
        lambda A, D: (A @ A.t()).to_dense(),
        lambda A, D: (A * A).coalesce().values(),
        lambda A, D: (A * D.t() + A).to_dense(),
        lambda A, D: mt.sparse.softmax(A, 1).coalesce().values(),
        lambda A, D: mt.sparse.sum(A, 1).to_dense(),
        lambda A, D: D.to_sparse().values() * A.sum(),
        lambda A, D: A.cuda().cpu().double().to_dense(),
    ],
)
def test_values_and_gradients(line):
    results = []
    for device in ("cpu", "cuda"):
        A, numbers, dense = tensors(device)
        out = line(A, dense)
        (out * out).sum().backward()
        results.append((out.detach().cpu(), numbers.grad.cpu()))
    for here, there in zip(*results, strict=True):
        mt.testing.assert_close(here, there)


def test_it_says_where_it_is():
    A, _, _ = tensors("cuda")
    assert A.is_cuda
    assert "device='cuda:0'" in repr(A)
    with pytest.raises(NotImplementedError, match="SparseCUDA"):
        A.exp()
