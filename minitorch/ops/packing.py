"""Sequences of different lengths in one tensor: padded to the longest, or packed without padding.

Padded, step t of sequence b is at [t, b]. Packed, the steps follow one another, each with as many
sequences as have it: of ``sizes`` (2, 2, 1), rows 0 and 1 are step 0 of two sequences, and row 4 is
step 2 of the first one. So the longest sequence must be the first.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from ..autograd.operation import Operation


class PackPaddedSequence(Operation):
    """The steps without the padding: (T, B, *) to (the sum of ``sizes``, *)."""

    def forward(self, xp: Any, input: Any, sizes: Any) -> Any:
        self.steps = len(input)
        return input[present(xp, sizes)]

    def grad_input(self, grad: Any, sizes: Any) -> Any:
        return PadPackedSequence.apply(grad, sizes, 0, self.steps)


class PadPackedSequence(Operation):
    """``steps`` steps, with ``value`` where a sequence has ended: back to (T, B, *)."""

    torch_name = "torch::autograd::CopySlices"

    def forward(self, xp: Any, data: Any, sizes: Any, value: Any, steps: Any) -> Any:
        out = xp.full((steps, sizes[0], *data.shape[1:]), value, data.dtype)
        out[present(xp, sizes)] = data
        return out

    def grad_data(self, grad: Any, sizes: Any) -> Any:
        return PackPaddedSequence.apply(grad, sizes)


def present(xp: Any, sizes: tuple[int, ...]) -> tuple[Any, Any]:
    """The t and the b of each step t of a sequence b; found in main memory, to wait for no GPU."""
    there = np.arange(sizes[0]) < np.array(sizes)[:, None]
    steps, sequences = there.nonzero()
    return xp.asarray(steps), xp.asarray(sequences)
