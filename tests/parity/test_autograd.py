"""Autograd beside PyTorch: each program runs on both libraries and must say the same.

A program takes the library as ``torch`` and yields whatever is worth comparing: tensors, numbers,
names of nodes. An exception counts as what it says: its class and its first line.
"""

from __future__ import annotations

import warnings

import pytest

import minitorch as mt

torch = pytest.importorskip("torch")

PROGRAMS = []


def program(function):
    PROGRAMS.append(function)
    return function


def plain(value):
    """Something of either library in terms that both share."""
    if value is None or isinstance(value, bool | int | float | str):
        return value
    if isinstance(value, torch.Tensor | mt.Tensor):
        return str(value.dtype), tuple(value.shape), value.requires_grad, value.tolist()
    if isinstance(value, tuple | list):
        return [plain(item) for item in value]
    return type(value).__name__


def what_happens(function, library):
    """Everything that the program yields, and the exception that ends it, if one does."""
    seen = []
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        try:
            seen.extend(plain(value) for value in function(library))
        except Exception as error:
            seen.append((type(error).__name__, str(error).split("\n")[0]))
    spoken = [
        # torch adds a place in its C++; the stacks of the two libraries differ
        str(w.message).partition(" (Triggered internally")[0].partition(" Traceback of")[0]
        for w in caught
        if w.category is not RuntimeWarning  # NumPy's, which `simplefilter` lets through again
    ]
    return seen, [line for line in spoken if "create_graph=True" not in line]


@program
def product_and_sum(torch):
    x = torch.tensor([1.0, 2.0, 3.0], requires_grad=True)
    y = (x * x + 2 * x).sum()
    y.backward()
    yield y, x.grad, y.is_leaf, x.is_leaf


@program
def broadcasting_is_undone(torch):
    x = torch.ones(3, 1, requires_grad=True)
    y = torch.ones(4, requires_grad=True)
    z = torch.tensor(2.0, requires_grad=True)
    (x * y * z).sum().backward()
    yield x.grad, y.grad, z.grad


@program
def gradients_accumulate(torch):
    x = torch.tensor([1.0, 2.0], requires_grad=True)
    for _ in range(3):
        (x * x).sum().backward()
        yield x.grad
    held = x.grad
    (x * x).sum().backward()
    yield held, held is x.grad
    x.grad = None
    yield x.grad


@program
def shared_gradient_is_not_shared_memory(torch):
    a = torch.ones(2, requires_grad=True)
    b = torch.ones(2, requires_grad=True)
    (a + b).backward(torch.ones(2))
    a.grad.mul_(5)
    yield a.grad, b.grad


@program
def given_gradient_stays_the_users(torch):
    x = torch.ones(2, requires_grad=True)
    g = torch.tensor([1.0, 2.0])
    x.clone().backward(g)
    g.mul_(100)
    yield x.grad, g


@program
def second_backward_without_saved_tensors_works(torch):
    x = torch.ones(2, requires_grad=True)
    y = (x + 1).sum()
    y.backward()
    y.backward()
    yield x.grad


@program
def second_backward_is_refused(torch):
    x = torch.ones(2, requires_grad=True)
    y = (x * x).sum()
    y.backward()
    yield x.grad
    y.backward()


@program
def retain_graph_allows_a_second_backward(torch):
    x = torch.ones(2, requires_grad=True)
    y = (x * x).sum()
    y.backward(retain_graph=True)
    y.backward()
    yield x.grad


@program
def non_scalar_backward(torch):
    x = torch.ones(2, requires_grad=True)
    (x * 2).backward()
    yield x.grad


@program
def backward_without_grad(torch):
    torch.ones(2).sum().backward()
    yield None


@program
def wrong_shape_of_gradient(torch):
    x = torch.ones(2, requires_grad=True)
    (x * 2).backward(torch.ones(3))
    yield None


@program
def integer_tensors_have_no_gradient(torch):
    torch.tensor([1, 2]).requires_grad_()
    yield None


