"""The datasets, from files in the original formats that the tests make and serve."""

from __future__ import annotations

import codecs
import gzip
import hashlib
import io
import os
import pickle
import tarfile
import zipfile
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

import minitorch as mt
from minitorch.vision import datasets, transforms
from minitorch.vision.datasets.cifar import read_batch
from minitorch.vision.datasets.folder import has_file_allowed_extension, is_image_file, make_dataset
from minitorch.vision.datasets.mnist import (
    read_image_file,
    read_label_file,
    read_sn3_pascalvincent_tensor,
)
from minitorch.vision.datasets.utils import verify_str_arg

rng = np.random.default_rng(0)


def md5(data):
    return hashlib.md5(data).hexdigest()


def idx(array):
    """The array in the IDX format."""
    code = {"u1": 8, "i1": 9, "i2": 11, "i4": 12, "f4": 13, "f8": 14}[array.dtype.str[1:]]
    sizes = b"".join(size.to_bytes(4, "big") for size in array.shape)
    return (
        bytes([0, 0, code, array.ndim])
        + sizes
        + array.astype(array.dtype.newbyteorder(">")).tobytes()
    )


def digits(count):
    return rng.integers(0, 256, (count, 28, 28), np.uint8), rng.integers(0, 10, count, np.uint8)


TRAIN, TEST = digits(7), digits(3)


def serve(server, monkeypatch, dataset):
    """Have the server be the mirror of a dataset in MNIST's format."""
    resources = []
    arrays = (*TRAIN, *TEST)
    for (name, _), array in zip(dataset.resources, arrays, strict=True):
        server.files[name] = data = gzip.compress(idx(array), mtime=0)
        resources.append((name, md5(data)))
    monkeypatch.setattr(dataset, "resources", resources)
    monkeypatch.setattr(dataset, "mirrors", [server.url + "nothing/", server.url])


@pytest.mark.parametrize("name", ["MNIST", "FashionMNIST", "KMNIST"])
def test_mnist(server, monkeypatch, tmp_path, name):
    kind = getattr(datasets, name)
    serve(server, monkeypatch, kind)
    with pytest.raises(RuntimeError, match="You can use download=True"):
        kind(tmp_path)
    train = kind(str(tmp_path), download=True)
    asked = len(server.asked)
    test = kind(tmp_path, train=False, download=True)
    assert len(server.asked) == asked == 8  # each file from the second mirror
    assert (tmp_path / name / "raw" / "train-images-idx3-ubyte").exists()
    for part, (images, labels) in ((train, TRAIN), (test, TEST)):
        assert (part.data.numpy() == images).all()
        assert part.targets.tolist() == labels.tolist()
        assert part.targets.dtype is mt.int64
        assert len(part) == len(images)
        image, label = part[1]
        assert (image.mode, image.size) == ("L", (28, 28))
        assert (np.asarray(image) == images[1]).all()
        assert label == labels[1]
        assert type(label) is int
    assert len(kind.classes) == len(set(kind.classes)) == 10
    assert train.class_to_idx[kind.classes[3]] == 3
    assert train.processed_folder == str(tmp_path / name / "processed")


def test_mnist_in_a_loader(server, monkeypatch, tmp_path):
    serve(server, monkeypatch, datasets.MNIST)
    normalize = transforms.Compose(
        [transforms.ToTensor(), transforms.Normalize((0.1307,), (0.3081,))]
    )
    dataset = datasets.MNIST(
        tmp_path, transform=normalize, target_transform=lambda y: y + 1, download=True
    )
    loader = mt.utils.data.DataLoader(dataset, batch_size=4)
    x, y = next(iter(loader))
    assert x.shape == (4, 1, 28, 28)
    expected = (TRAIN[0][:4, None].astype(np.float32) / 255 - 0.1307) / 0.3081
    assert np.allclose(x.numpy(), expected, atol=1e-6)
    assert y.tolist() == (TRAIN[1][:4].astype(int) + 1).tolist()
    assert repr(dataset).splitlines()[:-1] == [
        "Dataset MNIST",
        "    Number of datapoints: 7",
        f"    Root location: {tmp_path}",
        "    Split: Train",
        "    StandardTransform",
        "Transform: Compose(",
        "               ToTensor()",
        "               Normalize(mean=(0.1307,), std=(0.3081,))",
        "           )",
    ]
    assert repr(dataset).splitlines()[-1].startswith("Target transform: <function")


