"""The classes and functions that a user declares safe to be used by files."""

from __future__ import annotations

from typing import Any

_safe: set[Any] = set()


def add_safe_globals(safe_globals: list[Any]) -> None:
    """Let `load` use these classes and functions where a file names them.

    A file may call them with any arguments, and set any attributes of their instances. An item may
    be a pair of the thing and the name that files have for it.

    >>> from fractions import Fraction
    >>> mt.serialization.add_safe_globals([Fraction])
    >>> mt.serialization.get_safe_globals()
    [<class 'fractions.Fraction'>]
    >>> mt.serialization.clear_safe_globals()
    """
    _safe.update(safe_globals)


def get_safe_globals() -> list[Any]:
    """What `add_safe_globals` was given.

    >>> from fractions import Fraction
    >>> mt.serialization.add_safe_globals([Fraction])
    >>> Fraction in mt.serialization.get_safe_globals()
    True
    >>> mt.serialization.clear_safe_globals()
    """
    return list(_safe)


def clear_safe_globals() -> None:
    """Forget what `add_safe_globals` was given.

    >>> mt.serialization.clear_safe_globals()
    >>> mt.serialization.get_safe_globals()
    []
    """
    _safe.clear()


class safe_globals:  # noqa: N801 - PyTorch's name
    """``with safe_globals([Fraction]):`` declares classes and functions safe in the block only.

    >>> from fractions import Fraction
    >>> with mt.serialization.safe_globals([Fraction]):
    ...     Fraction in mt.serialization.get_safe_globals()
    True
    """

    def __init__(self, safe_globals: list[Any]) -> None:
        self.safe_globals = safe_globals

    def __enter__(self) -> None:
        add_safe_globals(self.safe_globals)

    def __exit__(self, *exc: object) -> None:
        _safe.difference_update(self.safe_globals)


def safe_by_name() -> dict[str, Any]:
    """What the user declared safe, by the names that files have for it."""
    found = {}
    for item in _safe:
        if isinstance(item, tuple):
            if len(item) != 2:
                raise ValueError(
                    "Expected tuple of length 2 (global, str of callable full path), but got "
                    f"tuple of length: {len(item)}"
                )
            if type(item[1]) is not str:
                raise TypeError(
                    "Expected second item in tuple to be str of callable full path, but got: "
                    f"{type(item[1])}"
                )
            found[item[1]] = item[0]
        else:
            found[f"{item.__module__}.{item.__qualname__}"] = item
    return found
