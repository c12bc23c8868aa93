"""``mt.utils.dlpack``: PyTorch's place for what is in dlpack.py."""

from ..dlpack import from_dlpack, to_dlpack

__all__ = ["from_dlpack", "to_dlpack"]
