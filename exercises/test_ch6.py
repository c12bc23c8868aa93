"""Tests of the exercises of chapter 6."""

import math

import pytest

import minitorch as mt
from exercises.checking import same
from minitorch import nn


def trained(make_optimizer, joins=0):
    """The parameters of a small network after each step; the head learns from step ``joins`` on."""
    mt.manual_seed(6)
    x, y = mt.randn(16, 3, dtype=mt.float64), mt.randn(16, 2, dtype=mt.float64)
    body, head = nn.Linear(3, 5).double(), nn.Linear(5, 2).double()
    params = [*body.parameters(), *head.parameters()]
    optimizer = make_optimizer(params)
    for step in range(30):
        head.requires_grad_(step >= joins)
        optimizer.zero_grad()
        assert all(p.grad is None for p in params)
        ((head(body(x).tanh()) - y) ** 2).mean().backward()
        before = [(p, p.grad.clone()) for p in params if p.grad is not None]
        optimizer.step()
        assert all(mt.equal(p.grad, grad) for p, grad in before), "step() has changed a gradient"
        assert all(p.is_leaf for p in params), "step() has recorded what it did"
        yield [p.detach().clone() for p in params]


def same_way(mine, real, joins=0):
    """Whether both optimizers take the parameters the same way."""
    pairs = zip(trained(mine, joins), trained(real, joins), strict=True)
    for step, (ours, theirs) in enumerate(pairs, 1):
        for number, (a, b) in enumerate(zip(ours, theirs, strict=True)):
            same(a, b, f"parameter {number} after step {step}", rtol=1e-9, atol=1e-12)


@pytest.mark.parametrize("nesterov", [False, True])
@pytest.mark.parametrize("weight_decay", [0.0, 0.1])
def test_6_1_momentum(work, nesterov, weight_decay):
    options = {"lr": 0.05, "momentum": 0.8, "nesterov": nesterov, "weight_decay": weight_decay}
    same_way(lambda p: work.Momentum(p, **options), lambda p: mt.optim.SGD(p, **options))


def test_6_1_parameters_may_join_later(work):
    options = {"lr": 0.05, "momentum": 0.8, "nesterov": True}
    same_way(lambda p: work.Momentum(p, **options), lambda p: mt.optim.SGD(p, **options), joins=10)


@pytest.mark.parametrize("betas", [(0.9, 0.999), (0.5, 0.7)])
def test_6_2_adam(work, betas):
    options = {"lr": 0.02, "betas": betas, "eps": 1e-3, "weight_decay": 0.2}
    same_way(lambda p: work.Adam(p, **options), lambda p: mt.optim.Adam(p, **options))


def test_6_2_each_parameter_counts_its_own_steps(work):
    same_way(lambda p: work.Adam(p, lr=0.02), lambda p: mt.optim.Adam(p, lr=0.02), joins=10)


def test_6_2_adam_with_decoupled_decay(work):
    options = {"lr": 0.02, "weight_decay": 0.2}
    real = mt.optim.AdamW
    same_way(lambda p: work.Adam(p, **options, decoupled=True), lambda p: real(p, **options))


def test_6_3_is_the_limit(work):
    mt.manual_seed(0)
    a = mt.randn(20, 4, dtype=mt.float64)

    def loss(w):
        return ((a @ w - 1) ** 2).mean()

    limit = work.largest_lr(loss, mt.zeros(4, dtype=mt.float64))
    assert isinstance(limit, float)

    def after(lr):
        w = mt.zeros(4, dtype=mt.float64, requires_grad=True)
        optimizer = mt.optim.SGD([w], lr=lr)
        for _ in range(1500):
            optimizer.zero_grad()
            loss(w).backward()
            optimizer.step()
        return loss(w).item()

    assert after(0.98 * limit) < 1 < 1e3 < after(1.02 * limit)


def test_6_3_depends_on_the_point(work):
    def quartic(w):
        return (w**4).sum()

    near, far = (work.largest_lr(quartic, mt.tensor([0.0, x])) for x in (1.0, 2.0))
    assert near == pytest.approx(4 * far)


def test_6_3_without_a_limit(work):
    assert work.largest_lr(lambda w: -(w**2).sum() + w[0], mt.ones(3)) == math.inf


def fitted(work):
    """Run `fit`; returns the losses, and the facts at each step of the optimizer."""
    mt.manual_seed(1)
    x = mt.randn(24, 2)
    batches = [(part, part.sum(1, keepdim=True)) for part in x.split(8)]
    model = nn.Linear(2, 1)
    optimizer = mt.optim.SGD(model.parameters(), lr=0.1)
    scheduler = mt.optim.lr_scheduler.ExponentialLR(optimizer, 0.5)
    seen = []

    def look(optimizer, args, kwargs):
        x, y = batches[len(seen) % 3]
        loss = nn.functional.mse_loss(model(x), y)
        fresh = mt.autograd.grad(loss, list(model.parameters()))
        own = [p.grad for p in model.parameters()]
        seen.append((optimizer.param_groups[0]["lr"], own, fresh, loss.item()))

    optimizer.register_step_pre_hook(look)
    return work.fit(model, optimizer, scheduler, batches, 4), seen


def test_6_4_each_step_follows_the_gradient_of_its_batch(work):
    losses, seen = fitted(work)
    assert len(losses) == len(seen) == 12
    assert losses == pytest.approx([loss for *_, loss in seen])
    for _, own, fresh, _ in seen:
        for a, b in zip(own, fresh, strict=True):
            same(a, b, "gradient at a step, and that of its batch alone")


def test_6_4_the_learning_rate_changes_after_each_epoch(work):
    _, seen = fitted(work)
    assert [lr for lr, *_ in seen] == pytest.approx([0.1 * 0.5 ** (i // 3) for i in range(12)])


def test_6_5_rises_and_falls(work):
    factors = [work.warmup_cosine(step, 10, 50) for step in range(60)]
    assert factors[:11] == pytest.approx([step / 10 for step in range(11)])
    assert factors[30] == pytest.approx(0.5)
    assert factors[50:] == pytest.approx([0] * 10, abs=1e-12)


def test_6_5_is_the_cosine_schedule_without_warmup(work):
    def rates(make_scheduler):
        optimizer = mt.optim.SGD([mt.zeros(1, requires_grad=True)], lr=2.0)
        scheduler, seen = make_scheduler(optimizer), []
        for _ in range(20):
            seen.append(scheduler.get_last_lr()[0])
            optimizer.step()
            scheduler.step()
        return seen

    schedule = mt.optim.lr_scheduler
    mine = rates(lambda o: schedule.LambdaLR(o, lambda step: work.warmup_cosine(step, 0, 20)))
    assert mine == pytest.approx(rates(lambda o: schedule.CosineAnnealingLR(o, 20)))
