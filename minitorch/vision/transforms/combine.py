"""Transforms made of transforms, and those that happen only sometimes."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterable, Sequence
from typing import Any

from minitorch import nn

from .images import chance


def _listed(transforms: Iterable[Any]) -> list[str]:
    """A line for each transform."""
    return [f"    {transform}" for transform in transforms]


class Compose:
    """One transform after the other.

    >>> double = Lambda(lambda x: 2 * x)
    >>> Compose([double, double])(3)
    12
    """

    def __init__(self, transforms: Sequence[Callable[[Any], Any]]) -> None:
        self.transforms = transforms

    def __call__(self, img: Any) -> Any:
        for transform in self.transforms:
            img = transform(img)
        return img

    def __repr__(self) -> str:
        return "\n".join([f"{type(self).__name__}(", *_listed(self.transforms), ")"])


class Lambda:
    """A function as a transform; TypeError if it cannot be called.

    >>> Lambda(lambda x: x.float() / 255)(mt.tensor([0, 51, 255]))
    tensor([0.0000, 0.2000, 1.0000])
    """

    def __init__(self, lambd: Callable[[Any], Any]) -> None:
        if not callable(lambd):
            raise TypeError(f"Argument lambd should be callable, got {type(lambd).__name__!r}")
        self.lambd = lambd

    def __call__(self, img: Any) -> Any:
        return self.lambd(img)

    def __repr__(self) -> str:
        return f"{type(self).__name__}()"


class RandomApply(nn.Module):
    """All transforms one after the other, with probability ``p``; else none of them.

    >>> _ = mt.manual_seed(0)
    >>> half = RandomApply([lambda x: x + 1, lambda x: x * 10], p=0.5)
    >>> [half(1) for _ in range(6)]
    [20, 1, 20, 20, 20, 1]
    """

    def __init__(self, transforms: Any, p: float = 0.5) -> None:
        super().__init__()
        self.transforms = transforms
        self.p = p

    def forward(self, img: Any) -> Any:
        """The image, transformed or not."""
        if chance(self.p):
            for transform in self.transforms:
                img = transform(img)
        return img

    def __repr__(self) -> str:
        lines = [f"{type(self).__name__}(", f"    p={self.p}", *_listed(self.transforms), ")"]
        return "\n".join(lines)


class _RandomTransforms:
    """Transforms, used at random. As in torchvision, it is Python's `random` that decides."""

    def __init__(self, transforms: Sequence[Callable[[Any], Any]]) -> None:
        if not isinstance(transforms, Sequence):
            raise TypeError("Argument transforms should be a sequence")
        self.transforms = transforms

    def __repr__(self) -> str:
        return "\n".join([f"{type(self).__name__}(", *_listed(self.transforms), ")"])


class RandomOrder(_RandomTransforms):
    """All transforms, in random order.

    >>> import random
    >>> random.seed(0)
    >>> both = RandomOrder([lambda x: x + 1, lambda x: x * 10])
    >>> [both(1) for _ in range(6)]  # (1 + 1) · 10 or 1 · 10 + 1
    [20, 20, 11, 20, 20, 20]
    """

    def __call__(self, img: Any) -> Any:
        order = list(range(len(self.transforms)))
        random.shuffle(order)
        for place in order:
            img = self.transforms[place](img)
        return img


class RandomChoice(_RandomTransforms):
    """One of the transforms, with the weights ``p`` if they are given.

    >>> import random
    >>> random.seed(0)
    >>> one = RandomChoice([lambda x: x + 1, lambda x: x * 10])
    >>> [one(1) for _ in range(6)]
    [10, 10, 2, 2, 10, 2]
    """

    def __init__(
        self, transforms: Sequence[Callable[[Any], Any]], p: Sequence[float] | None = None
    ) -> None:
        super().__init__(transforms)
        if p is not None and not isinstance(p, Sequence):
            raise TypeError("Argument p should be a sequence")
        self.p = p

    def __call__(self, *args: Any) -> Any:
        return random.choices(self.transforms, weights=self.p)[0](*args)

    def __repr__(self) -> str:
        return f"{super().__repr__()}(p={self.p})"


class Sometimes(nn.Module):
    """A change of an image with probability ``p``; ``settings`` are what a subclass has besides."""

    settings: tuple[str, ...] = ()

    def __init__(self, p: float = 0.5) -> None:
        super().__init__()
        self.p = p

    def change(self, img: Any) -> Any:
        """What the function makes of the image."""
        raise NotImplementedError

    def forward(self, img: Any) -> Any:
        """The image, changed or as it is."""
        return self.change(img) if chance(self.p) else img

    def __repr__(self) -> str:
        shown = ",".join(f"{name}={getattr(self, name)}" for name in (*self.settings, "p"))
        return f"{type(self).__name__}({shown})"
