"""How a tensor goes into a pickle and comes out of it, and what things are called there.

A pickle is a list of names, such as ``torch._utils._rebuild_tensor_v2``, and of what to call them
with. `reduced` says it for a tensor; the functions ``rebuild…`` are what is called when the file
is read. `NAMES` has PyTorch's names of them and of all else that both libraries know.
"""

from __future__ import annotations

import codecs
import re
from collections import Counter, OrderedDict
from collections.abc import Callable
from typing import Any

from .. import backend, dtypes
from ..autograd.graph import TensorBase
from ..autograd.modes import state as modes
from ..autograd.operation import make
from ..autograd.views import is_dense
from ..devices import device
from ..nn.parameter import Buffer, Parameter
from ..ops.memory_views import memory_of, owner_of, steps_of
from ..size import Size
from ..tensor import Tensor
from ..user_warnings import warn
from .storage import StorageType, TypedStorage


class Stored:
    """A storage that is to be saved: ``memory`` is a vector of the dtype of its tensors."""

    __slots__ = ("key", "memory")

    def __init__(self, memory: Any, key: str) -> None:
        self.memory = memory
        self.key = key

    def persistent_id(self) -> tuple[Any, ...]:
        """What stands in the pickle for the storage."""
        kind = STORAGE_TYPES[dtypes.of(self.memory)]
        location = backend.device_name(self.memory)
        return "storage", kind, self.key, location, int(self.memory.size)


def reduced(tensor: Any, store: Callable[[Any], Stored]) -> tuple[Any, ...]:
    """The function that builds ``tensor`` again, and its arguments.

    ``store`` makes of an array, all the memory behind a tensor, the storage that holds it.
    """
    warn_of_hooks(tensor)
    own = vars(tensor)
    no_hooks: OrderedDict[str, Any] = OrderedDict()
    if isinstance(tensor, Parameter):
        data = tensor.data, tensor.requires_grad, no_hooks
        return (rebuild_parameter_with_state, (*data, own)) if own else (rebuild_parameter, data)
    array, memory, offset = with_memory(tensor._array)
    arguments = (
        store(memory), offset, tuple(array.shape), steps_of(array), tensor.requires_grad, no_hooks
    )  # fmt: skip
    if type(tensor) is Tensor and not own:
        return rebuild_tensor_v2, arguments
    kind: type = type(tensor)
    if kind is Buffer:  # PyTorch makes them tensors with a mark
        kind, own = Tensor, own | {"_is_buffer": True}
    return rebuild_from_type_v2, (rebuild_tensor_v2, kind, arguments, own)


def with_memory(array: Any) -> tuple[Any, Any, int]:
    """``array``, all the memory that it is a view of, and at which element there it begins.

    A copy of an array whose place cannot be said like that, such as one of somebody else's memory.
    """
    xp = backend.array_module(array)
    owner = owner_of(xp, array)
    offset, rest = divmod(backend.address(array) - backend.address(owner), array.itemsize)
    steps = [step for step, n in zip(array.strides, array.shape, strict=True) if n > 1]
    unclear = any(step < 0 or step % array.itemsize for step in steps) or not is_dense(owner)
    if not array.size or rest or unclear or owner.nbytes % array.itemsize:
        array, offset = xp.array(array, order="C"), 0
    return array, memory_of(xp, array), offset


def warn_of_hooks(tensor: Any) -> None:
    """Say that hooks stay behind."""
    owner = tensor if tensor.grad_fn is None else tensor.grad_fn
    hooks = owner._hooks if owner is tensor else owner.hooks
    for output, hook in list(hooks.on_gradient.values()) if hooks is not None else ():
        if output == tensor.output_nr:
            warn(f"backward hook {hook!r} on tensor will not be serialized.")


def rebuild_tensor(storage: TypedStorage, storage_offset: int, size: Any, stride: Any) -> Any:
    """A view of ``storage``."""
    return rebuild_tensor_v2(storage, storage_offset, size, stride, False, None)


def rebuild_tensor_v2(
    storage: TypedStorage, storage_offset: int, size: Any, stride: Any, requires_grad: bool,
    backward_hooks: Any, metadata: Any = None,
) -> Any:  # fmt: skip
    """A view of ``storage``; ``metadata`` may say that it is to be conjugated or negated."""
    return rebuild_tensor_v3(
        storage, storage_offset, size, stride, requires_grad, backward_hooks, None, metadata
    )


def rebuild_tensor_v3(
    storage: TypedStorage, storage_offset: int, size: Any, stride: Any, requires_grad: bool,
    backward_hooks: Any, dtype: dtypes.dtype | None, metadata: Any = None,
) -> Any:  # fmt: skip
    """As `rebuild_tensor_v2`, of another dtype than that of ``storage``, if it is given."""
    if type(storage) is not TypedStorage:
        raise TypeError(f"{type(storage)} is no storage")
    array = storage.view(storage_offset, size, stride, dtype, **(metadata or {}))
    return make(Tensor, array, modes.recording).requires_grad_(bool(requires_grad))


