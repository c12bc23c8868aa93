"""Parametrizations: a parameter that is computed of another one, each time it is asked for.

``register_parametrization(layer, "weight", Symmetric())`` makes ``layer.weight`` the result of
``Symmetric()(original)``. What an optimizer changes is ``original``; it is in the module list
``layer.parametrizations.weight`` together with the modules through which it goes. So whatever it
becomes, the weight keeps the property that the parametrization gives it.
"""

from __future__ import annotations

import copy
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from typing import Any

from ...autograd.modes import no_grad
from ...tensor import Tensor
from ..modules.container import ModuleDict, ModuleList
from ..modules.module import Module
from ..parameter import Parameter

__all__ = [
    "ParametrizationList",
    "cached",
    "is_parametrized",
    "register_parametrization",
    "remove_parametrizations",
    "transfer_parametrizations_and_params",
    "type_before_parametrizations",
]

_cache: dict[tuple[int, str], Tensor] = {}
_caching = 0  # how many `cached` contexts there are around us


@contextmanager
def cached() -> Iterator[None]:
    """A context in which a parametrized tensor is computed once, however often it is used.

    >>> layer = nn.utils.parametrizations.weight_norm(nn.Linear(2, 3))
    >>> with nn.utils.parametrize.cached():
    ...     y = [layer(x) for x in mt.ones(5, 2)]  # its weight is computed once
    """
    global _caching
    _caching += 1
    try:
        yield
    finally:
        _caching -= 1
        if not _caching:
            _cache.clear()


