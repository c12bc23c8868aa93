"""Exercises of chapter 7, convolution. Run ``pytest exercises -k ch7``."""

import numpy as np


def places(size, kernel_size, stride=1, padding=0, dilation=1):
    """Exercise 7.1: how many windows fit on a line of ``size`` pixels.

    Do not use the formula: go through the possible starts of a window, and count those where its
    last element still lies on the line. ``padding`` zeros stand on both sides of the line.
    """
    raise NotImplementedError("exercise 7.1: count the places where a window fits")


def columns(x, kernel_size, stride=1):
    """Exercise 7.2: every window of an image as a column, in NumPy.

    ``x`` is (C, H, W), the kernel is square. The result is (C · K · K, number of windows): down a
    column go channel, row and column of the window, from column to column the windows go from left
    to right, and then down.
    """
    raise NotImplementedError("exercise 7.2: write each window as a column")


def convolve(x, w, stride=1, padding=0):
    """Exercise 7.3: the convolution of an image (C, H, W) with w (O, C, K, K), in NumPy.

    Use `columns` and one product of matrices.
    """
    raise NotImplementedError("exercise 7.3: pad, make columns, multiply")


def grad_input(grad, w, size, stride=1):
    """Exercise 7.4: the gradient of the image, given ``grad`` (O, H', W') of the result.

    ``w`` is (O, C, K, K), ``size`` the height and width of the image. There is a mistake in here.
    """
    channels, k = w.shape[1:3]
    image = np.zeros((channels, *size))
    for row, column in np.ndindex(grad.shape[1:]):
        window = np.tensordot(grad[:, row, column], w, 1)  # (C, K, K)
        top, left = row * stride, column * stride
        image[:, top : top + k, left : left + k] = window
    return image


def separable(channels, filters, kernel_size):
    """Exercise 7.5: an `mt.nn.Sequential` of two `mt.nn.Conv2d` without biases.

    The first filters each channel by itself and keeps the size of the image (the kernel size is
    odd). The second mixes the channels at each pixel, from ``channels`` to ``filters``.
    """
    raise NotImplementedError("exercise 7.5: a Sequential of two Conv2d")
