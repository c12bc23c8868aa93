"""Switches of PyTorch that programs set, and what they mean here: for most of them, nothing."""

from __future__ import annotations

import os

from .user_warnings import warn


def initial_threads() -> int:
    """What the environment says, else the number of processors."""
    number = os.environ.get("OMP_NUM_THREADS", "").partition(",")[0]
    return int(number) if number.isdecimal() and int(number) else os.cpu_count() or 1


class _Settings:
    """What was set; the beginning is as in PyTorch."""

    deterministic = False
    warn_only = False
    threads = initial_threads()
    interop_threads = os.cpu_count() or 1
    precision = "highest"
    warn_always = False


_settings = _Settings()


def use_deterministic_algorithms(mode: bool, *, warn_only: bool = False) -> None:
    """Ask for algorithms that give the same result each time.

    It is kept, and has no effect. On the CPU all algorithms are of that kind. On a GPU what adds up
    numbers at equal indices is not, and is not refused either.

    >>> mt.use_deterministic_algorithms(True, warn_only=True)
    >>> mt.are_deterministic_algorithms_enabled()
    True
    >>> mt.use_deterministic_algorithms(False)
    """
    if not isinstance(mode, bool):
        raise TypeError(
            "_set_deterministic_algorithms(): argument 'mode' (position 1) must be bool, not "
            f"{type(mode).__name__}"
        )
    _settings.deterministic, _settings.warn_only = mode, warn_only


def are_deterministic_algorithms_enabled() -> bool:
    """Whether `use_deterministic_algorithms` asked for them.

    >>> mt.are_deterministic_algorithms_enabled()
    False
    """
    return _settings.deterministic


def is_deterministic_algorithms_warn_only_enabled() -> bool:
    """Whether `use_deterministic_algorithms` asked for warnings only.

    >>> mt.is_deterministic_algorithms_warn_only_enabled()
    False
    """
    return _settings.warn_only


MODES = ("default", "warn", "error")


def set_deterministic_debug_mode(debug_mode: int | str) -> None:
    """`use_deterministic_algorithms` by one word or its number: 0 default, 1 warn, 2 error.

    >>> mt.set_deterministic_debug_mode("warn")
    >>> mt.get_deterministic_debug_mode()
    1
    >>> mt.set_deterministic_debug_mode("default")
    """
    if isinstance(debug_mode, str):
        if debug_mode not in MODES:
            raise RuntimeError(
                "invalid value of debug_mode, expected one of `default`, `warn`, `error`, but got "
                f"{debug_mode}"
            )
        debug_mode = MODES.index(debug_mode)
    if not isinstance(debug_mode, int):
        raise TypeError(f"debug_mode must be str or int, but got {type(debug_mode)}")
    if not 0 <= debug_mode <= 2:
        raise RuntimeError(
            f"invalid value of debug_mode, expected 0, 1, or 2, but got {debug_mode}"
        )
    use_deterministic_algorithms(debug_mode > 0, warn_only=debug_mode == 1)


def get_deterministic_debug_mode() -> int:
    """The number of the mode: 0 default, 1 warn, 2 error.

    >>> mt.get_deterministic_debug_mode()
    0
    """
    return 0 if not _settings.deterministic else 1 if _settings.warn_only else 2


def set_num_threads(number: int) -> None:
    """Say how many threads to compute with.

    The loops of `minitorch.compile` obey; NumPy's library for matrix products has decided when it
    was loaded. Set the environment variable ``OMP_NUM_THREADS`` before that, for both.

    >>> before = mt.get_num_threads()
    >>> mt.set_num_threads(1)
    >>> mt.get_num_threads()
    1
    >>> mt.set_num_threads(before)
    """
    _settings.threads = checked_number("set_num_threads", number)


def get_num_threads() -> int:
    """What was set by `set_num_threads`; before that ``OMP_NUM_THREADS``, or the processors.

    >>> mt.get_num_threads() >= 1
    True
    """
    return _settings.threads


def set_num_interop_threads(number: int) -> None:
    """Say how many operations may run at once. It is kept, and has no effect: it is one.

    >>> mt.set_num_interop_threads(0)
    Traceback (most recent call last):
        ...
    RuntimeError: set_num_interop_threads expects a positive integer
    """
    _settings.interop_threads = checked_number("set_num_interop_threads", number)


def get_num_interop_threads() -> int:
    """What was set by `set_num_interop_threads`; the number of processors before that.

    >>> mt.get_num_interop_threads() >= 1
    True
    """
    return _settings.interop_threads


def checked_number(caller: str, number: int) -> int:
    """A number of threads, which must be a positive int."""
    if not isinstance(number, int):
        raise RuntimeError(f"{caller} expects an int, but got {type(number).__name__}")
    if number <= 0:
        raise RuntimeError(f"{caller} expects a positive integer")
    return number


def set_float32_matmul_precision(precision: str) -> None:
    """Allow float32 matrix products to round more: ``"highest"`` (not), ``"high"``, ``"medium"``.

    It is kept, and has no effect: products are in full precision.

    >>> mt.set_float32_matmul_precision("high")
    >>> mt.get_float32_matmul_precision()
    'high'
    >>> mt.set_float32_matmul_precision("highest")
    """
    if precision not in ("highest", "high", "medium"):
        warn(
            f"{precision} is not one of 'highest', 'high', or 'medium'; the current"
            "setFloat32MatmulPrecision call has no effect."
        )
        return
    _settings.precision = precision


def get_float32_matmul_precision() -> str:
    """What was set by `set_float32_matmul_precision`.

    >>> mt.get_float32_matmul_precision()
    'highest'
    """
    return _settings.precision


def set_flush_denormal(mode: bool) -> bool:
    """Ask for the smallest numbers to count as zero; False says that it was not done.

    NumPy does not offer it.

    >>> mt.set_flush_denormal(True)
    False
    """
    return False


def set_warn_always(b: bool, /) -> None:
    """Ask for warnings each time, not once. It has no effect: Python's `warnings` decides that.

    >>> mt.set_warn_always(True)
    >>> mt.is_warn_always_enabled()
    True
    >>> mt.set_warn_always(False)
    """
    _settings.warn_always = b


def is_warn_always_enabled() -> bool:
    """What was set by `set_warn_always`.

    >>> mt.is_warn_always_enabled()
    False
    """
    return _settings.warn_always
