"""`autograd.Function`: operations that a user writes, with PyTorch's signature."""

from __future__ import annotations

import copy
import gc
import weakref

import pytest

import minitorch as mt
from minitorch.autograd import Function, grad
from minitorch.autograd.once import once_differentiable


def leaf(*values):
    return mt.tensor(values, dtype=mt.float32, requires_grad=True)


class Cube(Function):
    @staticmethod
    def forward(ctx, x, scale):
        ctx.save_for_backward(x)
        ctx.scale = scale
        assert not (x * 2).requires_grad, "forward is not recorded"
        return x * x * x * scale

    @staticmethod
    def backward(ctx, gradient):
        (x,) = ctx.saved_tensors
        assert ctx.needs_input_grad == (True, False)
        return gradient * 3 * x * x * ctx.scale, None


class Both(Function):
    """Product and sum, in the newer form: `forward` has no ``ctx``."""

    @staticmethod
    def forward(x, y):
        return x * y, x + y

    @staticmethod
    def setup_context(ctx, inputs, output):
        ctx.save_for_backward(*inputs, output[0], None)

    @staticmethod
    def backward(ctx, a, b):
        x, y, product, nothing = ctx.saved_tensors
        assert product.tolist() == (x * y).tolist()
        assert nothing is None
        return a * y + b, a * x + b


def test_first_and_second_derivative():
    x = leaf(1, 2)
    y = Cube.apply(x, 10.0)
    assert y.grad_fn.name() == "CubeBackward"
    (first,) = grad(y.sum(), x, create_graph=True)
    assert first.tolist() == [30, 120]
    assert grad(first.sum(), x)[0].tolist() == [60, 120]
    assert not Cube.apply(mt.ones(2), 1.0).requires_grad
    with mt.no_grad():
        assert not Cube.apply(x, 1.0).requires_grad


def test_setup_context_and_two_results():
    x, y = leaf(1, 2), leaf(3, 4)
    product, total = Both.apply(x, y)
    product.sum().backward(retain_graph=True)
    assert (x.grad.tolist(), y.grad.tolist()) == ([3, 4], [1, 2])
    (product * total).sum().backward()
    assert x.grad.tolist() == [3 + 3 * 4 + 3, 4 + 4 * 6 + 8]
    with pytest.raises(RuntimeError, match="backward through the graph a second time"):
        total.sum().backward()


def test_no_reference_cycle():
    gc.disable()
    try:
        x = leaf(1, 2)
        results = Both.apply(x * 1, x * 1)
        watched = [weakref.ref(results[0]), weakref.ref(results[0].grad_fn)]
        del results
        assert [thing() for thing in watched] == [None, None]
    finally:
        gc.enable()


def test_a_context_that_is_copied_keeps_what_the_user_put_there():
    contexts = []

    class Kept(Cube):
        @staticmethod
        def forward(ctx, x, scale):
            contexts.append(ctx)
            return Cube.forward(ctx, x, scale)

    Kept.apply(leaf(1, 2), 3)
    assert copy.copy(contexts[0]).scale == 3
    with pytest.raises(AttributeError, match="'KeptBackward' object has no attribute 'other'"):
        _ = contexts[0].other


def test_an_input_that_is_returned_is_a_new_tensor():
    class Same(Function):
        @staticmethod
        def forward(ctx, x):
            return x

        @staticmethod
        def backward(ctx, gradient):
            return gradient * 100

    x = leaf(1, 2)
    y = Same.apply(x)
    assert y is not x
    y.sum().backward()
    assert x.grad.tolist() == [100, 100]


def test_results_without_gradient():
    class Split(Function):
        @staticmethod
        def forward(ctx, x):
            half = x * 0.5
            ctx.mark_non_differentiable(half)
            ctx.set_materialize_grads(False)
            return x * 2, half, x.argmax(), "text"

        @staticmethod
        def backward(ctx, gradient, *rest):
            assert rest == (None, None, None)
            return gradient * 2

    x = leaf(1, 2)
    double, half, place, text = Split.apply(x)
    assert [t.requires_grad for t in (double, half, place)] == [True, False, False]
    assert text == "text"
    double.sum().backward()
    assert x.grad.tolist() == [2, 2]


