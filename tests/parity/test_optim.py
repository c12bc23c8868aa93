"""Optimizers against torch: numbers of a hundred steps, state dicts both ways, errors, texts."""

from __future__ import annotations

import copy
import importlib
from typing import Any

import numpy as np
import pytest

torch = pytest.importorskip("torch")

import minitorch as mt

from .programs import agree, said

LIBRARIES = (mt, torch)
SHAPES = [(4, 3), (5,), (), (2, 3, 2), (0,), (1, 1)]
MATRICES = [(4, 3), (3, 5), (2, 2)]

# Optimizer and options; each row is run for a hundred steps.
RULES: list[tuple[str, dict[str, Any]]] = [
    ("SGD", {}),
    ("SGD", {"lr": 0.1, "momentum": 0.9}),
    ("SGD", {"lr": 0.1, "momentum": 0.9, "dampening": 0.5}),
    ("SGD", {"lr": 0.1, "momentum": 0.9, "nesterov": True}),
    ("SGD", {"lr": 0.1, "weight_decay": 0.1, "maximize": True}),
    ("SGD", {"lr": 0.1, "momentum": 0.5, "weight_decay": 0.1, "dampening": 1.0}),
    ("SGD", {"lr": 0.1, "foreach": False}),
    ("Adam", {}),
    ("Adam", {"lr": 0.1, "betas": (0.5, 0.9), "eps": 1e-3}),
    ("Adam", {"lr": 0.1, "betas": (0.0, 0.0)}),
    ("Adam", {"lr": 0.1, "amsgrad": True}),
    ("Adam", {"lr": 0.1, "weight_decay": 0.1}),
    ("Adam", {"lr": 0.1, "weight_decay": 0.1, "decoupled_weight_decay": True}),
    ("Adam", {"lr": 0.1, "maximize": True, "amsgrad": True}),
    ("Adam", {"lr": 0.1, "fused": True}),
    ("Adam", {"lr": 0.1, "foreach": True}),
    ("AdamW", {"lr": 0.1}),
    ("AdamW", {"lr": 0.1, "weight_decay": 0.5, "amsgrad": True, "maximize": True}),
    ("RMSprop", {}),
    ("RMSprop", {"lr": 0.1, "alpha": 0.3, "eps": 1e-3}),
    ("RMSprop", {"lr": 0.1, "momentum": 0.9}),
    ("RMSprop", {"lr": 0.1, "centered": True, "eps": 1e-2}),
    ("RMSprop", {"lr": 0.1, "centered": True, "momentum": 0.5, "eps": 1e-2}),
    ("RMSprop", {"lr": 0.1, "weight_decay": 0.1, "maximize": True}),
    ("Adagrad", {}),
    ("Adagrad", {"lr": 0.1, "lr_decay": 0.1, "initial_accumulator_value": 0.5}),
    ("Adagrad", {"lr": 0.1, "weight_decay": 0.1, "maximize": True}),
    ("Adadelta", {}),
    ("Adadelta", {"lr": 3.0, "rho": 0.5, "eps": 1e-3, "weight_decay": 0.1, "maximize": True}),
    ("Adamax", {}),
    ("Adamax", {"lr": 0.1, "betas": (0.5, 0.9), "weight_decay": 0.1, "maximize": True}),
    ("NAdam", {}),
    ("NAdam", {"lr": 0.1, "momentum_decay": 0.1, "weight_decay": 0.1, "maximize": True}),
    ("NAdam", {"lr": 0.1, "weight_decay": 0.1, "decoupled_weight_decay": True}),
    ("RAdam", {}),
    ("RAdam", {"lr": 0.1, "betas": (0.5, 0.9), "weight_decay": 0.1, "maximize": True}),
    ("RAdam", {"lr": 0.1, "weight_decay": 0.1, "decoupled_weight_decay": True}),
    ("ASGD", {}),
    ("ASGD", {"lr": 0.1, "t0": 50, "lambd": 0.01, "alpha": 0.5}),
    ("ASGD", {"lr": 0.1, "t0": 0, "weight_decay": 0.1, "maximize": True}),
    ("Rprop", {}),
    ("Rprop", {"lr": 0.1, "etas": (0.3, 1.7), "step_sizes": (0.01, 0.5), "maximize": True}),
    ("Adafactor", {}),
    ("Adafactor", {"lr": 0.1, "weight_decay": 0.1, "d": 2.0, "beta2_decay": -0.3}),
    ("Adafactor", {"lr": 0.1, "eps": (1e-2, 0.1), "maximize": True}),
]
IDS = [f"{name}-{'-'.join(f'{k}={v}' for k, v in options.items())}" for name, options in RULES]


