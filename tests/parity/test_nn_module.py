"""`nn.Module` beside PyTorch: registration, traversal, state dicts, hooks, printing, errors."""

from __future__ import annotations

import copy
import pickle
from collections import OrderedDict

import pytest

from tests.parity.programs import agree, said

PROGRAMS = []


def program(function):
    PROGRAMS.append(function)
    return function


@pytest.mark.parametrize("function", PROGRAMS, ids=lambda function: function.__name__)
def test_says_the_same(function):
    agree(function, tolerance=1e-6)


def net_of(torch):
    nn = torch.nn

    class Block(nn.Module):
        def __init__(self, scale=1.0):
            super().__init__()
            self.weight = nn.Parameter(torch.full((2, 2), scale))
            self.register_buffer("mean", torch.zeros(2))
            self.register_buffer("count", torch.tensor(3), persistent=False)
            self.register_buffer("nothing", None)
            self.register_parameter("bias", None)

        def forward(self, x, shift=0.0):
            return x * self.weight.sum() + shift

        def extra_repr(self):
            return "2 x 2"

    class Net(nn.Module):
        def __init__(self):
            super().__init__()
            self.first = Block()
            self.rest = nn.Sequential(Block(2.0), Block(3.0))
            self.again = self.first
            self.empty = None
            self.add_module("none", None)

        def forward(self, x):
            return self.rest(self.first(x))

    return Net()


# Parameters and buffers ---------------------------------------------------------------------------


@program
def parameters_of_their_own(torch):
    x = torch.zeros(3)
    p = torch.nn.Parameter(x)
    x.add_(1)
    yield p, repr(p), p._version, type(p + 1).__name__, type(p.data).__name__, p.is_leaf
    yield type(p.detach()).__name__, type(p.clone()).__name__, f"{p}"
    yield torch.nn.Parameter(), torch.nn.Parameter(None), torch.nn.Parameter(p)
    yield torch.nn.Parameter(x, requires_grad=False), torch.nn.Parameter(p * 2).is_leaf
    yield said(torch.nn.Parameter, [1.0]), said(torch.nn.Parameter, 3)
    yield said(torch.nn.Parameter, torch.tensor([1]))
    yield torch.nn.Parameter(torch.tensor([1]), requires_grad=False)
    yield p.requires_grad_(False), repr(p)
    p.grad, p.mark = torch.ones(3), 7
    deep = copy.deepcopy(p)
    yield deep, deep.grad, hasattr(deep, "mark"), type(deep).__name__
    back = pickle.loads(pickle.dumps(p))
    yield back, back.grad, back.mark, type(back).__name__


@program
def subclass_of_parameter(torch):
    class Mine(torch.nn.Parameter):
        pass

    p = Mine(torch.ones(2))
    yield isinstance(p, torch.nn.Parameter), type(p + 1).__name__


@program
def buffers_of_their_own(torch):
    b = torch.nn.Buffer(torch.zeros(2))
    yield b, repr(b), b.persistent, isinstance(b, torch.nn.Buffer), type(b + 1).__name__
    yield isinstance(torch.zeros(2), torch.nn.Buffer)
    yield torch.nn.Buffer(), torch.nn.Buffer(torch.zeros(2), persistent=False).persistent
    yield said(torch.nn.Buffer, [1]), isinstance(copy.deepcopy(b), torch.nn.Buffer)
    m = torch.nn.Module()
    m.a, m.b = b, torch.nn.Buffer(torch.ones(1), persistent=False)
    yield list(m.state_dict()), [name for name, _ in m.named_buffers()]


# Attributes ---------------------------------------------------------------------------------------


@program
def before_init(torch):
    nn = torch.nn

    def of(value):
        class Early(nn.Module):
            def __init__(self):
                self.x = value

        return Early

    early = of(1)()
    yield said(of(nn.Parameter(torch.zeros(1)))), said(of(nn.ReLU())), early.x
    yield said(of(nn.Buffer(torch.zeros(1)))), said(getattr, early, "missing")
    yield said(early.register_buffer, "b", None), said(early.register_parameter, "b", None)


