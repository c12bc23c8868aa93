"""Optimizers: ``mt.optim.Adam`` and its kin. `optimizer.py` says how an algorithm is written."""

from typing import TYPE_CHECKING as _TYPE_CHECKING

from ..later import later as _later
from .adadelta import Adadelta
from .adafactor import Adafactor
from .adagrad import Adagrad
from .adam import Adam
from .adamax import Adamax
from .adamw import AdamW
from .asgd import ASGD
from .lbfgs import LBFGS
from .muon import Muon
from .nadam import NAdam
from .optimizer import Optimizer
from .radam import RAdam
from .rmsprop import RMSprop
from .rprop import Rprop
from .sgd import SGD

if _TYPE_CHECKING:
    from . import lr_scheduler, swa_utils
else:
    __getattr__, __dir__ = _later(__name__, "lr_scheduler swa_utils")
    __all__ = [name for name in __dir__() if name[0] != "_"]  # for `from minitorch.optim import *`
