"""Schedules without torch: chaining equals the closed form, saving, what a step touches."""

from __future__ import annotations

import copy
import math
from typing import Any

import pytest

import minitorch as mt

S = mt.optim.lr_scheduler
W = mt.optim.swa_utils

CLOSED: list[Any] = [
    lambda o: S.StepLR(o, 3, 0.5),
    lambda o: S.MultiStepLR(o, [2, 5, 5], 0.5),
    lambda o: S.ConstantLR(o, 0.25, 4),
    lambda o: S.LinearLR(o, 0.25, 0.75, 6),
    lambda o: S.ExponentialLR(o, 0.7),
    lambda o: S.PolynomialLR(o, 9, 2.0),
    lambda o: S.CosineAnnealingLR(o, 6, 0.01),
]


def optimizer_of(lr: Any = 0.4) -> Any:
    return mt.optim.SGD([mt.zeros(1, requires_grad=True)], lr=lr, momentum=0.9)


def lrs(scheduler: Any, epochs: int) -> list[float]:
    seen = []
    for _ in range(epochs):
        seen.append(scheduler.get_last_lr()[0])
        scheduler.optimizer.step()
        scheduler.step()
    return seen


@pytest.mark.parametrize("make", CLOSED)
def test_chained_steps_arrive_where_the_formula_says(make):
    scheduler = make(optimizer_of())
    for epoch in range(20):
        assert scheduler.last_epoch == epoch
        if not isinstance(scheduler, S.PolynomialLR) or epoch < 9:  # 0 stays 0, but for rounding
            expected = scheduler._get_closed_form_lr()
            assert scheduler.get_last_lr() == pytest.approx(expected, rel=1e-9, abs=1e-9)
        scheduler.optimizer.step()
        scheduler.step()


def test_one_cycle_is_one_cycle():
    optimizer = optimizer_of()
    scheduler = S.OneCycleLR(optimizer, max_lr=1.0, total_steps=20, div_factor=10.0)
    seen, momenta = [], []
    for _ in range(20):
        seen.append(scheduler.get_last_lr()[0])
        momenta.append(optimizer.param_groups[0]["momentum"])
        optimizer.step()
        scheduler.step()
    assert seen[0] == pytest.approx(0.1)
    assert max(seen) == seen[5] == 1.0
    assert seen[-1] == pytest.approx(1e-5)
    assert momenta.index(min(momenta)) == 5
    with pytest.raises(ValueError, match="Tried to step 21 times"):
        scheduler.step()


def test_cycles_repeat():
    seen = lrs(S.CyclicLR(optimizer_of(), 0.1, 0.5, 3, 2), 15)
    assert seen[:5] == pytest.approx(seen[5:10])
    assert seen[3] == pytest.approx(0.5)


def test_warm_restarts_get_longer():
    seen = lrs(S.CosineAnnealingWarmRestarts(optimizer_of(), 2, 2), 15)
    assert [epoch for epoch, lr in enumerate(seen) if lr == 0.4] == [0, 2, 6, 14]


def test_sequence_switches_at_its_milestones():
    optimizer = optimizer_of()
    parts = [S.ConstantLR(optimizer, 0.5, 100), S.ExponentialLR(optimizer, 0.5)]
    assert lrs(S.SequentialLR(optimizer, parts, [3]), 6) == pytest.approx(
        [0.2, 0.2, 0.2, 0.4, 0.2, 0.1]
    )


@pytest.mark.parametrize("make", CLOSED)
def test_save_and_load(make):
    scheduler = make(optimizer_of())
    lrs(scheduler, 4)
    saved = copy.deepcopy((scheduler.state_dict(), scheduler.optimizer.state_dict()))
    expected = lrs(scheduler, 5)
    again = make(optimizer_of())
    again.load_state_dict(saved[0])
    again.optimizer.load_state_dict(saved[1])
    assert lrs(again, 5) == expected


def test_plateau():
    optimizer = optimizer_of(1.0)
    scheduler = S.ReduceLROnPlateau(optimizer, factor=0.5, patience=2, cooldown=1, min_lr=0.3)
    rates = []
    for _ in range(12):
        scheduler.step(1.0)
        rates.append(optimizer.param_groups[0]["lr"])
    assert rates == [1.0] * 3 + [0.5] * 4 + [0.3] * 5


def test_a_scheduler_that_comes_first_warns():
    scheduler = S.StepLR(optimizer_of(), 1)
    with pytest.warns(UserWarning, match=r"Detected call of `lr_scheduler.step\(\)` before"):
        scheduler.step()