@program
def missing_things(torch):
    class Wrong(torch.nn.Module):
        def forward(self):
            return self.absent

    class Property(torch.nn.Module):
        @property
        def there(self):
            return self.absent

    m = torch.nn.Module()
    yield said(m, 1), said(m.forward, 1), said(getattr, m, "foo"), said(Wrong())
    yield said(lambda: Property().there), said(torch.nn.Module, 3), said(torch.nn.Module, a=3)
    yield said(Wrong, 1), said(delattr, m, "nope"), hasattr(m, "foo")


@program
def assignment(torch):
    nn = torch.nn
    m = net_of(torch).first
    yield said(setattr, m, "weight", torch.zeros(2)), said(setattr, m, "weight", 3)
    yield said(setattr, m, "weight", nn.ReLU()), said(setattr, m, "mean", 3)
    m.child = nn.ReLU()
    yield said(setattr, m, "child", 3), said(setattr, m, "child", torch.zeros(1)), m
    m.child = nn.Parameter(torch.zeros(1))
    yield m, [name for name, _ in m.named_parameters()]
    m.mean = nn.Parameter(torch.zeros(1))
    yield [name for name, _ in m.named_parameters()], [name for name, _ in m.named_buffers()]
    m.count = torch.tensor(5)
    yield list(m.state_dict()), m.count
    m.count = None
    m.weight = None
    yield list(m.state_dict()), m.weight, m.count, m.child
    m.plain = 5
    m.plain = nn.Tanh()
    yield m, "plain" in m.__dict__, m.plain
    m.plain = None
    yield m
    del m.plain, m.mean, m.count
    yield m, list(m.state_dict()), said(getattr, m, "plain"), said(delattr, m, "plain")
    m.extra = torch.zeros(1)
    yield list(m.named_buffers()), m.extra


@program
def registration(torch):
    nn = torch.nn
    m = net_of(torch)
    tensor, parameter = torch.zeros(1), torch.nn.Parameter(torch.zeros(1))
    for name in ("first", "a.b", "", 3, "train", "new", "empty"):
        yield said(m.register_buffer, name, tensor)
        yield said(m.register_parameter, name, parameter)
        yield said(m.add_module, name, nn.ReLU())
    yield said(m.register_buffer, "x", 3), said(m.register_buffer, "x", [1])
    yield said(m.register_parameter, "x", 3), said(m.register_parameter, "x", tensor)
    yield (
        said(m.add_module, "x", 3),
        said(m.add_module, "x", tensor),
        said(m.add_module, "x", nn.ReLU),
    )
    yield said(m.register_module, "y", None), m.y, list(m.state_dict())


@program
def members_by_path(torch):
    m = net_of(torch)
    for path in (
        "",
        "first",
        "rest.1",
        "rest.5",
        "nope",
        "first.weight",
        "empty",
        "none",
        "train",
        "rest.0.x",
    ):
        yield said(lambda path=path: repr(m.get_submodule(path)))
    for path in (
        "first.weight",
        "rest.0.weight",
        "weight",
        "first",
        "first.mean",
        "first.bias",
        "x.y",
    ):
        yield said(m.get_parameter, path), said(m.get_buffer, path)
    yield (
        said(m.set_submodule, "rest.0", torch.nn.ReLU()),
        said(m.set_submodule, "", torch.nn.ReLU()),
    )
    yield said(m.set_submodule, "fresh", torch.nn.ReLU()), said(m.set_submodule, "first", 3)
    yield said(m.set_submodule, "gone", torch.nn.ReLU(), strict=True), m
    yield said(m.set_submodule, "first.weight", torch.nn.ReLU())
    yield said(m.set_submodule, "a.b", torch.nn.ReLU())


@program
def traversal(torch):
    m = net_of(torch)
    yield [name for name, _ in m.named_parameters()], [name for name, _ in m.named_buffers()]
    yield [name for name, _ in m.named_parameters("p", recurse=False)]
    yield [name for name, _ in m.named_parameters("p", remove_duplicate=False)]
    yield [name for name, _ in m.named_buffers("p", remove_duplicate=False)]
    yield [name for name, _ in m.named_modules()], [name for name, _ in m.named_children()]
    yield [name for name, _ in m.named_modules(prefix="p", remove_duplicate=False)]
    yield (
        len(list(m.modules())),
        len(list(m.children())),
        len(list(m.parameters())),
        len(list(m.buffers())),
    )
    yield len(list(m.parameters(recurse=False))), len(list(m.modules(remove_duplicate=False)))
    order = []
    m.apply(lambda module: order.append(type(module).__name__))
    yield (
        order,
        [name for name in dir(m.first) if name in ("weight", "mean", "bias", "training", "to")],
    )
    yield [name for name in dir(m.rest) if name in "01"]