def numbers(rng: Any, shape: Any, dtype: str) -> Any:
    array = rng.standard_normal(shape)
    if dtype.startswith("complex"):
        array = array + 1j * rng.standard_normal(shape)
    return np.asarray(array).astype(dtype)


def parameters(lib: Any, shapes: Any, dtype: str) -> list[Any]:
    rng = np.random.default_rng(0)
    return [lib.nn.Parameter(lib.tensor(numbers(rng, shape, dtype))) for shape in shapes]


def run(lib: Any, optimizer: Any, params: Any, dtype: str, steps: int, seed: int = 1) -> None:
    """Steps with random gradients; now and then a parameter has none."""
    rng = np.random.default_rng(seed)
    for _ in range(steps):
        for place, param in enumerate(params):
            grad = numbers(rng, tuple(param.shape), dtype)
            param.grad = lib.tensor(grad) if rng.random() < 0.95 or place == 0 else None
        optimizer.step()


def assert_same(ours: Any, theirs: Any, tolerance: float) -> None:
    """Trees of numbers and tensors are the same, dtypes and shapes included."""
    if isinstance(theirs, torch.Tensor):
        assert isinstance(ours, mt.Tensor)
        assert str(ours.dtype) == str(theirs.dtype)
        a, b = ours.detach().numpy(), theirs.detach().numpy()
        assert a.shape == b.shape
        atol = tolerance * float(np.abs(b).max(initial=0.0))
        np.testing.assert_allclose(a, b, rtol=tolerance, atol=atol)
    elif isinstance(theirs, dict):
        assert list(ours) == list(theirs)
        for key in theirs:
            assert_same(ours[key], theirs[key], tolerance)
    elif isinstance(theirs, list | tuple):
        assert len(ours) == len(theirs)
        for a, b in zip(ours, theirs, strict=True):
            assert_same(a, b, tolerance)
    elif isinstance(theirs, float):
        assert ours == pytest.approx(theirs, rel=max(tolerance, 1e-12), nan_ok=True)
    else:
        assert ours == theirs


def converted(tree: Any, lib: Any) -> Any:
    """A tree with the tensors of one library as tensors of the other."""
    if isinstance(tree, mt.Tensor | torch.Tensor):
        return lib.tensor(tree.detach().numpy())
    if isinstance(tree, dict):
        return {key: converted(value, lib) for key, value in tree.items()}
    if isinstance(tree, list | tuple):
        return type(tree)(converted(value, lib) for value in tree)
    return tree


@pytest.mark.parametrize("dtype", ["float32", "float64", "complex64"])
@pytest.mark.parametrize(("name", "options"), RULES, ids=IDS)
def test_a_hundred_steps(name, options, dtype):
    if dtype == "complex64" and (name == "Adafactor" or options.get("fused")):
        return  # PyTorch refuses complex parameters here
    shapes = [shape for shape in SHAPES if shape != (0,) or name != "Adafactor"]
    tolerance = 1e-13 if dtype == "float64" else 3e-6
    found = []
    for lib in LIBRARIES:
        params = parameters(lib, shapes, dtype)
        optimizer = getattr(lib.optim, name)(params, **options)
        run(lib, optimizer, params, dtype, 100)
        found.append((params, optimizer.state_dict()))
    (ours, our_state), (theirs, their_state) = found
    for a, b in zip(ours, theirs, strict=True):
        walked = np.abs(b.detach().numpy()).max(initial=1.0)
        np.testing.assert_allclose(
            a.detach().numpy(), b.detach().numpy(), atol=tolerance * walked, rtol=0
        )
    assert_same(our_state["param_groups"], their_state["param_groups"], 0)
    assert_same(our_state["state"], their_state["state"], 20 * tolerance)


