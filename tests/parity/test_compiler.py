"""`mt.compile` and `mt.compiler` beside PyTorch's."""

from __future__ import annotations

import inspect

import pytest
import torch

import minitorch as mt
from minitorch import cpp


def test_names_and_arguments():
    for name in ("is_compiling", "reset"):
        ours, theirs = getattr(mt.compiler, name), getattr(torch.compiler, name)
        assert inspect.signature(ours).parameters == inspect.signature(theirs).parameters
        assert ours() == theirs()
    ours, theirs = (inspect.signature(library.compile).parameters for library in (mt, torch))
    assert list(ours) == list(theirs)


@pytest.mark.filterwarnings("ignore:.*deprecated:DeprecationWarning")  # within PyTorch
@pytest.mark.parametrize("library", [mt, torch], ids=["minitorch", "torch"])
def test_what_cannot_be_called(library):
    with pytest.raises(AssertionError) as raised:
        library.compile(3)
    assert str(raised.value) == "A callable function is expected, but <class 'int'> is provided."


@pytest.mark.skipif(cpp.compiler() is None, reason="no C++ compiler")
def test_values_and_gradients_of_a_compiled_function():
    x = torch.linspace(-4, 4, 3 * 8 * 400).reshape(3, 8, 20, 20)
    w = torch.linspace(-1, 1, 12 * 8 * 9).reshape(12, 8, 3, 3)

    def found(library, x, w):
        def function(x, w):
            F = library.nn.functional
            y = F.gelu(F.conv2d(x, w, padding=1))
            return F.log_softmax(F.layer_norm(y, (20, 20)), 1).square().mean()

        x, w = x.requires_grad_(), w.requires_grad_()
        compiled = library.compile(function, disable=library is torch)
        value = compiled(x, w)
        value.backward()
        return [tensor.detach().numpy() for tensor in (value, x.grad, w.grad)]

    ours = found(mt, mt.from_numpy(x.numpy().copy()), mt.from_numpy(w.numpy().copy()))
    for mine, theirs in zip(ours, found(torch, x, w), strict=True):
        assert abs(mine - theirs).max() <= 1e-4 * abs(theirs).max()
