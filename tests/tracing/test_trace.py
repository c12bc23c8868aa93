"""What a trace records is what backward does, and recording changes nothing."""

from __future__ import annotations

import numpy as np
import pytest

import minitorch as mt
from minitorch import nn
from minitorch.autograd import Function


def leaf(*shape, dtype=mt.float32):
    return mt.rand(*shape, dtype=dtype).add_(0.5).requires_grad_()


class Cube(Function):
    @staticmethod
    def forward(ctx, x):
        ctx.save_for_backward(x)
        return x**3

    @staticmethod
    def backward(ctx, grad):
        (x,) = ctx.saved_tensors
        return grad * 3 * x**2


def overwritten(a, b):
    c = a * 1
    c[0] = b
    return (c * c).sum()


GRAPHS = {
    "broadcasting": lambda a, b: ((a + b) * a / b).mean(),
    "used twice": lambda a, b: ((a.exp() * a).sin() + a).sum() * b.sum(),
    "views": lambda a, b: (a.t()[0].reshape(-1, 1) * b[None]).sum(),
    "in place": overwritten,
    "several results": lambda a, b: (a.chunk(2)[0] * a.topk(2, dim=0).values[1] * b).sum(),
    "one of the results": lambda a, b: a.max(0).values.dot(b),
    "function": lambda a, b: (Cube.apply(a) @ b).sum(),
    "fused": lambda a, b: nn.functional.cross_entropy(
        nn.functional.layer_norm(a * b, (3,)), mt.tensor([0, 1, 2, 0])
    ),
    "other dtype": lambda a, b: (a.double() * b).sum(),
    "complex": lambda a, b: (a * (b + 2j)).abs().sum(),
}


def step_of(trace, name):
    (found,) = [step for step in trace if step.name == name]
    return found


@pytest.mark.parametrize("graph", GRAPHS.values(), ids=GRAPHS)
def test_gradients_are_those_of_autograd(graph):
    a, b = leaf(4, 3), leaf(3)
    loss = graph(a, b)
    trace = mt.trace(loss)
    for name, grad in zip("ab", mt.autograd.grad(loss, (a, b), retain_graph=True), strict=True):
        step = step_of(trace, name)
        assert step.is_leaf
        assert step.incoming[0].values == grad.tolist()
        assert step.value.shape == grad.shape
    assert len(trace) == len({step.number for step in trace}) == trace[-1].number


@pytest.mark.parametrize("graph", GRAPHS.values(), ids=GRAPHS)
def test_what_is_sent_adds_up_to_what_comes_in(graph):
    a, b = leaf(4, 3), leaf(3)
    loss = graph(a, b)
    trace = mt.trace(loss)
    assert trace.name == trace[0].variable == "loss"
    for step in trace[1:]:
        for output, numbers in enumerate(step.incoming):
            sent = [
                out
                for sender in trace
                for out in sender.outgoing
                if (out.target, out.output) == (step.number, output)
            ]
            assert [out.place for out in sent] == list(range(1, len(sent) + 1))
            assert {out.of for out in sent} <= {len(sent)}
            if numbers is None:
                assert not sent
                continue
            assert {out.arrives.shape for out in sent} == {numbers.shape}
            total = sum(np.array(out.arrives.values) for out in sent)
            np.testing.assert_allclose(total, np.array(numbers.values), rtol=1e-5)
        assert all(number < step.number for number in step.sources)


def test_a_variable_gives_its_name_and_value_to_the_node_that_made_it():
    x = mt.tensor([1.0, 2.0], requires_grad=True)
    h = x.exp()
    loss = (h * h).sum()
    trace = mt.trace(loss)
    step = step_of(trace, "ExpBackward0")
    assert (step.variable, step.value.values) == ("h", h.tolist())
    assert step.incoming[0].values == mt.autograd.grad(loss, h)[0].tolist()
    assert [kept.variable for kept in step_of(trace, "MulBackward0").kept] == ["h", "h"]


def test_a_trace_changes_nothing():
    x = leaf(3)
    h = x * 2
    h.retain_grad()
    x.grad = mt.ones(3)
    loss = (h * h).sum()
    calls = []
    h.register_hook(calls.append)
    mt.trace(loss)
    assert len(calls) == 1  # hooks of the user are a part of the pass
    assert x.grad.tolist() == [1.0, 1.0, 1.0]
    assert h.grad is None
    assert loss.grad_fn.hooks is None
    loss.backward()  # nothing was freed, and `h` still retains its gradient
    assert h.grad is not None


def test_results_of_a_subclass_keep_their_class_after_a_trace():
    class Tagged(mt.Tensor):
        pass

    mt.trace((leaf(3) * 2).sum())
    assert type(mt.ones(2).as_subclass(Tagged) * 2) is Tagged


def test_hooks_of_the_user_change_the_pass():
    x = leaf(2)
    h = x * 1
    h.register_hook(lambda grad: grad * 10)
    assert step_of(mt.trace(h.sum()), "x").incoming[0].values == [10.0, 10.0]


