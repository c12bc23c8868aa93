"""The profiler: what it counts, that its times add up, and that nothing of it stays behind."""

from __future__ import annotations

import gzip
import json
import threading
import warnings

import pytest

import minitorch as mt
from minitorch import nn
from minitorch.autograd import engine, profiler_util
from minitorch.autograd.operation import Operation
from minitorch.autograd.profiler import ACTIVE, kinds, profile, record_function
from minitorch.ops.activation import Silu
from minitorch.profiler import ProfilerAction, ProfilerActivity, schedule, tensorboard_trace_handler

MODEL = nn.Sequential(nn.Linear(4, 3), nn.ReLU(), nn.Linear(3, 1))
X = mt.ones(2, 4)


def forwards():
    return [vars(kind).get("forward") for kind in kinds(Operation)]


def counts(profiler):
    return {row.key: row.count for row in profiler.key_averages()}


def test_operations_and_nodes_are_counted_and_everything_is_put_back():
    before = [*forwards(), engine.run_node, engine.accumulate, mt.optim.SGD.step]
    optimizer = mt.optim.SGD(MODEL.parameters(), lr=0.1)
    with profile() as profiler:
        (2 * MODEL(X) + 1).sum().backward()
        optimizer.step()
        optimizer.zero_grad()
    assert [*forwards(), engine.run_node, engine.accumulate, mt.optim.SGD.step] == before
    assert not ACTIVE
    found = counts(profiler)
    assert found["aten::linear"] == found["AddmmBackward0"] == 2
    assert found["aten::mul"] == 2  # forward, and the rule of backward
    assert found["aten::add"] == found["aten::relu"] == found["ReluBackward0"] == 1
    assert found["torch::autograd::AccumulateGrad"] == 4
    assert found["Optimizer.step#SGD.step"] == found["Optimizer.zero_grad#SGD.zero_grad"] == 1


def test_everything_is_put_back_after_an_error():
    before = forwards()
    with pytest.raises(RuntimeError, match="mat1 and mat2"), profile() as profiler:
        MODEL(mt.ones(2, 3).exp())
    assert forwards() == before
    assert profiler.function_events[0].time_range.end > 0


def test_what_happens_inside_is_a_child_and_self_times_add_up():
    with profile() as profiler, record_function("all"):
        y = MODEL(X).sum()
        y.backward()
    top = profiler.function_events[0]
    assert top.name == "all"
    assert top.is_user_annotation
    children = [event.name for event in top.cpu_children]
    assert children[:4] == ["aten::linear", "aten::relu", "aten::linear", "aten::sum"]
    (node,) = [event for event in top.cpu_children if event.name == "ReluBackward0"]
    assert [event.name for event in node.cpu_children] == ["aten::threshold_backward"]
    assert all(event.self_cpu_time_total >= 0 for event in profiler.function_events)
    assert profiler.self_cpu_time_total == pytest.approx(top.cpu_time_total)
    total = profiler.total_average()
    assert total.key == "Total"
    assert total.count == len(profiler.function_events)
    assert total.self_cpu_time_total == pytest.approx(top.cpu_time_total)


def test_shapes_operations_on_numbers_memory_lines_and_layers():
    with profile(
        record_shapes=True, with_flops=True, profile_memory=True, with_stack=True, with_modules=True
    ) as profiler:
        x = mt.ones(1000)
        y = x + x
        MODEL(X).sum().backward()
    rows = {row.key: row for row in profiler.key_averages(group_by_input_shape=True)}
    assert rows["aten::add"].input_shapes == [[1000], [1000]]
    assert rows["aten::add"].flops == len(y) == 1000
    assert 4000 <= rows["aten::add"].cpu_memory_usage < 5000
    assert {"nn.Module: Sequential_0", "nn.Module: Linear_0", "nn.Module: Linear_1"} < rows.keys()
    events = profiler.function_events
    first = next(event for event in events if event.name == "aten::linear")
    assert first.flops == 2 * 2 * 3 * 4
    assert first.stack[0].endswith("test_shapes_operations_on_numbers_memory_lines_and_layers")
    assert "minitorch/nn" not in first.stack[0]
    node = next(event for event in events if event.name == "ReluBackward0")
    made = next(event for event in events if event.name == "aten::relu")
    assert node.stack == made.stack  # a node says where its forward was
    heads = profiler.key_averages(True, 1).table().splitlines()[1].split("  ")
    assert [head.strip() for head in heads if head.strip()] == (
        "Name|Self CPU %|Self CPU|CPU total %|CPU total|CPU time avg|CPU Mem|Self CPU Mem|"
        "# of Calls|Input Shapes|Source Location|Total FLOPs"
    ).split("|")


