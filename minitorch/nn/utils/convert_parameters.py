"""All parameters of a network as one vector, and back."""

from __future__ import annotations

from collections.abc import Iterable

from ...ops.joining import cat
from ...tensor import Tensor
from ..modules.module import typename


def parameters_to_vector(parameters: Iterable[Tensor]) -> Tensor:
    """The elements of all ``parameters``, one after the other.

    >>> nn.utils.parameters_to_vector([mt.tensor([[1.0, 2.0]]), mt.tensor([3.0])])
    tensor([1., 2., 3.])
    """
    return cat([parameter.view(-1) for parameter in on_one_device(parameters)])


def vector_to_parameters(vec: Tensor, parameters: Iterable[Tensor]) -> None:
    """Make the parts of ``vec`` the contents of ``parameters``, with which they share memory.

    >>> layer = nn.Linear(2, 1)
    >>> nn.utils.vector_to_parameters(mt.tensor([1.0, 2.0, 3.0]), layer.parameters())
    >>> layer.weight.detach(), layer.bias.detach()
    (tensor([[1., 2.]]), tensor([3.]))
    """
    if not isinstance(vec, Tensor):
        raise TypeError(f"expected torch.Tensor, but got: {typename(vec)}")
    start = 0
    for parameter in on_one_device(parameters):
        end = start + parameter.numel()
        parameter.data = vec[start:end].view_as(parameter).data
        start = end


def on_one_device(parameters: Iterable[Tensor]) -> list[Tensor]:
    """``parameters`` as a list; refuses those on several devices."""
    parameters = list(parameters)
    if len({parameter.device for parameter in parameters}) > 1:
        raise TypeError(
            "Found two parameters on different devices, this is currently not supported."
        )
    return parameters
