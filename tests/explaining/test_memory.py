"""`mt.memory` against what is known, and against the memory that Python really holds."""

from __future__ import annotations

import gc
import tracemalloc
import weakref

import pytest

import minitorch as mt
from minitorch import nn
from minitorch.autograd.graph import save_on_cpu
from minitorch.utils.checkpoint import checkpoint, checkpoint_sequential

KIB = 1024


def network(layers=4):
    mt.manual_seed(0)
    return nn.Sequential(*[m for _ in range(layers) for m in (nn.Linear(64, 64), nn.Tanh())])


def names(report):
    """(operation, what it keeps, memory) of each row, as shown."""
    rows, operation = [], ""
    for row in report.table.rows:
        operation = row.cells[0] or operation
        rows.append((operation, row.cells[1], row.cells[3]))
    return rows


def test_a_product_keeps_its_factors():
    a, b = mt.ones(3, requires_grad=True), mt.ones(3, requires_grad=True)
    report = mt.memory((a.exp() * b).sum())
    assert names(report) == [
        ("Exp", "result", "12 B"),
        ("Mul", "a", "shared"),
        ("Mul", "b (leaf)", "12 B"),
        ("Sum", "nothing", ""),
    ]
    assert (report.total, report.activations, report.weights) == (24, 12, 12)
    assert "Total   24 B = 12 B of results + 12 B of leaves (there anyway)" in str(report)
    assert "shared  an operation above keeps the same memory" in str(report)


def test_only_what_is_needed_is_kept():
    a, b = mt.ones(3, requires_grad=True), mt.ones(3)
    assert names(mt.memory(a * b))[0] == ("Mul", "b (leaf)", "12 B")
    assert len(names(mt.memory(a * b))) == 1
    assert names(mt.memory(a + b)) == [("Add", "nothing", "")]


def test_a_view_keeps_the_whole_of_its_memory():
    x = mt.ones(1000, requires_grad=True)
    y = x * 1
    assert mt.memory(y[:2].exp() * y[2:4]).activations == 8 + 4000


def test_a_view_of_a_leaf_is_memory_of_the_leaf():
    x = mt.ones(4, 4, requires_grad=True)
    loss = (x.t() @ x).sum()
    report = mt.memory(loss)
    assert names(report)[1:3] == [("Mm", "input (leaf)", "64 B"), ("Mm", "mat2 (leaf)", "shared")]
    assert (report.weights, report.activations) == (64, 0)
    assert mt.trace(loss).held == 0


def test_several_results_share():
    x = mt.ones(100, requires_grad=True)
    y = x.exp()
    assert mt.memory(y.sin(), y.cos()).activations == 400
    assert mt.memory(y.sin()).activations == 400


def test_backward_frees():
    loss = network()(mt.randn(8, 64)).square().sum()
    loss.backward()
    report = mt.memory(loss)
    assert report.total == 0
    assert ("Tanh", "freed", "") in names(report)


def test_without_a_graph():
    with mt.no_grad():
        report = mt.memory(network()(mt.randn(8, 64)))
    assert str(report) == "No operation was recorded: nothing is kept."
    assert "<table>" not in report._repr_html_()
    with pytest.raises(TypeError, match="tensors are needed, not float"):
        mt.memory(1.0)


def held(run):
    """The bytes that exist after ``run()`` and did not before, and the result."""
    run()
    gc.collect()
    tracemalloc.start()
    try:
        before = tracemalloc.get_traced_memory()[0]
        result = run()
        gc.collect()
        return tracemalloc.get_traced_memory()[0] - before, result
    finally:
        tracemalloc.stop()


@pytest.mark.parametrize("parts", [0, 2, 4])
@pytest.mark.parametrize("reentrant", [False, True])
def test_the_report_is_what_python_holds(parts, reentrant):
    model, x = network(8), mt.randn(256, 64, requires_grad=True)

    def run():
        if parts:
            return checkpoint_sequential(model, parts, x, use_reentrant=reentrant).sum()
        return model(x).sum()

    bytes_held, loss = held(run)
    report = mt.memory(loss)
    # There are nodes and tensors besides: less than half of one result.
    assert report.activations == pytest.approx(bytes_held, abs=32 * KIB)
    result, first = 256 * 64 * 4, max(parts - 1, 0)  # the last part is not checkpointed
    # Without: eight results. With: the last part's, and what goes into the parts before.
    expected = result * (8 if not parts else 8 // parts + first)
    states = mt.get_rng_state().nbytes * first
    assert report.total - report.weights == report.activations
    assert report.activations == expected + states


def test_a_report_holds_no_memory():
    y = mt.ones(1000, requires_grad=True).exp()
    array = weakref.ref(y._array)
    report = mt.memory(y)
    del y
    assert array() is None
    assert report.activations == 4000


def test_what_checkpoints_and_hooks_keep():
    x = mt.ones(1000, requires_grad=True)
    y = x * 1
    report = mt.memory(checkpoint(lambda y: y.exp().sin(), y, use_reentrant=False))
    assert ("Sin", "x, packed", "0 B") in names(report)
    assert ("Exp", "argument to compute it again", "3.9 KiB") in names(report)
    assert "packed  hooks keep it" in str(report)
    with save_on_cpu():
        report = mt.memory(x.exp())
    assert names(report) == [("Exp", "result, packed", "3.9 KiB")]


def test_functions_of_users():
    class Cube(mt.autograd.Function):
        @staticmethod
        def forward(ctx, x):
            y = x**3
            ctx.save_for_backward(x, y)
            return y

        @staticmethod
        def backward(ctx, grad):
            return grad * 3 * ctx.saved_tensors[0] ** 2

    y = Cube.apply(mt.ones(4, requires_grad=True))
    assert names(mt.memory(y)) == [
        ("Cube", "saved 0 (leaf)", "16 B"),
        ("Cube", "saved 1", "16 B"),
    ]
    y.sum().backward()
    assert names(mt.memory(y)) == [("Cube", "freed", "")]


def test_what_users_put_on_ctx():
    class Twice(mt.autograd.Function):
        @staticmethod
        def forward(ctx, x):
            ctx.twice, ctx.factor = [x * 2], 2
            return ctx.twice[0] + 0

        @staticmethod
        def backward(ctx, grad):
            return grad * ctx.factor

    assert mt.memory(Twice.apply(mt.ones(4, requires_grad=True))).total == 16


def test_layers_with_their_own_notes():
    report = mt.memory(nn.LSTM(3, 4)(mt.ones(5, 2, 3))[0].sum())
    assert {"gates", "cells", "states"} <= {row[1] for row in names(report)}
    kept = [row[1] for row in names(mt.memory(mt.cat([mt.ones(2, requires_grad=True)]).max()))]
    assert "nothing" in kept


def test_html():
    page = mt.memory(mt.ones(3, requires_grad=True).exp())._repr_html_()
    assert "<td>result</td>" in page
    assert "<b>Total</b> 12 B" in page


def test_it_is_a_part_of_trace_too():
    assert mt.trace.memory is mt.memory
