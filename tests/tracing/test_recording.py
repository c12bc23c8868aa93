"""`recording` remembers lines and modules, and leaves nothing behind."""

from __future__ import annotations

import pytest

import minitorch as mt
from minitorch import nn
from minitorch.autograd.modes import state
from minitorch.nn.modules import hooks


class Block(nn.Module):
    def __init__(self):
        super().__init__()
        self.layers = nn.ModuleList([nn.Linear(2, 2), nn.Linear(2, 2)])

    def forward(self, x):
        for layer in self.layers:
            x = layer(x).relu()
        return x


def paths(trace):
    """By name of the steps: the modules around them."""
    found = {}
    for step in trace:
        names, group = [], step.group
        while group is not None:
            names.insert(0, trace.groups[group].name)
            group = trace.groups[group].parent
        found.setdefault(step.name, []).append("/".join(names))
    return found


def test_lines_and_modules():
    model = nn.Sequential(Block(), nn.Linear(2, 1))
    x = mt.ones(3, 2)
    with mt.tracing.recording():
        y = model(x)
        loss = (y * y).sum()
    trace = mt.trace(loss)
    where = paths(trace)
    assert where["SumBackward0"] == where["MulBackward0"] == [""]
    assert where["AddmmBackward0"] == [
        "Sequential/1",
        "Sequential/0/layers.1",
        "Sequential/0/layers.0",
    ]
    assert where["ReluBackward0"] == ["Sequential/0", "Sequential/0"]
    assert where["model.0.layers.1.bias"] == ["Sequential/0/layers.1"]
    assert [group.kind for group in trace.groups].count("Linear") == 3
    lines = {step.name: step.line for step in trace}
    assert lines["MulBackward0"].code == "loss = (y * y).sum()"
    assert lines["MulBackward0"].file == "test_recording.py"
    assert lines["MulBackward0"].function == "test_lines_and_modules"
    assert lines["ReluBackward0"].code == "x = layer(x).relu()"
    assert lines["model.1.weight"] is None


def test_a_module_that_is_called_twice_is_two_groups():
    layer = nn.Linear(2, 2)
    with mt.tracing.recording():
        loss = layer(layer(mt.ones(1, 2))).sum()
    trace = mt.trace(loss)
    assert [(group.name, group.parent) for group in trace.groups] == [("Linear", None)] * 2
    # Its parameters belong to no one of the two.
    assert paths(trace)["layer.weight"] == [""]


def test_without_recording_there_are_no_lines():
    layer = nn.Linear(2, 2)
    trace = mt.trace(layer(mt.ones(1, 2)).sum())
    assert trace.groups == []
    assert {step.line for step in trace} == {None}


def test_nothing_is_left_behind():
    layer = nn.Linear(2, 2)
    with pytest.raises(RuntimeError), mt.tracing.recording():
        layer(mt.ones(3, 3))
    assert not state.anomaly
    assert not state.watching
    assert not hooks._pre_hooks
    assert not hooks._forward_hooks
    assert layer(mt.ones(1, 2)).sum().grad_fn.stack is None


def test_a_recording_inside_another():
    outer, inner = nn.Linear(2, 2), nn.Tanh()
    with mt.tracing.recording():
        x = outer(mt.ones(1, 2))
        with mt.tracing.recording():
            x = inner(x)
        assert state.anomaly
        loss = x.sum()
    assert [group.kind for group in mt.trace(loss).groups] == ["Linear", "Tanh"]


def test_a_recording_may_be_traced_before_it_ends():
    layer = nn.Linear(2, 2)
    with mt.tracing.recording():
        loss = layer(mt.ones(1, 2)).sum()
        trace = mt.trace(loss)
    assert [group.kind for group in trace.groups] == ["Linear"]


def test_under_detect_anomaly_lines_are_known_too():
    x = mt.ones(2, requires_grad=True)
    with pytest.warns(UserWarning, match="Anomaly"), mt.autograd.detect_anomaly():
        loss = x.exp().sum()
        with mt.tracing.recording():
            assert state.check_nan
    assert mt.trace(loss)[0].line.code == "loss = x.exp().sum()"
