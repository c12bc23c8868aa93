"""The datasets beside torchvision's, on the same files; their addresses and checksums."""

from __future__ import annotations

import gzip
import inspect
import os
import pickle
import shutil

import numpy as np
import pytest
from PIL import Image

from .real_torchvision import torch, torchvision  # isort: skip
import torchvision.datasets

import minitorch as mt
from minitorch import vision

from .compare import first_sentence

rng = np.random.default_rng(0)
NAMES = (
    "MNIST FashionMNIST KMNIST EMNIST CIFAR10 CIFAR100 ImageFolder DatasetFolder FakeData".split()
)
LIBRARIES = ((mt, vision), (torch, torchvision))


def idx(array):
    sizes = b"".join(size.to_bytes(4, "big") for size in array.shape)
    return bytes([0, 0, 8, array.ndim]) + sizes + array.tobytes()


@pytest.fixture
def root(tmp_path, monkeypatch):
    """Small files in the formats of all the datasets."""
    for name in ("MNIST", "FashionMNIST", "KMNIST", "EMNIST"):
        folder = tmp_path / name / "raw"
        folder.mkdir(parents=True)
        parts = {"train": 7, "t10k": 4}
        if name == "EMNIST":
            parts = {f"emnist-{s}-{p}": 5 for s in ("letters", "digits") for p in ("train", "test")}
        for part, count in parts.items():
            images = rng.integers(0, 256, (count, 28, 28), np.uint8)
            (folder / f"{part}-images-idx3-ubyte").write_bytes(idx(images))
            labels = rng.integers(0, 10, count, np.uint8)
            (folder / f"{part}-labels-idx1-ubyte").write_bytes(idx(labels))
    for name, key, kind in (
        ("CIFAR10", "labels", "label"),
        ("CIFAR100", "fine_labels", "fine_label"),
    ):
        ours, theirs = (getattr(package.datasets, name) for _, package in LIBRARIES)
        folder = tmp_path / theirs.base_folder
        folder.mkdir()
        for file, _ in theirs.train_list + theirs.test_list:
            batch = {"data": rng.integers(0, 256, (3, 3072), np.uint8), key: [1, 0, 2]}
            (folder / file).write_bytes(pickle.dumps(batch, protocol=2))
        meta = {f"{kind}_names": [f"class {i}" for i in range(10)]}
        (folder / theirs.meta["filename"]).write_bytes(pickle.dumps(meta, protocol=2))
        for dataset in (ours, theirs):
            monkeypatch.setattr(dataset, "_check_integrity", lambda self: True)
    monkeypatch.setattr(torchvision.datasets.cifar, "check_integrity", lambda *args: True)
    for label in ("dog", "cat", "bird"):
        folder = tmp_path / "images" / label
        (folder / "more").mkdir(parents=True)
        for number in range(2):
            picture = Image.fromarray(rng.integers(0, 256, (8, 9, 3), np.uint8))
            picture.save(folder / f"{number}.png")
            picture.convert("L").save(folder / "more" / f"{number}.JPEG")
        (folder / "notes.txt").write_text("not an image")
    (tmp_path / "images" / "empty").mkdir()
    (tmp_path / "nothing").mkdir()
    return tmp_path


# Of `D` (datasets), `T` (transforms), `root`, `lib`.
ROWS = """
D.MNIST(root)
D.MNIST(str(root), train=False)
D.MNIST(root, transform=T.ToTensor(), target_transform=lambda y: y + 1)
D.MNIST(root, False, T.Compose([T.ToTensor(), T.Normalize((0.1307,), (0.3081,))]))
D.FashionMNIST(root)
D.KMNIST(root, train=False)
D.EMNIST(root, "letters")
D.EMNIST(root, split="digits", train=False, transform=T.ToTensor())
D.CIFAR10(root)
D.CIFAR10(root, train=False, transform=T.ToTensor())
D.CIFAR100(root, target_transform=str)
D.ImageFolder(root / "images", allow_empty=True)
D.ImageFolder(str(root / "images"), T.ToTensor(), allow_empty=True)
D.ImageFolder(root / "images", is_valid_file=lambda p: p.endswith("0.png"), allow_empty=True)
D.ImageFolder(root / "images", loader=lambda p: p[-5:], allow_empty=True)
D.DatasetFolder(root / "images", len, (".txt",), allow_empty=True)
D.FakeData(5)
D.FakeData(3, (1, 7, 8), 4, T.ToTensor(), random_offset=10)
""".strip().splitlines()
REFUSED = """
D.MNIST(root / "nothing")
D.EMNIST(root, "letter")
D.EMNIST(root, 3)
D.EMNIST(root, "balanced")
D.ImageFolder(root / "images")
D.ImageFolder(root / "nothing")
D.ImageFolder(root / "nowhere")
D.DatasetFolder(root / "images", open)
D.DatasetFolder(root / "images", open, (".txt",), is_valid_file=len)
D.DatasetFolder(root / "images", open, (".abc",))
D.DatasetFolder.make_dataset(root / "images", None, (".txt",))
D.folder.make_dataset(root / "images", {}, (".txt",))
D.FakeData(3)[3]
D.MNIST(root)[7]
D.CIFAR10(root)[15]
D.VisionDataset(root, len, len)
D.VisionDataset(root)[0]
""".strip().splitlines()


