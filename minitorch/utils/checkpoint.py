"""Checkpointing: compute a part of a model again in backward, instead of keeping what it needs.

It costs time and saves memory. Without ``use_reentrant`` it is made of `saved_tensors_hooks`: what
the part would keep is thrown away, and the first tensor that backward asks for makes the part run
once more. With it, the part is one node, whose backward runs the part and a backward through it.
"""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator
from typing import Any

from ..autograd import engine
from ..autograd.function import Function
from ..autograd.modes import enable_grad, no_grad, state
from ..autograd.saved import SavedTensor
from ..autograd.saved_hooks import saved_tensors_hooks
from ..inspection import is_tensor
from ..nn.modules.container import Sequential
from ..random import fork_rng, set_states, states
from ..user_warnings import warn

PASS_IT = (
    "the use_reentrant parameter should be passed explicitly. {} use_reentrant=False is "
    "recommended, but if you need to preserve the current default behavior, you can pass "
    "use_reentrant=True. Refer to docs for more details on the differences between the two "
    "variants."
)
NOT_VALID = (
    "When use_reentrant=True, torch.utils.checkpoint is incompatible with .grad() or passing an "
    "`inputs` parameter to .backward(). To resolve this error, you can either set "
    "use_reentrant=False, or call .backward() without passing the `inputs` argument."
)
CHECKS = ("default", "none")

_early_stop: bool | None = None


class CheckpointError(RuntimeError):
    """Raised where a function does not do the same when it runs for the second time."""


def noop_context_fn() -> tuple[Any, Any]:
    """Two contexts that do nothing: for the first run and for the second."""
    return contextlib.nullcontext(), contextlib.nullcontext()


@contextlib.contextmanager
def set_checkpoint_early_stop(enable: bool) -> Iterator[None]:
    """In this context all checkpoints stop, or do not, once they have what backward needs.

    >>> x = mt.ones(2, requires_grad=True)
    >>> with mt.utils.checkpoint.set_checkpoint_early_stop(False):
    ...     y = mt.utils.checkpoint.checkpoint(mt.exp, x, use_reentrant=False)
    >>> y.sum().backward()
    """
    global _early_stop
    before, _early_stop = _early_stop, enable
    try:
        yield
    finally:
        _early_stop = before


def checkpoint(
    function: Callable[..., Any],
    *args: Any,
    use_reentrant: bool | None = None,
    context_fn: Callable[[], tuple[Any, Any]] = noop_context_fn,
    determinism_check: str = "default",
    debug: bool = False,
    early_stop: bool = True,
    **kwargs: Any,
) -> Any:
    """``function(*args, **kwargs)``, without keeping for backward what is computed on the way.

    The function runs again in backward, with the same random numbers unless
    ``preserve_rng_state=False``. ``context_fn`` gives the contexts of both runs; ``debug`` changes
    nothing here.

    >>> x = mt.ones(2, requires_grad=True)
    >>> y = mt.utils.checkpoint.checkpoint(lambda x: (x * x).exp(), x, use_reentrant=False)
    >>> y.sum().backward()
    >>> x.grad
    tensor([5.4366, 5.4366])
    """
    if use_reentrant is None:
        until = "Starting in PyTorch 2.9, calling checkpoint without use_reentrant will raise an"
        told = PASS_IT.format(f"{until} exception.")
        warn(f"torch.utils.checkpoint: {told}")
        use_reentrant = True
    preserve = kwargs.pop("preserve_rng_state", True)
    if use_reentrant:
        refuse(kwargs)
        if context_fn is not noop_context_fn or debug is not False:
            raise ValueError(
                "Passing `context_fn` or `debug` is only supported when use_reentrant=False."
            )
        return CheckpointFunction.apply(function, preserve, *args)
    if determinism_check not in CHECKS:
        raise ValueError(
            f"determinism_check should be one of {list(CHECKS)}, but got {determinism_check}"
        )
    first, second = context_fn()
    if not state.grad:
        return function(*args, **kwargs)
    stop = early_stop if _early_stop is None else _early_stop
    check = determinism_check == "default"
    part = Part(lambda *given: function(*given, **kwargs), args, preserve, second, check, stop)
    with part.hooks(), first:
        return function(*args, **kwargs)


def checkpoint_sequential(
    functions: Any, segments: int, input: Any, use_reentrant: bool | None = None, **kwargs: Any
) -> Any:
    """A `Sequential`, or a list of functions, in ``segments`` parts, all but the last checkpointed.

    What is computed within a part is computed again in backward: see `checkpoint`.

    >>> net = nn.Sequential(nn.Linear(2, 3), nn.ReLU(), nn.Linear(3, 1))
    >>> x = mt.ones(1, 2)
    >>> y = mt.utils.checkpoint.checkpoint_sequential(net, 2, x, use_reentrant=False)
    >>> mt.equal(y, net(x))
    True
    """
    if use_reentrant is None:
        until = "In version 2.9 we will raise an exception if use_reentrant is not passed."
        told = PASS_IT.format(until)
        warn(f"torch.utils.checkpoint.checkpoint_sequential: {told}")
        use_reentrant = True
    preserve = kwargs.pop("preserve_rng_state", True)
    refuse(kwargs)
    layers = list(functions.children()) if isinstance(functions, Sequential) else functions
    size = len(layers) // segments
    last = size * (segments - 1)
    for start in range(0, last, size):
        input = checkpoint(
            one_after_the_other(layers[start : start + size]),
            input,
            use_reentrant=use_reentrant,
            preserve_rng_state=preserve,
        )
    return one_after_the_other(layers[last:])(input)


def one_after_the_other(functions: Any) -> Callable[[Any], Any]:
    """The function that applies ``functions`` in turn."""

    def run(value: Any) -> Any:
        for function in functions:
            value = function(value)
        return value

    return run


