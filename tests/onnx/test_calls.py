"""`mt.onnx.export`: what its arguments mean."""

from __future__ import annotations

import io

import numpy as np
import onnx
import pytest
from onnx.reference import ReferenceEvaluator

import minitorch as mt
import minitorch.nn as nn
import minitorch.nn.functional as F
from minitorch.autograd.operation import Operation
from minitorch.onnx.table import TABLE
from tests.onnx.cases import Attention, Does, Net, Recurrent, SuperResolution
from tests.running.starting import python, write


def outputs(model, **inputs):
    arrays = {name: tensor.numpy() for name, tensor in inputs.items()}
    return ReferenceEvaluator(model).run(None, arrays)


def ops(program):
    return [node.op_type for node in program.model_proto.graph.node]


def weights(program):
    return [tensor.name for tensor in program.model_proto.graph.initializer]


def test_the_call_of_super_resolution(tmp_path):
    model = SuperResolution().train()
    x = mt.randn(1, 1, 8, 8, requires_grad=True)
    file = tmp_path / "super_resolution.onnx"
    program = mt.onnx.export(
        model,
        x,
        str(file),
        export_params=True,
        opset_version=18,
        do_constant_folding=True,
        input_names=["input"],
        output_names=["output"],
        dynamic_axes={"input": {0: "batch_size"}, "output": {0: "batch_size"}},
    )
    assert model.training
    read = onnx.load(file)
    onnx.checker.check_model(read, full_check=True)
    assert read == program.model_proto
    assert read.opset_import[0].version == 18
    assert read.producer_name == "minitorch"
    assert [value.name for value in (*read.graph.input, *read.graph.output)] == ["input", "output"]
    shapes = [
        [dim.dim_param or dim.dim_value for dim in value.type.tensor_type.shape.dim]
        for value in (*read.graph.input, *read.graph.output)
    ]
    assert shapes == [["batch_size", 1, 8, 8], ["batch_size", 1, 24, 24]]
    assert weights(program) == list(model.state_dict())
    many = mt.randn(4, 1, 8, 8)
    with mt.no_grad():
        expected = model(many)
    np.testing.assert_allclose(outputs(read, input=many)[0], expected.numpy(), atol=1e-5)


def test_weights_have_the_names_of_the_state_dict():
    program = mt.onnx.export(Net(), mt.randn(1, 1, 12, 12))
    assert {name for name in Net().state_dict() if "tracked" not in name} <= set(weights(program))
    nodes = [node.name for node in program.model_proto.graph.node]
    assert nodes[:3] == ["/conv1/Conv", "/Relu", "/MaxPool"]


def test_a_weight_that_has_two_names_is_there_once():
    model = nn.Sequential(nn.Linear(3, 3), nn.Linear(3, 3))
    model[1].weight = model[0].weight
    program = mt.onnx.export(model, mt.randn(2, 3))
    assert weights(program) == ["0.weight", "0.bias", "1.bias"]


def test_files_and_no_file(tmp_path):
    model, x = nn.ReLU(), mt.tensor([-1.0, 2.0])
    stream = io.BytesIO()
    assert mt.onnx.export(model, (x,), stream, dynamo=False) is None
    program = mt.onnx.export(model, (x,))
    program.save(tmp_path / "relu.onnx")
    assert (tmp_path / "relu.onnx").read_bytes() == stream.getvalue()
    assert program(x)[0].tolist() == [0.0, 2.0]


def test_names_are_those_of_forward_unless_given():
    class Model(nn.Module):
        def forward(self, image, *more, scale=2.0, state=None):
            return image * scale + more[0], image + state[0] * state[1]

    x = [mt.tensor([float(n)]) for n in range(4)]
    keywords = {"scale": 3.0, "state": (x[2], x[3])}
    program = mt.onnx.export(Model(), (x[0], x[1]), kwargs=keywords, output_names=["first"])
    graph = program.model_proto.graph
    assert [value.name for value in graph.input] == ["image", "more_0", "state_0", "state_1"]
    assert [value.name for value in graph.output] == ["first", "output_1"]
    assert [float(out) for out in program(*x)] == [1.0, 6.0]
    older = mt.onnx.export(Model(), (x[0], x[1], keywords), dynamo=False, f=io.BytesIO())
    assert older is None


