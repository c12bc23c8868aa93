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