def test_an_input_changed_in_place():
    class AddOne(Function):
        @staticmethod
        def forward(ctx, x):
            x.add_(1)
            ctx.mark_dirty(x)
            return x

        @staticmethod
        def backward(ctx, gradient):
            return gradient * 7

    x = leaf(1, 2)
    y = x * 3
    z = AddOne.apply(y)
    assert z is y
    assert z.tolist() == [4, 7]
    z.sum().backward()
    assert x.grad.tolist() == [21, 21]
    with pytest.raises(RuntimeError, match="a leaf Variable that requires grad"):
        AddOne.apply(x)


def test_saved_tensors_may_not_change():
    x = leaf(1, 2)
    y = x * 1
    loss = Cube.apply(y, 1.0).sum()
    y.mul_(2)
    with pytest.raises(RuntimeError, match="modified by an inplace operation"):
        loss.backward()


def test_returned_gradients_are_the_users():
    class Keep(Function):
        @staticmethod
        def forward(ctx, x, y):
            return x + y

        @staticmethod
        def backward(ctx, gradient):
            Keep.kept = gradient
            return gradient, gradient

    x, y = leaf(1, 2), leaf(3, 4)
    (Keep.apply(x, y) * 2).sum().backward()
    x.grad.mul_(100)
    assert y.grad.tolist() == [2, 2]
    assert Keep.kept.tolist() == [2, 2]


def test_once_differentiable():
    class Square(Function):
        @staticmethod
        def forward(ctx, x, y):
            ctx.save_for_backward(x)
            return x * x

        @staticmethod
        @once_differentiable
        def backward(ctx, gradient):
            assert not mt.is_grad_enabled()
            return gradient * 2 * ctx.saved_tensors[0], None

    x = leaf(1, 2)
    assert grad(Square.apply(x, 1).sum(), x)[0].tolist() == [2, 4]
    (first,) = grad(Square.apply(x, 1).sum(), x, create_graph=True)
    assert first.tolist() == [2, 4]
    with pytest.raises(RuntimeError, match="marked with @once_differentiable"):
        first.sum().backward()

    class One(Square):
        @staticmethod
        def forward(ctx, x):
            return x * 1

        @staticmethod
        @once_differentiable
        def backward(ctx, gradient):
            return gradient * 2

    assert grad(One.apply(x).sum(), x, create_graph=True)[0].tolist() == [2, 2]


class Lazy(Function):
    @staticmethod
    def forward(ctx, x, y=None):
        return x * 2


class Forgetful(Lazy):
    @staticmethod
    def backward(ctx, gradient):
        return gradient


class Talkative(Lazy):
    @staticmethod
    def backward(ctx, gradient):
        return gradient, None, gradient


class Generous(Lazy):
    @staticmethod
    def backward(ctx, gradient):
        return gradient, None, None


class Shapeless(Lazy):
    @staticmethod
    def backward(ctx, gradient):
        return mt.ones(5)


class Saves(Lazy):
    @staticmethod
    def forward(ctx, x):
        ctx.save_for_backward(x, 3)
        return x


class Old(Function):
    @staticmethod
    def forward(x):
        return x * 2

    @staticmethod
    def setup_context(ctx, inputs, output):
        Function.setup_context(ctx, inputs, output)


@pytest.mark.parametrize(
    ("run", "error", "message"),
    [
        (
            lambda x: Lazy.apply(x).sum().backward(),
            NotImplementedError,
            "implement either the backward",
        ),
        (lambda x: Function.apply(x), NotImplementedError, "implement the forward function"),
        (lambda x: Old.apply(x), NotImplementedError, "setup_context is not implemented"),
        (lambda x: Forgetful.apply(x, x).sum().backward(), RuntimeError, r"expected 2, got 1"),
        (lambda x: Talkative.apply(x, x).sum().backward(), RuntimeError, r"expected 2, got 3"),
        (
            lambda x: Shapeless.apply(x).sum().backward(),
            RuntimeError,
            "returned an invalid gradient",
        ),
        (
            lambda x: Saves.apply(x),
            TypeError,
            "can only save variables, but argument 1 is of type int",
        ),
    ],
)
def test_refused(run, error, message):
    with pytest.raises(error, match=message):
        run(leaf(1, 2))


def test_extra_none_is_allowed():
    x = leaf(1, 2)
    Generous.apply(x).sum().backward()
    assert x.grad.tolist() == [1, 1]