def test_too_many_names():
    with pytest.raises(RuntimeError, match=r"number of input names provided \(2\) exceeded"):
        mt.onnx.export(nn.ReLU(), mt.ones(2), input_names=["a", "b"])
    with pytest.raises(RuntimeError, match=r"number of output names provided \(2\) exceeded"):
        mt.onnx.export(nn.ReLU(), mt.ones(2), output_names=["a", "b"])


def test_dynamic_axes_without_names():
    model = Does(lambda x, y: x.flatten() * y.sum())
    given = {"input_names": ["x", "y"], "dynamic_axes": {"x": [0, 1], "y": [0]}}
    program = mt.onnx.export(model, (mt.randn(2, 3), mt.randn(3, 5)), **given)
    assert program(mt.ones(4, 7), mt.ones(2, 5))[0].tolist() == [10.0] * 28
    names = [dim.dim_param for dim in program.model_proto.graph.input[0].type.tensor_type.shape.dim]
    assert names == ["x_dynamic_axes_1", "x_dynamic_axes_2"]
    with pytest.raises(mt.onnx.OnnxExporterError, match="that are always equal need the same name"):
        mt.onnx.export(Does(mt.matmul), (mt.randn(2, 3), mt.randn(3, 5)), **given)


def test_a_name_for_a_size_of_the_output():
    program = mt.onnx.export(
        Does(lambda x: x.repeat(2, 1).flatten()),
        mt.randn(2, 3),
        output_names=["y"],
        dynamic_axes={"x": {0: "n"}, "y": {0: "long"}},
        input_names=["x"],
    )
    (dim,) = program.model_proto.graph.output[0].type.tensor_type.shape.dim
    assert dim.dim_param == "long"
    assert program(mt.ones(5, 3))[0].shape == (30,)


@pytest.mark.parametrize(
    "shapes", [{"x": {0: "n", 1: "m"}}, ({0: "n", 1: "m"},), [("n", "m")], {"x": ["n", "m"]}]
)
def test_dynamic_shapes(shapes):
    class Model(nn.Module):
        def forward(self, x):
            return x.view(x.size(0) * x.size(1)), x.reshape(-1, x.size(1), 1).expand(-1, -1, 2)

    program = mt.onnx.export(Model(), mt.randn(2, 3), dynamic_shapes=shapes)
    one, two = program(mt.ones(4, 5))
    assert (one.shape, two.shape) == ((20,), (4, 5, 2))


def test_dynamic_shapes_of_several_inputs():
    model = Does(lambda x, pair: x + pair[0] * pair[1])
    x = mt.ones(2, 3)
    program = mt.onnx.export(model, (x, (x, x)), dynamic_shapes=({0: "n"}, [{0: "n"}, ("n", None)]))
    assert program(*[mt.ones(5, 3)] * 3)[0].shape == (5, 3)


def test_one_size_that_is_two():
    with pytest.raises(ValueError, match="the dynamic size 'n' is both 2 and 3"):
        mt.onnx.export(
            nn.ReLU(), mt.ones(2, 3), input_names=["x"], dynamic_axes={"x": {0: "n", 1: "n"}}
        )


def test_a_size_that_is_no_example():
    with pytest.raises(ValueError, match="the dynamic size 'n' is 0 in the example"):
        mt.onnx.export(nn.ReLU(), mt.ones(0, 3), dynamic_shapes=({0: "n"},))
    with pytest.raises(TypeError, match="a size in dynamic_shapes is a name or None, not 3"):
        mt.onnx.export(nn.ReLU(), mt.ones(3), dynamic_shapes=({0: 3},))


def test_a_name_of_nothing_warns():
    with pytest.warns(UserWarning, match="Provided key z for dynamic axes is not a valid"):
        mt.onnx.export(nn.ReLU(), mt.ones(2), dynamic_axes={"z": {0: "n"}})


def test_the_length_of_a_sequence_may_be_dynamic():
    model = Recurrent(nn.LSTM(5, 6, batch_first=True), 6)
    tokens = mt.randint(0, 11, (2, 7))
    axes = {"tokens": {0: "batch", 1: "length"}}
    program = mt.onnx.export(model, tokens, dynamic_axes=axes)
    longer = mt.randint(0, 11, (3, 9))
    np.testing.assert_allclose(program(longer)[0].numpy(), model(longer)[0].detach(), atol=1e-6)


