"""Batch normalization."""

from __future__ import annotations

from typing import Any

from ... import creation, dtypes, from_data
from ...tensor import Tensor
from .. import functional as F, init
from ..parameter import Parameter, UninitializedBuffer, UninitializedParameter
from .lazy import Inferred
from .module import Module


class _NormBase(Module):
    """What batch and instance norm share: weight and bias, and the running statistics."""

    _version = 2  # since PyTorch's version 2 a state dict has num_batches_tracked
    dims: tuple[int, ...]  # the numbers of dimensions that an input may have
    shown_dims = ""  # the same in words

    weight: Tensor | None
    bias: Tensor | None
    running_mean: Tensor | None
    running_var: Tensor | None
    num_batches_tracked: Tensor | None

    def __init__(
        self,
        num_features: int,
        eps: float = 1e-5,
        momentum: float | None = 0.1,
        affine: bool = True,
        track_running_stats: bool = True,
        device: Any = None,
        dtype: Any = None,
        *,
        bias: bool = True,
    ) -> None:
        super().__init__()
        self.num_features = num_features
        self.eps = eps
        self.momentum = momentum
        self.affine = affine
        self.track_running_stats = track_running_stats
        options = {"device": device, "dtype": dtype}
        for name, wanted in (("weight", affine), ("bias", affine and bias)):
            parameter = Parameter(creation.empty(num_features, **options)) if wanted else None
            self.register_parameter(name, parameter)
        tracked: list[Any] = [None, None, None]
        if track_running_stats:
            tracked = [
                creation.zeros(num_features, **options),
                creation.ones(num_features, **options),
                from_data.tensor(0, dtype=dtypes.int64, device=device),
            ]
        for name, buffer in zip(
            ("running_mean", "running_var", "num_batches_tracked"), tracked, strict=True
        ):
            self.register_buffer(name, buffer)
        self.reset_parameters()

    def reset_running_stats(self) -> None:
        """Forget the batches seen: mean 0, variance 1."""
        if self.running_mean is not None and self.running_var is not None:
            self.running_mean.zero_()
            self.running_var.fill_(1)
            self.num_batches_tracked.zero_()  # type: ignore[union-attr]

    def reset_parameters(self) -> None:
        """Scale 1, shift 0, and no batch seen."""
        self.reset_running_stats()
        if self.weight is not None:
            init.ones_(self.weight)
        if self.bias is not None:
            init.zeros_(self.bias)

    def _check_input_dim(self, input: Tensor) -> None:
        """Refuse an input of another rank."""
        if input.dim() not in self.dims:
            raise ValueError(f"expected {self.shown_dims} input (got {input.dim()}D input)")

    def extra_repr(self) -> str:
        """The settings."""
        return (
            f"{self.num_features}, eps={self.eps}, momentum={self.momentum}, affine={self.affine}, "
            f"bias={self.bias is not None}, track_running_stats={self.track_running_stats}"
        )

    def _load_from_state_dict(
        self, state_dict: Any, prefix: str, metadata: Any, *rest: Any
    ) -> None:
        """Load, also what was saved before ``num_batches_tracked`` existed."""
        key = prefix + "num_batches_tracked"
        if metadata.get("version", 0) < 2 and self.track_running_stats and key not in state_dict:
            state_dict[key] = from_data.tensor(0, dtype=dtypes.int64)
        super()._load_from_state_dict(state_dict, prefix, metadata, *rest)


class _BatchNorm(_NormBase):
    """What the layers for 1, 2 and 3 dimensions share."""

    def forward(self, input: Tensor) -> Tensor:
        """The normalized input, of the same shape."""
        self._check_input_dim(input)
        momentum = 0.0 if self.momentum is None else self.momentum
        if self.training and self.num_batches_tracked is not None:
            self.num_batches_tracked.add_(1)
            if self.momentum is None:  # the plain average of all batches so far
                momentum = 1.0 / self.num_batches_tracked.item()
        use_batch = self.training or self.running_mean is None
        track = not self.training or self.track_running_stats
        return F.batch_norm(
            input,
            self.running_mean if track else None,
            self.running_var if track else None,
            self.weight,
            self.bias,
            use_batch,
            momentum,
            self.eps,
        )


class BatchNorm1d(_BatchNorm):
    """Normalize each of C features over the batch: input (N, C) or (N, C, L).

    ``y = (x - mean) / sqrt(var + eps) * weight + bias``, where in training mean and variance are
    those of the batch, and ``running_mean`` and ``running_var`` move by ``momentum`` towards them
    (None: they become the average of all batches); in evaluation they are the running ones.
    Ioffe and Szegedy, *Batch Normalization*, 2015.

    >>> nn.BatchNorm1d(2)(mt.tensor([[1.0, 2.0], [3.0, 6.0]]))
    tensor([[-1.0000, -1.0000],
            [ 1.0000,  1.0000]], grad_fn=<NativeBatchNormBackward0>)
    """

    dims, shown_dims = (2, 3), "2D or 3D"


class BatchNorm2d(_BatchNorm):
    """`BatchNorm1d` for images: each of C channels over the batch and the pixels, (N, C, H, W).

    >>> layer = nn.BatchNorm2d(3)
    >>> y = layer(10 + 5 * mt.arange(48.0).view(1, 3, 4, 4))
    >>> y.mean((0, 2, 3)).abs() < 1e-4, layer.running_mean
    (tensor([True, True, True]), tensor([ 4.7500, 12.7500, 20.7500]))
    """

    dims, shown_dims = (4,), "4D"