def curve(lib: Any, kind: str, dtype: str, options: dict[str, Any]) -> tuple[list[float], Any, Any]:
    """Losses of L-BFGS on a well-known function, the parameters and the optimizer."""
    x = lib.tensor(np.array([-1.5, 2.0], dtype)).requires_grad_()
    y = lib.tensor(np.array([[0.5]], dtype)).requires_grad_()
    unused = lib.tensor(np.array([3.0], dtype)).requires_grad_()
    optimizer = lib.optim.LBFGS([x, y, unused], **options)
    losses = []

    def closure():
        optimizer.zero_grad()
        if kind == "valley":
            a = x[1] - x[0] * x[0]
            b = 1 - x[0]
            loss = 100 * a * a + b * b + (y * y * y * y).sum()
        else:
            z = x - y.sum()
            loss = (z * z).sum() + (y * y * 7).sum() + (x * 0.3).sum()
        loss.backward()
        losses.append(loss.item())
        return loss

    for _ in range(4):
        losses.append(float(optimizer.step(closure)))
    return losses, [x, y, unused], optimizer


@pytest.mark.filterwarnings("ignore:Converting a tensor with requires_grad")  # in torch's LBFGS
@pytest.mark.parametrize("kind", ["valley", "bowl"])
@pytest.mark.parametrize(
    "options",
    [
        {"lr": 0.1},
        {"lr": 0.01, "max_iter": 7, "history_size": 2},
        {"line_search_fn": "strong_wolfe"},
        {"lr": 0.5, "line_search_fn": "strong_wolfe", "max_iter": 5, "history_size": 3},
        {"line_search_fn": "strong_wolfe", "max_eval": 6},
        {"line_search_fn": "strong_wolfe", "max_iter": 1, "max_eval": 1},
        {"lr": 0.1, "tolerance_grad": 1e-1, "tolerance_change": 1e-2},
    ],
    ids=str,
)
def test_lbfgs(options, kind):
    (ours, our_params, optimizer), (theirs, their_params, their_optimizer) = (
        curve(lib, kind, "float64", options) for lib in LIBRARIES
    )
    assert len(ours) == len(theirs)
    np.testing.assert_allclose(ours, theirs, rtol=1e-6, atol=1e-9)
    assert_same(our_params, their_params, 1e-6)
    state, expected = (o.state_dict()["state"][0] for o in (optimizer, their_optimizer))
    assert set(state) == set(expected)
    for name in ("func_evals", "n_iter"):
        assert state[name] == expected[name]
    assert len(state["old_dirs"]) == len(expected["old_dirs"])
    # In float32 the rounding, which differs, soon decides on the way: the beginning is the same.
    (ours, *_), (theirs, *_) = (curve(lib, kind, "float32", options) for lib in LIBRARIES)
    np.testing.assert_allclose(ours[:5], theirs[:5], rtol=1e-4)


@pytest.mark.parametrize("options", [{}, {"nesterov": False}, {"adjust_lr_fn": "match_rms_adamw"}])
def test_muon(options):
    """PyTorch iterates in bfloat16: where its product rounds otherwise, the difference is 2⁻⁸."""
    found = []
    for lib in LIBRARIES:
        params = parameters(lib, MATRICES, "float32")
        optimizer = lib.optim.Muon(params, lr=0.01, **options)
        run(lib, optimizer, params, "float32", 20)
        found.append((params, optimizer.state_dict()))
    (ours, our_state), (theirs, their_state) = found
    for a, b in zip(ours, theirs, strict=True):
        np.testing.assert_allclose(a.detach().numpy(), b.detach().numpy(), atol=20 * 0.01 * 2**-8)
    assert_same(our_state, their_state, 1e-5)


STATEFUL = [row for row in RULES if len(row[1]) > 1] + [("Muon", {"lr": 0.1})]