def test_the_table_is_sorted_cut_and_limited():
    with profile() as profiler, record_function("x" * 80):
        x = mt.ones(2)
        for _ in range(3):
            x = x.exp()
        x.sum()
    rows = profiler.key_averages()
    table = rows.table(sort_by="count", row_limit=1, header="Head", time_unit="ms").splitlines()
    assert table[1] == "Head"
    assert table[5].split()[0] == "aten::exp"
    assert table[5].split()[-1] == "3"
    assert table[5].split()[2].endswith("ms")
    assert table[-1].startswith("Self CPU time total: ")
    assert len(table) == 8
    top = rows.table(top_level_events_only=True)
    assert "x" * 52 + "..." in top
    assert "aten::exp" not in top
    assert str(profiler) == profiler.table() == profiler.function_events.table(row_limit=-1)
    with pytest.raises(AttributeError, match="no attribute 'cuda_time_total'"):
        rows.table(sort_by="cuda_time_total")
    assert profiler_util.EventList().table() == ""


def test_the_events_of_threads_are_apart():
    def other():
        mt.ones(2).sin()

    with profile() as profiler, record_function("here"):
        thread = threading.Thread(target=other)
        thread.start()
        thread.join()
    events = {event.name: event for event in profiler.function_events}
    assert events["aten::sin"].cpu_parent is None
    assert events["aten::sin"].thread != events["here"].thread


def test_a_loader_and_own_functions_are_seen():
    class Twice(mt.autograd.Function):
        @staticmethod
        def forward(ctx, x):
            return x * 2

        @staticmethod
        def backward(ctx, grad):
            return grad * 2

    data = mt.utils.data.TensorDataset(mt.ones(4, 1, requires_grad=True))
    with profile() as profiler:
        for (x,) in mt.utils.data.DataLoader(data, batch_size=2):
            Twice.apply(x).sum().backward()
    found = counts(profiler)
    assert found["enumerate(DataLoader)#_SingleProcessDataLoaderIter.__next__"] == 3
    assert found["TwiceBackward"] == 2


def test_operations_have_the_names_of_pytorch():
    image = mt.ones(1, 1, 4, 4)
    with profile() as profiler:
        image.sum(0)
        1 - image
        nn.functional.max_pool2d(image, 2, return_indices=True)
        nn.functional.adaptive_avg_pool2d(image, 2)
        image.reshape(4, 4) @ image.reshape(4, 4)
        image.log1p()
    names = {"sum", "rsub", "max_pool2d_with_indices", "adaptive_avg_pool2d", "mm", "log1p"}
    assert {f"aten::{name}" for name in names} <= counts(profiler).keys()


def test_an_operation_with_two_bases_is_found_once():
    found = kinds(Operation)
    assert Silu in found
    assert len(found) == len(set(found))


def test_one_at_a_time_and_not_twice():
    with profile() as profiler:
        with pytest.raises(RuntimeError, match="Another profiler is running"):
            mt.profiler.profile().start()
        with pytest.raises(RuntimeError, match="not reentrant"):
            profiler.__enter__()
        assert repr(profiler) == "<unfinished torch.autograd.profile>"
        with pytest.raises(RuntimeError, match="didn't finish"):
            profiler.key_averages()
    with profile(enabled=False) as off:
        assert off is None
    with pytest.raises(NotImplementedError):
        profile(use_cpu=False)


def test_a_label_that_begins_before_or_ends_after_is_no_error():
    label = record_function("early")
    with label, profile() as profiler:
        late = record_function("late").__enter__()
        mt.ones(1).exp()
    late.__exit__()
    assert counts(profiler) == {"late": 1, "aten::exp": 1}
    assert profiler.function_events[0].time_range.end > 0


