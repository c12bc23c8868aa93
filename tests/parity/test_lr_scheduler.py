"""Learning rate schedulers against torch: every epoch, state dicts, warnings, errors."""

from __future__ import annotations

import warnings
from collections.abc import Callable
from typing import Any

import pytest

torch = pytest.importorskip("torch")

import minitorch as mt

from .programs import agree, close, plain, said

LIBRARIES = (mt, torch)
Make = Callable[[Any, Any], Any]


class Ramp:
    """A callable object, whose attributes are saved with the scheduler."""

    def __init__(self, slope: float) -> None:
        self.slope = slope

    def __call__(self, epoch: float) -> float:
        return 1 / (1 + self.slope * epoch)


def sequence(lib: Any, o: Any) -> Any:
    s = lib.optim.lr_scheduler
    parts = [s.LinearLR(o, 0.1, total_iters=4), s.StepLR(o, 3, 0.5), s.CosineAnnealingLR(o, 6)]
    return s.SequentialLR(o, parts, milestones=[4, 11])


def chain(lib: Any, o: Any) -> Any:
    s = lib.optim.lr_scheduler
    return s.ChainedScheduler([s.ConstantLR(o, 0.1, 5), s.ExponentialLR(o, 0.9), s.StepLR(o, 4)])


def nested(lib: Any, o: Any) -> Any:
    s = lib.optim.lr_scheduler
    inner = s.SequentialLR(o, [s.ConstantLR(o, 0.5, 3), s.ExponentialLR(o, 0.5)], milestones=[3])
    return s.SequentialLR(o, [inner, s.PolynomialLR(o, 9)], milestones=[6])


def warm(lib: Any, o: Any) -> Any:
    return lib.optim.lr_scheduler.CosineAnnealingWarmRestarts(o, 3, 2, eta_min=0.01)


# What is run for 25 epochs with SGD and, if they can do it, with Adam.
SCHEDULES: dict[str, Make] = {
    "lambda": lambda lib, o: lib.optim.lr_scheduler.LambdaLR(o, lambda t: 0.9**t),
    "lambdas": lambda lib, o: lib.optim.lr_scheduler.LambdaLR(o, [Ramp(0.1), lambda t: 1.0 + t]),
    "multiplicative": lambda lib, o: lib.optim.lr_scheduler.MultiplicativeLR(o, Ramp(0.1)),
    "step": lambda lib, o: lib.optim.lr_scheduler.StepLR(o, 7, gamma=0.3),
    "multistep": lambda lib, o: lib.optim.lr_scheduler.MultiStepLR(o, [3, 8, 8, 20], gamma=0.3),
    "constant": lambda lib, o: lib.optim.lr_scheduler.ConstantLR(o),
    "constant 0.2": lambda lib, o: lib.optim.lr_scheduler.ConstantLR(o, 0.2, total_iters=12),
    "linear": lambda lib, o: lib.optim.lr_scheduler.LinearLR(o),
    "linear down": lambda lib, o: lib.optim.lr_scheduler.LinearLR(o, 0.9, 0.1, 10),
    "exponential": lambda lib, o: lib.optim.lr_scheduler.ExponentialLR(o, 0.8),
    "polynomial": lambda lib, o: lib.optim.lr_scheduler.PolynomialLR(o, 20, power=2.5),
    "cosine": lambda lib, o: lib.optim.lr_scheduler.CosineAnnealingLR(o, 7, eta_min=0.01),
    "warm restarts": lambda lib, o: lib.optim.lr_scheduler.CosineAnnealingWarmRestarts(o, 4),
    "warm restarts 2": warm,
    "cyclic": lambda lib, o: lib.optim.lr_scheduler.CyclicLR(o, 0.01, [0.5, 0.7], 4, 7),
    "cyclic 2": lambda lib, o: lib.optim.lr_scheduler.CyclicLR(o, 0.01, 0.5, 4, mode="triangular2"),
    "cyclic exp": lambda lib, o: lib.optim.lr_scheduler.CyclicLR(
        o, 0.01, 0.5, 4, mode="exp_range", gamma=0.9, base_momentum=[0.1, 0.2]
    ),
    "cyclic own": lambda lib, o: lib.optim.lr_scheduler.CyclicLR(
        o, 0.01, 0.5, 4, scale_fn=Ramp(0.2), scale_mode="iterations", cycle_momentum=False
    ),
    "one cycle": lambda lib, o: lib.optim.lr_scheduler.OneCycleLR(o, 0.5, total_steps=26),
    "one cycle 3": lambda lib, o: lib.optim.lr_scheduler.OneCycleLR(
        o, [0.5, 0.9], epochs=13, steps_per_epoch=2, three_phase=True, anneal_strategy="linear"
    ),
    "one cycle calm": lambda lib, o: lib.optim.lr_scheduler.OneCycleLR(
        o, 0.5, 30, pct_start=0.5, cycle_momentum=False, div_factor=5.0, final_div_factor=10.0
    ),
    "sequence": sequence,
    "chain": chain,
    "nested": nested,
    "swa": lambda lib, o: lib.optim.swa_utils.SWALR(o, swa_lr=[0.01, 0.3], anneal_epochs=7),
    "swa linear": lambda lib, o: lib.optim.swa_utils.SWALR(o, 0.01, 5, anneal_strategy="linear"),
    "swa at once": lambda lib, o: lib.optim.swa_utils.SWALR(o, 0.01, anneal_epochs=0),
}


