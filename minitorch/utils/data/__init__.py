"""``mt.utils.data``: from a collection of samples to batches.

A `Dataset` gives a sample for an index. A `Sampler` says in which order the indices come. The
`DataLoader` takes as many of them as make a batch, fetches the samples, and has `default_collate`
put them together; with ``num_workers`` it does so in other processes, ahead of time.
"""

from ._utils.collate import default_collate, default_convert
from ._utils.worker_info import get_worker_info
from .dataloader import DataLoader
from .dataset import (
    ChainDataset,
    ConcatDataset,
    Dataset,
    IterableDataset,
    StackDataset,
    Subset,
    TensorDataset,
    random_split,
)
from .distributed import DistributedSampler
from .sampler import (
    BatchSampler,
    RandomSampler,
    Sampler,
    SequentialSampler,
    SubsetRandomSampler,
    WeightedRandomSampler,
)