@program
def second_derivative(torch):
    x = torch.tensor(3.0, requires_grad=True)
    (first,) = torch.autograd.grad(x * x * x, x, create_graph=True)
    (second,) = torch.autograd.grad(first, x, create_graph=True)
    (third,) = torch.autograd.grad(second, x)
    yield first, second, third


@program
def backward_with_create_graph(torch):
    x = torch.tensor([2.0, 3.0], requires_grad=True)
    (x * x * x).sum().backward(create_graph=True)
    yield x.grad
    first = x.grad
    x.grad = None
    first.sum().backward()
    yield x.grad


@program
def grad_of_unused_input(torch):
    x = torch.ones(2, requires_grad=True)
    y = torch.ones(2, requires_grad=True)
    yield torch.autograd.grad(x.sum(), (x, y), allow_unused=True)
    yield torch.autograd.grad(x.sum(), (x, y), materialize_grads=True)
    yield torch.autograd.grad(x.sum(), (x, y))


@program
def grad_of_input_without_requires_grad(torch):
    x = torch.ones(2, requires_grad=True)
    yield torch.autograd.grad(x.sum(), torch.ones(2))


@program
def grad_of_inner_tensor(torch):
    x = torch.tensor([1.0, 2.0], requires_grad=True)
    y = x * x
    z = (y * y).sum()
    yield torch.autograd.grad(z, [y, x])
    yield x.grad


@program
def backward_of_several_tensors(torch):
    x = torch.tensor([1.0, 2.0], requires_grad=True)
    torch.autograd.backward([(x * x).sum(), x * 3], [None, torch.tensor([1.0, 10.0])])
    yield x.grad


@program
def backward_to_chosen_inputs(torch):
    x = torch.ones(2, requires_grad=True)
    y = torch.ones(2, requires_grad=True)
    (x * y).sum().backward(inputs=[x])
    yield x.grad, y.grad
    (x * y).sum().backward(inputs=[])


@program
def modes(torch):
    x = torch.ones(2, requires_grad=True)
    with torch.no_grad():
        yield (x * 2).requires_grad, torch.is_grad_enabled()
        with torch.enable_grad():
            yield (x * 2).requires_grad
        yield torch.is_grad_enabled()
    with torch.set_grad_enabled(False):
        yield (x * 2).requires_grad
    yield torch.is_grad_enabled()
    torch.set_grad_enabled(False)
    yield torch.is_grad_enabled()
    torch.set_grad_enabled(True)
    with torch.inference_mode():
        y = x * 2
        yield y.requires_grad, y.is_inference(), torch.is_inference_mode_enabled()
    yield (y * 1).is_inference()


@program
def modes_as_decorators(torch):
    x = torch.ones(2, requires_grad=True)

    @torch.no_grad()
    def a():
        return x * 2

    @torch.no_grad
    def b():
        return x * 2

    @torch.enable_grad()
    def c(depth):
        return c(depth - 1) if depth else torch.is_grad_enabled()

    @torch.no_grad()
    def generator():
        got = yield torch.is_grad_enabled()
        yield got, torch.is_grad_enabled()

    @torch.inference_mode()
    def d():
        return x * 2

    yield a(), b(), a.__name__
    with torch.no_grad():
        yield c(3), torch.is_grad_enabled()
    running = generator()
    yield next(running), torch.is_grad_enabled(), running.send(7), torch.is_grad_enabled()
    yield d().is_inference()


@program
def inference_tensor_cannot_be_saved(torch):
    w = torch.ones(2, requires_grad=True)
    with torch.inference_mode():
        x = torch.ones(2)
    yield (x + w).requires_grad
    yield x * w


@program
def inference_tensor_cannot_be_written(torch):
    with torch.inference_mode():
        x = torch.ones(2)
        x.add_(1)
    yield x
    x.add_(1)


@program
def inner_gradients_are_kept_on_demand(torch):
    x = torch.tensor([1.0, 2.0], requires_grad=True)
    y = x * x
    y.retain_grad()
    yield y.retains_grad, x.retains_grad
    (y * y).sum().backward()
    yield y.grad, x.grad


