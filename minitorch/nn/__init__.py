"""Neural networks: modules, their parameters, and how they are initialised."""

# First: it brings the name of the file modules/attention.py, which nn/attention.py takes over.
from .modules import *  # isort: split

from .attention import SDPBackend as _SDPBackend  # isort: split

from typing import TYPE_CHECKING as _TYPE_CHECKING

from ..later import later as _later
from . import functional, init, parallel, parameter, utils
from .parallel import DataParallel
from .parameter import Buffer, Parameter, UninitializedBuffer, UninitializedParameter

if _TYPE_CHECKING:
    from .modules.linear_cross_entropy_options import LinearCrossEntropyOptions
    from .summarizing import summary
else:
    __getattr__, __dir__ = _later(
        __name__,
        "",
        {
            "modules.linear_cross_entropy_options": "LinearCrossEntropyOptions",
            "summarizing": "summary",
        },
    )