@program
def modes_and_gradients(torch):
    m = net_of(torch)
    yield m.train() is m, m.eval() is m, [x.training for x in m.modules()], said(m.train, 1)
    yield m.requires_grad_(False) is m, [p.requires_grad for p in m.parameters()]
    m.requires_grad_()
    m(torch.ones(2)).sum().backward()
    grads = [p.grad for p in m.parameters()]
    yield grads
    m.zero_grad(set_to_none=False)
    yield (
        [p.grad for p in m.parameters()],
        [p.grad is g for p, g in zip(m.parameters(), grads, strict=True)],
    )
    m.zero_grad()
    yield [p.grad for p in m.parameters()]
    m(torch.ones(2)).sum().backward(create_graph=True)
    m.zero_grad(set_to_none=False)
    yield [p.grad.requires_grad for p in m.parameters()]


@program
def dtype_and_device(torch):
    m = net_of(torch)
    m(torch.ones(2)).sum().backward()
    weight, grad = m.first.weight, m.first.weight.grad
    for change in (
        lambda: m.double(),
        lambda: m.half(),
        lambda: m.float(),
        lambda: m.to(torch.float64),
        lambda: m.to("cpu"),
        lambda: m.to("cpu", torch.float32),
        lambda: m.to(device="cpu", dtype=torch.float64),
        lambda: m.to(torch.zeros(1)),
        lambda: m.to(torch.float64, True),
        lambda: m.to(),
        lambda: m.cpu(),
        lambda: m.type(torch.float32),
    ):
        yield change() is m, [str(t.dtype) for t in m.state_dict().values()]
        yield (
            str(m.first.count.dtype),
            m.first.weight is weight,
            weight.grad is grad,
            str(grad.dtype),
        )
    yield (
        said(m.to, torch.int64),
        said(m.to, "nowhere")[0],
        said(m.to, [1])[0],
        said(m.to, torch.complex64),
    )


# State dicts --------------------------------------------------------------------------------------


@program
def saving(torch):
    m = net_of(torch)
    state = m.state_dict()
    yield type(state).__name__, dict(state), dict(state._metadata), list(m.state_dict(prefix="p."))
    state["first.weight"].add_(5)
    yield m.first.weight, m.state_dict(keep_vars=True)["first.weight"] is m.first.weight
    into = OrderedDict()
    yield m.state_dict(destination=into) is into, list(into), list(m.state_dict(into, "q."))
    yield state["first.weight"].requires_grad, list(torch.nn.Module().state_dict())


@program
def loading(torch):
    source, m = net_of(torch), net_of(torch)
    with torch.no_grad():
        for p in source.parameters():
            p.mul_(3)
    state = source.state_dict()
    done = m.load_state_dict(state)
    yield repr(done), str(done), type(done).__name__, done._fields, list(done)
    yield list(m.parameters()), m.first.weight is m.again.weight
    bad = OrderedDict(state)
    del bad["first.mean"]
    bad["foo"], bad["rest.7.x"], bad["first.extra"] = 1, 2, 3
    bad["rest.0.weight"] = torch.zeros(3)
    bad["rest.1.mean"] = torch.zeros(())
    bad["rest.1.weight"] = [1, 2]
    yield said(m.load_state_dict, bad), said(m.load_state_dict, bad, strict=False)
    del bad["rest.0.weight"], bad["rest.1.mean"], bad["rest.1.weight"]
    yield said(m.load_state_dict, bad), said(m.load_state_dict, bad, False)
    yield said(m.load_state_dict, {}), said(m.load_state_dict, [1]), said(m.load_state_dict, 3)
    yield said(m.load_state_dict, {}, strict=False)
    cast = OrderedDict(state)
    cast["first.weight"] = torch.ones(2, 2, dtype=torch.int64)
    yield said(m.load_state_dict, cast), m.first.weight


@program
def loading_by_assignment(torch):
    m = net_of(torch)
    state = net_of(torch).state_dict()
    state["first.weight"] = torch.ones(2, 2, dtype=torch.float64)
    state["rest.0.weight"] = torch.nn.Parameter(torch.zeros(2, 2), requires_grad=False)
    yield m.load_state_dict(state, assign=True), m.first.weight
    yield m.rest[0].weight is state["rest.0.weight"], m.rest[0].weight
    yield m.first.mean is state["first.mean"], type(m.rest[1].weight).__name__


