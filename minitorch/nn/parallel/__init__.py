"""One batch on several GPUs. (Several processes or machines: not here.)"""

from .data_parallel import DataParallel, data_parallel
from .scatter_gather import gather, parallel_apply, replicate, scatter

__all__ = ["DataParallel", "data_parallel", "gather", "parallel_apply", "replicate", "scatter"]
