"""What a row of the tables is: `Sample`, the call of an operation on random numbers."""

from __future__ import annotations

import warnings
from collections.abc import Callable, Iterable
from typing import Any, NamedTuple

import numpy as np
import pytest

import minitorch as mt

WARNINGS = r"torch\.\w+ is deprecated|A window was not|.* is in beta|.*degrees of freedom"
PLACES = {"mt": mt, "Tensor": mt.Tensor, "F": mt.nn.functional}
NAMESPACES = {"linalg": mt.linalg, "fft": mt.fft, "special": mt.special}  # only where a row says so


class Numbers(NamedTuple):
    """Random numbers between ``low`` and ``high``, where the operation is smooth."""

    shape: tuple[int, ...]
    low: float
    high: float
    is_complex: bool = False

    def draw(self, rng: np.random.Generator) -> np.ndarray:
        numbers = rng.uniform(self.low, self.high, self.shape)
        if self.is_complex:
            numbers = numbers + 1j * rng.uniform(self.low, self.high, self.shape)
        return np.asarray(numbers)

    def __repr__(self) -> str:
        shape = "x".join(map(str, self.shape)) or "scalar"
        return f"complex {shape}" if self.is_complex else shape


class Made(NamedTuple):
    """An argument that is made of random numbers: ``make(tensor)``."""

    make: Callable[..., Any]
    numbers: Numbers

    def __repr__(self) -> str:
        return f"{self.make.__name__}({self.numbers})"


def real(*shape: int, low: float = -2, high: float = 2) -> Numbers:
    return Numbers(shape, low, high)


def positive(*shape: int) -> Numbers:
    return Numbers(shape, 0.5, 2)


def cplx(*shape: int) -> Numbers:
    return Numbers(shape, 0.3, 1.5, True)


class Sample:
    """One call: ``sample(function, *sample.leaves())``."""

    def __init__(self, name: str, *args: Any, **kwargs: Any) -> None:
        self.place, _, self.name = name.rpartition(".")
        self.args = args
        self.kwargs = kwargs
        self.after: Callable[[Any], Any] | None = None

    def then(self, after: Callable[[Any], Any]) -> Sample:
        """The same, of which ``after(result)`` is looked at: what of a result is determined."""
        self.after = after
        return self

    def __repr__(self) -> str:
        given = [shown(arg) for arg in self.args]
        return ",".join(given + [f"{key}={shown(value)}" for key, value in self.kwargs.items()])

    def arrays(self) -> list[np.ndarray]:
        """The random numbers: those of one sample are always the same."""
        rng = np.random.default_rng(0)
        return [n.draw(rng) for n in leaves_of([self.args, self.kwargs])]

    def leaves(self) -> list[mt.Tensor]:
        """Tensors that hold them and require a gradient."""
        return [mt.tensor(array, requires_grad=True) for array in self.arrays()]

    def __call__(self, function: Callable[..., Any], *leaves: Any) -> Any:
        """The result on ``leaves``; operations that draw random numbers draw the same each time."""
        mt.manual_seed(0)
        args, kwargs = filled([self.args, self.kwargs], iter(leaves), mt.tensor)
        with warnings.catch_warnings():
            warnings.filterwarnings("ignore", WARNINGS)
            result = function(*args, **kwargs)
        return self.after(result) if self.after else result


def leaves_of(value: Any) -> Iterable[Numbers]:
    if isinstance(value, Numbers | Made):
        yield value if isinstance(value, Numbers) else value.numbers
    elif isinstance(value, list | tuple | dict):
        for item in value.values() if isinstance(value, dict) else value:
            yield from leaves_of(item)


def filled(value: Any, leaves: Any, tensor: Callable[..., Any]) -> Any:
    """``value`` with ``leaves`` for its random numbers and tensors for its arrays."""
    if isinstance(value, Numbers):
        return next(leaves)
    if isinstance(value, Made):
        return value.make(next(leaves))
    if isinstance(value, np.ndarray):
        return tensor(value)
    if isinstance(value, dict):
        return {key: filled(item, leaves, tensor) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return type(value)([filled(item, leaves, tensor) for item in value])
    return value


def shown(value: Any) -> str:
    if isinstance(value, np.ndarray):
        return f"{value.dtype}{list(value.shape)}"
    return str(value).replace(" ", "") if not callable(value) else value.__name__


def forms(name: str, place: str = "") -> dict[str, Callable[..., Any]]:
    """The public functions of this name, each once, by the first place where it is found."""
    found: dict[Any, str] = {}
    place = "Tensor" if name.startswith("__") else place
    for label, owner in ({place: NAMESPACES[place]} if place in NAMESPACES else PLACES).items():
        function = getattr(owner, name, None) if place in ("", label) else None
        function = function.fget if isinstance(function, property) else function
        if callable(function) and not isinstance(function, mt.dtype):
            found.setdefault(function, f"{label}.{name}")
    return {label: function for function, label in found.items()}


def calls(samples: list[Sample]) -> list[Any]:
    return [
        pytest.param(function, sample, id=f"{label}-{sample}")
        for sample in samples
        for label, function in forms(sample.name, sample.place).items()
    ]


# Inputs that many rows share.

x, y = real(2, 3), real(2, 3)
cube, square = real(2, 3, 2), real(3, 3)
empty, scalar = real(0, 3), real()
mask = np.array([[True, False, True], [False, True, True]])
rows = np.array([1, 0, 1])  # of two, one of them twice
classes = np.array([2, 0])
weights = np.array([[1.0, 2.0, 0.5], [0.3, 0.0, 2.0]])
