"""`nn.Module` without PyTorch: what it registers, finds, saves, loads, calls and prints."""

from __future__ import annotations

import copy
import gc
import pickle
import weakref
from collections import OrderedDict

import pytest

import minitorch as mt
from minitorch import cuda, nn
from minitorch.nn.modules import module as modules


class Scale(nn.Module):
    """A parameter, a buffer that is saved and one that is not."""

    def __init__(self, factor=2.0):
        super().__init__()
        self.weight = nn.Parameter(mt.tensor([factor, factor]))
        self.register_buffer("seen", mt.zeros(1))
        self.register_buffer("scratch", mt.zeros(1), persistent=False)
        self.register_parameter("bias", None)

    def forward(self, x, shift=0.0):
        return x * self.weight + shift


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.first = Scale()
        self.rest = nn.Sequential(Scale(3.0), nn.Identity())
        self.shared = self.first

    def forward(self, x):
        return self.rest(self.first(x))


# Parameters ---------------------------------------------------------------------------------------


def test_parameter_shares_memory_and_gives_plain_tensors():
    data = mt.zeros(2)
    parameter = nn.Parameter(data)
    data.add_(1)
    assert parameter.tolist() == [1.0, 1.0]
    assert parameter._version == 1
    assert repr(parameter) == "Parameter containing:\ntensor([1., 1.], requires_grad=True)"
    assert type(parameter * 2) is mt.Tensor
    assert nn.Parameter().shape == (0,)
    assert not nn.Parameter(mt.tensor([1]), requires_grad=False).requires_grad


@pytest.mark.parametrize(
    ("data", "error", "message"),
    [
        ([1.0], AttributeError, "'list' object has no attribute 'detach'"),
        (mt.tensor([1]), RuntimeError, "Only Tensors of floating point and complex dtype"),
    ],
)
def test_parameter_refuses(data, error, message):
    with pytest.raises(error, match=message):
        nn.Parameter(data)


def test_parameter_copies():
    parameter = nn.Parameter(mt.ones(2))
    parameter.grad, parameter.mark = mt.ones(2), "kept"
    deep = copy.deepcopy(parameter)
    assert isinstance(deep, nn.Parameter) and deep.requires_grad and deep.grad is None
    deep.data.fill_(5)
    assert parameter.tolist() == [1.0, 1.0]
    back = pickle.loads(pickle.dumps(parameter))
    assert isinstance(back, nn.Parameter) and back.mark == "kept" and back.tolist() == [1.0, 1.0]

    class Mine(nn.Parameter):
        pass

    assert type(Mine(mt.ones(1)) + 1) is mt.Tensor


def test_buffer():
    m = nn.Module()
    m.a, m.b = nn.Buffer(mt.ones(1)), nn.Buffer(mt.ones(1), persistent=False)
    assert [name for name, _ in m.named_buffers()] == ["a", "b"]
    assert list(m.state_dict()) == ["a"]
    assert repr(nn.Buffer(mt.ones(1))) == "tensor([1.])"


# Registration -------------------------------------------------------------------------------------


def test_attributes_find_their_place():
    m = Net()
    assert [name for name, _ in m.named_parameters()] == ["first.weight", "rest.0.weight"]
    assert [name for name, _ in m.named_children()] == ["first", "rest"]
    assert [name for name, _ in m.named_modules()] == ["", "first", "rest", "rest.0", "rest.1"]
    m.first = nn.Parameter(mt.zeros(1))  # from the modules to the parameters
    assert [name for name, _ in m.named_children()] == ["rest", "shared"]
    m.plain = 3
    m.plain = nn.ReLU()
    assert "plain" not in m.__dict__ and isinstance(m.plain, nn.ReLU)
    m.plain = None
    assert m.plain is None and "plain" in m._modules
    del m.plain, m.first
    assert not hasattr(m, "plain") and not hasattr(m, "first")
    m.shared.seen = mt.ones(1)
    assert m.shared.state_dict()["seen"].tolist() == [1.0]
    m.shared.seen = None
    assert "seen" not in m.shared.state_dict()
    del m.shared.scratch
    assert "scratch" not in m.shared._non_persistent_buffers_set
    assert {"weight", "seen", "training"} <= set(dir(m.shared))


def early(assign):
    class Early(nn.Module):
        def __init__(self):
            assign(self)

    return Early