class ParametrizationList(ModuleList):
    """The parametrizations of one tensor, and the tensor(s) they start from.

    ``original`` is that tensor; if the first ``right_inverse`` gives several, they are
    ``original0``, ``original1`` ...

    >>> layer = nn.utils.parametrizations.weight_norm(nn.Linear(2, 3))
    >>> len(layer.parametrizations.weight), layer.parametrizations.weight.original0.shape
    (1, torch.Size([3, 1]))
    """

    original: Tensor

    def __init__(
        self, modules: Sequence[Module], original: Tensor | Parameter, unsafe: bool = False
    ) -> None:
        if not modules:
            raise ValueError("ParametrizationList requires one or more modules.")
        super().__init__(modules)
        self.unsafe = unsafe
        dtype, shape = original.dtype, original.shape
        new: Any = original
        with no_grad():
            for module in reversed(list(self)):
                if hasattr(module, "right_inverse"):
                    with suppress(NotImplementedError):  # then it counts as the identity
                        new = module.right_inverse(new)
        if not isinstance(new, Tensor | Sequence):
            raise ValueError(
                "'right_inverse' must return a Tensor or a Sequence of tensors (list, tuple...). "
                f"Got {type(new).__name__}"
            )
        self.is_tensor = isinstance(new, Tensor)
        self.ntensors = 1 if self.is_tensor else len(new)
        if isinstance(new, Tensor):
            self._register_one(original, new)
        else:
            self._register_several(original, new)
        if not unsafe:
            refuse_other(
                tensor_from(self),
                dtype,
                shape,
                "Registering a parametrization may not change the {what} of the tensor, unless "
                "`unsafe` flag is enabled.",
                "unparametrized {what}",
                "parametrized {what}",
            )

    def _register_one(self, original: Tensor, new: Tensor) -> None:
        """Keep ``original`` itself, which an optimizer may know, with the numbers of ``new``."""
        for what in ("dtype", "device"):
            if getattr(original, what) != getattr(new, what):
                raise ValueError(
                    f"When `right_inverse` outputs one tensor, it may not change the {what}.\n"
                    f"original.{what}: {getattr(original, what)}\n"
                    f"right_inverse(original).{what}: {getattr(new, what)}"
                )
        original.data = new
        register(self, "original", original)

    def _register_several(self, original: Tensor, new: Sequence[Tensor]) -> None:
        """Keep the tensors ``new``: as parameters if ``original`` is one."""
        for place, tensor in enumerate(new):
            if not isinstance(tensor, Tensor):
                raise ValueError(
                    "'right_inverse' must return a Tensor or a Sequence of tensors (list, "
                    f"tuple...). Got element {place} of the sequence with type "
                    f"{type(tensor).__name__}."
                )
            if isinstance(original, Parameter):
                tensor = Parameter(tensor, original.requires_grad)
            tensor.requires_grad_(original.requires_grad)
            register(self, f"original{place}", tensor)

    def originals(self) -> list[Tensor]:
        """The tensors that the first parametrization takes."""
        if self.is_tensor:
            return [self.original]
        return [getattr(self, f"original{place}") for place in range(self.ntensors)]

    def right_inverse(self, value: Any) -> None:
        """Choose the original tensors so that ``value`` comes out, by the ``right_inverse`` of all.

        This is what an assignment to the parametrized tensor does.
        """
        with no_grad():
            for module in reversed(list(self)):
                if not hasattr(module, "right_inverse"):
                    raise RuntimeError(
                        f"parametrization {type(module).__name__} does not implement right_inverse."
                    )
                value = module.right_inverse(value)
            self._set_originals(value)

    def _set_originals(self, value: Any) -> None:
        """Give the original tensors the numbers of ``value``, one tensor or several."""
        if self.is_tensor:
            if not isinstance(value, Tensor):
                raise ValueError(
                    f"`right_inverse` should return a tensor. Got {type(value).__name__}"
                )
            if value.dtype != self.original.dtype:
                raise ValueError(
                    f"The tensor returned by `right_inverse` has dtype {value.dtype} while "
                    f"`original` has dtype {self.original.dtype}"
                )
            self.original.data = value
            return
        if not isinstance(value, Sequence):
            raise ValueError(
                f"'right_inverse' must return a sequence of tensors. Got {type(value).__name__}."
            )
        if len(value) != self.ntensors:
            raise ValueError(
                "'right_inverse' must return a sequence of tensors of length "
                f"{self.ntensors}. Got a sequence of length {len(value)}."
            )
        for place, (original, tensor) in enumerate(zip(self.originals(), value, strict=True)):
            if not isinstance(tensor, Tensor):
                raise ValueError(
                    "'right_inverse' must return a sequence of tensors or reference-type opaques. "
                    f"Got element {place} of type {type(tensor).__name__}."
                )
            if original.dtype != tensor.dtype:
                raise ValueError(
                    f"Tensor {place} returned by `right_inverse` has dtype {tensor.dtype} while "
                    f"`original{place}` has dtype {original.dtype}"
                )
            original.data = tensor

    def forward(self) -> Tensor:
        """The originals, through all parametrizations."""
        first, *rest = self
        x: Tensor = first(*self.originals())
        for parametrization in rest:
            x = parametrization(x)
        return x


def register(module: Module, name: str, tensor: Tensor) -> None:
    """Make ``tensor`` a parameter of ``module`` if it is one, else a buffer."""
    if isinstance(tensor, Parameter):
        module.register_parameter(name, tensor)
    else:
        module.register_buffer(name, tensor)


def tensor_from(parametrization: Module, *values: Tensor) -> Tensor:
    """What ``parametrization`` gives, which must be a tensor."""
    value = parametrization(*values)
    if not isinstance(value, Tensor):
        raise ValueError(f"A parametrization must return a tensor. Got {type(value).__name__}.")
    return value


def refuse_other(
    found: Tensor, dtype: Any, shape: Any, sentence: str, before: str, after: str
) -> None:
    """Refuse a tensor that is not of this dtype and shape; the texts say ``{what}`` for which."""
    for what, had in (("dtype", dtype), ("shape", shape)):
        has = getattr(found, what)
        if has != had:
            text = f"{sentence}\n{before}: {had}\n{after}: {has}"
            raise ValueError(text.replace("{what}", what))