def test_a_tensor_keeps_its_identity():
    lr = mt.tensor(0.4)
    optimizer = optimizer_of(lr)
    scheduler = S.ExponentialLR(optimizer, 0.5)
    optimizer.step()
    scheduler.step()
    assert optimizer.param_groups[0]["lr"] is lr
    assert lr.item() == pytest.approx(0.2)
    scheduler.get_last_lr()[0].fill_(7)
    assert lr.item() == pytest.approx(0.2)


def test_own_schedule():
    class Sine(S.LRScheduler):
        def get_lr(self):
            return [base * abs(math.sin(self.last_epoch)) for base in self.base_lrs]

    seen = lrs(Sine(optimizer_of()), 3)
    assert seen == pytest.approx([0.0, 0.4 * math.sin(1), 0.4 * math.sin(2)])
    with pytest.raises(NotImplementedError):
        S.LRScheduler(optimizer_of())


def test_averaged_model_is_the_mean():
    model = mt.nn.Linear(2, 1)
    averaged = mt.optim.swa_utils.AveragedModel(model)
    seen = []
    for i in range(4):
        with mt.no_grad():
            model.weight.fill_(float(i * i))
        seen.append(i * i)
        averaged.update_parameters(model)
    assert averaged.module.weight.tolist()[0] == pytest.approx([sum(seen) / 4] * 2)
    assert model.weight.tolist()[0] == [9.0, 9.0]


def test_update_bn_takes_the_mean_of_all_batches():
    model = mt.nn.Sequential(mt.nn.BatchNorm1d(1, momentum=0.3)).eval()
    batches = [mt.tensor([[float(i)], [float(i + 2)]]) for i in range(3)]
    mt.optim.swa_utils.update_bn([(batch, None) for batch in batches], model)
    assert model[0].running_mean.item() == pytest.approx(2.0)
    assert model[0].momentum == 0.3
    assert not model.training


class Fade:
    """A callable object, which is saved by its attributes."""

    def __init__(self, speed: float) -> None:
        self.speed = speed

    def __call__(self, x: float) -> float:
        return 1 / (1 + self.speed * x)


FUNCTIONS: list[Any] = [
    lambda o, f: S.LambdaLR(o, f),
    lambda o, f: S.MultiplicativeLR(o, f),
    lambda o, f: S.CyclicLR(o, 0.1, 0.5, 2, scale_fn=f, scale_mode="iterations"),
]


@pytest.mark.parametrize("make", FUNCTIONS)
def test_functions_are_saved_by_their_attributes(make):
    scheduler = make(optimizer_of(), Fade(0.5))
    lrs(scheduler, 2)
    again, function = make(optimizer_of(), other := Fade(9.0)), other
    again.load_state_dict(scheduler.state_dict())
    assert function.speed == 0.5
    assert again.last_epoch == 2
    plain = make(optimizer_of(), lambda x: 1.0)
    plain.load_state_dict(plain.state_dict())  # a function is not saved, and stays
    lrs(plain, 1)


@pytest.mark.parametrize("compose", [S.ChainedScheduler, None])
def test_composed_schedulers_save_their_parts(compose):
    def make():
        optimizer = optimizer_of()
        parts = [S.ConstantLR(optimizer, 0.5, 3), S.ExponentialLR(optimizer, 0.5)]
        return compose(parts) if compose else S.SequentialLR(optimizer, parts, [2])

    scheduler = make()
    lrs(scheduler, 4)
    saved = copy.deepcopy((scheduler.state_dict(), scheduler.optimizer.state_dict()))
    expected = lrs(scheduler, 4)
    again = make()
    again.load_state_dict(saved[0])
    again.optimizer.load_state_dict(saved[1])
    assert lrs(again, 4) == expected


def test_epoch_argument():
    scheduler = S.StepLR(optimizer_of(), 2, 0.5)
    scheduler.optimizer.step()
    with pytest.warns(UserWarning, match="The epoch parameter in `scheduler.step"):
        scheduler.step(5)
    assert scheduler.get_last_lr() == [0.1]
    plateau = S.ReduceLROnPlateau(optimizer_of())
    with pytest.warns(UserWarning, match="The epoch parameter in `scheduler.step"):
        plateau.step(1.0, epoch=5)
    assert plateau.last_epoch == 5


def test_epochs_of_warm_restarts():
    for mult, epoch, expected in ((1, 7, (1, 2, 7)), (2, 7, (1, 8, 7)), (2, 1, (1, 2, 1))):
        scheduler = S.CosineAnnealingWarmRestarts(optimizer_of(), 2, mult)
        scheduler.step(epoch)
        assert (scheduler.T_cur, scheduler.T_i, scheduler.last_epoch) == expected
    scheduler.step(2.5)
    assert scheduler.T_cur == 0.5


