"""Hypothesis runs random programs on both libraries: after every line all that is seen is equal.

Views, in-place changes, operations, backward, `detach`, `retain_grad`, under grad and no_grad:
values, shapes, strides, what is a view of what, versions, requires_grad, is_leaf, gradients,
exception classes and sentences. Hypothesis shortens a program that finds a difference.
"""

from __future__ import annotations

import re
import warnings

import numpy as np
import pytest

torch = pytest.importorskip("torch")

from hypothesis import HealthCheck, settings, strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, rule

import minitorch as mt
from minitorch.autograd.views import is_dense
from tests.parity.random_programs import NUMBERS, START, TABLES, choices, known_difference

MORE_CHANGES = choices("""
P.t_() | P.unsqueeze_(0) | P.squeeze_() | P.transpose_(0, 1) | P.lerp_(Q, 0.5)
P.abs_() | P.pow_(2) | P.fill_diagonal_(2.0) | P.add_(Q, alpha=2) | P.masked_fill_(Q > 0, -1.0)
P.floor_() | P.index_add_(0, L([0]), Q[:1].clone())
P.rsqrt_() | P[L([0]), L([1])] = 9.0 | P[L([True, False, True])] *= 2 | P[None, L([0])] = Q[0]
P[1:][L([0])] = 3.0 | P[P > 0] = P.sum() | P[..., L([0])] = 2.0 | P.masked_fill_(P > 0, P.max())
torch.mul(P.detach(), 2, out=P.data) | torch.manual_seed(0); P.normal_()
with torch.inference_mode(): P.mul_(2)
Double.apply(P) | P.split(1)[0].mul_(2) | P.detach().t_() | P.swapaxes_(0, 1)
""")
MORE_RESULTS = choices("""
P[L([0, 1])] | P[:, L([1, 0])] | P[P > 0] | P[None, L([0])] | P[0, L([0, 1])] | P[..., L([0])]
torch.complex(P * Q, Q * Q).imag | torch.view_as_real(torch.complex(P * P, P * Q))[..., 0]
slope(P, Q) | slope(P, x0) | slope(P.exp(), x2) | Same.apply(P) | P.as_subclass(torch.Tensor)
""")
AUTOGRAD = choices("""
P.sum().backward(retain_graph=True) | P.retain_grad()
(P * P).sum().backward() | P.mul(2).sum().backward(inputs=[x0])
P.backward(torch.ones_like(P), retain_graph=True) | P.zero_() | P.data.add_(1)
P.sum().backward() | (P * P).sum().backward(create_graph=True) | P.register_hook(lambda g: g * 2)
P.exp().sum().backward(inputs=[x2], retain_graph=True)
P.register_hook(lambda g: told.append(g.sum().item()))
P.grad_fn.register_prehook(lambda grads: tuple(grad * 3 for grad in grads))
P.expand_as(P).grad_fn.next_functions[0][0].register_prehook(lambda g: told.append(len(g)))
P.sum().backward(inputs=[P], retain_graph=True)
""")
VIEWS, CHANGES, RESULTS = TABLES
TWICE = "more than one element of the written-to"
TURNS = "t_()", "transpose_", "squeeze_", "swapaxes_"
# Not `P.requires_grad_()` of what is there: in PyTorch older views of P seem to require grad then.
LEAVES = ["P.detach().clone().requires_grad_()"]
# Messages that name a node of PyTorch's own: `AsStridedBackward0` for a view after a change.
# And values of an assignment: PyTorch may leave out their leading dimensions of length 1.
NODE = re.compile(r"Output \d+ of \w+|which is output \d+ of \w+, |value tensor of shape \[.*?\]")


FAULTS = (
    "modified by an inplace operation",
    "single memory location",
    "doesn't match the broadcast shape",
    "must match the size of tensor",
    "leaf Variable that requires grad",
    "is being modified inplace",
    "is a view and",
    "is a view of a view",
)


def sentence(error):
    """Class and first sentence of an exception, without names of nodes and advice."""
    text = NODE.sub("…", str(error).split("\n")[0])
    return type(error).__name__, text.split(" Hint: ")[0]


def two_faults(ours, theirs):
    """Whether a line does two things wrong, and each library speaks of another one."""
    told = " ".join(error[1] for error in (ours, theirs) if error)
    return ours and theirs and any(fault in told for fault in FAULTS)


def about(x):
    """Facts of a tensor and its ``.grad``, or what it says if it cannot tell its history."""
    facts = tuple(x.shape), x._version
    try:
        history = x.is_leaf, x.requires_grad
    except RuntimeError as error:
        return (*facts, sentence(error)), None
    grad = None if x.grad is None else x.grad.detach().numpy().copy()
    return (*facts, *history), grad


def start(lib):
    """The names that a program begins with. What its hooks see is ``told``."""

    def slope(y, x):
        found = lib.autograd.grad((y * y).sum(), x, create_graph=True, allow_unused=True)[0]
        return y * 0 if found is None else found * 1

    class Same(lib.autograd.Function):
        @staticmethod
        def forward(ctx, x):
            return x

        @staticmethod
        def backward(ctx, grad):
            return grad * 2

    class Double(Same):
        @staticmethod
        def forward(ctx, x):
            ctx.mark_dirty(x)
            return x.mul_(2)

    functions = {"slope": slope, "Same": Same, "Double": Double}
    return dict(NUMBERS, torch=lib, L=lib.tensor, told=[], **functions)


