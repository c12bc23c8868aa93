"""What `print(trace)` says."""

from __future__ import annotations

import pytest

import minitorch as mt
from minitorch import nn, tables
from minitorch.tracing import text

FIRST = """\
Backward in 5 steps: 3 operations, 2 leaves. The graph holds 16 B for it.

Step 1: SumBackward0, The sum of all elements
  line test_text.py:39  loss = (h * h).sum()
  is   loss ()  22
  in   ()  1
  rule grad_input = grad.expand(self.sizes)
  out  input (2, 2)  [[1, 1], [1, 1]]  -> step 2, MulBackward0

Step 2: MulBackward0, a * b
  line test_text.py:39  loss = (h * h).sum()
  in   (2, 2)  [[1, 1], [1, 1]]
  keeps a = h (2, 2)  [[2, 0], [3, 3]]
  keeps b = h (2, 2)  [[2, 0], [3, 3]]
  rule grad_a = grad * conj(b)
  rule grad_b = grad * conj(a)
  out  a (2, 2)  [[2, 0], [3, 3]]  -> step 3, AddBackward0 (1 of 2 that add up)
  out  b (2, 2)  [[2, 0], [3, 3]]  -> step 3, AddBackward0 (2 of 2 that add up)
  frees 16 B; 0 B held
"""


def example():
    x = mt.tensor([[1.0, 2.0], [2.0, 5.0]], requires_grad=True)
    b = mt.tensor([1.0, -2.0], requires_grad=True)
    with mt.tracing.recording():
        h = x + b
        loss = (h * h).sum()
    return mt.trace(loss)


def step_text(trace, name):
    (step,) = [step for step in trace if step.name == name]
    return "\n".join(text.lines(trace, step))


def test_one_step_alone():
    trace = example()
    assert str(trace).split("\n\n")[1:] == [trace.step(i) for i in range(1, len(trace) + 1)]
    for number in (0, -1, len(trace) + 1):
        with pytest.raises(IndexError, match=f"there is no step {number}: they go from 1 to 5"):
            trace.step(number)


def test_the_text_of_an_example():
    trace = example()
    said = str(trace)
    assert repr(trace) == "Trace(5 steps)"
    assert said.startswith(FIRST)
    assert step_text(trace, "AddBackward0").splitlines()[2:] == [
        "  is   h (2, 2)  [[2, 0], [3, 3]]",
        "  in   (2, 2)  [[4, 0], [6, 6]]",
        "       2 gradients, of step 2, added up",
        "  rule grad_a = grad",
        "  rule grad_b = grad",
        "  out  a (2, 2)  [[4, 0], [6, 6]]  -> step 4, x",
        "  out  b (2, 2)  [[4, 0], [6, 6]]",
        "       broadcasting undone, sum over dimension 0: (2,)  [10, 6]  -> step 5, b",
    ]
    assert said.endswith("\n\nStep 5: leaf b\n  is   (2,)  [1, -2]\n  in   (2,)  [10, 6]")


def test_a_gradient_that_is_nan():
    x = mt.tensor([0.0, 4.0], requires_grad=True)
    said = step_text(mt.trace((x.sqrt() * 0).sum()), "SqrtBackward0")
    assert "\n  out  x (2,)  [nan, 0]  -> step 4, x\n" in said


def test_large_tensors_are_told_by_statistics():
    x = mt.arange(20.0).requires_grad_()
    said = step_text(mt.trace((x * mt.tensor([2.0] * 19 + [mt.nan])).sum()), "x")
    assert said == (
        "Step 3: leaf x\n"
        "  is   (20,)  min 0, mean 9.5, max 19, norm 49.7\n"
        "  in   (20,)  nan 1, min 2, mean 2, max 2, norm 8.718"
    )


def test_gradients_of_several_steps_add_up():
    x = mt.ones(2, requires_grad=True)
    said = step_text(mt.trace((x.exp() * x.sin()).sum()), "x")
    assert "2 gradients, of steps 3 and 4, added up" in said


def test_a_change_of_dtype_and_several_dimensions():
    x = mt.ones(1, 1, requires_grad=True)
    trace = mt.trace((x * mt.ones(2, 3, dtype=mt.float64)).sum())
    assert (
        "broadcasting undone, sum over dimensions 0 and 1; from float64 to float32: (1, 1)  [[6]]"
    ) in step_text(trace, "MulBackward0")


def test_a_result_that_nobody_used():
    x = mt.ones(2, 2, requires_grad=True)
    left, _ = x.unbind()
    assert "in   result 1 nothing" in str(mt.trace(left.sum()))


def test_modules_and_long_rules():
    model = nn.Sequential(nn.Linear(2, 1))
    with mt.tracing.recording():
        loss = model(mt.ones(1, 2)).sum()
    said = step_text(mt.trace(loss), "AddmmBackward0")
    assert "\n  of   Sequential / 0: Linear\n" in said
    assert "\n  rule at minitorch/ops/linear.py:" in said


SIZES = {1: "1 B", 1023: "1023 B", 1536: "1.5 KiB", 5 << 20: "5.0 MiB", 3 << 30: "3.0 GiB"}


@pytest.mark.parametrize(("count", "said"), SIZES.items())
def test_sizes(count, said):
    assert tables.in_bytes(count) == said