@program
def old_scalars(torch):
    m = torch.nn.Module()
    m.register_buffer("x", torch.tensor(1.0))
    yield said(m.load_state_dict, {"x": torch.tensor([5.0])}), m.x
    yield said(m.load_state_dict, {"x": torch.tensor([5.0, 6.0])})


@program
def extra_state(torch):
    class Extra(torch.nn.Module):
        def __init__(self):
            super().__init__()
            self.layer = torch.nn.Module()
            self.layer.weight = torch.nn.Parameter(torch.zeros(1))
            self.x = 3

        def get_extra_state(self):
            return {"x": self.x}

        def set_extra_state(self, state):
            self.x = state["x"]

    m = Extra()
    state = m.state_dict()
    yield dict(state)
    state["_extra_state"] = {"x": 7}
    yield m.load_state_dict(state), m.x
    del state["_extra_state"]
    yield said(m.load_state_dict, state), said(m.load_state_dict, state, strict=False)
    yield said(m.layer.load_state_dict, {"_extra_state": 1, "other": 2, "weight": torch.zeros(1)})
    yield said(torch.nn.Module().get_extra_state)[0], said(torch.nn.Module().set_extra_state, 1)[0]


@program
def versions_of_modules(torch):
    seen = []

    class Old(torch.nn.Module):
        _version = 3

        def _load_from_state_dict(self, state_dict, prefix, local_metadata, *rest):
            seen.append((prefix, dict(local_metadata)))
            if prefix + "old" in state_dict:
                state_dict[prefix + "new"] = state_dict.pop(prefix + "old")
            super()._load_from_state_dict(state_dict, prefix, local_metadata, *rest)

    m = torch.nn.Sequential(Old())
    m[0].new = torch.nn.Parameter(torch.zeros(1))
    yield dict(m.state_dict()._metadata)
    m.load_state_dict(m.state_dict())
    state = {"0.old": torch.ones(1)}
    yield said(m.load_state_dict, state), m[0].new, list(state), seen
    yield said(m.load_state_dict, {"0.new": torch.zeros(1)}, assign=True), seen


@program
def state_dict_hooks(torch):
    m = net_of(torch)
    seen = []
    m.register_state_dict_pre_hook(lambda module, prefix, keep: seen.append((prefix, keep)))
    first = m.rest.register_state_dict_post_hook(
        lambda module, state, prefix, metadata: state.update({prefix + "more": metadata["version"]})
    )
    yield dict(m.state_dict(prefix="p.")), seen
    first.remove()
    m.register_state_dict_post_hook(lambda *args: 5)
    yield said(m.state_dict)
    m = net_of(torch)
    m.register_load_state_dict_pre_hook(
        lambda module, state, prefix, metadata, strict, missing, unexpected, errors: (
            seen.append((prefix, metadata, strict)),
            state.pop("foo"),
        )
    )
    m.rest[0].register_load_state_dict_post_hook(lambda module, keys: keys.missing_keys.clear())
    m.register_load_state_dict_post_hook(lambda module, keys: seen.append(list(keys)))
    yield said(m.load_state_dict, {"foo": 1}, strict=False), seen
    m.register_load_state_dict_post_hook(lambda module, keys: 3)
    yield said(m.load_state_dict, {"foo": 1})


# Hooks --------------------------------------------------------------------------------------------


@program
def forward_hooks(torch):
    m = net_of(torch).first
    x, seen = torch.ones(2), []
    m.register_forward_pre_hook(lambda module, args: seen.append(("pre 1", args)))
    second = m.register_forward_pre_hook(lambda module, args: args[0] * 2)
    m.register_forward_pre_hook(lambda module, args: seen.append("first"), prepend=True)
    m.register_forward_pre_hook(lambda module, args, kw: (args, {"shift": 1.0}), with_kwargs=True)
    m.register_forward_hook(lambda module, args, out: seen.append((args, out)))
    m.register_forward_hook(lambda module, args, out: out + 100)
    m.register_forward_hook(
        lambda module, args, kw, out: seen.append((kw, out)), with_kwargs=True, prepend=True
    )
    yield m(x), seen
    second.remove()
    second.remove()
    yield m(x, shift=5.0), len(seen)
    with m.register_forward_hook(lambda module, args, out: out * 0):
        yield m(x)
    yield m(x)
    m.register_forward_pre_hook(lambda module, args, kw: args, with_kwargs=True)
    yield said(m, x)


