"""The models beside torchvision's: names, first weights, values, gradients, how they print."""

from __future__ import annotations

import io
import warnings

import numpy as np
import pytest

from .real_torchvision import torch, torchvision  # isort: skip
import torchvision.models

import minitorch as mt
from minitorch import vision

from .compare import first_sentence

rng = np.random.default_rng(0)

# Each kind of model in one of its smaller forms: M is `models`, and the size of an image for it.
MODELS = {
    "M.alexnet(num_classes=3)": 67,
    "M.resnet18(num_classes=3)": 40,
    "M.resnet18(zero_init_residual=True)": 33,
    "M.ResNet(M.resnet.Bottleneck, [1, 1, 1, 1], 2)": 40,
    "M.ResNet(M.resnet.Bottleneck, [1, 1, 1, 1], 2, groups=2, width_per_group=4)": 40,
    "M.ResNet(M.resnet.Bottleneck, [1, 2, 1, 1], 2, replace_stride_with_dilation=[0, 1, 1])": 40,
    "M.mobilenet_v2(num_classes=3)": 40,
    "M.mobilenet_v2(width_mult=0.35, num_classes=3, dropout=0.5)": 40,
    "M.MobileNetV2(3, 0.5, [[1, 16, 1, 1], [6, 24, 2, 2]], 4)": 40,
    "M.VGG(M.vgg.make_layers([8, 'M', 16, 'M', 512], True), 3)": 40,
}
LARGE = """
vgg11 vgg11_bn vgg13 vgg13_bn vgg16 vgg16_bn vgg19 vgg19_bn resnet50 resnet101 resnet152
resnext50_32x4d wide_resnet50_2 resnext101_32x8d resnext101_64x4d wide_resnet101_2
""".split()
REFUSED = """
M.ResNet(M.resnet.BasicBlock, [1, 1, 1, 1], replace_stride_with_dilation=[1])
M.ResNet(M.resnet.BasicBlock, [1, 1, 1, 1], groups=2)
M.ResNet(M.resnet.BasicBlock, [1, 1, 1, 1], replace_stride_with_dilation=[1, 1, 1])
M.MobileNetV2(inverted_residual_setting=[])
M.MobileNetV2(inverted_residual_setting=[[1, 2]])
M.mobilenetv2.InvertedResidual(3, 3, 3, 1)
M.resnet18(classes=3)
M.get_model("resnet19")
M.get_model_weights("nothing")
M.get_weight("ResNet18_Weights")
M.get_weight("Nothing.V1")
M.get_weight("ResNet18_Weights.V9")
M.resnet18(weights="V9")
M.resnet18(weights=M.AlexNet_Weights.DEFAULT)
M.resnet18(weights="DEFAULT", num_classes=10)
M.resnet18(pretrained=True, num_classes=10)
M.resnet18(True, num_classes=10)
M.alexnet(weights=7, num_classes=10)
""".strip().splitlines()
SHOWN = """
M.resnet18(num_classes=2)
M.resnet18(None, True, num_classes=2)
M.resnet18(False, num_classes=2)
M.resnet18(pretrained=False, num_classes=2)
M.resnet18(weights=False, num_classes=2)
M.resnet18(weights=None, progress=False, num_classes=2)
M.get_model("ResNet18", num_classes=2)
M.mobilenet_v2(num_classes=2)
M.resnet18.__name__
M.ResNet18_Weights.DEFAULT
M.ResNet50_Weights.DEFAULT, list(M.ResNet50_Weights)
M.get_weight("MobileNet_V2_Weights.IMAGENET1K_V2")
M.get_model_weights("vgg16").__name__, M.get_model_weights(M.vgg16).__name__
M.VGG16_Weights.IMAGENET1K_FEATURES.url
M.ResNet18_Weights.IMAGENET1K_V1.transforms()
M.ResNet50_Weights.IMAGENET1K_V2.transforms()
M.VGG16_Weights.IMAGENET1K_FEATURES.transforms()
M.ResNet18_Weights.DEFAULT.transforms(resize_size=232)
M.get_model_builder("alexnet").__name__
M.list_models(M, include="resnet*")
M.list_models(include=["vgg1*", "alex*"], exclude="*_bn")
""".strip().splitlines()


def both(expression, seed=0):
    made = []
    for lib, package in ((mt, vision), (torch, torchvision)):
        lib.manual_seed(seed)
        made.append(eval(expression, {"M": package.models}))
    return made


def same_weights(ours, theirs):
    ours, theirs = ours.state_dict(), theirs.state_dict()
    assert list(ours) == list(theirs)
    for key, value in ours.items():
        assert np.array_equal(value.numpy(), theirs[key].numpy()), key


def near(a, b, bound):
    a, b = a.detach().numpy(), b.detach().numpy()
    assert a.shape == b.shape
    assert np.abs(a - b).max() <= bound * (np.abs(b).max() + 1e-6)


