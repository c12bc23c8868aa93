"""Functions of functions: `grad`, `vjp`, `jvp`, Jacobians, `vmap`, and modules without state.

``grad(f)`` is the function whose value at x is the gradient of ``f`` at x. They can be nested:
``grad(grad(f))`` is the second derivative, ``vmap(grad(loss))`` the gradients of every sample.
"""

from .modules import functional_call, replace_all_batch_norm_modules_, stack_module_state
from .transforms import (
    grad,
    grad_and_value,
    hessian,
    jacfwd,
    jacrev,
    jvp,
    linearize,
    vjp,
)
from .vmap import vmap

__all__ = [
    "functional_call",
    "grad",
    "grad_and_value",
    "hessian",
    "jacfwd",
    "jacrev",
    "jvp",
    "linearize",
    "replace_all_batch_norm_modules_",
    "stack_module_state",
    "vjp",
    "vmap",
]