def register_parametrization(
    module: Module, tensor_name: str, parametrization: Module, *, unsafe: bool = False
) -> Module:
    """Make ``module.tensor_name`` what ``parametrization`` computes of it; returns ``module``.

    If the parametrization has a method ``right_inverse``, it says which original tensor gives a
    value: the one there is now, or one assigned later. Further parametrizations of a tensor are
    applied one after the other. Unless ``unsafe``, dtype and shape must stay as they are.

    >>> class Symmetric(nn.Module):
    ...     def forward(self, x):
    ...         return x.triu() + x.triu(1).T
    >>> layer = nn.utils.parametrize.register_parametrization(
    ...     nn.Linear(3, 3), "weight", Symmetric()
    ... )
    >>> bool((layer.weight == layer.weight.T).all())
    True
    """
    parametrization.train(module.training)
    if is_parametrized(module, tensor_name):
        parametrizations: Any = module.parametrizations[tensor_name]
        if not unsafe:
            check_further(module, tensor_name, parametrization)
        parametrizations.append(parametrization)
        parametrizations.unsafe |= unsafe
        return module
    if tensor_name not in module._buffers and tensor_name not in module._parameters:
        raise ValueError(
            f"Module '{module}' does not have a parameter, a buffer, or a parametrized element "
            f"with name '{tensor_name}'"
        )
    original = getattr(module, tensor_name)
    parametrizations = ParametrizationList([parametrization], original, unsafe=unsafe)
    delattr(module, tensor_name)
    if not is_parametrized(module):
        module.__class__ = parametrized_class(type(module))
        module.parametrizations = ModuleDict()
    setattr(type(module), tensor_name, computed(tensor_name))
    module.parametrizations[tensor_name] = parametrizations
    return module


def check_further(module: Module, tensor_name: str, parametrization: Any) -> None:
    """Refuse a further parametrization that changes dtype or shape, one way or the other."""
    value = getattr(module, tensor_name)
    result = tensor_from(parametrization, value)
    name = f"module.{tensor_name}"
    refuse_other(
        result,
        value.dtype,
        value.shape,
        "Registering a parametrization may not change the {what} of the tensor, unless the "
        "`unsafe` flag is enabled.",
        name + ".{what}",
        f"parametrization({name}).{{what}}",
    )
    if not hasattr(parametrization, "right_inverse"):
        return
    try:
        inverse = parametrization.right_inverse(result)
    except NotImplementedError:
        return
    if not isinstance(inverse, Tensor):
        raise ValueError(
            f"parametrization.right_inverse must return a tensor. Got: {type(inverse).__name__}"
        )
    refuse_other(
        inverse,
        value.dtype,
        value.shape,
        "The tensor returned by parametrization.right_inverse must have the same {what} as "
        f"{name}, unless the `unsafe` flag is enabled.",
        name + ".{what}",
        "returned {what}",
    )


def parametrized_class(kind: Any) -> type:
    """A subclass of ``kind`` for one module, on which parametrized tensors can be properties."""

    def deepcopy(self: Any, memo: dict[int, Any]) -> Any:
        replica = kind.__new__(kind)
        memo[id(self)] = replica
        replica.__dict__.update(copy.deepcopy(self.__dict__, memo))
        replica.__class__ = parametrized_class(kind)
        for tensor_name in replica.parametrizations:
            setattr(type(replica), tensor_name, computed(tensor_name))
        return replica

    def getstate(self: Any) -> Any:
        raise RuntimeError(
            "Serialization of parametrized modules is only supported through state_dict(). See:\n"
            "https://pytorch.org/tutorials/beginner/saving_loading_models.html"
            "#saving-loading-a-general-checkpoint-for-inference-and-or-resuming-training"
        )

    methods = {"__deepcopy__": deepcopy, "__getstate__": getstate}
    return type(f"Parametrized{kind.__name__}", (kind,), methods)


def computed(tensor_name: str) -> property:
    """The property that a parametrized tensor is on its module's class."""

    def get(self: Any) -> Tensor:
        parametrizations = self.parametrizations[tensor_name]
        if not _caching:
            return parametrizations()
        key = id(self), tensor_name
        if key not in _cache:
            _cache[key] = parametrizations()
        return _cache[key]

    def set_original(self: Any, value: Tensor) -> None:
        self.parametrizations[tensor_name].right_inverse(value)

    return property(get, set_original)


