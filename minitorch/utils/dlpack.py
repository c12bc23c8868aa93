"""DLPack: memory that several libraries share."""

from ..copying import from_dlpack, to_dlpack

__all__ = ["from_dlpack", "to_dlpack"]
