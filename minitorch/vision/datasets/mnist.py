"""MNIST, and the datasets in its format: FashionMNIST, KMNIST, EMNIST.

The files are in the IDX format: two zero bytes, one byte for the type of the numbers, one for the
number of dimensions, each size in four bytes, then the numbers, all with the highest byte first.
"""

from __future__ import annotations

import math
import shutil
import string
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image

import minitorch as mt

from ...user_warnings import warn
from .utils import check_integrity, download_and_extract_archive, extract_archive, verify_str_arg
from .vision import DownloadedDataset

# The third byte of an IDX file.
NUMBERS = {8: "u1", 9: "i1", 11: ">i2", 12: ">i4", 13: ">f4", 14: ">f8"}


def read_sn3_pascalvincent_tensor(path: str | Path, strict: bool = True) -> Any:
    """The tensor in an IDX file.

    ValueError if the file is none, or too short, or with ``strict`` too long.
    """
    data = Path(path).read_bytes()
    if len(data) < 4 or data[:2] != b"\0\0" or data[2] not in NUMBERS or not 1 <= data[3] <= 3:
        raise ValueError(f"{path} is not an IDX file of one to three dimensions")
    dtype, start = np.dtype(NUMBERS[data[2]]), 4 + 4 * data[3]
    shape = [int.from_bytes(data[place : place + 4], "big") for place in range(4, start, 4)]
    count = math.prod(shape)
    missing = start + count * dtype.itemsize - len(data)
    if missing > 0 or (strict and missing < 0):
        raise ValueError(f"{path} should have {len(data) + missing} bytes, but has {len(data)}")
    array = np.frombuffer(data, dtype, count, start).reshape(shape)
    return mt.from_numpy(array.astype(dtype.newbyteorder("=")))


def read_image_file(path: str | Path) -> Any:
    """Images ``(N, H, W)`` of bytes."""
    x = read_sn3_pascalvincent_tensor(path, strict=False)
    if x.dtype != mt.uint8 or x.ndimension() != 3:
        raise TypeError(f"{path} should hold uint8 images (N, H, W), not {x.dtype} {x.shape}")
    return x


def read_label_file(path: str | Path) -> Any:
    """Labels ``(N,)``, as int64."""
    x = read_sn3_pascalvincent_tensor(path, strict=False)
    if x.dtype != mt.uint8 or x.ndimension() != 1:
        raise TypeError(f"{path} should hold uint8 labels (N,), not {x.dtype} {x.shape}")
    return x.long()


def _old_name(name: str, new: str) -> property:
    """A property of old programs, with torchvision's warning."""

    def get(self: Any) -> Any:
        warn(f"{name} has been renamed {new}")
        return getattr(self, new)

    return property(get, doc=f"An old name of ``{new}``.")


class MNIST(DownloadedDataset):
    """Handwritten digits, 28×28 in grey: 60,000 for training and 10,000 others (LeCun et al.).

    ``data`` holds the images ``(N, 28, 28)``, ``targets`` the labels; sample i is a PIL image and
    an int, as the transforms make them. The files lie in ``root/MNIST/raw``. ``download=True``
    fetches what is missing from the first of the ``mirrors`` that has it; assign to
    ``MNIST.mirrors`` to use your own. RuntimeError if the files are not there.

    >>> MNIST.classes[:3]
    ['0 - zero', '1 - one', '2 - two']
    """

    mirrors = [
        "https://ossci-datasets.s3.amazonaws.com/mnist/",
        "http://yann.lecun.com/exdb/mnist/",
    ]
    resources = [
        ("train-images-idx3-ubyte.gz", "f68b3c2dcbeaaa9fbdd348bbdeb94873"),
        ("train-labels-idx1-ubyte.gz", "d53e105ee54ea40749a09fcbcd1e9432"),
        ("t10k-images-idx3-ubyte.gz", "9fb629c4189551a2d022fa330f9573f3"),
        ("t10k-labels-idx1-ubyte.gz", "ec29112dd5afa0611ce80d1b7f02629c"),
    ]
    training_file = "training.pt"
    test_file = "test.pt"
    classes = [
        f"{digit} - {word}"
        for digit, word in enumerate("zero one two three four five six seven eight nine".split())
    ]

    train_labels = _old_name("train_labels", "targets")
    test_labels = _old_name("test_labels", "targets")
    train_data = _old_name("train_data", "data")
    test_data = _old_name("test_data", "data")

    def _files(self) -> list[str]:
        """The names of the unpacked files."""
        return [name.removesuffix(".gz") for name, _ in self.resources]

    def _load_data(self) -> None:
        folder, part = Path(self.raw_folder), "train" if self.train else "t10k"
        self.data = read_image_file(folder / f"{part}-images-idx3-ubyte")
        self.targets = read_label_file(folder / f"{part}-labels-idx1-ubyte")

    def __getitem__(self, index: int) -> tuple[Any, Any]:
        image = Image.fromarray(self.data[index].numpy())
        return self._transformed(image, int(self.targets[index]))

    @property
    def raw_folder(self) -> str:
        """Where the files are as they came."""
        return str(Path(self.root) / type(self).__name__ / "raw")

    @property
    def processed_folder(self) -> str:
        """Where old versions of torchvision kept their own files."""
        return str(Path(self.root) / type(self).__name__ / "processed")

    @property
    def class_to_idx(self) -> dict[str, int]:
        """Each class's number."""
        return {name: number for number, name in enumerate(self.classes)}

    def _check_integrity(self) -> bool:
        return all(check_integrity(Path(self.raw_folder) / name) for name in self._files())

    def download(self) -> None:
        """Fetch the files, unless they are there."""
        if self._check_integrity():
            return
        for name, md5 in self.resources:
            failures = []
            for mirror in self.mirrors:
                try:
                    download_and_extract_archive(
                        f"{mirror}{name}", self.raw_folder, filename=name, md5=md5
                    )
                    break
                except (OSError, RuntimeError) as error:
                    failures.append(f"{mirror}: {error}")
            else:
                raise RuntimeError("\n".join([f"Error downloading {name}", *failures]))