def made(expression, root):
    results = []
    for lib, package in LIBRARIES:
        names = {"D": package.datasets, "T": package.transforms, "lib": lib, "root": root}
        try:
            results.append(eval(expression, names))
        except Exception as error:
            results.append(error)
    return results


def plain(value):
    """A sample, made of what can be compared."""
    if isinstance(value, tuple):
        return tuple(plain(part) for part in value)
    if isinstance(value, Image.Image):
        return value.mode, value.size, value.tobytes()
    if isinstance(value, mt.Tensor | torch.Tensor):
        return str(value.dtype), tuple(value.shape), value.numpy().tobytes()
    return value


@pytest.mark.parametrize("expression", ROWS)
def test_dataset(expression, root):
    ours, theirs = made(expression, root)
    assert not isinstance(theirs, Exception), theirs
    assert len(ours) == len(theirs)
    assert [plain(ours[i]) for i in range(len(ours))] == [
        plain(theirs[i]) for i in range(len(ours))
    ]
    if "lambda" not in expression and "str," not in expression and "str)" not in expression:
        assert repr(ours) == repr(theirs)
    for name in "classes class_to_idx samples imgs data targets root train split".split():
        assert hasattr(ours, name) == hasattr(theirs, name), name
        mine, its = (getattr(dataset, name, None) for dataset in (ours, theirs))
        if hasattr(its, "shape"):
            mine, its = (np.asarray(each) for each in (mine, its))
            assert mine.dtype == its.dtype
            assert np.array_equal(mine, its), name
        else:
            assert mine == its, name


def test_fake_data_leaves_the_generator_alone():
    for lib, package in LIBRARIES:
        lib.manual_seed(3)
        package.datasets.FakeData(3)[1]
        assert lib.rand(1).item() == pytest.approx(0.0042, abs=1e-3)


@pytest.mark.parametrize("expression", REFUSED)
def test_what_is_refused(expression, root):
    ours, theirs = made(expression, root)
    assert isinstance(theirs, Exception)
    assert type(ours) is type(theirs), ours
    assert first_sentence(ours) == first_sentence(theirs)


@pytest.mark.parametrize("name", NAMES)
def test_arguments(name):
    ours, theirs = (
        [
            (each.name, each.kind, each.default)
            for each in inspect.signature(getattr(package.datasets, name)).parameters.values()
            if each.name != "loader"
        ]
        for _, package in LIBRARIES
    )
    assert ours == theirs


@pytest.mark.parametrize("name", NAMES[:6])
def test_addresses_and_checksums(name):
    ours, theirs = (getattr(package.datasets, name) for _, package in LIBRARIES)
    for what in """
        mirrors resources url md5 splits classes classes_split_dict base_folder filename tgz_md5
        train_list test_list meta training_file test_file
    """.split():
        assert hasattr(ours, what) == hasattr(theirs, what), what
        mine, its = (getattr(dataset, what, None) for dataset in (ours, theirs))
        if what == "classes_split_dict" and its:
            mine, its = ({key: list(value) for key, value in each.items()} for each in (mine, its))
        assert mine == its, what


@pytest.mark.parametrize(
    "call",
    """
    check_integrity(path, md5)
    check_integrity(path, "0" * 32)
    check_integrity(path)
    check_integrity(path + "x")
    calculate_md5(path)
    check_md5(path, md5)
    extract_archive(path + ".gz")
    extract_archive(path)
    verify_str_arg("a", "part", ("a", "b"))
    verify_str_arg("c", "part", ("a", "b"))
    verify_str_arg(3, "part", ("a", "b"))
    verify_str_arg(3)
    verify_str_arg("c", "part", ("a", "b"), "what is {c}?")
    """.strip().splitlines(),
)
def test_helpers(call, tmp_path):
    path = tmp_path / "file"
    path.write_bytes(b"hello")
    found = []
    for _, package in LIBRARIES:
        with open(path, "rb") as file, gzip.open(f"{path}.gz", "wb") as packed:
            shutil.copyfileobj(file, packed)
        names = {"path": str(path), "md5": "5d41402abc4b2a76b9719d911017c592"}
        try:
            found.append(eval(call.strip(), vars(package.datasets.utils) | names))
        except Exception as error:
            found.append((type(error), first_sentence(error)))
    assert found[0] == found[1]
    assert os.listdir(tmp_path)
