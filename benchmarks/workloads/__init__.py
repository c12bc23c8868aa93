"""The workloads, a family to a file; importing this package fills the table of them all."""

from ..registry import GPU_WORKLOADS, WORKLOADS
from . import data, growth, networks, operations, overhead, training

__all__ = ["GPU_WORKLOADS", "WORKLOADS"]