class FashionMNIST(MNIST):
    """Pictures of clothes, in the format of `MNIST` (Xiao, Rasul and Vollgraf, 2017).

    >>> FashionMNIST.classes[-3:]
    ['Sneaker', 'Bag', 'Ankle boot']
    """

    mirrors = ["http://fashion-mnist.s3-website.eu-central-1.amazonaws.com/"]
    resources = [
        ("train-images-idx3-ubyte.gz", "8d4fb7e6c68d591d4c3dfef9ec88bf0d"),
        ("train-labels-idx1-ubyte.gz", "25c81989df183df01b3e8a0aad5dffbe"),
        ("t10k-images-idx3-ubyte.gz", "bef4ecab320f06d8554ea6380940ec79"),
        ("t10k-labels-idx1-ubyte.gz", "bb300cfdad3c16e7a12a480ee83cd310"),
    ]
    classes = [
        "T-shirt/top",
        "Trouser",
        "Pullover",
        "Dress",
        "Coat",
        "Sandal",
        "Shirt",
        "Sneaker",
        "Bag",
        "Ankle boot",
    ]


class KMNIST(MNIST):
    """Handwritten Japanese characters, in the format of `MNIST` (Clanuwat et al., 2018).

    >>> KMNIST.classes
    ['o', 'ki', 'su', 'tsu', 'na', 'ha', 'ma', 'ya', 're', 'wo']
    """

    mirrors = ["http://codh.rois.ac.jp/kmnist/dataset/kmnist/"]
    resources = [
        ("train-images-idx3-ubyte.gz", "bdb82020997e1d708af4cf47b453dcf7"),
        ("train-labels-idx1-ubyte.gz", "e144d726b3acfaa3e44228e80efcd344"),
        ("t10k-images-idx3-ubyte.gz", "5c965bf0a639b31b8f53240b1b52f4d7"),
        ("t10k-labels-idx1-ubyte.gz", "7320c461ea6c1c855c0b718fb2a4b134"),
    ]
    classes = "o ki su tsu na ha ma ya re wo".split()


def _without(characters: Iterable[str]) -> list[str]:
    """Digits, then letters, except for ``characters``."""
    return sorted(set(string.digits + string.ascii_letters) - set(characters))


class EMNIST(MNIST):
    """Handwritten digits and letters, in the format of `MNIST` (Cohen et al., 2017).

    ``split`` says which, one of ``EMNIST.splits``: all 62 characters ("byclass"), those whose small
    and capital letters look alike as one ("bymerge", "balanced"), letters of both kinds as one
    ("letters", numbered from 1), or digits ("digits", "mnist"). The images lie on their side, as
    in the files: ``transpose`` turns them upright.

    >>> EMNIST.splits, EMNIST.classes_split_dict["letters"][:3]
    (('byclass', 'bymerge', 'balanced', 'letters', 'digits', 'mnist'), ['N/A', 'a', 'b'])
    """

    url = "https://biometrics.nist.gov/cs_links/EMNIST/gzip.zip"
    md5 = "58c8d27c78d21e728a6bc7b3cc06412e"
    splits = ("byclass", "bymerge", "balanced", "letters", "digits", "mnist")
    classes_split_dict = {
        "byclass": _without(""),
        "bymerge": _without("cijklmopsuvwxyz"),
        "balanced": _without("cijklmopsuvwxyz"),
        "letters": ["N/A", *string.ascii_lowercase],
        "digits": list(string.digits),
        "mnist": list(string.digits),
    }

    def __init__(self, root: str | Path, split: str, **kwargs: Any) -> None:
        self.split = verify_str_arg(split, "split", self.splits)
        self.training_file = f"training_{split}.pt"
        self.test_file = f"test_{split}.pt"
        super().__init__(root, **kwargs)
        self.classes = self.classes_split_dict[split]

    def _files(self) -> list[str]:
        part = "train" if self.train else "test"
        kinds = ("images-idx3", "labels-idx1")
        return [f"emnist-{self.split}-{part}-{kind}-ubyte" for kind in kinds]

    def _load_data(self) -> None:
        images, labels = (Path(self.raw_folder) / name for name in self._files())
        self.data, self.targets = read_image_file(images), read_label_file(labels)

    def download(self) -> None:
        """Fetch and unpack the archive with all splits, unless the files are there."""
        if self._check_integrity():
            return
        folder = Path(self.raw_folder)
        download_and_extract_archive(self.url, folder, md5=self.md5)
        for packed in sorted((folder / "gzip").glob("*.gz")):
            extract_archive(packed, folder)
        shutil.rmtree(folder / "gzip")
