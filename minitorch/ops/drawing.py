"""Random numbers written into a tensor: ``x.uniform_()``, ``x.normal_()`` and their kin.

The numbers, PyTorch's for the same seed, come from the package `random`. Each way to draw is an
operation: what it writes does not depend on what was there before, so its gradient is zero.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from .. import backend, random
from ..autograd.graph import TensorBase
from ..random import Generator
from .overwriting import Change
from .sizes import expanded


def source(generator: Any, index: int | None, caller: str) -> Generator:
    """The generator for the CPU (``index`` None) or a GPU: the given one, or the default."""
    if generator is None:
        return random.default_for(index)
    if not isinstance(generator, Generator):
        raise TypeError(
            f"{caller}(): argument 'generator' must be torch.Generator, "
            f"not {type(generator).__name__}"
        )
    wanted, found = "cpu" if index is None else "cuda", generator.device.type
    if wanted != found:
        raise RuntimeError(f"Expected a '{wanted}' device type for generator but found '{found}'")
    return generator


def real(value: Any, caller: str, name: str, position: int) -> float:
    """``value``, a number or a tensor of one element, as a number."""
    if isinstance(value, TensorBase):
        value = value.item()
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise TypeError(
            f"{caller}(): argument '{name}' (position {position}) must be float, "
            f"not {type(value).__name__}"
        )
    return value


def is_int(value: Any) -> bool:
    """Whether ``value`` is an integer, or a tensor of one."""
    return hasattr(value, "__index__") and not isinstance(value, bool)


class Draw(Change):
    """Random numbers in place of what a tensor held, independent of it."""

    sample: Callable[..., Any]  # a static method: (generator, shape, dtype, *parameters), an array

    def forward(self, xp: Any, x: Any, generator: Any, *parameters: Any) -> Any:
        return self.change(xp, xp.empty_like(x), generator, *parameters)

    @classmethod
    def change(cls, xp: Any, x: Any, generator: Any, *parameters: Any) -> Any:
        """Fill ``x`` in the order of its memory, as PyTorch does."""
        in_order = random.memory_order(x)
        in_order[...] = cls.sample(generator, in_order.shape, x.dtype, *parameters)
        return x

    def grad_x(self, grad: Any) -> Any:
        return grad.new_zeros(grad._array.shape)

    @classmethod
    def into(cls, tensor: Any, caller: str, generator: Any, *parameters: Any) -> Any:
        """Draw into ``tensor``."""
        index = backend.device_index(tensor._array)
        generator = source(generator, index, caller)
        with backend.on_device(index):
            return cls.apply_(tensor, generator, *parameters)


class Uniform(Draw):
    """Evenly spread over ``[low, high)``."""

    sample = staticmethod(random.uniform)


class Normal(Draw):
    """Normally distributed."""

    @classmethod
    def change(cls, xp: Any, x: Any, generator: Any, *parameters: Any) -> Any:
        """Fill ``x``. Whether it is contiguous makes a difference to PyTorch's numbers here."""
        in_order = random.memory_order(x)
        in_order[...] = random.normal(
            generator, in_order.shape, x.dtype, *parameters, contiguous=x.flags.c_contiguous
        )
        return x


class Exponential(Draw):
    """Waiting times at a constant rate."""

    sample = staticmethod(random.exponential)


class Cauchy(Draw):
    """The quotient of two normals, moved and scaled."""

    sample = staticmethod(random.cauchy)


class LogNormal(Draw):
    """The exponential of a normal."""

    sample = staticmethod(random.log_normal)


class Geometric(Draw):
    """The number of the first success."""

    sample = staticmethod(random.geometric)


class Bernoulli(Draw):
    """1 with probability ``p``, a number, else 0."""

    torch_name = "BernoulliBackward2"
    sample = staticmethod(random.bernoulli)


class BernoulliFrom(Change):
    """1 with the probabilities in another tensor, else 0."""

    torch_name = "BernoulliBackward1"

    def forward(self, xp: Any, x: Any, p: Any, generator: Any) -> Any:
        return self.change(xp, xp.empty_like(x), p, generator)

    @staticmethod
    def change(xp: Any, x: Any, p: Any, generator: Any) -> Any:
        x[...] = random.bernoulli(generator, x.shape, x.dtype, p)
        return x

    def grad_x(self, grad: Any) -> Any:
        return grad.new_zeros(grad._array.shape)

    grad_p = grad_x


class Random(Draw):
    """Whole numbers, all that the dtype holds."""

    torch_name = "RandomBackward2"
    sample = staticmethod(random.random_)


class RandomBetween(Draw):
    """Whole numbers of a range."""

    torch_name = "RandomBackward1"

    @staticmethod
    def sample(generator: Any, shape: Any, dtype: Any, low: int, high: int) -> Any:
        """`random.randint` with its arguments in the order that `Draw` has."""
        return random.randint(generator, low, high, shape, dtype)


def from_to(name: str, bounds: tuple[Any, ...], named: dict[str, Any]) -> list[Any]:
    """The two bounds, None for one that is not given; ``from`` cannot be a parameter in Python."""
    if len(bounds) > 2:
        count = len(bounds)
        raise TypeError(f"{name}() takes from 0 to 2 positional arguments but {count} were given")
    both = [*bounds, None, None][:2]
    for key, bound in named.items():
        if key not in ("from", "to"):
            raise TypeError(f"{name}() got an unexpected keyword argument '{key}'")
        place = ("from", "to").index(key)
        if place < len(bounds):
            raise TypeError(f"{name}() got multiple values for argument '{key}'")
        both[place] = bound
    return both


