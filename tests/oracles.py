"""Convolution and pooling by their definitions: one loop for each index, nothing clever.

They are slow, and the standard that the fast ones are held to.
"""

from __future__ import annotations

from itertools import product

import numpy as np


def naive_conv(x, w, stride, padding, dilation, groups):
    """The convolution of (N, C_in, *S) with (C_out, C_in / groups, *K); for images seven loops."""
    images, channels_out, kernel = len(x), len(w), w.shape[2:]
    inputs, outputs = x.shape[1] // groups, channels_out // groups
    x = np.pad(x, [(0, 0), (0, 0), *[(p, p) for p in padding]])
    out = [
        (size - d * (k - 1) - 1) // s + 1
        for size, k, s, d in zip(x.shape[2:], kernel, stride, dilation, strict=True)
    ]
    y = np.zeros((images, channels_out, *out), x.dtype)
    for n, o, c in product(range(images), range(channels_out), range(inputs)):
        for place, tap in product(np.ndindex(*out), np.ndindex(*kernel)):
            seen = [p * s + t * d for p, t, s, d in zip(place, tap, stride, dilation, strict=True)]
            first = o // outputs * inputs  # the first channel of the group
            y[(n, o, *place)] += x[(n, first + c, *seen)] * w[(o, c, *tap)]
    return y


def pool_size(size, kernel, stride, padding, dilation=1, ceil_mode=False):
    """How many windows fit; with ``ceil_mode`` one that starts inside may hang over the end."""
    out = 0
    while True:
        start = out * stride - padding
        last = start + dilation * (kernel - 1)
        fits = last < size + padding
        if ceil_mode:  # at least one element of the window's step is still in the padded input
            fits = last - (stride - 1) < size + padding and start < size
        if not fits:
            return out
        out += 1


def window(place, size, kernel, stride, padding, dilation):
    """The places that a window sees in each dimension of the input; none in the border."""
    return [
        [i for t in range(k) if 0 <= (i := p * s - pad + t * d) < length]
        for p, length, k, s, pad, d in zip(
            place, size, kernel, stride, padding, dilation, strict=True
        )
    ]


def naive_max_pool(x, kernel, stride, padding, dilation, ceil_mode=False):
    """The largest element of each window, and its place in the pooled dimensions as one."""
    return max_of_windows(
        x,
        [
            pool_size(*numbers, ceil_mode)
            for numbers in zip(x.shape[2:], kernel, stride, padding, dilation, strict=True)
        ],
        lambda place: window(place, x.shape[2:], kernel, stride, padding, dilation),
    )


def naive_adaptive_max_pool(x, out):
    """The largest element of each window from ``i L // out`` up to ``ceil((i + 1) L / out)``."""
    return max_of_windows(x, out, lambda place: adaptive_window(place, x.shape[2:], out))


def max_of_windows(x, out, window_of):
    size = x.shape[2:]
    y = np.zeros((*x.shape[:2], *out), x.dtype)
    index = np.zeros(y.shape, np.int64)
    for n, c, place in product(range(x.shape[0]), range(x.shape[1]), np.ndindex(*out)):
        best, best_at = None, None
        for at in product(*window_of(place)):
            value = x[(n, c, *at)]
            if best is None or value > best or np.isnan(value):
                best, best_at = value, at
        y[(n, c, *place)] = best
        index[(n, c, *place)] = np.ravel_multi_index(best_at, size)
    return y, index


def naive_avg_pool(
    x, kernel, stride, padding, ceil_mode=False, count_include_pad=True, divisor_override=None
):
    """The mean of each window; zeros in the border count unless told otherwise."""
    size, ones = x.shape[2:], [1] * len(kernel)
    out = [
        pool_size(*numbers, 1, ceil_mode)
        for numbers in zip(size, kernel, stride, padding, strict=True)
    ]
    y = np.zeros((*x.shape[:2], *out), x.dtype)
    for n, c, place in product(range(x.shape[0]), range(x.shape[1]), np.ndindex(*out)):
        seen = list(product(*window(place, size, kernel, stride, padding, ones)))
        count = 1
        for p, length, k, s, pad in zip(place, size, kernel, stride, padding, strict=True):
            count *= min(p * s - pad + k, length + pad) - (p * s - pad)
        divisor = divisor_override or (count if count_include_pad else len(seen))
        y[(n, c, *place)] = sum(x[(n, c, *at)] for at in seen) / divisor
    return y


def naive_adaptive_avg_pool(x, out):
    """The mean of each window from ``i L // out`` up to ``ceil((i + 1) L / out)``."""
    y = np.zeros((*x.shape[:2], *out), x.dtype)
    for n, c, place in product(range(x.shape[0]), range(x.shape[1]), np.ndindex(*out)):
        seen = list(product(*adaptive_window(place, x.shape[2:], out)))
        y[(n, c, *place)] = sum(x[(n, c, *at)] for at in seen) / len(seen)
    return y


def adaptive_window(place, size, out):
    return [
        range(p * length // count, -(-(p + 1) * length // count))
        for p, length, count in zip(place, size, out, strict=True)
    ]
