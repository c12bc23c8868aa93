"""The models of vision and of the examples, as files."""

from __future__ import annotations

import importlib.util
from pathlib import Path

import numpy as np
import pytest

import minitorch as mt
import minitorch.nn as nn
from minitorch.vision import models

EXAMPLES = Path(__file__).parents[2] / "examples"
SIZES = {"lenet": (1, 28), "alexnet": (3, 64), "vgg11_bn": (3, 32)}


def same(model, first, other, **settings):
    """The model's file, on inputs of another batch size."""
    program = mt.onnx.export(model, first, dynamic_shapes=({0: "batch"},), **settings)
    with mt.no_grad():
        expected = model.eval()(other).numpy()
    np.testing.assert_allclose(
        program(other)[0].numpy(), expected, rtol=1e-4, atol=1e-5 * abs(expected).max()
    )
    return program


@pytest.mark.parametrize("name", [*SIZES, "resnet18", "resnext50_32x4d", "mobilenet_v2"])
def test_models_of_vision(name, monkeypatch):
    for function in ("normal_", "uniform_", "kaiming_normal_", "kaiming_uniform_"):
        monkeypatch.setattr(nn.init, function, lambda tensor, *args, **options: tensor)
    model = getattr(models, name)()
    if name in ("alexnet", "vgg11_bn"):  # a hundred million weights say nothing more
        model.classifier = nn.Flatten()
    mt.manual_seed(0)
    with mt.no_grad():
        for parameter in model.parameters():
            parameter.uniform_(-0.1, 0.1)
    channels, size = SIZES.get(name, (3, 32))
    program = same(model, mt.randn(1, channels, size, size), mt.randn(2, channels, size, size))
    names = {tensor.name for tensor in program.model_proto.graph.initializer}
    assert {key for key in model.state_dict() if "tracked" not in key} <= names


def example(name):
    spec = importlib.util.spec_from_file_location(name, EXAMPLES / f"{name}.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_the_gpt_of_the_examples():
    model = example("char_gpt").GPT(letters=20, context=16, width=16, heads=2, layers=2)
    program = same(model, mt.randint(0, 20, (2, 16)), mt.randint(0, 20, (5, 16)))
    longer = mt.onnx.export(
        model, mt.randint(0, 20, (1, 7)), dynamic_shapes=({0: "n", 1: "length"},)
    )
    text = mt.randint(0, 20, (3, 16))
    mt.testing.assert_close(longer(text)[0], model(text).detach())
    assert "letter.weight" in {tensor.name for tensor in program.model_proto.graph.initializer}


def test_the_other_networks_of_the_examples():
    same(example("vae").VAE(4).decoder, mt.randn(2, 4), mt.randn(3, 4))
    gan = example("dcgan")
    same(gan.make_generator(), mt.randn(2, 16, 1, 1), mt.randn(3, 16, 1, 1))
    same(gan.make_discriminator(), mt.randn(2, 1, 8, 8), mt.randn(3, 1, 8, 8))
    same(example("resnet").ResNet(1, 4), mt.randn(2, 3, 16, 16), mt.randn(3, 3, 16, 16))


def test_a_language_model_goes_on_from_its_state():
    model = example("lstm_language_model").WordLSTM(11, 6)
    words, state = mt.randint(0, 11, (7, 2)), (mt.randn(1, 2, 6), mt.randn(1, 2, 6))
    program = mt.onnx.export(model, (words, state))
    assert [value.name for value in program.model_proto.graph.input] == ["x", "state_0", "state_1"]
    given = mt.randint(0, 11, (7, 2)), (mt.randn(1, 2, 6), mt.randn(1, 2, 6))
    with mt.no_grad():
        scores, (h, c) = model.eval()(*given)
    for output, expected in zip(program(given[0], *given[1]), (scores, h, c), strict=True):
        mt.testing.assert_close(output, expected)