@pytest.mark.parametrize(
    ("assign", "message"),
    [
        (lambda m: setattr(m, "x", nn.Parameter(mt.zeros(1))), "cannot assign parameters before"),
        (lambda m: setattr(m, "x", nn.ReLU()), "cannot assign module before Module.__init__"),
        (lambda m: setattr(m, "x", nn.Buffer(mt.zeros(1))), "cannot assign buffer before"),
        (lambda m: m.absent, "'Early' object has no attribute 'absent'"),
    ],
)
def test_before_init(assign, message):
    with pytest.raises(AttributeError, match=message):
        early(assign)()
    early(lambda m: setattr(m, "x", 3))()


@pytest.mark.parametrize(
    ("run", "error", "message"),
    [
        (lambda m: m(1), NotImplementedError, r'Module \[Net\] is missing the required "forward"'),
        (lambda m: m.foo, AttributeError, "'Net' object has no attribute 'foo'"),
        (lambda m: delattr(m, "foo"), AttributeError, "'Net' object has no attribute 'foo'"),
        (lambda m: nn.Module(3), TypeError, "takes 1 positional argument but 2 were given"),
        (lambda m: nn.Module(a=3), TypeError, "got an unexpected keyword argument 'a'"),
        (
            lambda m: setattr(m.p, "weight", 3),
            TypeError,
            "cannot assign 'int' as parameter 'weight'",
        ),
        (lambda m: setattr(m.p, "seen", 3), TypeError, "cannot assign 'int' as buffer 'seen'"),
        (
            lambda m: setattr(m, "p", mt.zeros(1)),
            TypeError,
            "cannot assign 'torch.FloatTensor' as child module 'p'",
        ),
        (lambda m: m.register_buffer("p", None), KeyError, "attribute 'p' already exists"),
        (lambda m: m.register_buffer("a.b", None), KeyError, r"buffer name can\\'t contain"),
        (lambda m: m.register_parameter("", None), KeyError, "empty string"),
        (lambda m: m.register_parameter(3, None), TypeError, "should be a string. Got int"),
        (lambda m: m.register_parameter("x", 3), TypeError, "object to parameter 'x'"),
        (lambda m: m.register_buffer("x", 3), TypeError, "object to buffer 'x'"),
        (lambda m: m.add_module("x", nn.ReLU), TypeError, "ReLU is not a Module subclass"),
        (lambda m: m.add_module("a.b", None), KeyError, r"contain \".\", got: a.b"),
        (lambda m: m.get_submodule("p.q"), AttributeError, "Scale has no attribute `q`"),
        (lambda m: m.get_submodule("p.weight"), AttributeError, "`weight` is not an nn.Module"),
        (lambda m: m.get_parameter("p.seen"), AttributeError, "`seen` is not an nn.Parameter"),
        (lambda m: m.get_buffer("p.weight"), AttributeError, "`weight` is not a buffer"),
        (lambda m: m.set_submodule("", nn.ReLU()), ValueError, "without a target name"),
        (lambda m: m.set_submodule("p", 3), ValueError, "`module` is not an nn.Module"),
        (lambda m: m.set_submodule("p.weight", nn.ReLU()), AttributeError, "not an nn.Module"),
        (lambda m: m.train("yes"), ValueError, "training mode is expected to be boolean"),
        (lambda m: m.to(mt.int64), TypeError, "only accepts floating point or complex dtypes"),
        (lambda m: m.to([1]), TypeError, "invalid combination of arguments"),
        (lambda m: m.load_state_dict(3), TypeError, "Expected state_dict to be dict-like"),
        (lambda m: m.get_extra_state(), RuntimeError, "should never be called"),
        (lambda m: m.set_extra_state(1), RuntimeError, "should never be called"),
    ],
)
def test_refuses(run, error, message):
    class Net(nn.Module):
        def __init__(self):
            super().__init__()
            self.p = Scale()

    with pytest.raises(error, match=message):
        run(Net())


def test_parameters_must_be_leaves():
    m, parameter = nn.Module(), nn.Parameter(mt.zeros(1))
    parameter.detach_()
    parameter.requires_grad_(False).add_(mt.ones(1, requires_grad=True))
    with pytest.raises(ValueError, match="Cannot assign non-leaf Tensor to parameter 'p'"):
        m.p = parameter


