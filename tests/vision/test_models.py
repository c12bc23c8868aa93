"""The models: torchvision's parameters by number, name and shape; they run and learn."""

from __future__ import annotations

import functools
import hashlib
import io

import numpy as np
import pytest
from PIL import Image

import minitorch as mt
from minitorch import nn
from minitorch.vision import models
from minitorch.vision.models.mobilenetv2 import InvertedResidual
from minitorch.vision.models.resnet import BasicBlock, Bottleneck


def count(model):
    return sum(parameter.numel() for parameter in model.parameters())


@pytest.fixture
def no_init(monkeypatch):
    """The large models take seconds to fill with random numbers that these tests do not need."""
    for name in ("normal_", "uniform_", "kaiming_normal_", "kaiming_uniform_"):
        monkeypatch.setattr(nn.init, name, lambda tensor, *args, **options: tensor)


# As published with torchvision's weights.
PARAMETERS = {
    "alexnet": 61_100_840,
    "vgg11": 132_863_336,
    "vgg11_bn": 132_868_840,
    "vgg13": 133_047_848,
    "vgg16": 138_357_544,
    "vgg16_bn": 138_365_992,
    "vgg19": 143_667_240,
    "resnet18": 11_689_512,
    "resnet34": 21_797_672,
    "resnet50": 25_557_032,
    "resnet101": 44_549_160,
    "resnet152": 60_192_808,
    "mobilenet_v2": 3_504_872,
    "lenet": 61_706,
}


@pytest.mark.usefixtures("no_init")
@pytest.mark.parametrize("name", PARAMETERS)
def test_number_of_parameters(name):
    assert count(getattr(models, name)()) == PARAMETERS[name]


@pytest.mark.usefixtures("no_init")
@pytest.mark.parametrize("name", ["vgg13_bn", "vgg19_bn"])
def test_batch_norm_adds_two_numbers_for_each_channel(name):
    plain, normed = (getattr(models, kind)(num_classes=2) for kind in (name[:-3], name))
    channels = sum(layer.out_channels for layer in plain.modules() if isinstance(layer, nn.Conv2d))
    assert count(normed) == count(plain) + 2 * channels


NAMES = {
    "resnet18": [
        "conv1.weight", "bn1.weight", "bn1.bias", "bn1.running_mean", "bn1.running_var",
        "bn1.num_batches_tracked", "layer1.0.conv1.weight", "layer1.0.bn1.weight",
    ],
    "resnet50": [
        "conv1.weight", "bn1.weight", "bn1.bias", "bn1.running_mean", "bn1.running_var",
        "bn1.num_batches_tracked", "layer1.0.conv1.weight", "layer1.0.bn1.weight",
    ],
    "mobilenet_v2": [
        "features.0.0.weight", "features.0.1.weight", "features.0.1.bias",
        "features.0.1.running_mean", "features.0.1.running_var",
        "features.0.1.num_batches_tracked", "features.1.conv.0.0.weight",
    ],
}  # fmt: skip


@pytest.mark.usefixtures("no_init")
@pytest.mark.parametrize("name", NAMES)
def test_names_begin(name):
    assert list(getattr(models, name)().state_dict())[: len(NAMES[name])] == NAMES[name]


@pytest.mark.usefixtures("no_init")
def test_names_and_shapes():
    def shapes(model):
        return {name: tuple(value.shape) for name, value in model.state_dict().items()}

    alexnet, resnet, mobile = (
        shapes(models.alexnet()), shapes(models.resnet50()), shapes(models.mobilenet_v2()),
    )  # fmt: skip
    assert list(alexnet) == [
        f"{place}.{kind}"
        for place in (
            "features.0", "features.3", "features.6", "features.8", "features.10",
            "classifier.1", "classifier.4", "classifier.6",
        )
        for kind in ("weight", "bias")
    ]  # fmt: skip
    assert alexnet["features.3.weight"] == (192, 64, 5, 5)
    assert alexnet["classifier.1.weight"] == (4096, 9216)
    assert len(resnet) == 320
    assert resnet["layer2.0.downsample.0.weight"] == (512, 256, 1, 1)
    assert resnet["layer2.0.downsample.1.running_var"] == (512,)
    assert resnet["layer4.2.conv2.weight"] == (512, 512, 3, 3)
    assert list(resnet)[-2:] == ["fc.weight", "fc.bias"]
    assert len(mobile) == 314
    assert mobile["features.1.conv.1.weight"] == (16, 32, 1, 1)
    assert mobile["features.2.conv.1.0.weight"] == (96, 1, 3, 3)
    assert mobile["features.18.0.weight"] == (1280, 320, 1, 1)
    assert list(mobile)[-2:] == ["classifier.1.weight", "classifier.1.bias"]
    vgg = list(shapes(models.vgg11_bn(num_classes=2)))
    assert vgg[:7] == [f"features.0.{kind}" for kind in ("weight", "bias")] + [
        f"features.1.{kind}"
        for kind in ("weight", "bias", "running_mean", "running_var", "num_batches_tracked")
    ]
    assert [name for name in vgg if name.endswith("0.weight")][-1] == "classifier.0.weight"


