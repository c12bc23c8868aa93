"""What a tensor is, as its methods and properties tell: shape, dtype, device, strides."""

from __future__ import annotations

from typing import Any

import numpy as np

from . import backend, devices, dtypes
from .autograd.graph import TensorBase
from .memory_formats import contiguous_format, is_ordered, strided, strides_of
from .size import Size


class Facts(TensorBase):
    """The part of `Tensor` that says what a tensor is."""

    __slots__ = ()

    @property
    def shape(self) -> Size:
        """The length of each dimension.

        >>> x = mt.zeros(2, 3)
        >>> x.shape, x.shape[-1]
        (torch.Size([2, 3]), 3)
        """
        return Size(self._array.shape)

    def size(self, dim: int | None = None) -> Any:
        """The shape, or the length of dimension ``dim``.

        >>> x = mt.zeros(2, 3)
        >>> x.size(), x.size(-1)
        (torch.Size([2, 3]), 3)
        """
        return self.shape if dim is None else self._array.shape[self._dim(dim)]

    def _dim(self, dim: int) -> int:
        """``dim`` counted from the front; refuses one that is out of range."""
        ndim = self._array.ndim
        if ndim == 0:
            raise IndexError(f"Dimension specified as {dim} but tensor has no dimensions")
        if not -ndim <= dim < ndim:
            raise IndexError(
                f"Dimension out of range (expected to be in range of [{-ndim}, {ndim - 1}], "
                f"but got {dim})"
            )
        return dim % ndim

    @property
    def ndim(self) -> int:
        """The number of dimensions.

        >>> mt.zeros(2, 3).ndim
        2
        """
        return self._array.ndim

    def dim(self) -> int:
        """The number of dimensions.

        >>> mt.zeros(2, 3).dim(), mt.tensor(5.0).dim()
        (2, 0)
        """
        return self._array.ndim

    ndimension = dim

    def numel(self) -> int:
        """The number of elements.

        >>> mt.zeros(2, 3).numel()
        6
        """
        return int(self._array.size)

    nelement = numel

    @property
    def dtype(self) -> dtypes.dtype:
        """The type of the elements.

        >>> mt.tensor([1.0]).dtype, mt.tensor([1]).dtype
        (torch.float32, torch.int64)
        """
        return dtypes.of(self._array)

    @property
    def device(self) -> devices.device:
        """Where the tensor lives.

        >>> mt.zeros(1).device
        device(type='cpu')
        """
        return devices.of(self._array)

    @property
    def is_cuda(self) -> bool:
        """Whether the tensor lives on a GPU.

        >>> mt.zeros(1, device="cpu").is_cuda
        False
        """
        return not isinstance(self._array, np.ndarray)

    @property
    def itemsize(self) -> int:
        """Bytes of one element.

        >>> mt.zeros(1, dtype=mt.float64).itemsize
        8
        """
        return int(self._array.itemsize)

    def element_size(self) -> int:
        """Bytes of one element.

        >>> mt.zeros(2).element_size(), mt.zeros(2, dtype=mt.float64).element_size()
        (4, 8)
        """
        return self.itemsize

    @property
    def nbytes(self) -> int:
        """Bytes of all elements.

        >>> mt.zeros(10, 10).nbytes
        400
        """
        return int(self._array.nbytes)

    def stride(self, dim: int | None = None) -> Any:
        """How many elements of memory lie between neighbours along each dimension or ``dim``.

        >>> x = mt.zeros(2, 3)
        >>> x.stride(), x.t().stride()
        ((3, 1), (1, 3))
        """
        strides = strides_of(self._array)
        return strides if dim is None else strides[self._dim(dim)]

    def is_contiguous(self, memory_format: Any = contiguous_format) -> bool:
        """Whether the elements lie in memory in row-major, or another, order without gaps.

        >>> x = mt.zeros(2, 3)
        >>> x.is_contiguous(), x.t().is_contiguous()
        (True, False)
        """
        if memory_format is contiguous_format:
            return bool(self._array.flags.c_contiguous)
        return is_ordered(self._array, memory_format)

    is_sparse: Any = False  # no property, since every matrix product asks: see sparse/
    name = property(
        lambda self: None,
        doc="None: tensors have no names.\n\n>>> print(mt.zeros(1).name)\nNone",
    )
    is_cpu = property(
        lambda self: not self.is_cuda,
        doc="Whether the tensor lives in main memory.\n\n>>> mt.zeros(1).is_cpu\nTrue",
    )
    is_quantized = property(
        lambda self: False,
        doc="False: no tensors are.\n\n>>> mt.zeros(1).is_quantized\nFalse",
    )
    is_meta = property(
        lambda self: False,
        doc="False: all tensors hold numbers.\n\n>>> mt.zeros(1).is_meta\nFalse",
    )
    is_xpu = property(
        lambda self: False,
        doc="False: no tensor lives on a GPU of Intel.\n\n>>> mt.zeros(1).is_xpu\nFalse",
    )

    def is_shared(self) -> bool:
        """False: no tensor is in memory that other processes share.

        >>> mt.zeros(1).is_shared()
        False
        """
        return False

    def share_memory_(self) -> Any:
        """Refused: memory belongs to NumPy and CuPy, in this process.

        >>> try:
        ...     mt.zeros(2).share_memory_()
        ... except NotImplementedError:
        ...     print("threads share tensors anyway")
        threads share tensors anyway
        """
        raise NotImplementedError(
            "Tensors cannot be moved to memory that processes share. Threads share them anyway."
        )

    @property
    def layout(self) -> Any:
        """``mt.strided``; of sparse tensors ``mt.sparse_coo``.

        >>> mt.zeros(1).layout
        torch.strided
        """
        return strided

    def data_ptr(self) -> int:
        """The memory address of the first element.

        >>> x = mt.zeros(4)
        >>> x[1:].data_ptr() - x.data_ptr()  # one float further
        4
        """
        return backend.address(self._array)

    def is_floating_point(self) -> bool:
        """Whether the dtype is float16, float32 or float64.

        >>> mt.tensor([1.0]).is_floating_point(), mt.tensor([1]).is_floating_point()
        (True, False)
        """
        return self.dtype.is_floating_point

    def is_complex(self) -> bool:
        """Whether the dtype is complex64 or complex128.

        >>> mt.tensor([1j]).is_complex(), mt.tensor([1.0]).is_complex()
        (True, False)
        """
        return self.dtype.is_complex