def test_paths():
    m = Net()
    assert m.get_submodule("") is m and m.get_submodule("rest.0") is m.rest[0]
    assert m.get_parameter("rest.0.weight") is m.rest[0].weight
    assert m.get_buffer("first.seen") is m.first.seen
    m.set_submodule("rest.0", nn.ReLU())
    assert isinstance(m.rest[0], nn.ReLU)


def test_registration_hooks():
    with modules.register_module_parameter_registration_hook(
        lambda m, n, p: nn.Parameter(p.data + 1)
    ):
        m = Scale(0.0)
    with modules.register_module_buffer_registration_hook(lambda m, name, b: b + 1):
        m.register_buffer("more", mt.zeros(1))
    with modules.register_module_module_registration_hook(lambda m, name, child: None):
        m.child = nn.ReLU()
    assert m.weight.tolist() == [1.0, 1.0] and m.more.item() == 1 and isinstance(m.child, nn.ReLU)


# Changing everything below ------------------------------------------------------------------------


def test_modes():
    m = Net()
    assert not any(x.training for x in m.eval().modules())
    assert all(x.training for x in m.train().modules())
    assert not any(p.requires_grad for p in m.requires_grad_(False).parameters())


def test_apply_visits_children_first():
    order = []
    Net().apply(lambda m: order.append(type(m).__name__))
    assert order == ["Scale", "Scale", "Identity", "Sequential", "Net"]


def test_zero_grad():
    m = Scale()
    m(mt.ones(2)).sum().backward()
    grad = m.weight.grad
    m.zero_grad(set_to_none=False)
    assert m.weight.grad is grad and grad.tolist() == [0.0, 0.0]
    m.zero_grad()
    assert m.weight.grad is None


@pytest.mark.parametrize(
    ("change", "dtype"),
    [
        (lambda m: m.double(), mt.float64),
        (lambda m: m.half(), mt.float16),
        (lambda m: m.double().float(), mt.float32),
        (lambda m: m.to(mt.float64), mt.float64),
        (lambda m: m.to("cpu", mt.float16), mt.float16),
        (lambda m: m.to(dtype=mt.float64), mt.float64),
        (lambda m: m.to(mt.zeros(1, dtype=mt.float64)), mt.float64),
        (lambda m: m.to(device="cpu"), mt.float32),
        (lambda m: m.cpu(), mt.float32),
        (lambda m: m.type(mt.float64), mt.float64),
    ],
)
def test_dtype(change, dtype):
    m = Scale()
    m.register_buffer("count", mt.tensor(0))
    m(mt.ones(2)).sum().backward()
    weight, grad = m.weight, m.weight.grad
    assert change(m) is m
    assert m.weight is weight and weight.grad is grad  # an optimizer still knows them
    assert weight.dtype is grad.dtype is m.seen.dtype is dtype
    assert m.count.dtype is (mt.int64 if "type" not in change.__code__.co_names else dtype)


def test_complex_modules_warn():
    with pytest.warns(UserWarning, match="Complex modules are a new feature"):
        assert Scale().to(mt.complex64).weight.dtype is mt.complex64


def test_cuda_says_what_is_missing():
    if cuda.is_available():
        pytest.skip("there is a GPU")
    with pytest.raises(AssertionError, match="Torch not compiled with CUDA enabled"):
        Scale().cuda()


# State dicts --------------------------------------------------------------------------------------


def test_state_dict():
    m = Net()
    state = m.state_dict(prefix="net.")
    assert list(state) == [
        "net.first.weight", "net.first.seen", "net.rest.0.weight", "net.rest.0.seen",
        "net.shared.weight", "net.shared.seen",
    ]  # fmt: skip
    assert state._metadata["net.rest.0"] == {"version": 1}
    state["net.first.weight"].fill_(9)
    assert m.first.weight.tolist() == [9.0, 9.0]  # shared memory
    assert m.state_dict(keep_vars=True)["first.weight"] is m.first.weight
    with pytest.warns(FutureWarning, match="Positional args are being deprecated"):
        into = m.state_dict(OrderedDict(), "p.", True)
    assert into["p.first.weight"] is m.first.weight