@pytest.mark.parametrize(
    ("name", "options"), STATEFUL, ids=[f"{name}-{options}" for name, options in STATEFUL]
)
def test_state_dict_goes_on_in_the_other_library(name, options):
    """Saved after some steps in one library, loaded into the other, the numbers go on the same."""
    shapes = MATRICES if name == "Muon" else [(4, 3), (5,), ()]
    tolerance = 2e-2 if name == "Muon" else 1e-5
    for first, second in (LIBRARIES, LIBRARIES[::-1]):
        params = parameters(first, shapes, "float32")
        optimizer = getattr(first.optim, name)(params, **options)
        run(first, optimizer, params, "float32", 5)
        others = [second.nn.Parameter(converted(param, second)) for param in params]
        other = getattr(second.optim, name)(others, lr=123.0)
        other.load_state_dict(converted(optimizer.state_dict(), second))
        assert_same(
            *(o.state_dict() for o in ((optimizer, other) if first is mt else (other, optimizer))),
            0,
        )
        run(first, optimizer, params, "float32", 5, seed=2)
        run(second, other, others, "float32", 5, seed=2)
        pairs = (params, others) if first is mt else (others, params)
        assert_same(*pairs, tolerance)


def small(lib: Any, name: str = "Adam", **options: Any) -> Any:
    params = parameters(lib, [(2, 2), (3,)], "float32")
    return getattr(lib.optim, name)(params, **options), params


@pytest.mark.parametrize("dtype", ["float16", "float64"])
def test_loading_casts_to_the_parameters(dtype):
    def program(lib):
        optimizer, params = small(lib, "NAdam")
        run(lib, optimizer, params, "float32", 2)
        others = parameters(lib, [(2, 2), (3,)], dtype)
        other = lib.optim.NAdam(others)
        other.load_state_dict(optimizer.state_dict())
        yield [{k: str(v.dtype) for k, v in state.items()} for state in other.state.values()]

    agree(program)


def test_groups_closure_and_missing_gradients():
    def program(lib):
        a, b, c = (lib.tensor([float(i), 2.0]).requires_grad_() for i in range(3))
        optimizer = lib.optim.SGD(
            [{"params": [a], "lr": 0.1, "momentum": 0.9}, {"params": b}], lr=0.01, weight_decay=0.1
        )
        optimizer.add_param_group({"params": iter([c]), "lr": 0.5, "own option": 3})

        def closure():
            optimizer.zero_grad()
            loss = (a * a).sum() + (b * 3).sum()
            loss.backward()
            return loss

        for _ in range(3):
            with lib.no_grad():
                yield optimizer.step(closure)
        yield a, b, c, c.grad
        yield repr(optimizer), optimizer.state_dict()
        optimizer.zero_grad(set_to_none=False)
        yield a.grad, b.grad, c.grad
        optimizer.zero_grad()
        yield a.grad, optimizer.step()

    agree(program, tolerance=1e-6)


@pytest.mark.parametrize(
    "name",
    [*dict.fromkeys(name for name, _ in RULES), "LBFGS", "Muon"],
)
def test_repr_defaults_and_first_state(name):
    def program(lib):
        param = lib.nn.Parameter(lib.tensor([[1.0, 2.0], [3.0, 4.0]]))
        optimizer = getattr(lib.optim, name)([param])
        yield repr(optimizer), optimizer.defaults, optimizer.state_dict()

    agree(program)


def test_tensor_options():
    def program(lib):
        for name, options in (
            ("SGD", {"lr": lib.tensor(0.1), "weight_decay": lib.tensor(0.01)}),
            ("SGD", {"lr": lib.tensor([0.1]), "momentum": 0.9}),
            ("Adam", {"lr": lib.tensor(0.1), "weight_decay": 0.1}),
            ("Adam", {"lr": 0.1, "betas": (lib.tensor(0.8), lib.tensor([0.9]))}),
            ("AdamW", {"lr": lib.tensor(0.1, dtype=lib.float64)}),
            ("RMSprop", {"lr": lib.tensor(0.1)}),
            ("Adagrad", {"lr": lib.tensor(0.1), "lr_decay": 0.1}),
            ("Adadelta", {"lr": lib.tensor(0.1)}),
            ("Adamax", {"lr": lib.tensor(0.1)}),
            ("NAdam", {"lr": lib.tensor(0.1)}),
            ("RAdam", {"lr": lib.tensor(0.1)}),
            ("ASGD", {"lr": lib.tensor(0.1)}),
            ("Rprop", {"lr": lib.tensor(0.1)}),
            ("Adafactor", {"lr": lib.tensor(0.1)}),
        ):
            optimizer, params = small(lib, name, **options)
            run(lib, optimizer, params, "float32", 7)
            yield name, params
        yield repr(optimizer)

    agree(program, tolerance=5e-6)


