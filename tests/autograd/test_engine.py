"""The reverse pass: what it adds up, what it keeps, what it frees and what it refuses."""

from __future__ import annotations

import pytest

import minitorch as mt
from minitorch.autograd import grad
from minitorch.autograd.anomaly import is_anomaly_enabled


def leaf(*values, dtype=mt.float32):
    return mt.tensor(values, dtype=dtype, requires_grad=True)


def test_product_and_sum():
    x = leaf(1, 2, 3)
    y = (x * x + 2 * x).sum()
    y.backward()
    assert x.grad.tolist() == [4, 6, 8]
    assert x.is_leaf
    assert not y.is_leaf
    assert not x.grad.requires_grad


def test_broadcasting_is_undone():
    x, y = mt.ones(3, 1, requires_grad=True), mt.ones(4, requires_grad=True)
    z, w = mt.tensor(2.0, requires_grad=True), mt.ones(1, 1, 4, requires_grad=True)
    (x * y * z * w).sum().backward()
    assert x.grad.tolist() == [[8], [8], [8]]
    assert y.grad.tolist() == [6, 6, 6, 6]
    assert z.grad.item() == 12
    assert w.grad.tolist() == [[[6, 6, 6, 6]]]


def test_gradients_add_up():
    x = leaf(1, 2)
    (x * x).sum().backward()
    held = x.grad
    (x * x).sum().backward()
    assert x.grad is held, "the tensor that the user may hold changes, as in PyTorch"
    assert held.tolist() == [4, 8]
    assert held._version == 1
    x.grad = None
    y = x * 3
    (y * y + y + x).sum().backward()
    assert x.grad.tolist() == [1 + 3 + 18, 1 + 3 + 36]


def test_a_tensor_in_many_places():
    x = leaf(1, 2)
    y = x * 1
    sum([y * i for i in range(10)]).sum().backward()
    assert x.grad.tolist() == [45, 45]


def test_dtype_of_a_gradient_is_that_of_its_tensor():
    x, y = leaf(1, 2), leaf(3, 4, dtype=mt.float64)
    z = mt.tensor([1j, 2], requires_grad=True)
    (x * y * z).real.sum().backward()
    assert (x.grad.dtype, y.grad.dtype, z.grad.dtype) == (mt.float32, mt.float64, mt.complex64)
    assert x.grad.tolist() == [0, 8]
    assert z.grad.tolist() == [3, 8]


def test_empty_tensors():
    x = mt.ones(0, 3, requires_grad=True)
    (x * 2).sum().backward()
    assert x.grad.shape == (0, 3)


def test_second_backward():
    x = leaf(1, 2)
    y = (x + 1).sum()
    y.backward()
    y.backward()
    assert x.grad.tolist() == [2, 2], "nothing was kept, nothing is missing"
    y = (x * x).sum()
    y.backward(retain_graph=True)
    y.backward()
    assert x.grad.tolist() == [6, 10]
    for again in (y.backward, lambda: grad(y, x)):
        with pytest.raises(RuntimeError, match="backward through the graph a second time"):
            again()


def test_higher_derivatives():
    x = leaf(3)
    found = [x * x * x * x]
    for _ in range(4):
        found += grad(found[-1], x, create_graph=True)
    assert [t.item() for t in found] == [81, 108, 108, 72, 24]


def test_create_graph_in_backward():
    x = leaf(2, 3)
    (x * x * x).sum().backward(create_graph=True)
    first, x.grad = x.grad, None
    assert first.tolist() == [12, 27]
    first.sum().backward()
    assert x.grad.tolist() == [12, 18]
    y = leaf(1, 2)
    for _ in range(2):
        (y * y).sum().backward(create_graph=True)
    assert y.grad.tolist() == [4, 8]
    assert grad(y.grad.sum(), y)[0].tolist() == [4, 4], "sums of gradients are differentiable too"


def test_gradient_penalty():
    x, w = leaf(1, 2), leaf(3, 4)
    (gx,) = grad((x * w * w).sum(), x, create_graph=True)
    (gx * gx).sum().backward()
    assert x.grad is None
    assert w.grad.tolist() == [108, 256]


def test_inputs_that_were_not_used():
    x, y = leaf(1, 2), leaf(3, 4)
    assert grad(x.sum(), (x, y), allow_unused=True)[1] is None
    assert grad(x.sum(), (x, y), materialize_grads=True)[1].tolist() == [0, 0]
    with pytest.raises(RuntimeError, match="Tensor at index 1 appears to not have been used"):
        grad(x.sum(), (x, y))


def test_gradient_of_inner_tensors():
    x = leaf(1, 2)
    y = x * x
    z = (y * y).sum()
    gy, gx = grad(z, [y, x], retain_graph=True)
    assert gy.tolist() == [2, 8]
    assert gx.tolist() == [4, 32]
    assert grad(z, z)[0].item() == 1
    assert x.grad is None


def test_only_the_way_to_the_inputs_is_computed():
    seen = []
    x, y = leaf(1, 2), leaf(3, 4)
    a, b = x * 2, y * 2
    for tensor in (a, b):
        tensor.grad_fn.register_hook(lambda *_, name="xy"[tensor is b]: seen.append(name))
    (a * b).sum().backward(inputs=[x])
    assert seen == ["x"]
    assert x.grad.tolist() == [12, 16]
    assert y.grad is None
    a = x * x
    grad((a * a).sum(), a)  # does not run, and so does not free, what is behind a
    a.sum().backward()
    assert x.grad.tolist() == [14, 20]