def optimizer_of(lib: Any, name: str = "SGD", lr: Any = 0.1) -> Any:
    a, b = (lib.tensor([1.0]).requires_grad_() for _ in range(2))
    groups = [{"params": [a]}, {"params": [b], "lr": 0.3}]
    options = {"momentum": 0.5} if name == "SGD" else {}
    return getattr(lib.optim, name)(groups, lr=lr, **options)


def shown(optimizer: Any, scheduler: Any) -> Any:
    """What a scheduler has to do with."""
    watched = ("lr", "initial_lr", "momentum", "betas", "min_lr", "max_lr", "swa_lr")
    options = [{k: group[k] for k in watched if k in group} for group in optimizer.param_groups]
    return (
        options,
        scheduler.get_last_lr(),
        scheduler.last_epoch if hasattr(scheduler, "last_epoch") else None,
    )


def clean(tree: Any) -> Any:
    """A state dict as sorted pairs, callable objects by their attributes."""
    if isinstance(tree, dict):
        pairs = sorted(tree.items(), key=lambda item: str(item[0]))
        return [(str(key), clean(value)) for key, value in pairs if key != "anneal_func"]
    if isinstance(tree, list | tuple):
        return [clean(item) for item in tree]
    return tree.__dict__ if isinstance(tree, Ramp) else tree


@pytest.mark.parametrize("optimizer_name", ["SGD", "Adam"])
@pytest.mark.parametrize("name", SCHEDULES)
def test_every_epoch(name, optimizer_name):
    def program(lib):
        optimizer = optimizer_of(lib, optimizer_name)
        scheduler = SCHEDULES[name](lib, optimizer)
        yield shown(optimizer, scheduler)
        for _ in range(25):
            optimizer.step()
            scheduler.step()
            yield shown(optimizer, scheduler)
        yield clean(scheduler.state_dict())

    agree(program, tolerance=1e-14)


