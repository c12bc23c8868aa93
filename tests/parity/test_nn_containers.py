"""Modules that hold others, beside PyTorch."""

from __future__ import annotations

import copy
from collections import OrderedDict

import pytest

from tests.parity.programs import agree, said

PROGRAMS = []


def program(function):
    PROGRAMS.append(function)
    return function


@pytest.mark.parametrize("function", PROGRAMS, ids=lambda function: function.__name__)
def test_says_the_same(function):
    agree(function)


def four(nn):
    return nn.ReLU(), nn.Tanh(), nn.Sigmoid(), nn.Identity()


def change(operation, container, *args):
    """What an operation returns or raises, and the container after it."""
    return said(operation, container, *args), repr(container)


def delete(container, key):
    del container[key]


def put(container, key, value):
    container[key] = value


@program
def sequential(torch):
    nn = torch.nn
    s = nn.Sequential(*four(nn))
    yield s, len(s), [repr(m) for m in s], s[0], s[-1], s[1:3], s[::-1], s[5:], s[torch.tensor(1)]
    yield s(torch.tensor([-1.0, 2.0])), nn.Sequential()(3), nn.Sequential(nn.Sequential(*four(nn)))
    yield said(lambda: s[4]), said(lambda: s[-5]), said(lambda: s["0"]), said(nn.Sequential, 3)
    yield said(nn.Sequential, [nn.ReLU()]), said(nn.Sequential, {"a": nn.ReLU()})
    yield change(put, s, 1, nn.GELU()), change(put, s, -1, nn.SiLU()), change(put, s, 7, nn.GELU())
    yield (
        change(put, s, 1, 3),
        change(delete, s, 0),
        change(delete, s, slice(0, 2)),
        change(delete, s, 9),
    )
    s = nn.Sequential(*four(nn))
    yield change(nn.Sequential.append, s, nn.ELU()), change(nn.Sequential.append, s, 3)
    yield change(nn.Sequential.extend, s, nn.Sequential(nn.CELU())), change(nn.Sequential.pop, s, 0)
    yield change(nn.Sequential.extend, s, [nn.SELU()]), change(nn.Sequential.pop, s, slice(1, 3))
    for index in (0, 2, -1, 99, -99):
        yield change(nn.Sequential.insert, s, index, nn.Mish())
    yield (
        change(nn.Sequential.insert, s, 0, 3),
        type(s.append(nn.ReLU())).__name__,
        s.append(s[0]) is s,
    )


@program
def sums_and_products_of_sequentials(torch):
    nn = torch.nn
    a, b = nn.Sequential(*four(nn)[:2]), nn.Sequential(*four(nn)[2:])
    yield a + b, said(lambda: a + 3), said(lambda: a + nn.ModuleList()), a * 2, 2 * a
    for factor in (0, -1, 1.5, "a", True):
        yield said(lambda factor=factor: a * factor), said(lambda factor=factor: factor * a)
    same = a
    a += b
    yield a, a is same
    a *= 2
    yield a, a is same, a[0] is a[4]

    def times(factor):
        nonlocal a
        a *= factor

    yield said(times, 0), said(times, 1.5), said(a.__iadd__, 3)


@program
def named_sequential(torch):
    nn = torch.nn
    s = nn.Sequential(OrderedDict(a=nn.ReLU(), b=nn.Tanh(), c=nn.Linear(2, 2)))
    yield s, s.a, s[1:], s[2], list(s.state_dict()), list(s[2:].state_dict()), s + s
    s.d = nn.GELU()
    yield s, len(s), change(delete, s, 0), [name for name in dir(s) if name.isdigit()]
    yield said(nn.Sequential, OrderedDict([(1, nn.ReLU())]))

    class Mine(nn.Sequential):
        pass

    yield Mine(nn.ReLU(), nn.Tanh())[:1], copy.deepcopy(s)


@program
def module_list(torch):
    nn = torch.nn
    items = nn.ModuleList(four(nn))
    yield items, len(items), [repr(m) for m in items], items[0], items[-1], items[1:3], items[::-1]
    yield nn.ModuleList(), nn.ModuleList(m for m in four(nn)), said(items, 1)
    yield said(lambda: items[4]), said(lambda: items["0"]), said(nn.ModuleList, 3)
    yield (
        said(nn.ModuleList, [3]),
        change(put, items, 0, nn.GELU()),
        change(put, items, 9, nn.GELU()),
    )
    yield change(delete, items, 0), change(delete, items, slice(0, 2)), change(delete, items, 9)
    yield change(nn.ModuleList.append, items, nn.ELU()), change(nn.ModuleList.append, items, 3)
    yield (
        change(nn.ModuleList.insert, items, 1, nn.Mish()),
        change(nn.ModuleList.insert, items, 0, nn.SiLU()),
    )
    yield change(nn.ModuleList.extend, items, [nn.CELU()]), change(nn.ModuleList.extend, items, 3)
    yield change(nn.ModuleList.pop, items, 0), change(nn.ModuleList.pop, items, slice(0, 1))
    yield items.__add__([nn.Tanh()]), items + items, items.append(nn.ReLU()) is items
    same = items
    items += [nn.ReLU()]
    yield items, items is same, [name for name, _ in items.named_children()]


