"""What all datasets of images share: a root folder, transforms, and how they print."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

from ...utils.data import Dataset


class StandardTransform:
    """A transform for the image and one for the target, as one transform of both.

    >>> both = StandardTransform(transform=lambda x: x + 1, target_transform=str)
    >>> both(1, 7)
    (2, '7')
    """

    def __init__(
        self,
        transform: Callable[..., Any] | None = None,
        target_transform: Callable[..., Any] | None = None,
    ) -> None:
        self.transform = transform
        self.target_transform = target_transform

    def __call__(self, input: Any, target: Any) -> tuple[Any, Any]:
        if self.transform is not None:
            input = self.transform(input)
        if self.target_transform is not None:
            target = self.target_transform(target)
        return input, target

    def __repr__(self) -> str:
        lines = [type(self).__name__]
        for title, transform in (
            ("Transform: ", self.transform),
            ("Target transform: ", self.target_transform),
        ):
            if transform is not None:
                first, *rest = repr(transform).splitlines()
                lines += [title + first, *(" " * len(title) + line for line in rest)]
        return "\n".join(lines)


class VisionDataset(Dataset[Any]):
    """A dataset with files below the folder ``root``; a subclass says how many and which samples.

    ``transforms`` takes image and target; ``transform`` takes the image, ``target_transform`` the
    target. ValueError if there is the one kind and the other.

    >>> class Numbers(VisionDataset):
    ...     def __len__(self):
    ...         return 3
    ...
    ...     def __getitem__(self, i):
    ...         return self.transforms(i, i % 2)
    >>> Numbers("folder", transform=float)[1]
    (1.0, 1)
    """

    def __init__(
        self,
        root: str | Path | None = None,
        transforms: Callable[..., Any] | None = None,
        transform: Callable[..., Any] | None = None,
        target_transform: Callable[..., Any] | None = None,
    ) -> None:
        self.root: Any = root
        if isinstance(root, str):
            self.root = os.path.expanduser(root)
        elif isinstance(root, Path):
            self.root = root.expanduser()
        separate = transform is not None or target_transform is not None
        if transforms is not None and separate:
            raise ValueError(
                "Only transforms or transform/target_transform can be passed as argument"
            )
        self.transform = transform
        self.target_transform = target_transform
        self.transforms = StandardTransform(transform, target_transform) if separate else transforms

    def __getitem__(self, index: int) -> Any:
        raise NotImplementedError

    def __len__(self) -> int:
        raise NotImplementedError

    def _transformed(self, image: Any, target: Any) -> tuple[Any, Any]:
        """The sample that the transforms make of ``image`` and ``target``."""
        return (image, target) if self.transforms is None else self.transforms(image, target)

    def __repr__(self) -> str:
        body = [f"Number of datapoints: {len(self)}"]
        if self.root is not None:
            body.append(f"Root location: {self.root}")
        body += self.extra_repr().splitlines()
        if self.transforms is not None:
            body.append(repr(self.transforms))
        return "\n".join([f"Dataset {type(self).__name__}", *("    " + line for line in body)])

    def extra_repr(self) -> str:
        """What a dataset adds to how it prints."""
        return ""


class DownloadedDataset(VisionDataset):
    """A dataset in two parts, for training and for tests, whose files may be downloaded.

    A subclass says whether they are there, how to `download` them, and reads ``data`` and
    ``targets`` from them. RuntimeError if they are not there.
    """

    data: Any
    targets: Any
    not_found = "Dataset not found. You can use download=True to download it"

    def __init__(
        self,
        root: str | Path,
        train: bool = True,
        transform: Callable[..., Any] | None = None,
        target_transform: Callable[..., Any] | None = None,
        download: bool = False,
    ) -> None:
        super().__init__(root, transform=transform, target_transform=target_transform)
        self.train = train
        if download:
            self.download()
        if not self._check_integrity():
            raise RuntimeError(self.not_found)
        self._load_data()

    def _check_integrity(self) -> bool:
        """Whether the files are there."""
        raise NotImplementedError

    def _load_data(self) -> None:
        """Read the files."""
        raise NotImplementedError

    def download(self) -> None:
        """Fetch the files, unless they are there."""
        raise NotImplementedError

    def __len__(self) -> int:
        return len(self.data)

    def extra_repr(self) -> str:
        """The part of the dataset."""
        return f"Split: {'Train' if self.train else 'Test'}"