def test_a_schedule_looks_at_some_steps(tmp_path):
    seen = []

    def ready(profiler):
        seen.append((profiler.step_num, counts(profiler)))
        tensorboard_trace_handler(str(tmp_path / "new"), "me", use_gzip=True)(profiler)

    steps = schedule(wait=1, warmup=1, active=2, repeat=2)
    with mt.profiler.profile(schedule=steps, on_trace_ready=ready) as profiler:
        profiler.add_metadata("lesson", "three")
        profiler.add_metadata_json("list", "[1, 2]")
        for _ in range(10):
            mt.ones(1).exp()
            profiler.step()
    assert seen == [(step, {"ProfilerStep*": 2, "aten::exp": 2}) for step in (4, 8)]
    first, _ = sorted((tmp_path / "new").iterdir())
    assert first.name.startswith("me.")
    assert first.name.endswith(".pt.trace.json.gz")
    trace = json.loads(gzip.decompress(first.read_bytes()))
    assert (trace["lesson"], trace["list"]) == ("three", [1, 2])
    names = [event["name"] for event in trace["traceEvents"]]
    assert names == ["ProfilerStep#2", "aten::exp", "ProfilerStep#3", "aten::exp"]
    step, exp = trace["traceEvents"][:2]
    assert step["ts"] < exp["ts"] < exp["ts"] + exp["dur"] <= step["ts"] + step["dur"]


def test_without_a_schedule_what_is_ready_is_told_at_the_end(tmp_path):
    told = []
    options = {"activities": [ProfilerActivity.CPU], "with_stack": True, "record_shapes": True}
    with mt.profiler.profile(on_trace_ready=told.append, **options) as profiler:
        mt.randn(300, 300) @ mt.randn(300, 300)
        profiler.step()
    assert told == [profiler]
    assert {event.name for event in profiler.events()} >= {"aten::mm"}
    profiler.export_stacks(str(tmp_path / "stacks.txt"))
    line = (tmp_path / "stacks.txt").read_text(encoding="utf-8").splitlines()[-1]
    assert "test_without_a_schedule" in line
    profiler.export_chrome_trace(str(tmp_path / "trace.json"))
    events = json.loads((tmp_path / "trace.json").read_text(encoding="utf-8"))["traceEvents"]
    assert [[300, 300], [300, 300], [], []] in [e["args"].get("Input Dims") for e in events]
    with pytest.raises(ValueError, match="metric should be one of"):
        profiler.export_stacks(str(tmp_path / "stacks.txt"), "self_cuda_time_total")


def test_events_of_several_cycles_can_be_kept():
    steps = schedule(wait=0, warmup=1, active=1)
    with mt.profiler.profile(schedule=steps, acc_events=True) as profiler:
        for _ in range(4):
            mt.ones(1).exp()
            profiler.step()
    assert counts(profiler)["aten::exp"] == 2


def test_a_schedule_of_ones_own_that_leaves_a_cycle_warns():
    actions = [ProfilerAction.WARMUP, ProfilerAction.NONE, ProfilerAction.RECORD]
    with (
        mt.profiler.profile(schedule=[*actions, ProfilerAction.NONE].__getitem__) as profiler,
        warnings.catch_warnings(record=True) as said,
    ):
        warnings.simplefilter("always")
        for _ in range(3):
            profiler.step()
    assert [str(warning.message) for warning in said] == [
        "Incorrect schedule: WARMUP followed by NONE",
        "Incorrect schedule: RECORD followed by NONE",
    ]


def test_stacks_need_to_be_asked_for(tmp_path):
    with profile() as profiler:
        mt.ones(1).exp()
    with pytest.raises(AssertionError, match="requires with_stack=True"):
        profiler.export_stacks(str(tmp_path / "x"))
    assert "FunctionEventAvg key=aten::exp" in repr(profiler.key_averages())
    assert "FunctionEvent id=1 name=aten::exp" in repr(profiler.function_events)
    assert profiler.key_averages()[0].cpu_time_total_str.endswith("s")
    assert profiler_util.in_time(2e6) == "2.000s"