@program
def inner_gradient_is_not_there(torch):
    x = torch.ones(2, requires_grad=True)
    y = x * 2
    y.sum().backward()
    yield y.grad


@program
def tensor_hooks(torch):
    x = torch.tensor([1.0, 2.0], requires_grad=True)
    y = x * 3
    seen = []
    first = y.register_hook(lambda g: g * 2)
    y.register_hook(lambda g: seen.append(g.tolist()))
    x.register_hook(lambda g: g + 1)
    y.sum().backward()
    yield seen, x.grad
    first.remove()
    x.grad = None
    (x * 3).sum().backward()
    yield x.grad
    torch.ones(1).register_hook(print)


@program
def post_accumulate_hook(torch):
    x = torch.tensor([1.0, 2.0], requires_grad=True)
    seen = []
    x.register_post_accumulate_grad_hook(lambda t: seen.append(t.grad.tolist()))
    (x * 3).sum().backward()
    (x * 3).sum().backward()
    yield seen


@program
def node_hooks(torch):
    x = torch.tensor([1.0, 2.0], requires_grad=True)
    y = x * 3
    seen = []
    y.grad_fn.register_prehook(lambda grads: (grads[0] * 10,))
    y.grad_fn.register_hook(
        lambda inputs, outputs: seen.append((inputs[0].tolist(), outputs[0].tolist()))
    )
    y.sum().backward()
    yield seen, x.grad


@program
def names_in_the_graph(torch):
    x = torch.ones(2, requires_grad=True)
    y = (x * 2 + 1) / 3 - x
    node = y.grad_fn
    yield node.name(), [f and f.name() for f, _ in node.next_functions]
    leaf = node.next_functions[1][0]
    yield leaf.name(), leaf.variable is x


@program
def leaf_written_in_place(torch):
    x = torch.ones(2, requires_grad=True)
    with torch.no_grad():
        x.add_(1)
    yield x, x._version
    x.add_(1)


@program
def view_of_leaf_written(torch):
    x = torch.ones(2, requires_grad=True)
    x[0].add_(1)
    yield None


@program
def saved_input_written(torch):
    x = torch.ones(2, requires_grad=True)
    y = x * 1
    z = (y * y).sum()
    y.add_(1)
    z.backward()
    yield x.grad


@program
def saved_output_written(torch):
    x = torch.ones(2, requires_grad=True)
    y = x.exp()
    z = y.sum()
    y.add_(1)
    z.backward()
    yield x.grad


@program
def unsaved_input_may_be_written(torch):
    x = torch.ones(2, requires_grad=True)
    y = x * 1
    z = (y * 3).sum()
    y.add_(1)
    z.backward()
    yield x.grad, y


@program
def in_place_chain(torch):
    x = torch.tensor([1.0, 2.0], requires_grad=True)
    y = x * 1
    y.mul_(3).add_(1).mul_(y.detach().clone())
    y.exp_()
    yield y, y._version
    y.sum().backward()
    yield x.grad


@program
def in_place_result_written_again(torch):
    x = torch.ones(2, requires_grad=True)
    y = (x * 1).exp_()
    y.add_(1)
    y.sum().backward()
    yield x.grad


@program
def in_place_product_with_itself(torch):
    x = torch.tensor([2.0, 3.0], requires_grad=True)
    y = x * 1
    y.mul_(y)
    y.sum().backward()
    yield x.grad


@program
def in_place_needs_the_value_before(torch):
    x = torch.tensor([2.0, 3.0], requires_grad=True)
    w = torch.tensor([5.0, 7.0], requires_grad=True)
    y = x * 1
    y.mul_(w)
    y.sum().backward()
    yield x.grad, w.grad


@program
def augmented_assignment(torch):
    x = torch.tensor([2.0, 3.0], requires_grad=True)
    y = x * 1
    y += 1
    y *= 2
    y -= x
    y /= 4
    y.sum().backward()
    yield y, x.grad


@program
def view_written(torch):
    x = torch.tensor([[1.0, 2.0], [3.0, 4.0]], requires_grad=True)
    y = x * 1
    row = y[0]
    column = y[:, 1]
    row.mul_(10)
    yield y, row, column, y.grad_fn.name()
    (column * torch.tensor([1.0, 2.0])).sum().backward(retain_graph=True)
    yield x.grad
    x.grad = None
    (y * y.detach()).sum().backward()
    yield x.grad