@program
def module_dict(torch):
    nn = torch.nn
    d = nn.ModuleDict({"a": nn.ReLU(), "b": nn.Tanh()})
    yield d, len(d), list(d), list(d.keys()), [repr(v) for v in d.values()], "a" in d, "z" in d
    yield [(k, repr(v)) for k, v in d.items()], d["a"], said(lambda: d["z"]), d.a, nn.ModuleDict()
    yield nn.ModuleDict([["x", nn.ReLU()], ("y", nn.Tanh())]), nn.ModuleDict(d)
    yield nn.ModuleDict(OrderedDict(x=nn.ReLU())), said(nn.ModuleDict, 3), said(nn.ModuleDict, [3])
    yield (
        said(nn.ModuleDict, [["x"]]),
        said(nn.ModuleDict, {"a.b": nn.ReLU()}),
        said(nn.ModuleDict, {"a": 3}),
    )
    yield change(put, d, "c", nn.GELU()), change(put, d, "c", 3), change(put, d, 3, nn.ReLU())
    yield change(put, d, "pop", nn.ReLU()), change(put, d, "c", None)
    yield change(delete, d, "a"), change(delete, d, "a"), change(nn.ModuleDict.pop, d, "b")
    yield (
        said(d.pop, "b"),
        change(nn.ModuleDict.update, d, {"q": nn.ReLU()}),
        change(nn.ModuleDict.clear, d),
    )
    yield said(d, 1)


@program
def parameter_list(torch):
    nn = torch.nn
    p = nn.ParameterList(
        [torch.zeros(2), nn.Parameter(torch.ones(2, 2)), 3, "a", torch.tensor(1.0)]
    )
    yield (
        p,
        len(p),
        list(p),
        p[0],
        p[-1],
        p[1:3],
        list(p.state_dict()),
        [n for n, _ in p.named_parameters()],
    )
    yield nn.ParameterList(), said(p, 1), said(lambda: p[7]), said(nn.ParameterList, 3)
    yield (
        said(nn.ParameterList, torch.zeros(2)),
        change(put, p, 0, torch.ones(1)),
        change(put, p, 9, 1),
    )
    yield change(put, p, 0, None), change(nn.ParameterList.append, p, torch.zeros(3))
    yield (
        change(nn.ParameterList.extend, p, [torch.zeros(1)]),
        change(nn.ParameterList.extend, p, 3),
    )
    same = p
    p += [torch.zeros(4)]
    yield (
        p is same,
        p,
        said(nn.ParameterList, [torch.tensor([1])]),
        nn.ParameterList([torch.zeros(1)]),
    )
    yield copy.deepcopy(p), [name for name in dir(p) if name.isdigit()]


@program
def parameter_dict(torch):
    nn = torch.nn
    d = nn.ParameterDict({"b": torch.zeros(2), "a": nn.Parameter(torch.ones(2, 2)), "c": 3})
    yield d, len(d), list(d), list(d.keys()), list(d.values()), list(d.items()), "a" in d, "z" in d
    yield (
        list(reversed(d)),
        d["a"],
        said(lambda: d["z"]),
        said(lambda: d[3]),
        d.get("a"),
        d.get("z", 5),
    )
    yield (
        nn.ParameterDict(OrderedDict(b=1, a=2)),
        nn.ParameterDict([["x", torch.zeros(1)], ("y", 2)]),
    )
    yield nn.ParameterDict(d), said(nn.ParameterDict, 3), said(nn.ParameterDict, [3]), said(d, 1)
    yield (
        said(nn.ParameterDict, [["x"]]),
        nn.ParameterDict(),
        nn.ParameterDict({"only": torch.zeros(1)}),
    )
    yield change(put, d, "d", torch.zeros(())), change(delete, d, "b"), change(delete, d, "zz")
    yield d.setdefault("a", 7), d.setdefault("new", torch.zeros(1)), d.setdefault("none"), d
    yield (
        change(nn.ParameterDict.pop, d, "a"),
        change(nn.ParameterDict.popitem, d),
        said(d.pop, "zz"),
    )
    yield d.copy(), d.fromkeys(["p", "q"], 3), d | nn.ParameterDict({"g": 1, "e": 2})
    same = d
    d |= {"f": torch.zeros(1)}
    yield d is same, d, list(d.state_dict()), change(nn.ParameterDict.update, d, {"z": 1, "y": 2})
    yield change(nn.ParameterDict.clear, d), said(d.popitem)
