"""Neural networks: modules, their parameters, and how they are initialised."""

# First: it brings the name of the file modules/attention.py, which nn/attention.py takes over.
from .modules import *  # isort: split

from .attention import SDPBackend as _SDPBackend  # isort: split

from . import functional, init, parallel, parameter, utils
from .parallel import DataParallel
from .parameter import Buffer, Parameter, UninitializedBuffer, UninitializedParameter
from .summarizing import summary
