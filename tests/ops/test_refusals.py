"""What elementwise functions refuse, in PyTorch's words, without PyTorch."""

from __future__ import annotations

import re

import numpy as np
import pytest

import minitorch as mt

F = mt.nn.functional
X = mt.tensor([1.0, 2.0])
I = mt.tensor([1, 2])  # noqa: E741
B = mt.tensor([True, False])
Z = mt.tensor([1 + 2j, 3j])

REFUSED = [
    (lambda: mt.exp(2.0), TypeError, "exp(): argument 'input' (position 1) must be Tensor, not fl"),
    (lambda: mt.arcsin("a"), TypeError, "arcsin(): argument 'input' (position 1) must be Tensor, "),
    (lambda: mt.maximum(X, 2), TypeError, "maximum(): argument 'other' (position 2) must be Tenso"),
    (lambda: mt.atan2(1, X), TypeError, "atan2(): argument 'input' (position 1) must be Tensor"),
    (lambda: mt.add(X, "a"), TypeError, "add(): argument 'other' (position 2) must be Tensor, not"),
    (lambda: mt.mul(X, np.ones(2)), TypeError, "must be Tensor, not numpy.ndarray"),
    (lambda: mt.add(X, X, alpha="a"), TypeError, "add(): argument 'alpha' must be Number, not str"),
    (lambda: mt.add(X, X, alpha=True), RuntimeError, "Boolean alpha only supported for Boolean"),
    (lambda: mt.add(I, I, alpha=1.5), RuntimeError, "For integral input tensors, argument alpha"),
    (lambda: mt.sub(X, X, alpha=1j), RuntimeError, "For non-complex input tensors, argument alpha"),
    (lambda: B - B, RuntimeError, "Subtraction, the `-` operator, with two bool tensors"),
    (lambda: 1 - B, RuntimeError, "Subtraction, the `-` operator, with a bool tensor"),
    (lambda: -B, RuntimeError, "Negation, the `-` operator, on a bool tensor is not supported."),
    (lambda: +B, RuntimeError, "The `+` operator, on a bool tensor is not supported."),
    (lambda: abs(B), NotImplementedError, "\"abs_cpu\" not implemented for 'Bool'"),
    (lambda: ~X, TypeError, "~ (operator.invert) is only implemented on integer and Boolean-type"),
    (lambda: X & X, NotImplementedError, "\"bitwise_and_cpu\" not implemented for 'Float'"),
    (lambda: mt.bitwise_or(2, 3), TypeError, "bitwise_or() received an invalid combination"),
    (lambda: 2 << X, NotImplementedError, "\"lshift_cpu\" not implemented for 'Float'"),
    (lambda: 2 >> X, NotImplementedError, "\"rshift_cpu\" not implemented for 'Float'"),
    (lambda: mt.eq(X, None), TypeError, "eq() received an invalid combination of arguments - got"),
    (lambda: mt.le(2.0, X), TypeError, "le() received an invalid combination of arguments - got ("),
    (lambda: Z > 1, NotImplementedError, "\"gt_cpu\" not implemented for 'ComplexFloat'"),
    (lambda: mt.isclose(X, X.double()), RuntimeError, "Float did not match Double"),
    (lambda: mt.isclose(X, X, atol=-1), RuntimeError, "atol must be greater than or equal to zero"),
    (lambda: mt.isposinf(Z), RuntimeError, "isposinf does not support complex inputs."),
    (lambda: mt.signbit(Z), NotImplementedError, "signbit is not implemented for complex tensors."),
    (lambda: mt.div(X, X, rounding_mode="a"), RuntimeError, "div expected rounding_mode to be one"),
    (lambda: I**-1, RuntimeError, "Integers to negative integer powers are not allowed."),
    (lambda: mt.pow(2, 3), TypeError, "pow() received an invalid combination of arguments"),
    (lambda: mt.pow(X, "a"), TypeError, "pow() received an invalid combination of arguments"),
    (lambda: mt.lerp(X, 1.0, 0.5), TypeError, "lerp() received an invalid combination"),
    (lambda: mt.lerp(X, X.double(), 0.5), RuntimeError, "expected dtype float for `end` but got d"),
    (lambda: mt.lerp(I, I, 0.5), NotImplementedError, "\"lerp_kernel_scalar\" not implemented"),
    (lambda: mt.addcdiv(I, I, I), RuntimeError, "Integer division with addcdiv is no longer"),
    (lambda: mt.clamp(X), RuntimeError, "torch.clamp: At least one of 'min' or 'max' must not be"),
    (lambda: mt.clamp(X, X, 1), TypeError, "clamp() received an invalid combination"),
    (lambda: mt.clamp(Z, 0, 1), NotImplementedError, "clamp is not supported for complex types"),
    (lambda: mt.clamp(B, B, B), NotImplementedError, "\"clamp_cpu\" not implemented for 'Bool'"),
    (lambda: mt.fmin(Z, Z), RuntimeError, "fmin not implemented for complex tensors."),
    (lambda: mt.floor(Z), NotImplementedError, "floor is not supported for complex inputs"),
    (lambda: mt.round(B), NotImplementedError, "\"round_vml_cpu\" not implemented for 'Bool'"),
    (lambda: mt.sign(Z), NotImplementedError, "Unlike NumPy, torch.sign is not intended to suppor"),
    (lambda: mt.heaviside(X, Z), RuntimeError, "heaviside is not yet implemented for complex"),
    (lambda: mt.heaviside(X, I), RuntimeError, "heaviside is not yet implemented for tensors with"),
    (lambda: mt.deg2rad(Z), RuntimeError, "deg2rad is not supported for complex tensors."),
    (lambda: mt.polygamma(1.5, X), TypeError, "polygamma(): argument 'n' (position 1) must be int"),
    (lambda: mt.polygamma(-1, X), RuntimeError, "polygamma(n, x) does not support negative n."),
    (lambda: mt.mvlgamma(X, 0), RuntimeError, "p has to be greater than or equal to 1"),
    (lambda: mt.logit(X, "a"), TypeError, "logit(): argument 'eps' (position 2) must be float"),
    (lambda: mt.xlogy(2, 3), TypeError, "xlogy() received an invalid combination of arguments"),
    (lambda: X.imag, RuntimeError, "imag is not implemented for tensors with non-complex dtypes."),
    (lambda: mt.complex(I, I), RuntimeError, "Expected both inputs to be Half, Float or Double"),
    (lambda: mt.polar(X, X.double()), RuntimeError, "Expected object of scalar type Float but got"),
    (lambda: mt.view_as_real(X), RuntimeError, "view_as_real is only supported for complex"),
    (lambda: mt.view_as_complex(I), RuntimeError, "view_as_complex is only supported for half"),
    (lambda: mt.view_as_complex(mt.ones(3)), RuntimeError, "Tensor must have a last dimension of"),
    (lambda: mt.view_as_complex(mt.ones(())), RuntimeError, "Input tensor must have one or more d"),
    (lambda: mt.view_as_complex(mt.ones(2, 2).t()), RuntimeError, "Tensor must have a last dimens"),
    (lambda: mt.relu(B), RuntimeError, "Boolean inputs not supported for relu"),
    (lambda: mt.relu(Z), NotImplementedError, "clamp is not supported for complex types"),
    (lambda: F.hardtanh(X, 2, -2), ValueError, "min_val cannot be greater than max_val"),
    (lambda: F.hardtanh(B), RuntimeError, "Bool inputs not supported for hardtanh"),
    (lambda: F.hardtanh(I.to(mt.uint8)), RuntimeError, "cannot do hardtanh on an unsigned type"),
    (lambda: F.leaky_relu(X, "a"), TypeError, "leaky_relu(): argument 'negative_slope' (position "),
    (lambda: F.celu(X, 0.0), RuntimeError, "ZeroDivisionError: alpha cannot be 0 for CELU"),
    (lambda: F.gelu(X, approximate="a"), RuntimeError, "approximate argument must be either none "),
    (lambda: F.gelu(X, approximate=1), TypeError, "gelu(): argument 'approximate' must be str"),
    (lambda: F.softshrink(X, -1), RuntimeError, "lambda must be in range [0, 3.40282e+38] for inp"),
    (lambda: F.rrelu(X, 0.5, 0.3), RuntimeError, "Lower bound should be less than or equal to the"),
    (lambda: F.prelu(X, X.double()), RuntimeError, "prelu: Type promoting not supported. Got Floa"),
    (lambda: F.prelu(mt.ones(()), X), RuntimeError, "Not allow zero-dim input tensor."),
    (lambda: F.prelu(X, X), RuntimeError, "Mismatch of parameter numbers and input channel size."),
    (lambda: F.prelu(X[None], X[None]), RuntimeError, "prelu: Expected `weight` to be a scalar or"),
    (lambda: F.glu(mt.ones(())), RuntimeError, "glu does not support scalars because halving size"),
    (lambda: F.glu(mt.ones(3)), RuntimeError, "Halving dimension must be even, but dimension 0 is"),
    (lambda: mt.softmax(X, None), TypeError, "softmax(): argument 'dim' (position 2) must be int"),
    (lambda: mt.softmax(X, 1), IndexError, "Dimension out of range (expected to be in range of [-"),
    (lambda: mt.softmax(I, 0), NotImplementedError, "\"softmax_lastdim_kernel_impl\" not implemen"),
    (lambda: X.long().add_(1.5), RuntimeError, "result type Float can't be cast to the desired ou"),
]  # fmt: skip


