"""``mt.device``: where a tensor lives, main memory (``cpu``) or a GPU (``cuda:0``)."""

from __future__ import annotations

from typing import Any

from . import backend

_TYPES = ("cpu", "cuda")


class device:  # noqa: N801 - PyTorch's name
    """Where a tensor is, or is to be: ``device("cpu")``, ``device("cuda")``, ``device("cuda", 1)``.

    ``type`` is ``"cpu"`` or ``"cuda"``; ``index`` is the GPU's number, None for the current one.
    Used as ``with mt.device("cuda"):`` it is where new tensors are made.

    >>> mt.device("cuda:1")
    device(type='cuda', index=1)
    """

    __slots__ = ("_saved", "index", "type")

    type: str
    index: int | None

    def __init__(self, type: str | int | device, index: int | None = None) -> None:
        if isinstance(type, device):
            index = type.index
            type = type.type
        if isinstance(type, int):
            if type >= 0 and not backend.has_gpu():
                raise RuntimeError("Cannot access accelerator device when none is available.")
            index = type
            type = "cuda"
        if type == "":
            raise RuntimeError("Device string must not be empty")
        name, colon, number = str(type).partition(":")
        if not name.replace("_", "a").isalpha():
            raise RuntimeError(f"Invalid device string: '{type}'")
        if colon:
            if index is not None:
                raise RuntimeError(
                    "type (string) must not include an index because index was passed explicitly: "
                    f"{type}"
                )
            if not number.isdecimal() or (number[0] == "0" and number != "0"):
                raise RuntimeError(f"Invalid device string: '{type}'")
            index = int(number)
        if name not in _TYPES:
            raise RuntimeError(
                f"Expected one of cpu, cuda device type at start of device string: {name}"
            )
        if index is not None and index < 0:
            raise RuntimeError("Device index must not be negative")
        self.type = name
        self.index = index

    def __repr__(self) -> str:
        index = "" if self.index is None else f", index={self.index}"
        return f"device(type='{self.type}'{index})"

    def __str__(self) -> str:
        return self.type if self.index is None else f"{self.type}:{self.index}"

    def __eq__(self, other: object) -> bool:
        return isinstance(other, device) and (self.type, self.index) == (other.type, other.index)

    def __hash__(self) -> int:
        return hash((self.type, self.index))

    def __reduce__(self) -> tuple[Any, ...]:
        return (device, (str(self),))

    def __enter__(self) -> device:
        global _default
        self._saved, _default = _default, self
        return self

    def __exit__(self, *exc: object) -> None:
        global _default
        _default = self._saved


_device = device  # for functions with an argument of that name
CPU = device("cpu")
_default = CPU


def get_default_device() -> device:
    """The device on which new tensors are made: ``cpu`` unless changed.

    >>> mt.get_default_device()
    device(type='cpu')
    """
    return _default


def set_default_device(device: Any) -> None:
    """New tensors are made on this ``device`` from now on (None: on the CPU).

    >>> mt.set_default_device("cpu")
    >>> mt.zeros(1).device
    device(type='cpu')
    >>> mt.set_default_device(None)
    """
    global _default
    _default = CPU if device is None else _device(device)


def of(array: backend.Array) -> device:
    """The device that holds ``array``."""
    index = backend.device_index(array)
    return CPU if index is None else device("cuda", index)


def array_index(where: device | str | int | None) -> int | None:
    """For a ``device=`` argument: the GPU's number, or None for main memory."""
    if where is None:
        where = _default
    elif not isinstance(where, device):
        where = device(where)
    if where.type == "cpu":
        return None
    xp = backend.cupy()
    index = xp.cuda.runtime.getDevice() if where.index is None else where.index
    count = xp.cuda.runtime.getDeviceCount()
    if index >= count:
        raise RuntimeError(
            f"CUDA error: invalid device ordinal\ncuda:{index} was asked for, "
            f"and this machine has {count} GPU(s)."
        )
    return index
