"""Exercises of chapter 2. Run ``pytest exercises -k ch2``."""

import minitorch as mt  # noqa: F401 - to try things


def contiguous_strides(shape):
    """Exercise 2.1: the strides of a contiguous tensor of this shape, as a tuple.

    The last dimension has stride 1. (Lengths of 0 do not occur.)
    """
    raise NotImplementedError("exercise 2.1: strides from a shape")


def is_contiguous(shape, strides):
    """Exercise 2.1: whether a tensor of this shape and these strides is contiguous.

    Mind dimensions of length 1: nobody ever takes a step in them.
    """
    raise NotImplementedError("exercise 2.1: contiguous or not")


def shares_memory():
    """Exercise 2.2: is the result a view of ``x = mt.arange(12.0).reshape(3, 4)``?

    Replace each ``...`` by True or False.
    """
    raise NotImplementedError("exercise 2.2: fill in the table, and take this line away")
    return {
        "x.view(4, 3)": ...,
        "x[:, 1:3]": ...,
        "x[[0, 1]]": ...,
        "x[0:2]": ...,
        "x[x > 3]": ...,
        "x.flatten()": ...,
        "x.t().flatten()": ...,
        "x.expand(2, 3, 4)": ...,
        "x.repeat(2, 1)": ...,
        "x.contiguous()": ...,
        "x.t().contiguous()": ...,
        "x.detach()": ...,
    }


def windows(image, size, step):
    """Exercise 2.3: all windows of ``size`` × ``size`` in a matrix, ``step`` apart, as a view.

    The result has the shape (rows of windows, columns of windows, size, size). Use
    ``as_strided``, and nothing that copies. The image may itself be a view: look at its strides.
    """
    raise NotImplementedError("exercise 2.3: windows as a view")


def descend(start, rate, steps):
    """Exercise 2.4: gradient descent on the sum of ``w**4``; returns the weights after each step.

    There are two faults in here, of one kind. Mend both.
    """
    w = start
    record = []
    for _ in range(steps):
        w -= rate * 4 * w**3
        record.append(w)
    return record


def gradients():
    """Exercise 2.5: what does each program print? Replace each ``...`` by a list of numbers."""
    raise NotImplementedError("exercise 2.5: fill in the lists, and take this line away")
    return {
        # x = mt.ones(2, requires_grad=True)
        # x.expand(3, 2).sum().backward()
        # print(x.grad.tolist())
        "expand": ...,
        # x = mt.ones(5, requires_grad=True)
        # x.unfold(0, 2, 1).sum().backward()
        # print(x.grad.tolist())
        "unfold": ...,
        # x = mt.ones(3, requires_grad=True)
        # y = x * 2
        # y[0] = 7.0
        # y.sum().backward()
        # print(x.grad.tolist())
        "write": ...,
        # x = mt.ones(3, requires_grad=True)
        # y = x * 2
        # y[1:].mul_(3.0)
        # y[:2].mul_(5.0)
        # y.sum().backward()
        # print(x.grad.tolist())
        "overlap": ...,
    }