@functools.cache
def small(name):
    mt.manual_seed(0)
    options = {"mobilenet_v2": {"width_mult": 0.25}}.get(name, {})
    return getattr(models, name)(num_classes=5, **options)


@pytest.mark.parametrize("name", ["resnet18", "mobilenet_v2", "lenet"])
def test_they_run(name):
    model = small(name)
    x = mt.randn(2, 1, 28, 28) if name == "lenet" else mt.randn(2, 3, 32, 32)
    model.train()
    loss = nn.functional.cross_entropy(model(x), mt.tensor([1, 4]))
    loss.backward()
    for parameter in model.parameters():
        assert parameter.grad is not None
        assert parameter.grad.isfinite().all()
    model.eval()
    with mt.no_grad():
        both, first = model(x), model(x[:1])
    assert both.shape == (2, 5)
    assert mt.allclose(both[:1], first, atol=1e-4)


@pytest.mark.usefixtures("no_init")
@pytest.mark.parametrize("name", ["alexnet", "vgg11_bn"])
def test_large_classifiers_run(name, monkeypatch):
    """Without the random numbers, and with a small image."""
    model = getattr(models, name)(num_classes=3).eval()
    model.classifier = nn.Flatten()
    with mt.no_grad():
        features = model(mt.zeros(1, 3, 63, 63))
    assert features.shape == (1, {"alexnet": 256 * 36, "vgg11_bn": 512 * 49}[name])


def test_lenet_learns():
    mt.manual_seed(0)
    model = models.LeNet(num_classes=2)
    y = mt.arange(16) % 2
    x = mt.randn(16, 1, 28, 28) * 0.1 + y.view(-1, 1, 1, 1)
    optimizer = mt.optim.SGD(model.parameters(), lr=0.1, momentum=0.9)
    losses = []
    for _ in range(15):
        optimizer.zero_grad()
        losses.append(nn.functional.cross_entropy(model(x), y))
        losses[-1].backward()
        optimizer.step()
    assert losses[-1] < 0.1 < losses[0]


def test_a_state_dict_goes_through_a_file(tmp_path):
    model = small("resnet18").eval()
    mt.save(model.state_dict(), tmp_path / "resnet18.pth")
    other = models.resnet18(num_classes=5).eval()
    assert str(other.load_state_dict(mt.load(tmp_path / "resnet18.pth"))) == (
        "<All keys matched successfully>"
    )
    x = mt.randn(1, 3, 32, 32)
    with mt.no_grad():
        assert mt.equal(model(x), other(x))


def test_first_weights():
    model = models.ResNet(BasicBlock, [1, 1, 1, 1], num_classes=3, zero_init_residual=True)
    assert model.layer1[0].bn2.weight.sum() == 0
    assert model.layer1[0].bn1.weight.sum() == 64
    std = model.layer4[0].conv1.weight.std().item()
    assert abs(std / (2 / (512 * 9)) ** 0.5 - 1) < 0.02
    mobile = small("mobilenet_v2")
    assert mobile.classifier[1].bias.sum() == 0
    assert mobile.classifier[1].weight.std() < 0.02


@pytest.mark.usefixtures("no_init")
def test_first_weights_of_bottlenecks():
    deep = models.ResNet(Bottleneck, [1, 1, 1, 1], zero_init_residual=True, num_classes=2)
    assert deep.layer1[0].bn3.weight.sum() == 0


@pytest.mark.usefixtures("no_init")
def test_vgg_without_first_weights():
    bias = mt.ones(512)
    features = nn.Conv2d(3, 512, 7, 7)
    features.bias.data = bias
    assert models.VGG(features, num_classes=2, init_weights=False).features.bias.sum() == 512
    assert models.VGG(features, num_classes=2).features.bias.sum() == 0


def test_variants_of_resnet():
    dilated = models.ResNet(
        Bottleneck, [1, 1, 1, 2], 4, groups=4, width_per_group=8,
        replace_stride_with_dilation=[False, True, True], norm_layer=lambda n: nn.GroupNorm(2, n),
    )  # fmt: skip
    dilated.avgpool = nn.Identity()
    dilated.fc = nn.Identity()
    with mt.no_grad():
        assert dilated(mt.zeros(1, 3, 32, 32)).shape == (1, 2048 * 4 * 4)
    assert dilated.layer4[1].conv2.dilation == (4, 4)
    assert dilated.layer4[1].conv2.groups == 4
    with pytest.raises(ValueError, match="should be None or a 3-element tuple"):
        models.resnet18(replace_stride_with_dilation=[True])
    with pytest.raises(ValueError, match="BasicBlock only supports groups=1"):
        models.resnet18(groups=2)
    with pytest.raises(NotImplementedError, match="Dilation > 1 not supported"):
        BasicBlock(4, 4, dilation=2)


def test_variants_of_mobilenet():
    tiny = models.MobileNetV2(2, inverted_residual_setting=[[1, 8, 2, 1]], dropout=0.0)
    assert len(tiny.features) == 4
    assert models.mobilenet_v2(width_mult=0.35).features[0].out_channels == 16
    with pytest.raises(ValueError, match="should be non-empty or a 4-element list, got"):
        models.MobileNetV2(inverted_residual_setting=[])
    with pytest.raises(ValueError, match="stride should be 1 or 2 instead of 3"):
        InvertedResidual(4, 4, 3, 1)