def layout(x, names):
    """How a tensor lies in memory, and of which tensor it is a view."""
    base = next((name for name, other in names.items() if other is x._base), x._base is None)
    offset = x.storage_offset() if x.numel() else 0  # NumPy's of no elements is that of the base
    strides = [step for step, length in zip(x.stride(), x.shape, strict=True) if length != 1]
    return strides, x.is_contiguous(), offset, x._is_view(), base


class Programs(RuleBasedStateMachine):
    """The state is that of two Python programs, and the lines that they ran."""

    @initialize()
    def start(self):
        self.both = [(lib, start(lib)) for lib in (mt, torch)]
        self.lines, self.over, self.known = [], False, 0
        for line in START:
            self.run(line)
            self.known += 1

    def run(self, line):
        """Run a line on both; it is over where PyTorch is known to refuse something sound."""
        if self.over:
            return
        self.lines.append(line)
        ours, theirs = (self.outcome(line, names) for _, names in self.both)
        if theirs and not ours and (known_difference(theirs[1]) or "INTERNAL" in theirs[1]):
            self.over = True
            return
        if any(error and TWICE in error[1] for error in (ours, theirs)) and ours != theirs:
            self.over = True  # recorded writes into expanded tensors: deliberate-differences.md
            return
        assert ours == theirs or two_faults(ours, theirs), self.shown()
        self.compare()

    @staticmethod
    def outcome(line, names):
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            try:
                exec(line, names)
            except Exception as error:
                return sentence(error)
        return ()

    def compare(self):
        ours, theirs = (self.seen(lib, names) for lib, names in self.both)
        assert ours.keys() == theirs.keys(), self.shown()
        told = [names["told"] for _, names in self.both]
        assert np.allclose(*told, rtol=1e-9, atol=1e-9, equal_nan=True), self.shown()
        for name, (facts, place, numbers, grad) in theirs.items():
            our_facts, our_place, our_numbers, our_grad = ours[name]
            if our_place != place and not place[3] and our_place[1] and numbers.ndim > 1:
                self.over = True  # of operands in different layouts the first one does not decide
                return
            assert our_facts == facts, f"{name}:\n{self.shown()}"
            assert our_place == place, f"{name}: {our_place}, {place}\n{self.shown()}"
            for a, b in ((our_numbers, numbers), (our_grad, grad)):
                assert (a is None) == (b is None), f"{name}:\n{self.shown()}"
                if a is not None:
                    np.testing.assert_allclose(a, b, rtol=1e-9, atol=1e-9, err_msg=self.shown())

    @staticmethod
    def seen(lib, names):
        found = {}
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            for name, x in names.items():
                if isinstance(x, lib.Tensor):
                    facts, grad = about(x)
                    found[name] = facts, layout(x, names), x.detach().numpy().copy(), grad
        return found

    def shown(self):
        return "\n".join(self.lines)

    def line(self, template, p, q):
        """``template`` with two of the tensors that are there; the later ones more often."""
        p, q = (self.known - 1 - min(n, self.known - 1) for n in (p, q))
        return template.replace("P", f"x{p}").replace("Q", f"x{q}")

    def reads_what_it_writes(self, template, p, q):
        """Whether two tensors share memory with gaps: PyTorch may read what it has written."""
        names = self.both[0][1]
        p, q = (names[self.line(name, p, q)] for name in "PQ")
        apart = p is not q or "accumulate" in template
        shared = apart and p.untyped_storage() == q.untyped_storage()
        return shared and not (is_dense(p._array) and is_dense(q._array))

    places = st.integers(0, 8)

    @rule(
        template=st.sampled_from([*VIEWS, *RESULTS, *MORE_RESULTS, *LEAVES]),
        p=places,
        q=places,
        quiet=st.integers(0, 7),
    )
    def make(self, template, p, q, quiet):
        known = f"x{self.known} = {self.line(template, p, q)}"
        # A view made under no_grad seems to require grad in PyTorch, but its gradient is dropped.
        quiet = quiet == 7 and template in RESULTS
        self.run(f"with torch.no_grad(): {known}" if quiet else known)
        self.known = len([n for n in self.both[1][1] if re.fullmatch(r"x\d+", n)])

    @rule(
        template=st.sampled_from([*CHANGES, *MORE_CHANGES]),
        p=places,
        q=places,
        quiet=st.integers(0, 7),
    )
    def change(self, template, p, q, quiet):
        turned = any(name in template for name in TURNS)
        if turned and any(
            n in line for line in self.lines for n in ("retain_grad", "hook", "inputs")
        ):
            return  # PyTorch retains the gradient before the turn, or fails with INTERNAL ASSERT
        line = self.line(template, p, q)
        if "Q" in template and self.reads_what_it_writes(template, p, q):
            return
        quiet = quiet == 7 and template in CHANGES
        self.run(f"with torch.no_grad(): {line}" if quiet else line)

    @rule(template=st.sampled_from(AUTOGRAD), p=places, q=places)
    def differentiate(self, template, p, q):
        self.run(self.line(template, p, q))

    def teardown(self):
        if hasattr(self, "both"):
            for number in range(self.known):
                self.run(
                    f"torch.autograd.grad((x{number} * x{number}).sum(), x0, allow_unused=True)"
                )


Programs.TestCase.settings = settings(
    max_examples=100,
    stateful_step_count=12,
    deadline=None,
    derandomize=True,
    report_multiple_bugs=False,
    suppress_health_check=list(HealthCheck),
)
TestPrograms = Programs.TestCase
