"""Neural networks: modules, their parameters, and how they are initialised."""

from . import functional, init, parallel, parameter, utils
from .modules import *
from .parallel import DataParallel
from .parameter import Buffer, Parameter, UninitializedBuffer, UninitializedParameter
from .summarizing import summary
