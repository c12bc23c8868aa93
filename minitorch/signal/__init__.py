"""``mt.signal``: windows to multiply signals by."""

from . import windows

__all__ = ["windows"]