# Trained weights ----------------------------------------------------------------------------------


@pytest.fixture
def served(server, monkeypatch, tmp_path):
    """The weights of a small model, as the server has them: the file's name tells its checksum."""
    mt.manual_seed(1)
    trained = models.mobilenet_v2(num_classes=1000).state_dict()
    file = io.BytesIO()
    mt.save(trained, file)
    digits = hashlib.sha256(file.getvalue()).hexdigest()[:8]
    name = f"mobilenet_v2-{digits}.pth"
    server.files[name] = file.getvalue()
    weights = models.MobileNet_V2_Weights.IMAGENET1K_V1
    monkeypatch.setattr(weights.value, "url", server.url + name)
    monkeypatch.setenv("TORCH_HOME", str(tmp_path))
    return weights, trained, tmp_path / "hub" / "checkpoints" / name


def test_trained_weights_are_downloaded_once(served, server, capsys):
    weights, trained, place = served
    model = models.mobilenet_v2(weights=weights, progress=False)
    assert capsys.readouterr().err == ""
    assert all(mt.equal(value, trained[key]) for key, value in model.state_dict().items())
    assert place.exists()
    assert len(server.asked) == 1
    models.mobilenet_v2(weights="IMAGENET1K_V1")
    with pytest.warns(UserWarning) as said:
        models.mobilenet_v2(pretrained=True)
    assert ["'pretrained' is deprecated" in str(said[0].message), len(said)] == [True, 2]
    assert len(server.asked) == 1
    assert list(weights.get_state_dict(map_location="cpu", check_hash=True)) == list(trained)


def test_weights_with_another_checksum(served, server):
    weights, _, place = served
    server.files[place.name] = server.files[place.name][:-1] + b"x"
    with pytest.raises(
        RuntimeError, match=f"has the SHA256 checksum .* instead of {place.stem[-8:]}"
    ):
        models.mobilenet_v2(weights=weights)
    assert not place.exists()


def test_weights_without_a_network(served, server):
    weights = served[0]
    server.http.shutdown()
    server.http.server_close()
    with pytest.raises(ConnectionError, match=r"cannot be downloaded: .*\nWithout a network, copy"):
        models.mobilenet_v2(weights=weights)


def test_models_by_name():
    assert type(models.get_model("LeNet")) is models.LeNet
    assert "lenet" in models.list_models()
    assert models.list_models(models, include="vgg1*", exclude=["*_bn", "vgg11"]) == [
        "vgg13",
        "vgg16",
        "vgg19",
    ]
    assert models.get_model_weights("resnet18") is models.ResNet18_Weights
    assert models.get_weight("ResNet50_Weights.DEFAULT").name == "IMAGENET1K_V2"
    for wrong in ("x", "x.y"):
        with pytest.raises(ValueError, match="weight"):
            models.get_weight(wrong)
    with pytest.raises(ValueError, match="Unknown model x"):
        models.get_model("x")
    with pytest.raises(ValueError, match="couldn't be retrieved"):
        models.get_model_weights("lenet")


def test_what_weights_say():
    weights = models.ResNet50_Weights.DEFAULT
    assert repr(weights) == "ResNet50_Weights.IMAGENET1K_V2"
    assert len(weights.meta["categories"]) == 1000
    assert weights.meta["categories"][207] == "golden retriever"
    prepare = weights.transforms()
    assert "crop_size=[224]" in repr(prepare) and "``resize_size=[232]``" in prepare.describe()
    image = Image.new("RGB", (300, 250), (255, 0, 0))
    assert prepare(image).shape == (3, 224, 224)
    assert np.isclose(prepare(image)[0, 0, 0].item(), (1 - 0.485) / 0.229)
    assert models.VGG16_Weights.IMAGENET1K_FEATURES.meta["categories"] is None


@pytest.mark.parametrize(
    ("options", "kind", "message"),
    [
        ({"weights": "V7"}, KeyError, "V7"),
        ({"weights": models.AlexNet_Weights.DEFAULT}, TypeError, "Invalid Weight class provided"),
        (
            {"weights": "DEFAULT", "num_classes": 3},
            ValueError,
            "The parameter 'num_classes' expect",
        ),
    ],
)
def test_weights_that_do_not_fit(options, kind, message):
    with pytest.raises(kind, match=message):
        models.resnet18(**options)


def test_old_arguments_without_weights(no_init):
    with pytest.warns(UserWarning) as said:
        models.resnet18(False, True, num_classes=2)
        models.resnet18(pretrained=False, num_classes=2)
    assert "Using 'weights' and 'progress' as positional" in str(said[0].message)
    assert "equivalent to passing `weights=None`" in str(said[1].message)
    assert len(said) == 4
    assert models.resnext50_32x4d(num_classes=2).groups == 32
    assert models.wide_resnet50_2(num_classes=2).base_width == 128