def is_parametrized(module: Module, tensor_name: str | None = None) -> bool:
    """Whether a tensor of ``module`` is parametrized, or any if no name is given.

    >>> parametrize, layer = nn.utils.parametrize, nn.Linear(2, 3)
    >>> _ = nn.utils.parametrizations.weight_norm(layer)
    >>> parametrize.is_parametrized(layer), parametrize.is_parametrized(layer, "bias")
    (True, False)
    """
    parametrizations = getattr(module, "parametrizations", None)
    if not isinstance(parametrizations, ModuleDict):
        return False
    return len(parametrizations) > 0 if tensor_name is None else tensor_name in parametrizations


def remove_parametrizations(
    module: Module, tensor_name: str, leave_parametrized: bool = True
) -> Module:
    """Make ``module.tensor_name`` an ordinary parameter or buffer again; returns ``module``.

    It keeps its present value or, unless ``leave_parametrized``, that of the original tensor.

    >>> layer = nn.utils.parametrizations.weight_norm(nn.Linear(2, 3))
    >>> layer = nn.utils.parametrize.remove_parametrizations(layer, "weight")
    >>> sorted(name for name, _ in layer.named_parameters())
    ['bias', 'weight']
    """
    if not is_parametrized(module, tensor_name):
        raise ValueError(f"Module {module} does not have a parametrization on {tensor_name}")
    parametrizations: Any = module.parametrizations[tensor_name]
    if parametrizations.is_tensor:
        tensor = parametrizations.original
        if leave_parametrized:
            with no_grad():
                tensor.data = getattr(module, tensor_name)
    elif leave_parametrized:
        tensor = getattr(module, tensor_name)
        if tensor.requires_grad:
            tensor = Parameter(tensor)
    else:
        raise ValueError(
            "Cannot leave unparametrized (`leave_parametrized=False`) a tensor that is "
            "parametrized in terms of a sequence of tensors."
        )
    delattr(type(module), tensor_name)
    del module.parametrizations[tensor_name]
    register(module, tensor_name, tensor)
    if not is_parametrized(module):
        delattr(module, "parametrizations")
        module.__class__ = type(module).__bases__[0]
    return module


def type_before_parametrizations(module: Module) -> type:
    """The class that ``module`` had before it was parametrized.

    >>> layer = nn.utils.parametrizations.weight_norm(nn.Linear(2, 3))
    >>> type(layer).__name__, nn.utils.parametrize.type_before_parametrizations(layer).__name__
    ('ParametrizedLinear', 'Linear')
    """
    return type(module).__bases__[0] if is_parametrized(module) else type(module)


def transfer_parametrizations_and_params(
    from_module: Module, to_module: Module, tensor_name: str | None = None
) -> Module:
    """Give ``to_module`` the parametrizations and original tensors of ``from_module``.

    All of them, or those of ``tensor_name``. What ``to_module`` does not have is made.

    >>> a, b = nn.utils.parametrizations.weight_norm(nn.Linear(2, 3)), nn.Linear(2, 3)
    >>> b = nn.utils.parametrize.transfer_parametrizations_and_params(a, b)
    >>> nn.utils.parametrize.is_parametrized(b, "weight")
    True
    """
    if not is_parametrized(from_module):
        return to_module
    theirs: Any = from_module.parametrizations
    for name in list(theirs) if tensor_name is None else [tensor_name]:
        if not hasattr(to_module, name):
            setattr(to_module, name, Parameter(getattr(from_module, name)))
        for parametrization in theirs[name]:
            register_parametrization(to_module, name, parametrization)
        ours: Any = to_module.parametrizations
        for key, tensor in [*theirs[name]._parameters.items(), *theirs[name]._buffers.items()]:
            setattr(ours[name], key, tensor)
    return to_module
