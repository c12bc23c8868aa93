"""`LinearCrossEntropyOptions`, in PyTorch's place."""

from __future__ import annotations

from dataclasses import dataclass

from ...dtypes import dtype


@dataclass(frozen=True)
class LinearCrossEntropyOptions:
    """How `linear_cross_entropy` computes in PyTorch: in chunks, to save memory. No effect here.

    >>> mt.nn.LinearCrossEntropyOptions(batch_chunk_size=64).batch_chunk_size
    64
    """

    allow_retain_graph: bool = False
    batch_chunk_size: int | None = None
    chunking_method: str | None = "auto"
    acc_policy: str = "auto"
    acc_dtype: dtype | None = None

    def __post_init__(self) -> None:
        size = self.batch_chunk_size
        if size is not None and not (isinstance(size, int) and size > 0):
            raise ValueError(f"batch_chunk_size must be positive int or None, got {size}")
        if self.acc_policy not in ("accurate", "balanced", "compact", "auto"):
            raise ValueError(f"invalid acc_policy: {self.acc_policy!r}")
