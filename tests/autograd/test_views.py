"""Views and in-place changes: the history stays true, or the change is refused."""

from __future__ import annotations

import pytest

import minitorch as mt


def leaf(*values):
    return mt.tensor(values, dtype=mt.float32, requires_grad=True)


def grid():
    return leaf([1, 2], [3, 4])


# In-place changes ---------------------------------------------------------------------------------


def test_chain_of_changes():
    x = leaf(1, 2)
    y = x * 1
    y.mul_(3).add_(1).mul_(y.detach().clone())
    y.sqrt_()
    assert y.tolist() == [4, 7]
    assert y._version == 4
    y.sum().backward()
    assert x.grad.tolist() == [1.5, 1.5]


def test_what_backward_needs_of_the_old_value_is_kept():
    x, w = leaf(2, 3), leaf(5, 7)
    y = x * 1
    y.mul_(w)
    y.pow_(2)
    y.sum().backward()
    assert y.tolist() == [100, 441]
    assert x.grad.tolist() == [2 * 2 * 25, 2 * 3 * 49]
    assert w.grad.tolist() == [2 * 5 * 4, 2 * 7 * 9]
    y = x * 1
    y.mul_(y)  # needs both the old value and, as the other factor, the new one
    with pytest.raises(RuntimeError, match="modified by an inplace operation"):
        y.sum().backward()


def test_a_result_that_backward_needs_may_not_change_again():
    x = leaf(1, 2)
    y = (x * 1).exp_()
    y.sum().backward(retain_graph=True)
    y.add_(1)
    with pytest.raises(RuntimeError, match="modified by an inplace operation"):
        y.sum().backward()


def test_augmented_assignment():
    x = leaf(2, 3)
    y = same = x * 1
    y += 1
    y *= 2
    y -= x
    y /= 4
    y **= 2
    assert y is same
    assert y.tolist() == [1, 1.5625]
    y.sum().backward()
    assert x.grad.tolist() == pytest.approx([0.5, 0.625])


def test_constants_cut_the_history():
    x = leaf(1, 2, 3)
    y = x * 2
    y[1] = 7.0
    (y * y.detach()).sum().backward()
    assert x.grad.tolist() == [4, 0, 12]
    for overwrite in (
        lambda t: t.zero_(),
        lambda t: t.fill_(3.0),
        lambda t: t.copy_(mt.ones(3)),
        lambda t: t.gt_(0),
        lambda t: t.uniform_(),
    ):
        x.grad = None
        overwrite(x * 2).sum().backward()
        assert x.grad.tolist() == [0, 0, 0]


# Views --------------------------------------------------------------------------------------------


def test_views_share_memory_and_version():
    x = mt.zeros(2, 3)
    views = [x[0], x.t(), x.view(6), x[:, 1:], x.expand(4, 2, 3), x.unsqueeze(0), x.detach()]
    x.add_(1)
    assert all(v.min().item() == 1 for v in views)
    assert {v._version for v in [x, *views]} == {1}
    assert [v._is_view() for v in views] == [True] * 6 + [False]
    assert all(v._base is x for v in views[:-1])
    assert x.t()[0].view(2)._base is x
    assert x._base is None
    assert not (x + 1)._is_view()
    assert x.data._version == 0


def test_a_view_written():
    x = grid()
    y = x * 1
    row, column = y[0], y[:, 1]
    row.mul_(10)
    assert y.tolist() == [[10, 20], [3, 4]]
    assert column.tolist() == [20, 4]
    assert y.grad_fn.name() == "torch::autograd::CopySlices"
    assert repr(y).endswith("grad_fn=<CopySlices>)")
    (column * mt.tensor([1.0, 2.0])).sum().backward(retain_graph=True)
    assert x.grad.tolist() == [[0, 10], [0, 2]]
    x.grad = None
    (y * y.detach()).sum().backward()
    assert x.grad.tolist() == [[100, 200], [3, 4]]


def test_a_view_of_a_view_written():
    x = mt.arange(12.0).requires_grad_()
    y = (x * 1).view(3, 4)
    z = y.t()[1:3]
    z[0].add_(z[1])
    z.mul_(2)
    assert y.tolist() == [[0, 6, 4, 3], [4, 22, 12, 7], [8, 38, 20, 11]]
    y.sum().backward()
    assert x.grad.tolist() == [1, 2, 4, 1] * 3


def test_the_base_written_after_a_view():
    x = leaf(1, 2, 3)
    y = x * 1
    v = y[1:]
    y.mul_(3)
    assert v.tolist() == [6, 9]
    (v * v).sum().backward()
    assert x.grad.tolist() == [0, 36, 54]


def test_a_constant_gets_a_history_through_a_view():
    w = mt.tensor(5.0, requires_grad=True)
    base = mt.zeros(3)
    view = base[1:]
    base[1] = w
    base[2:].add_(w * 2)
    assert base.tolist() == [0, 5, 10]
    assert base.requires_grad
    assert view.requires_grad
    (base * base).sum().backward()
    assert w.grad.item() == 2 * 5 + 2 * 10 * 2


def test_comparison_written_into_a_view():
    x = leaf(1, 2, 3)
    y = x * 2
    y[1:].eq_(4.0)
    assert y.tolist() == [2, 1, 0]
    y.sum().backward()
    assert x.grad.tolist() == [2, 0, 0]


