"""`nn.init` beside PyTorch: the same seed gives the same numbers."""

from __future__ import annotations

import warnings

import numpy as np
import pytest
import torch

import minitorch as mt
from tests.parity.programs import agree, said

FILLS = [
    ("uniform_", ()),
    ("uniform_", (-1, 2)),
    ("normal_", ()),
    ("normal_", (1, 2)),
    ("trunc_normal_", ()),
    ("trunc_normal_", (0.0, 0.02)),
    ("trunc_normal_", (0.0, 1.0, 1.0, 3.0)),
    ("trunc_normal_", (0.5, 2.0, 2.0, 2.5)),
    ("constant_", (3.5,)),
    ("ones_", ()),
    ("zeros_", ()),
    ("eye_", ()),
    ("xavier_uniform_", ()),
    ("xavier_uniform_", (2.0,)),
    ("xavier_normal_", (0.5,)),
    ("kaiming_uniform_", ()),
    ("kaiming_uniform_", (0.1, "fan_out", "relu")),
    ("kaiming_normal_", (0.2,)),
    ("kaiming_normal_", (0, "FAN_OUT", "tanh")),
    ("orthogonal_", ()),
    ("orthogonal_", (2.0,)),
    ("sparse_", (0.3,)),
    ("sparse_", (0.5, 1.0)),
]
SHAPES = [(3, 4), (4, 3), (40, 30), (30, 40), (1, 1), (1, 5)]
DEEP = [(2, 3, 5), (4, 3, 3, 3), (8, 2, 1, 2, 3)]


def filled(lib, name, shape, args, dtype="float32"):
    lib.manual_seed(5)
    tensor = lib.empty(shape, dtype=getattr(lib, dtype))
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        result = getattr(lib.nn.init, name)(tensor, *args)
    assert result is tensor
    return tensor.numpy(), lib.rand(1).item()


def same_numbers(name, shape, args, dtype="float32"):
    (ours, our_next), (theirs, their_next) = (
        filled(lib, name, shape, args, dtype) for lib in (mt, torch)
    )
    # QR and the logarithm of trunc_normal_ may be rounded in another way.
    slack = {"orthogonal_": 5e-6, "normal_": 2e-7}.get(name, 2e-7 if "normal" in name else 0)
    np.testing.assert_allclose(ours, theirs, rtol=slack, atol=slack)
    assert our_next == their_next  # as many random numbers were used up


@pytest.mark.parametrize("shape", SHAPES, ids=str)
@pytest.mark.parametrize(("name", "args"), FILLS)
def test_matrices(name, args, shape):
    same_numbers(name, shape, args)


@pytest.mark.parametrize("shape", DEEP, ids=str)
@pytest.mark.parametrize(("name", "args"), [f for f in FILLS if f[0] not in ("eye_", "sparse_")])
def test_more_dimensions(name, args, shape):
    same_numbers(name, shape, args)


@pytest.mark.parametrize(("name", "args"), FILLS)
def test_double(name, args):
    same_numbers(name, (5, 7), args, "float64")


@pytest.mark.parametrize("groups", [1, 2])
@pytest.mark.parametrize("shape", [(4, 3, 3), (4, 6, 3, 3), (2, 1, 3, 4, 5), (6, 2, 1, 1)], ids=str)
def test_dirac(shape, groups):
    same_numbers("dirac_", shape, (groups,))


def on_others(torch):
    init = torch.nn.init
    x = torch.zeros(4, 6).t()
    for fill in (
        init.uniform_,
        init.normal_,
        init.kaiming_uniform_,
        init.xavier_normal_,
        init.eye_,
    ):
        yield fill(x)
    leaf = torch.zeros(3, 3, requires_grad=True)
    for fill in (
        init.uniform_,
        init.ones_,
        init.eye_,
        init.orthogonal_,
        init.zeros_,
        init.trunc_normal_,
    ):
        yield fill(leaf) is leaf, leaf.requires_grad, leaf.grad_fn, leaf
    g = torch.Generator().manual_seed(3)
    for fill in (
        init.uniform_,
        init.normal_,
        init.trunc_normal_,
        init.xavier_uniform_,
        init.kaiming_normal_,
    ):
        yield fill(torch.empty(3, 3), generator=g)
    yield (
        init.xavier_normal_(torch.empty(3, 3), generator=g),
        init.orthogonal_(torch.empty(3, 3), generator=g),
    )
    yield (
        init.sparse_(torch.empty(4, 4), 0.5, generator=g),
        init.kaiming_uniform_(torch.empty(3, 3), generator=g),
    )
    yield init.kaiming_uniform_(torch.empty(0, 3)), init.kaiming_normal_(torch.empty(3, 0))
    yield init.orthogonal_(torch.empty(0, 3)), init.trunc_normal_(torch.empty(2), 9.0, 1.0)


def gains(torch):
    gain = torch.nn.init.calculate_gain
    for name in (
        "linear",
        "conv2d",
        "conv_transpose3d",
        "sigmoid",
        "tanh",
        "relu",
        "leaky_relu",
        "selu",
        "x",
    ):
        yield said(gain, name)
    for slope in (0.2, 1, True, "a", None):
        yield said(gain, "leaky_relu", slope)


def refusals(torch):
    init, flat = torch.nn.init, torch.zeros(3)
    for name in (
        "eye_",
        "dirac_",
        "xavier_uniform_",
        "xavier_normal_",
        "kaiming_uniform_",
        "kaiming_normal_",
    ):
        yield said(getattr(init, name), flat)
    yield (
        said(init.orthogonal_, flat),
        said(init.sparse_, flat, 0.1),
        said(init.dirac_, torch.zeros(3, 1, 1), 2),
    )
    yield said(init.kaiming_normal_, torch.zeros(2, 2), mode="fan"), said(init.uniform_, flat, 3, 1)
    yield said(init.kaiming_normal_, torch.zeros(2, 2), nonlinearity="gelu")


def old_names(torch):
    init = torch.nn.init
    for name in ("uniform", "normal", "eye", "xavier_uniform", "xavier_normal", "kaiming_uniform"):
        yield getattr(init, name)(torch.empty(2, 2)), getattr(init, name).__name__
    yield (
        init.kaiming_normal(torch.empty(2, 2)),
        init.orthogonal(torch.empty(2, 2)),
        init.constant(torch.empty(2), 3),
    )
    yield init.sparse(torch.empty(2, 2), 0.5), init.dirac(torch.empty(2, 2, 1))


@pytest.mark.parametrize(
    "program", [on_others, gains, refusals, old_names], ids=lambda f: f.__name__
)
def test_says_the_same(program):
    agree(program, tolerance=3e-6)
