"""Softmax over many classes, most of which are rare."""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from typing import Any, NamedTuple

from ...ops.joining import cat
from ...tensor import Tensor
from .. import functional as F
from .container import ModuleList, Sequential
from .linear import Linear
from .module import Module


class _ASMoutput(NamedTuple):
    """What `AdaptiveLogSoftmaxWithLoss` gives."""

    output: Tensor  # the log-probability of each sample's class, (N) or ()
    loss: Tensor  # minus their mean


class AdaptiveLogSoftmaxWithLoss(Module):
    """Log-softmax and its loss for classes that are numbered from frequent to rare.

    ``cutoffs`` divide the classes: those below the first have scores of their own in the ``head``,
    which also has one score for each further cluster; a cluster's layers in the ``tail`` say which
    of its classes it is. Cluster i works with ``in_features / div_value**i`` features, and only on
    the samples that belong to it: so the many rare classes cost little.
    (Grave et al. 2016, https://arxiv.org/abs/1609.04309)

    Shapes: input (N, in_features) or (in_features), target (N) or (), class numbers.

    >>> layer = nn.AdaptiveLogSoftmaxWithLoss(16, 20, cutoffs=[5, 10])
    >>> layer.log_prob(mt.zeros(3, 16)).shape
    torch.Size([3, 20])
    """

    def __init__(
        self,
        in_features: int,
        n_classes: int,
        cutoffs: Sequence[int],
        div_value: float = 4.0,
        head_bias: bool = False,
        device: Any = None,
        dtype: Any = None,
    ) -> None:
        super().__init__()
        cutoffs = list(cutoffs)
        if not cutoffs:
            raise ValueError("cutoffs should be a sequence of length larger than 0")
        if (
            cutoffs != sorted(set(cutoffs))
            or cutoffs[0] <= 0
            or cutoffs[-1] > n_classes - 1
            or any(int(cutoff) != cutoff for cutoff in cutoffs)
        ):
            raise ValueError(
                "cutoffs should be a sequence of unique, positive integers sorted in an increasing "
                "order, where each value is between 1 and n_classes-1"
            )
        self.in_features = in_features
        self.n_classes = n_classes
        self.cutoffs = [*cutoffs, n_classes]
        self.div_value = div_value
        self.head_bias = head_bias
        self.shortlist_size = cutoffs[0]
        self.n_clusters = len(cutoffs)
        self.head_size = self.shortlist_size + self.n_clusters
        where = {"device": device, "dtype": dtype}
        self.head = Linear(in_features, self.head_size, bias=head_bias, **where)
        self.tail = ModuleList()
        for number, (first, end) in enumerate(itertools.pairwise(self.cutoffs), 1):
            features = int(in_features // div_value**number)
            self.tail.append(
                Sequential(
                    Linear(in_features, features, bias=False, **where),
                    Linear(features, end - first, bias=False, **where),
                )
            )

    def reset_parameters(self) -> None:
        """Draw new numbers for all weights."""
        self.head.reset_parameters()
        for cluster in self.tail:
            for layer in cluster.children():
                layer.reset_parameters()

    def forward(self, input_: Tensor, target_: Tensor) -> _ASMoutput:
        """The log-probability of each target, and minus their mean."""
        ndim = target_.dim()
        if ndim > 1:
            raise RuntimeError("0D or 1D target tensor expected, multi-target not supported")
        if ndim == 1 and input_.size(0) != target_.size(0):
            raise RuntimeError("Input and target should have the same size in the batch dimension.")
        if input_.dim() != ndim + 1:
            raise RuntimeError(
                f"{ndim}D target tensor expects {ndim + 1}D input tensors, but found inputs with "
                f"size {input_.size()}"
            )
        input, target = (input_, target_) if ndim else (input_.unsqueeze(0), target_.unsqueeze(0))
        if target.numel() and not 0 <= target.min() <= target.max() < self.n_classes:
            raise RuntimeError(
                f"Target values should be in [0, {self.n_classes - 1}], but values in range "
                f"[{target.min().item()}, {target.max().item()}] were found. "
            )
        head = target.clone()  # the place of each target's class or cluster in the head
        output = input.new_zeros(len(target))
        for number, (first, end) in enumerate(itertools.pairwise(self.cutoffs)):
            rows = ((target >= first) & (target < end)).nonzero().squeeze(1)
            if rows.numel() == 0:
                continue
            head[rows] = self.shortlist_size + number
            scores = F.log_softmax(self.tail[number](input[rows]), dim=1)
            found = scores.gather(1, (target[rows] - first).unsqueeze(1)).squeeze(1)
            output = output.index_copy(0, rows, found)
        scores = F.log_softmax(self.head(input), dim=1)
        output = output + scores.gather(1, head.unsqueeze(1)).squeeze(1)
        return _ASMoutput(output if ndim else output.squeeze(0), (-output).mean())

    def log_prob(self, input: Tensor) -> Tensor:
        """The log-probabilities of all classes, (N, in_features) to (N, n_classes)."""
        head = F.log_softmax(self.head(input), dim=1)
        parts = [head[:, : self.shortlist_size]]
        for number, cluster in enumerate(self.tail, self.shortlist_size):
            parts.append(F.log_softmax(cluster(input), dim=1) + head[:, number : number + 1])
        return cat(parts, 1)

    def predict(self, input: Tensor) -> Tensor:
        """The most likely class of each sample, (N, in_features) to (N)."""
        best = self.head(input).argmax(1)
        rare = best >= self.shortlist_size
        if rare.any():  # it is the cluster that is likely: ask which of all classes
            best[rare] = self.log_prob(input[rare]).argmax(1)
        return best