def test_a_failing_pass_leaves_no_hooks():
    x = leaf(2)
    loss = x.exp().sum()
    node = loss.grad_fn
    loss.backward()
    with pytest.raises(RuntimeError, match="backward through the graph a second time"):
        mt.trace(loss)
    assert node.hooks is None


def test_broadcasting_is_undone():
    w, x = leaf(1, 3), leaf(2, 4, 3)
    trace = mt.trace((w * x).sum())
    to_w, to_x = step_of(trace, "MulBackward0").outgoing
    assert (to_w.said.shape, to_w.arrives.shape, to_w.summed) == ((2, 4, 3), (1, 3), (0, 1))
    assert (to_x.said, to_x.summed) == (to_x.arrives, ())


def test_memory():
    a, b = leaf(4, 4), leaf(4, 4)
    h = a.exp()  # keeps its result
    g = h * b  # keeps h, the same memory, and b, which is a leaf's
    loss = g.sin().sum()  # keeps g
    trace = mt.trace(loss)
    assert trace.held == 2 * 4 * 4 * 4
    assert {step.name: step.freed for step in trace if step.freed} == {
        "SinBackward0": 64,
        "ExpBackward0": 64,
    }
    assert [step.held for step in trace] == [128, 64, 64, 0, 0, 0]
    kept = step_of(trace, "MulBackward0").kept
    assert [(one.name, one.variable, one.bytes, one.of_leaf) for one in kept] == [
        ("a", "h", 64, False),
        ("b", "b", 64, True),
    ]


def test_data_is_memory_of_leaves_as_in_mt_memory():
    x, w = mt.ones(3, 2), leaf(2, 2)
    loss = Cube.apply((x @ w).exp() * mt.ones(2)).sum()
    trace = mt.trace(loss)
    assert trace.held == mt.memory(loss).activations == 2 * 3 * 2 * 4
    assert [(one.name, one.of_leaf) for one in step_of(trace, "MmBackward0").kept] == [
        ("input", True)
    ]


class Scaled(Function):
    @staticmethod
    def forward(ctx, x, power, factor):
        ctx.save_for_backward(x)
        return x * factor

    @staticmethod
    def backward(ctx, grad):
        (x,) = ctx.saved_tensors
        return grad * 2, None, (grad * x).sum()


class Sine(Function):
    @staticmethod
    def forward(angle):
        return angle.sin()

    @staticmethod
    def setup_context(ctx, inputs, output):
        ctx.save_for_backward(*inputs)

    @staticmethod
    def backward(ctx, grad):
        return grad * ctx.saved_tensors[0].cos()


class Sum(Function):
    @staticmethod
    def forward(ctx, *terms):
        return terms[0] + terms[1]

    @staticmethod
    def backward(ctx, grad):
        return grad, grad


def test_arguments_go_by_the_names_that_forward_has():
    x = leaf(2)
    overwritten = x * 1
    overwritten[0] = 3 * x[1]
    loss = Sum.apply(
        Sine.apply(Scaled.apply(x, 2, mt.tensor(2.0, requires_grad=True))), overwritten
    ).sum()
    trace = mt.trace(loss)
    names = {step.name: [out.argument for out in step.outgoing] for step in trace}
    assert names["ScaledBackward"] == ["x", "factor"]
    assert names["SineBackward"] == ["angle"]
    assert names["SumBackward"] == ["argument 1", "argument 2"]
    assert names["torch::autograd::CopySlices"] == ["base", "value"]


def test_plain_values_that_the_rules_name():
    x = leaf(1, 1, 2)
    trace = mt.trace((x * 3).clamp(0, 1).sum())
    assert step_of(trace, "MulBackward0").values == {"b": "3"}
    assert "\n  with low = 0, high = 1\n  rule " in trace.step(2)
    assert step_of(mt.trace((x * x).sum()), "MulBackward0").values == {}
    long = mt.trace(nn.functional.interpolate(x, 4).sum())  # a table of places and weights
    assert step_of(long, "UpsampleNearest1DBackward0").values == {}


def test_views_of_one_memory_count_once():
    h = leaf(4, 6).exp()
    loss = (h[:2] * h[2:]).sum()
    assert mt.trace(loss).held == 4 * 6 * 4


def test_names_of_the_interpreter_are_none():
    _ = leaf(2)
    assert mt.trace(_.sum())[-1].name == "unnamed 1"


def test_saved_by_a_function_and_by_hooks():
    x = leaf(2)
    (kept,) = mt.trace(Cube.apply(x).sum())[1].kept
    assert (kept.name, kept.variable, kept.numbers.values) == ("saved 0", "x", x.tolist())
    with mt.autograd.graph.saved_tensors_hooks(lambda t: t.tolist(), mt.tensor):
        loss = x.exp().sum()
    trace = mt.trace(loss)
    assert trace[1].kept == []
    assert trace[-1].incoming[0].values == pytest.approx(x.exp().tolist())


