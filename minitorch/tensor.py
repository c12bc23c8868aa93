"""`Tensor`: what a tensor is.

A tensor holds an array and, if it came out of a recorded operation, points to the node of that
operation (see autograd/graph.py for the fields). What it can compute is a function in `ops`:
methods.py lists them, one line a method.
"""

from __future__ import annotations

import warnings
import weakref
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np

from . import backend, copying, creation, devices, dtypes, printing
from .autograd import engine
from .autograd.graph import Node, TensorBase
from .autograd.hooks import RemovableHandle, hooks_of
from .autograd.modes import state
from .autograd.operation import make, wrap
from .autograd.views import View, bump
from .memory_formats import contiguous_format, is_ordered, strided
from .methods import Methods
from .size import Size


class Tensor(Methods):
    """A multi-dimensional array whose operations are recorded for differentiation.

    ``Tensor([1, 2, 3])`` makes a float32 tensor from data, ``Tensor(2, 3)`` one of that size with
    arbitrary content; `mt.tensor` is the better way to make one, since it keeps the dtype.

    >>> import minitorch as mt
    >>> x = mt.Tensor([1, 2, 3], requires_grad=True)
    >>> (x * x).sum().backward()
    >>> x.grad
    tensor([2., 4., 6.])
    """

    __slots__ = ()
    __array_priority__ = 1000  # NumPy leaves `array + tensor` to the tensor
    __hash__ = object.__hash__

    def __new__(cls, *data: Any, requires_grad: bool = False, device: Any = None) -> Tensor:
        if data and isinstance(data[0], TensorBase):
            array = data[0]._array
        else:
            index = devices.array_index(device)
            array = creation.old_style(data, dtypes.get_default_dtype(), index)
        tensor = make(cls, array)
        return tensor.requires_grad_() if requires_grad else tensor

    def __init_subclass__(cls) -> None:
        cls._result_class = cls  # operations on a user's subclass return that subclass

    # What a tensor is -----------------------------------------------------------------------------

    @property
    def shape(self) -> Size:
        """The length of each dimension."""
        return Size(self._array.shape)

    def size(self, dim: int | None = None) -> Any:
        """The shape, or the length of dimension ``dim``."""
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
        """The number of dimensions."""
        return self._array.ndim

    def dim(self) -> int:
        """The number of dimensions."""
        return self._array.ndim

    ndimension = dim

    def numel(self) -> int:
        """The number of elements."""
        return int(self._array.size)

    nelement = numel

    @property
    def dtype(self) -> dtypes.dtype:
        """The type of the elements."""
        return dtypes.of(self._array)

    @property
    def device(self) -> devices.device:
        """Where the tensor lives."""
        return devices.of(self._array)

    @property
    def is_cuda(self) -> bool:
        """Whether the tensor lives on a GPU."""
        return not isinstance(self._array, np.ndarray)

    @property
    def itemsize(self) -> int:
        """Bytes of one element."""
        return int(self._array.itemsize)

    def element_size(self) -> int:
        """Bytes of one element."""
        return self.itemsize

    @property
    def nbytes(self) -> int:
        """Bytes of all elements."""
        return int(self._array.nbytes)

    def stride(self, dim: int | None = None) -> Any:
        """How many elements of memory lie between neighbours along each dimension or ``dim``."""
        strides = tuple(step // self._array.itemsize for step in self._array.strides)
        return strides if dim is None else strides[self._dim(dim)]

    def is_contiguous(self, memory_format: Any = contiguous_format) -> bool:
        """Whether the elements lie in memory in row-major, or another, order without gaps."""
        if memory_format is contiguous_format:
            return bool(self._array.flags.c_contiguous)
        return is_ordered(self._array, memory_format)

    is_cpu = property(lambda self: not self.is_cuda, doc="Whether the tensor lives in main memory.")
    is_sparse = property(lambda self: False, doc="False: all tensors are dense.")
    is_quantized = property(lambda self: False, doc="False: no tensors are.")
    is_meta = property(lambda self: False, doc="False: all tensors hold numbers.")
    is_xpu = property(lambda self: False, doc="False: no tensor lives on a GPU of Intel.")

    def is_pinned(self, device: Any = None) -> bool:
        """False: no tensor is in memory that is reserved for transfers to a GPU."""
        return False

    def is_shared(self) -> bool:
        """False: no tensor is in memory that other processes share."""
        return False

    def share_memory_(self) -> Any:
        """Refused: memory belongs to NumPy and CuPy, in this process."""
        raise NotImplementedError(
            "Tensors cannot be moved to memory that processes share. Threads share them anyway."
        )

    @property
    def layout(self) -> Any:
        """``mt.strided``, as for all tensors."""
        return strided

    def data_ptr(self) -> int:
        """The memory address of the first element."""
        return int(self._array.ctypes.data if not self.is_cuda else self._array.data.ptr)

    def is_floating_point(self) -> bool:
        """Whether the dtype is float16, float32 or float64."""
        return self.dtype.is_floating_point

    def is_complex(self) -> bool:
        """Whether the dtype is complex64 or complex128."""
        return self.dtype.is_complex

    # Autograd -------------------------------------------------------------------------------------

    @property
    def requires_grad(self) -> bool:
        """Whether operations on this tensor are recorded; set it on a leaf."""
        if self._view is not None:
            self._view.refresh(self)
        return self._requires_grad

    @requires_grad.setter
    def requires_grad(self, value: bool) -> None:
        if value and self.grad_fn is not None:
            raise RuntimeError("you can only change requires_grad flags of leaf variables.")
        self.requires_grad_(value)

    def requires_grad_(self, requires_grad: bool = True) -> Any:
        """Set ``requires_grad`` of a leaf, and return the tensor."""
        if requires_grad and self._array.dtype.kind not in "fc":
            raise RuntimeError("only Tensors of floating point dtype can require gradients")
        if not requires_grad and self.grad_fn is not None:
            raise RuntimeError(
                "you can only change requires_grad flags of leaf variables. If you want to use a "
                "computed variable in a subgraph that doesn't require differentiation use "
                "var_no_grad = var.detach()."
            )
        if requires_grad and self._counter is None and not state.inference:
            raise RuntimeError(
                "Setting requires_grad=True on inference tensor outside InferenceMode is not "
                "allowed."
            )
        self._requires_grad = bool(requires_grad)
        return self

    @property
    def grad_fn(self) -> Node | None:
        """The node of the operation that made this tensor; None for a leaf."""
        if self._view is not None:
            self._view.refresh(self)
        return self._grad_fn

    @property
    def is_leaf(self) -> bool:
        """Whether the tensor came from the user, not from a recorded operation."""
        return self.grad_fn is None

    @property
    def _version(self) -> int:
        """How often the tensor's memory was changed in place."""
        if self._counter is None:
            raise RuntimeError("Inference tensors do not track version counter.")
        return int(self._counter[0])

    @property
    def output_nr(self) -> int:
        """Which of its node's outputs this is."""
        return self._output_nr

    @property
    def grad(self) -> Any:
        """The gradient that backward brought, summed over all passes; None before the first."""
        if self._grad is None and self._grad_fn is not None and not self.retains_grad:
            warnings.warn(
                "The .grad attribute of a Tensor that is not a leaf Tensor is being accessed. Its "
                ".grad attribute won't be populated during autograd.backward(). If you indeed want "
                "the .grad field to be populated for a non-leaf Tensor, use .retain_grad() on the "
                "non-leaf Tensor. If you access the non-leaf Tensor by mistake, make sure you "
                "access the leaf Tensor instead. See github.com/pytorch/pytorch/pull/30531 for "
                "more information.",
                UserWarning,
                stacklevel=2,
            )
        return self._grad

    @grad.setter
    def grad(self, value: Any) -> None:
        if value is not None:
            if not isinstance(value, Tensor):
                raise TypeError(
                    "assigned grad expected to be a Tensor or None but got grad of type "
                    f'"{type(value).__name__}"'
                )
            if value._array.dtype != self._array.dtype:
                raise RuntimeError(
                    f"attempting to assign a gradient with dtype '{dtypes.C_TYPE[value.dtype]}' to "
                    f"a tensor with grad_dtype '{dtypes.SCALAR_TYPE[self.dtype]}'. The gradient "
                    "must match the tensor's grad_dtype (defaults to the tensor's dtype). You can "
                    "set the tensor's grad_dtype attribute with a specific dtype, or None to allow "
                    "any dtype. Set grad_dtype with caution. Diverging the dtypes of a tensor and "
                    "its gradient may break downstream systems that assume they match."
                )
            if value._array.shape != self._array.shape:
                raise RuntimeError(
                    f"attempting to assign a gradient of size '{list(value._array.shape)}' to a "
                    f"tensor of size '{list(self._array.shape)}'. Please ensure that the gradient "
                    "and the tensor are the same size"
                )
        self._grad = value

    @grad.deleter
    def grad(self) -> None:
        self._grad = None

    @property
    def data(self) -> Any:
        """The same numbers without history and with a version counter of their own."""
        return wrap(self, self._array)

    @data.setter
    def data(self, value: Any) -> None:
        if not isinstance(value, Tensor):
            raise TypeError(f"Variable data has to be a tensor, but got {type(value).__name__}")
        self._array = value._array
        bump(self)  # what backward kept of this tensor is not what it holds now

    @property
    def retains_grad(self) -> bool:
        """Whether ``.grad`` of this tensor, which is no leaf, will be kept."""
        node = self._grad_fn
        return node is not None and node.hooks is not None and self._output_nr in node.hooks.retain

    def retain_grad(self) -> None:
        """Keep ``.grad`` of this tensor, though it is no leaf."""
        if not self.requires_grad:
            raise RuntimeError("can't retain_grad on Tensor that has requires_grad=False")
        if self._grad_fn is not None:
            hooks_of(self._grad_fn).retain[self._output_nr] = weakref.ref(self)

    def backward(
        self,
        gradient: Any = None,
        retain_graph: bool | None = None,
        create_graph: bool = False,
        inputs: Any = None,
    ) -> None:
        """Add this tensor's gradient to ``.grad`` of every leaf behind it: `autograd.backward`."""
        engine.backward(self, gradient, retain_graph, create_graph, inputs=inputs)

    def register_hook(self, hook: Callable[..., Any]) -> RemovableHandle:
        """``hook(grad)`` runs when this tensor's gradient is computed; it may return another."""
        if not self.requires_grad:
            raise RuntimeError("cannot register a hook on a tensor that doesn't require gradient")
        owner = self if self._grad_fn is None else self._grad_fn
        return RemovableHandle.add(hooks_of(owner).on_gradient, (self._output_nr, hook))

    def register_post_accumulate_grad_hook(self, hook: Callable[..., Any]) -> RemovableHandle:
        """``hook(tensor)`` runs after ``.grad`` of this leaf was added to."""
        if not self.requires_grad:
            raise RuntimeError("cannot register a hook on a tensor that doesn't require gradient")
        if self._grad_fn is not None:
            raise RuntimeError(
                "post accumulate grad hooks cannot be registered on non-leaf tensors"
            )
        return RemovableHandle.add(hooks_of(self).after_accumulate, hook)

    def detach(self) -> Any:
        """The same numbers, in the same memory, without history."""
        tensor = wrap(self, self._array)
        tensor._counter = self._counter
        return tensor

    def detach_(self) -> Any:
        """Cut this tensor off from its history."""
        if self._is_view():
            raise RuntimeError(
                "Can't detach views in-place. Use detach() instead. If you are using "
                "DistributedDataParallel (DDP) for training, and gradient_as_bucket_view is set as "
                "True, gradients are views of DDP buckets, and hence detach_() cannot be called on "
                "these gradients. To fix this error, please refer to the Optimizer.zero_grad() "
                "function in torch/optim/optimizer.py as the solution."
            )
        self._grad_fn, self._output_nr, self._requires_grad, self._view = None, 0, False, None
        return self

    def _is_view(self) -> bool:
        return type(self._view) is View

    @property
    def _base(self) -> Any:
        return self._view.base if self._is_view() else None

    def is_inference(self) -> bool:
        """Whether the tensor was made in ``inference_mode``."""
        return self._counter is None

    # To Python and NumPy --------------------------------------------------------------------------

    def item(self) -> Any:
        """The only element as a Python number."""
        if self._array.size != 1:
            raise RuntimeError(
                f"a Tensor with {self._array.size} elements cannot be converted to Scalar"
            )
        return self._array.item()

    def tolist(self) -> Any:
        """The elements as nested lists of Python numbers, a 0-d tensor as one number."""
        return self._array.tolist()

    def numpy(self, *, force: bool = False) -> np.ndarray:
        """The NumPy array, sharing memory; ``force=True`` detaches and moves to the CPU first."""
        if not force:
            if self.is_cuda:
                raise TypeError(
                    f"can't convert {self.device} device type tensor to numpy. Use Tensor.cpu() to "
                    "copy the tensor to host memory first."
                )
            if self.requires_grad:
                raise RuntimeError(
                    "Can't call numpy() on Tensor that requires grad. Use tensor.detach().numpy() "
                    "instead."
                )
        return backend.to_numpy(self._array)

    def __array__(self, dtype: Any = None, copy: bool | None = None) -> np.ndarray:
        array = self.numpy()
        return array if dtype is None else array.astype(dtype, copy=False)

    def __array_wrap__(self, array: Any, context: Any = None, return_scalar: bool = False) -> Any:
        return wrap(self, np.asarray(array))  # np.exp(tensor) and tensor + array are tensors

    __dlpack__ = copying.dlpack
    __dlpack_device__ = copying.dlpack_device
    __deepcopy__ = copying.deepcopy
    __reduce_ex__ = copying.reduce_ex

    def as_subclass(self, cls: Any) -> Any:
        """This tensor as one of a user's own class: the same memory, the same history."""
        same = self.view_as(self)
        tensor = make(cls, same._array)
        for slot in ("_counter", "_requires_grad", "_grad_fn", "_output_nr", "_view"):
            setattr(tensor, slot, getattr(same, slot))
        return tensor

    def __contains__(self, element: Any) -> bool:
        if not isinstance(element, TensorBase | int | float | complex):
            raise RuntimeError(
                "Tensor.__contains__ only supports Tensor or scalar, but you passed in a "
                f"{type(element)}."
            )
        return bool(self.eq(element).any())

    def __delitem__(self, index: Any) -> None:
        raise TypeError("Tensor does not support deleting items")

    def __len__(self) -> int:
        if self._array.ndim == 0:
            raise TypeError("len() of a 0-d tensor")
        return len(self._array)

    def __bool__(self) -> bool:
        if self._array.size != 1:
            if self._array.size == 0:
                raise RuntimeError("Boolean value of Tensor with no values is ambiguous")
            raise RuntimeError("Boolean value of Tensor with more than one value is ambiguous")
        return bool(self._array.item())

    def __int__(self) -> int:
        return int(self._number())

    def __float__(self) -> float:
        return float(self._number())

    def __complex__(self) -> complex:
        return complex(self._number())

    def _number(self) -> Any:
        if self._array.size != 1:
            raise ValueError("only one element tensors can be converted to Python scalars")
        return self._array.item()

    def __index__(self) -> int:
        if self._array.size != 1 or self._array.dtype.kind in "fc":
            raise TypeError("only integer tensors of a single element can be converted to an index")
        return int(self.item())

    def __iter__(self) -> Iterator[Any]:
        if self._array.ndim == 0:
            raise TypeError("iteration over a 0-d tensor")
        return iter(self.unbind(0))

    def __repr__(self) -> str:
        node = self.grad_fn
        return printing.tensor_repr(
            self._array,
            class_name="tensor" if self._result_class is Tensor else type(self).__name__,
            requires_grad=self._requires_grad,
            grad_fn=None if node is None else node.name().rpartition("::")[2],
        )

    def __format__(self, spec: str) -> str:
        if self._array.ndim == 0:
            return self.item().__format__(spec)
        return object.__format__(self, spec)


# Functions that make tensors below this file (creation.py) make them of this class.
TensorBase._result_class = Tensor