def test_named_parameters():
    def program(lib):
        a, b, c = (lib.tensor([float(i)]).requires_grad_() for i in range(3))
        optimizer = lib.optim.SGD([("a", a), ("b", b)], lr=0.1)
        yield repr(optimizer), optimizer.state_dict()
        yield said(optimizer.add_param_group, {"params": [c]})
        optimizer.add_param_group({"params": [("c", c)]})
        yield [group["param_names"] for group in optimizer.param_groups]
        saved = optimizer.state_dict()
        saved["param_groups"][0]["param_names"] = ["x", "y"]
        del saved["param_groups"][1]["param_names"]
        optimizer.load_state_dict(saved)
        yield [group["param_names"] for group in optimizer.param_groups]
        unnamed = lib.optim.SGD([a])
        yield said(unnamed.add_param_group, {"params": [("c", c)]})
        yield said(lib.optim.SGD, [("a", a), b])

    agree(program)


def module_of(lib: Any) -> Any:
    """``torch.optim.optimizer``, which torch hides from ``torch.optim``."""
    return importlib.import_module(f"{lib.__name__}.optim.optimizer")


def test_hooks():
    def program(lib):
        optimizer, _ = small(lib, "SGD", lr=1.0)
        seen = []
        before = optimizer.register_step_pre_hook(lambda o, args, kwargs: seen.append("before"))
        optimizer.register_step_post_hook(
            lambda o, args, kwargs: seen.append(("after", o is args[0], len(args), kwargs))
        )
        everywhere = module_of(lib).register_optimizer_step_pre_hook(
            lambda o, args, kwargs: seen.append(type(o).__name__)
        )
        later = module_of(lib).register_optimizer_step_post_hook(
            lambda o, args, kwargs: seen.append("all")
        )
        optimizer.step()
        optimizer.step(closure=None)
        before.remove()
        everywhere.remove()
        later.remove()
        optimizer.step(lambda: 3.0)
        yield seen
        changed = optimizer.register_step_pre_hook(lambda o, args, kwargs: ((o, lambda: 7), {}))
        yield optimizer.step(), optimizer.step(lambda: 1)
        changed.remove()
        optimizer.register_step_pre_hook(lambda o, args, kwargs: 3)
        yield said(optimizer.step)[0]

    agree(program)


def test_state_dict_hooks():
    def program(lib):
        optimizer, params = small(lib)
        run(lib, optimizer, params, "float32", 1)
        seen = []
        optimizer.register_state_dict_pre_hook(lambda o: seen.append("pre"))
        optimizer.register_state_dict_pre_hook(lambda o: seen.append("first"), prepend=True)
        optimizer.register_state_dict_post_hook(lambda o, d: seen.append(list(d)))
        optimizer.register_state_dict_post_hook(lambda o, d: {**d, "more": 1}, prepend=True)
        optimizer.register_load_state_dict_pre_hook(lambda o, d: seen.append(sorted(d)))
        optimizer.register_load_state_dict_pre_hook(lambda o, d: {**d, "extra": 2}, prepend=True)
        optimizer.register_load_state_dict_post_hook(lambda o: seen.append("loaded"))
        optimizer.register_load_state_dict_post_hook(lambda o: seen.append("0"), prepend=True)
        saved = optimizer.state_dict()
        optimizer.load_state_dict(saved)
        yield seen, list(saved)

    agree(program)


