"""What holds for every `Operation`: rules get what they name; what they return is checked."""

from __future__ import annotations

import gc
import weakref

import numpy as np
import pytest

import minitorch as mt
from minitorch.autograd import grad
from minitorch.autograd.operation import Operation


class Scale(Operation):
    """``x * factor``; the rule gets everything that a rule may ask for."""

    torch_name = "ScaledBackward7"

    def forward(self, xp, x, factor):
        self.save(mask=x > 0, text="kept")
        self.size = x.size
        return x * factor

    def grad_x(self, grad, x, factor, out, mask, text):
        assert isinstance(x, mt.Tensor)
        assert factor == 3.0
        assert out.tolist() == (x * 3).tolist()
        assert mask.tolist() == (x > 0).tolist()
        assert text == "kept"
        assert self.size == x.numel()
        return grad * factor


class Halves(Operation):
    """The first and the second half of a row, and how long it is."""

    def forward(self, xp, x):
        middle = len(x) // 2
        return x[:middle] * 1, x[middle:] * 1, np.array(len(x))

    def backward(self, grad):
        first, second, *_ = grad
        return (mt.cat([first, second * 10]),)


class Product(Operation):
    """``a * b`` with one joint rule, which computes what is asked for."""

    asked = []

    def forward(self, xp, a, b):
        return a * b

    def backward(self, grad, a, b):
        self.asked.append(list(self.needs_input_grad))
        need_a, need_b = self.needs_input_grad
        return grad * b if need_a else None, grad * a if need_b else None


def leaf(*values):
    return mt.tensor(values, dtype=mt.float64, requires_grad=True)


def test_rules_get_what_they_name():
    x = leaf(1, -2)
    y = Scale.apply(x, 3.0)
    y.sum().backward()
    assert x.grad.tolist() == [3, 3]
    assert y.grad_fn.name() == "ScaledBackward7"
    assert mt.autograd.gradgradcheck(lambda x: Scale.apply(x, 3.0), x)


def test_what_is_kept_is_freed():
    gc.disable()
    try:
        x = leaf(1, 2)
        inner = x * 1
        gone = weakref.ref(inner)
        y = Scale.apply(inner, 3.0).sum()
        del inner
        assert gone() is not None
        y.backward()
        assert gone() is None
    finally:
        gc.enable()
    with pytest.raises(RuntimeError, match="backward through the graph a second time"):
        y.backward()


def test_several_results():
    x = leaf(1, 2, 3, 4)
    first, second, length = Halves.apply(x)
    assert length.item() == 4
    assert not length.requires_grad
    assert (first.output_nr, second.output_nr) == (0, 1)
    (first * 2).sum().backward(retain_graph=True)
    assert x.grad.tolist() == [2, 2, 0, 0], "an unused result counts as zeros"
    x.grad = None
    (second * mt.tensor([1.0, 2.0])).sum().backward()
    assert x.grad.tolist() == [0, 0, 10, 20]
    assert grad(Halves.apply(x)[0].sum(), x)[0].tolist() == [1, 1, 0, 0]


def test_a_joint_rule_knows_what_is_needed():
    a, b = leaf(1, 2), leaf(3, 4)
    Product.asked.clear()
    y = Product.apply(a, b).sum()
    assert grad(y, b, retain_graph=True)[0].tolist() == [1, 2]
    y.backward()
    Product.apply(a, b.detach()).sum().backward()
    assert Product.asked == [[False, True], [True, True], [True, False]]
    assert a.grad.tolist() == [6, 8]


def test_rules_may_ignore_broadcasting_and_dtypes():
    a = mt.tensor([1.0, 2.0], requires_grad=True)
    b = leaf(3)
    z = Product.apply(a, b.to(mt.complex128))
    z.real.sum().backward()
    assert (a.grad.dtype, a.grad.tolist()) == (mt.float32, [3, 3])
    assert (b.grad.dtype, b.grad.tolist()) == (mt.float64, [3])


def test_numpy_scalars_become_tensors():
    x = mt.tensor(2.0)
    y = Product.apply(x, x)
    assert isinstance(y._array, np.ndarray)
    assert y.shape == ()


def test_a_joint_rule_shows_the_tensors_that_came_in():
    node = Product.apply(leaf(1) * 2, leaf(3)).grad_fn
    assert [function.name() for function, _ in node.next_functions] == [
        "MulBackward0",
        "torch::autograd::AccumulateGrad",
    ]


def test_errors_of_forward_come_through():
    class Broken(Operation):
        def forward(self, xp, x):
            raise ValueError("broken")

    with pytest.raises(ValueError, match="broken"):
        Broken.apply(leaf(1))


def test_without_rules_nothing_is_recorded():
    class Halve(Operation):
        def forward(self, xp, x):
            return x / 2

    assert not Halve.apply(leaf(1, 2)).requires_grad


def test_results_are_of_the_class_of_the_input():
    class Mine(mt.Tensor):
        pass

    x = Mine([1.0, 2.0])
    assert type(x * 2) is type(2 - x) is type(x[0]) is Mine
    assert repr(x) == "Mine([1., 2.])"


def test_an_argument_named_out_is_refused():
    with pytest.raises(TypeError, match="in a rule, `out` is the result; rename the argument"):

        class Wrong(Operation):
            def forward(self, xp, x, out):
                return x


def test_a_gradient_of_the_wrong_shape_is_refused():
    class Wrong(Operation):
        def forward(self, xp, x):
            return x * 1

        def grad_x(self, grad):
            return mt.ones(3)

    with pytest.raises(
        RuntimeError, match=r"WrongBackward0 returned an invalid gradient at index 0"
    ):
        Wrong.apply(leaf(1, 2)).sum().backward()


def test_no_tensor_at_all_is_refused():
    with pytest.raises(TypeError, match=r"product\(\): argument 'input' \(position 1\) must be"):
        Product.apply(1.0, 2.0)


@pytest.mark.parametrize(
    "change", [lambda t: t.add_(1), lambda t: t.zero_(), lambda t: t[0].mul_(2)]
)
def test_what_was_kept_may_not_change(change):
    x = leaf(1, 2)
    y = x * 1
    loss = (y * y).sum()
    change(y)
    with pytest.raises(
        RuntimeError, match=r"\[torch.DoubleTensor \[2\]\].* is at version 1; expected"
    ):
        loss.backward()
    y = x.exp()
    loss = y.sum()
    change(y)
    with pytest.raises(RuntimeError, match=r"which is output 0 of .* is at version 1; expected"):
        loss.backward()
    y = x * 1
    loss = (y * 3).sum()  # does not keep y
    change(y)
    loss.backward()
    assert x.grad.tolist() == [3, 3]
