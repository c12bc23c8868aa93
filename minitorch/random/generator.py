"""The generator: a seed, a state, and the next 32 random bits, in step with PyTorch's."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Iterator
from typing import Any

import numpy as np

from .. import backend, devices, from_data
from ..autograd.graph import TensorBase
from ..backend import Array
from .philox import Philox

DEFAULT_SEED = 67280421310721  # the seed of a fresh torch.Generator

# What torch.Generator.get_state() returns, 5056 bytes. `next` is the place in `words` of the next
# word, and `left` says after how many words all 624 are made anew. `normal_y` is the sine that
# waits (see normal_pair); the other normals are not used any more.
STATE = np.dtype(
    [
        ("seed", "<u8"), ("left", "<i4"), ("seeded", "<i4"), ("next", "<u8"), ("words", "<u8", 624),
        ("normal_x", "<f8"), ("normal_y", "<f8"), ("normal_rho", "<f8"),
        ("normal_is_valid", "<i4"), ("gap", "V4"),
        ("float_normal", "<f4"), ("float_normal_is_valid", "?"), ("end", "V3"),
    ]
)  # fmt: skip


class Generator:
    """A source of random numbers with a seed and a state of its own.

    ``device`` is "cpu" (a Mersenne Twister) or "cuda" (see philox.py). A fresh generator has the
    seed 67280421310721, as in PyTorch. RuntimeError if there is no such device.

    >>> g = mt.Generator().manual_seed(0)
    >>> g.words(3)
    array([2357136044, 2546248239, 3071714933], dtype=uint32)
    """

    __slots__ = ("_mt19937", "_seed", "device", "gpu", "next_normal")

    def __init__(self, device: Any = "cpu") -> None:
        self.device = devices.device("cpu" if device is None else device)
        self.next_normal: float | None = None  # a float64 standard normal that waits for its turn
        self._mt19937: Any = None  # NumPy's generator, made when the first word is drawn
        self.gpu = Philox(self.device.index) if self.device.type == "cuda" else None
        self.manual_seed(DEFAULT_SEED)

    def __repr__(self) -> str:
        return f"<Generator on {self.device}, seed {self._seed}>"

    # Seeds ----------------------------------------------------------------------------------------

    def manual_seed(self, seed: int) -> Generator:
        """Begin the stream of ``seed``, −2⁶³ ≤ seed < 2⁶⁴; a negative one counts as seed + 2⁶⁴.

        MT19937 takes the lower 32 bits of it: 1 and 2³² + 1 begin the same stream on a CPU.
        """
        if isinstance(seed, np.integer):
            raise TypeError("an integer is required")
        if not isinstance(seed, int) or isinstance(seed, bool):
            module = "numpy." if isinstance(seed, np.generic) else ""
            raise RuntimeError(
                f"manual_seed expected a long, but got {module}{type(seed).__name__}"
            )
        if not -(2**63) <= seed < 2**64:
            raise ValueError("Overflow when unpacking long long")
        self._seed = seed % 2**64
        self.next_normal = None
        if self.gpu is not None:
            self.gpu.begin(self._seed)
        elif self._mt19937 is not None:
            self._seed_mt19937()
        return self

    def seed(self) -> int:
        """Begin a stream that nobody can foresee; returns its seed, of 64 bits."""
        self.manual_seed(int.from_bytes(os.urandom(8), "little"))
        return self._seed

    def initial_seed(self) -> int:
        """The seed with which the present stream began."""
        return self._seed

    # The state, in PyTorch's layout ---------------------------------------------------------------

    def get_state(self) -> Any:
        """The state as a tensor of bytes, which PyTorch's generators understand, too.

        >>> g = mt.Generator()
        >>> state = g.get_state()
        >>> first = g.words(2)
        >>> (g.set_state(state).words(2) == first).all().item()
        True
        """
        return from_data.leaf(self.get_state_bytes(), "cpu")

    def set_state(self, new_state: Any) -> Generator:
        """Go on from a state that `get_state` returned, here or in PyTorch."""
        if not isinstance(new_state, TensorBase):
            raise TypeError(f"expected a torch.ByteTensor, but got {type(new_state).__name__}")
        self.set_state_bytes(new_state._array)
        return self

    def get_state_bytes(self) -> np.ndarray:
        """The state as PyTorch saves it: 5056 bytes, dtype uint8; of a GPU seed and offset, 16."""
        if self.gpu is not None:
            return np.array([self.gpu.seed, self.gpu.offset], "<u8").view(np.uint8)
        numpy_state = self._on_cpu().state["state"]
        words, position = numpy_state["key"], numpy_state["pos"]
        # Before the first word all 624 are still to be made, and PyTorch points to place 0.
        untouched = position == 624 and words[0] == self._seed % 2**32
        state = np.zeros((), STATE)
        state["seed"], state["seeded"], state["words"] = self._seed, 1, words
        state["left"], state["next"] = 625 - position, 0 if untouched else position
        if self.next_normal is not None:
            state["normal_y"], state["normal_is_valid"] = self.next_normal, 1
        return np.frombuffer(state.tobytes(), np.uint8).copy()

    def set_state_bytes(self, state: np.ndarray) -> None:
        """Go on from a state that MiniTorch or PyTorch saved; RuntimeError if it cannot be one."""
        if state.dtype != np.uint8:
            raise TypeError("RNG state must be a torch.ByteTensor")
        if self.gpu is not None:
            if state.size not in (8, 16):  # without the offset, it is 0
                raise RuntimeError("RNG state is wrong size")
            seed, *offset = np.frombuffer(state.tobytes(), "<u8").tolist()
            if offset and offset[0] % 4:
                raise RuntimeError("offset must be a multiple of 4")
            self._seed = seed
            self.gpu.begin(seed, *offset)
            return
        generator = self._on_cpu()
        if state.size != STATE.itemsize:
            raise RuntimeError(
                f"Expected a CPUGeneratorImplState of size {STATE.itemsize} but found the input "
                f"RNG state size to be {state.size}"
            )
        saved = np.frombuffer(state.tobytes(), STATE)[0]
        left, position = int(saved["left"]), int(saved["next"])
        if left == 1 and position == 0:
            position = 624
        if not saved["seeded"] or not 1 <= left <= 624 or left + position != 625:
            raise RuntimeError("Invalid mt19937 state")
        self._seed = int(saved["seed"])
        words = {"key": saved["words"].astype(np.uint32), "pos": position}
        generator.state = {"bit_generator": "MT19937", "state": words}
        self.next_normal = float(saved["normal_y"]) if saved["normal_is_valid"] else None

    def clone_state(self) -> Generator:
        """A second generator that will draw the same numbers."""
        clone = Generator(self.device)
        clone.set_state_bytes(self.get_state_bytes())
        return clone

    def _on_cpu(self) -> Any:
        """NumPy's generator."""
        if self._mt19937 is None:  # not before it is needed: importing numpy.random takes 30 ms
            self._mt19937 = np.random.MT19937()
            self._seed_mt19937()
        return self._mt19937

    def _seed_mt19937(self) -> None:
        # NumPy's old interface spreads the seed over the state as PyTorch does.
        np.random.RandomState(self._mt19937).seed(self._seed % 2**32)

    # Words and uniforms: all random numbers begin here --------------------------------------------

    @property
    def xp(self) -> Any:
        """The array module of the numbers drawn: NumPy or CuPy."""
        return np if self.gpu is None else backend.cupy()

    def words(self, n: int) -> Array:
        """The next ``n`` outputs of the generator, 32 random bits each, dtype uint32."""
        if self.gpu is not None:
            return self.gpu.words(n)
        return self._on_cpu().random_raw(n).astype(np.uint32)

    def double_words(self, n: int) -> Array:
        """``n`` numbers of 64 bits, dtype uint64: two words each, the first one on top."""
        if self.gpu is not None:
            return self.gpu.double_words(n)
        words = self.words(2 * n)
        result = words[::2].astype(np.uint64)
        result <<= 32
        result |= words[1::2]
        return result

    def uniforms(self, n: int, dtype: Any) -> Array:
        """``n`` numbers in [0, 1): float64 from the lower 53 of 64 bits, float32 from 24 of 32."""
        if dtype == np.float64:
            words = self.double_words(n)
            words &= 2**53 - 1
            return words * 2.0**-53
        words = self.words(n)
        words &= 2**24 - 1
        return words.astype(np.float32) * np.float32(2**-24)


