"""Random programs of views, in-place changes and operations, for `test_in_place.py`.

A program is a list of lines. Each runs on both libraries; after each line both must hold the same
numbers, or both must have refused it, and in the end all gradients must be the same or refused.
"""

from __future__ import annotations

import random
import warnings
from typing import Any

import numpy as np
import torch

import minitorch as mt

START = ["x0 = L(A).requires_grad_()", "x1 = L(B)", "x2 = x0 * 1.0", "x3 = x1.clone()"]
NUMBERS = dict(zip("AB", np.random.default_rng(0).standard_normal((2, 3, 3)), strict=True))

# P and Q are tensors that exist already.
VIEWS = """
P[0] | P[1:] | P[:, ::2] | P[None] | P.t() | P.view(-1) | P.reshape(-1) | P.transpose(0, 1)
P.unsqueeze(0) | P.squeeze() | P.expand(2, *P.shape) | P.narrow(0, 0, 1) | P.diagonal() | P.detach()
P.unbind(0)[0] | P.split(1)[0] | P.flatten() | P.chunk(2)[0] | P[..., 0] | P.data | P[...]
P.contiguous() | P.permute(1, 0) | P.T | P.mT | P.ravel() | P[0, 1:] | P.movedim(0, 1) | list(P)[0]
P.view(2, -1) | P.reshape(2, -1) | P.select(0, 1) | P.tensor_split(2)[0] | P.expand_as(Q)
P.view_as(Q)
"""
CHANGES = """
P.add_(Q) | P.mul_(2) | P.mul_(Q) | P.zero_() | P.fill_(3) | P.copy_(Q) | P[0] = 1.0 | P[0] = Q[0]
P[..., 0] = Q[..., 0] | P[P > 0] = 0 | P[[0, 0]] = 5.0 | P += 1 | P *= Q | P -= P | P.neg_()
P.masked_fill_(Q > 0, 1.0) | P.sub_(Q) | P.div_(2) | P.sin_() | P.sigmoid_() | P.clamp_(-1, 1)
P[0].add_(1) | P[0].mul_(Q[0]) | P.t().mul_(2) | P.view(-1)[0] = 7.0 | P[1:].zero_() | P.exp_()
P.unbind(0)[0].mul_(2) | P.addcmul_(Q, Q) | P.data.mul_(2) | P.detach().mul_(2) | P[0] += Q[0]
P[[1, 0]] += 1 | P[[0]] = Q[[0]] | P.fill_(Q.sum()) | P.masked_fill_(P > 0, Q.sum()) | P.relu_()
P.index_put_((L([0, 0]),), Q[0], accumulate=True) | P.copy_(Q.sum()) | P.diagonal().fill_(2)
P.scatter_(0, L([[0, 0]]), Q[:1, :2].clone()) | P.scatter_add_(0, L([[0, 0]]), Q[:1, :2].clone())
P.index_copy_(0, L([1]), Q[:1].clone()) | P.index_fill_(0, L([1]), 2.0) | P.tanh_()
"""
RESULTS = """
P * Q | P + Q | P.sin() | P * 2 | P.clone() | P.sum(0) | P.exp() | P * P | P.sigmoid() | P.relu()
torch.cat([P, Q]) | P[[0, 1]] | P.sum() | torch.where(P > 0, P, Q) | P / Q | P.t().clone() * 2
"""


def choices(table: str) -> list[str]:
    return [choice.strip() for line in table.strip().splitlines() for choice in line.split("|")]


TABLES = choices(VIEWS), choices(CHANGES), choices(RESULTS)


def program(seed: int, length: int) -> list[str]:
    """A random program of ``length`` lines after the start."""
    rng = random.Random(seed)
    lines = list(START)
    known = len(START)
    for _ in range(length):
        p, q = rng.randrange(known), rng.randrange(known)
        if rng.random() < 0.35:
            p = known - 1  # a chain
        kind = rng.choices((0, 1, 2), (8, 7, 5))[0]
        line = rng.choice(TABLES[kind]).replace("P", f"x{p}").replace("Q", f"x{q}")
        if kind != 1:
            line = f"x{known} = {line}"
            known += 1
        lines.append(f"with torch.no_grad(): {line}" if rng.random() < 0.1 else line)
    return lines


def refusal(line: str, names: dict[str, Any]) -> str:
    """Run one line; what it raised, empty if nothing."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            exec(line, names)
        except Exception as error:
            return repr(error)
    return ""


def known_difference(theirs: str) -> bool:
    """Whether PyTorch refused something sound.

    It takes a view for a leaf if its base came to require a gradient only after the view was made
    and nobody has asked for the view's ``grad_fn`` since.
    """
    return "a leaf Variable that requires grad is being used in an in-place operation" in theirs


def tensors(lib: Any, names: dict[str, Any]) -> dict[str, Any]:
    return {name: x for name, x in names.items() if isinstance(x, lib.Tensor)}


def gradient(lib: Any, output: Any, leaf: Any) -> np.ndarray | None:
    """The gradient of the sum of ``output``, None if that is refused or there is none."""
    try:
        found = lib.autograd.grad(output.sum(), leaf, retain_graph=True, allow_unused=True)[0]
    except RuntimeError:
        return None
    return None if found is None else found.numpy()


def check(lines: list[str]) -> None:
    """Run the program on both libraries; an AssertionError where they differ."""
    both = [
        (mt, dict(NUMBERS, torch=mt, L=mt.tensor)),
        (torch, dict(NUMBERS, torch=torch, L=torch.tensor)),
    ]
    for number, line in enumerate(lines):
        ours, theirs = (refusal(line, names) for _, names in both)
        shown = "\n".join(lines[: number + 1])
        if theirs and not ours and known_difference(theirs):
            return
        assert bool(ours) == bool(theirs), f"here {ours or 'accepted'}, there {theirs}:\n{shown}"
        ours, theirs = (
            {name: x.detach().numpy() for name, x in tensors(lib, names).items()}
            for lib, names in both
        )
        assert ours.keys() == theirs.keys()
        for name, expected in theirs.items():
            np.testing.assert_allclose(ours[name], expected, rtol=1e-9, atol=1e-9, err_msg=shown)
    shown = "\n".join(lines)
    for name in tensors(mt, both[0][1]):
        ours, theirs = (gradient(lib, names[name], names["x0"]) for lib, names in both)
        assert (ours is None) == (theirs is None), f"gradient of {name}:\n{shown}"
        if ours is not None:
            np.testing.assert_allclose(
                ours, theirs, rtol=1e-9, atol=1e-9, err_msg=f"{name}:\n{shown}"
            )
