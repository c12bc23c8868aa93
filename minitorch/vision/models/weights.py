"""What the functions that make a model say when they are asked for trained weights."""

from __future__ import annotations

from typing import Any


def refuse_weights(name: str, pretrained: Any, weights: Any) -> None:
    """NotImplementedError if the model is asked for with weights."""
    if pretrained or weights is not None:
        raise NotImplementedError(
            f"MiniTorch does not download trained weights: make the model with {name}() and load a "
            "file that torch.save wrote of the state dict, with "
            f'model.load_state_dict(minitorch.load("{name}.pth"))'
        )
