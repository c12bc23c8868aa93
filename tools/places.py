"""The places with public names, in one list: for the reference, and for the tests of docstrings."""

from __future__ import annotations

import functools
import importlib
import inspect
from importlib.util import find_spec
from typing import Any, NamedTuple

import minitorch as mt


class Place(NamedTuple):
    """A place with public names."""

    module: str  # below minitorch
    title: str = ""  # of its page in the reference, if it has one
    own: bool = False  # only what is written in the module itself: what it imports is not public
    only: str = ""  # these names only, as PyTorch documents them
    needs: str = ""  # a package without which it cannot be imported

    @property
    def owner(self) -> Any:
        if self.module == "Tensor":
            return mt.Tensor
        return importlib.import_module(f"minitorch.{self.module}".rstrip("."))

    @property
    def name(self) -> str:
        return f"mt.{self.module}".rstrip(".")


# In the order in which a name is looked for: its first place describes it.
ALL = [
    Place("", "functions of tensors"),
    Place("Tensor", "methods and attributes"),
    Place("nn", "layers, losses and containers"),
    Place("nn.functional", "layers and losses as functions"),
    Place("nn.init", "initial values of parameters", own=True),
    Place("nn.utils", "clipping, packing, parametrizations"),
    Place("nn.utils.rnn", "sequences of different lengths"),
    Place("nn.utils.parametrize", "parameters computed from others"),
    Place("nn.utils.parametrizations", "weight norm, spectral norm, orthogonal"),
    Place("nn.utils.prune", "pruning"),
    Place("nn.parallel", "several GPUs"),
    Place("optim", "optimizers"),
    Place("optim.lr_scheduler", "learning rates that change"),
    Place("optim.swa_utils", "averages of weights", own=True),
    Place("linalg", "linear algebra"),
    Place("fft", "Fourier transforms"),
    Place("special", "special functions"),
    Place("signal.windows", "windows"),
    Place("distributions", "random variables with densities"),
    Place("distributions.transforms", "transforms of random variables"),
    Place("distributions.constraints", "where the values of parameters may lie"),
    Place("autograd", "gradients"),
    Place(
        "autograd.functional",
        "Jacobians and Hessians",
        only="jacobian hessian vjp jvp vhp hvp",
    ),
    Place(
        "autograd.graph",
        "nodes and saved tensors",
        only="Node GradientEdge get_gradient_edge saved_tensors_hooks save_on_cpu "
        "disable_saved_tensors_hooks allow_mutation_on_saved_tensors register_multi_grad_hook "
        "increment_version",
    ),
    Place(
        "autograd.forward_ad",
        "dual numbers",
        only="dual_level enter_dual_level exit_dual_level make_dual unpack_dual UnpackedDualTensor",
    ),
    Place("autograd.profiler", "how long operations take"),
    Place("func", "functions that return derivatives"),
    Place(
        "overrides",
        "classes that say what functions do with them",
        only="has_torch_function has_torch_function_unary has_torch_function_variadic "
        "handle_torch_function wrap_torch_function is_tensor_like is_tensor_method_or_property "
        "get_default_nowrap_functions resolve_name TorchFunctionMode BaseTorchFunctionMode",
    ),
    Place("futures", "values that come later"),
    Place("profiler", "profiles of training loops"),
    Place("utils.data", "datasets and loaders"),
    Place(
        "utils.checkpoint",
        "less memory for backward",
        only="checkpoint checkpoint_sequential set_checkpoint_early_stop",
    ),
    Place("utils.tensorboard", "curves for TensorBoard", needs="tensorboard"),
    Place("cuda", "GPUs"),
    Place("cuda.nccl"),
    Place("accelerator", "the GPU, whatever its kind", own=True),
    Place("compiler", "loops in C++", own=True),
    Place("amp", "mixed precision", own=True),
    Place("sparse", "sparse tensors"),
    Place("serialization", "what files may contain"),
    Place("onnx", "models as ONNX files", needs="onnx"),
    Place("testing", "comparing tensors"),
    Place("tracing", "what a backward pass did"),
    Place("backends.cuda"),
    Place("backends.cudnn"),
    Place("backends.mkl"),
    Place("backends.mkldnn"),
    Place("backends.mps"),
    Place("backends.openmp"),
    Place("vision.datasets", "datasets of images", needs="PIL"),
    Place("vision.transforms", "transforms of images", needs="PIL"),
    Place("vision.transforms.functional", "the same as functions", needs="PIL"),
    Place("vision.models", "models of images", needs="PIL"),
    Place("vision.utils", "images as files", own=True, needs="PIL"),
]
# Those that can be looked at here.
PLACES = [place for place in ALL if not place.needs or find_spec(place.needs)]


@functools.cache  # the parity tests ask again while `minitorch` is PyTorch
def public(place: Place) -> dict[str, Any]:
    """The functions, classes and properties of a place that are MiniTorch's own, by name."""
    owner = place.owner
    names = place.only.split() or getattr(owner, "__all__", None) or dir(owner)
    members = {
        name: inspect.getattr_static(owner, name) if owner is mt.Tensor else getattr(owner, name)
        for name in sorted(names, key=str.lower)
        if not name.startswith("_")
    }
    return {name: member for name, member in members.items() if is_ours(member, place)}


def is_ours(member: Any, place: Place) -> bool:
    """Whether it is a function, a class, a property or what can be called, and MiniTorch's."""
    if isinstance(member, property):
        return True
    if not callable(member) or isinstance(member, mt.dtype):
        return False
    home = getattr(inspect.unwrap(member), "__module__", None) or "minitorch"
    return home == place.owner.__name__ if place.own else home.startswith(("minitorch", "torch"))
