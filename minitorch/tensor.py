"""`Tensor`: what a tensor is, and the list of its methods.

A tensor holds an array and, if it came out of a recorded operation, points to the node of that
operation (see autograd/graph.py for the fields). Everything it can do is a function in `ops`: the
end of the class body lists them, one line a method.
"""

from __future__ import annotations

import warnings
import weakref
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np

from . import backend, creation, devices, dtypes, from_data, printing, sampling
from .autograd import engine
from .autograd.graph import Node, TensorBase
from .autograd.hooks import RemovableHandle, hooks_of
from .autograd.modes import state
from .autograd.operation import make, wrap
from .autograd.views import bump, in_place
from .ops import (
    activation,
    arithmetic,
    bitwise,
    comparison,
    complexes,
    conversion,
    cumulative,
    division,
    drawing,
    einsum,
    expanding,
    extremes,
    indexing,
    limits,
    masked,
    matmul as matmul_,
    matmul_add,
    norms,
    pointwise,
    powers,
    products,
    ranking,
    rearranging,
    rectifiers,
    reduction,
    scattering,
    selection,
    shape as shape_,
    signs,
    slicing,
    softmax as softmax_,
    sorting,
    special,
    statistics,
    transposing,
    trigonometry,
    windows,
)
from .ops.operands import operator
from .size import Size


