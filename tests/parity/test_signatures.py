"""The table of signatures (minitorch/signatures.txt) is PyTorch's."""

from __future__ import annotations

import re

import pytest

import minitorch as mt
from minitorch.signatures import signatures, table
from tests.ops.samples import NAMESPACES

torch = pytest.importorskip("torch")

PLACES = {"": (mt, torch)} | {
    f"{name}_": (module, getattr(torch, name)) for name, module in NAMESPACES.items()
}


def listed(call):
    """The signatures that PyTorch lists when it is given far too many arguments of no kind."""
    try:
        call(*[object()] * 40)
    except TypeError as error:
        said = str(error)
        found = re.findall(r"^ \* (\(.*\))$", said, re.MULTILINE)
        return found or re.findall(r"but expected (\(.*\))$", said, re.MULTILINE)
    return []


def rows():
    for prefix, (ours, theirs) in PLACES.items():
        for name in vars(ours):
            call = getattr(theirs, name, None)
            if prefix + name in table() and type(call).__name__ == "builtin_function_or_method":
                yield prefix + name, call
    for name in dir(mt.Tensor):
        call = getattr(torch.Tensor, name, None)
        if signatures("." + name) and type(call).__name__ == "method_descriptor":
            yield "." + name, lambda *args, call=call: call(torch.ones(1), *args)


ROWS = dict(rows())


@pytest.mark.parametrize("name", ROWS)
def test_signatures_are_pytorchs(name):
    theirs = listed(ROWS[name])
    if not theirs:
        return  # a function with one signature does not tell it
    ours = [str(signature) for signature in signatures(name) if not signature.old]
    assert ours == theirs


def test_most_functions_are_looked_at():
    assert len(ROWS) > 900


CALLS = """
torch.max(x, dim="a", keepdim=True)
torch.max(x, keepdim=True, dim="a")
torch.max(x, [1], (True,))
torch.max(x, [1, "a"], out=(True,))
torch.max(1, 2, 3, foo=1, bar=2)
torch.add(1, 2, foo=1, bar=2, baz=3)
torch.where(x > 0, x, self=x)
torch.arange()
torch.arange("a", foo=1)
x.max([1, "a"])
x.std(correction=object())
x.clamp("a")
x.addmm(foo=1)
x.exp(1)
x.exp(foo=1)
x.split(1, 2, 3)
x.size(1, 2)
x.stride("a")
x.copy_(1, 2)
x.mean(axis=None, out=3, dtype=None)
x.sum(0, dim=0)
x.round(1)
torch.device(1.5)
torch.device("cpu", 1.5)
torch.device("cpu", -7)
torch.Generator(1.5)
torch.finfo(torch.float32, 1)
torch.set_grad_enabled(1)
torch.atleast_2d(x, 1)
torch.flip(x, (0,), out=x)
""".strip().splitlines()


def sentence(lib, call):
    """The whole message of a call with wrong arguments."""
    with pytest.raises(Exception) as caught:
        eval(call, {"torch": lib, "x": lib.ones(2, 3)})
    return type(caught.value).__name__, str(caught.value).strip()


@pytest.mark.parametrize("call", CALLS)
def test_the_whole_message_is_pytorchs(call):
    assert sentence(mt, call) == sentence(torch, call)
