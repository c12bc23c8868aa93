"""`embedding_bag`: rows of a table looked up and at once summed, averaged or maximised, bag by bag.

``embedding(...)`` followed by a sum would hold a row for each index. Here only the sums are made.
"""

from __future__ import annotations

from typing import Any

from .. import backend, dtypes, kernels
from ..autograd.operation import Operation, wrap
from ..user_warnings import warn
from .embedding import shorten
from .places import Spread, counts, refuse_outside, row_sums


class EmbeddingBag(Operation):
    """Row b is the sum of ``factor · weight[row]`` over the entries (row, factor) of bag b."""

    def forward(
        self, xp: Any, weight: Any, factors: Any, rows: Any, bags: Any, count: int, scale: Any
    ) -> Any:
        self.rows = weight.shape[0]
        found = weight[rows]
        if factors is not None:
            found = found * factors[:, None]
        return row_sums(xp, found, bags, count).astype(weight.dtype, copy=False)

    def grad_weight(self, grad: Any, factors: Any, rows: Any, bags: Any, scale: Any) -> Any:
        found = grad.index_select(0, bags)
        for factor in (factors, scale):
            if factor is not None:
                found = found * factor.unsqueeze(1)
        found = found.to(grad.dtype)
        return Spread.apply(found, (self.rows, grad._array.shape[1]), 0, 1, rows._array)

    def grad_factors(self, grad: Any, weight: Any, rows: Any, bags: Any) -> Any:
        return (grad.index_select(0, bags) * weight.index_select(0, rows)).sum(1)


class EmbeddingBagMax(Operation):
    """Element (b, j) is ``weight[winners[b, j], j]``; 0 where the winner is -1."""

    torch_name = "EmbeddingBagBackward0"

    def forward(self, xp: Any, weight: Any, winners: Any) -> Any:
        self.rows = weight.shape[0]
        found = weight[winners, xp.arange(weight.shape[1])] if weight.size else 0
        return xp.where(winners < 0, weight.dtype.type(0), found)

    def grad_weight(self, grad: Any, winners: Any) -> Any:
        empty = winners < 0
        zeros = grad.new_zeros(self.rows, grad._array.shape[1])
        return zeros.scatter_add(0, winners.masked_fill(empty, 0), grad.masked_fill(empty, 0))


@backend.at_its_gpu
def embedding_bag(
    input: Any,
    weight: Any,
    offsets: Any = None,
    max_norm: float | None = None,
    norm_type: float = 2,
    scale_grad_by_freq: bool = False,
    mode: str = "mean",
    sparse: bool = False,
    per_sample_weights: Any = None,
    include_last_offset: bool = False,
    padding_idx: int | None = None,
) -> Any:
    """The sum, mean or maximum (``mode``) of the rows of ``weight`` for each bag of indices.

    ``input`` (N, L) has N bags of L indices; ``input`` (L) has those from each of ``offsets`` up to
    the next; with ``include_last_offset`` the last offset only ends the last bag. The result is
    (bags, columns); an empty bag gives zeros. Entries equal to ``padding_idx`` do not count. Sums
    may be weighted by ``per_sample_weights``. The other arguments are those of `embedding`.

    >>> table = mt.tensor([[1.0, 2.0], [3.0, 4.0], [5.0, 6.0]])
    >>> F.embedding_bag(mt.tensor([0, 2, 1]), table, mt.tensor([0, 2]), mode="sum")
    tensor([[6., 8.],
            [3., 4.]])
    """
    if weight.dtype is dtypes.int64 and input.is_floating_point():
        warn(
            "Argument order of nn.functional.embedding_bag was changed. Usage `embedding_bag("
            "weight, input, ...)` is deprecated, and should now be `embedding_bag(input, weight, "
            "...)`."
        )
        weight, input = input, weight
    if per_sample_weights is not None and input.shape != per_sample_weights.shape:
        raise ValueError(
            f"embedding_bag: If per_sample_weights ({per_sample_weights.shape}) is not None, then "
            f"it must have the same shape as the input ({input.shape})"
        )
    if weight.dim() != 2:
        raise ValueError(
            f"weight has to be a 2D Tensor, but got Tensor of dimension {weight.dim()}"
        )
    starts, count = bounds(input, offsets)
    rows_of_bags = input.dim() == 2
    if rows_of_bags:
        include_last_offset = False
        input = input.reshape(-1)
        if per_sample_weights is not None:
            per_sample_weights = per_sample_weights.reshape(-1)
    check_mode(mode, scale_grad_by_freq, sparse, per_sample_weights)
    check_types(weight, input, starts, per_sample_weights)
    array, table = input._array, weight._array
    if padding_idx is not None:
        padding_idx = wrapped(padding_idx, table.shape[0])
    xp = backend.array_module(table)
    if not rows_of_bags:
        check_offsets(starts, len(array), include_last_offset)
    bags = xp.cumsum(counts(xp, starts, len(array) + 1))[: len(array)] - 1
    count -= include_last_offset
    check_indices(array, bags, table.shape[0])
    if max_norm is not None:
        shorten(weight, array, max_norm, norm_type)
    if mode == "max" and kernels.on_gpu(table):
        found = winners_on_gpu(xp, table, array, starts, count, padding_idx)
        return EmbeddingBagMax.apply(weight, wrap(input, found))
    factors, spare = per_sample_weights, 0
    if padding_idx is not None or include_last_offset or not count:
        kept = (bags >= 0) & (bags < count)
        if padding_idx is not None:
            kept &= array != padding_idx
        if not backend.is_gpu_array(array) or mode == "max" or not count:
            chosen = xp.flatnonzero(kept)
            array, bags = array[chosen], bags[chosen]
            factors = None if factors is None else factors[wrap(input, chosen)]
        else:  # to choose would be to wait for the GPU: the others get a bag, cut off below
            bags, spare = xp.where(kept, bags, count), 1
    if mode == "max":
        return EmbeddingBagMax.apply(weight, wrap(input, winners(xp, table, array, bags, count)))
    if mode == "mean":
        sizes = counts(xp, bags, count + spare)[bags]
        factors = wrap(weight, (1 / sizes).astype(table.dtype))
    scale = None
    if scale_grad_by_freq:
        counted = xp.where(bags < count, array, table.shape[0]) if spare else array
        often = counts(xp, counted, table.shape[0] + spare)[counted]
        scale = wrap(weight, (1 / often).astype(table.dtype))
    rows = input if array is input._array else wrap(input, array)
    bags = wrap(input, bags)
    found = EmbeddingBag.apply(weight, factors, rows, bags, count + spare, scale)
    return found[:count] if spare else found