def test_own_optimizer():
    """A user's optimizer as lessons write it, with its own ``step``."""

    def program(lib):
        required = module_of(lib).required

        class Own(lib.optim.Optimizer):
            def __init__(self, params, lr=required, scale=2.0):
                super().__init__(params, {"lr": lr, "scale": scale})

            @lib.no_grad()
            def step(self, closure=None):
                for group in self.param_groups:
                    for p in group["params"]:
                        state = self.state[p]
                        state["count"] = state.get("count", 0) + 1
                        p.add_(p.grad, alpha=-group["lr"] * group["scale"])

        a = lib.tensor([1.0, 2.0]).requires_grad_()
        yield said(Own, [a])
        optimizer = Own([{"params": [a], "lr": 0.1}])
        seen = []
        optimizer.register_step_post_hook(lambda o, args, kwargs: seen.append("after"))
        scheduler = lib.optim.lr_scheduler.StepLR(optimizer, 1)
        for _ in range(3):
            optimizer.zero_grad()
            (a * a).sum().backward()
            optimizer.step()
            scheduler.step()
        yield a, seen, optimizer.state_dict(), repr(optimizer)

        class Empty(lib.optim.Optimizer):
            pass

        yield said(Empty([a], {}).step)[0]

    agree(program, tolerance=1e-6)


def test_copies():
    def program(lib):
        optimizer, params = small(lib, "Adam", lr=0.1)
        run(lib, optimizer, params, "float32", 3)
        both, (twin, twin_params) = (optimizer, params), copy.deepcopy((optimizer, params))
        run(lib, *both, "float32", 3, seed=3)
        run(lib, twin, twin_params, "float32", 3, seed=3)
        yield params, twin_params, [list(s.values()) for s in twin.state.values()]
        saved = copy.deepcopy(optimizer.state_dict())
        run(lib, *both, "float32", 3)
        optimizer.load_state_dict(saved)
        yield [list(s.values()) for s in optimizer.state.values()]

    agree(program, tolerance=5e-6)


def test_changes_are_counted():
    """A step in place between forward and backward is an error, as in PyTorch."""

    def program(lib):
        w = lib.tensor([1.0, 2.0]).requires_grad_()
        optimizer = lib.optim.Adam([w])
        w.grad = lib.ones(2)
        loss = (w * w).sum()
        before = w._version
        optimizer.step()
        yield w._version > before
        yield said(loss.backward)[0]
        average = optimizer.state[w]["exp_avg"]
        loss = (lib.ones(2, requires_grad=True) * average).sum()
        optimizer.step()
        yield said(loss.backward)[0]

    agree(program)


def bad(expression: Any) -> Any:
    def program(lib):
        yield said(expression, lib.optim, lib.tensor([1.0]).requires_grad_(), lib)

    return program