class Tensor(TensorBase):
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
        dtype = dtypes.get_default_dtype()
        if not data:
            array = np.empty(0, dtype.numpy)
        elif isinstance(data[0], int | Size):
            array = np.empty(creation.shape_of(data, "Tensor"), dtype.numpy)
        elif isinstance(data[0], float):
            raise TypeError("new(): data must be a sequence (got float)")
        elif isinstance(data[0], TensorBase):
            array = data[0]._array
        else:
            array = from_data.array_from(data[0], dtype, copy=True)
        tensor = make(cls, backend.to_device(array, devices.array_index(device)))
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
        ndim = max(self._array.ndim, 1)
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

    def is_contiguous(self) -> bool:
        """Whether the elements lie in memory in row-major order without gaps."""
        return bool(self._array.flags.c_contiguous)

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
                    "set the tensor's grad_dtype attribute with a specific dtype, or None to allow any "
                    "dtype. Set grad_dtype with caution. Diverging the dtypes of a tensor and its "
                    "gradient may break downstream systems that assume they match."
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
        engine.backward(self, gradient, retain_graph, create_graph, inputs)

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
        if self._view is not None:
            raise RuntimeError(
                "Can't detach views in-place. Use detach() instead. If you are using "
                "DistributedDataParallel (DDP) for training, and gradient_as_bucket_view is set as "
                "True, gradients are views of DDP buckets, and hence detach_() cannot be called on "
                "these gradients. To fix this error, please refer to the Optimizer.zero_grad() "
                "function in torch/optim/optimizer.py as the solution."
            )
        self._grad_fn, self._output_nr, self._requires_grad = None, 0, False
        return self

    def _is_view(self) -> bool:
        return self._view is not None

    @property
    def _base(self) -> Any:
        return None if self._view is None else self._view.base

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
        return int(self.item())

    def __float__(self) -> float:
        return float(self.item())

    def __complex__(self) -> complex:
        return complex(self.item())

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

    # Making tensors like this one (creation.py) --------------------------------------------------

    new_zeros = creation.new_zeros
    new_ones = creation.new_ones
    new_empty = creation.new_empty
    new_full = creation.new_full
    new_tensor = creation.new_tensor
    new_empty_strided = creation.new_empty_strided

    # Arithmetic (ops/arithmetic.py, division.py, powers.py) ---------------------------------------

    add = arithmetic.add
    sub = subtract = arithmetic.sub
    mul = multiply = arithmetic.mul
    div = divide = true_divide = division.div
    neg, negative = arithmetic.neg, arithmetic.negative
    positive = arithmetic.positive
    addcmul = arithmetic.addcmul
    addcdiv = arithmetic.addcdiv
    lerp = arithmetic.lerp
    floor_divide = division.floor_divide
    remainder = division.remainder
    fmod = division.fmod
    gcd = division.gcd
    lcm = division.lcm
    pow = powers.pow
    square = powers.square
    ldexp = powers.ldexp
    float_power = powers.float_power
    add_ = in_place(add)
    sub_ = subtract_ = in_place(sub)
    mul_ = multiply_ = in_place(mul)
    div_ = divide_ = true_divide_ = in_place(div)
    neg_, negative_ = in_place(neg), in_place(negative)
    addcmul_ = in_place(addcmul)
    addcdiv_ = in_place(addcdiv)
    lerp_ = in_place(lerp)
    floor_divide_ = in_place(floor_divide)
    remainder_ = in_place(remainder)
    fmod_ = in_place(fmod)
    gcd_ = in_place(gcd)
    lcm_ = in_place(lcm)
    pow_ = in_place(pow)
    square_ = in_place(square)
    ldexp_ = in_place(ldexp)
    float_power_ = in_place(float_power)
    __add__ = __radd__ = operator(arithmetic.Add.apply)
    __sub__ = operator(arithmetic.Sub.apply)
    __rsub__ = operator(arithmetic.rsub)
    __mul__ = __rmul__ = operator(arithmetic.Mul.apply)
    __truediv__ = operator(arithmetic.Div.apply)
    __rtruediv__ = operator(division.rdiv)
    __floordiv__ = operator(division.floor_divide)
    __rfloordiv__ = operator(division.rfloor_divide)
    __mod__ = operator(division.remainder)
    __rmod__ = operator(division.rremainder)
    __pow__ = operator(powers.pow)
    __rpow__ = operator(powers.rpow)
    __neg__ = arithmetic.neg
    __pos__ = arithmetic.positive
    __iadd__ = operator(add_)
    __isub__ = operator(sub_)
    __imul__ = operator(mul_)
    __itruediv__ = operator(div_)
    __ifloordiv__ = operator(floor_divide_)
    __imod__ = operator(remainder_)
    __ipow__ = operator(pow_)

    # Comparison, logic, bits (ops/comparison.py, bitwise.py) --------------------------------------

    eq = comparison.eq
    ne = not_equal = comparison.ne
    lt = less = comparison.lt
    le = less_equal = comparison.le
    gt = greater = comparison.gt
    ge = greater_equal = comparison.ge
    logical_and = comparison.logical_and
    logical_or = comparison.logical_or
    logical_xor = comparison.logical_xor
    logical_not = comparison.logical_not
    isnan = comparison.isnan
    isinf = comparison.isinf
    isfinite = comparison.isfinite
    isposinf = comparison.isposinf
    isneginf = comparison.isneginf
    isreal = comparison.isreal
    signbit = comparison.signbit
    isclose = comparison.isclose
    allclose = comparison.allclose
    equal = comparison.equal
    bitwise_and = bitwise.bitwise_and
    bitwise_or = bitwise.bitwise_or
    bitwise_xor = bitwise.bitwise_xor
    bitwise_not = bitwise.bitwise_not
    bitwise_left_shift = bitwise.bitwise_left_shift
    bitwise_right_shift = bitwise.bitwise_right_shift
    eq_ = in_place(eq)
    ne_ = not_equal_ = in_place(ne)
    lt_ = less_ = in_place(lt)
    le_ = less_equal_ = in_place(le)
    gt_ = greater_ = in_place(gt)
    ge_ = greater_equal_ = in_place(ge)
    logical_and_ = in_place(logical_and)
    logical_or_ = in_place(logical_or)
    logical_xor_ = in_place(logical_xor)
    logical_not_ = in_place(logical_not)
    bitwise_and_ = in_place(bitwise_and)
    bitwise_or_ = in_place(bitwise_or)
    bitwise_xor_ = in_place(bitwise_xor)
    bitwise_not_ = in_place(bitwise_not)
    bitwise_left_shift_ = in_place(bitwise_left_shift)
    bitwise_right_shift_ = in_place(bitwise_right_shift)
    __eq__ = comparison.equals
    __ne__ = operator(comparison.Ne.apply)
    __lt__ = operator(comparison.Lt.apply)
    __le__ = operator(comparison.Le.apply)
    __gt__ = operator(comparison.Gt.apply)
    __ge__ = operator(comparison.Ge.apply)
    __and__ = __rand__ = operator(bitwise.bitwise_and)
    __or__ = __ror__ = operator(bitwise.bitwise_or)
    __xor__ = __rxor__ = operator(bitwise.bitwise_xor)
    __lshift__ = operator(bitwise.bitwise_left_shift)
    __rlshift__ = operator(bitwise.rleft_shift)
    __rshift__ = operator(bitwise.bitwise_right_shift)
    __rrshift__ = operator(bitwise.rright_shift)
    __invert__ = bitwise.invert
    __iand__ = operator(bitwise_and_)
    __ior__ = operator(bitwise_or_)
    __ixor__ = operator(bitwise_xor_)
    __ilshift__ = operator(bitwise_left_shift_)
    __irshift__ = operator(bitwise_right_shift_)

    # Functions of single elements (ops/pointwise.py, trigonometry.py, special.py, limits.py) ------

    exp = pointwise.exp
    exp2 = pointwise.exp2
    expm1 = pointwise.expm1
    log = pointwise.log
    log2 = pointwise.log2
    log10 = pointwise.log10
    log1p = pointwise.log1p
    sqrt = pointwise.sqrt
    rsqrt = pointwise.rsqrt
    reciprocal = pointwise.reciprocal
    sign = signs.sign
    floor = pointwise.floor
    ceil = pointwise.ceil
    round = pointwise.round
    frac = pointwise.frac
    trunc, fix = pointwise.trunc, pointwise.fix
    nan_to_num = pointwise.nan_to_num
    copysign = signs.copysign
    heaviside = signs.heaviside
    sin = trigonometry.sin
    cos = trigonometry.cos
    tan = trigonometry.tan
    sinh = trigonometry.sinh
    cosh = trigonometry.cosh
    tanh = trigonometry.tanh
    sinc = trigonometry.sinc
    deg2rad = trigonometry.deg2rad
    rad2deg = trigonometry.rad2deg
    asin, arcsin = trigonometry.asin, trigonometry.arcsin
    acos, arccos = trigonometry.acos, trigonometry.arccos
    atan, arctan = trigonometry.atan, trigonometry.arctan
    asinh, arcsinh = trigonometry.asinh, trigonometry.arcsinh
    acosh, arccosh = trigonometry.acosh, trigonometry.arccosh
    atanh, arctanh = trigonometry.atanh, trigonometry.arctanh
    atan2, arctan2 = trigonometry.atan2, trigonometry.arctan2
    hypot = trigonometry.hypot
    erf = special.erf
    erfc = special.erfc
    erfinv = special.erfinv
    lgamma = special.lgamma
    digamma = special.digamma
    i0 = special.i0
    mvlgamma = special.mvlgamma
    logit = special.logit
    xlogy = special.xlogy
    polygamma = special.polygamma_of
    logaddexp = special.logaddexp
    logaddexp2 = special.logaddexp2
    maximum = limits.maximum
    minimum = limits.minimum
    fmax = limits.fmax
    fmin = limits.fmin
    clamp_min = limits.clamp_min
    clamp_max = limits.clamp_max
    clamp = clip = limits.clamp
    exp_ = in_place(exp)
    exp2_ = in_place(exp2)
    expm1_ = in_place(expm1)
    log_ = in_place(log)
    log2_ = in_place(log2)
    log10_ = in_place(log10)
    log1p_ = in_place(log1p)
    sqrt_ = in_place(sqrt)
    rsqrt_ = in_place(rsqrt)
    reciprocal_ = in_place(reciprocal)
    sign_ = in_place(sign)
    floor_ = in_place(floor)
    ceil_ = in_place(ceil)
    round_ = in_place(round)
    frac_ = in_place(frac)
    trunc_, fix_ = in_place(trunc), in_place(fix)
    nan_to_num_ = in_place(nan_to_num)
    copysign_ = in_place(copysign)
    heaviside_ = in_place(heaviside)
    sin_ = in_place(sin)
    cos_ = in_place(cos)
    tan_ = in_place(tan)
    sinh_ = in_place(sinh)
    cosh_ = in_place(cosh)
    tanh_ = in_place(tanh)
    sinc_ = in_place(sinc)
    deg2rad_ = in_place(deg2rad)
    rad2deg_ = in_place(rad2deg)
    asin_, arcsin_ = in_place(asin), in_place(arcsin)
    acos_, arccos_ = in_place(acos), in_place(arccos)
    atan_, arctan_ = in_place(atan), in_place(arctan)
    asinh_, arcsinh_ = in_place(asinh), in_place(arcsinh)
    acosh_, arccosh_ = in_place(acosh), in_place(arccosh)
    atanh_, arctanh_ = in_place(atanh), in_place(arctanh)
    atan2_, arctan2_ = in_place(atan2), in_place(arctan2)
    hypot_ = in_place(hypot)
    erf_ = in_place(erf)
    erfc_ = in_place(erfc)
    erfinv_ = in_place(erfinv)
    lgamma_ = in_place(lgamma)
    digamma_ = in_place(digamma)
    i0_ = in_place(i0)
    mvlgamma_ = in_place(mvlgamma)
    logit_ = in_place(logit)
    xlogy_ = in_place(xlogy)
    polygamma_ = in_place(polygamma)
    clamp_min_ = in_place(clamp_min)
    clamp_max_ = in_place(clamp_max)
    clamp_ = clip_ = in_place(clamp)

    # Complex numbers (ops/complexes.py) -----------------------------------------------------------

    abs, absolute = complexes.abs, complexes.absolute
    sgn = complexes.sgn
    angle = complexes.angle
    conj = complexes.conj_
    resolve_conj = complexes.resolve_conj
    conj_physical = complexes.conj_physical
    abs_ = absolute_ = complexes.abs_
    sgn_ = in_place(sgn)
    conj_physical_ = in_place(conj_physical)
    real = property(complexes.real, complexes.set_real)
    imag = property(complexes.imag, complexes.set_imag)
    __abs__ = complexes.abs

    # Activation functions (ops/activation.py, rectifiers.py, softmax.py) --------------------------

    sigmoid = activation.sigmoid
    relu = rectifiers.relu
    prelu = rectifiers.prelu
    hardshrink = rectifiers.hardshrink
    softmax = softmax_.softmax
    log_softmax = softmax_.log_softmax
    sigmoid_ = in_place(sigmoid)
    relu_ = rectifiers.relu_

    # Reductions (ops/reduction.py, extremes.py, statistics.py, norms.py) --------------------------

    sum = reduction.sum
    sum_to_size = reduction.sum_to_size
    nansum = reduction.nansum
    mean = reduction.mean
    nanmean = reduction.nanmean
    prod = reduction.prod
    all = reduction.all
    any = reduction.any
    count_nonzero = reduction.count_nonzero
    logsumexp = reduction.logsumexp
    max = extremes.max
    min = extremes.min
    amax = extremes.amax
    amin = extremes.amin
    aminmax = extremes.aminmax
    argmax = extremes.argmax
    argmin = extremes.argmin
    var = statistics.var
    std = statistics.std
    norm = norms.norm
    dist = norms.dist

    # Matrix products (ops/matmul.py, matmul_add.py, products.py, einsum.py) -----------------------

    matmul = matmul_.matmul
    mm = matmul_.mm
    bmm = matmul_.bmm
    mv = matmul_.mv
    dot = matmul_.dot
    vdot = matmul_.vdot
    inner = einsum.inner
    addmm = matmul_add.addmm
    addmv = matmul_add.addmv
    addr = matmul_add.addr
    addbmm = matmul_add.addbmm
    baddbmm = matmul_add.baddbmm
    addmm_ = in_place(addmm)
    addmv_ = in_place(addmv)
    addr_ = in_place(addr)
    addbmm_ = in_place(addbmm)
    baddbmm_ = in_place(baddbmm)
    outer = ger = products.outer
    kron = products.kron
    trace = products.trace
    cross = products.cross
    __matmul__ = matmul_.operator
    __rmatmul__ = matmul_.reflected

    # Running sums, order (ops/cumulative.py, ranking.py, sorting.py) ------------------------------

    cumsum = cumulative.cumsum
    cumprod = cumulative.cumprod
    cummax = cumulative.cummax
    cummin = cumulative.cummin
    logcumsumexp = cumulative.logcumsumexp
    cumsum_ = in_place(cumsum)
    cumprod_ = in_place(cumprod)
    sort = ranking.sort
    argsort = ranking.argsort
    msort = ranking.msort
    topk = ranking.topk
    kthvalue = ranking.kthvalue
    median = ranking.median
    nanmedian = ranking.nanmedian
    mode = ranking.mode
    unique = sorting.unique
    unique_consecutive = sorting.unique_consecutive
    histc = sorting.histc
    bincount = sorting.bincount

    # Conversion (ops/conversion.py) ---------------------------------------------------------------

    clone = conversion.clone
    contiguous = conversion.contiguous
    to = conversion.to
    cpu = conversion.cpu
    cuda = conversion.cuda
    type = conversion.type_
    type_as = conversion.type_as
    bool = conversion.bool_
    byte = conversion.byte
    char = conversion.char
    short = conversion.short
    int = conversion.int_
    long = conversion.long
    half = conversion.half
    float = conversion.float_
    double = conversion.double
    cfloat = conversion.cfloat
    cdouble = conversion.cdouble
    fill_ = conversion.fill_
    zero_ = conversion.zero_
    copy_ = conversion.copy_

    # Shape (ops/shape.py, expanding.py, joining.py, slicing.py) -----------------------------------

    view = shape_.view
    view_as = shape_.view_as
    reshape = shape_.reshape_method
    reshape_as = shape_.reshape_as
    flatten = shape_.flatten
    ravel = shape_.ravel
    unflatten = shape_.unflatten
    unsqueeze = shape_.unsqueeze
    squeeze = shape_.squeeze
    transpose = swapaxes = swapdims = transposing.transpose
    t = transposing.t
    T = property(transposing.transposed)
    mT = property(transposing.matrix_transposed)
    H = property(transposing.hermitian)
    mH = property(transposing.adjoint)
    adjoint = transposing.adjoint
    permute = transposing.permute_method
    movedim = moveaxis = transposing.movedim
    expand = expanding.expand
    expand_as = expanding.expand_as
    broadcast_to = expanding.expand
    repeat = expanding.repeat
    tile = expanding.tile_method
    select = slicing.select
    narrow = slicing.narrow
    split = slicing.split_method
    split_with_sizes = slicing.split_with_sizes
    chunk = slicing.chunk
    unbind = slicing.unbind
    tensor_split = slicing.tensor_split
    hsplit = slicing.hsplit
    vsplit = slicing.vsplit
    dsplit = slicing.dsplit
    diagonal = slicing.diagonal
    select_scatter = slicing.select_scatter
    slice_scatter = slicing.slice_scatter
    diagonal_scatter = slicing.diagonal_scatter
    unfold = windows.unfold
    as_strided = windows.as_strided
    storage_offset = windows.storage_offset
    repeat_interleave = expanding.repeat_interleave
    flip = rearranging.flip_method
    fliplr = rearranging.fliplr
    flipud = rearranging.flipud
    roll = rearranging.roll
    rot90 = rearranging.rot90
    tril = rearranging.tril
    triu = rearranging.triu
    diag = rearranging.diag
    diag_embed = rearranging.diag_embed
    diagflat = rearranging.diagflat

    # Indexing (ops/indexing.py, scattering.py, selection.py, masked.py) ---------------------------

    __getitem__ = indexing.getitem
    __setitem__ = indexing.setitem
    index_put = indexing.index_put
    index_put_ = indexing.index_put_
    gather = scattering.gather
    scatter = scattering.scatter
    scatter_ = scattering.scatter_
    scatter_add = scattering.scatter_add
    scatter_add_ = scattering.scatter_add_
    scatter_reduce = scattering.scatter_reduce
    scatter_reduce_ = scattering.scatter_reduce_
    take_along_dim = scattering.take_along_dim
    index_select = selection.index_select
    index_add = selection.index_add
    index_add_ = selection.index_add_
    index_copy = selection.index_copy
    index_copy_ = selection.index_copy_
    index_fill = selection.index_fill
    index_fill_ = selection.index_fill_
    take = selection.take
    put = selection.put
    put_ = selection.put_
    where = masked.where_method
    masked_fill = masked.masked_fill
    masked_fill_ = masked.masked_fill_
    masked_select = masked.masked_select
    masked_scatter = masked.masked_scatter
    masked_scatter_ = masked.masked_scatter_
    nonzero = masked.nonzero
    argwhere = masked.argwhere

    # Random numbers (ops/drawing.py, sampling.py) -------------------------------------------------

    uniform_ = drawing.uniform_
    normal_ = drawing.normal_
    exponential_ = drawing.exponential_
    cauchy_ = drawing.cauchy_
    log_normal_ = drawing.log_normal_
    geometric_ = drawing.geometric_
    random_ = drawing.random_
    bernoulli_ = drawing.bernoulli_
    bernoulli = sampling.bernoulli
    multinomial = sampling.multinomial


# Functions that make tensors below this file (creation.py) make them of this class.
TensorBase._result_class = Tensor