def test_mnist_that_no_mirror_has_right(server, monkeypatch, tmp_path):
    serve(server, monkeypatch, datasets.MNIST)
    server.files["train-labels-idx1-ubyte.gz"] += b"more"
    with pytest.raises(RuntimeError) as said:
        datasets.MNIST(tmp_path, download=True)
    lines = str(said.value).splitlines()
    assert lines[0] == "Error downloading train-labels-idx1-ubyte.gz"
    assert "404" in lines[1]
    assert "corrupted" in lines[2]
    assert not list(tmp_path.rglob("*labels*"))


def test_old_names_of_mnist(server, monkeypatch, tmp_path):
    serve(server, monkeypatch, datasets.MNIST)
    dataset = datasets.MNIST(tmp_path, download=True)
    for old, new in (
        ("train_labels", "targets"),
        ("test_labels", "targets"),
        ("train_data", "data"),
        ("test_data", "data"),
    ):
        with pytest.warns(UserWarning, match=f"{old} has been renamed {new}"):
            assert getattr(dataset, old) is getattr(dataset, new)


def test_emnist(server, monkeypatch, tmp_path):
    images, labels = digits(5)
    archive = io.BytesIO()
    with zipfile.ZipFile(archive, "w") as container:
        for part in ("train", "test"):
            for kind, array in (("images-idx3", images), ("labels-idx1", labels)):
                name = f"gzip/emnist-letters-{part}-{kind}-ubyte.gz"
                container.writestr(name, gzip.compress(idx(array)))
    server.files["gzip.zip"] = archive.getvalue()
    monkeypatch.setattr(datasets.EMNIST, "url", server.url + "gzip.zip")
    monkeypatch.setattr(datasets.EMNIST, "md5", md5(archive.getvalue()))
    train = datasets.EMNIST(tmp_path, "letters", download=True)
    test = datasets.EMNIST(tmp_path, split="letters", train=False, download=True)
    assert len(server.asked) == 1
    assert (train.data.numpy() == images).all()
    assert test.targets.tolist() == labels.tolist()
    assert not (tmp_path / "EMNIST" / "raw" / "gzip").exists()
    assert train.classes[:3] == ["N/A", "a", "b"]
    assert {split: len(names) for split, names in train.classes_split_dict.items()} == {
        "byclass": 62, "bymerge": 47, "balanced": 47, "letters": 27, "digits": 10, "mnist": 10,
    }  # fmt: skip
    with pytest.raises(ValueError, match=r"Unknown value 'all' for argument split. Valid values"):
        datasets.EMNIST(tmp_path, "all")
    with pytest.raises(ValueError, match="Expected type str for argument split, but got type"):
        datasets.EMNIST(tmp_path, 1)
    assert verify_str_arg("a") == "a"
    with pytest.raises(RuntimeError, match="Dataset not found"):
        datasets.EMNIST(tmp_path, "digits")


def test_numbers_of_an_idx_file(tmp_path):
    for dtype in ("u1", "i1", "i2", "i4", "f4", "f8"):
        array = rng.integers(0, 99, (2, 3), np.int64).astype(dtype)
        (tmp_path / "x").write_bytes(idx(array))
        x = read_sn3_pascalvincent_tensor(tmp_path / "x")
        assert (x.numpy() == array).all()
        assert x.numpy().dtype == dtype


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"\0\0\x08",
        b"\x1f\x8b\x08\x01",  # packed
        b"\0\0\x07\x01\0\0\0\0",  # a type that is none
        b"\0\0\x08\x00",
        b"\0\0\x08\x01\0\0",
        b"\0\0\x08\x01\0\0\0\x02a",
        b"\0\0\x08\x03\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xffa",
    ],
)
def test_broken_idx_files(tmp_path, data):
    (tmp_path / "x").write_bytes(data)
    with pytest.raises(ValueError, match=r"is not an IDX file|should have"):
        read_label_file(tmp_path / "x")


