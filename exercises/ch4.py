"""Exercises of chapter 4: broadcasting. Test them with ``pytest exercises -k ch4``."""

import minitorch as mt


def common_shape(a, b):
    """4.1: the shape to which tensors of the shapes ``a`` and ``b`` are broadcast, as a tuple.

    ValueError if they do not fit. Do not make tensors, and do not use `mt.broadcast_shapes`.
    """
    raise NotImplementedError("exercise 4.1: the rule of broadcasting")


def undo(grad, shape):
    """4.2: the gradient of a tensor of ``shape`` that was broadcast to the shape of ``grad``.

    ``shape`` is a tuple that fits. Do not use ``sum_to_size``.
    """
    raise NotImplementedError("exercise 4.2: sum a gradient back")


def predictions():
    """4.3: replace each ``...`` by a shape such as ``(4, 3)``, or by None if the line is an error.

    ``x`` has shape (4, 3), ``row`` (3,), ``column`` (4, 1), ``cube`` (2, 4, 3), ``one`` ().
    All of them require a gradient.
    """
    return {
        "column + row": ...,
        "x + column.squeeze(1)": ...,
        "x - x.mean(1)": ...,
        "x - x.mean(1, keepdim=True)": ...,
        "x.t() * column.squeeze(1)": ...,
        "cube * column": ...,
        "cube.sum((0, 2)) + one": ...,
        "x @ row + column": ...,
        "row[:, None] - row": ...,
        "(cube * column).sum().backward(); column.grad": ...,
        "(one * x).sum().backward(); one.grad": ...,
    }


def standardize(x):
    """4.4: each row of the table ``x`` with mean 0 and variance 1 (``unbiased=False``).

    There is a mistake in it. Mend it, so that every row of every table is right.
    """
    return (x - x.mean(1)) / x.var(1, unbiased=False).sqrt()


def distances(a, b):
    """4.5: the table of Euclidean distances of the rows of ``a`` from those of ``b``.

    ``a`` has shape (n, d), ``b`` (m, d), the result (n, m). No loop, no `mt.cdist`.
    """
    raise NotImplementedError("exercise 4.5: all pairs at once")


if __name__ == "__main__":  # a table for which 4.4 does not notice its mistake
    print(standardize(mt.tensor([[1.0, 2.0, 3.0], [3.0, 1.0, 2.0], [2.0, 3.0, 1.0]])))