def test_a_part_written_of_a_transposed_base():
    x = mt.arange(6.0).requires_grad_()
    y = (x * 1).view(2, 3).t()
    y.view(3, 2).t()[0, 1:].mul_(5) if y.is_contiguous() else y[1:, 0].mul_(5)
    y.sum().backward()
    assert x.grad.tolist() == [1, 5, 5, 1, 1, 1]


def test_second_derivative_through_a_written_view():
    x = mt.tensor([1.0, 2.0], dtype=mt.float64, requires_grad=True)

    def program(x):
        y = x * x
        y[0].mul_(x[1])
        y.pow_(3)
        return y

    assert mt.autograd.gradcheck(program, x)
    assert mt.autograd.gradgradcheck(program, x)


# detach and data ----------------------------------------------------------------------------------


def test_detach_shares_memory_and_version():
    y = leaf(1, 2) * 2
    d = y.detach()
    d[0] = 10
    assert y.tolist() == [10, 4]
    assert y._version == 1
    assert not d.requires_grad
    loss = (y * y).sum()
    d.zero_()
    with pytest.raises(RuntimeError, match="modified by an inplace operation"):
        loss.backward()


def test_data_shares_memory_only():
    x = leaf(1, 2)
    y = x * 2
    loss = (y * 3).sum()
    y.data.zero_()
    assert y.tolist() == [0, 0]
    assert y._version == 0
    loss.backward()
    assert x.grad.tolist() == [6, 6]
    x.data = mt.tensor([7.0, 8.0])
    assert x.tolist() == [7, 8]
    with pytest.raises(TypeError, match="Variable data has to be a tensor, but got list"):
        x.data = [1.0]


def test_detach_in_place():
    y = leaf(1, 2) * 2
    assert y.detach_() is y
    assert y.is_leaf
    assert not y.requires_grad
    with pytest.raises(RuntimeError, match="Can't detach views in-place"):
        (leaf(1, 2) * 2)[0].detach_()


# What is refused ----------------------------------------------------------------------------------


def frozen_view():
    base = leaf(1, 2) * 1
    with mt.no_grad():
        view = base[1:]
    return base, view


def changed_base_of_frozen_view():
    base, view = frozen_view()
    base.mul_(2)
    return view * 2


def changed_base_of_view_of_frozen_view():
    base, view = frozen_view()
    view_of_view = view[:1]
    base.mul_(2)
    return view_of_view * 2


def changed_base_of_several_views():
    base = grid() * 1
    first, _ = base.unbind()
    base.mul_(2)
    return first * 2


def no_grad_view_of_leaf():
    x = leaf(1, 2)
    with mt.no_grad():
        view = x[1:]
    view.mul_(2)


@pytest.mark.parametrize(
    ("run", "message"),
    [
        (
            lambda: leaf(1, 2).add_(1),
            "a leaf Variable that requires grad is being used in an in-place",
        ),
        (lambda: leaf(1, 2)[0].add_(1), "a view of a leaf Variable that requires grad"),
        (lambda: leaf(1, 2).t().add_(1), "a view of a leaf Variable that requires grad"),
        (
            lambda: (grid() * 1).unbind()[0].add_(1),
            "Output 0 of Unbind is a view and is being modified",
        ),
        (
            lambda: (grid() * 1).split(1)[1].zero_(),
            "is the output of a function that returns multiple",
        ),
        (
            lambda: frozen_view()[1].mul_(2),
            "was created in no_grad mode and is being modified inplace",
        ),
        (changed_base_of_frozen_view, "its base or another view of its base has been modified"),
        (
            changed_base_of_view_of_frozen_view,
            "is a view of a view which was created in no_grad mode",
        ),
        (changed_base_of_several_views, "its base or another view of its base has been modified"),
        (no_grad_view_of_leaf, "a leaf Variable that requires grad|created in no_grad mode"),
        (
            lambda: mt.ones(2).add_(mt.ones(2, 2)),
            r"output with shape \[2\] doesn't match the broadcast",
        ),
        (
            lambda: mt.tensor([1, 2]).add_(1.5),
            "result type Float can't be cast to the desired output",
        ),
        (
            lambda: mt.ones(1).expand(3).add_(1),
            "more than one element of the written-to tensor refers",
        ),
        (
            lambda: overlapping().add_(overlapping.other),
            "some elements of the input tensor and the",
        ),
    ],
)
def test_refused(run, message):
    with pytest.raises(RuntimeError, match=message):
        run()


def overlapping():
    base = mt.arange(5.0)
    overlapping.other = base[1:]
    return base[:-1]


def test_overlap_that_does_no_harm():
    base = mt.arange(4.0)
    base.add_(base)
    base[:2].add_(base[2:])
    base.view(2, 2).t().mul_(base.view(2, 2).t())
    assert base.tolist() == [16, 64, 16, 36]


def test_under_no_grad_leaves_may_be_written():
    x = leaf(1, 2)
    with mt.no_grad():
        x.add_(1)
        x[0] = 5
    assert x.tolist() == [5, 3]
    assert x._version == 2
    assert x.requires_grad
    assert x.is_leaf