@pytest.mark.parametrize("length", [1, 3])
def test_places_in_a_text_of_any_length(length):
    model = Attention(length=9)
    program = mt.onnx.export(
        model, mt.randint(0, 11, (2, length)), dynamic_shapes=({0: "batch", 1: "length"},)
    )
    tokens = mt.randint(0, 11, (3, 8))
    np.testing.assert_allclose(
        program(tokens)[0].numpy(), model(tokens).detach().numpy(), atol=1e-5
    )


def test_ranges_and_masks_of_any_length():
    def run(x):
        places = mt.arange(3, 2 * x.size(1) + 3, 2)
        look = F.scaled_dot_product_attention(x, x, x, is_causal=True)
        return look + places.unsqueeze(1), places > mt.ones_like(places), x.new_zeros(x.shape)

    program = mt.onnx.export(Does(run), mt.randn(2, 3, 4), dynamic_shapes=({0: "n", 1: "m"},))
    x = mt.randn(3, 6, 4)
    for output, expected in zip(program(x), run(x), strict=True):
        mt.testing.assert_close(output, expected)


def test_images_of_any_size():
    model = nn.Sequential(nn.Conv2d(1, 4, 3, stride=2), nn.ReLU(), nn.Conv2d(4, 4, 3, padding=1))
    model.append(nn.PixelShuffle(2))
    axes = {"input": {2: "height", 3: "width"}}
    program = mt.onnx.export(model, mt.randn(1, 1, 9, 8), dynamic_axes=axes)
    x = mt.randn(1, 1, 12, 7)
    np.testing.assert_allclose(program(x)[0].numpy(), model(x).detach().numpy(), atol=1e-5)
    sizes = program.model_proto.graph.output[0].type.tensor_type.shape.dim
    assert [size.dim_value for size in sizes] == [1, 1, 0, 0]


def test_opsets():
    model = nn.Sequential(nn.LayerNorm(4), nn.Hardswish())
    x = mt.randn(2, 4)
    expected = model(x).detach().numpy()
    found = []
    for opset in (13, 17, 20, 23):
        program = mt.onnx.export(model, x, opset_version=opset, verify=True)
        assert program.model_proto.opset_import[0].version == opset
        np.testing.assert_allclose(program(x)[0].numpy(), expected, atol=1e-6)
        found.append("LayerNormalization" in ops(program))
    assert found == [False, True, True, True]
    with pytest.warns(mt.onnx.errors.OnnxExporterWarning, match="the file has 13, not 10"):
        program = mt.onnx.export(model, x, opset_version=10)
    assert program.model_proto.opset_import[0].version == 13
    with pytest.raises(RuntimeError, match="Unsupported onnx_opset_version: 99"):
        mt.onnx.export(model, x, opset_version=99)
    with pytest.raises(mt.onnx.OnnxExporterError, match="In opset 13 the model cannot be written"):
        mt.onnx.export(Does(mt.tril), x, opset_version=13)


def test_weights_as_inputs():
    model, x = nn.Linear(2, 1), mt.ones(1, 2)
    program = mt.onnx.export(model, x, keep_initializers_as_inputs=True)
    assert [value.name for value in program.model_proto.graph.input] == ["input", "weight", "bias"]
    assert weights(program) == ["weight", "bias"]
    without = mt.onnx.export(model, x, export_params=False)
    assert weights(without) == []
    given = {"input": x, "weight": mt.ones(1, 2), "bias": mt.zeros(1)}
    assert outputs(without.model_proto, **given)[0] == [[2]]


def test_what_is_computed_of_weights_alone_is_a_constant_or_not():
    model = nn.utils.parametrizations.weight_norm(nn.Linear(3, 2))
    x = mt.randn(2, 3)
    folded = mt.onnx.export(model, x)
    whole = mt.onnx.export(model, x, do_constant_folding=False)
    assert ops(folded) == ["Gemm"]
    assert len(ops(whole)) > 1
    assert "parametrizations.weight.original0" in weights(whole)
    for program in (folded, whole):
        np.testing.assert_allclose(program(x)[0].numpy(), model(x).detach().numpy(), atol=1e-6)