# The generators that are used where no other is given ---------------------------------------------

default_generator = Generator()
default_generator.seed()
_gpu_generators: dict[int, Generator] = {}


def default_for(index: int | None) -> Generator:
    """The default generator for main memory (None) or for GPU ``index``."""
    if index is None:
        return default_generator
    if index not in _gpu_generators:
        fresh = Generator(f"cuda:{index}")
        _gpu_generators[index] = fresh.manual_seed(default_generator.initial_seed())
    return _gpu_generators[index]


def manual_seed(seed: Any) -> Generator:
    """Seed the default generators of all devices with ``int(seed)``; returns the CPU's.

    >>> _ = mt.manual_seed(0)
    >>> mt.rand(2)
    tensor([0.4963, 0.7682])
    """
    for generator in _gpu_generators.values():
        generator.manual_seed(int(seed))
    return default_generator.manual_seed(int(seed))


def seed() -> int:
    """Seed the default generators with a number that nobody can foresee; returns it.

    >>> mt.seed() == mt.initial_seed()
    True
    """
    manual_seed(default_generator.seed())
    return default_generator.initial_seed()


def initial_seed() -> int:
    """The seed with which the default generator's present stream began.

    >>> _ = mt.manual_seed(42)
    >>> _ = mt.rand(10)
    >>> mt.initial_seed()
    42
    """
    return default_generator.initial_seed()


