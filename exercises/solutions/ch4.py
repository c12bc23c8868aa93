"""Solutions of chapter 4: broadcasting."""


def common_shape(a, b):
    """Fill the shorter one up with ones in front; then compare length by length.

    Not ``max(x, y)`` at the end: 1 and 0 make 0.
    """
    ndim = max(len(a), len(b))
    a = (1,) * (ndim - len(a)) + tuple(a)
    b = (1,) * (ndim - len(b)) + tuple(b)
    for x, y in zip(a, b, strict=True):
        if x != y and x != 1 and y != 1:
            raise ValueError(f"{a} and {b} do not fit: {x} is not {y}")
    return tuple(y if x == 1 else x for x, y in zip(a, b, strict=True))


def undo(grad, shape):
    """Sum over the dimensions that are new, and over those that were 1; then give back the ones."""
    new = grad.ndim - len(shape)
    dims = list(range(new))
    dims += [new + i for i, length in enumerate(shape) if length == 1]
    return (grad.sum(dims) if dims else grad).reshape(shape)  # sum([]) would sum over everything


def predictions():
    """A gradient always has the shape of its tensor: the last two need no thought."""
    return {
        "column + row": (4, 3),
        "x + column.squeeze(1)": None,  # (4, 3) and (4,): 3 is not 4
        "x - x.mean(1)": None,  # the same
        "x - x.mean(1, keepdim=True)": (4, 3),
        "x.t() * column.squeeze(1)": (3, 4),  # (3, 4) and (4,)
        "cube * column": (2, 4, 3),
        "cube.sum((0, 2)) + one": (4,),
        "x @ row + column": (4, 4),  # (4,) and (4, 1): the bug of the chapter
        "row[:, None] - row": (3, 3),
        "(cube * column).sum().backward(); column.grad": (4, 1),
        "(one * x).sum().backward(); one.grad": (),
    }


def standardize(x):
    """Both means and variances must keep the dimension, to be laid along the rows' side."""
    mean = x.mean(1, keepdim=True)
    variance = x.var(1, unbiased=False, keepdim=True)
    return (x - mean) / variance.sqrt()


def distances(a, b):
    """(n, 1, d) minus (1, m, d) is (n, m, d): all differences."""
    return ((a[:, None] - b[None]) ** 2).sum(-1).sqrt()
