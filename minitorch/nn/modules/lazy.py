"""`LazyModuleMixin`: layers whose first input tells how large their parameters are."""

from __future__ import annotations

from typing import Any

from ..parameter import is_lazy


class LazyModuleMixin:
    """A layer that makes its parameters when it is first called.

    Until then they are `UninitializedParameter` and `UninitializedBuffer`. Before the first
    ``forward`` runs `initialize_parameters`, which gives them their shapes and draws their numbers;
    then the layer changes its class to ``cls_to_become``, if that is given, and is an ordinary one.

    Make the optimizer when you like: the parameters stay the objects they are. But the random
    numbers are drawn at the first call, after those of layers that were made later.

    >>> net = nn.Sequential(nn.LazyLinear(8), nn.ReLU(), nn.LazyLinear(2))
    >>> net
    Sequential(
      (0): LazyLinear(in_features=0, out_features=8, bias=True)
      (1): ReLU()
      (2): LazyLinear(in_features=0, out_features=2, bias=True)
    )
    >>> net(mt.zeros(5, 4)).shape
    torch.Size([5, 2])
    >>> net
    Sequential(
      (0): Linear(in_features=4, out_features=8, bias=True)
      (1): ReLU()
      (2): Linear(in_features=8, out_features=2, bias=True)
    )
    """

    cls_to_become: type[Any] | None = None

    def __init__(self: Any, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._initialize_hook = self.register_forward_pre_hook(
            self._infer_parameters, with_kwargs=True
        )

    def initialize_parameters(self, *args: Any, **kwargs: Any) -> None:
        """Give the parameters the shapes that follow from forward's arguments. Override it."""
        raise NotImplementedError(
            f"initialize_parameters is not implemented for {type(self).__name__}"
        )

    def has_uninitialized_params(self: Any) -> bool:
        """Whether there is a parameter or buffer without a shape."""
        return any(map(is_lazy, [*self._parameters.values(), *self._buffers.values()]))

    def _infer_parameters(self: Any, module: Any, args: Any, kwargs: Any = None) -> None:
        """The hook before the first ``forward``."""
        module.initialize_parameters(*args, **(kwargs or {}))
        if module.has_uninitialized_params():
            raise RuntimeError(f"module {self._get_name()} has not been fully initialized")
        module._initialize_hook.remove()
        del module._initialize_hook
        if module.cls_to_become is not None:
            module.__class__ = module.cls_to_become

    def _load_from_state_dict(self: Any, state_dict: Any, prefix: str, *rest: Any) -> None:
        """Load; what is uninitialized here takes the shape of what is loaded."""
        for name, tensor in {**self._parameters, **self._buffers}.items():
            given = state_dict.get(prefix + name)
            if is_lazy(tensor) and given is not None and not is_lazy(given):
                tensor.materialize(given.shape)
        super()._load_from_state_dict(state_dict, prefix, *rest)  # type: ignore[misc]


class Inferred(LazyModuleMixin):
    """What PyTorch's own lazy layers share: one number, ``inferred``, is 0 until it is known."""

    inferred: str

    def reset_parameters(self: Any) -> None:
        """Draw new numbers, once there is something to draw."""
        if not self.has_uninitialized_params() and getattr(self, self.inferred) != 0:
            super().reset_parameters()  # type: ignore[misc]
