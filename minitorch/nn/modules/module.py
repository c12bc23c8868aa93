"""`Module`: the base of every layer and network.

A module has parameters (tensors that are learned), buffers (tensors that are not), and children
(other modules): whichever of these is assigned as an attribute is registered by its name. What a
module does is its method ``forward``; calling the module runs it, and the hooks around it.
tree.py has the ways through the tree of modules, hooks.py the hooks, state.py saving and loading.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable
from typing import Any, TypeVar

from ... import creation, dtypes, from_data
from ...autograd.modes import no_grad
from ...naming import adopt, name_init
from ...ops.conversion import destination
from ...refusals import check
from ...tensor import Tensor
from ...user_warnings import warn
from .. import functional
from ..parameter import Buffer, Parameter
from . import hooks
from .hooks import (
    Hooked,
    register_module_backward_hook,
    register_module_buffer_registration_hook,
    register_module_forward_hook,
    register_module_forward_pre_hook,
    register_module_full_backward_hook,
    register_module_full_backward_pre_hook,
    register_module_module_registration_hook,
    register_module_parameter_registration_hook,
)
from .state import Stateful
from .tree import Tree

__all__ = [
    "Module",
    "register_module_backward_hook",
    "register_module_buffer_registration_hook",
    "register_module_forward_hook",
    "register_module_forward_pre_hook",
    "register_module_full_backward_hook",
    "register_module_full_backward_pre_hook",
    "register_module_module_registration_hook",
    "register_module_parameter_registration_hook",
]

T = TypeVar("T", bound="Module")


def _forward_unimplemented(self: Any, *input: Any) -> None:
    """What the module computes. Every subclass defines it."""
    raise NotImplementedError(
        f'Module [{type(self).__name__}] is missing the required "forward" function'
    )


class Module(Hooked, Stateful, Tree):
    """Base class of all neural network modules: subclass it, define ``__init__`` and ``forward``.

    ``training`` is what `train` and `eval` switch.

    >>> class Net(nn.Module):
    ...     def __init__(self):
    ...         super().__init__()
    ...         self.fc1 = nn.Linear(4, 8)
    ...         self.fc2 = nn.Linear(8, 2)
    ...
    ...     def forward(self, x):
    ...         return self.fc2(self.fc1(x).relu())
    >>> net = Net()
    >>> net
    Net(
      (fc1): Linear(in_features=4, out_features=8, bias=True)
      (fc2): Linear(in_features=8, out_features=2, bias=True)
    )
    >>> [name for name, parameter in net.named_parameters()]
    ['fc1.weight', 'fc1.bias', 'fc2.weight', 'fc2.bias']
    >>> net(mt.zeros(5, 4)).shape
    torch.Size([5, 2])
    """

    call_super_init = False  # a subclass with further base classes may set it, as in PyTorch
    training: bool
    forward: Callable[..., Any] = _forward_unimplemented

    def __init_subclass__(cls, **kwargs: Any) -> None:
        super().__init_subclass__(**kwargs)
        name_init(cls)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        if not self.call_super_init and (args or kwargs):
            problem = (
                f"got an unexpected keyword argument '{next(iter(kwargs))}'"
                if kwargs
                else f"takes 1 positional argument but {len(args) + 1} were given"
            )
            raise TypeError(f"{type(self).__name__}.__init__() {problem}")
        # Not self.training = True and so on: `__setattr__` would look for each name in vain.
        self.__dict__.update(
            training=True,
            _parameters={},
            _buffers={},
            _non_persistent_buffers_set=set(),
            _backward_pre_hooks=OrderedDict(),
            _backward_hooks=OrderedDict(),
            _forward_hooks=OrderedDict(),
            _forward_pre_hooks=OrderedDict(),
            _state_dict_hooks=OrderedDict(),
            _state_dict_pre_hooks=OrderedDict(),
            _load_state_dict_pre_hooks=OrderedDict(),
            _load_state_dict_post_hooks=OrderedDict(),
            _modules={},
        )
        if self.call_super_init:
            super().__init__(*args, **kwargs)

    # Attributes -----------------------------------------------------------------------------------

    def __getattr__(self, name: str) -> Any:
        """Called for what is no ordinary attribute: a parameter, buffer or child of that name."""
        own = self.__dict__
        if "_parameters" in own:  # else Module.__init__ has not run yet
            parameters = own["_parameters"]
            if name in parameters:
                return parameters[name]
            if name in own["_buffers"]:
                return own["_buffers"][name]
            if name in own["_modules"]:
                return own["_modules"][name]
        raise AttributeError(f"'{type(self).__name__}' object has no attribute '{name}'")

    def __setattr__(self, name: str, value: Any) -> None:
        own = self.__dict__
        parameters = own.get("_parameters", ())
        modules = own.get("_modules", ())
        if isinstance(value, Parameter):
            make_way(self, name, "parameters", own.get("_parameters"))
            self.register_parameter(name, value)
        elif name in parameters:
            if value is not None:
                raise TypeError(
                    f"cannot assign '{typename(value)}' as parameter '{name}' "
                    "(torch.nn.Parameter or None expected)"
                )
            self.register_parameter(name, None)
        elif isinstance(value, Module):
            make_way(self, name, "module", own.get("_modules"))
            self._modules[name] = hooks.registered(hooks._module_hooks, self, name, value)
        elif name in modules:
            if value is not None:
                raise TypeError(
                    f"cannot assign '{typename(value)}' as child module '{name}' "
                    "(torch.nn.Module or None expected)"
                )
            self._modules[name] = hooks.registered(hooks._module_hooks, self, name, None)
        elif isinstance(value, Buffer) or name in own.get("_buffers", ()):
            if value is not None and not isinstance(value, Tensor):
                raise TypeError(
                    f"cannot assign '{typename(value)}' as buffer '{name}' "
                    "(torch.nn.Buffer, torch.Tensor or None expected)"
                )
            known = own.get("_non_persistent_buffers_set", ())
            persistent = value.persistent if isinstance(value, Buffer) else name not in known
            self.register_buffer(name, value, persistent)
        else:
            super().__setattr__(name, value)

    def __delattr__(self, name: str) -> None:
        for members in (self._parameters, self._buffers, self._modules):
            if name in members:
                del members[name]
                self._non_persistent_buffers_set.discard(name)
                return
        super().__delattr__(name)

    def __dir__(self) -> list[str]:
        names = {*dir(type(self)), *self.__dict__}
        names.update(self._parameters, self._buffers, self._modules)
        return sorted(name for name in names if not name[0].isdigit())

    # Registration ---------------------------------------------------------------------------------

    def register_parameter(self, name: str, param: Parameter | None) -> None:
        """Make ``param`` the parameter ``name``; None reserves the name."""
        check_name(self, name, "parameter", "_parameters")
        if param is not None:
            if not isinstance(param, Parameter):
                raise TypeError(
                    f"cannot assign '{typename(param)}' object to parameter '{name}' "
                    "(torch.nn.Parameter or None required)"
                )
            if param.grad_fn is not None:
                raise ValueError(
                    f"Cannot assign non-leaf Tensor to parameter '{name}'. Model parameters must "
                    f"be created explicitly. To express '{name}' as a function of another Tensor, "
                    "compute the value in the forward() method."
                )
            param = hooks.registered(hooks._parameter_hooks, self, name, param)
        self._parameters[name] = param

    def register_buffer(self, name: str, tensor: Tensor | None, persistent: bool = True) -> None:
        """Make ``tensor`` the buffer ``name``: state that is not learned, such as a running mean.

        Only persistent buffers are part of the ``state_dict``.
        """
        check_name(self, name, "buffer", "_buffers")
        if tensor is not None and not isinstance(tensor, Tensor):
            raise TypeError(
                f"cannot assign '{typename(tensor)}' object to buffer '{name}' "
                "(torch Tensor or None required)"
            )
        self._buffers[name] = hooks.registered(hooks._buffer_hooks, self, name, tensor)
        if persistent:
            self._non_persistent_buffers_set.discard(name)
        else:
            self._non_persistent_buffers_set.add(name)

    def add_module(self, name: str, module: Module | None) -> None:
        """Make ``module`` the child ``name``; None reserves the name."""
        if module is not None and not isinstance(module, Module):
            raise TypeError(f"{typename(module)} is not a Module subclass")
        check_name(self, name, "module", "_modules")
        self._modules[name] = hooks.registered(hooks._module_hooks, self, name, module)

    register_module = add_module

    # Changing everything below --------------------------------------------------------------------

    def apply(self: T, fn: Callable[[Module], Any]) -> T:
        """Call ``fn`` with every module below this one, then with this one; e.g. to initialise."""
        for module in self.children():
            module.apply(fn)
        fn(self)
        return self

    def train(self: T, mode: bool = True) -> T:
        """Switch this module and all below it to training: dropout drops, batch norm counts."""
        if not isinstance(mode, bool):
            raise ValueError("training mode is expected to be boolean")
        self.training = mode
        for module in self.children():
            module.train(mode)
        return self

    def eval(self: T) -> T:
        """Switch this module and all below it to evaluation; the same as ``train(False)``."""
        return self.train(False)

    def requires_grad_(self: T, requires_grad: bool = True) -> T:
        """Set ``requires_grad`` of all parameters, e.g. to freeze a part of a network."""
        for parameter in self.parameters():
            parameter.requires_grad_(requires_grad)
        return self

    def zero_grad(self, set_to_none: bool = True) -> None:
        """Forget the gradients of all parameters, or set them to zero."""
        for parameter in self.parameters():
            if parameter.grad is None:
                continue
            if set_to_none:
                parameter.grad = None
            else:
                if parameter.grad.grad_fn is not None:
                    parameter.grad.detach_()
                parameter.grad.requires_grad_(False).zero_()

    # Dtype and device -----------------------------------------------------------------------------

    def _apply(self: T, fn: Callable[[Tensor], Tensor], recurse: bool = True) -> T:
        """Replace the content of all parameters, gradients and buffers by what ``fn`` makes of it.

        Parameters stay the objects they are, so that an optimizer that knows them still does.
        """
        if recurse:
            for module in self.children():
                module._apply(fn)
        with no_grad():
            for parameter in self._parameters.values():
                if parameter is not None:
                    grad = parameter.grad
                    parameter.data = fn(parameter)
                    if grad is not None:
                        grad.data = fn(grad)
            for name, buffer in self._buffers.items():
                if buffer is not None:
                    self._buffers[name] = fn(buffer)
        return self

    def to(self: T, *args: Any, **kwargs: Any) -> T:
        """Move to a device and change the floating-point dtype, in place.

        ``to(device)``, ``to(dtype)``, ``to(device, dtype)`` or ``to(tensor)``. Integer parameters
        and buffers keep their dtype. ``memory_format`` is for those of 4 or 5 dimensions; the other
        arguments are those of `Tensor.to`.

        >>> nn.Linear(1, 1).to(mt.float64).weight.dtype
        torch.float64
        """
        check(".to", args, kwargs)
        device, dtype, memory_format = map(kwargs.get, ("device", "dtype", "memory_format"))
        flags: Any = ()
        if "tensor" in kwargs:
            args = (kwargs["tensor"],)
        if args:
            dtype, device, flags = destination(args, dtype, device)
        if kwargs.get("copy") or any(flags[1:]):
            raise RuntimeError(".to() does not accept copy argument")
        non_blocking = (*flags, kwargs.get("non_blocking", False))[0]
        if dtype is not None:
            dtype = from_data.check_dtype(dtype, "to")
            if dtype.category < dtypes.FLOATING:
                raise TypeError(
                    "nn.Module.to only accepts floating point or complex dtypes, but got desired "
                    f"dtype={dtype}"
                )
            if dtype.is_complex:
                warn(
                    "Complex modules are a new feature under active development whose design may "
                    "change, and some modules might not work as expected when using complex "
                    "tensors as parameters or buffers. Please file an issue at "
                    "https://github.com/pytorch/pytorch/issues/new?template=bug-report.yml if a "
                    "complex module does not work as expected."
                )

        def converted(tensor: Tensor) -> Tensor:
            fractional = tensor.is_floating_point() or tensor.is_complex()
            moved = tensor.to(
                device,
                dtype if fractional else None,
                non_blocking=non_blocking and memory_format is None,
            )
            if memory_format is None or tensor.dim() not in (4, 5):
                return moved
            return moved.contiguous(memory_format=memory_format)

        return self._apply(converted)

    def to_empty(self: T, *, device: Any, recurse: bool = True) -> T:
        """Move to a device without the values: parameters and buffers are of arbitrary content."""
        return self._apply(lambda t: creation.empty_like(t, device=device), recurse)

    def cuda(self: T, device: Any = None) -> T:
        """Move all parameters and buffers to the GPU."""
        return self._apply(lambda t: t.cuda(device))

    def cpu(self: T) -> T:
        """Move all parameters and buffers to main memory."""
        return self._apply(lambda t: t.cpu())

    def type(self: T, dst_type: Any) -> T:
        """Give all parameters and buffers the dtype ``dst_type``."""
        return self._apply(lambda t: t.type(dst_type))

    def float(self: T) -> T:
        """Give all floating-point parameters and buffers the dtype float32."""
        return self._apply(lambda t: t.float() if t.is_floating_point() else t)

    def double(self: T) -> T:
        """Give all floating-point parameters and buffers the dtype float64."""
        return self._apply(lambda t: t.double() if t.is_floating_point() else t)

    def half(self: T) -> T:
        """Give all floating-point parameters and buffers the dtype float16."""
        return self._apply(lambda t: t.half() if t.is_floating_point() else t)

    def share_memory(self: T) -> T:
        """Refused, as is `Tensor.share_memory_`: threads share the parameters anyway."""
        return self._apply(lambda t: t.share_memory_())

    # Printing -------------------------------------------------------------------------------------

    def _get_name(self) -> str:
        return self.__class__.__name__

    def extra_repr(self) -> str:
        """What the printed module says between its parentheses. Override it in your modules."""
        return ""

    def __repr__(self) -> str:
        extra = self.extra_repr()
        if not self._modules and "\n" not in extra:
            return f"{self._get_name()}({extra})"
        lines = extra.split("\n") if extra else []
        lines += [f"({name}): {indented(repr(child))}" for name, child in self._modules.items()]
        return f"{self._get_name()}(\n  " + "\n  ".join(lines) + "\n)"


adopt(Module)


def make_way(module: Module, name: str, kind: str, place: Any) -> None:
    """Forget what was called ``name``, but in ``place``, where the new value will be."""
    if place is None:
        raise AttributeError(f"cannot assign {kind} before Module.__init__() call")
    for members in (module.__dict__, module._parameters, module._buffers, module._modules):
        if members is not place:
            members.pop(name, None)
    module._non_persistent_buffers_set.discard(name)


def check_name(module: Module, name: str, kind: str, place: str) -> None:
    """Refuse a name that a member of this kind cannot have."""
    if place not in module.__dict__:
        raise AttributeError(f"cannot assign {kind} before Module.__init__() call")
    if not isinstance(name, str):
        raise TypeError(f"{kind} name should be a string. Got {typename(name)}")
    if "." in name:
        got = f", got: {name}" if kind == "module" else ""
        raise KeyError(f'{kind} name can\'t contain "."{got}')
    if name == "":
        raise KeyError(f'{kind} name can\'t be empty string ""')
    if name not in module.__dict__[place] and hasattr(module, name):
        raise KeyError(f"attribute '{name}' already exists")


def indented(text: str) -> str:
    """``text`` with its lines, all but the first, moved two spaces to the right."""
    return text.replace("\n", "\n  ")


def typename(value: Any) -> str:
    """The name of a value's type as PyTorch's messages have it: ``int``, ``torch.FloatTensor``.

    A class or function goes by its own name.

    >>> mt.typename(mt.tensor([1.0])), mt.typename(3), mt.typename(nn.Linear)
    ('torch.FloatTensor', 'int', 'torch.nn.modules.linear.Linear')
    """
    if isinstance(value, Tensor):
        where = "cuda." if value.is_cuda else ""
        return f"torch.{where}{dtypes.SCALAR_TYPE[value.dtype]}Tensor"
    kind = value if hasattr(value, "__qualname__") else type(value)
    module, name = kind.__module__, kind.__qualname__
    if getattr(functional, name, None) is value:
        module = functional.__name__
    top, _, place = module.partition(".")
    if top == "minitorch" and not place.startswith("ops."):  # the places are PyTorch's
        module = f"torch.{place}"
    return name if module == "builtins" else f"{module}.{name}"