def test_several_roots():
    x = leaf(1, 2)
    mt.autograd.backward([(x * x).sum(), x * 3], [None, mt.tensor([1.0, 10.0])])
    assert x.grad.tolist() == [5, 34]
    y = x * 2
    assert grad([y, y.sum(), x.sum()], x, [mt.tensor([1.0, 0.0]), None, None])[0].tolist() == [5, 3]


def test_root_that_is_a_leaf():
    x = leaf(5)
    x.backward()
    x.backward(mt.tensor([2.0]))
    assert x.grad.item() == 3


def test_operation_with_results_that_nobody_used():
    x = leaf(3, 1, 2)
    values, _ = x.sort()
    first, _, third = values.unbind()
    (first + 10 * third).backward()
    assert x.grad.tolist() == [10, 1, 0]


def test_a_leaf_without_need_of_gradient_gets_none():
    x, c = leaf(1, 2), mt.tensor([3.0, 4.0])
    (x * c).sum().backward()
    assert c.grad is None
    assert x.grad.tolist() == [3, 4]
    assert not (c * c).requires_grad


@pytest.mark.parametrize(
    ("run", "error", "message"),
    [
        (lambda x: (x * 2).backward(), RuntimeError, "implicitly created only for scalar outputs"),
        (lambda x: (x * 1j).sum().backward(), RuntimeError, "only for real scalar outputs but got"),
        (
            lambda x: x.detach().sum().backward(),
            RuntimeError,
            "element 0 of tensors does not require",
        ),
        (lambda x: (x * 2).backward(mt.ones(3)), RuntimeError, r"grad_output\[0\] has a shape of"),
        (lambda x: (x * 2).backward(3.0), TypeError, "object is not iterable|Tensors or None"),
        (
            lambda x: (x * 2).backward([3.0]),
            TypeError,
            "can be either Tensors or None, but got float",
        ),
        (
            lambda x: x.sum().backward(inputs=[]),
            RuntimeError,
            "argument to `backward..` cannot be empty",
        ),
        (
            lambda x: grad(x.sum(), mt.ones(2)),
            RuntimeError,
            "differentiated Tensors does not require",
        ),
        (
            lambda x: grad(x.sum(), x, materialize_grads=True, allow_unused=False),
            ValueError,
            "Expected allow_unused to be True or not passed",
        ),
        (
            lambda x: mt.tensor([1]).requires_grad_(),
            RuntimeError,
            "Tensors of floating point dtype",
        ),
        (
            lambda x: (x * 2).requires_grad_(False),
            RuntimeError,
            "use a computed variable in a subgraph",
        ),
        (lambda x: setattr(x * 2, "requires_grad", True), RuntimeError, "flags of leaf variables"),
        (
            lambda x: setattr(x, "grad", 3.0),
            TypeError,
            "assigned grad expected to be a Tensor or None",
        ),
        (lambda x: setattr(x, "grad", mt.ones(3)), RuntimeError, r"a gradient of size '\[3\]'"),
        (lambda x: setattr(x, "grad", mt.ones(2).double()), RuntimeError, "a gradient with dtype"),
        (lambda x: x.detach().retain_grad(), RuntimeError, "can't retain_grad on Tensor that has"),
        (lambda x: x.numpy(), RuntimeError, r"Can't call numpy\(\) on Tensor that requires grad"),
    ],
)
def test_refused(run, error, message):
    with pytest.raises(error, match=message):
        run(leaf(1, 2))


def test_flags_of_a_leaf():
    x = mt.ones(2)
    x.requires_grad = True
    assert (x * 2).requires_grad
    assert not x.requires_grad_(False).requires_grad
    x.grad = mt.tensor([1.0, 2.0])
    assert x.grad.tolist() == [1, 2]
    del x.grad
    assert x.grad is None


def test_graph_is_shown_as_in_pytorch():
    x = leaf(1, 2)
    node = ((x * 2 + 1) / 3 - x).grad_fn
    assert node.name() == "SubBackward0"
    (div, number), (accumulate, _) = node.next_functions
    assert (div.name(), number) == ("DivBackward0", 0)
    assert accumulate.name() == "torch::autograd::AccumulateGrad"
    assert accumulate.variable is x
    assert accumulate.next_functions == ()
    assert repr(div).startswith("<DivBackward0 object at 0x")
    assert [f for f, _ in (x * mt.ones(2)).grad_fn.next_functions][1] is None


@pytest.mark.filterwarnings("ignore::RuntimeWarning")  # NumPy speaks up where one listens
def test_anomaly_is_found_and_its_line_named():
    x = leaf(0)
    with pytest.warns(UserWarning, match="Anomaly Detection has been enabled"):
        mode = mt.autograd.detect_anomaly()
    with mode:
        y = (x * 0).sqrt() * 0
        with (
            pytest.warns(
                UserWarning, match=r"(?s)Error detected in SqrtBackward0.*\.sqrt\(\) \* 0"
            ),
            pytest.raises(RuntimeError, match="'SqrtBackward0' returned nan values in its 0th"),
        ):
            y.backward()
    with mt.autograd.set_detect_anomaly(True, check_nan=False):
        assert is_anomaly_enabled()
        y = (x * 0).sqrt() * 0
        y.backward()
    assert x.grad.isnan().all()
    assert not is_anomaly_enabled()
    z = (x * 0).sqrt() * 0
    mt.autograd.set_detect_anomaly(True)
    try:
        with (
            pytest.warns(UserWarning, match="No forward pass information available"),
            pytest.raises(RuntimeError, match="returned nan values"),
        ):
            z.backward()  # made before: its line is not known
    finally:
        mt.autograd.set_detect_anomaly(False)
