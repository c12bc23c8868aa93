"""Sequential, ModuleList, ModuleDict, ParameterList and ParameterDict without PyTorch."""

from __future__ import annotations

from collections import OrderedDict

import pytest

import minitorch as mt
from minitorch import nn


def names(container):
    return [type(module).__name__ for module in container]


def test_sequential():
    s = nn.Sequential(nn.ReLU(), nn.Tanh(), nn.Sigmoid())
    assert names(s[1:]) == ["Tanh", "Sigmoid"] and isinstance(s[-1], nn.Sigmoid) and len(s) == 3
    s[0] = nn.GELU()
    del s[1]
    assert names(s) == ["GELU", "Sigmoid"] and list(s._modules) == ["0", "1"]
    assert names(s.append(nn.ReLU()).insert(0, nn.Tanh())) == ["Tanh", "GELU", "Sigmoid", "ReLU"]
    assert isinstance(s.pop(1), nn.GELU) and names(s.extend([nn.ELU()])) == [
        "Tanh",
        "Sigmoid",
        "ReLU",
        "ELU",
    ]
    del s[1:]
    assert names(s + s) == names(s * 2) == names(2 * s) == ["Tanh", "Tanh"]
    s += nn.Sequential(nn.ReLU())
    s *= 2
    assert names(s) == ["Tanh", "ReLU", "Tanh", "ReLU"]
    assert s.extend(s) is s and len(s) == 8  # its own modules once more, and no endless loop
    named = nn.Sequential(OrderedDict(a=nn.Linear(2, 3), b=nn.ReLU()))
    assert named(mt.zeros(4, 2)).shape == (4, 3) and list(named[:1].state_dict()) == [
        "a.weight",
        "a.bias",
    ]


@pytest.mark.parametrize(
    ("run", "error", "message"),
    [
        (lambda s: s[3], IndexError, "index 3 is out of range"),
        (lambda s: s.insert(0, 3), AssertionError, "module should be of type"),
        (lambda s: s.insert(9, nn.ReLU()), IndexError, "Index out of range: 9"),
        (lambda s: s + 3, ValueError, "add operator supports only objects of Sequential class"),
        (lambda s: s * 1.5, TypeError, "unsupported operand type"),
        (lambda s: s * 0, ValueError, "Non-positive multiplication factor 0"),
        (lambda s: nn.Sequential(3), TypeError, "int is not a Module subclass"),
        (lambda s: nn.ModuleList(3), TypeError, "should be called with an iterable, but got int"),
        (lambda s: nn.ModuleList()(1), NotImplementedError, "missing the required"),
        (lambda s: nn.ModuleDict(3), TypeError, "iterable of key/value pairs, but got int"),
        (lambda s: nn.ModuleDict([3]), TypeError, "sequence element #0 should be Iterable; isint"),
        (lambda s: nn.ModuleDict([["a"]]), ValueError, "element #0 has length 1; 2 is required"),
        (lambda s: nn.ParameterList(3), TypeError, "iterable, but got int"),
        (lambda s: nn.ParameterList(mt.zeros(2)), TypeError, "iterable, but got Tensor"),
        (lambda s: nn.ParameterList()(1), RuntimeError, "ParameterList should not be called."),
        (lambda s: nn.ParameterDict()(1), RuntimeError, "ParameterDict should not be called."),
        (lambda s: nn.ParameterDict()[3], TypeError, "Index given to ParameterDict cannot be used"),
    ],
)
def test_refuses(run, error, message):
    with pytest.raises(error, match=message):
        run(nn.Sequential(nn.ReLU(), nn.Tanh()))


def test_module_list():
    items = nn.ModuleList([nn.ReLU(), nn.Tanh()])
    items += [nn.ReLU()]
    items.insert(1, nn.GELU())
    assert names(items) == ["ReLU", "GELU", "Tanh", "ReLU"] and names(items[::2]) == [
        "ReLU",
        "Tanh",
    ]
    assert isinstance(items.pop(1), nn.GELU) and len(items + items) == 6
    items[0] = nn.Tanh()
    assert repr(items) == "ModuleList(\n  (0-1): 2 x Tanh()\n  (2): ReLU()\n)"
    assert repr(nn.ModuleList()) == "ModuleList()"


def test_module_dict():
    d = nn.ModuleDict({"a": nn.ReLU()})
    d["b"] = nn.Tanh()
    d.update([("c", nn.GELU())])
    assert list(d) == list(d.keys()) == ["a", "b", "c"] and "a" in d and len(d) == 3
    assert names(d.values()) == ["ReLU", "Tanh", "GELU"] and [k for k, _ in d.items()] == list(d)
    assert isinstance(d.pop("a"), nn.ReLU) and isinstance(d["b"], nn.Tanh)
    del d["b"]
    d.clear()
    assert repr(nn.ModuleDict(d)) == "ModuleDict()"


def test_parameter_list():
    p = nn.ParameterList([mt.zeros(2), nn.Parameter(mt.zeros(2, 3)), "text"])
    assert [name for name, _ in p.named_parameters()] == ["0", "1"] and p[-1] == "text"
    p += [mt.ones(1)]
    p[0] = mt.ones(3)
    assert isinstance(p[0], nn.Parameter) and len(p) == 4 and len(p[1:3]) == 2
    assert [type(value).__name__ for value in p] == ["Parameter", "Parameter", "str", "Parameter"]
    with pytest.raises(RuntimeError, match="can require gradients"):
        p.append(mt.tensor([1]))
    assert len(p) == 4
    assert repr(p[1:3]) == (
        "ParameterList(\n    (0): Parameter containing: [torch.float32 of size 2x3]\n"
        "    (1): Object of type: str\n)"
    )


def test_parameter_dict():
    d = nn.ParameterDict({"b": mt.zeros(2), "a": 3})
    assert list(d) == ["a", "b"] and isinstance(d["b"], nn.Parameter) and "a" in d and len(d) == 2
    assert list(reversed(d)) == ["b", "a"] == list(d.keys())[::-1]
    assert d.get("z", 5) == 5 and d.get("a") == 3 and d.setdefault("c", 7) == 7
    assert d.popitem() == ("c", 7) and d.pop("a") == 3 and next(iter(d.values())) is d["b"]
    d.update([("x", 1)])
    del d["x"]
    both = d | nn.ParameterDict({"n": 1})
    assert list(both) == ["b", "n"] and next(iter(d.copy())) == "b"
    d |= OrderedDict(z=1, y=2)
    assert list(d) == ["b", "z", "y"] and list(d.fromkeys(["p"], 1).items()) == [("p", 1)]
    assert list(nn.ParameterDict.__ror__(d, both)) == ["b", "n", "z", "y"]
    assert "(b): Parameter containing: [torch.FloatTensor of size 2]" in repr(d)
    d.clear()
    assert len(d) == 0