def test_idx_files_of_something_else(tmp_path):
    (tmp_path / "x").write_bytes(idx(np.zeros((2, 2), np.uint8)) + b"more")
    with pytest.raises(ValueError, match="should have 16 bytes, but has 20"):
        read_sn3_pascalvincent_tensor(tmp_path / "x")
    with pytest.raises(TypeError, match="should hold uint8 images"):
        read_image_file(tmp_path / "x")
    with pytest.raises(TypeError, match="should hold uint8 labels"):
        read_label_file(tmp_path / "x")


# CIFAR --------------------------------------------------------------------------------------------


class OldArray:
    """Pickled as Python 2 and the NumPy of its time pickled an array of bytes."""

    def __init__(self, array):
        self.array = array

    def __reduce__(self):
        rebuild = np.zeros(1).__reduce__()[0]
        text = self.array.tobytes().decode("latin1")
        return rebuild, (np.ndarray, (0,), "b"), (1, self.array.shape, np.dtype("u1"), False, text)


def batch(count, labels, old=True):
    data = rng.integers(0, 256, (count, 3072), np.uint8)
    numbers = rng.integers(0, 10, count).tolist()
    entry = {"data": OldArray(data) if old else data, labels: numbers, "batch_label": "one of"}
    return pickle.dumps(entry, protocol=2), data, numbers


def serve_cifar(server, monkeypatch, kind, labels, old=True):
    """Have the server be the source of a dataset in CIFAR's format; what its parts hold."""
    files, parts = {}, {}
    for part in ("train_list", "test_list"):
        held = []
        listed = []
        for name, _ in getattr(kind, part):
            files[name], *content = batch(4, labels, old)
            listed.append([name, md5(files[name])])
            held.append(content)
        monkeypatch.setattr(kind, part, listed)
        parts[part] = (
            np.concatenate([data for data, _ in held]).reshape(-1, 3, 32, 32),
            [number for _, numbers in held for number in numbers],
        )
    classes = [f"kind {number}" for number in range(10)]
    meta = dict(kind.meta)
    files[meta["filename"]] = pickle.dumps({meta["key"]: classes}, protocol=2)
    meta["md5"] = md5(files[meta["filename"]])
    monkeypatch.setattr(kind, "meta", meta)
    archive = io.BytesIO()
    with tarfile.open(fileobj=archive, mode="w:gz") as container:
        for name, data in files.items():
            info = tarfile.TarInfo(f"{kind.base_folder}/{name}")
            info.size = len(data)
            container.addfile(info, io.BytesIO(data))
    server.files["cifar.tar.gz"] = archive.getvalue()
    monkeypatch.setattr(kind, "url", server.url + "cifar.tar.gz")
    monkeypatch.setattr(kind, "tgz_md5", md5(archive.getvalue()))
    return parts["train_list"], parts["test_list"]


