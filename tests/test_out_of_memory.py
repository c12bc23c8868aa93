"""The numbers in the sentence of `OutOfMemoryError`; tests/cuda asks for the rest."""

from __future__ import annotations

import pytest

from minitorch.out_of_memory import bytes_as_text


@pytest.mark.parametrize(
    ("size", "text"),
    [
        (0, "0 bytes"),
        (1024, "1024 bytes"),
        (1025, "1.00 KiB"),
        (1536, "1.50 KiB"),
        (1 << 20, "1024.00 KiB"),
        ((1 << 20) + 1, "1.00 MiB"),
        (1 << 30, "1024.00 MiB"),
        (3 << 29, "1.50 GiB"),
        (80 << 30, "80.00 GiB"),
    ],
)
def test_bytes_as_text(size, text):
    assert bytes_as_text(size) == text