ERRORS: list[Any] = [
    lambda o, p, lib: o.SGD([]),
    lambda o, p, lib: o.SGD(p),
    lambda o, p, lib: o.SGD(lib.nn.Parameter(lib.zeros(2, dtype=lib.float64))),
    lambda o, p, lib: o.SGD({p}),
    lambda o, p, lib: o.SGD([{"params": {p}}]),
    lambda o, p, lib: o.SGD([3.0]),
    lambda o, p, lib: o.SGD(["text", None]),
    lambda o, p, lib: o.SGD([p, np.ones(2)]),
    lambda o, p, lib: o.SGD([p * 2]),
    lambda o, p, lib: o.SGD([p, p]),
    lambda o, p, lib: o.SGD([{"params": [p]}, {"params": [p]}]),
    lambda o, p, lib: o.SGD([{"param": [p]}]),
    lambda o, p, lib: o.SGD([p]).add_param_group([p]),
    lambda o, p, lib: o.SGD([p], lr=-1),
    lambda o, p, lib: o.SGD([p], lr=lib.tensor(-1.0)),
    lambda o, p, lib: o.SGD([p], lr=lib.tensor([1.0, 2.0])),
    lambda o, p, lib: o.SGD([p], momentum=-0.5),
    lambda o, p, lib: o.SGD([p], weight_decay=-0.5),
    lambda o, p, lib: o.SGD([p], nesterov=True),
    lambda o, p, lib: o.SGD([p], nesterov=True, momentum=0.9, dampening=0.1),
    lambda o, p, lib: o.SGD([p], foreach=True, fused=True),
    lambda o, p, lib: o.SGD([p], learning_rate=0.1)[0],
    lambda o, p, lib: o.Adam([p], lr=-0.1),
    lambda o, p, lib: o.Adam([p], lr=float("nan")),
    lambda o, p, lib: o.Adam([p], eps=-1e-8),
    lambda o, p, lib: o.Adam([p], betas=(1.0, 0.9)),
    lambda o, p, lib: o.Adam([p], betas=(0.9, -0.1)),
    lambda o, p, lib: o.Adam([p], betas=(0, 0.9)),
    lambda o, p, lib: o.Adam([p], betas=(lib.tensor(0.9), 0.9)),
    lambda o, p, lib: o.Adam([p], betas=(lib.tensor([0.9]), lib.tensor([0.9])), foreach=True),
    lambda o, p, lib: o.Adam([p], lr=lib.tensor(0.1), foreach=True),
    lambda o, p, lib: o.Adam([p], weight_decay=-1),
    lambda o, p, lib: o.Adam([p], foreach=True, fused=True),
    lambda o, p, lib: o.AdamW([p], weight_decay=-1),
    lambda o, p, lib: o.RMSprop([p], lr=-1),
    lambda o, p, lib: o.RMSprop([p], eps=-1),
    lambda o, p, lib: o.RMSprop([p], momentum=-1),
    lambda o, p, lib: o.RMSprop([p], weight_decay=-1),
    lambda o, p, lib: o.RMSprop([p], alpha=-1),
    lambda o, p, lib: o.Adagrad([p], lr=-1),
    lambda o, p, lib: o.Adagrad([p], lr_decay=-1),
    lambda o, p, lib: o.Adagrad([p], weight_decay=-1),
    lambda o, p, lib: o.Adagrad([p], initial_accumulator_value=-1),
    lambda o, p, lib: o.Adagrad([p], eps=-1),
    lambda o, p, lib: o.Adadelta([p], lr=-1),
    lambda o, p, lib: o.Adadelta([p], rho=1.5),
    lambda o, p, lib: o.Adadelta([p], eps=-1),
    lambda o, p, lib: o.Adamax([p], betas=(0.9, 2)),
    lambda o, p, lib: o.Adamax([p], eps=-1),
    lambda o, p, lib: o.NAdam([p], momentum_decay=-1),
    lambda o, p, lib: o.NAdam([p], betas=(-1, 0.9)),
    lambda o, p, lib: o.RAdam([p], betas=(-1, 0.9)),
    lambda o, p, lib: o.RAdam([p], weight_decay=-1),
    lambda o, p, lib: o.ASGD([p], lr=-1),
    lambda o, p, lib: o.ASGD([p], weight_decay=-1),
    lambda o, p, lib: o.Rprop([p], lr=-1),
    lambda o, p, lib: o.Rprop([p], etas=(1.5, 1.2)),
    lambda o, p, lib: o.Adafactor([p], lr=-1),
    lambda o, p, lib: o.Adafactor([p], beta2_decay=1),
    lambda o, p, lib: o.Adafactor([p], eps=(-1, 1)),
    lambda o, p, lib: o.Adafactor([p], eps=(None, -1)),
    lambda o, p, lib: o.Adafactor([p], d=0.5),
    lambda o, p, lib: o.Adafactor([p], weight_decay=-1),
    lambda o, p, lib: o.Muon([p], lr=-1),
    lambda o, p, lib: o.Muon([p], momentum=-1),
    lambda o, p, lib: o.Muon([p], weight_decay=-1),
    lambda o, p, lib: o.Muon([p], adjust_lr_fn="square"),
    lambda o, p, lib: o.Muon([p]),
    lambda o, p, lib: o.LBFGS([p], lr=-1),
    lambda o, p, lib: o.LBFGS([{"params": [p]}, {"params": []}]),
    lambda o, p, lib: step(lib, o.LBFGS([p], line_search_fn="golden"), p),
    lambda o, p, lib: step(lib, o.Adam([p], capturable=True), p),
    lambda o, p, lib: step(lib, o.NAdam([p], capturable=True), p),
    lambda o, p, lib: step(lib, o.ASGD([p], capturable=True), p),
    lambda o, p, lib: step(lib, o.RMSprop([p], capturable=True), p),
    lambda o, p, lib: o.SGD([p]).load_state_dict({"state": {}, "param_groups": []}),
    lambda o, p, lib: o.SGD([p]).load_state_dict({"state": {}, "param_groups": [{"params": []}]}),
    lambda o, p, lib: o.SGD([p]).load_state_dict({"state": {}}),
    lambda o, p, lib: step(lib, o.Adafactor([q := lib.ones(2, dtype=lib.complex64)]), q),
    lambda o, p, lib: step(lib, o.Muon([q := lib.ones(2, 2, dtype=lib.complex64)]), q),
    lambda o, p, lib: step(lib, o.Muon([q := lib.ones(2, 2)], ns_steps=100), q),
    lambda o, p, lib: step(lib, o.Muon([q := lib.ones(2, 2)], ns_coefficients=(1.0, 2.0)), q),
]