@pytest.mark.parametrize("old", [True, False])
@pytest.mark.parametrize(("name", "labels"), [("CIFAR10", "labels"), ("CIFAR100", "fine_labels")])
def test_cifar(server, monkeypatch, tmp_path, name, labels, old):
    kind = getattr(datasets, name)
    expected = serve_cifar(server, monkeypatch, kind, labels, old)
    with pytest.raises(RuntimeError, match=r"Dataset not found or corrupted. You can use"):
        kind(tmp_path)
    for train, (images, numbers) in zip((True, False), expected, strict=True):
        dataset = kind(tmp_path, train=train, download=True)
        assert len(dataset) == len(images)
        assert dataset.targets == numbers
        image, label = dataset[2]
        assert (np.asarray(image).transpose(2, 0, 1) == images[2]).all()
        assert label == numbers[2]
        assert dataset.classes[3] == "kind 3"
        assert dataset.class_to_idx["kind 3"] == 3
    assert len(server.asked) == 1
    assert repr(dataset).endswith("    Split: Test")
    x, _ = kind(tmp_path, transform=transforms.ToTensor())[0]
    assert (x.numpy() == np.float32(expected[0][0][0]) / 255).all()

    path = tmp_path / kind.base_folder / kind.train_list[0][0]
    path.write_bytes(path.read_bytes()[:-1])
    with pytest.raises(RuntimeError, match="corrupted"):
        kind(tmp_path)


def test_pickles_that_run_code_do_not(tmp_path):
    ran = tmp_path / "ran"

    class Hostile:
        def __reduce__(self):
            return os.mkdir, (str(ran),)

    def written(thing, protocol=2):
        (tmp_path / "x").write_bytes(pickle.dumps(thing, protocol))
        return tmp_path / "x"

    for protocol in range(pickle.HIGHEST_PROTOCOL + 1):
        with pytest.raises(pickle.UnpicklingError, match="mkdir, which is not data"):
            read_batch(written({"data": Hostile()}, protocol))
    assert not ran.exists()
    for thing in (print, np.zeros, getattr, codecs.open, np.float64(1.0)):
        with pytest.raises(pickle.UnpicklingError, match="which is not data"):
            read_batch(written({"data": thing}))
    with pytest.raises(pickle.UnpicklingError, match="should hold a dict"):
        read_batch(written([1]))
    path = written({"data": OldArray(np.zeros((2, 3), np.uint8))})
    path.write_bytes(path.read_bytes()[:-9])
    with pytest.raises(pickle.UnpicklingError, match="cannot be read"):
        read_batch(path)
    with pytest.raises(FileNotFoundError):
        read_batch(tmp_path / "nothing")


def test_only_arrays_of_bytes_are_read(tmp_path):
    for array in (np.zeros(3), np.zeros(3, np.int64), np.zeros(3, np.int8), np.array([None])):
        (tmp_path / "x").write_bytes(pickle.dumps({"data": array}, 2))
        assert read_batch(tmp_path / "x") == {"data": None}
    array = np.arange(6, dtype=np.uint8).reshape(2, 3)
    (tmp_path / "x").write_bytes(pickle.dumps({"data": array}, 2))
    assert (read_batch(tmp_path / "x")["data"] == array).all()


# Folders ------------------------------------------------------------------------------------------


@pytest.fixture
def pets(tmp_path):
    """A folder with images of two classes, and with files that are no images."""
    for place in ("dog/a.png", "dog/old/b.JPG", "cat/c.bmp", "cat/notes.txt", "top.png"):
        path = tmp_path / "pets" / place
        path.parent.mkdir(parents=True, exist_ok=True)
        if path.suffix == ".txt":
            path.write_text("no image")
        else:
            Image.new("L" if path.suffix == ".png" else "RGB", (3, 2)).save(path)
    return tmp_path / "pets"


def test_image_folder(pets):
    dataset = datasets.ImageFolder(str(pets), transform=transforms.ToTensor())
    assert dataset.classes == ["cat", "dog"]
    assert dataset.class_to_idx == {"cat": 0, "dog": 1}
    assert [os.path.relpath(path, pets) for path, _ in dataset.imgs] == [
        os.path.join("cat", "c.bmp"),
        os.path.join("dog", "a.png"),
        os.path.join("dog", "old", "b.JPG"),
    ]
    assert dataset.targets == [0, 1, 1]
    x, y = dataset[1]
    assert x.shape == (3, 2, 3)  # RGB, though the file is grey
    assert (y, len(dataset)) == (1, 3)
    assert repr(dataset).startswith(
        "Dataset ImageFolder\n    Number of datapoints: 3\n    Root loc"
    )
    with pytest.raises(FileNotFoundError, match="for the classes cat"):
        datasets.ImageFolder(pets, is_valid_file=lambda path: path.endswith("g"))
    only = datasets.ImageFolder(pets, is_valid_file=lambda path: "c.bmp" in path, allow_empty=True)
    assert len(only.samples) == 1
    assert is_image_file("a.webp")
    assert not is_image_file("a.txt")
    assert has_file_allowed_extension("a.TXT", ".txt")