def test_load_state_dict():
    source, m = Net(), Net()
    source.first.weight.data.fill_(7)
    assert str(m.load_state_dict(source.state_dict())) == "<All keys matched successfully>"
    assert m.first.weight.tolist() == [7.0, 7.0] and m.first.weight is not source.first.weight
    bad = source.state_dict()
    del bad["first.seen"]
    bad["foo"] = bad["rest.9.x"] = 1
    bad["first.weight"] = mt.zeros(3)
    bad["rest.0.weight"] = [1, 2]
    with pytest.raises(RuntimeError) as caught:
        m.load_state_dict(bad)
    assert str(caught.value) == (
        "Error(s) in loading state_dict for Net:\n"
        '\tMissing key(s) in state_dict: "first.seen". \n'
        '\tUnexpected key(s) in state_dict: "foo", "rest.9.x". \n'
        "\tsize mismatch for first.weight: copying a param with shape torch.Size([3]) from "
        "checkpoint, the shape in current model is torch.Size([2]).\n"
        '\tWhile copying the parameter named "rest.0.weight", expected torch.Tensor or Tensor-like '
        "object from checkpoint but received <class 'list'>"
    )
    del bad["first.weight"], bad["rest.0.weight"]
    missing, unexpected = m.load_state_dict(bad, strict=False)
    assert missing == ["first.weight", "first.seen", "rest.0.weight"]
    assert unexpected == ["foo", "rest.9.x"]
    found = m.load_state_dict({}, strict=False)
    assert repr(found).startswith("_IncompatibleKeys(missing_keys=['first.weight',")


def test_load_by_assignment_and_old_scalars():
    m, state = Scale(), Scale().state_dict()
    state["weight"] = mt.ones(2, dtype=mt.float64)
    m.load_state_dict(state, assign=True)
    assert isinstance(m.weight, nn.Parameter) and m.weight.dtype is mt.float64
    assert m.seen is state["seen"]
    m.register_buffer("scalar", mt.tensor(0.0))
    m.load_state_dict({**m.state_dict(), "scalar": mt.tensor([5.0])})
    assert m.scalar.item() == 5


def test_load_reports_what_cannot_be_copied():
    class Stubborn(mt.Tensor):
        def copy_(self, other, non_blocking=False):
            raise ValueError("no")

    m = nn.Module()
    m.register_buffer("x", Stubborn(2))
    with pytest.raises(RuntimeError, match=r"an exception occurred : \('no',\)"):
        m.load_state_dict({"x": mt.zeros(2)})


class Counter(nn.Module):
    def __init__(self):
        super().__init__()
        self.n = 3

    def get_extra_state(self):
        return self.n

    def set_extra_state(self, state):
        self.n = state


def test_extra_state():
    m = nn.Sequential(Counter())
    assert dict(m.state_dict()) == {"0._extra_state": 3}
    m.load_state_dict({"0._extra_state": 5})
    assert m[0].n == 5
    assert m.load_state_dict({}, strict=False).missing_keys == ["0._extra_state"]
    assert nn.ReLU().load_state_dict({"_extra_state": 1}, strict=False)[1] == ["_extra_state"]


def test_state_dict_hooks():
    m, seen = Scale(), []
    m.register_state_dict_pre_hook(lambda module, prefix, keep: seen.append(prefix))
    m.register_state_dict_post_hook(
        lambda module, state, prefix, meta: state.pop(prefix + "seen") is None or None
    )
    assert list(m.state_dict(prefix="p.")) == ["p.weight"] and seen == ["p."]
    m.register_load_state_dict_pre_hook(
        lambda module, state, *rest: state.update(weight=mt.zeros(2))
    )
    m.register_load_state_dict_post_hook(lambda module, keys: keys.missing_keys.clear())
    m.load_state_dict({})
    assert m.weight.tolist() == [0.0, 0.0]
    m.register_load_state_dict_post_hook(lambda module, keys: 3)
    with pytest.raises(AssertionError, match="not expected to return new values"):
        m.load_state_dict({})
    m.register_state_dict_post_hook(lambda *args: 3)
    with pytest.raises(RuntimeError, match="state_dict post-hook must return None"):
        m.state_dict()


# Hooks --------------------------------------------------------------------------------------------