@pytest.mark.parametrize("name", SCHEDULES)
def test_state_dict(name):
    """A fresh scheduler goes on where another one was saved, be it torch's or ours."""
    saved = {}
    for lib in LIBRARIES:
        optimizer = optimizer_of(lib)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # `test_every_epoch` has compared them
            scheduler = SCHEDULES[name](lib, optimizer)
            for _ in range(9):
                optimizer.step()
                scheduler.step()
        saved[lib] = optimizer.state_dict()["param_groups"], scheduler.state_dict()
    assert close(plain(clean(saved[mt][1])), plain(clean(saved[torch][1])), 1e-14)

    def program(lib):
        for source in LIBRARIES:
            optimizer = optimizer_of(lib)
            scheduler = SCHEDULES[name](lib, optimizer)
            groups, state = saved[source]
            scheduler.load_state_dict(state)
            optimizer.load_state_dict({"state": {}, "param_groups": groups})
            for _ in range(9):
                optimizer.step()
                scheduler.step()
                yield shown(optimizer, scheduler)

    agree(program, tolerance=1e-12)


@pytest.mark.parametrize(
    "name", [name for name in SCHEDULES if name not in ("sequence", "chain", "nested")]
)
def test_epoch_argument(name):
    def program(lib):
        optimizer = optimizer_of(lib)
        scheduler = SCHEDULES[name](lib, optimizer)
        optimizer.step()
        for epoch in (3, 10, 4, 0):
            scheduler.step(epoch)
            yield shown(optimizer, scheduler)
        scheduler.step()
        yield shown(optimizer, scheduler)
        yield scheduler.get_lr()

    agree(program, tolerance=1e-14)


def test_fractions_of_epochs():
    def program(lib):
        optimizer = optimizer_of(lib)
        scheduler = warm(lib, optimizer)
        optimizer.step()
        for i in range(60):
            scheduler.step(i / 4)
            yield shown(optimizer, scheduler), scheduler.T_cur, scheduler.T_i
        yield said(scheduler.step, -1)

    agree(program, tolerance=1e-14)


RESUMED: list[tuple[str, dict[str, Any]]] = [
    ("LambdaLR", {"lr_lambda": Ramp(0.2)}),
    ("MultiplicativeLR", {"lr_lambda": Ramp(0.2)}),
    ("StepLR", {"step_size": 3}),
    ("MultiStepLR", {"milestones": [2, 6]}),
    ("ConstantLR", {}),
    ("LinearLR", {"total_iters": 8}),
    ("ExponentialLR", {"gamma": 0.5}),
    ("PolynomialLR", {"total_iters": 8}),
    ("CosineAnnealingLR", {"T_max": 8}),
    ("CosineAnnealingWarmRestarts", {"T_0": 3}),
    ("CyclicLR", {"base_lr": 0.1, "max_lr": 0.3, "step_size_up": 4}),
    ("OneCycleLR", {"max_lr": 0.3, "total_steps": 30}),
]


@pytest.mark.parametrize(("name", "options"), RESUMED, ids=[name for name, _ in RESUMED])
def test_last_epoch(name, options):
    """A schedule that is taken up again by ``last_epoch``."""

    def program(lib):
        optimizer = optimizer_of(lib)
        cls = getattr(lib.optim.lr_scheduler, name)
        yield said(cls, optimizer, **options, last_epoch=4)
        for group in optimizer.param_groups:
            group.update(
                initial_lr=0.2, max_lr=0.3, min_lr=0.1, max_momentum=0.9, base_momentum=0.8
            )
        scheduler = cls(optimizer, **options, last_epoch=4)
        yield shown(optimizer, scheduler)
        optimizer.step()
        for _ in range(6):
            scheduler.step()
            yield shown(optimizer, scheduler)

    agree(program, tolerance=1e-14)


PLATEAUS: list[dict[str, Any]] = [
    {"patience": 2},
    {"mode": "max", "patience": 0, "factor": 0.5},
    {"patience": 1, "threshold_mode": "abs", "threshold": 0.1},
    {"mode": "max", "patience": 1, "threshold_mode": "abs", "threshold": 0.1},
    {"patience": 0, "cooldown": 2, "min_lr": [0.01, 0.2]},
    {"patience": 0, "min_lr": 0.05, "eps": 0.1},
]