def winners(xp: Any, table: Any, rows: Any, bags: Any, count: int) -> Any:
    """The row with the largest element of each column in each bag, the first of equal ones.

    The loop runs over the places within a bag, never over bags.
    """
    found = xp.full((count, table.shape[1]), -1)
    best = xp.zeros((count, table.shape[1]), table.dtype)
    sizes = xp.bincount(bags, minlength=count)
    longest_first = xp.argsort(-sizes, kind="stable")
    starts = (xp.cumsum(sizes) - sizes)[longest_first]
    at_least = xp.cumsum(xp.bincount(sizes)[::-1])[::-1]  # how many bags have so many entries
    for step, some in enumerate(at_least.tolist()[1:]):
        bag, row = longest_first[:some], rows[starts[:some] + step]
        values = table[row]
        if step == 0:
            best[bag], found[bag] = values, row[:, None]
            continue
        larger = values > best[bag]
        best[bag] = xp.where(larger, values, best[bag])
        found[bag] = xp.where(larger, row[:, None], found[bag])
    return found


def winners_on_gpu(
    xp: Any, table: Any, rows: Any, starts: Any, count: int, padding_idx: int | None
) -> Any:
    """`winners` by a kernel: nobody need know how long the bags are."""
    ends = xp.concatenate([starts, xp.full(1, len(rows), starts.dtype)])[1:]
    bounds = [array[:count, None].astype("int64") for array in (starts, ends)]
    skipped = -1 if padding_idx is None else padding_idx
    found = xp.empty((count, table.shape[1]), "int64")
    WINNERS(table, rows.astype("int64"), *bounds, len(rows), *table.shape, skipped, found)
    return found


# Rows outside the table, of which the user hears later, are not read.
WINNERS = kernels.Kernel(
    "winners",
    "raw T table, raw int64 rows, int64 start, int64 end, int64 length, int64 height, "
    "int64 width, int64 skipped",
    "int64 winner",
    """
    T best = T(0);
    winner = -1;
    for (long long p = start; p >= 0 && p < end && p < length; p++) {
        long long row = rows[p];
        if (row < 0 || row >= height || row == skipped) continue;
        T value = table[row * width + i % width];
        if (winner < 0 || value > best) {
            best = value;
            winner = row;
        }
    }
    """,
)


# What is refused ----------------------------------------------------------------------------------


