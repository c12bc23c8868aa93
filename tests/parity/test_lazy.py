"""Lazy layers beside PyTorch's: weights from the same seed, names, state dicts, what they print."""

from __future__ import annotations

import numpy as np
import pytest

torch = pytest.importorskip("torch")

import minitorch as mt

LAYERS = [
    ("LazyLinear(3)", (5, 4)),
    ("LazyLinear(3, bias=False)", (4,)),
    *((f"LazyConv{n}d(4, 3)", (2, 3, *[4] * n)) for n in (1, 2, 3)),
    ("LazyConv2d(4, (3, 2), 2, 1, 1, 2, False, 'reflect')", (2, 5, 6)),
    *((f"LazyConvTranspose{n}d(4, 3, 2)", (2, 3, *[4] * n)) for n in (1, 2, 3)),
    *(
        (f"Lazy{kind}Norm{n}d()", (2, 3, *[4] * n))
        for kind in ("Batch", "Instance")
        for n in (1, 2, 3)
    ),
    ("LazyBatchNorm1d(0.1, 0.2, affine=False)", (4, 3)),
    ("LazyBatchNorm1d(track_running_stats=False)", (4, 3)),
]


@pytest.mark.parametrize(("text", "shape"), LAYERS)
def test_same_layer_from_the_same_seed(text, shape):
    x = np.random.default_rng(0).standard_normal(shape).astype("float32")
    found = []
    for lib in (mt, torch):
        layer = eval("lib.nn." + text, {"lib": lib})
        before = repr(layer), repr(list(layer.state_dict().items())), type(layer).__name__
        lib.manual_seed(5)
        out = layer(lib.tensor(x))
        state = {name: tensor.numpy() for name, tensor in layer.state_dict().items()}
        found.append((before, repr(layer), type(layer).__name__, state, out.detach().numpy()))
    (*ours, our_state, our_out), (*theirs, state, out) = found
    assert ours == theirs
    assert list(our_state) == list(state)
    for name, array in state.items():
        assert our_state[name].dtype == array.dtype
        if "running" in name:
            np.testing.assert_allclose(our_state[name], array, rtol=1e-5, atol=1e-7)
        else:
            np.testing.assert_array_equal(our_state[name], array)
    np.testing.assert_allclose(our_out, out, rtol=1e-5, atol=1e-5)


def test_weights_go_over_from_pytorch_before_the_first_input():
    theirs = torch.nn.Sequential(torch.nn.LazyConv2d(4, 3), torch.nn.LazyBatchNorm2d())
    x = np.random.default_rng(1).standard_normal((2, 3, 5, 5)).astype("float32")
    expected = theirs(torch.tensor(x))
    ours = mt.nn.Sequential(mt.nn.LazyConv2d(4, 3), mt.nn.LazyBatchNorm2d())
    state = {name: mt.tensor(tensor.numpy()) for name, tensor in theirs.state_dict().items()}
    state["1.running_mean"].zero_(), state["1.running_var"].fill_(1)
    ours.load_state_dict(state)
    out = ours(mt.tensor(x))
    np.testing.assert_allclose(out.detach().numpy(), expected.detach().numpy(), atol=1e-5)
    # PyTorch's lazy convolution does not learn its number of channels from what is loaded.
    again = torch.nn.LazyConv2d(4, 3)
    again.load_state_dict(theirs[0].state_dict())
    again(torch.tensor(x))
    assert repr(ours[0]) == repr(again)


def test_a_network_of_lazy_layers():
    def build(nn):
        return nn.Sequential(
            nn.LazyConv2d(6, kernel_size=5, padding=2), nn.Sigmoid(), nn.AvgPool2d(2, stride=2),
            nn.LazyBatchNorm2d(), nn.Flatten(), nn.LazyLinear(10), nn.Dropout(0.2),
            nn.LazyLinear(4),
        )  # fmt: skip

    x = np.random.default_rng(2).standard_normal((3, 1, 8, 8)).astype("float32")
    outs = []
    for lib in (mt, torch):
        lib.manual_seed(0)
        net = build(lib.nn)
        outs.append((repr(net), net(lib.tensor(x)).detach().numpy(), repr(net)))
    (before, ours, after), (their_before, theirs, their_after) = outs
    assert (before, after) == (their_before, their_after)
    np.testing.assert_allclose(ours, theirs, atol=1e-5)
