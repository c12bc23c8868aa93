"""Solutions of chapter 2."""


def contiguous_strides(shape):
    """From the right: a step in a dimension leads past all elements of the dimensions after it."""
    strides, behind = [], 1
    for length in reversed(shape):
        strides.insert(0, behind)
        behind *= length
    return tuple(strides)


def is_contiguous(shape, strides):
    """As they would be if it were, except where there is only one element."""
    pairs = zip(shape, strides, contiguous_strides(shape), strict=True)
    return all(length == 1 or step == wanted for length, step, wanted in pairs)


def shares_memory():
    """A regular pattern in the storage needs no copy; lists and masks as index are not regular.

    `flatten` and `contiguous` copy only if they must, and `repeat`, unlike `expand`, always does.
    """
    return {
        "x.view(4, 3)": True,
        "x[:, 1:3]": True,
        "x[[0, 1]]": False,
        "x[0:2]": True,
        "x[x > 3]": False,
        "x.flatten()": True,
        "x.t().flatten()": False,
        "x.expand(2, 3, 4)": True,
        "x.repeat(2, 1)": False,
        "x.contiguous()": True,
        "x.t().contiguous()": False,
        "x.detach()": True,
    }


def windows(image, size, step):
    """The next window is ``step`` rows or columns on; within a window it is the image's strides.

    The offset stays as it is, since `as_strided` begins where the image does.
    """
    down, right = image.stride()
    counts = [(length - size) // step + 1 for length in image.shape]
    return image.as_strided((*counts, size, size), (step * down, step * right, down, right))


def descend(start, rate, steps):
    """Both faults are second names for one storage: ``w`` is ``start``, and the record is ``w``.

    `clone` makes a storage of its own.
    """
    w = start.clone()
    record = []
    for _ in range(steps):
        w -= rate * 4 * w**3
        record.append(w.clone())
    return record


def gradients():
    """An element counts as often as it is read, and not at all where it was replaced.

    In the last, y[1] is in both parts and was multiplied by both.
    """
    return {
        "expand": [3.0, 3.0],
        "unfold": [1.0, 2.0, 2.0, 2.0, 1.0],
        "write": [0.0, 2.0, 2.0],
        "overlap": [10.0, 30.0, 6.0],
    }