def bounds(input: Any, offsets: Any) -> tuple[Any, int]:
    """Where the bags begin, and how many there are."""
    if input.dim() == 2:
        if offsets is not None:
            kind = f"torch.{type(offsets).__name__}"
            raise ValueError(
                "if input is 2D, then offsets has to be None, as input is treated is a mini-batch "
                f"of fixed length sequences. However, found offsets of type <class '{kind}'>"
            )
        rows, columns = input.shape
        if columns == 0:
            raise RuntimeError("step must be nonzero")
        xp = backend.array_module(input._array)
        return xp.arange(0, rows * columns, columns), rows
    if input.dim() != 1:
        raise ValueError(
            f"input has to be 1D or 2D Tensor, but got Tensor of dimension {input.dim()}"
        )
    if offsets is None:
        raise ValueError("offsets has to be a 1D Tensor but got None")
    if offsets.dim() != 1:
        raise ValueError("offsets has to be a 1D Tensor")
    return offsets._array, offsets.numel()


def check_mode(mode: str, scale_grad_by_freq: bool, sparse: bool, per_sample_weights: Any) -> None:
    """Refuse modes that there are not, and what only some of them take."""
    if mode not in ("sum", "mean", "max"):
        raise ValueError("mode has to be one of sum, mean or max")
    if mode == "max" and scale_grad_by_freq:
        raise ValueError("max mode does not support scaling the gradient by the frequency")
    if mode == "max" and sparse:
        raise ValueError("max mode does not support sparse weights")
    if per_sample_weights is not None and mode != "sum":
        raise NotImplementedError(
            "embedding_bag: per_sample_weights was not None. per_sample_weights is only supported "
            f"for mode='sum' (got mode='{mode}'). Please open a feature request on GitHub."
        )


def check_types(weight: Any, input: Any, starts: Any, per_sample_weights: Any) -> None:
    """Refuse dtypes that PyTorch refuses."""
    for name, array in (("indices", input._array), ("indices", starts)):
        if array.dtype.char not in "ilq":
            raise wrong_type(name, "Long, Int", array)
    if weight._array.dtype.kind != "f":
        raise wrong_type("weight", "Half, BFloat16, Float, Double", weight._array)
    if per_sample_weights is not None and per_sample_weights.dtype is not weight.dtype:
        names = [f"torch.{dtypes.SCALAR_TYPE[t.dtype]}Tensor" for t in (weight, per_sample_weights)]
        raise RuntimeError(
            "Expected tensor for argument #1 'weight' to have the same type as tensor for argument "
            f"#1 'per_sample_weights'; but type {names[0]} does not equal {names[1]} (while "
            "checking arguments for embedding_bag)"
        )


def wrong_type(name: str, wanted: str, array: Any) -> RuntimeError:
    """The error for an argument of a dtype that is not among the wanted ones."""
    kind = dtypes.SCALAR_TYPE[dtypes.of(array)]
    shown = f"CPU{kind}Type" if array.dtype.kind in "bc" else f"torch.{kind}Tensor"
    return RuntimeError(
        f"Expected tensor for argument #1 '{name}' to have one of the following scalar types: "
        f"{wanted}; but got {shown} instead (while checking arguments for embedding_bag)"
    )


def wrapped(padding_idx: int, rows: int) -> int:
    """``padding_idx`` counted from the front."""
    if not -rows <= padding_idx < rows:
        raise RuntimeError(
            f"padding_idx must be within the number of embeddings, {-rows} through {rows - 1}, but "
            f"got {padding_idx}"
        )
    return padding_idx % rows


def check_offsets(starts: Any, length: int, include_last_offset: bool) -> None:
    """Refuse offsets that are none. A GPU is only asked whether they are places of the input."""
    if include_last_offset and not len(starts):
        raise RuntimeError("include_last_offset: number of offset should be at least 1")
    if len(starts) and not backend.is_gpu_array(starts):
        if starts[0] != 0:
            raise RuntimeError(
                "offsets[0] has to be 0, i.e., the first sequence in the mini-batch has to start "
                f"from position 0. However, got {int(starts[0])}"
            )
        if starts[-1] > length:
            raise RuntimeError(
                f"offsets[-1] can not be greater than input's length {length} but got offsets[-1] "
                f"of {int(starts[-1])}"
            )
    refuse_outside(starts, 0, length + 1, lambda _: IndexError("index out of range in self"))


def check_indices(array: Any, bags: Any, rows: int) -> None:
    """Refuse indices that are no rows. What PyTorch calls their index is that of the bag."""

    def error(row: int) -> RuntimeError:
        bag = "" if backend.is_gpu_array(array) else f" {int(bags[(array == row).argmax()])}"
        return RuntimeError(
            f"Index{bag} of input takes value {row} which is not in the valid range [0, {rows})"
        )

    refuse_outside(array, 0, rows, error)
