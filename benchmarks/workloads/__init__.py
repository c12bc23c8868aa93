"""The workloads, a family to a file; importing this package fills the table of them all."""

from ..registry import WORKLOADS
from . import data, networks, operations, overhead, training

__all__ = ["WORKLOADS"]
