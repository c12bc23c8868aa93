"""Exercises of chapter 9, GPUs. None needs one. Run ``pytest exercises -k ch9``."""


def blocks_needed(elements, threads):
    """Exercise 9.1: how many blocks of ``threads`` threads have a thread for every element."""
    raise NotImplementedError("exercise 9.1: divide and round up")


def element_of(block, thread, shape, columns):
    """Exercise 9.1: the place in memory of a thread's element of a matrix with ``columns`` columns.

    Blocks and threads have two coordinates here, (row, column). A block is a tile of ``shape``
    (rows, columns) threads. The matrix lies in memory row after row. A thread whose column is
    outside the matrix has no element: return None. (Rows have no end here.)
    """
    raise NotImplementedError("exercise 9.1: the row, the column, and the place in memory")


def sectors(places, itemsize=4, sector=32):
    """Exercise 9.2: how many sectors of memory are fetched when a warp reads elements.

    ``places`` are the numbers of the elements that its threads read, in any order; an element has
    ``itemsize`` bytes and may lie across two sectors, if ``itemsize`` is no power of two.
    """
    raise NotImplementedError("exercise 9.2: the different sectors that the bytes lie in")


def block_max(me, x, out):
    """Exercise 9.3: a kernel that writes the largest number of each row of ``x`` to ``out``.

    There is a block for each row, and a thread for each column, however many these are. There are
    two mistakes in here.
    """
    me.shared[me.thread] = x[me.block][me.thread]
    yield
    half = me.threads // 2
    while half > 0:
        if me.thread < half:
            me.shared[me.thread] = max(me.shared[me.thread], me.shared[me.thread + half])
            yield
        half //= 2
    if me.thread == 0:
        out[me.block] = me.shared[0]


def operations_to_pay(size, cpu_bandwidth, gpu_bandwidth, link, launch):
    """Exercise 9.4: the least number of operations for which moving an array to a GPU pays.

    The array has ``size`` bytes. An operation reads it and writes it once, which takes ``2 * size /
    bandwidth``, and on the GPU a ``launch`` more. Before the first, the array goes over the link,
    and after the last it comes back. All in bytes, seconds, and bytes per second.
    Return None if it never pays.
    """
    raise NotImplementedError(
        "exercise 9.4: compare what one operation saves with what moving costs"
    )


def running(numbers):
    """Exercise 9.5: the largest of ``numbers``, m, and the sum of ``exp(x - m)``, as a pair.

    ``numbers`` is an iterator: you can read it once, and you must not keep a list of it. Nothing
    may overflow, be the numbers as large as they like. There is at least one.
    """
    raise NotImplementedError("exercise 9.5: when the largest changes, mend the sum")


def join(one, other):
    """Exercise 9.5: what `running` gives for a whole row, from what it gave for two parts of it."""
    raise NotImplementedError("exercise 9.5: bring both sums to the same largest number")
