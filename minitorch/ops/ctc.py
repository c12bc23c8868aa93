"""Connectionist temporal classification: a loss for a text whose place in time is not known.

A network says for each moment of a recording how likely each letter is, or the blank, which stands
between letters. A path (a letter or the blank for each moment) spells the text that is left when
repeated letters are joined and then blanks dropped: ``--hh-e-l-ll-oo-`` spells "hello". The loss is
minus the logarithm of the probability of all the paths that spell the target. (Graves et al. 2006,
https://www.cs.toronto.edu/~graves/icml_2006.pdf)

The target with blanks around every letter, ``-h-e-l-l-o-``, has S = 2 L + 1 places. A path begins
at one of the first two and stays, goes to the next place, or jumps over a blank between two letters
that differ. `log_alpha` has the probability of being at each place at each moment; all samples and
places take a step at once.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from .. import backend
from ..autograd.graph import TensorBase
from ..autograd.operation import Operation, wrap
from . import operands
from .expanding import strided
from .loss import reduce_tensor, reduction_of
from .places import add_at

NEVER = -math.inf  # the logarithm of the probability 0


class CtcLoss(Operation):
    """Minus the log-probability of each target, from log-probabilities (T, N, C).

    ``places`` (N, S) are the targets with blanks around the letters; of sample n the first
    ``lengths[n]`` moments and the first ``letters[n]`` letters count.
    """

    def forward(
        self, xp: Any, x: Any, places: Any, lengths: Any, letters: Any, zero_infinity: bool
    ) -> Any:
        alpha = log_alpha(xp, at_places(xp, x, places), places)
        sample = xp.arange(len(places))
        moment, end = xp.maximum(lengths - 1, 0), 2 * letters
        at_blank = alpha[moment, sample, end]
        at_letter = xp.where(letters > 0, alpha[moment, sample, xp.maximum(end - 1, 0)], NEVER)
        loss = -xp.logaddexp(at_blank, at_letter)
        # no moments spell the empty text with certainty, and no other
        loss = xp.where(lengths > 0, loss, xp.where(letters > 0, -NEVER, -0.0)).astype(x.dtype)
        self.save(alpha=alpha, loss=loss)
        return xp.where(loss == -NEVER, 0, loss).astype(x.dtype) if zero_infinity else loss

    def grad_x(
        self,
        grad: Any,
        x: Any,
        places: Any,
        lengths: Any,
        letters: Any,
        zero_infinity: bool,
        alpha: Any,
        loss: Any,
    ) -> Any:
        return CtcLossBackward.apply(grad, x, places, lengths, letters, zero_infinity, alpha, loss)


class CtcLossBackward(Operation):
    """``exp(x)`` less the probability that the path is at this letter at this moment.

    The latter with a minus is the derivative of the loss. PyTorch adds the former, and so gives the
    derivative by what log_softmax was applied to. It makes no difference after log_softmax: its own
    derivative takes away what is in proportion to ``exp(x)``.
    """

    def forward(
        self,
        xp: Any,
        grad: Any,
        x: Any,
        places: Any,
        lengths: Any,
        letters: Any,
        zero_infinity: bool,
        alpha: Any,
        loss: Any,
    ) -> Any:
        moments, samples, classes = x.shape
        time, sample = xp.arange(moments)[:, None], xp.arange(samples)[:, None]
        place = xp.arange(places.shape[1])
        # From a place to the end is as from the beginning to that place in the text read backwards.
        mirrored_place = (2 * letters[:, None] - place) % len(place)
        mirrored = ((lengths - 1 - time) % moments)[:, :, None], sample, mirrored_place
        scores = at_places(xp, x, places)
        beta = log_alpha(xp, scores[mirrored], places[sample, mirrored_place])[mirrored]
        reached = (alpha != NEVER) & (beta != NEVER) & (place <= 2 * letters[:, None])
        # alpha and beta both count the present moment
        path = xp.where(reached, alpha + beta - scores + loss[:, None], NEVER)
        out = xp.ascontiguousarray(xp.exp(x))  # so that its elements can be numbered
        flat = (time[:, :, None] * samples + sample) * classes + places
        add_at(xp, out.reshape(-1), flat.reshape(-1), -xp.exp(path).reshape(-1))
        impossible = loss == -NEVER
        out = xp.where(impossible[:, None], 0 if zero_infinity else math.nan, out * grad[:, None])
        return xp.where((time < lengths)[:, :, None], out, 0).astype(x.dtype, copy=False)

    def backward(self, grad: Any) -> Any:
        raise RuntimeError("derivative for aten::_ctc_loss_backward is not implemented")


def at_places(xp: Any, x: Any, places: Any) -> Any:
    """The log-probabilities of what stands at the places, (T, N, S)."""
    return x[:, xp.arange(len(places))[:, None], places]


def log_alpha(xp: Any, scores: Any, places: Any) -> Any:
    """The log-probability of all the ways to be at each place at each moment, (T, N, S).

    ``alpha[t, s] = scores[t, s] + log Σ exp(alpha[t - 1, s'])``, where s' is s, s - 1, or s - 2 if
    that is another letter.
    """
    moments, samples, length = scores.shape
    padded = xp.full((moments, samples, length + 2), NEVER, scores.dtype)
    alpha = padded[:, :, 2:]
    alpha[0, :, :2] = scores[0, :, :2]
    # ways[t, k] is padded[t, :, k : k + length]: of each place those two before, one before, itself
    row, column, one = padded.strides
    ways = strided(xp, padded, (moments, 3, samples, length), (row, one, column, one))
    barred = xp.zeros((3, samples, length), scores.dtype)
    barred[0, :, 0::2] = NEVER
    barred[0, :, 3::2][places[:, 3::2] == places[:, 1:-2:2]] = NEVER
    coming = xp.empty_like(barred)
    lowest = xp.finfo(scores.dtype).min
    for t in range(1, moments):  # log-sum-exp over three, without new arrays
        xp.add(ways[t - 1], barred, out=coming)
        largest = xp.maximum(coming.max(0), lowest)  # finite, so that -inf - largest is -inf
        coming -= largest
        xp.exp(coming, out=coming)
        total = xp.log(coming.sum(0))
        total += largest
        xp.add(total, scores[t], out=alpha[t])
    return alpha


def ctc_loss(
    log_probs: Any,
    targets: Any,
    input_lengths: Any,
    target_lengths: Any,
    blank: int = 0,
    reduction: str = "mean",
    zero_infinity: bool = False,
) -> Any:
    """Minus the log-probability of all paths through ``log_probs`` that spell ``targets``.

    Shapes: log_probs (T, N, C), log-probabilities, or (T, C); targets (N, S), or all of them in
    one vector; the lengths (N), as tensors or as tuples of ints. ``blank`` is the class that stands
    for no letter. The mean is over the samples, of the losses divided by the target lengths.
    ``zero_infinity`` makes the loss 0 where the recording is too short for the text.

    >>> import minitorch as mt
    >>> log_probs = mt.full((3, 1, 4), 0.25).log()
    >>> mt.nn.functional.ctc_loss(log_probs, mt.tensor([[1, 2]]), (3,), (2,), reduction="sum")
    tensor(2.5494)
    """
    reduction_of(None, None, reduction)
    x = log_probs
    both = input_lengths, target_lengths
    if not any(all(isinstance(n, kind) for n in both) for kind in (TensorBase, list | tuple)):
        raise operands.invalid_combination("ctc_loss", (log_probs, targets, *both))
    lengths = whole_numbers(input_lengths, "input_lengths")
    letters = whole_numbers(target_lengths, "target_lengths")
    batched = x._array.ndim == 3
    if not batched:
        x = x.unsqueeze(1)
    where = backend.device_index(x._array)
    text = texts(x._array, backend.to_numpy(targets._array), lengths, letters, blank)
    places = np.full((len(text), 2 * text.shape[1] + 1), blank)
    places[:, 1::2] = text
    given = [wrap(x, backend.to_device(array, where)) for array in (places, lengths, letters)]
    loss = CtcLoss.apply(x, *given, zero_infinity)
    if reduction == "mean":
        loss = loss / wrap(x, backend.to_device(np.maximum(letters, 1), where))
    return reduce_tensor(loss if batched or reduction != "none" else loss.squeeze(0), reduction)


def whole_numbers(lengths: Any, name: str) -> np.ndarray:
    """Lengths, a tensor or a sequence of ints, as an array (N)."""
    if isinstance(lengths, TensorBase):
        lengths = backend.to_numpy(lengths._array)
    array = np.atleast_1d(np.asarray(lengths))
    if array.dtype.kind not in "iu" and array.size:
        raise RuntimeError(f"{name} must be integral")
    return array.astype(np.int64)


def texts(
    x: Any, targets: np.ndarray, lengths: np.ndarray, letters: np.ndarray, blank: int
) -> np.ndarray:
    """The targets as rows (N, longest), filled up with blanks; refuses what does not fit ``x``."""
    checking = " (while checking arguments for ctc_loss_allocate_outputs)"
    if x.dtype.char not in "fd":
        raise operands.not_implemented("ctc_loss_cpu", x)
    if x.ndim != 3:
        raise RuntimeError(
            f"Expected 3-dimensional tensor, but got {x.ndim}-dimensional tensor for argument #1 "
            f"'log_probs'{checking}"
        )
    if not x.size:
        raise RuntimeError("log_probs tensor must not be empty")
    moments, samples, classes = x.shape
    if not 0 <= blank < classes:
        raise RuntimeError("blank must be in label range")
    for name, array in (("input_lengths", lengths), ("target_lengths", letters)):
        if len(array) != samples:
            raise RuntimeError(f"{name} must be of size batch_size")
        if array.min() < 0:
            raise RuntimeError(
                f"Expected {name} to have value at least 0, but got value "
                f"{array[array < 0][0]}{checking}"
            )
    if lengths.max() > moments:
        raise RuntimeError(
            f"Expected input_lengths to have value at most {moments}, but got value "
            f"{lengths[lengths > moments][0]}{checking}"
        )
    if not 1 <= targets.ndim <= 2:
        raise RuntimeError(
            f"Expected 1 to 2 dimensions, but got {targets.ndim}-dimensional tensor for argument "
            f"#2 'targets'{checking}"
        )
    longest = letters.max()
    inside = np.arange(longest) < letters[:, None]
    expected = letters.sum() if targets.ndim == 1 else samples
    if len(targets) != expected:
        raise RuntimeError(
            f"Expected tensor to have size {expected} at dimension 0, but got size {len(targets)} "
            f"for argument #2 'targets'{checking}"
        )
    if targets.ndim == 2 and targets.shape[1] < longest:
        raise RuntimeError(
            f"Expected tensor to have size at least {longest} at dimension 1, but got size "
            f"{targets.shape[1]} for argument #2 'targets'{checking}"
        )
    text = np.full((samples, longest), blank)
    text[inside] = targets if targets.ndim == 1 else targets[:, :longest][inside]
    if text.size and not 0 <= text.min() <= text.max() < classes:
        raise RuntimeError(
            f"Expected targets to be class numbers from 0 to {classes - 1}, but got "
            f"{text[(text < 0) | (text >= classes)][0]}"
        )
    return text
