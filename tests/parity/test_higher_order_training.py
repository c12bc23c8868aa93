"""Training that differentiates through gradients: a gradient penalty, and learning to learn."""

from __future__ import annotations

import numpy as np
import pytest

torch = pytest.importorskip("torch")

import minitorch as mt


def numbers(lib, *shape, seed=0):
    return lib.tensor(np.random.default_rng(seed).standard_normal(shape).astype(np.float32))


def wgan_gp(lib):
    """Three steps of a Wasserstein GAN whose critic's gradients are held to length 1."""
    lib.manual_seed(0)
    nn = lib.nn
    critic = nn.Sequential(
        nn.Unflatten(1, (1, 6, 6)),
        nn.Conv2d(1, 4, 3, stride=2, padding=1),
        nn.LeakyReLU(0.2),
        nn.Conv2d(4, 8, 3, padding=1),
        nn.LayerNorm([8, 3, 3]),
        nn.SiLU(),
        nn.AvgPool2d(3),
        nn.Flatten(),
        nn.Linear(8, 1),
    )
    generator = nn.Sequential(
        nn.Linear(3, 16, bias=False),  # of a bias before batch norm Adam would make noise
        nn.BatchNorm1d(16),
        nn.ReLU(),
        nn.Linear(16, 36),
    )
    critic_optimizer = lib.optim.Adam(critic.parameters(), lr=1e-3, betas=(0.0, 0.9))
    generator_optimizer = lib.optim.Adam(generator.parameters(), lr=1e-3, betas=(0.0, 0.9))
    for step in range(3):
        real = numbers(lib, 8, 36, seed=step)
        fake = generator(lib.randn(8, 3)).tanh()
        mix = lib.rand(8, 1)
        between = (mix * real + (1 - mix) * fake.detach()).requires_grad_()
        score = critic(between)
        (slope,) = lib.autograd.grad(
            score, between, lib.ones_like(score), create_graph=True, retain_graph=True
        )
        penalty = ((slope.norm(2, dim=1) - 1) ** 2).mean()
        loss = critic(fake.detach()).mean() - critic(real).mean() + 10 * penalty
        critic_optimizer.zero_grad()
        loss.backward()
        critic_optimizer.step()
        generator_optimizer.zero_grad()
        generator_loss = -critic(fake).mean()
        generator_loss.backward()
        generator_optimizer.step()
        yield penalty.item()
        yield loss.item()
        yield generator_loss.item()
    yield from (p.detach().numpy() for p in [*critic.parameters(), *generator.parameters()])
    yield from (p.grad.numpy() for p in [*critic.parameters(), *generator.parameters()])


def maml(lib):
    """Learning weights from which one task takes two steps of descent, through these steps."""
    lib.manual_seed(0)
    nn = lib.nn
    model = nn.Sequential(nn.Linear(1, 8), nn.Tanh(), nn.Linear(8, 8), nn.Tanh(), nn.Linear(8, 1))
    optimizer = lib.optim.Adam(model.parameters(), lr=1e-2)
    call = lib.func.functional_call
    for step in range(3):
        optimizer.zero_grad()
        total = 0
        for task in range(2):
            phase = task + step
            x = numbers(lib, 6, 1, seed=10 * step + task)
            y = (x + phase).sin()
            fast = dict(model.named_parameters())
            for _ in range(2):
                loss = nn.functional.mse_loss(call(model, fast, (x[:3],)), y[:3])
                grads = lib.autograd.grad(loss, list(fast.values()), create_graph=True)
                fast = {n: p - 0.4 * g for (n, p), g in zip(fast.items(), grads, strict=True)}
            total = total + nn.functional.mse_loss(call(model, fast, (x[3:],)), y[3:])
        total.backward()
        yield total.item()
        yield from (p.grad.numpy().copy() for p in model.parameters())
        optimizer.step()
    yield from (p.detach().numpy() for p in model.parameters())


def per_sample(lib):
    """The gradients of every sample, by `func`."""
    lib.manual_seed(0)
    model = lib.nn.Sequential(lib.nn.Linear(3, 4), lib.nn.ReLU(), lib.nn.Linear(4, 2))
    params = {name: p.detach() for name, p in model.named_parameters()}

    def loss(params, x, y):
        out = lib.func.functional_call(model, params, (x[None],))
        return lib.nn.functional.cross_entropy(out, y[None])

    x, y = numbers(lib, 5, 3), lib.tensor([0, 1, 1, 0, 1])
    grads = lib.func.vmap(lib.func.grad(loss), in_dims=(None, 0, 0))(params, x, y)
    yield from (g.numpy() for g in grads.values())


@pytest.mark.parametrize("program", [wgan_gp, maml, per_sample])
def test_same_course(program):
    ours, theirs = list(program(mt)), list(program(torch))
    assert len(ours) == len(theirs) > 3
    for place, (a, b) in enumerate(zip(ours, theirs, strict=True)):
        np.testing.assert_allclose(a, b, rtol=2e-4, atol=2e-5, err_msg=f"value {place}")
