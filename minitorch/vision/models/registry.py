"""The functions that make models: found by name, with trained weights, called the old way too."""

from __future__ import annotations

import fnmatch
import functools
import inspect
from collections.abc import Callable, Iterable
from types import ModuleType
from typing import Any, TypeVar

from minitorch import nn

from ...user_warnings import warn
from . import weights as known
from .weights import WeightsEnum

Model = TypeVar("Model", bound=nn.Module)
BUILDERS: dict[str, Callable[..., nn.Module]] = {}


def builder(weights: Any = None) -> Callable[[Callable[..., Model]], Callable[..., Model]]:
    """Registers a function ``f(*, weights, progress, **kwargs)`` that makes a model.

    Its ``weights`` are those of the enum, or None. What torchvision took before 0.13,
    ``pretrained=True`` and arguments without names, is taken with the same warnings.
    """

    def decorate(make: Callable[..., Model]) -> Callable[..., Model]:
        @functools.wraps(make)
        def build(*args: Any, **kwargs: Any) -> Model:
            _name_arguments(make, args, kwargs)
            if weights is not None:
                _modernize(weights, kwargs)
            kwargs["weights"] = (weights or WeightsEnum).verify(kwargs.get("weights"))
            return make(**kwargs)

        vars(build)["weights"] = weights
        BUILDERS[make.__name__] = build
        return build

    return decorate


def _name_arguments(make: Callable[..., Any], args: tuple[Any, ...], kwargs: Any) -> None:
    """Arguments without names were ``weights`` and ``progress``."""
    if not args:
        return
    kinds = inspect.signature(make).parameters.values()
    names = [each.name for each in kinds if each.kind is each.KEYWORD_ONLY][: len(args)]
    listed = " and ".join(f"'{name}'" for name in names)
    warn(
        f"Using {listed} as positional parameter(s) is deprecated since 0.13 and may be removed in "
        "the future. Please use keyword parameter(s) instead."
    )
    kwargs.update(zip(names, args, strict=False))


def _modernize(weights: Any, kwargs: dict[str, Any]) -> None:
    """Make ``weights`` of what old programs give as ``pretrained``, True or False."""
    given = kwargs.get("weights")
    if "weights" in kwargs:
        if given is None or isinstance(given, str | WeightsEnum):
            return
        wanted = kwargs.pop("weights")
    elif "pretrained" in kwargs:
        wanted = kwargs.pop("pretrained")
        warn(
            "The parameter 'pretrained' is deprecated since 0.13 and may be removed in the future, "
            "please use 'weights' instead."
        )
    else:
        return
    chosen = weights.IMAGENET1K_V1 if wanted else None
    message = (
        "Arguments other than a weight enum or `None` for 'weights' are deprecated since 0.13 and "
        "may be removed in the future. The current behavior is equivalent to passing "
        f"`weights={chosen}`."
    )
    if wanted:
        message += (
            f" You can also use `weights={weights.__name__}.DEFAULT` to get the most up-to-date "
            "weights."
        )
    warn(message)
    kwargs["weights"] = chosen


def fix(kwargs: dict[str, Any], name: str, value: Any) -> None:
    """The argument ``name`` is ``value``: ValueError if it was given otherwise."""
    if kwargs.setdefault(name, value) != value:
        raise ValueError(
            f"The parameter '{name}' expected value {value} but got {kwargs[name]} instead."
        )


def trained(make: Callable[..., Model], weights: Any, progress: bool, kwargs: Any) -> Model:
    """``make(**kwargs)``, for as many classes as the weights know, and with the weights."""
    if weights is None:
        return make(**kwargs)
    if weights.meta["categories"] is not None:
        fix(kwargs, "num_classes", len(weights.meta["categories"]))
    model = make(**kwargs)
    model.load_state_dict(weights.get_state_dict(progress=progress, check_hash=True))
    return model


def get_model_builder(name: str) -> Callable[..., nn.Module]:
    """The function that makes the model of that name; ValueError if there is none.

    >>> get_model_builder("resnet18").__name__
    'resnet18'
    """
    if name.lower() not in BUILDERS:
        raise ValueError(f"Unknown model {name.lower()}")
    return BUILDERS[name.lower()]


def get_model(name: str, **config: Any) -> nn.Module:
    """The model of that name, made with the arguments ``config``; ValueError if there is none.

    >>> get_model("lenet", num_classes=3).fc3
    Linear(in_features=84, out_features=3, bias=True)
    """
    return get_model_builder(name)(**config)


def get_model_weights(name: Callable[..., nn.Module] | str) -> Any:
    """The enum of a model's trained weights; ValueError if it has none.

    >>> get_model_weights("resnet18").DEFAULT
    ResNet18_Weights.IMAGENET1K_V1
    """
    build = get_model_builder(name) if isinstance(name, str) else name
    enum = vars(build).get("weights")
    if enum is None:
        raise ValueError(
            "The WeightsEnum class for the specific method couldn't be retrieved. Make sure the "
            "typing info is correct."
        )
    return enum


def get_weight(name: str) -> WeightsEnum:
    """The weights with a name like "ResNet50_Weights.IMAGENET1K_V1"; ValueError if there are none.

    KeyError if the model has others.

    >>> get_weight("ResNet50_Weights.IMAGENET1K_V1").meta["categories"][:2]
    ['tench', 'goldfish']
    """
    kind, dot, member = name.partition(".")
    if not dot or "." in member:
        raise ValueError(f"Invalid weight name provided: '{name}'.")
    enum = getattr(known, kind, None)
    if not (isinstance(enum, type) and issubclass(enum, WeightsEnum)):
        raise ValueError(f"The weight enum '{kind}' for the specific method couldn't be retrieved.")
    return enum[member]


def list_models(
    module: ModuleType | None = None,
    include: Iterable[str] | str | None = None,
    exclude: Iterable[str] | str | None = None,
) -> list[str]:
    """The names of the models, of those that match a pattern of ``include`` and none of the others.

    >>> list_models(include="vgg1*", exclude="*_bn")
    ['vgg11', 'vgg13', 'vgg16', 'vgg19']
    """

    def matching(patterns: Iterable[str] | str) -> set[str]:
        patterns = [patterns] if isinstance(patterns, str) else patterns
        return {name for pattern in patterns for name in fnmatch.filter(names, pattern)}

    names = {
        name
        for name, build in BUILDERS.items()
        if module is None or build.__module__.rpartition(".")[0] == module.__name__
    }
    names = matching(include) if include else names
    return sorted(names - matching(exclude) if exclude else names)