@program
def view_of_view_written(torch):
    x = torch.arange(12.0).requires_grad_()
    y = (x * 1).view(3, 4)
    z = y.t()[1:3]
    z[0].add_(z[1])
    z.mul_(2)
    yield y, z
    (y * y).sum().backward()
    yield x.grad


@program
def base_written_after_view(torch):
    x = torch.tensor([1.0, 2.0, 3.0], requires_grad=True)
    y = x * 1
    v = y[1:]
    y.mul_(3)
    (v * v).sum().backward()
    yield v, x.grad


@program
def constant_base_gets_history_through_a_view(torch):
    w = torch.tensor(5.0, requires_grad=True)
    base = torch.zeros(3)
    base[1] = w
    base[2:].add_(w * 2)
    yield base, base.requires_grad
    (base * base).sum().backward()
    yield w.grad


@program
def assignment_of_constant_cuts_history(torch):
    x = torch.tensor([1.0, 2.0, 3.0], requires_grad=True)
    y = x * 2
    y[1] = 7.0
    (y * y.detach()).sum().backward()
    yield y, x.grad


@program
def filled_and_zeroed(torch):
    x = torch.tensor([1.0, 2.0], requires_grad=True)
    y = x * 2
    y.zero_()
    yield y
    y.sum().backward()
    yield x.grad
    z = x * 2
    z.fill_(3.0)
    z.sum().backward()
    yield z, x.grad
    w = x * 2
    w.copy_(torch.tensor([5.0, 6.0]))
    w.sum().backward()
    yield w, x.grad


@program
def one_of_several_views_is_not_writable(torch):
    x = torch.ones(2, 2, requires_grad=True)
    a, _ = (x * 1).unbind(0)
    yield a._is_view(), a
    a.add_(1)


@program
def view_made_under_no_grad(torch):
    x = torch.ones(3, requires_grad=True) * 1
    with torch.no_grad():
        v = x[1:]
    yield v.requires_grad
    v.mul_(2)


@program
def detach_shares_memory_and_version(torch):
    x = torch.ones(2, requires_grad=True)
    y = x * 2
    d = y.detach()
    d[0] = 10
    yield y, d, y._version, d.requires_grad
    z = (y * y).sum()
    d.zero_()
    z.backward()


@program
def data_shares_memory_only(torch):
    x = torch.ones(2, requires_grad=True)
    y = x * 2
    z = (y * y).sum()
    y.data.zero_()
    yield y, y._version
    z.backward()
    yield x.grad


@program
def detach_in_place(torch):
    x = torch.ones(2, requires_grad=True)
    y = x * 2
    y.detach_()
    yield y, y.is_leaf
    (x * 2)[0].detach_()


@program
def requires_grad_of_result_is_fixed(torch):
    x = torch.ones(2, requires_grad=True)
    y = x * 2
    y.requires_grad = False
    yield None


@program
def assigned_gradient_must_fit(torch):
    x = torch.ones(2, requires_grad=True)
    x.grad = torch.ones(2) * 3
    yield x.grad
    x.grad = torch.ones(3)


@program
def wrong_shape_in_place(torch):
    torch.ones(2).add_(torch.ones(2, 2))
    yield None


@program
def wrong_dtype_in_place(torch):
    torch.ones(2, dtype=torch.int64).add_(1.5)
    yield None


@program
def dtype_of_gradient_is_that_of_the_tensor(torch):
    x = torch.ones(2, requires_grad=True)
    y = torch.ones(2, dtype=torch.float64, requires_grad=True)
    (x * y).sum().backward()
    yield x.grad, y.grad


