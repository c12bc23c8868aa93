"""`Parameter` and `Buffer`: tensors that a module registers when they become its attributes.

Uninitialized ones stand for those of a lazy layer, whose shape its first input will tell.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from .. import creation
from ..autograd.errors import type_name
from ..autograd.graph import TensorBase
from ..autograd.operation import make
from ..tensor import Tensor


class Parameter(Tensor):
    """A tensor that a module learns: assigned as a module's attribute, it is among its parameters.

    It shares the memory of ``data``. Operations on parameters return ordinary tensors.

    >>> nn.Parameter(mt.zeros(2))
    Parameter containing:
    tensor([0., 0.], requires_grad=True)
    """

    __slots__ = ()

    def __new__(cls, data: Any = None, requires_grad: bool = True) -> Parameter:
        source = Tensor(0) if data is None else data.detach()
        if requires_grad.__class__ is not bool:
            raise TypeError(
                "_make_subclass(): argument 'require_grad' (position 3) must be bool, not "
                + type_name(requires_grad)
            )
        if requires_grad and source._array.dtype.kind not in "fc":
            raise RuntimeError(
                "Only Tensors of floating point and complex dtype can require gradients"
            )
        parameter: Parameter = make(cls, source._array)
        parameter._requires_grad = requires_grad
        parameter._counter = source._counter
        return parameter

    def __init_subclass__(cls) -> None:
        cls._result_class = Tensor  # not a parameter, in spite of what `Tensor` does here

    def __repr__(self) -> str:
        return "Parameter containing:\n" + super().__repr__()

    def __deepcopy__(self, memo: dict[int, Any]) -> Parameter:
        copied = type(self)(self.data.clone(), self._requires_grad)  # as in PyTorch without .grad
        memo[id(self)] = copied
        return copied

    def __reduce_ex__(self, protocol: Any) -> tuple[Any, ...]:
        return type(self), (self.data, self._requires_grad), self.__dict__ or None


class Buffer(Tensor):
    """A tensor of a module's state that is not learned, such as a running mean.

    Assigned as a module's attribute it is among its buffers; with ``persistent=False`` it is not
    part of the ``state_dict``.

    >>> net = nn.Module()
    >>> net.mean = nn.Buffer(mt.zeros(2))
    >>> list(net.state_dict()), list(net.parameters())
    (['mean'], [])
    """

    __slots__ = ()
    persistent: bool

    def __new__(cls, data: Any = None, *, persistent: bool = True) -> Buffer:
        source = Tensor(0) if data is None else data
        buffer: Buffer = make(cls, source.detach()._array)
        buffer._requires_grad = source.requires_grad
        buffer._counter = source._counter
        buffer.persistent = persistent
        return buffer


SLOT: Any = TensorBase.__dict__["_array"]


def converted(name: str) -> Callable[..., Any]:
    """The method ``name`` of uninitialized tensors: the same for another dtype or device."""

    def method(self: Any, *args: Any, **kwargs: Any) -> Any:
        data = getattr(self.data, name)(*args, **kwargs)
        return type(self)(self.requires_grad, data.device, data.dtype)

    method.__doc__ = f"``{name}`` of the dtype or device to come."
    return method


class UninitializedTensorMixin:
    """What parameters and buffers without a shape share: hardly anything can be done with them.

    All that can be done with a tensor begins with its array. Here asking for it is the error.
    `materialize` makes an ordinary parameter or buffer of it, without changing which object it is.
    """

    __slots__ = ()
    cls_to_become: type[Any]

    @property
    def _array(self) -> Any:
        raise ValueError(
            "Attempted to use an uninitialized parameter in an operation. This error happens when "
            "you are using a `LazyModule` or explicitly manipulating "
            f"`torch.nn.parameter.{type(self).__name__}` objects. When using LazyModules Call "
            "`forward` with a dummy batch to initialize the parameters before calling torch "
            "functions"
        )

    @_array.setter
    def _array(self, array: Any) -> None:
        SLOT.__set__(self, array)

    @property
    def data(self) -> Any:
        """An empty tensor of the dtype and on the device that this one will have."""
        return make(Tensor, SLOT.__get__(self))

    @data.setter
    def data(self, value: Any) -> None:
        self._array = value.data._array

    @property
    def dtype(self) -> Any:
        """The type of the elements to come."""
        return self.data.dtype

    @property
    def device(self) -> Any:
        """Where the tensor will live."""
        return self.data.device

    @property
    def shape(self) -> Any:
        """There is none yet."""
        raise RuntimeError(
            "Can't access the shape of an uninitialized parameter or buffer. This error usually "
            "happens in `load_state_dict` when trying to load an uninitialized parameter into an "
            "initialized one. Call `forward` to initialize the parameters before accessing their "
            "attributes."
        )

    def is_floating_point(self) -> bool:
        """Whether the elements will be."""
        return bool(self.data.is_floating_point())

    def is_complex(self) -> bool:
        """Whether the elements will be."""
        return bool(self.data.is_complex())

    to, half, float, double, cpu, cuda = map(
        converted, ("to", "half", "float", "double", "cpu", "cuda")
    )

    def materialize(self, shape: Any, device: Any = None, dtype: Any = None) -> None:
        """Become an ordinary parameter or buffer of this shape, with arbitrary content."""
        device, dtype = device or self.device, dtype or self.dtype
        self._array = creation.empty(tuple(shape), device=device, dtype=dtype)._array
        self.__class__ = self.cls_to_become

    def __repr__(self) -> str:
        return f"<{type(self).__name__}>"

    def __deepcopy__(self, memo: dict[int, Any]) -> Any:
        memo[id(self)] = copied = self.to(self.dtype)
        return copied

    def __reduce_ex__(self, protocol: Any) -> tuple[Any, ...]:
        return type(self), (self.requires_grad, str(self.device), self.dtype)  # type: ignore[attr-defined]


class UninitializedParameter(UninitializedTensorMixin, Parameter):
    """A parameter whose shape is not known yet; `materialize` makes it a `Parameter`.

    >>> nn.LazyLinear(3).weight
    <UninitializedParameter>
    """

    __slots__ = ()
    cls_to_become = Parameter

    def __new__(
        cls, requires_grad: bool = True, device: Any = None, dtype: Any = None
    ) -> UninitializedParameter:
        data = creation.empty(0, device=device, dtype=dtype)
        return super().__new__(cls, data, requires_grad)  # type: ignore[return-value]


class UninitializedBuffer(UninitializedTensorMixin, Buffer):
    """A buffer whose shape is not known yet; `materialize` makes it a tensor.

    >>> buffer = nn.UninitializedBuffer()
    >>> buffer.materialize((2, 3))
    >>> buffer.shape
    torch.Size([2, 3])
    """

    __slots__ = ()
    cls_to_become = Tensor

    def __new__(
        cls,
        requires_grad: bool = False,
        device: Any = None,
        dtype: Any = None,
        persistent: bool = True,
    ) -> UninitializedBuffer:
        data = creation.empty(0, device=device, dtype=dtype)
        buffer = super().__new__(cls, data, persistent=persistent)
        buffer._requires_grad = requires_grad
        return buffer  # type: ignore[return-value]


def is_lazy(param: Any) -> bool:
    """Whether ``param`` is an uninitialized parameter or buffer."""
    return isinstance(param, UninitializedTensorMixin)


# Operations on parameters and buffers return ordinary tensors.
Parameter._result_class = Buffer._result_class = UninitializedBuffer._result_class = Tensor
