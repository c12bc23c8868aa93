"""Saving and loading, in PyTorch's file format and under PyTorch's names."""

from .loading import (
    LoadEndianness,
    get_default_load_endianness,
    get_unsafe_globals_in_checkpoint,
    load,
    set_default_load_endianness,
)
from .safe import add_safe_globals, clear_safe_globals, get_safe_globals, safe_globals
from .saving import save
from .storage import default_restore_location

__all__ = [
    "save", "load", "add_safe_globals", "safe_globals", "get_safe_globals", "clear_safe_globals",
    "get_unsafe_globals_in_checkpoint", "default_restore_location",
    "LoadEndianness", "get_default_load_endianness", "set_default_load_endianness",
]  # fmt: skip