def step(lib: Any, optimizer: Any, param: Any) -> None:
    param.grad = lib.ones_like(param)

    def closure():
        return lib.tensor(1.0)

    optimizer.step(closure)


@pytest.mark.parametrize("number", range(len(ERRORS)))
def test_errors(number):
    agree(bad(ERRORS[number]))


def test_averaged_model():
    def program(lib):
        swa = lib.optim.swa_utils
        for options in (
            {},
            {"avg_fn": swa.get_ema_avg_fn(0.7)},
            {"avg_fn": lambda average, current, n: 0.5 * average + 0.5 * current},
            {"multi_avg_fn": swa.get_swa_multi_avg_fn()},
            {"multi_avg_fn": swa.get_ema_multi_avg_fn(0.9), "use_buffers": True},
            {"use_buffers": True, "device": "cpu"},
        ):
            model = lib.nn.Sequential(lib.nn.Linear(3, 2), lib.nn.BatchNorm1d(2))
            averaged = swa.AveragedModel(model, **options)
            for i in range(4):
                model(lib.randn(8, 3) + i)
                with lib.no_grad():
                    for param in model.parameters():
                        param.add_(lib.randn(*param.shape))
                averaged.update_parameters(model)
            yield list(averaged.state_dict().items())
            yield averaged(lib.randn(9, 3)).detach()
            batches = [(lib.randn(8, 3), 0), (lib.randn(8, 3), 1)]
            swa.update_bn(batches, averaged)
            swa.update_bn([lib.randn(8, 3)], averaged.module, device="cpu")
            yield (
                list(averaged.state_dict().items()),
                averaged.module[1].momentum,
                averaged.training,
            )
        yield said(swa.AveragedModel, model, avg_fn=len, multi_avg_fn=len)
        yield said(swa.get_ema_avg_fn, 1.5), said(swa.get_ema_multi_avg_fn, -1.0)
        yield swa.update_bn([], lib.nn.Linear(1, 1))

    agree(program, tolerance=1e-5)


@pytest.mark.parametrize("options", [{}, {"momentum": 0.9}], ids=str)
@pytest.mark.parametrize("name", ["SGD", "Adam"])
def test_training_of_a_model(name, options):
    """With the same seed, the losses of twenty steps are torch's."""
    if name == "Adam" and options:
        options = {"amsgrad": True, "weight_decay": 0.01}

    def program(lib):
        lib.manual_seed(0)
        model = lib.nn.Sequential(lib.nn.Linear(8, 16), lib.nn.ReLU(), lib.nn.Linear(16, 3))
        inputs, targets = lib.randn(32, 8), lib.randn(32, 3)
        optimizer = getattr(lib.optim, name)(model.parameters(), lr=0.05, **options)
        for _ in range(20):
            optimizer.zero_grad()
            difference = model(inputs) - targets
            loss = (difference * difference).mean()
            loss.backward()
            optimizer.step()
            yield loss.item()

    agree(program, tolerance=1e-4)
