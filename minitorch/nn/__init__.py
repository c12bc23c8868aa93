"""Neural networks: modules, their parameters, and how they are initialised."""

from . import functional, init, parameter
from .modules import *
from .parameter import Buffer, Parameter
