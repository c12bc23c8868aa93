"""CIFAR-10 and CIFAR-100: small photographs.

The files are pickles, which are programs: to load one as Python does is to run it. Here they are
read by an unpickler that knows NumPy's arrays of bytes and nothing else.
"""

from __future__ import annotations

import pickle
from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image

from .utils import check_integrity, download_and_extract_archive
from .vision import DownloadedDataset


class _Bytes:
    """Takes the place of a NumPy array, and of its dtype, in a pickle that is read here."""

    array: np.ndarray | None = None

    def __init__(self, *described: Any) -> None:
        self.described = described

    def __setstate__(self, state: Any) -> None:
        """An array's state: version, shape, dtype, whether Fortran's order, bytes."""
        match state:
            case (
                int(),
                tuple(shape),
                _Bytes(described=("u1", *_)),
                False,
                str() | bytes() as data,
            ):
                raw = data.encode("latin1") if isinstance(data, str) else data
                self.array = np.frombuffer(raw, np.uint8).reshape(shape)


class _Ndarray:
    """Takes the place of the class ``numpy.ndarray``, an argument of ``_reconstruct``."""


class _BytesUnpickler(pickle.Unpickler):
    """Reads plain values and arrays of bytes; UnpicklingError where it finds anything else."""

    known: dict[tuple[str, str], Any] = {
        ("numpy.core.multiarray", "_reconstruct"): _Bytes,
        ("numpy._core.multiarray", "_reconstruct"): _Bytes,
        ("numpy", "ndarray"): _Ndarray,
        ("numpy", "dtype"): _Bytes,
        ("_codecs", "encode"): lambda text, encoding: text.encode("latin1"),
    }

    def find_class(self, module: str, name: str) -> Any:
        """What stands here for ``module.name``."""
        if (module, name) not in self.known:
            raise pickle.UnpicklingError(f"the file asks for {module}.{name}, which is not data")
        return self.known[module, name]


def read_batch(path: str | Path) -> dict[str, Any]:
    """The dict in a file of CIFAR, its images as an array; UnpicklingError if there is none."""
    try:
        with open(path, "rb") as file:
            entry = _BytesUnpickler(file, encoding="latin1").load()
    except OSError:
        raise
    except Exception as error:
        raise pickle.UnpicklingError(f"{path} cannot be read: {error}") from error
    if type(entry) is not dict:
        raise pickle.UnpicklingError(f"{path} should hold a dict")
    return {
        key: value.array if isinstance(value, _Bytes) else value for key, value in entry.items()
    }


class CIFAR10(DownloadedDataset):
    """Photographs of ten kinds of things, 32×32 in colour: 50,000 for training and 10,000 others.

    ``data`` is a NumPy array ``(N, 32, 32, 3)``, ``targets`` a list of ints; sample i is a PIL
    image and an int, as the transforms make them. The files lie in ``root/cifar-10-batches-py``.
    ``download=True`` fetches ``CIFAR10.url``; assign to it to use a copy of your own. RuntimeError
    if the files are not there, or are not the original ones (Krizhevsky, 2009).

    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     CIFAR10(folder)
    Traceback (most recent call last):
        ...
    RuntimeError: Dataset not found or corrupted. You can use download=True to download it
    """

    base_folder = "cifar-10-batches-py"
    url = "https://www.cs.toronto.edu/~kriz/cifar-10-python.tar.gz"
    filename = "cifar-10-python.tar.gz"
    tgz_md5 = "c58f30108f718f92721af3b95e74349a"
    train_list = [
        ["data_batch_1", "c99cafc152244af753f735de768cd75f"],
        ["data_batch_2", "d4bba439e000b95fd0a9bffe97cbabec"],
        ["data_batch_3", "54ebc095f3ab1f0389bbae665268c751"],
        ["data_batch_4", "634d18415352ddfa80567beed471001a"],
        ["data_batch_5", "482c414d41f54cd18b22e5b47cb7c3cb"],
    ]
    test_list = [["test_batch", "40351d587109b95175f43aff81a1287e"]]
    meta = {
        "filename": "batches.meta",
        "key": "label_names",
        "md5": "5ff9c542aee3614f3951f8cda6e48888",
    }

    not_found = "Dataset not found or corrupted. You can use download=True to download it"

    def _load_data(self) -> None:
        folder = Path(self.root) / self.base_folder
        images: list[np.ndarray] = []
        self.targets = []
        for name, _ in self.train_list if self.train else self.test_list:
            batch = read_batch(folder / name)
            images.append(batch["data"])
            self.targets += batch["labels"] if "labels" in batch else batch["fine_labels"]
        self.data = np.concatenate(images).reshape(-1, 3, 32, 32).transpose(0, 2, 3, 1)
        self.classes: list[str] = read_batch(folder / self.meta["filename"])[self.meta["key"]]
        self.class_to_idx = {name: number for number, name in enumerate(self.classes)}

    def __getitem__(self, index: int) -> tuple[Any, Any]:
        return self._transformed(Image.fromarray(self.data[index]), self.targets[index])

    def _check_integrity(self) -> bool:
        folder = Path(self.root) / self.base_folder
        files = [*self.train_list, *self.test_list, [self.meta["filename"], self.meta["md5"]]]
        return all(check_integrity(folder / name, md5) for name, md5 in files)

    def download(self) -> None:
        """Fetch and unpack the archive, unless the files are there."""
        if not self._check_integrity():
            download_and_extract_archive(
                self.url, self.root, filename=self.filename, md5=self.tgz_md5
            )


class CIFAR100(CIFAR10):
    """As `CIFAR10`, of a hundred kinds of things.

    >>> issubclass(CIFAR100, CIFAR10), CIFAR100.base_folder
    (True, 'cifar-100-python')
    """

    base_folder = "cifar-100-python"
    url = "https://www.cs.toronto.edu/~kriz/cifar-100-python.tar.gz"
    filename = "cifar-100-python.tar.gz"
    tgz_md5 = "eb9058c3a382ffc7106e4002c42a8d85"
    train_list = [["train", "16019d7e3df5f24257cddd939b257f8d"]]
    test_list = [["test", "f0ef6b0ae62326f3e7ffdfab6717acfc"]]
    meta = {
        "filename": "meta",
        "key": "fine_label_names",
        "md5": "7973b15100ade9c7d40fb424638fde48",
    }
