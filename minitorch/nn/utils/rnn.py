"""Sequences of different lengths as one batch: padded, or packed for the recurrent layers."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, NamedTuple

from ... import creation, dtypes, from_data
from ...ops.joining import listed
from ...ops.operands import plain, tensor
from ...ops.packing import PackPaddedSequence, PadPackedSequence
from ...spacing import arange
from ...tensor import Tensor

__all__ = [
    "PackedSequence",
    "invert_permutation",
    "pack_padded_sequence",
    "pack_sequence",
    "pad_packed_sequence",
    "pad_sequence",
    "unpack_sequence",
    "unpad_sequence",
]


class _Fields(NamedTuple):
    """The fields of a `PackedSequence`."""

    data: Tensor
    batch_sizes: Tensor
    sorted_indices: Tensor | None
    unsorted_indices: Tensor | None


class PackedSequence(_Fields):
    """A batch of sequences without padding; made by `pack_sequence` and `pack_padded_sequence`.

    ``data`` has all first steps, then all second steps ... ``batch_sizes`` (in main memory) says
    how many sequences each step has. The longest sequence comes first: ``sorted_indices`` are the
    places from which the sequences were taken, ``unsorted_indices`` lead back to their old order.

    >>> packed = nn.utils.rnn.pack_sequence([mt.tensor([1, 2, 3]), mt.tensor([4, 5])])
    >>> packed.data, packed.batch_sizes
    (tensor([1, 4, 2, 5, 3]), tensor([2, 2, 1]))
    """

    def __new__(
        cls,
        data: Any,
        batch_sizes: Any = None,
        sorted_indices: Any = None,
        unsorted_indices: Any = None,
    ) -> PackedSequence:
        if unsorted_indices is None:
            unsorted_indices = invert_permutation(sorted_indices)
        if batch_sizes is None:
            if not (isinstance(data, list | tuple) and len(data) == 2):
                raise AssertionError("Expected data to be a list or tuple of length 2")
            data, batch_sizes = data
        elif batch_sizes.device.type != "cpu":
            raise ValueError(
                "batch_sizes should always be on CPU. Instances of PackedSequence should never be "
                "created manually. They should be instantiated by functions like pack_sequence and "
                "pack_padded_sequences in nn.utils.rnn. "
                "https://pytorch.org/docs/stable/nn.html#torch.nn.utils.rnn.pack_sequence"
            )
        return super().__new__(cls, data, batch_sizes, sorted_indices, unsorted_indices)

    def to(self, *args: Any, **kwargs: Any) -> PackedSequence:
        """With ``data.to(...)``; itself, if that changes nothing."""
        data = self.data.to(*args, **kwargs)
        if data is self.data:
            return self
        indices = [i if i is None else i.to(data.device) for i in self[2:]]
        return type(self)(data, self.batch_sizes, *indices)

    def cuda(self, device: Any = None) -> PackedSequence:
        """With ``data`` on a GPU."""
        return self.to("cuda" if device is None else device)

    def cpu(self) -> PackedSequence:
        """With ``data`` in main memory."""
        return self.to("cpu")

    def double(self) -> PackedSequence:
        """With ``data`` as float64."""
        return self.to(dtypes.float64)

    def float(self) -> PackedSequence:
        """With ``data`` as float32."""
        return self.to(dtypes.float32)

    def half(self) -> PackedSequence:
        """With ``data`` as float16."""
        return self.to(dtypes.float16)

    def long(self) -> PackedSequence:
        """With ``data`` as int64."""
        return self.to(dtypes.int64)

    def int(self) -> PackedSequence:
        """With ``data`` as int32."""
        return self.to(dtypes.int32)

    def short(self) -> PackedSequence:
        """With ``data`` as int16."""
        return self.to(dtypes.int16)

    def char(self) -> PackedSequence:
        """With ``data`` as int8."""
        return self.to(dtypes.int8)

    def byte(self) -> PackedSequence:
        """With ``data`` as uint8."""
        return self.to(dtypes.uint8)

    @property
    def is_cuda(self) -> bool:
        """Whether ``data`` is on a GPU."""
        return bool(self.data.is_cuda)

    def is_pinned(self) -> bool:
        """Whether ``data`` is in pinned memory."""
        return bool(self.data.is_pinned())

    def pin_memory(self) -> PackedSequence:
        """With ``data`` and the indices in pinned memory."""
        indices = [i if i is None else i.pin_memory() for i in self[2:]]
        return type(self)(self.data.pin_memory(), self.batch_sizes, *indices)


def invert_permutation(permutation: Tensor | None) -> Tensor | None:
    """Where each number is in ``permutation``, a vector of the numbers from 0 on.

    >>> nn.utils.rnn.invert_permutation(mt.tensor([2, 0, 1]))
    tensor([1, 2, 0])
    """
    if permutation is None:
        return None
    inverse: Tensor = creation.empty_like(permutation)
    places = arange(0, permutation.numel(), device=permutation.device)
    inverse.scatter_(0, permutation, places)
    return inverse


def pack_padded_sequence(
    input: Tensor, lengths: Any, batch_first: bool = False, enforce_sorted: bool = True
) -> PackedSequence:
    """Sequences without their padding.

    ``input`` is (T, B, *), with ``batch_first`` (B, T, *). The B ``lengths`` must not increase,
    unless ``enforce_sorted`` is False.

    >>> padded = mt.tensor([[1, 2, 3], [4, 5, 0]])
    >>> nn.utils.rnn.pack_padded_sequence(padded, [3, 2], batch_first=True).data
    tensor([1, 4, 2, 5, 3])
    """
    if not isinstance(lengths, Tensor):
        lengths = from_data.as_tensor(lengths, dtype=dtypes.int64, device="cpu")
    lengths = lengths.to(dtypes.int64)
    sorted_indices = None
    if not enforce_sorted:
        lengths, sorted_indices = lengths.sort(descending=True)
        sorted_indices = sorted_indices.to(input.device)
        input = input.index_select(0 if batch_first else 1, sorted_indices)
    tensor(input, "_pack_padded_sequence", "input", 1)
    check_counts(lengths)
    if input.numel() == 0:
        raise RuntimeError("Cannot pack empty tensors.")
    if batch_first:
        input = input.transpose(0, 1)
    counts = lengths.tolist()
    if len(counts) != input.size(1):
        raise RuntimeError(
            f"Expected `len(lengths)` to be equal to batch_size, but got {len(counts)} "
            f"(batch_size={input.size(1)})"
        )
    if min(counts) <= 0:
        raise RuntimeError(
            "Length of all samples has to be greater than 0, but found an element in 'lengths' "
            "that is <= 0"
        )
    if sorted(counts, reverse=True) != counts:
        raise RuntimeError(
            "`lengths` array must be sorted in decreasing order when `enforce_sorted` is True. You "
            "can pass `enforce_sorted=False` to pack_padded_sequence and/or pack_sequence to "
            "sidestep this requirement if you do not need ONNX exportability."
        )
    if counts[0] > input.size(0):
        raise RuntimeError(
            f"Expected lengths of at most {input.size(0)}, the steps of the input, but got "
            f"{counts[0]}"
        )
    steps = arange(counts[0], device="cpu")
    sizes = (steps.unsqueeze(1) < lengths).sum(1)
    data = PackPaddedSequence.apply(input, tuple(sizes.tolist()))
    return PackedSequence(data, sizes, sorted_indices)


def check_counts(counts: Tensor) -> None:
    """Refuse what are no lengths of sequences."""
    if counts.dim() != 1 or counts.dtype is not dtypes.int64 or counts.device.type != "cpu":
        kind = dtypes.SCALAR_TYPE[counts.dtype]
        raise RuntimeError(
            "'lengths' argument should be a 1D CPU int64 tensor, but got "
            f"{counts.dim()}D {counts.device} {kind} tensor"
        )


def padded(data: Tensor, batch_sizes: Tensor, value: Any = 0, steps: int | None = None) -> Tensor:
    """The ``data`` of a `PackedSequence` with padding: (T, B, *)."""
    check_counts(batch_sizes)
    sizes = tuple(batch_sizes.tolist())
    if not sizes:
        raise RuntimeError("batch_sizes can not be empty")
    if sum(sizes) > len(data) or sorted(sizes, reverse=True) != list(sizes):
        raise RuntimeError(
            f"shape '{list(sizes)}' is invalid for input of size {len(data)}\n"
            "The batch_sizes must not increase, and their sum is the length of data."
        )
    if sum(sizes) < len(data):
        data = data[: sum(sizes)]
    result: Tensor = PadPackedSequence.apply(data, sizes, value, steps or len(sizes))
    return result


def pad_packed_sequence(
    sequence: PackedSequence,
    batch_first: bool = False,
    padding_value: float = 0.0,
    total_length: int | None = None,
) -> tuple[Tensor, Tensor]:
    """The sequences padded to the longest, or to ``total_length``, and their lengths.

    (T, B, *), with ``batch_first`` (B, T, *); in the order in which they were before packing.

    >>> packed = nn.utils.rnn.pack_sequence([mt.tensor([1, 2]), mt.tensor([3])])
    >>> nn.utils.rnn.pad_packed_sequence(packed, batch_first=True)
    (tensor([[1, 2],
            [3, 0]]), tensor([2, 1]))
    """
    longest = sequence.batch_sizes.size(0)
    if total_length is not None and total_length < longest:
        raise ValueError(
            "Expected total_length to be at least the length of the longest sequence in input, but "
            f"got total_length={total_length} and max sequence length being {longest}"
        )
    if plain(padding_value) is None:
        raise TypeError(
            "_pad_packed_sequence(): argument 'padding_value' (position 4) must be Number, "
            f"not {type(padding_value).__name__}"
        )
    out = padded(sequence.data, sequence.batch_sizes, padding_value, total_length)
    places = arange(out.size(1), device="cpu")
    lengths = (places.unsqueeze(1) < sequence.batch_sizes).sum(1)
    if batch_first:
        out = out.transpose(0, 1)
    if sequence.unsorted_indices is not None:
        out = out.index_select(0 if batch_first else 1, sequence.unsorted_indices)
        lengths = lengths[sequence.unsorted_indices.cpu()]
    return out, lengths


def pad_sequence(
    sequences: Any,
    batch_first: bool = False,
    padding_value: float = 0.0,
    padding_side: str = "right",
) -> Tensor:
    """``sequences``, each (L, *), in one tensor: (T, B, *), with ``batch_first`` (B, T, *).

    T is the largest L; shorter ones are filled up with ``padding_value`` on the ``padding_side``.

    >>> nn.utils.rnn.pad_sequence([mt.tensor([1, 2]), mt.tensor([3])], batch_first=True)
    tensor([[1, 2],
            [3, 0]])
    """
    if not isinstance(sequences, Iterable):
        raise RuntimeError(
            "pad_sequence: Expected iterable for input sequences, but got arg of type: "
            f"{type(sequences)}"
        )
    sequences = tuple(sequences)
    if sequences:
        listed(sequences, "pad_sequence")
    kinds = (
        ("batch_first", batch_first, bool, "bool"),
        ("padding_value", padding_value, int | float, "float"),
        ("padding_side", padding_side, str, "str"),
    )
    for position, (name, value, kind, wanted) in enumerate(kinds, 2):
        if not isinstance(value, kind):
            raise TypeError(
                f"pad_sequence(): argument '{name}' (position {position}) must be {wanted}, "
                f"not {type(value).__name__}"
            )
    if not sequences:
        raise RuntimeError("received an empty list of sequences")
    if padding_side not in ("left", "right"):
        raise RuntimeError(
            f"Expected padding_side to be one of left or right, but got {padding_side}."
        )
    first = sequences[0]
    steps = max(sequence.size(0) for sequence in sequences)
    shape = (len(sequences), steps) if batch_first else (steps, len(sequences))
    out = first.new_full((*shape, *first.shape[1:]), padding_value)
    for number, sequence in enumerate(sequences):
        length = sequence.size(0)
        place = slice(length) if padding_side == "right" else slice(steps - length, None)
        out[(number, place) if batch_first else (place, number)].copy_(sequence)
    result: Tensor = out
    return result


def unpad_sequence(padded_sequences: Tensor, lengths: Tensor, batch_first: bool = False) -> Any:
    """The sequences without their padding, as a list; the inverse of `pad_sequence`.

    >>> nn.utils.rnn.unpad_sequence(mt.tensor([[1, 3], [2, 0]]), mt.tensor([2, 1]))
    [tensor([1, 2]), tensor([3])]
    """
    if not batch_first:
        padded_sequences = padded_sequences.transpose(0, 1)
    steps = arange(padded_sequences.shape[1], device=lengths.device)
    pairs = zip(padded_sequences, lengths, strict=True)
    return [sequence[steps < length] for sequence, length in pairs]


def pack_sequence(sequences: Any, enforce_sorted: bool = True) -> PackedSequence:
    """Pack a list of sequences, each (L, *): `pad_sequence` and then `pack_padded_sequence`.

    >>> nn.utils.rnn.pack_sequence([mt.tensor([1, 2, 3]), mt.tensor([4, 5]), mt.tensor([6])]).data
    tensor([1, 4, 6, 2, 5, 3])
    """
    lengths = [sequence.size(0) for sequence in sequences]
    return pack_padded_sequence(pad_sequence(sequences), lengths, enforce_sorted=enforce_sorted)


def unpack_sequence(packed_sequences: PackedSequence) -> Any:
    """The list of sequences of which `pack_sequence` made ``packed_sequences``.

    >>> packed = nn.utils.rnn.pack_sequence([mt.tensor([1, 2]), mt.tensor([3])])
    >>> nn.utils.rnn.unpack_sequence(packed)
    [tensor([1, 2]), tensor([3])]
    """
    padded_sequences, lengths = pad_packed_sequence(packed_sequences, batch_first=True)
    return unpad_sequence(padded_sequences, lengths, batch_first=True)