class BatchNorm3d(_BatchNorm):
    """`BatchNorm1d` for volumes, (N, C, D, H, W).

    >>> nn.BatchNorm3d(3)(mt.zeros(2, 3, 4, 4, 4)).shape
    torch.Size([2, 3, 4, 4, 4])
    """

    dims, shown_dims = (5,), "5D"


class SyncBatchNorm(_BatchNorm):
    """`BatchNorm1d` for inputs of any rank, (N, C, *), over the batches of all processes.

    There is one process here, so ``process_group`` changes nothing.

    >>> net = nn.Sequential(nn.Linear(4, 3), nn.BatchNorm1d(3))
    >>> nn.SyncBatchNorm.convert_sync_batchnorm(net)[1]
    SyncBatchNorm(3, eps=1e-05, momentum=0.1, affine=True, bias=True, track_running_stats=True)
    """

    def __init__(
        self,
        num_features: int,
        eps: float = 1e-5,
        momentum: float | None = 0.1,
        affine: bool = True,
        track_running_stats: bool = True,
        process_group: Any = None,
        device: Any = None,
        dtype: Any = None,
        *,
        bias: bool = True,
    ) -> None:
        super().__init__(
            num_features, eps, momentum, affine, track_running_stats, device, dtype, bias=bias
        )
        self.process_group = process_group

    def _check_input_dim(self, input: Tensor) -> None:
        if input.dim() < 2:
            raise ValueError(f"expected at least 2D input (got {input.dim()}D input)")
        if input.size(1) == 0:
            raise ValueError("SyncBatchNorm number of input channels should be non-zero")

    @classmethod
    def convert_sync_batchnorm(cls, module: Module, process_group: Any = None) -> Module:
        """``module`` with every batch norm in it, or itself, as a `SyncBatchNorm`.

        >>> net = nn.SyncBatchNorm.convert_sync_batchnorm(nn.Sequential(nn.BatchNorm1d(2)))
        >>> net[0].extra_repr()
        '2, eps=1e-05, momentum=0.1, affine=True, bias=True, track_running_stats=True'
        """
        converted: Any = module
        if isinstance(module, _BatchNorm):
            converted = cls(
                module.num_features,
                module.eps,
                module.momentum,
                module.affine,
                module.track_running_stats,
                process_group,
                bias=module.bias is not None,
            )
            for name in ("weight", "bias", *module._buffers):
                setattr(converted, name, getattr(module, name))
            converted.training = module.training
        for name, child in module.named_children():
            converted.add_module(name, cls.convert_sync_batchnorm(child, process_group))
        return converted


class _LazyNormBase(Inferred):
    """A normalization that learns ``num_features`` from its first input."""

    inferred = "num_features"
    weight: Any
    bias: Any
    running_mean: Any
    running_var: Any

    def __init__(
        self,
        eps: float = 1e-5,
        momentum: float | None = 0.1,
        affine: bool = True,
        track_running_stats: bool = True,
        device: Any = None,
        dtype: Any = None,
        *,
        bias: bool = True,
    ) -> None:
        super().__init__(0, eps, momentum, False, False, device, dtype, bias=False)
        self.affine, self.track_running_stats = affine, track_running_stats
        options = {"device": device, "dtype": dtype}
        if affine:
            self.weight = UninitializedParameter(**options)
            if bias:
                self.bias = UninitializedParameter(**options)
        if track_running_stats:
            self.running_mean = UninitializedBuffer(**options)
            self.running_var = UninitializedBuffer(**options)
            self.num_batches_tracked = from_data.tensor(0, dtype=dtypes.int64, device=device)

    def initialize_parameters(self, input: Tensor) -> None:
        """Make parameters and buffers for the channels of ``input``."""
        if self.has_uninitialized_params():
            self.num_features = input.shape[1]
            for tensor in (self.weight, self.bias, self.running_mean, self.running_var):
                if tensor is not None:
                    tensor.materialize((self.num_features,))
            self.reset_parameters()


class LazyBatchNorm1d(_LazyNormBase, _BatchNorm):
    """A `BatchNorm1d` that learns ``num_features`` from its first input, and then is one.

    >>> layer = nn.LazyBatchNorm1d()
    >>> layer(mt.zeros(5, 4)).shape
    torch.Size([5, 4])
    >>> layer.num_features
    4
    """

    cls_to_become = BatchNorm1d


class LazyBatchNorm2d(_LazyNormBase, _BatchNorm):
    """A `BatchNorm2d` that learns ``num_features`` from its first input, and then is one.

    >>> layer = nn.LazyBatchNorm2d()
    >>> _ = layer(mt.zeros(2, 5, 4, 4))
    >>> layer
    BatchNorm2d(5, eps=1e-05, momentum=0.1, affine=True, bias=True, track_running_stats=True)
    """

    cls_to_become = BatchNorm2d


class LazyBatchNorm3d(_LazyNormBase, _BatchNorm):
    """A `BatchNorm3d` that learns ``num_features`` from its first input, and then is one.

    >>> layer = nn.LazyBatchNorm3d()
    >>> _ = layer(mt.zeros(2, 5, 4, 4, 4))
    >>> layer.weight.shape
    torch.Size([5])
    """

    cls_to_become = BatchNorm3d