def test_a_class_without_files(pets):
    (pets / "fish").mkdir()
    message = "Found no valid file for the classes fish. Supported extensions are: .jpg, .jpeg"
    with pytest.raises(FileNotFoundError, match=message):
        datasets.ImageFolder(pets)
    assert datasets.ImageFolder(pets, allow_empty=True).class_to_idx["fish"] == 2


def test_dataset_folder(pets, tmp_path):
    def read(path):
        with open(path) as file:
            return file.read()

    class Notes(datasets.DatasetFolder):
        def find_classes(self, directory):
            return ["cat"], {"cat": 5}

    dataset = Notes(pets, read, (".txt",))
    assert dataset[0] == ("no image", 5)
    assert dataset.extensions == (".txt",)
    with pytest.raises(ValueError, match="Both extensions and is_valid_file cannot be None or not"):
        datasets.DatasetFolder(pets, read)
    with pytest.raises(FileNotFoundError, match="Couldn't find any class folder in"):
        datasets.DatasetFolder(pets / "dog" / "old", read, (".txt",))
    with pytest.raises(ValueError, match="class_to_idx parameter cannot be None"):
        datasets.DatasetFolder.make_dataset(pets, None, (".txt",))
    with pytest.raises(ValueError, match="must have at least one entry"):
        make_dataset(pets, {}, ".txt")
    with pytest.raises(FileNotFoundError, match=r"extensions are: .txt"):
        make_dataset(pets, extensions=".txt")


def test_fake_data():
    mt.manual_seed(1)
    before = mt.get_rng_state()
    dataset = datasets.FakeData(5, (3, 4, 6), num_classes=3, transform=transforms.ToTensor())
    x, y = dataset[2]
    assert mt.equal(dataset[2][0], x)
    assert x.shape == (3, 4, 6)
    assert y in range(3)
    assert mt.equal(mt.get_rng_state(), before)
    assert not mt.equal(dataset[3][0], x)
    shifted, _ = datasets.FakeData(5, (3, 4, 6), random_offset=1)[1]
    assert mt.equal(transforms.ToTensor()(shifted), x)
    with pytest.raises(IndexError, match="FakeData index out of range"):
        dataset[5]
    assert len(list(dataset)) == len(dataset) == 5
    assert repr(dataset).splitlines()[1:3] == [
        "    Number of datapoints: 5",
        "    StandardTransform",
    ]


def test_vision_dataset():
    with pytest.raises(ValueError, match="Only transforms or transform/target_transform can be"):
        datasets.VisionDataset(transforms=print, transform=print)
    with pytest.raises(NotImplementedError):
        datasets.VisionDataset()[0]
    with pytest.raises(NotImplementedError):
        len(datasets.VisionDataset())

    class Pairs(datasets.VisionDataset):
        def __len__(self):
            return 2

        def __getitem__(self, index):
            return self._transformed(index, -index)

    assert Pairs()[1] == (1, -1)
    assert Pairs(transforms=lambda x, y: (y, x))[1] == (-1, 1)
    assert Pairs(target_transform=abs)[1] == (1, 1)
    assert repr(Pairs("~")).splitlines() == [
        "Dataset Pairs",
        "    Number of datapoints: 2",
        f"    Root location: {os.path.expanduser('~')}",
    ]
    assert Pairs(Path("~/data")).root == Path("~/data").expanduser()
    double = datasets.StandardTransform(transform=lambda x: 2 * x)
    assert double(1, 1) == (2, 1)