@program
def hooks_that_are_always_called(torch):
    nn = torch.nn
    seen = []

    class Fails(nn.Module):
        def forward(self, x):
            raise ValueError("forward")

    def bad(*args):
        raise KeyError("hook")

    m = Fails()
    m.register_forward_hook(lambda module, args, out: seen.append("no"))
    m.register_forward_hook(
        lambda module, args, out: seen.append(("always", out)), always_call=True
    )
    m.register_forward_hook(bad, always_call=True)
    m.register_forward_hook(lambda *args: 5, always_call=True)
    m.register_forward_hook(
        lambda module, args, kw, out: seen.append(("last", kw, out)),
        always_call=True,
        with_kwargs=True,
    )
    yield said(m, 1), seen
    m = nn.Identity()
    m.register_forward_hook(lambda module, args, out: seen.append("once"), always_call=True)
    m.register_forward_hook(bad)
    m.register_forward_hook(lambda module, args, out: seen.append("after"), always_call=True)
    yield said(m, 1), seen
    m = nn.Identity()
    m.register_forward_pre_hook(bad)
    m.register_forward_hook(lambda module, args, out: seen.append(("pre", out)), always_call=True)
    yield said(m, 1), seen


@program
def hooks_for_all_modules(torch):
    module = torch.nn.modules.module
    seen = []
    handles = [
        module.register_module_forward_pre_hook(
            lambda m, args: seen.append(("pre", type(m).__name__))
        ),
        module.register_module_forward_hook(lambda m, args, out: seen.append(("post", out))),
        module.register_module_forward_hook(
            lambda m, args, kw, out: seen.append(kw), with_kwargs=True
        ),
        module.register_module_full_backward_pre_hook(lambda m, g: seen.append(("back", g))),
        module.register_module_full_backward_hook(lambda m, gi, go: seen.append((gi, go))),
        module.register_module_buffer_registration_hook(lambda m, name, b: seen.append(name)),
        module.register_module_parameter_registration_hook(lambda m, name, p: seen.append(name)),
        module.register_module_module_registration_hook(lambda m, name, c: seen.append(name)),
    ]
    m = net_of(torch)
    m.register_forward_pre_hook(lambda m, args: seen.append("own"))
    m(torch.ones(2, requires_grad=True)).sum().backward()
    for handle in handles:
        handle.remove()
    m(torch.ones(2, requires_grad=True)).sum().backward()
    yield seen


@program
def registration_hooks_replace(torch):
    module = torch.nn.modules.module
    m = torch.nn.Module()
    with module.register_module_parameter_registration_hook(
        lambda m, name, p: torch.nn.Parameter(p.detach() + 1)
    ):
        m.p = torch.nn.Parameter(torch.zeros(1))
    with module.register_module_buffer_registration_hook(lambda m, name, b: b + 2):
        m.register_buffer("b", torch.zeros(1))
    with module.register_module_module_registration_hook(lambda m, name, c: torch.nn.Tanh()):
        m.c = torch.nn.ReLU()
    yield m.p, m.b, m


def two_in_two_out(torch):
    class Both(torch.nn.Module):
        def __init__(self):
            super().__init__()
            self.weight = torch.nn.Parameter(torch.tensor(3.0))

        def forward(self, x, y, flag=True):
            return x * y * self.weight, y + self.weight

    return Both()


@program
def backward_hooks(torch):
    seen = []
    x, y = torch.tensor([1.0, 2.0], requires_grad=True), torch.tensor(5.0, requires_grad=True)
    for use in (lambda a, b: a.sum() + b, lambda a, b: a.sum(), lambda a, b: b):
        m = two_in_two_out(torch)
        m.register_full_backward_hook(lambda module, gi, go: seen.append(("hook", gi, go)))
        m.register_full_backward_pre_hook(lambda module, go: seen.append(("pre", go)))
        m.register_full_backward_hook(lambda *args: seen.append("first"), prepend=True)
        m.register_full_backward_pre_hook(lambda *args: seen.append("first pre"), prepend=True)
        x.grad = y.grad = None
        a, b = m(x, y, False)
        yield a.grad_fn.name(), b.grad_fn.name()
        use(a, b).backward()
        yield x.grad, y.grad, m.weight.grad, seen


