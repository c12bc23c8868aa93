"""The streams of random numbers of GPUs: see minitorch/random/philox.py."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from .. import random
from .which import current_device, device_count, index_of, is_available

__all__ = """get_rng_state get_rng_state_all initial_seed manual_seed manual_seed_all seed seed_all
    set_rng_state set_rng_state_all""".split()


def manual_seed(seed: Any) -> None:
    """Seed the random stream of the current GPU; without a GPU, nothing happens, as in PyTorch.

    >>> mt.cuda.manual_seed(0)
    """
    if is_available():
        random.default_for(current_device()).manual_seed(int(seed))


def manual_seed_all(seed: Any) -> None:
    """Seed the random streams of all GPUs.

    >>> mt.cuda.manual_seed_all(0)
    """
    for index in range(device_count()):
        random.default_for(index).manual_seed(int(seed))


def seed() -> None:
    """Begin a stream that nobody can foresee on the current GPU; without a GPU, nothing happens.

    >>> mt.cuda.seed()
    """
    if is_available():
        random.default_for(current_device()).seed()


def seed_all() -> None:
    """Begin one stream that nobody can foresee on all GPUs.

    >>> mt.cuda.seed_all()
    """
    if is_available():
        manual_seed_all(random.default_for(0).seed())


def initial_seed() -> int:
    """The seed with which the present stream of the current GPU began.

    >>> if mt.cuda.is_available():
    ...     mt.cuda.manual_seed(5)
    ...     assert mt.cuda.initial_seed() == 5
    """
    return random.default_for(current_device()).initial_seed()


def get_rng_state(device: Any = "cuda") -> Any:
    """The state of a GPU's stream, 16 bytes in main memory: seed and offset.

    >>> if mt.cuda.is_available():
    ...     state = mt.cuda.get_rng_state()
    ...     x = mt.rand(3, device="cuda")
    ...     mt.cuda.set_rng_state(state)
    ...     assert mt.rand(3, device="cuda").equal(x)
    """
    return random.default_for(index_of(device)).get_state()


def get_rng_state_all() -> list[Any]:
    """The states of the streams of all GPUs.

    >>> len(mt.cuda.get_rng_state_all()) == mt.cuda.device_count()
    True
    """
    return [get_rng_state(index) for index in range(device_count())]


def set_rng_state(new_state: Any, device: Any = "cuda") -> None:
    """Let a GPU's stream go on from a state that `get_rng_state` returned, here or in PyTorch.

    >>> if mt.cuda.is_available():
    ...     mt.cuda.set_rng_state(mt.cuda.get_rng_state())
    """
    random.default_for(index_of(device)).set_state(new_state)


def set_rng_state_all(new_states: Iterable[Any]) -> None:
    """Let the streams of all GPUs go on from what `get_rng_state_all` returned.

    >>> mt.cuda.set_rng_state_all(mt.cuda.get_rng_state_all())
    """
    for index, state in enumerate(new_states):
        set_rng_state(state, index)