@program
def function_of_the_user(torch):
    class Cube(torch.autograd.Function):
        @staticmethod
        def forward(ctx, x, scale):
            ctx.save_for_backward(x)
            ctx.scale = scale
            return x * x * x * scale

        @staticmethod
        def backward(ctx, grad):
            (x,) = ctx.saved_tensors
            assert ctx.needs_input_grad == (True, False)
            return grad * 3 * x * x * ctx.scale, None

    x = torch.tensor([1.0, 2.0], requires_grad=True)
    y = Cube.apply(x, 10.0)
    yield y, y.grad_fn.name()
    (first,) = torch.autograd.grad(y.sum(), x, create_graph=True)
    (second,) = torch.autograd.grad(first.sum(), x)
    yield first, second
    yield Cube.apply(torch.ones(2), 1.0).requires_grad


@program
def function_with_setup_context_and_two_results(torch):
    class Both(torch.autograd.Function):
        @staticmethod
        def forward(x, y):
            return x * y, x + y

        @staticmethod
        def setup_context(ctx, inputs, output):
            ctx.save_for_backward(*inputs, output[0])

        @staticmethod
        def backward(ctx, a, b):
            x, y, product = ctx.saved_tensors
            assert product.tolist() == (x * y).tolist()
            return a * y + b, a * x + b

    x = torch.tensor([1.0, 2.0], requires_grad=True)
    y = torch.tensor([3.0, 4.0], requires_grad=True)
    product, total = Both.apply(x, y)
    product.sum().backward(retain_graph=True)
    yield product, total, x.grad, y.grad
    (product * total).sum().backward()
    yield x.grad, y.grad


@program
def function_that_forgets_a_gradient(torch):
    class Forgetful(torch.autograd.Function):
        @staticmethod
        def forward(ctx, x, y):
            return x * y

        @staticmethod
        def backward(ctx, grad):
            return grad

    x = torch.ones(2, requires_grad=True)
    Forgetful.apply(x, x).sum().backward()
    yield None


@program
def function_that_returns_its_input(torch):
    class Same(torch.autograd.Function):
        @staticmethod
        def forward(ctx, x):
            return x

        @staticmethod
        def backward(ctx, grad):
            return grad * 100

    x = torch.ones(2, requires_grad=True)
    y = Same.apply(x)
    yield y is x
    y.sum().backward()
    yield x.grad, x.is_leaf


@program
def function_marks_non_differentiable(torch):
    class Split(torch.autograd.Function):
        @staticmethod
        def forward(ctx, x):
            half = x * 0.5
            ctx.mark_non_differentiable(half)
            ctx.set_materialize_grads(False)
            return x * 2, half

        @staticmethod
        def backward(ctx, grad, nothing):
            assert nothing is None
            return grad * 2

    x = torch.ones(2, requires_grad=True)
    double, half = Split.apply(x)
    yield double.requires_grad, half.requires_grad
    double.sum().backward()
    yield x.grad


@program
def function_without_backward(torch):
    class Lazy(torch.autograd.Function):
        @staticmethod
        def forward(ctx, x):
            return x * 2

    x = torch.ones(2, requires_grad=True)
    Lazy.apply(x).sum().backward()
    yield None


@program
def anomaly_names_the_function(torch):
    x = torch.zeros(1, requires_grad=True)
    with torch.autograd.detect_anomaly(check_nan=False):
        y = x / x
    y.backward()
    yield str(x.grad)
    with torch.autograd.detect_anomaly(check_nan=False):
        y = (x * 0).sqrt() * 0
    with torch.autograd.detect_anomaly():
        y.sum().backward()


@program
def zero_size(torch):
    x = torch.ones(0, 3, requires_grad=True)
    y = (x * 2).sum()
    y.backward()
    yield y, x.grad


@program
def double_backward_through_one_branch(torch):
    x = torch.tensor([1.0, 2.0], requires_grad=True)
    w = torch.tensor([3.0, 4.0], requires_grad=True)
    (gx,) = torch.autograd.grad((x * w * w).sum(), x, create_graph=True)
    loss = (gx * gx).sum()
    loss.backward()
    yield x.grad, w.grad


@pytest.mark.parametrize("function", PROGRAMS, ids=lambda f: f.__name__)
def test_same_as_torch(function):
    assert what_happens(function, mt) == what_happens(function, torch)