def get_rng_state() -> Any:
    """The state of the default generator, a tensor of bytes.

    >>> state = mt.get_rng_state()
    >>> a = mt.rand(3)
    >>> mt.set_rng_state(state)
    >>> (a == mt.rand(3)).all()
    tensor(True)
    """
    return default_generator.get_state()


def set_rng_state(new_state: Any) -> None:
    """Let the default generator go on from a state that `get_rng_state` returned.

    >>> _ = mt.manual_seed(0)
    >>> mt.set_rng_state(mt.get_rng_state())  # where it was already
    >>> mt.rand(2)
    tensor([0.4963, 0.7682])
    """
    default_generator.set_state(new_state)


@contextlib.contextmanager
def fork_rng(
    devices: Any = None, enabled: bool = True, *, device_type: str | None = None
) -> Iterator[None]:
    """What is drawn inside the block leaves no trace: the default generators' states are put back.

    Those of all devices, that is; ``devices`` may name some GPUs of ``device_type``, as in PyTorch.

    >>> _ = mt.manual_seed(0)
    >>> with mt.random.fork_rng():
    ...     inside = mt.rand(1)
    >>> inside == mt.rand(1)
    tensor([True])
    """
    if not enabled:
        yield
        return
    start = states()
    try:
        yield
    finally:
        set_states(start)


def states() -> dict[int | None, np.ndarray]:
    """The states of all default generators, by GPU, and by None for the CPU's."""
    found: dict[int | None, np.ndarray] = {None: default_generator.get_state_bytes()}
    found.update((index, gpu.get_state_bytes()) for index, gpu in _gpu_generators.items())
    return found


def set_states(saved: dict[int | None, np.ndarray]) -> None:
    """Go on from what `states` returned; a GPU that was not there then begins anew."""
    for new in _gpu_generators.keys() - saved.keys():
        del _gpu_generators[new]
    for index, state in saved.items():
        default_for(index).set_state_bytes(state)
