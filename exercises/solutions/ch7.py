"""Solutions of chapter 7, convolution."""

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view

import minitorch.nn as nn


def places(size, kernel_size, stride=1, padding=0, dilation=1):
    """A window that starts at ``start`` ends at ``start + dilation * (kernel_size - 1)``."""
    first, last = -padding, size + padding - 1
    count = 0
    for start in range(first, last + 1, stride):
        if start + dilation * (kernel_size - 1) <= last:
            count += 1
    return count


def columns(x, kernel_size, stride=1):
    """The view of all windows; a stride leaves some of them out. Only ``reshape`` copies."""
    windows = sliding_window_view(x, (kernel_size, kernel_size), axis=(1, 2))
    windows = windows[:, ::stride, ::stride]  # (C, H', W', K, K)
    return windows.transpose(0, 3, 4, 1, 2).reshape(len(x) * kernel_size**2, -1)


def convolve(x, w, stride=1, padding=0):
    """Each filter is a row. The result is one row for each filter, and then images again."""
    x = np.pad(x, ((0, 0), (padding, padding), (padding, padding)))
    filters, _, k, _ = w.shape
    y = w.reshape(filters, -1) @ columns(x, k, stride)
    return y.reshape(filters, places(x.shape[1], k, stride), places(x.shape[2], k, stride))


def grad_input(grad, w, size, stride=1):
    """``+=`` for ``=``: a pixel in several windows has several effects, and they add up.

    With a stride of K or more no pixel lies in two windows, and the mistake does not show.
    """
    channels, k = w.shape[1:3]
    image = np.zeros((channels, *size))
    for row, column in np.ndindex(grad.shape[1:]):
        window = np.tensordot(grad[:, row, column], w, 1)  # (C, K, K)
        top, left = row * stride, column * stride
        image[:, top : top + k, left : left + k] += window
    return image


def separable(channels, filters, kernel_size):
    """``channels · K² + channels · filters`` weights in place of ``channels · K² · filters``."""
    return nn.Sequential(
        nn.Conv2d(
            channels, channels, kernel_size, padding=kernel_size // 2, groups=channels, bias=False
        ),
        nn.Conv2d(channels, filters, 1, bias=False),
    )