@pytest.mark.parametrize("options", PLATEAUS, ids=str)
def test_plateau(options):
    losses = [5.0, 4.0, 3.95, 3.9, 4.1, 4.0, 4.0, float("nan"), 1.0, 1.0, 1.0, 1.5, 0.9, 2.0, 2.0]

    def program(lib):
        optimizer = optimizer_of(lib)
        scheduler = lib.optim.lr_scheduler.ReduceLROnPlateau(optimizer, **options)
        for i, loss in enumerate(losses):
            scheduler.step(lib.tensor(loss) if i % 2 else loss)
            yield shown(optimizer, scheduler), scheduler.num_bad_epochs, scheduler.in_cooldown
        yield clean(scheduler.state_dict())
        again = lib.optim.lr_scheduler.ReduceLROnPlateau(optimizer)
        again.load_state_dict(scheduler.state_dict())
        again.step(3.0, epoch=7)
        yield shown(optimizer, again), clean(again.state_dict())
        optimizer.add_param_group({"params": [lib.tensor([1.0]).requires_grad_()]})
        for loss in (9.0, 9.0, 9.0, 9.0, 9.0):
            yield said(again.step, loss)

    agree(program)


def test_tensor_lr():
    """A learning rate that is a tensor is changed in place, and handed out as a copy."""

    def program(lib):
        s = lib.optim.lr_scheduler
        for make in (
            lambda o: s.StepLR(o, 1, 0.5),
            lambda o: s.LambdaLR(o, lambda t: 0.5**t),
            lambda o: s.CosineAnnealingLR(o, 4),
            lambda o: s.OneCycleLR(o, 0.5, 10),
            lambda o: s.CyclicLR(o, 0.1, 0.5, 10),
        ):
            lr = lib.tensor(0.1)
            param = lib.tensor([1.0]).requires_grad_()
            optimizer = lib.optim.SGD([param], lr=lr, momentum=0.5)
            scheduler = make(optimizer)
            optimizer.step()
            scheduler.step()
            yield lr, scheduler.get_last_lr(), scheduler.base_lrs, optimizer.param_groups[0]["lr"]
            yield optimizer.param_groups[0]["lr"] is lr, scheduler.get_last_lr()[0] is lr

    agree(program, tolerance=1e-6)


def test_order_of_steps():
    """The warnings about a scheduler that steps first."""

    def program(lib):
        optimizer = optimizer_of(lib)
        optimizer.step()  # does not count: there was no scheduler yet
        scheduler = lib.optim.lr_scheduler.StepLR(optimizer, 1)
        scheduler.step()
        scheduler.step()
        yield "second scheduler of the same optimizer"
        optimizer.step()
        scheduler = lib.optim.lr_scheduler.StepLR(optimizer, 1)
        scheduler.step()
        yield "overridden"
        optimizer = optimizer_of(lib)
        scheduler = lib.optim.lr_scheduler.StepLR(optimizer, 1)
        original = optimizer.step
        optimizer.step = lambda: original()
        optimizer.step()
        scheduler.step()
        yield "outside"
        scheduler.get_lr()

    agree(program)


def bad(expression: Callable[[Any, Any, Any], Any]) -> Callable[[Any], Any]:
    def program(lib):
        yield said(expression, lib.optim.lr_scheduler, optimizer_of(lib), lib)

    return program


