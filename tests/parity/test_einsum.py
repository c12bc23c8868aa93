"""`einsum` as in PyTorch: values, derivatives, errors."""

from __future__ import annotations

import numpy as np
import pytest

torch = pytest.importorskip("torch")

from tests.parity.compare import same, same_error

rng = np.random.default_rng(0)


def f(*shape, dtype="f"):
    return rng.standard_normal(shape).astype(dtype)


def c(*shape):
    return (rng.standard_normal(shape) + 1j * rng.standard_normal(shape)).astype("F")


def i(*shape, dtype="int64"):
    return rng.integers(-5, 5, shape).astype(dtype)


A, B, V, W, T = f(2, 3), f(3, 4), f(3), f(2), f(5, 2, 3)
SQUARE, CUBE = f(3, 3), f(2, 3, 4)
EINSUMS = [
    ("ij,jk->ik", A, B),
    ("ij,jk", A, B),
    ("ij->ji", A),
    ("ji", A),
    ("ij->", A),
    ("ij->j", A),
    ("ii->i", SQUARE),
    ("ii", SQUARE),
    ("iji->j", f(2, 3, 2)),
    ("iij->ji", f(2, 2, 3)),
    ("i,j->ij", V, W),
    ("i,j->ji", V, W),
    ("i,i->", V, V),
    ("i,i->i", V, V),
    ("ij,ij->ij", A, A),
    ("...ij,...jk->...ik", T, B),
    ("...ij,...jk", T, B),
    ("bij,bjk->bik", T, f(5, 3, 4)),
    ("...ij->...ji", CUBE),
    ("i...->...", CUBE),
    ("...i->...", CUBE),
    ("...i->i", CUBE),
    ("...", CUBE),
    (" i j , j k -> i k ", A, B),
    ("ij,jk,kl->il", A, B, f(4, 2)),
    ("ij,jk,kl", A, B, f(4, 2)),
    ("bhqd,bhkd->bhqk", f(2, 2, 3, 4), f(2, 2, 5, 4)),
    ("i,ij,j->", W, A, V),
    ("ij,j,j->i", A, V, V),
    ("ij,", A, f()),
    ("", f()),
    ("->", f()),
    (",->", f(), f()),
    ("Ij,jK->KI", A, B),
    ("bA,Ac", A, B),
    ("ij,jk->ik", f(2, 1), B),
    ("ij,jk->k", A, B),
    ("ij,kl->", A, B),
    ("ij,kl->il", A, B),
    ("...i,...i->...", T, A),
    ("...i,...i->...", f(5, 1, 3), A),
    ("...i,i...->...i", T, V[:, None, None]),
    ("ij->...", A),
    ("ij->ij...", A),
    ("ij...,jk->ik", f(2, 3, 4), B),
    ("i,ij->ij", f(1), B),
    ("ij,ij->ij", A, f(2, 3, dtype="d")),
    ("ij,jk->ik", i(2, 3), i(3, 4)),
    ("ij,j->i", c(2, 3), c(3)),
    ("ij,jk->ik", f(2, 0), f(0, 3)),
    ("ii,ij->ij", SQUARE, f(3, 2)),
    ("bii,bij->bj", f(2, 3, 3), f(2, 3, 4)),
]


@pytest.mark.parametrize("row", EINSUMS, ids=[row[0] for row in EINSUMS])
def test_einsum(row):
    equation, *operands = row
    same(lambda lib, *xs: lib.einsum(equation, *xs), *operands, names=False, slack=4)
    same(lambda lib, *xs: lib.einsum(equation, list(xs)), *operands, names=False, slack=4)


LISTS = [
    (lambda lib, a, b: lib.einsum(a, [0, 1], b, [1, 2], [0, 2]), A, B),
    (lambda lib, a, b: lib.einsum(a, [0, 1], b, [1, 2]), A, B),
    (lambda lib, a, b: lib.einsum(a, [..., 1], b, [1, 0], [..., 0]), T, B),
    (lambda lib, a: lib.einsum(a, [3, 3]), SQUARE),
    (lambda lib, a: lib.einsum(a, [30, 3]), A),
]


@pytest.mark.parametrize("row", LISTS)
def test_einsum_with_lists(row):
    same(*row, names=False, slack=4)


def einsum(equation):
    return lambda lib, *operands: lib.einsum(equation, *operands)


ERRORS = [
    ("einsum sizes", einsum("ij,jk->ik"), A, A),
    ("einsum output", einsum("ij,jk->il"), A, B),
    ("einsum rank", einsum("ijk->ik"), A),
    ("einsum rank less", einsum("i->i"), A),
    ("einsum rank ellipsis", einsum("ijk...->i"), A),
    ("einsum repeated output", einsum("i->ii"), V),
    ("einsum fewer", einsum("ij,jk->ik"), A),
    ("einsum more", einsum("ij->ij"), A, A),
    ("einsum letter", einsum("i1->i"), A),
    ("einsum arrows", einsum("ij->i->j"), A),
    ("einsum arrow", einsum("ij->i>"), A),
    ("einsum dots", einsum("..i->i"), A),
    ("einsum dots twice", einsum("...i...->i"), A),
    ("einsum dots between", einsum("i..j->i"), A),
    ("einsum dots in output", einsum("ij->i."), A),
    ("einsum diagonal", einsum("ii->i"), A),
    ("einsum ellipsis", einsum("...i,...i->..."), A, f(4, 3)),
    ("einsum dtypes", einsum("ij,jk->ik"), A, i(3, 4)),
    ("einsum list", lambda lib, a: lib.einsum(a, [0, 60]), A),
    ("einsum number", lambda lib, a: lib.einsum(3, a), A),
    ("einsum list and number", lambda lib, a: lib.einsum(a, [0, 1], 3, [0]), A),
    ("einsum operand", lambda lib, a: lib.einsum("ij,ij", a, 3), A),
    ("einsum bool", einsum("bij,bjk->bik"), f(2, 3, 3) > 0, f(2, 3, 3) > 0),
    ("einsum nothing", lambda lib: lib.einsum("ij")),
]


@pytest.mark.parametrize("row", ERRORS, ids=[row[0] for row in ERRORS])
def test_errors(row):
    same_error(row[1], *row[2:])
