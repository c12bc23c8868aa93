"""gradcheck finds wrong derivatives: what finds errors must not overlook them."""

from __future__ import annotations

import numpy as np
import pytest

import minitorch as mt
from minitorch.autograd import Function, gradcheck, gradgradcheck
from minitorch.autograd.gradcheck import GradcheckError


def cube(wrong=1.0, wrong_second=1.0, detached=False):
    """x³ with a derivative, and a second derivative, that are wrong by these factors."""

    class Derivative(Function):
        @staticmethod
        def forward(ctx, x):
            ctx.save_for_backward(x)
            return 3 * x * x * wrong

        @staticmethod
        def backward(ctx, grad):
            (x,) = ctx.saved_tensors
            return grad * 6 * x * wrong * wrong_second

    class Cube(Function):
        @staticmethod
        def forward(ctx, x):
            ctx.save_for_backward(x)
            return x * x * x

        @staticmethod
        def backward(ctx, grad):
            (x,) = ctx.saved_tensors
            return grad * Derivative.apply(x.detach() if detached else x)

    return Cube.apply


def numbers(*shape, dtype=np.float64, seed=0):
    array = np.random.default_rng(seed).uniform(0.5, 1.5, shape).astype(dtype)
    return mt.tensor(array, requires_grad=True)


def test_right_derivatives_pass():
    assert gradcheck(cube(), numbers(2, 3))
    assert gradgradcheck(cube(), numbers(2, 3))
    assert gradgradcheck(cube(), numbers(2), grad_outputs=mt.tensor([1.0, 2.0], dtype=mt.float64))


@pytest.mark.parametrize("factor", [0.0, 0.99, -1.0, 2.0, float("nan")])
def test_wrong_derivative_is_found(factor):
    with pytest.raises(
        GradcheckError, match="Jacobian mismatch for output 0 with respect to input 0"
    ):
        gradcheck(cube(wrong=factor), numbers(2, 3))
    assert not gradcheck(cube(wrong=factor), numbers(2, 3), raise_exception=False)


@pytest.mark.parametrize(
    "broken", [{"wrong_second": 0.99}, {"wrong_second": 0.0}, {"detached": True}]
)
def test_wrong_second_derivative_is_found(broken):
    assert gradcheck(cube(**broken), numbers(2, 3))
    with pytest.raises(GradcheckError):
        gradgradcheck(cube(**broken), numbers(2, 3))
    assert not gradgradcheck(cube(**broken), numbers(2, 3), raise_exception=False)


def test_each_input_and_output_is_checked():
    x, y = numbers(2), numbers(3, seed=1)

    def call(broken):
        return lambda x, y: (x * 2, None, cube(wrong=broken)(y), mt.tensor([1]))

    assert gradcheck(call(1.0), (x, y))
    with pytest.raises(GradcheckError, match="output 2 with respect to input 1"):
        gradcheck(call(0.5), (x, y))


def test_forgotten_history_is_found():
    with pytest.raises(GradcheckError):
        gradcheck(lambda x: x.detach() * 2, numbers(2))
    assert gradcheck(lambda x: (x * 2, x.detach()), numbers(2)), "as in PyTorch, not looked at"
    assert gradcheck(lambda x: x.new_ones(2), numbers(2)), "a constant has no derivative"


def test_complex_numbers():
    z = mt.tensor([0.3 + 0.7j, -1.1 + 0.2j], dtype=mt.complex128, requires_grad=True)
    assert gradcheck(lambda z: (z * z, z.abs(), z.real * z.imag), z)
    assert gradgradcheck(lambda z: z * z * z, z)

    class WithoutConjugate(Function):
        @staticmethod
        def forward(ctx, z):
            ctx.save_for_backward(z)
            return z * z

        @staticmethod
        def backward(ctx, grad):
            return grad * 2 * ctx.saved_tensors[0]

    assert not gradcheck(WithoutConjugate.apply, z, raise_exception=False)


@pytest.mark.parametrize("shape", [(), (0,), (2, 0, 3)])
def test_scalars_and_empty_tensors(shape):
    assert gradcheck(cube(), numbers(*shape))
    assert gradgradcheck(cube(), numbers(*shape))
    assert gradcheck(lambda x: x.sum(), numbers(*shape))


def test_inputs_with_gaps_in_memory_come_back_unchanged():
    array = np.random.default_rng(0).uniform(0.5, 1.5, (3, 4))
    x = mt.from_numpy(array.T[::2]).requires_grad_()
    before = array.copy()
    assert gradcheck(cube(), x)
    with pytest.raises(GradcheckError):
        gradcheck(cube(wrong=0.9), x)
    np.testing.assert_array_equal(array, before)
    assert x.grad is None


@pytest.mark.parametrize("check", [gradcheck, gradgradcheck])
@pytest.mark.parametrize(
    ("x", "error", "message"),
    [
        (mt.ones(2, dtype=mt.float64), ValueError, "at least one input tensor to require gradient"),
        (
            mt.ones(1, dtype=mt.float64).expand(3).requires_grad_(),
            RuntimeError,
            "The 0th input has a dimension with stride 0",
        ),
    ],
)
def test_what_finite_differences_cannot_handle(check, x, error, message):
    with pytest.raises(error, match=message):
        check(lambda x: x * 2, x)


def test_tangents():
    z = mt.tensor([0.3 + 0.7j, -1.1 + 0.2j], dtype=mt.complex128, requires_grad=True)
    x, y = numbers(2, 3), numbers(3)
    cases = (
        (cube(), (x,)),
        (lambda x, y, n: (x @ y * n, x.sum(), y.round(), mt.tensor([1])), (x, y, 2)),
        (lambda z: (z * z, z.abs(), z.conj()), (z,)),
        (mt.relu, (numbers(0),)),
    )
    for function, inputs in cases:
        assert gradcheck(function, inputs, check_forward_ad=True)
        assert gradcheck(function, inputs, check_forward_ad=True, check_backward_ad=False)
    assert gradgradcheck(mt.sin, numbers(2), check_fwd_over_rev=True)


def test_wrong_tangents_are_found():
    said = "Jacobian computed with forward mode mismatch for output 1 with respect to input 0"
    only_tangents = {"check_forward_ad": True, "check_backward_ad": False}
    for function in (cube(wrong=0.9), lambda x: x.detach() * x):
        with pytest.raises(GradcheckError, match=said):
            gradcheck(lambda x, f=function: (x * 2, f(x)), numbers(2), **only_tangents)
        assert not gradcheck(function, numbers(2), raise_exception=False, **only_tangents)
    only = {"check_fwd_over_rev": True, "check_rev_over_rev": False, "check_undefined_grad": False}
    with pytest.raises(GradcheckError, match="forward mode"):
        gradgradcheck(cube(wrong_second=0.9), numbers(2), **only)


def test_it_does_not_say_that_what_it_cannot_check_is_right():
    for check, options in (
        (gradcheck, {"check_batched_grad": True}),
        (gradcheck, {"check_batched_forward_grad": True, "check_forward_ad": True}),
        (gradgradcheck, {"check_batched_grad": True}),
    ):
        with pytest.raises(NotImplementedError, match="no check of"):
            check(mt.exp, numbers(1), **options)