def rebuild_parameter(data: Any, requires_grad: bool, backward_hooks: Any) -> Parameter:
    """A parameter that holds ``data``."""
    if not isinstance(data, TensorBase):
        raise TypeError(f"{type(data)} is no tensor")
    return Parameter(data, bool(requires_grad))


def rebuild_parameter_with_state(
    data: Any, requires_grad: bool, backward_hooks: Any, state: Any
) -> Any:
    """A parameter with a user's attributes."""
    return with_attributes(rebuild_parameter(data, requires_grad, backward_hooks), state)


def rebuild_from_type_v2(
    function: Callable[..., Any], kind: Any, arguments: Any, state: Any
) -> Any:
    """What ``function`` makes, as a tensor of class ``kind`` with a user's attributes."""
    tensor = function(*arguments)
    if type(state) is dict and state.get("_is_buffer"):
        kind, state = Buffer, {key: state[key] for key in state if key != "_is_buffer"}
    if type(tensor) is not kind:
        made = make(kind, tensor._array, modes.recording)
        made._requires_grad = tensor._requires_grad
        tensor = made
    if getattr(kind, "__setstate__", None) is not getattr(Tensor, "__setstate__", None):
        tensor.__setstate__(state)
        return tensor
    return with_attributes(tensor, state)


def with_attributes(thing: Any, state: Any) -> Any:
    """``thing``, with the attributes in ``state``; none may hide what its class has."""
    if state is not None and type(state) is not dict:
        raise TypeError(f"attributes must be a dict, not {type(state)}")
    for name, value in (state or {}).items():
        if hasattr(type(thing), name):
            raise ValueError(f"the attribute '{name}' would hide that of {type(thing)}")
        vars(thing)[name] = value
    return thing


STORAGE_TYPES = {dtype: StorageType(dtype) for dtype in dtypes.ALL}
UNTYPED = StorageType(dtypes.uint8)

NAMES: dict[str, Any] = {
    "collections.OrderedDict": OrderedDict,
    "collections.Counter": Counter,
    "_codecs.encode": codecs.encode,
    "builtins.bytearray": bytearray,
    "builtins.bytes": bytes,
    "builtins.complex": complex,
    "builtins.set": set,
    "torch.Size": Size,
    "torch.Tensor": Tensor,
    "torch.device": device,
    "torch.nn.parameter.Parameter": Parameter,
    "torch.storage.UntypedStorage": UNTYPED,
    "torch._utils._rebuild_tensor": rebuild_tensor,
    "torch._utils._rebuild_tensor_v2": rebuild_tensor_v2,
    "torch._utils._rebuild_tensor_v3": rebuild_tensor_v3,
    "torch._utils._rebuild_parameter": rebuild_parameter,
    "torch._utils._rebuild_parameter_with_state": rebuild_parameter_with_state,
    "torch._tensor._rebuild_from_type_v2": rebuild_from_type_v2,
}
NAMES |= {str(dtype): dtype for dtype in dtypes.ALL}
for _dtype, _type in STORAGE_TYPES.items():
    NAMES[f"torch.{dtypes.SCALAR_TYPE[_dtype]}Storage"] = _type
# What PyTorch calls it. By identity: not everything that is pickled can be hashed.
TORCH_NAMES = {id(thing): name for name, thing in NAMES.items() if name.startswith("torch.")}

# What PyTorch's files may hold and MiniTorch has not, and what to do in PyTorch.
LACKING = [
    (r"torch\.(bfloat16|BFloat16Storage)", "bfloat16 tensors", "x.float()"),
    (r"torch\.float\d\w*", "tensors of dtype {name}", "x.float()"),
    (r"torch\.(uint|int|bits)\d\w*", "tensors of dtype {name}", "x.to(torch.int64)"),
    (r"torch\.(complex32|ComplexHalfStorage)", "complex32 tensors", "x.to(torch.complex64)"),
    (r"torch\.(qu?int|Qu?Int)\w+|torch\.per_\w+|.*_rebuild_qtensor", "quantized tensors",
     "x.dequantize()"),
    (r".*_rebuild_sparse_tensor|torch\.serialization\._get_layout", "sparse tensors or layouts",
     "x.to_dense()"),
    (r".*_rebuild_nested_tensor", "nested tensors", "x.to_padded_tensor(0)"),
    (r".*_rebuild_meta_tensor_no_storage", "tensors without numbers, on the device meta",
     "torch.empty_like(x, device='cpu')"),
]  # fmt: skip


def refuse_lacking(path: str) -> None:
    """A NotImplementedError if ``path`` is PyTorch's name of something that MiniTorch has not."""
    for pattern, what, instead in LACKING:
        if re.fullmatch(pattern, path):
            raise NotImplementedError(
                f"the file holds {what.format(name=path)}, which MiniTorch does not have\n"
                f"Convert them in PyTorch ({instead}), and save again."
            )