@pytest.mark.parametrize("expression", MODELS)
def test_model(expression):
    ours, theirs = both(expression)
    same_weights(ours, theirs)
    assert repr(ours) == repr(theirs)
    size = MODELS[expression]
    x = rng.random((2, 3, size, size)).astype(np.float32)
    deep = not expression.startswith(("M.VGG", "M.alexnet"))
    if deep:  # rounding errors would hide other differences
        x, ours, theirs = x.astype(np.float64), ours.double(), theirs.double()
    bound = 1e-10 if deep else 1e-4
    images = mt.from_numpy(x), torch.from_numpy(x)
    # In training with dropout, then in evaluation with what batch normalization has seen.
    results = []
    for lib, model, image in zip((mt, torch), (ours, theirs), images, strict=True):
        lib.manual_seed(1)
        results.append(model(image))
        if deep:  # the others have a hundred million weights
            lib.nn.functional.cross_entropy(results[-1], lib.tensor([0, 1])).backward()
    near(*results, bound)
    for (name, mine), its in zip(ours.named_parameters(), theirs.parameters(), strict=True):
        assert (mine.grad is None) == (its.grad is None), name
        if deep:
            near(mine.grad, its.grad, 1000 * bound)
    with mt.no_grad(), torch.no_grad():
        near(ours.eval()(images[0]), theirs.eval()(images[1]), bound)


def shapes(model):
    return {key: tuple(value.shape) for key, value in model.state_dict().items()}


@pytest.mark.parametrize("name", LARGE)
def test_names_and_shapes_of_large_models(name, monkeypatch):
    for lib in (mt, torch):  # nobody looks at the numbers
        for how in ("kaiming_normal_", "kaiming_uniform_", "normal_", "uniform_"):
            monkeypatch.setattr(lib.nn.init, how, lambda tensor, *args, **kwargs: tensor)
    ours, theirs = both(f"M.{name}()")
    assert shapes(ours) == shapes(theirs)
    assert repr(ours) == repr(theirs)


def test_first_weights_of_a_bottleneck_model():
    same_weights(*both("M.resnet50(num_classes=2)", 3))


def test_weights_carried_over():
    theirs = torchvision.models.mobilenet_v2(width_mult=0.35, num_classes=3)
    x = rng.random((4, 3, 40, 40)).astype(np.float32)
    for _ in range(2):
        theirs(torch.from_numpy(x))
    file = io.BytesIO()
    torch.save(theirs.state_dict(), file)
    file.seek(0)
    ours = vision.models.mobilenet_v2(width_mult=0.35, num_classes=3)
    assert str(ours.load_state_dict(mt.load(file))) == "<All keys matched successfully>"
    with mt.no_grad(), torch.no_grad():
        near(ours.eval()(mt.from_numpy(x)), theirs.eval()(torch.from_numpy(x)), 2e-4)


def outcome(expression, package):
    with warnings.catch_warnings(record=True) as said:
        warnings.simplefilter("always")
        try:
            made = eval(expression, {"M": package.models})
        except Exception as error:
            made = error
    return made, [(warning.category, str(warning.message)) for warning in said]


@pytest.mark.parametrize("expression", REFUSED)
def test_what_is_refused(expression):
    ours, theirs = (outcome(expression, package) for package in (vision, torchvision))
    assert isinstance(theirs[0], Exception)
    assert type(ours[0]) is type(theirs[0]), ours[0]
    assert first_sentence(ours[0]) == first_sentence(theirs[0])
    assert ours[1] == theirs[1]


@pytest.mark.parametrize("expression", SHOWN)
def test_how_it_prints_and_warns(expression):
    ours, theirs = (outcome(expression, package) for package in (vision, torchvision))
    assert not isinstance(theirs[0], Exception)
    mine, its = repr(ours[0]), repr(theirs[0])
    if "list_models" in expression:
        assert set(ours[0]) == set(theirs[0])
    else:
        assert mine == its
    assert ours[1] == theirs[1]


def test_weights_are_torchvisions():
    enums = [name for name in dir(vision.models) if name.endswith("_Weights")]
    assert len(enums) >= 16
    for name in enums:
        ours, theirs = (getattr(package.models, name) for package in (vision, torchvision))
        assert list(ours.__members__) == list(theirs.__members__)
        for member in ours:
            its = theirs[member.name]
            assert member.url == its.url
            assert member.meta == {key: its.meta[key] for key in member.meta}
            assert {"num_params", "min_size", "categories"} <= set(member.meta)
            assert repr(member.transforms()) == repr(its.transforms())
            assert member.transforms().describe() == its.transforms().describe()
            x = rng.random((3, 300, 260)).astype(np.float32)
            near(member.transforms()(mt.from_numpy(x)), its.transforms()(torch.from_numpy(x)), 1e-5)