def test_forward_hooks_run_in_order():
    m, order, x = Scale(), [], mt.ones(2)
    m.register_forward_pre_hook(lambda m, args: order.append("pre"))
    m.register_forward_pre_hook(lambda m, args: args[0] * 10)
    m.register_forward_pre_hook(lambda m, a, kw: (a, {"shift": 1.0}), with_kwargs=True)
    m.register_forward_pre_hook(lambda m, a, kw: None, with_kwargs=True)
    m.register_forward_pre_hook(lambda m, args: order.append("first"), prepend=True)
    m.register_forward_hook(lambda m, args, out: out + 100)
    m.register_forward_hook(lambda m, args, kw, out: order.append(kw), with_kwargs=True)
    handle = modules.register_module_forward_pre_hook(lambda m, args: order.append("global"))
    last = modules.register_module_forward_hook(lambda m, args, out: order.append("global after"))
    assert m(x).tolist() == [121.0, 121.0]
    assert order == ["global", "first", "pre", "global after", {"shift": 1.0}]
    handle.remove()
    last.remove()
    m.register_forward_pre_hook(lambda m, args, kw: 3, with_kwargs=True)
    with pytest.raises(RuntimeError, match="must return None or a tuple of"):
        m(x)


def test_always_called_hooks_see_failures():
    class Fails(nn.Module):
        def forward(self):
            raise ValueError("forward failed")

    m, seen = Fails(), []
    m.register_forward_hook(lambda m, args, out: seen.append("never"))
    m.register_forward_hook(lambda m, args, out: seen.append(out), always_call=True)
    m.register_forward_hook(lambda m, args, out: 1 / 0, always_call=True)
    silenced = pytest.warns(UserWarning, match="silenced as another error was raised in forward")
    with silenced, pytest.raises(ValueError, match="forward failed"):
        m()
    assert seen == [None]
    m, seen = nn.Identity(), []
    m.register_forward_hook(lambda m, args, out: seen.append("ran"), always_call=True)
    m.register_forward_hook(lambda m, args, out: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        m(1)
    assert seen == ["ran"]


def test_backward_hooks():
    m, seen = Scale(), []
    x = mt.tensor([1.0, 2.0], requires_grad=True)
    m.register_full_backward_pre_hook(lambda m, grads: (grads[0] * 10,))
    m.register_full_backward_hook(
        lambda m, into, out: seen.append((into[0].tolist(), out[0].tolist()))
    )
    m.register_full_backward_hook(lambda m, into, out: (into[0] + 1,))
    m.register_full_backward_hook(lambda m, into, out: seen.append("first"), prepend=True)
    out = m(x, shift=0.0)
    assert out.grad_fn.name() == "BackwardHookFunctionBackward"
    out.sum().backward()
    assert seen == ["first", ([20.0, 20.0], [10.0, 10.0])]
    assert x.grad.tolist() == [21.0, 21.0]
    assert m.weight.grad.tolist() == [10.0, 20.0]
    with mt.no_grad():
        assert m(x).grad_fn is None


def test_backward_hooks_without_gradients_of_inputs():
    m, seen = Scale(), []
    m.register_full_backward_hook(lambda m, into, out: seen.append((into, out[0].tolist())))
    with pytest.warns(
        UserWarning, match="Full backward hook is firing when gradients are computed"
    ):
        m(mt.ones(2)).sum().backward()
    assert seen == [((None,), [1.0, 1.0])]
    m.register_full_backward_hook(lambda m, into, out: (mt.ones(2),))
    with pytest.warns(UserWarning), pytest.raises(RuntimeError, match="should always return None"):
        m(mt.ones(2)).sum().backward()


@pytest.mark.parametrize(
    ("register", "hook", "message"),
    [
        (
            "register_full_backward_pre_hook",
            lambda m, out: out * 2,
            "invalid number of grad_output",
        ),
        (
            "register_full_backward_hook",
            lambda m, into, out: into * 2,
            "invalid number of grad_input",
        ),
    ],
)
def test_backward_hooks_return_as_many_as_they_get(register, hook, message):
    m = Scale()
    getattr(m, register)(hook)
    with pytest.raises(RuntimeError, match=message):
        m(mt.ones(2, requires_grad=True)).sum().backward()


def test_backward_hooks_on_tuples_and_other_outputs():
    class Two(nn.Module):
        def forward(self, x, flag):
            return x * 2, x * 3

    m, seen = Two(), []
    m.register_full_backward_hook(lambda m, into, out: seen.append((len(into), into[1], out[1])))
    x = mt.ones(2, requires_grad=True)
    m(x, True)[0].sum().backward()
    assert seen == [(2, None, None)] and x.grad.tolist() == [2.0, 2.0]

    class Dict(nn.Module):
        def forward(self, x):
            return {"y": x}

    m = Dict()
    m.register_full_backward_hook(lambda *args: None)
    with pytest.warns(UserWarning, match="module output should be a Tensor or a tuple of Tensors"):
        m(x)


def test_global_backward_hooks():
    seen = []
    first = modules.register_module_full_backward_pre_hook(lambda m, out: seen.append("pre"))
    last = modules.register_module_full_backward_hook(lambda m, into, out: seen.append("post"))
    with first, last:
        Scale()(mt.ones(2, requires_grad=True)).sum().backward()
    assert seen == ["pre", "post"]


def test_hooks_make_no_reference_cycle():
    m = Scale()
    m.register_forward_hook(lambda m, args, out: None)
    m.register_full_backward_hook(lambda m, into, out: None)
    gc.disable()
    try:
        out = m(mt.ones(2, requires_grad=True))
        out.sum().backward()
        gone = weakref.ref(out)
        del out
        assert gone() is None
    finally:
        gc.enable()


# Printing and copying -----------------------------------------------------------------------------


def test_repr():
    class Lines(nn.Module):
        def __init__(self, *children):
            super().__init__()
            for number, child in enumerate(children):
                self.add_module(f"c{number}", child)

        def extra_repr(self):
            return "a=1\nb=2"

    assert repr(nn.Module()) == "Module()"
    assert repr(Lines()) == "Lines(\n  a=1\n  b=2\n)"
    assert repr(nn.Sequential(Lines(nn.ReLU(), None))) == (
        "Sequential(\n  (0): Lines(\n    a=1\n    b=2\n    (c0): ReLU()\n    (c1): None\n  )\n)"
    )


def test_copies_of_modules():
    m = Net()
    m.first.weight.grad = mt.ones(2)
    deep = copy.deepcopy(m)
    assert deep.shared is deep.first and deep.first.weight is not m.first.weight
    assert deep.first.weight.grad is None
    back = pickle.loads(pickle.dumps(nn.Sequential(nn.Linear(2, 3), nn.BatchNorm1d(3))))
    assert list(back.state_dict()) == list(
        nn.Sequential(nn.Linear(2, 3), nn.BatchNorm1d(3)).state_dict()
    )


def test_other_base_classes():
    class Base:
        def __init__(self, name):
            self.name = name

    class Both(nn.Module, Base):
        call_super_init = True

        def __init__(self):
            super().__init__("both")

    assert Both().name == "both"


def test_backward_hooks_of_all_modules_are_of_one_kind():
    seen = []

    def note(layer, grad_input, grad_output):
        seen.append((type(layer).__name__, grad_input[0].tolist(), grad_output[0].tolist()))

    x = mt.tensor([-1.0, 2.0], requires_grad=True)
    with modules.register_module_backward_hook(note):
        with pytest.raises(RuntimeError, match="Cannot use both regular backward hooks and full"):
            modules.register_module_full_backward_hook(note)
        nn.ReLU()(x * 1).sum().backward()
    assert seen == [("ReLU", [0.0, 1.0], [1.0, 1.0])]
    with modules.register_module_full_backward_hook(note):
        with pytest.raises(RuntimeError, match="Cannot use both regular backward hooks and full"):
            modules.register_module_backward_hook(note)
        nn.ReLU()(x * 1).sum().backward()
    assert seen[1:] == seen[:1]
    nn.ReLU()(x * 1).sum().backward()
    assert len(seen) == 2


def test_private_bases_of_users_are_called_as_python_calls_them():
    class _Base(nn.Module):
        def __init__(self):
            super().__init__()
            self.told = ["base"]

    _Base.__qualname__ = "_Base"  # as at the top of a file
    _Base.__init__.__qualname__ = "_Base.__init__"

    class Left(_Base):
        pass

    class Right(_Base):
        def __init__(self):
            super().__init__()
            self.told.append("right")

    class Both(Left, Right):
        pass

    assert Left.__init__ is _Base.__init__
    assert Both().told == ["base", "right"]