def uniform_(self: Any, *bounds: Any, generator: Any = None, **named: Any) -> Any:
    """Fill with random numbers spread evenly over ``[from, to)``: from 0 to 1 unless given.

    >>> import minitorch as mt
    >>> _ = mt.manual_seed(0)
    >>> mt.empty(3).uniform_(-1, 1)
    tensor([-0.0075,  0.5364, -0.8230])
    """
    low, high = from_to("uniform_", bounds, named)
    low = real(0 if low is None else low, "uniform_", "from", 1)
    high = real(1 if high is None else high, "uniform_", "to", 2)
    return Uniform.into(self, "uniform_", generator, low, high)


def normal_(self: Any, mean: Any = 0, std: Any = 1, *, generator: Any = None) -> Any:
    """Fill with normally distributed random numbers.

    >>> import minitorch as mt
    >>> _ = mt.manual_seed(0)
    >>> mt.zeros(3).normal_(mean=10.0, std=0.1)
    tensor([10.1541,  9.9707,  9.7821])
    """
    mean, std = real(mean, "normal_", "mean", 1), real(std, "normal_", "std", 2)
    return Normal.into(self, "normal_", generator, mean, std)


def exponential_(self: Any, lambd: Any = 1, *, generator: Any = None) -> Any:
    """Fill with random waiting times: density ``lambd · exp(−lambd · x)``.

    >>> import minitorch as mt
    >>> _ = mt.manual_seed(0)
    >>> mt.zeros(3).exponential_(2.0)
    tensor([1.7542, 0.6152, 0.3075])
    """
    rate = real(lambd, "exponential_", "lambd", 1)
    return Exponential.into(self, "exponential_", generator, rate)


def cauchy_(self: Any, median: Any = 0, sigma: Any = 1, *, generator: Any = None) -> Any:
    """Fill with random numbers of density ``sigma / (π (sigma² + (x − median)²))``.

    >>> import minitorch as mt
    >>> _ = mt.manual_seed(0)
    >>> mt.zeros(3).cauchy_()
    tensor([10.5977,  0.7648, -0.1283])
    """
    median, sigma = real(median, "cauchy_", "median", 1), real(sigma, "cauchy_", "sigma", 2)
    return Cauchy.into(self, "cauchy_", generator, median, sigma)


def log_normal_(self: Any, mean: Any = 1, std: Any = 2, *, generator: Any = None) -> Any:
    """Fill with random numbers whose logarithm is normally distributed.

    >>> import minitorch as mt
    >>> _ = mt.manual_seed(0)
    >>> mt.zeros(3).log_normal_()
    tensor([5.9263e+01, 1.5116e+00, 3.4819e-02])
    """
    mean, std = real(mean, "log_normal_", "mean", 1), real(std, "log_normal_", "std", 2)
    return LogNormal.into(self, "log_normal_", generator, mean, std)


def geometric_(self: Any, p: Any, *, generator: Any = None) -> Any:
    """Fill with how many trials of probability ``p`` it takes to the first success.

    >>> import minitorch as mt
    >>> _ = mt.manual_seed(0)
    >>> mt.zeros(5).geometric_(0.3)
    tensor([1., 1., 3., 1., 2.])
    """
    return Geometric.into(self, "geometric_", generator, real(p, "geometric_", "p", 1))


def random_(self: Any, *bounds: Any, generator: Any = None, **named: Any) -> Any:
    """Fill with whole numbers: ``random_(from, to)``, ``random_(to)``, or any of the dtype.

    >>> import minitorch as mt
    >>> _ = mt.manual_seed(0)
    >>> mt.zeros(5).random_(1, 7)  # a die
    tensor([3., 4., 6., 1., 2.])
    """
    start, to = from_to("random_", bounds, named)
    given = [bound for bound in (start, to) if bound is not None]
    if not all(is_int(bound) for bound in given):
        raise TypeError(
            "random_() received an invalid combination of arguments - got "
            f"({', '.join(type(bound).__name__ for bound in given)})"
        )
    if not given:
        return Random.into(self, "random_", generator)
    if len(bounds) + len(named) == 1:
        return RandomBetween.into(self, "random_", generator, 0, int(given[0]))
    low = 0 if start is None else int(start)
    if to is None:
        return Random.into(self, "random_", generator, low)
    return RandomBetween.into(self, "random_", generator, low, int(to))


def bernoulli_(self: Any, p: Any = 0.5, *, generator: Any = None) -> Any:
    """Fill with 1 with probability ``p`` and else 0; ``p`` is a number or a tensor of them.

    >>> import minitorch as mt
    >>> mt.empty(3).bernoulli_(mt.tensor([0.0, 1.0, 1.0]))
    tensor([0., 1., 1.])
    """
    if not isinstance(p, TensorBase):
        if isinstance(p, bool) or not isinstance(p, int | float):
            raise TypeError(
                "bernoulli_() received an invalid combination of arguments - got "
                f"({type(p).__name__})"
            )
        return Bernoulli.into(self, "bernoulli_", generator, p)
    expanded(p, self._array.shape)  # refuses what does not fit
    generator = source(generator, backend.device_index(self._array), "bernoulli_")
    return BernoulliFrom.apply_(self, p, generator)
