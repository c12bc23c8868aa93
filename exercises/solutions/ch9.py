"""Solutions of chapter 9, GPUs."""

import math


def blocks_needed(elements, threads):
    """``//`` rounds down, so turn the sign before and after."""
    return -(-elements // threads)


def element_of(block, thread, shape, columns):
    """The same as in one dimension, once for rows and once for columns."""
    row = block[0] * shape[0] + thread[0]
    column = block[1] * shape[1] + thread[1]
    return row * columns + column if column < columns else None


def sectors(places, itemsize=4, sector=32):
    """A set: what two threads need is fetched once."""
    needed = set()
    for place in places:
        first, last = place * itemsize, (place + 1) * itemsize - 1
        needed |= set(range(first // sector, last // sector + 1))
    return len(needed)


def block_max(me, x, out):
    """Round half up, so that no number is lost, and let all threads come to the barrier.

    With 6 threads 3 join 3; of the 3 that are left, thread 0 joins number 2, and number 1 has no
    partner and stays. Of 6 // 2 // 2 = 1 the mistaken tree joins 0 and 1, and loses number 2.
    """
    me.shared[me.thread] = x[me.block][me.thread]
    yield
    left = me.threads
    while left > 1:
        half = (left + 1) // 2
        if me.thread + half < left:
            me.shared[me.thread] = max(me.shared[me.thread], me.shared[me.thread + half])
        yield
        left = half
    if me.thread == 0:
        out[me.block] = me.shared[0]


def operations_to_pay(size, cpu_bandwidth, gpu_bandwidth, link, launch):
    """Each operation saves the same; the two copies are paid once."""
    saved = 2 * size / cpu_bandwidth - (2 * size / gpu_bandwidth + launch)
    if saved <= 0:
        return None
    return math.floor(2 * size / link / saved) + 1


def running(numbers):
    """``Σ exp(x - old) · exp(old - new) = Σ exp(x - new)``: one factor mends the whole sum."""
    largest, total = next(numbers), 1.0
    for x in numbers:
        if x > largest:
            total *= math.exp(largest - x)
            largest = x
        total += math.exp(x - largest)
    return largest, total


def join(one, other):
    """The one with the smaller maximum is mended. So rows can be done in parts, in any order."""
    largest = max(one[0], other[0])
    return largest, sum(total * math.exp(m - largest) for m, total in (one, other))