def test_weights_for_a_tensor_that_is_no_scalar():
    x = mt.tensor([[1.0, 2.0], [3.0, 4.0]], requires_grad=True)
    y = x * x
    trace = mt.trace(y, mt.tensor([[1.0, 0.0], [0.0, 2.0]]))
    assert trace[-1].incoming[0].values == [[2.0, 0.0], [0.0, 16.0]]
    with pytest.raises(RuntimeError, match="Mismatch in shape"):
        mt.trace(y, mt.ones(3))


def test_what_is_no_loss_gives_the_sum_of_the_diagonal():
    x = mt.tensor([[1.0, 2.0], [3.0, 4.0]], requires_grad=True)
    assert mt.trace(x).item() == 5.0
    assert mt.trace(input=x).grad_fn.name() == "TraceBackward0"
    with pytest.raises(RuntimeError, match="trace: expected a matrix, but got tensor with dim 0"):
        mt.trace(mt.tensor(1.0))
    with pytest.raises(RuntimeError, match="trace: expected a matrix, but got tensor with dim 1"):
        mt.trace(x[0])


def test_a_leaf_alone():
    x = mt.tensor(2.0, requires_grad=True)
    (step,) = mt.trace(x)
    assert (step.name, step.value.values, step.incoming[0].values) == ("x", 2.0, 1.0)


def test_leaves_without_a_name_are_numbered():
    trace = mt.trace((leaf(2) * leaf(2)).sum())
    assert {step.name for step in trace if step.is_leaf} == {"unnamed 1", "unnamed 2"}


def test_statistics_of_large_tensors():
    x = mt.arange(1000.0).requires_grad_()
    weight = mt.arange(1000.0) / 1000
    weight[7], weight[8] = mt.nan, mt.inf
    gradient = mt.trace((x * weight).sum())[-1].incoming[0]
    finite = np.delete(weight.numpy().astype(np.float64), [7, 8])
    assert gradient.values is None
    assert gradient.count() == 1000
    assert gradient.statistics == {
        "nan": 1,
        "inf": 1,
        "min": finite.min(),
        "mean": pytest.approx(finite.mean()),
        "max": finite.max(),
        "norm": pytest.approx(np.sqrt((finite**2).sum())),
    }


def test_statistics_of_nothing_and_of_complex_numbers():
    empty = mt.zeros(0, requires_grad=True)
    assert mt.trace(empty.sum())[-1].incoming[0].statistics == {"nan": 0, "inf": 0}
    z = mt.tensor([3 + 4j], requires_grad=True)
    assert mt.trace(z.abs().sum())[-1].value.statistics["max"] == 5.0


def test_a_long_chain():
    x = leaf(2)
    y = x
    for _ in range(3000):
        y = y + 1
    trace = mt.trace(y.sum())
    assert len(trace) == 3002
    assert trace[-1].incoming[0].values == [1.0, 1.0]


# The rules --------------------------------------------------------------------------------------


def test_rules_are_quoted_from_the_source():
    x = leaf(2)
    (rule,) = step_of(mt.trace(x.tanh().sum()), "TanhBackward0").rules
    assert rule.formula == "grad_x = grad * conj(1 - out * out)"
    assert rule.source.startswith("def grad_x(self, grad: Any, out: Any) -> Any:\n")
    file, _, number = rule.where.rpartition(":")
    assert file == "minitorch/ops/trigonometry.py"
    source = (mt.__path__[0] + "/../" + file, int(number))
    with open(source[0], encoding="utf-8") as lines:
        assert "def grad_x(self" in lines.read().splitlines()[source[1] - 1]


def test_fused_operations_show_their_formula_too():
    x = leaf(2, 3)
    trace = mt.trace(nn.functional.linear(x, leaf(4, 3), leaf(4)).sum())
    fast, formula = step_of(trace, "AddmmBackward0").rules
    assert fast.formula is None
    assert fast.source.startswith("def gradient(")
    assert formula.formula == "formula = matmul(input, weight.t()) + bias"


def test_the_backward_of_a_function_is_shown_without_its_docstring():
    class Twice(Function):
        """``2 x``.

        More about it.
        """

        @staticmethod
        def forward(ctx, x):
            return x * 2

        @staticmethod
        def backward(ctx, grad):
            """Twice the gradient."""
            return grad * 2

    x = leaf(2)
    step = step_of(mt.trace(Twice.apply(x).sum()), "TwiceBackward")
    assert step.text == "``2 x``."
    (rule,) = step.rules
    assert rule.formula == "backward = grad * 2"
    assert "Twice the gradient" not in rule.source
    assert rule.where.startswith("test_trace.py:")


def test_a_rule_without_source():
    here = {"Function": Function}
    exec(
        "class Same(Function):\n"
        "    forward = staticmethod(lambda ctx, x: x * 1)\n"
        "    backward = staticmethod(lambda ctx, grad: grad)",
        here,
    )
    x = leaf(2)
    (rule,) = step_of(mt.trace(here["Same"].apply(x).sum()), "SameBackward").rules
    assert (rule.source, rule.formula) == ("", None)
    assert "SameBackward" in str(mt.trace(here["Same"].apply(x).sum()))