def test_three_phases_in_a_line():
    optimizer = mt.optim.Adam([mt.zeros(1, requires_grad=True)])
    options = {"three_phase": True, "anneal_strategy": "linear", "div_factor": 2.0}
    scheduler = S.OneCycleLR(
        optimizer, 1.0, epochs=5, steps_per_epoch=2, final_div_factor=5.0, **options
    )
    seen = lrs(scheduler, 10)
    assert seen == pytest.approx([0.5, 0.75, 1.0, 0.75, 0.5, 0.42, 0.34, 0.26, 0.18, 0.1])
    assert optimizer.param_groups[0]["betas"] == (0.95, 0.999)


@pytest.mark.parametrize(
    ("mode", "third_peak"), [("triangular", 0.5), ("triangular2", 0.2), ("exp_range", None)]
)
def test_peaks_of_cycles(mode, third_peak):
    seen = lrs(S.CyclicLR(optimizer_of(), 0.1, 0.5, 1, mode=mode, gamma=0.5), 6)
    assert seen[5] == pytest.approx(0.1 + 0.4 * 0.5**5 if third_peak is None else third_peak)


@pytest.mark.parametrize("mode", ["min", "max"])
@pytest.mark.parametrize("threshold_mode", ["rel", "abs"])
def test_what_a_plateau_calls_better(mode, threshold_mode):
    scheduler = S.ReduceLROnPlateau(
        optimizer_of(), mode, threshold=0.1, threshold_mode=threshold_mode
    )
    sign = 1 if mode == "max" else -1
    scheduler.step(5.0)
    scheduler.step(5.0 + sign * 0.05)
    assert scheduler.num_bad_epochs == 1
    scheduler.step(5.0 + sign * 0.7)
    assert scheduler.num_bad_epochs == 0


def test_an_overridden_step_warns():
    optimizer = optimizer_of()
    scheduler = S.StepLR(optimizer, 1)
    optimizer.step = lambda: None
    with pytest.warns(UserWarning, match="has been overridden after learning rate scheduler"):
        scheduler.step()
    with pytest.warns(UserWarning, match="please use `get_last_lr"):
        scheduler.get_lr()


def test_a_schedule_that_is_taken_up_again():
    optimizer = optimizer_of(0.2)
    optimizer.param_groups[0]["initial_lr"] = 0.4
    scheduler = S.CosineAnnealingLR(optimizer, 6, last_epoch=2)
    assert scheduler.last_epoch == 3
    assert scheduler.get_last_lr() == [0.2]


def test_swalr():
    line = W.SWALR(optimizer_of(), swa_lr=0.1, anneal_epochs=3, anneal_strategy="linear")
    assert lrs(line, 5) == pytest.approx([0.4, 0.3, 0.2, 0.1, 0.1])
    assert lrs(W.SWALR(optimizer_of(), swa_lr=0.1, anneal_epochs=0), 2) == pytest.approx([0.1] * 2)


@pytest.mark.parametrize(
    "options",
    [
        {"avg_fn": W.get_ema_avg_fn(0.5)},
        {"multi_avg_fn": W.get_ema_multi_avg_fn(0.5)},
        {"multi_avg_fn": W.get_ema_multi_avg_fn(0.5), "use_buffers": True, "device": "cpu"},
    ],
)
def test_exponential_average_of_a_model(options):
    model = mt.nn.BatchNorm1d(1)
    averaged = W.AveragedModel(model, **options)
    for value in (4.0, 8.0, 0.0):
        with mt.no_grad():
            model.weight.fill_(value)
            model.running_mean.fill_(value)
        averaged.update_parameters(model)
    assert averaged.module.weight.item() == 3.0
    assert averaged.module.running_mean.item() == (3.0 if "use_buffers" in options else 0.0)
    averaged.eval()
    assert averaged(mt.ones(1, 1)).shape == (1, 1)


def test_swa_of_lists_and_models_without_batch_normalization():
    averages, currents = [mt.zeros(2)], [mt.ones(2)]
    W.get_swa_multi_avg_fn()(averages, currents, 3)
    assert averages[0].tolist() == [0.25, 0.25]
    W.update_bn([mt.ones(1, 1)], mt.nn.Linear(1, 1))
    model = mt.nn.BatchNorm1d(1)
    W.update_bn([mt.tensor([[1.0], [3.0]])], model, device="cpu")
    assert model.running_mean.item() == 2.0
