"""Elements at places that integers name: reading them, replacing them, adding to them.

Every kind of indexing by integers or masks comes down to this. Neighbouring dimensions of a tensor,
``span`` of them from ``dim`` on, are seen as one, and the integers ``places`` count along it. So
``x[i, j]`` reads the places ``i * x.shape[1] + j`` with dim 0 and span 2. Reading (`Pick`) and
adding up in zeros (`Spread`) are each other's derivatives: a place that was read twice gets the sum
of two gradients.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import numpy as np

from .. import backend, late
from ..autograd.operation import Operation
from .conversion import copied
from .overwriting import Change

FEW = 3000  # up to so many elements NumPy adds up faster than SciPy
UNSIGNED = {4: np.dtype("uint32"), 8: np.dtype("uint64")}


class Pick(Operation):
    """The elements at ``places``; their dimensions stand where the indexed ones stood."""

    def forward(self, xp: Any, x: Any, dim: Any, span: Any, places: Any) -> Any:
        self.sizes = x.shape
        self.save(at=places)
        view, index = located(xp, x, dim, span, places)
        if view.flags.c_contiguous and len(index) == dim + 1:
            return view.take(places, dim)  # three times as fast as view[index]
        found = view[index]
        return found if found.flags.c_contiguous else found.copy()

    def grad_x(self, grad: Any, dim: Any, span: Any, at: Any) -> Any:
        return Spread.apply(grad, self.sizes, dim, span, at._array)


class Spread(Operation):
    """Zeros of ``shape`` to which ``values`` are added at ``places``."""

    def forward(self, xp: Any, values: Any, shape: Any, dim: Any, span: Any, places: Any) -> Any:
        self.save(at=places)
        return spread(xp, values, shape, dim, span, places)

    def grad_values(self, grad: Any, dim: Any, span: Any, at: Any) -> Any:
        return Pick.apply(grad, dim, span, at._array)


class AtPlaces(Change):
    """``x`` with ``values``, tensor or number, written at ``places``; see `Put` and `AddAt`."""

    order = "K"  # of the result in memory: as that of x, or "C", row-major
    overlap = "none"

    def forward(self, xp: Any, x: Any, dim: Any, span: Any, places: Any, values: Any) -> Any:
        self.save(at=places)
        fresh = copied(x) if self.order == "K" else x.copy()
        return self.change(xp, fresh, dim, span, places, values)

    def grad_values(self, grad: Any, dim: Any, span: Any, at: Any) -> Any:
        return Pick.apply(grad, dim, span, at._array)


class Put(AtPlaces):
    """``x`` with its elements at ``places`` replaced by ``values``, tensor or number."""

    @staticmethod
    def change(xp: Any, x: Any, dim: Any, span: Any, places: Any, values: Any) -> Any:
        view, index = located(xp, x, dim, span, places)
        view[index] = values
        return x

    def grad_x(self, grad: Any, dim: Any, span: Any, at: Any) -> Any:
        return Put.apply(grad, dim, span, at._array, 0)


class AddAt(AtPlaces):
    """``x`` with ``values`` added to its elements at ``places``; what meets there adds up."""

    @staticmethod
    def change(xp: Any, x: Any, dim: Any, span: Any, places: Any, values: Any) -> Any:
        view, index = located(xp, x, dim, span, places)
        shape = view.shape[:dim] + places.shape + view.shape[dim + max(span, 1) :]
        count = math.prod(shape)
        if xp is np and x.dtype.kind == "f" and count > 200 and x.size <= 4 * count:
            x += spread(xp, xp.broadcast_to(values, shape), x.shape, dim, span, places)
        else:
            add_at(xp, view, index, values)
        return x

    def grad_x(self, grad: Any) -> Any:
        return grad


def located(xp: Any, x: Any, dim: int, span: int, places: Any) -> tuple[Any, tuple[Any, ...]]:
    """A view of ``x``, and the index of it that finds ``places``."""
    before = (slice(None),) * dim
    if span == 1:
        return x, (*before, places)
    shape = x.shape
    if x.flags.c_contiguous:
        count = math.prod(shape[dim : dim + span])
        return x.reshape(*shape[:dim], count, *shape[dim + span :]), (*before, places)
    return x, (*before, *unravelled(xp, places, shape[dim : dim + span]))


def unravelled(xp: Any, places: Any, shape: Any) -> Any:
    """Where in an array of ``shape`` the flat ``places`` are, dimension by dimension."""
    if xp is np:
        return np.unravel_index(places, shape)
    found = []  # CuPy's function looks whether they are in range, and waits
    for length in reversed(shape):
        found.append(places % length)
        places = places // length
    return tuple(reversed(found))


def spread(xp: Any, values: Any, shape: Any, dim: int, span: int, places: Any) -> Any:
    """Zeros of ``shape`` to which ``values`` are added at ``places``."""
    if not values.size:
        return xp.zeros(shape, values.dtype)
    outer, count = math.prod(shape[:dim]), math.prod(shape[dim : dim + span])
    places = places.reshape(-1)
    places = wrapped(xp, places, count)
    if outer > 1:
        places = (xp.arange(outer)[:, None] * count + places).reshape(-1)
    rows = values.reshape(-1, math.prod(shape[dim + span :]))
    return row_sums(xp, rows, places, outer * count).reshape(shape)


def row_sums(xp: Any, rows: Any, places: Any, count: int) -> Any:
    """``count`` rows, of which row r is the sum of those ``rows`` whose place is r.

    This is the gradient of an embedding, so it has to be fast. SciPy's product with a sparse matrix
    of ones is 5 to 80 times as fast as NumPy's ``add.at``, but takes some time to begin. A count in
    bins is faster for few elements, unless its result is far larger than they are.
    """
    width = rows.shape[1]
    few = width == 1 or (rows.size <= FEW and count * width <= 16 * rows.size)
    if xp is np and rows.dtype.kind == "f" and few:
        if width != 1:
            places = (places[:, None] * width + np.arange(width)).reshape(-1)
        sums = np.bincount(places, rows.reshape(-1), count * width)
        return sums.astype(rows.dtype, copy=False).reshape(count, width)
    if xp is np and rows.size > FEW:
        return sparse_sums(rows, places, count)
    sums = xp.zeros((count, width), rows.dtype)
    add_at(xp, sums, places, rows)
    return sums


def counts(xp: Any, places: Any, length: int) -> Any:
    """How often each number from 0 to ``length`` - 1 occurs among ``places``."""
    if xp is np:
        return np.bincount(places, minlength=length)
    found = xp.zeros(length, "int64")  # CuPy's bincount looks for the largest place, and waits
    add_at(xp, found, places, 1)
    return found


def sparse_sums(rows: np.ndarray, places: np.ndarray, count: int) -> np.ndarray:
    """`row_sums` as a product with a matrix that has a one in row ``places[i]`` of column i."""
    from scipy.sparse import csc_array  # loaded here, since importing it takes a while

    work = rows.astype(np.float32) if rows.dtype == np.float16 else rows
    ones = np.ones(len(rows), work.dtype)
    ends = np.arange(len(rows) + 1)
    product = csc_array((ones, places, ends), shape=(count, len(rows))) @ work
    return product.astype(rows.dtype, copy=False)


def add_at(xp: Any, array: Any, index: Any, values: Any) -> None:
    """``array[index] += values``, adding up where ``index`` names an element more than once."""
    update_at(xp, xp.add, array, index, values)


def update_at(xp: Any, function: Any, array: Any, index: Any, values: Any) -> None:
    """``function.at(array, index, values)``; CuPy has addition and extremes for some dtypes."""
    kind, size = array.dtype.kind, array.itemsize
    if xp is np:
        place = index[0] if isinstance(index, tuple) and len(index) == 1 else None
        if isinstance(place, np.ndarray) and place.shape == np.shape(values):
            index, values = place.reshape(-1), values.reshape(-1)  # flat: 5 to 12 times as fast
        function.at(array, index, values)
    elif kind == "c":  # a sum
        values = xp.asarray(values)
        update_at(xp, function, array.real, index, values.real)
        update_at(xp, function, array.imag, index, values.imag)
    elif (kind in "biu" and size < 4) or (size == 2 and function is not xp.add):
        wide = array.astype("float32" if kind == "f" else "int64")
        function.at(wide, index, xp.asarray(values).astype(wide.dtype))
        array[...] = wide.astype(array.dtype)
    else:
        function.at(array, index, values)


def integers(array: Any) -> bool:
    """Whether ``array`` holds int32 or int64, the dtypes of indices."""
    return array.dtype.kind == "i" and array.dtype.itemsize >= 4


def wrapped(xp: Any, places: Any, length: int) -> Any:
    """``places``, of which -length is the smallest, with negative ones counted from the front."""
    return places if inside(places, length) else xp.where(places < 0, places + length, places)


def inside(places: Any, length: int) -> bool:
    """Whether 0 <= place < length for all: as unsigned numbers, negative ones are the largest.

    Of places on a GPU nobody knows.
    """
    if not places.size:
        return True
    on_cpu = not backend.is_gpu_array(places)
    return on_cpu and bool(places.view(UNSIGNED[places.itemsize]).max() < length)


def refuse_outside(places: Any, low: int, high: int, error: Callable[[int], Exception]) -> None:
    """Raise ``error(place)`` for one of ``places`` that is not in ``low`` <= place < ``high``.

    ``low`` is 0 or -``high``. On a GPU the error comes later: see late.py.
    """
    if isinstance(places, np.ndarray):
        bad = outside(places, low, high)
        if bad is not None:
            raise error(bad)
    elif places.size:
        with backend.at(places):
            ask_outside(places, low, high, error)


def ask_outside(places: Any, low: int, high: int, error: Callable[[int], Exception]) -> None:
    """`refuse_outside` for a GPU: one number is enough, the largest as unsigned numbers."""
    from_front: Any = places
    if low < 0:
        from_front = backend.cupy().where(places < 0, places + high, places)
    bits = 8 * places.itemsize

    def refuse(number: int) -> None:
        if number >= high:
            found = number - 2**bits if number >= 2 ** (bits - 1) else number
            raise late_error(error(found + low if found < 0 else found))

    late.ask(from_front.view(UNSIGNED[places.itemsize]).max(), refuse)


def late_error(error: Exception, what: str = "was given this index") -> Exception:
    """``error``, with a line that says why it comes here."""
    return type(error)(
        f"{error}\nAn earlier operation on the GPU {what}; since then its results are wrong. "
        "(Nobody waits for a GPU to check numbers. The same program on the CPU says where it is.)"
    )


def outside(places: Any, low: int, high: int) -> int | None:
    """The first of ``places`` that is not in ``low`` <= place < ``high``; None if all are."""
    if inside(places, high):
        return None
    bad = (places < low) | (places >= high)
    return int(places[bad][0]) if bad.any() else None
