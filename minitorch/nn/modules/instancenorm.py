"""Instance normalization: batch normalization of each sample by itself."""

from __future__ import annotations

from typing import Any

from ...tensor import Tensor
from ...user_warnings import warn
from .. import functional as F
from .batchnorm import _LazyNormBase, _NormBase


class _InstanceNorm(_NormBase):
    """What the layers for 1, 2 and 3 dimensions share."""

    def __init__(
        self,
        num_features: int,
        eps: float = 1e-5,
        momentum: float | None = 0.1,
        affine: bool = False,
        track_running_stats: bool = False,
        device: Any = None,
        dtype: Any = None,
        *,
        bias: bool = True,
    ) -> None:
        super().__init__(
            num_features, eps, momentum, affine, track_running_stats, device, dtype, bias=bias
        )

    def forward(self, input: Tensor) -> Tensor:
        """The normalized input, of the same shape."""
        self._check_input_dim(input)
        single = input.dim() == self.dims[0]
        dim = 0 if single else 1
        if input.size(dim) != self.num_features:
            if self.affine:
                raise ValueError(
                    f"expected input's size at dim={dim} to match num_features "
                    f"({self.num_features}), but got: {input.size(dim)}."
                )
            warn(
                f"input's size at dim={dim} does not match num_features. You can silence this "
                "warning by not passing in num_features, which is not used because affine=False"
            )
        out = F.instance_norm(
            input.unsqueeze(0) if single else input,
            self.running_mean,
            self.running_var,
            self.weight,
            self.bias,
            self.training or not self.track_running_stats,
            0.0 if self.momentum is None else self.momentum,
            self.eps,
        )
        return out.squeeze(0) if single else out

    def _load_from_state_dict(
        self,
        state_dict: Any,
        prefix: str,
        metadata: Any,
        strict: bool,
        missing: list[str],
        unexpected: list[str],
        errors: list[str],
    ) -> None:
        """Load; refuses running statistics of before PyTorch 0.4, where every layer had them."""
        names = [n for n in ("running_mean", "running_var") if prefix + n in state_dict]
        if metadata.get("version") is None and not self.track_running_stats and names:
            kind = type(self).__name__
            shown = " and ".join(f'"{prefix}{name}"' for name in names)
            errors.append(
                f"Unexpected running stats buffer(s) {shown} for {kind} with "
                "track_running_stats=False. If state_dict is a checkpoint saved before 0.4.0, this "
                f"may be expected because {kind} does not track running stats by default since "
                "0.4.0. Please remove these keys from state_dict. If the running stats are "
                f"actually needed, instead set track_running_stats=True in {kind} to enable them. "
                f"See the documentation of {kind} for details."
            )
            for name in names:
                state_dict.pop(prefix + name)
        super()._load_from_state_dict(
            state_dict, prefix, metadata, strict, missing, unexpected, errors
        )


class InstanceNorm1d(_InstanceNorm):
    """Normalize each of C channels of each sample over its places: input (N, C, L) or (C, L).

    ``y = (x - mean) / sqrt(var + eps) * weight + bias``; weight and bias only if ``affine``. With
    ``track_running_stats`` evaluation uses running statistics. Ulyanov, Vedaldi and Lempitsky,
    *Instance Normalization*, 2016.

    >>> nn.InstanceNorm1d(2)(mt.tensor([[[1.0, 3.0], [4.0, 8.0]]]))
    tensor([[[-1.0000,  1.0000],
             [-1.0000,  1.0000]]])
    """

    dims, shown_dims = (2, 3), "2D or 3D"


class InstanceNorm2d(_InstanceNorm):
    """`InstanceNorm1d` for images, (N, C, H, W) or (C, H, W).

    >>> nn.InstanceNorm2d(1)(mt.tensor([[[[1.0, 3.0]]], [[[10.0, 30.0]]]])).squeeze()
    tensor([[-1.0000,  1.0000],
            [-1.0000,  1.0000]])
    """

    dims, shown_dims = (3, 4), "3D or 4D"


class InstanceNorm3d(_InstanceNorm):
    """`InstanceNorm1d` for volumes, (N, C, D, H, W) or (C, D, H, W).

    >>> nn.InstanceNorm3d(3)(mt.zeros(2, 3, 4, 4, 4)).shape
    torch.Size([2, 3, 4, 4, 4])
    """

    dims, shown_dims = (4, 5), "4D or 5D"


class LazyInstanceNorm1d(_LazyNormBase, _InstanceNorm):
    """An `InstanceNorm1d` that learns ``num_features`` from its first input, and then is one.

    >>> layer = nn.LazyInstanceNorm1d()
    >>> _ = layer(mt.zeros(2, 5, 4))
    >>> layer.num_features
    5
    """

    cls_to_become = InstanceNorm1d


class LazyInstanceNorm2d(_LazyNormBase, _InstanceNorm):
    """An `InstanceNorm2d` that learns ``num_features`` from its first input, and then is one.

    >>> layer = nn.LazyInstanceNorm2d()
    >>> _ = layer(mt.zeros(2, 5, 4, 4))
    >>> layer.num_features
    5
    """

    cls_to_become = InstanceNorm2d


class LazyInstanceNorm3d(_LazyNormBase, _InstanceNorm):
    """An `InstanceNorm3d` that learns ``num_features`` from its first input, and then is one.

    >>> layer = nn.LazyInstanceNorm3d()
    >>> _ = layer(mt.zeros(2, 5, 4, 4, 4))
    >>> layer.num_features
    5
    """

    cls_to_become = InstanceNorm3d