ERRORS: list[Callable[[Any, Any, Any], Any]] = [
    lambda s, o, lib: s.StepLR("no optimizer", 3),
    lambda s, o, lib: s.CyclicLR(3, 0.1, 0.2),
    lambda s, o, lib: s.OneCycleLR(3, 0.1, 10),
    lambda s, o, lib: s.ReduceLROnPlateau(None),
    lambda s, o, lib: s.LambdaLR(o, [lambda t: 1.0]),
    lambda s, o, lib: s.MultiplicativeLR(o, 0.5),
    lambda s, o, lib: s.MultiplicativeLR(o, [lambda t: 1.0]),
    lambda s, o, lib: s.ConstantLR(o, 1.5),
    lambda s, o, lib: s.ConstantLR(o, -0.5),
    lambda s, o, lib: s.LinearLR(o, 0.0),
    lambda s, o, lib: s.LinearLR(o, 0.5, 1.5),
    lambda s, o, lib: s.CosineAnnealingWarmRestarts(o, 0),
    lambda s, o, lib: s.CosineAnnealingWarmRestarts(o, 3, 0),
    lambda s, o, lib: s.CosineAnnealingWarmRestarts(o, 3, 1, "a"),
    lambda s, o, lib: s.CyclicLR(o, 0.1, [0.2]),
    lambda s, o, lib: s.CyclicLR(o, 0.1, 0.2, mode="square"),
    lambda s, o, lib: s.CyclicLR(optimizer_of(lib, "Adagrad"), 0.1, 0.2),
    lambda s, o, lib: s.OneCycleLR(optimizer_of(lib, "Adagrad"), 0.1, 10),
    lambda s, o, lib: s.OneCycleLR(o, 0.1),
    lambda s, o, lib: s.OneCycleLR(o, 0.1, total_steps=-1),
    lambda s, o, lib: s.OneCycleLR(o, 0.1, total_steps=1.5),
    lambda s, o, lib: s.OneCycleLR(o, 0.1, epochs=0, steps_per_epoch=3),
    lambda s, o, lib: s.OneCycleLR(o, 0.1, epochs=3, steps_per_epoch="a"),
    lambda s, o, lib: s.OneCycleLR(o, 0.1, 10, pct_start=1.5),
    lambda s, o, lib: s.OneCycleLR(o, 0.1, 10, anneal_strategy="square"),
    lambda s, o, lib: s.OneCycleLR(o, [0.1], 10),
    lambda s, o, lib: [s.OneCycleLR(o, 0.1, 4).step() for _ in range(1)],
    lambda s, o, lib: s.ReduceLROnPlateau(o, factor=1.0),
    lambda s, o, lib: s.ReduceLROnPlateau(o, "least"),
    lambda s, o, lib: s.ReduceLROnPlateau(o, threshold_mode="some"),
    lambda s, o, lib: s.ReduceLROnPlateau(o, min_lr=[0.1]),
    lambda s, o, lib: s.SequentialLR(o, [], []),
    lambda s, o, lib: s.SequentialLR(o, [3], []),
    lambda s, o, lib: s.SequentialLR(o, [s.ReduceLROnPlateau(o)], []),
    lambda s, o, lib: s.SequentialLR(o, [s.StepLR(o, 3)], [3]),
    lambda s, o, lib: s.SequentialLR(optimizer_of(lib), [s.StepLR(o, 3)], []),
    lambda s, o, lib: s.ChainedScheduler([]),
    lambda s, o, lib: s.ChainedScheduler([s.StepLR(o, 3), 3]),
    lambda s, o, lib: s.ChainedScheduler([s.StepLR(o, 3), s.StepLR(optimizer_of(lib), 3)]),
    lambda s, o, lib: s.ChainedScheduler([s.StepLR(o, 3), s.ReduceLROnPlateau(o)]),
    lambda s, o, lib: lib.optim.swa_utils.SWALR(o, 0.1, -1),
    lambda s, o, lib: lib.optim.swa_utils.SWALR(o, 0.1, anneal_strategy="square"),
    lambda s, o, lib: lib.optim.swa_utils.SWALR(o, [0.1]),
]


@pytest.mark.parametrize("number", range(len(ERRORS)))
def test_errors(number):
    agree(bad(ERRORS[number]))


def test_past_the_end():
    def program(lib):
        optimizer = optimizer_of(lib)
        scheduler = lib.optim.lr_scheduler.OneCycleLR(optimizer, 0.1, 3)
        with warnings.catch_warnings():
            for _ in range(5):
                optimizer.step()
                yield said(scheduler.step), optimizer.param_groups[0]["lr"]

    agree(program, tolerance=1e-14)