def test_the_mode_of_the_model():
    model = nn.Sequential(nn.Dropout(), nn.ReLU())
    seen = []
    model.register_forward_hook(
        lambda *_: seen.append((model.training, mt.onnx.is_in_onnx_export()))
    )
    mt.onnx.export(model, mt.ones(2))
    assert model.training and model[0].training
    assert set(seen) == {(False, True)}
    assert not mt.onnx.is_in_onnx_export()
    with pytest.raises(mt.onnx.errors.UnsupportedOperatorError, match="operation Dropout"):
        mt.onnx.export(model, mt.ones(2), training=mt.onnx.TrainingMode.PRESERVE)
    with pytest.raises(NotImplementedError, match="does not take this training"):
        mt.onnx.export(model, mt.ones(2), training=mt.onnx.TrainingMode.TRAINING)


def test_verbose_prints_the_graph(capsys):
    mt.onnx.export(Does(mt.relu), mt.ones(2), verbose=True)
    assert capsys.readouterr().out == "output = Relu(inputs_0)\n"


def test_verify_refuses_another_result(monkeypatch):
    monkeypatch.setitem(TABLE, mt.ones(1, requires_grad=True).exp().grad_fn.__class__, TABLE_SIN)
    with pytest.raises(mt.onnx.OnnxExporterError, match="Output 0 of the file is not what"):
        mt.onnx.export(Does(mt.exp), mt.ones(2), verify=True)


def TABLE_SIN(g, x):
    return g.Sin(x)


def test_nothing_is_left_behind():
    before = [(kind, vars(kind).get("forward")) for kind in Operation.__subclasses__()]
    model = nn.Sequential(nn.ReLU(inplace=True)).train()
    x = mt.tensor([-1.0, 1.0])
    mt.onnx.export(model, x)
    with pytest.raises(mt.onnx.OnnxExporterError):
        mt.onnx.export(Does(lambda x: x * x.sum().item()), x)
    assert [(kind, vars(kind).get("forward")) for kind in Operation.__subclasses__()] == before
    assert x.tolist() == [-1.0, 1.0]  # the model has changed a copy
    assert model[0].training


def test_no_module():
    with pytest.raises(TypeError, match=r"takes an nn\.Module, not function"):
        mt.onnx.export(test_no_module, ())


def test_the_relu_of_a_recurrent_layer():
    """ONNX's reference does not know this activation."""
    program = mt.onnx.export(nn.RNN(3, 4, nonlinearity="relu"), mt.randn(5, 2, 3))
    (node,) = [node for node in program.model_proto.graph.node if node.op_type == "RNN"]
    assert [tuple(a.strings) for a in node.attribute if a.name == "activations"] == [(b"Relu",)]
    onnxruntime = pytest.importorskip("onnxruntime")
    session = onnxruntime.InferenceSession(program.model_proto.SerializeToString())
    assert len(session.run(None, {"input": np.ones((5, 2, 3), np.float32)})) == 2


PROGRAM = """
import torch
import torch.onnx
from torch import nn

model = nn.Sequential(nn.Conv2d(1, 9, 3, padding=1), nn.ReLU(inplace=True), nn.PixelShuffle(3))
x = torch.randn(1, 1, 4, 4, requires_grad=True)
torch.onnx.export(
    model, x, "model.onnx", export_params=True, opset_version=17, do_constant_folding=True,
    input_names=["input"], output_names=["output"],
    dynamic_axes={"input": {0: "batch_size"}, "output": {0: "batch_size"}},
)
done = torch.futures.Future()
done.set_result("written")
print(torch.futures.wait_all([done]))
"""


def test_a_program_for_pytorch(tmp_path):
    write(tmp_path, "export.py", PROGRAM)
    done = python(tmp_path, "-m", "minitorch", "run", "export.py")
    assert (done.stdout, done.stderr) == ("['written']\n", "")
    assert onnx.load(tmp_path / "model.onnx").opset_import[0].version == 17
    checked = python(tmp_path, "-m", "minitorch", "check", "export.py")
    assert ", 0 not in MiniTorch\n" in checked.stdout
