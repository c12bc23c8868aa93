"""Python's errors of wrong arguments name the class that the user knows, as they do in PyTorch."""

from __future__ import annotations

from types import FunctionType
from typing import Any

# Private classes of PyTorch's, too: its errors name them.
OF_PYTORCH = frozenset(
    "_AdaptiveAvgPoolNd _AdaptiveMaxPoolNd _BatchNorm _DropoutNd _InstanceNorm _LPPoolNd "
    "_LazyNormBase _Loss _MaxPoolNd _WeightedLoss".split()
)


def name_init(cls: Any) -> None:
    """Give a class of ours that has the ``__init__`` of a private one a copy with its own name.

    ``nn.Conv2d()`` lacks arguments of ``Conv2d.__init__()``, not of ``_Convolution.__init__()``.
    A user's class stays as it is: a copy would come before the ``__init__`` of other base classes.
    """
    if not cls.__module__.startswith("minitorch."):
        return
    init = cls.__init__
    owner = init.__qualname__.partition(".")[0]
    if owner[0] != "_" or owner in OF_PYTORCH or "__init__" in vars(cls):
        return
    own = FunctionType(
        init.__code__, init.__globals__, "__init__", init.__defaults__, init.__closure__
    )
    own.__dict__.update(init.__dict__)
    own.__annotations__, own.__kwdefaults__ = init.__annotations__, init.__kwdefaults__
    own.__doc__, own.__module__ = init.__doc__, init.__module__
    own.__qualname__ = f"{cls.__qualname__}.__init__"
    cls.__init__ = own


def adopt(cls: Any) -> None:
    """Let the methods of the parts of which a class is made be known by its name."""
    for part in cls.__mro__[1:-1]:
        for name, function in vars(part).items():
            if isinstance(function, FunctionType):
                function.__qualname__ = f"{cls.__name__}.{name}"