@pytest.mark.parametrize("row", REFUSED, ids=lambda row: row[2][:30])
def test_refused(row):
    call, kind, sentence = row
    with pytest.raises(kind, match=re.escape(sentence)) as raised:
        call()
    assert type(raised.value) is kind


@pytest.mark.parametrize("function", [lambda x: x // 2, lambda x: mt.heaviside(x, X)])
def test_no_derivative(function):
    y = function(mt.tensor([1.0, 2.0], requires_grad=True))
    with pytest.raises(RuntimeError, match=r"derivative for aten::\w+ is not implemented"):
        y.sum().backward()


def test_softmax_without_a_dimension_warns():
    with pytest.warns(
        UserWarning, match="Implicit dimension choice for softmax has been deprecated"
    ):
        assert mt.equal(F.softmax(mt.eye(2)), F.softmax(mt.eye(2), 1))


ACCEPTED = [
    (lambda: mt.ne(X, 1), [False, True]),
    (lambda: mt.lt(X, X), [False, False]),
    (lambda: mt.le(X, 1), [True, False]),
    (lambda: mt.ge(X, 2), [False, True]),
    (lambda: mt.gt(X, np.float32(1)), [False, True]),
    (lambda: mt.isneginf(mt.tensor([-np.inf, np.inf])), [True, False]),
    (lambda: mt.isposinf(mt.tensor([-np.inf, np.inf])), [False, True]),
    (lambda: mt.isreal(mt.tensor([1j, 1])), [False, True]),
    (lambda: mt.signbit(mt.tensor([-1, 1])), [True, False]),
    (lambda: mt.logical_or(X, B), [True, True]),
    (lambda: mt.logical_xor(X, B), [False, True]),
    (lambda: mt.isclose(I, I + 1, rtol=0, atol=0), [False, False]),
    (lambda: mt.isclose(I, I + 1, rtol=1), [True, True]),
    (lambda: mt.rsub(X, 1), [0.0, -1.0]),
    (lambda: mt.add(2, I), [3, 4]),
    (lambda: mt.add(B, B, alpha=2), [True, False]),
    (lambda: mt.add(X, 1, alpha=mt.tensor(2.0)), [3.0, 4.0]),
    (lambda: B**True, [True, False]),
    (lambda: B**2, [1, 0]),
    (lambda: I ** mt.tensor([-1, -1]), [1, 0]),
    (lambda: (-1) ** mt.tensor([-1, -2]), [-1, 1]),
    (lambda: 2 ** I, [2, 4]),
    (lambda: 7 // I, [7, 3]),
    (lambda: 7 % mt.tensor([4, -4]), [3, -1]),
    (lambda: 8 >> I, [4, 2]),
    (lambda: 1 << I, [2, 4]),
    (lambda: mt.clamp(I, 2), [2, 2]),
    (lambda: mt.clamp_min(X, X + 1), [2.0, 3.0]),
    (lambda: mt.sign(B), [True, False]),
    (lambda: mt.angle(mt.tensor([-1.0, 1.0])), [np.float32(np.pi), 0.0]),
    (lambda: mt.conj_physical(Z), [1 - 2j, -3j]),
    (lambda: mt.resolve_conj(X), [1.0, 2.0]),
    (lambda: mt.nan_to_num(I), [1, 2]),
    (lambda: F.hardtanh(I), [1, 1]),
    (lambda: mt.relu(-I), [0, 0]),
    (lambda: F.hardswish(mt.tensor([-3.0, 3.0]), inplace=True), [-0.0, 3.0]),
    (lambda: F.hardsigmoid(mt.tensor([-3.0, 3.0]), inplace=True), [0.0, 1.0]),
    (lambda: F.selu(mt.zeros(1), inplace=True), [0.0]),
    (lambda: F.celu(mt.zeros(1), inplace=True), [0.0]),
    (lambda: F.silu(mt.zeros(1), inplace=True), [0.0]),
    (lambda: F.mish(mt.zeros(1), inplace=True), [0.0]),
    (lambda: F.rrelu(mt.tensor([-1.0]), 0.5, 0.5, inplace=True), [-0.5]),
    (lambda: mt.softmax(X * 0, mt.tensor(0)), [0.5, 0.5]),
    (lambda: mt.softmax(I * 0, 0, dtype=mt.float64), [0.5, 0.5]),
]  # fmt: skip


@pytest.mark.parametrize("row", range(len(ACCEPTED)))
def test_accepted(row):
    call, expected = ACCEPTED[row]
    assert call().tolist() == expected


def test_parts_of_complex_numbers_can_be_written():
    z = mt.tensor([1 + 2j, 3j])
    z.real = mt.tensor([5.0, 6.0])
    z.imag = mt.tensor([7.0, 8.0])
    assert z.tolist() == [5 + 7j, 6 + 8j]
