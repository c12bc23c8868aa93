"""Images of noise."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import minitorch as mt

from .. import transforms
from .vision import VisionDataset


class FakeData(VisionDataset):
    """``size`` images of noise with random labels, to try a program without data.

    Sample i is the same each time: it comes from the seed ``i + random_offset``. The generator of
    the program is left as it was. IndexError for an index that is too large.

    >>> data = FakeData(size=100, image_size=(3, 8, 8), transform=mt.vision.transforms.ToTensor())
    >>> image, label = data[0]
    >>> len(data), image.shape, label
    (100, torch.Size([3, 8, 8]), 6)
    """

    def __init__(
        self,
        size: int = 1000,
        image_size: tuple[int, int, int] = (3, 224, 224),
        num_classes: int = 10,
        transform: Callable[..., Any] | None = None,
        target_transform: Callable[..., Any] | None = None,
        random_offset: int = 0,
    ) -> None:
        super().__init__(transform=transform, target_transform=target_transform)
        self.size = size
        self.num_classes = num_classes
        self.image_size = image_size
        self.random_offset = random_offset

    def __getitem__(self, index: int) -> tuple[Any, Any]:
        if index >= len(self):
            raise IndexError(f"{type(self).__name__} index out of range")
        state = mt.get_rng_state()
        mt.manual_seed(index + self.random_offset)
        noise = mt.randn(*self.image_size)
        target = mt.randint(0, self.num_classes, size=(1,)).item()
        mt.set_rng_state(state)
        return self._transformed(transforms.ToPILImage()(noise), target)

    def __len__(self) -> int:
        return self.size
