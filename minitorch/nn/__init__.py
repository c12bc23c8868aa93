"""Neural networks: modules, their parameters, and how they are initialised."""

# First: it brings the name of the file modules/attention.py, which nn/attention.py takes over.
from .modules import *  # isort: split

from .attention import SDPBackend as _SDPBackend  # isort: split

from typing import TYPE_CHECKING as _TYPE_CHECKING

from ..later import later as _later
from . import functional, init, parameter
from .parameter import Buffer, Parameter, UninitializedBuffer, UninitializedParameter

if _TYPE_CHECKING:
    from . import parallel, utils
    from .modules.linear_cross_entropy_options import LinearCrossEntropyOptions
    from .parallel import DataParallel
    from .summarizing import summary
else:
    __getattr__, __dir__ = _later(
        __name__,
        "parallel utils",
        {
            "modules.linear_cross_entropy_options": "LinearCrossEntropyOptions",
            "parallel": "DataParallel",
            "summarizing": "summary",
        },
    )
    __all__ = [name for name in __dir__() if name[0] != "_"]  # for `from minitorch.nn import *`
