"""``mt.nn.attention``: the choice between PyTorch's implementations of attention. Here is one."""

from __future__ import annotations

import contextlib
import enum
from collections.abc import Iterator


class SDPBackend(enum.Enum):
    """The implementations of `functional.scaled_dot_product_attention` in PyTorch.

    >>> mt.nn.attention.SDPBackend.MATH.value
    0
    """

    ERROR = -1
    MATH = 0
    FLASH_ATTENTION = 1
    EFFICIENT_ATTENTION = 2
    CUDNN_ATTENTION = 3
    OVERRIDEABLE = 4

    def __repr__(self) -> str:
        return f"<SDPBackend.{self.name}: {self.value}>"


@contextlib.contextmanager
def sdpa_kernel(
    backends: list[SDPBackend] | SDPBackend, set_priority: bool = False
) -> Iterator[dict[str, bool]]:
    """A context in which PyTorch uses one of ``backends``; nothing changes here.

    >>> q = mt.ones(1, 2, 4)
    >>> with mt.nn.attention.sdpa_kernel(mt.nn.attention.SDPBackend.MATH):
    ...     F.scaled_dot_product_attention(q, q, q).shape
    torch.Size([1, 2, 4])
    """
    if not isinstance(backends, list | SDPBackend):
        raise AssertionError(
            "Backend must be an instance of SDPBackend or a list of SDPBackend instances, got "
            f"{type(backends).__name__}"
        )
    yield {}
