"""`Tensor`: what a tensor is.

A tensor holds an array and, if it came out of a recorded operation, points to the node of that
operation (see autograd/graph.py for the fields). What it can compute is a function in `ops`:
methods.py lists them, one line a method. What it is facts.py tells, and to_python.py what can be
made of it in Python. Here is how it is made, and its part in differentiation.
"""

from __future__ import annotations

import sys
import weakref
from collections.abc import Callable
from typing import Any

from . import devices, dtypes, printing, tensor_types
from .autograd import engine
from .autograd.errors import type_name
from .autograd.graph import Node, TensorBase
from .autograd.hooks import RemovableHandle, hooks_of
from .autograd.modes import state
from .autograd.operation import make, subclasses, wrap
from .autograd.views import bump
from .checking import checked_methods
from .facts import Facts
from .methods import Methods
from .to_python import ToPython
from .user_warnings import warn


class Tensor(Facts, ToPython, Methods):
    """A multi-dimensional array whose operations are recorded for differentiation.

    ``Tensor([1, 2, 3])`` makes a float32 tensor from data, ``Tensor(2, 3)`` one of that size with
    arbitrary content; `mt.tensor` is the better way to make one, since it keeps the dtype.

    >>> x = mt.Tensor([1, 2, 3]).requires_grad_()
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
            array = tensor_types.old_style(data, dtypes.get_default_dtype(), index)
        tensor = make(cls, array)
        return tensor.requires_grad_() if requires_grad else tensor

    def __init_subclass__(cls) -> None:
        cls._result_class = cls  # operations on a user's subclass return that subclass
        if "__torch_function__" in cls.__dict__:
            sys.modules[__package__].overrides.activate()  # loads it: see overrides.py
        if not cls.__module__.startswith("minitorch."):
            subclasses.append(cls)

    # Autograd -------------------------------------------------------------------------------------

    @property
    def requires_grad(self) -> bool:
        """Whether operations on this tensor are recorded; set it on a leaf.

        >>> x = mt.zeros(2)
        >>> x.requires_grad = True
        >>> x
        tensor([0., 0.], requires_grad=True)
        """
        view = self._view
        if view is not None:
            if view.frozen and view.version != self._counter[0]:
                return bool(self._requires_grad or view.base._requires_grad)
            view.refresh(self)
        return self._requires_grad

    @requires_grad.setter
    def requires_grad(self, value: bool) -> None:
        if not isinstance(value, bool):
            raise RuntimeError("requires_grad must be a bool")
        if value and self.grad_fn is not None:
            raise RuntimeError("you can only change requires_grad flags of leaf variables.")
        if value and self._array.dtype.kind not in "fc":
            raise RuntimeError(
                "only Tensors of floating point and complex dtype can require gradients"
            )
        self.requires_grad_(value)

    def requires_grad_(self, requires_grad: bool = True) -> Any:
        """Set ``requires_grad`` of a leaf, and return the tensor.

        >>> mt.zeros(2).requires_grad_()
        tensor([0., 0.], requires_grad=True)
        """
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
        """The node of the operation that made this tensor; None for a leaf.

        >>> x = mt.tensor(3.0, requires_grad=True)
        >>> x.exp().grad_fn.name(), x.grad_fn
        ('ExpBackward0', None)
        """
        if self._view is not None:
            self._view.refresh(self)
        return self._grad_fn

    @property
    def is_leaf(self) -> bool:
        """Whether the tensor came from the user, not from a recorded operation.

        >>> x = mt.tensor(3.0, requires_grad=True)
        >>> x.is_leaf, (2 * x).is_leaf
        (True, False)
        """
        return self.grad_fn is None

    @property
    def _version(self) -> int:
        """How often the tensor's memory was changed in place."""
        if self._counter is None:
            raise RuntimeError("Inference tensors do not track version counter.")
        return int(self._counter[0])

    @property
    def output_nr(self) -> int:
        """Which of its node's outputs this is.

        >>> x = mt.ones(4, requires_grad=True)
        >>> [part.output_nr for part in x.split(2)]
        [0, 1]
        """
        return self._output_nr

    @property
    def grad(self) -> Any:
        """The gradient that backward brought, summed over all passes; None before the first.

        >>> x = mt.tensor(3.0, requires_grad=True)
        >>> (x * x).backward()
        >>> (x * x).backward()
        >>> x.grad  # 6, twice
        tensor(12.)
        """
        if self._grad is None and self._grad_fn is not None and not self.retains_grad:
            warn(
                "The .grad attribute of a Tensor that is not a leaf Tensor is being accessed. Its "
                ".grad attribute won't be populated during autograd.backward(). If you indeed want "
                "the .grad field to be populated for a non-leaf Tensor, use .retain_grad() on the "
                "non-leaf Tensor. If you access the non-leaf Tensor by mistake, make sure you "
                "access the leaf Tensor instead. See github.com/pytorch/pytorch/pull/30531 for "
                "more information."
            )
        return self._grad

    @grad.setter
    def grad(self, value: Any) -> None:
        if value is not None:
            if not isinstance(value, Tensor):
                raise TypeError(
                    "assigned grad expected to be a Tensor or None but got grad of type "
                    + type_name(value)
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
        """The same numbers without history and with a version counter of their own.

        >>> x = mt.tensor([1.0], requires_grad=True)
        >>> x.data.add_(1)  # autograd does not see it
        tensor([2.])
        >>> x
        tensor([2.], requires_grad=True)
        """
        return wrap(self, self._array)

    @data.setter
    def data(self, value: Any) -> None:
        if not isinstance(value, Tensor):
            raise TypeError(f"Variable data has to be a tensor, but got {type(value).__name__}")
        if self.requires_grad and value._array.dtype.kind not in "fc":
            raise RuntimeError(
                "data set to a tensor that requires gradients must be floating point or complex "
                "dtype"
            )
        self._array = value._array
        bump(self)  # what backward kept of this tensor is not what it holds now

    @property
    def retains_grad(self) -> bool:
        """Whether ``.grad`` of this tensor, which is no leaf, will be kept.

        >>> y = mt.ones(1, requires_grad=True) * 2
        >>> y.retain_grad()
        >>> y.retains_grad
        True
        """
        node = self._grad_fn
        return node is not None and node.hooks is not None and self._output_nr in node.hooks.retain

    def retain_grad(self) -> None:
        """Keep ``.grad`` of this tensor, though it is no leaf.

        >>> x = mt.tensor(3.0, requires_grad=True)
        >>> y = x * 2
        >>> y.retain_grad()
        >>> (y * y).backward()
        >>> y.grad
        tensor(12.)
        """
        if not self.requires_grad:
            raise RuntimeError("can't retain_grad on Tensor that has requires_grad=False")
        if self._grad_fn is not None:
            hooks_of(self.grad_fn).retain[self._output_nr] = weakref.ref(self)

    def backward(
        self,
        gradient: Any = None,
        retain_graph: bool | None = None,
        create_graph: bool = False,
        inputs: Any = None,
    ) -> None:
        """Add this tensor's gradient to ``.grad`` of every leaf behind it: `autograd.backward`.

        >>> x = mt.tensor([1.0, 2.0], requires_grad=True)
        >>> (x**2).sum().backward()
        >>> x.grad
        tensor([2., 4.])
        """
        engine.backward(self, gradient, retain_graph, create_graph, inputs=inputs)

    def register_hook(self, hook: Callable[..., Any]) -> RemovableHandle:
        """``hook(grad)`` runs when this tensor's gradient is computed; it may return another.

        >>> x = mt.tensor([1.0, 2.0], requires_grad=True)
        >>> handle = x.register_hook(lambda grad: grad * 10)
        >>> x.sum().backward()
        >>> x.grad
        tensor([10., 10.])
        """
        if not self.requires_grad:
            raise RuntimeError("cannot register a hook on a tensor that doesn't require gradient")
        owner = self.grad_fn or self
        return RemovableHandle.add(hooks_of(owner).on_gradient, (self._output_nr, hook))

    def register_post_accumulate_grad_hook(self, hook: Callable[..., Any]) -> RemovableHandle:
        """``hook(tensor)`` runs after ``.grad`` of this leaf was added to.

        >>> x = mt.tensor([1.0], requires_grad=True)
        >>> handle = x.register_post_accumulate_grad_hook(lambda leaf: print(leaf.grad))
        >>> (3 * x).sum().backward()
        tensor([3.])
        """
        if not self.requires_grad:
            raise RuntimeError("cannot register a hook on a tensor that doesn't require gradient")
        if self.grad_fn is not None:
            raise RuntimeError(
                "post accumulate grad hooks cannot be registered on non-leaf tensors"
            )
        return RemovableHandle.add(hooks_of(self).after_accumulate, hook)

    def detach(self) -> Any:
        """The same numbers, in the same memory, without history.

        >>> x = mt.tensor([1.0, 2.0], requires_grad=True)
        >>> y = (x * 2).detach()
        >>> y, y.requires_grad
        (tensor([2., 4.]), False)
        """
        tensor = wrap(self, self._array)
        tensor._counter = self._counter
        return tensor

    def detach_(self) -> Any:
        """Cut this tensor off from its history.

        >>> x = mt.tensor([1.0], requires_grad=True) * 2
        >>> x.detach_()
        tensor([2.])
        """
        if state.inference:
            return self  # as in PyTorch, which does without the part that knows of histories
        if self._view is not None:
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
        return self._view is not None

    @property
    def _base(self) -> Any:
        return None if self._view is None else self._view.base

    def is_inference(self) -> bool:
        """Whether the tensor was made in ``inference_mode``.

        >>> with mt.inference_mode():
        ...     x = mt.zeros(1)
        >>> x.is_inference()
        True
        """
        return self._counter is None

    def __repr__(self) -> str:
        try:
            node = self.grad_fn
            name = None if node is None else node.name().rpartition("::")[2]
        except RuntimeError:  # one of several views, whose history could not follow a change
            name = "Invalid"
        return printing.tensor_repr(
            self._array,
            class_name="tensor" if self._result_class is Tensor else type(self).__name__,
            requires_grad=self._requires_grad,
            grad_fn=name,
        )

    def __format__(self, spec: str) -> str:
        if self._array.ndim == 0:
            return self.item().__format__(spec)
        return object.__format__(self, spec)


for _kind in (Facts, ToPython, Tensor):
    checked_methods(_kind)

# Functions that make tensors below this file (creation.py) make them of this class.
TensorBase._result_class = Tensor