def refuse(kwargs: dict[str, Any]) -> None:
    """Refuse keyword arguments that nobody knows."""
    if kwargs:
        raise ValueError("Unexpected keyword arguments: " + ",".join(kwargs))


@contextlib.contextmanager
def random_numbers(start: Any) -> Iterator[None]:
    """A context that draws from ``start`` on, and leaves no trace; None: an empty one."""
    with fork_rng(enabled=start is not None):
        if start is not None:
            set_states(start)
        yield


# Without reentrant --------------------------------------------------------------------------------


class Enough(Exception):
    """Stops the second run: all that backward needs has been computed."""


class Part:
    """One checkpointed call: how to run it again, and what the last run gave."""

    def __init__(
        self,
        function: Callable[..., Any],
        args: tuple[Any, ...],
        preserve: bool,
        context: Any,
        check: bool,
        stop: bool,
    ) -> None:
        self.function, self.context, self.check, self.stop = function, context, check, stop
        self.args = [(SavedTensor(a, ()), a.requires_grad) if is_tensor(a) else a for a in args]
        self.start = states() if preserve else None
        self.forms: list[str] = []  # of the tensors that the first run would have kept
        self.found: dict[int, Any] = {}  # those of the last run that backward has not taken yet

    def hooks(self) -> saved_tensors_hooks:
        """For the first run: keep the number of a tensor, and not the tensor."""
        return saved_tensors_hooks(self.pack, self.unpack)

    def pack(self, tensor: Any) -> int:
        """The number of a tensor, in the order in which they are kept."""
        self.forms.append(form(tensor))
        return len(self.forms) - 1

    def unpack(self, number: int) -> Any:
        """The tensor of this number, from a second run."""
        if number not in self.found:
            self.run_again()
        return self.found.pop(number)

    def run_again(self) -> None:
        """Run the function a second time, and take what it keeps."""
        taken: list[Any] = []

        def take(tensor: Any) -> Any:
            if len(taken) == len(self.forms):
                raise CheckpointError(
                    "torch.utils.checkpoint: trying to save more tensors during recomputation than "
                    "during the original forward pass."
                )
            taken.append(tensor.detach())
            if self.stop and len(taken) == len(self.forms):
                raise Enough
            return taken[-1]

        args = [self.argument(arg) for arg in self.args]
        with (
            contextlib.suppress(Enough),
            random_numbers(self.start),
            self.context,
            enable_grad(),
            saved_tensors_hooks(take, lambda tensor: tensor),
        ):
            self.function(*args)
        self.compare(taken)
        self.found = dict(enumerate(taken))

    @staticmethod
    def argument(kept: Any) -> Any:
        """An argument as it was, without its history."""
        if not (isinstance(kept, tuple) and isinstance(kept[0], SavedTensor)):
            return kept
        saved, needs_grad = kept
        return saved.restored(None).detach().requires_grad_(needs_grad)

    def compare(self, taken: list[Any]) -> None:
        """Refuse tensors that are not of the number and form of the first run."""
        if len(taken) != len(self.forms):
            raise CheckpointError(
                "torch.utils.checkpoint: A different number of tensors was saved during the "
                "original forward and recomputation.\nNumber of tensors saved during forward: "
                f"{len(self.forms)}\nNumber of tensors saved during recomputation: {len(taken)}."
            )
        pairs = zip(self.forms, map(form, taken), strict=True)
        different = [(n, old, new) for n, (old, new) in enumerate(pairs) if old != new]
        if different and self.check:
            listed = "".join(
                f"tensor at position {n}:\nsaved metadata: {old}\nrecomputed metadata: {new}\n"
                for n, old, new in different
            )
            raise CheckpointError(
                "torch.utils.checkpoint: Recomputed values for the following tensors have "
                f"different metadata than during the forward pass.\n{listed}."
            )


def form(tensor: Any) -> str:
    """Shape, dtype and device of a tensor."""
    return str({"shape": tensor.shape, "dtype": tensor.dtype, "device": tensor.device})


# Reentrant ----------------------------------------------------------------------------------------


class CheckpointFunction(Function):
    """A whole part of a model as one node."""

    @staticmethod
    def forward(ctx: Any, function: Callable[..., Any], preserve: bool, *args: Any) -> Any:
        if not any(is_tensor(arg) and arg.requires_grad for arg in args):
            warn("None of the inputs have requires_grad=True. Gradients will be None")
        ctx.function = function
        ctx.start = states() if preserve else None
        ctx.others = [None if is_tensor(arg) else arg for arg in args]
        ctx.places = [i for i, arg in enumerate(args) if is_tensor(arg)]
        ctx.save_for_backward(*[args[i] for i in ctx.places])
        with no_grad():
            return function(*args)

    @staticmethod
    def backward(ctx: Any, *grads: Any) -> Any:
        if ctx._limited:
            raise RuntimeError(NOT_VALID)
        inputs = list(ctx.others)
        for place, tensor in zip(ctx.places, ctx.saved_tensors, strict=True):
            inputs[place] = tensor.detach().requires_grad_(tensor.requires_grad)
        with random_numbers(ctx.start), enable_grad():
            outs = engine.tensors(ctx.function(*inputs))
        pairs = zip(outs, grads, strict=True)
        useful = [(out, grad) for out, grad in pairs if is_tensor(out) and out.requires_grad]
        if not useful:
            raise RuntimeError(
                "none of output has requires_grad=True, this checkpoint() is not necessary"
            )
        results, their_grads = zip(*useful, strict=True)
        engine.backward(results, their_grads)
        return None, None, *[x.grad if is_tensor(x) else None for x in inputs]