@program
def backward_hooks_on_inputs_without_gradient(torch):
    seen = []
    x, y = torch.tensor([1.0, 2.0]), torch.tensor(5.0, requires_grad=True)
    for inputs in ((x, y), (x, y.detach()), (x, 2.0)):
        m = two_in_two_out(torch)
        m.register_full_backward_hook(lambda module, gi, go: seen.append(("hook", gi, go)))
        m.register_full_backward_pre_hook(lambda module, go: seen.append(("pre", go)))
        a, b = m(*inputs)
        (a.sum() + b).backward()
        yield m.weight.grad, seen
    with torch.no_grad():
        a, b = m(x, y)
    yield a, b


@program
def backward_hooks_that_replace(torch):
    x = torch.tensor([1.0, 2.0], requires_grad=True)
    m = net_of(torch).first
    m.register_full_backward_pre_hook(lambda module, go: (go[0] * 10,))
    m.register_full_backward_hook(lambda module, gi, go: (gi[0] + 1,))
    m(x).sum().backward()
    yield x.grad, m.weight.grad
    m.register_full_backward_hook(lambda module, gi, go: (gi[0], gi[0]))
    yield said(m(x).sum().backward)
    m = net_of(torch).first
    m.register_full_backward_pre_hook(lambda module, go: (go[0], go[0]))
    yield said(m(x).sum().backward)
    m = net_of(torch).first
    m.register_full_backward_hook(lambda module, gi, go: (torch.ones(2),))
    yield said(m(x.detach()).sum().backward)


@program
def backward_hooks_and_other_outputs(torch):
    class Named(torch.nn.Module):
        def forward(self, x):
            return {"out": x * 2}

    m = Named()
    m.register_full_backward_hook(lambda *args: None)
    out = m(torch.ones(2, requires_grad=True))
    yield out["out"]


# Printing, copying --------------------------------------------------------------------------------


@program
def printing(torch):
    nn = torch.nn

    class Lines(nn.Module):
        def extra_repr(self):
            return "x=1\ny=2"

    class Nested(Lines):
        def __init__(self, *children):
            super().__init__()
            for number, child in enumerate(children):
                self.add_module(f"c{number}", child)

    class Named(nn.Module):
        def _get_name(self):
            return "Other"

    yield nn.Module(), Lines(), Nested(Lines()), Nested(Nested(nn.ReLU(), None), Lines()), Named()
    yield net_of(torch), nn.Sequential(), nn.Sequential(nn.Sequential(nn.ReLU()), Lines())
    blocks = [nn.Sequential(nn.ReLU(), Lines()) for _ in range(3)]
    yield (
        nn.ModuleList(),
        nn.ModuleList([nn.ReLU()]),
        nn.ModuleList([*blocks, nn.Tanh(), *blocks[:2]]),
    )
    yield nn.ModuleList([nn.ModuleList(blocks), nn.ModuleList(blocks)])
    yield (
        nn.ModuleDict({"a": nn.ReLU(), "b": nn.ModuleDict()}),
        nn.Sequential(OrderedDict(a=nn.ReLU())),
    )


@program
def copying(torch):
    m = net_of(torch)
    m.first.weight.grad = torch.ones(2, 2)
    deep = copy.deepcopy(m)
    yield deep, deep.again is deep.first, deep.first is m.first, deep.first.weight
    yield deep.first.weight.grad, deep.first.weight.requires_grad, list(deep.state_dict())
    shallow = copy.copy(m)
    yield shallow.first is m.first
    deep.first.weight.data.fill_(7)
    yield m.first.weight
    back = pickle.loads(pickle.dumps(torch.nn.Sequential(torch.nn.Linear(2, 2), torch.nn.ReLU())))
    yield back, dict(back.state_dict())


@program
def super_with_other_bases(torch):
    class Base:
        def __init__(self, name="none"):
            self.name = name

    class Both(torch.nn.Module, Base):
        call_super_init = True

        def __init__(self):
            super().__init__(name="both")

    class One(torch.nn.Module, Base):
        def __init__(self):
            super().__init__()

    yield Both().name, hasattr(One(), "name")
