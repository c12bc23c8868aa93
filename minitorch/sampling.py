"""Tensors of random numbers: `rand`, `randn`, `randint`, `normal`, `bernoulli` ...

The numbers themselves, PyTorch's for the same seed, come from the package `random`.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from . import backend, devices, dtypes, from_data, random
from .autograd.graph import TensorBase
from .autograd.operation import Operation, make, wrap
from .creation import empty_like, shape_of
from .memory_formats import preserve_format
from .ops.drawing import is_int, normal_, random_, real, source, uniform_
from .ops.operands import invalid_combination, not_implemented
from .ops.sizes import broadcast, long
from .random import Generator

# New tensors --------------------------------------------------------------------------------------


def drawn(
    sample: Callable[..., Any],
    caller: str,
    shape: Any,
    dtype: Any,
    device: Any,
    requires_grad: bool,
    generator: Any,
    *parameters: Any,
) -> Any:
    """A new tensor filled by ``sample(generator, shape, dtype, *parameters)``."""
    index = devices.array_index(device)
    generator = source(generator, index, caller)
    kind = from_data.check_dtype(dtype, caller).numpy
    with backend.on_device(index), backend.memory_for(shape, kind):
        array = sample(generator, shape, kind, *parameters)
    return from_data.require(make(TensorBase._result_class, array), requires_grad)


def rand(
    *args: Any,
    size: Any = None,
    generator: Generator | None = None,
    dtype: Any = None,
    device: Any = None,
    requires_grad: bool = False,
) -> Any:
    """Random numbers spread evenly over [0, 1): ``rand(2, 3)`` or ``rand((2, 3))``.

    >>> _ = mt.manual_seed(0)
    >>> mt.rand(3)
    tensor([0.4963, 0.7682, 0.0885])
    """
    shape = shape_of(args, "rand", size)
    return drawn(random.uniform, "rand", shape, dtype, device, requires_grad, generator)


def randn(
    *args: Any,
    size: Any = None,
    generator: Generator | None = None,
    dtype: Any = None,
    device: Any = None,
    requires_grad: bool = False,
) -> Any:
    """Normally distributed random numbers with mean 0 and variance 1.

    >>> _ = mt.manual_seed(0)
    >>> mt.randn(3)
    tensor([ 1.5410, -0.2934, -2.1788])
    """
    shape = shape_of(args, "randn", size)
    return drawn(random.normal, "randn", shape, dtype, device, requires_grad, generator)


def randint(
    *args: Any,
    low: int = 0,
    high: int | None = None,
    size: Any = None,
    generator: Generator | None = None,
    dtype: Any = None,
    device: Any = None,
    requires_grad: bool = False,
) -> Any:
    """Random whole numbers from ``low`` (0 unless given) up to, without, ``high``.

    ``randint(high, size)`` or ``randint(low, high, size)``.

    >>> _ = mt.manual_seed(0)
    >>> mt.randint(10, (5,))
    tensor([4, 9, 3, 0, 3])
    """
    given = list(args)
    if size is None and given:
        size = given.pop()
    if high is None and given:
        high = given.pop()
    if given:
        low = given.pop()
    if given or not (is_int(low) and is_int(high) and isinstance(size, list | tuple)):
        raise invalid_combination("randint", args)

    def sample(generator: Generator, shape: tuple[int, ...], kind: Any) -> Any:
        return random.randint(generator, *limits, shape, kind)

    limits = long(low), long(high)
    shape = shape_of((size,), "randint")
    return drawn(sample, "randint", shape, dtype or dtypes.int64, device, requires_grad, generator)


def randperm(
    n: int,
    *,
    generator: Generator | None = None,
    dtype: Any = None,
    device: Any = None,
    requires_grad: bool = False,
) -> Any:
    """The numbers 0 … n − 1 in random order.

    >>> _ = mt.manual_seed(0)
    >>> mt.randperm(5)
    tensor([4, 0, 1, 3, 2])
    """

    def sample(generator: Generator, shape: Any, kind: Any) -> Any:
        with backend.memory_for((n,), kind):
            return random.randperm(generator, n, kind)

    n = long(n)
    return drawn(sample, "randperm", (), dtype or dtypes.int64, device, requires_grad, generator)


# The numbers are drawn in the order in which they lie in memory: so the tensor is made first.


def rand_like(
    input: Any,
    *,
    generator: Generator | None = None,
    dtype: Any = None,
    device: Any = None,
    requires_grad: bool = False,
    memory_format: Any = preserve_format,
) -> Any:
    """As `rand`, with the shape, dtype and device of ``input``.

    >>> _ = mt.manual_seed(0)
    >>> mt.rand_like(mt.zeros(2, dtype=mt.float64))
    tensor([0.9701, 0.7078], dtype=torch.float64)
    """
    like = empty_like(input, dtype=dtype, device=device, memory_format=memory_format)
    return uniform_(like, generator=generator).requires_grad_(bool(requires_grad))


def randn_like(
    input: Any,
    *,
    generator: Generator | None = None,
    dtype: Any = None,
    device: Any = None,
    requires_grad: bool = False,
    memory_format: Any = preserve_format,
) -> Any:
    """As `randn`, with the shape, dtype and device of ``input``.

    >>> _ = mt.manual_seed(0)
    >>> noise = mt.randn_like(mt.zeros(2, 3))
    >>> noise.shape
    torch.Size([2, 3])
    """
    like = empty_like(input, dtype=dtype, device=device, memory_format=memory_format)
    return normal_(like, generator=generator).requires_grad_(bool(requires_grad))


def randint_like(
    input: Any,
    *args: int,
    low: int = 0,
    high: int | None = None,
    generator: Generator | None = None,
    dtype: Any = None,
    device: Any = None,
    requires_grad: bool = False,
    memory_format: Any = preserve_format,
) -> Any:
    """As `randint`, with the shape, dtype and device of ``input``.

    >>> _ = mt.manual_seed(0)
    >>> mt.randint_like(mt.zeros(5), 10)
    tensor([4., 9., 3., 0., 3.])
    """
    given = list(args)
    high = given.pop() if high is None and given else high
    low = given.pop() if given else low
    if given or not (is_int(low) and is_int(high)):
        raise invalid_combination("randint_like", (input, *args))
    like = empty_like(input, dtype=dtype, device=device, memory_format=memory_format)
    return random_(like, low, high, generator=generator).requires_grad_(bool(requires_grad))


# From the parameters in a tensor ------------------------------------------------------------------


class BernoulliOf(Operation):
    """1 with probability ``x``, else 0; its gradient is zero."""

    torch_name = "BernoulliBackward0"

    def forward(self, xp: Any, x: Any, generator: Any) -> Any:
        return random.bernoulli(generator, x.shape, x.dtype, x)

    def grad_x(self, grad: Any) -> Any:
        return grad.new_zeros(grad._array.shape)


class Poisson(Operation):
    """Poisson numbers of the rates ``x``; the gradient is zero."""

    def forward(self, xp: Any, x: Any, generator: Any) -> Any:
        return random.poisson(generator, x)

    def grad_x(self, grad: Any) -> Any:
        return grad.new_zeros(grad._array.shape)


class NormalOf(Operation):
    """Normals with the given means and standard deviations; the gradients are zero."""

    def forward(self, xp: Any, mean: Any, std: Any, generator: Any) -> Any:
        arrays = hasattr(mean, "ndim"), hasattr(std, "ndim")
        self.torch_name = {
            (True, False): "NormalBackward1",
            (False, True): "NormalBackward2",
            (True, True): "NormalBackward3",
        }[arrays]
        return random.normal_like(generator, mean, std)

    def grad_mean(self, grad: Any) -> Any:
        return grad.new_zeros(grad._array.shape)

    grad_std = grad_mean


def normal(
    mean: Any = 0.0,
    std: Any = 1.0,
    size: Any = None,
    *,
    generator: Generator | None = None,
    dtype: Any = None,
    device: Any = None,
    requires_grad: bool = False,
) -> Any:
    """Normally distributed random numbers.

    ``mean`` and ``std`` are tensors, or one of them is, or both are numbers and ``size`` is given.

    >>> _ = mt.manual_seed(0)
    >>> mt.normal(mt.tensor([0.0, 100.0]), 1.0)
    tensor([ 1.5410, 99.7066])
    """
    tensors = [value for value in (mean, std) if isinstance(value, TensorBase)]
    if bool(tensors) == (size is not None):
        raise invalid_combination("normal", (mean, std, size))
    if not tensors:
        shape = shape_of((size,), "normal")
        parameters = real(mean, "normal", "mean", 1), real(std, "normal", "std", 2)
        return drawn(
            random.normal, "normal", shape, dtype, device, requires_grad, generator, *parameters
        )
    generator = source(generator, backend.device_index(tensors[0]._array), "normal")
    if len(tensors) == 2:
        broadcast(mean._array.shape, std._array.shape)  # refuses what does not fit
    return NormalOf.apply(mean, std, generator)


@backend.at_its_gpu
def bernoulli(input: Any, p: float | None = None, *, generator: Generator | None = None) -> Any:
    """1 with the probability that ``input`` has at that place, else 0; or with probability ``p``.

    >>> mt.bernoulli(mt.tensor([0.0, 1.0, 1.0]))
    tensor([0., 1., 1.])
    """
    generator = source(generator, backend.device_index(input._array), "bernoulli")
    if p is None:
        return BernoulliOf.apply(input, generator)
    array = input._array
    return wrap(input, random.bernoulli(generator, array.shape, array.dtype, p))


def poisson(input: Any, generator: Generator | None = None) -> Any:
    """Random counts of events that happen at the rates in ``input``.

    >>> _ = mt.manual_seed(0)
    >>> mt.poisson(mt.full((6,), 3.0))
    tensor([6., 3., 2., 3., 4., 3.])
    """
    generator = source(generator, backend.device_index(input._array), "poisson")
    return Poisson.apply(input, generator)


@backend.at_its_gpu
def binomial(count: Any, prob: Any, generator: Generator | None = None) -> Any:
    """Random numbers of successes in ``count`` trials of probability ``prob``, both tensors.

    >>> _ = mt.manual_seed(0)
    >>> mt.binomial(mt.full((5,), 10.0), mt.full((5,), 0.5))
    tensor([7., 5., 5., 4., 7.])
    """
    if count._array.dtype.kind != "f":
        kind = dtypes.SCALAR_TYPE[dtypes.of(count._array)]
        raise ValueError(f"binomial only supports floating-point dtypes for count, got: {kind}")
    if count._array.dtype.char == "e":
        raise not_implemented("binomial_cpu", count._array)
    generator = source(generator, backend.device_index(count._array), "binomial")
    return wrap(count, random.binomial(generator, count._array, prob._array))


@backend.at_its_gpu
def multinomial(
    input: Any, num_samples: int, replacement: bool = False, *, generator: Generator | None = None
) -> Any:
    """Indices drawn with the weights in the last dimension of ``input``: ``(num_samples,)`` a row.

    Without ``replacement`` no index is drawn twice.

    >>> mt.multinomial(mt.tensor([0.0, 0.0, 3.0]), 1)
    tensor([2])
    """
    generator = source(generator, backend.device_index(input._array), "multinomial")
    return wrap(input, random.multinomial(generator, input._array, num_samples, replacement))
