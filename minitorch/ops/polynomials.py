"""Orthogonal polynomials, each family by its recurrence: ``P[k+1]`` from ``P[k]`` and ``P[k-1]``.

The degree may differ from element to element. PyTorch has no derivatives of them.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from .. import dtypes
from ..autograd.operation import Operation
from .operands import number_or_tensor, only


def chebyshev(k: int, x: Any, p: Any, before: Any) -> Any:
    """``2x P[k] - P[k-1]``."""
    return 2 * x * p - before


def polynomials(
    name: str,
    text: str,
    first: Callable[[Any], Any],
    following: Callable[[int, Any, Any, Any], Any],
    rule: str,
    values: str,
    shifted: bool = False,
) -> Callable[[Any, Any], Any]:
    """The public function of a family: ``P[0]`` is 1, ``first`` is P[1], ``following`` P[k+1].

    ``shifted`` polynomials are those of ``2x - 1``. For the reader: ``rule`` is what ``first`` and
    ``following`` compute, ``values`` are those of P[2] at 0, ½ and 1.
    """

    class Polynomial(Operation):
        promote = only("w", f"{name}_cpu", dtypes.floating)

        def forward(self, xp: Any, x: Any, n: Any) -> Any:
            dtype = (x if hasattr(x, "dtype") else n).dtype
            x, degree = xp.broadcast_arrays(xp.asarray(x, dtype), xp.asarray(n).astype("int64"))
            x = 2 * x - 1 if shifted else x
            before, p = xp.ones_like(x), first(x)
            out = xp.where(degree == 0, before, xp.where(degree == 1, p, x.dtype.type(0)))
            for k in range(1, int(degree.max()) if degree.size else 0):
                before, p = p, following(k, x, p, before)
                out = xp.where(degree == k + 1, p, out)
            return out

    def function(input: Any, n: Any) -> Any:
        return number_or_tensor(f"special_{name}", (Polynomial,) * 3, input, n)

    function.__name__ = function.__qualname__ = f"special_{name}"
    function.__doc__ = f"""{text}, of degree ``n``, at ``input``; 0 where ``n`` is negative.

    ``P₀ = 1``, {rule}. One of the two arguments may be a number. PyTorch has no derivative of it.

    >>> import minitorch as mt
    >>> mt.special.{name}(mt.tensor([0.0, 0.5, 1.0]), 2)
    tensor([{values}])
    """
    return function


# Letter, kind, P[1] as a function and in words, the values of P[2] and of its shifted form.
CHEBYSHEV: list[tuple[str, str, Callable[[Any], Any], str, str, str]] = [
    ("t", "first", lambda x: x, "x", "-1.0000, -0.5000,  1.0000", " 1., -1.,  1."),
    ("u", "second", lambda x: 2 * x, "2x", "-1.,  0.,  3.", " 3., -1.,  3."),
    ("v", "third", lambda x: 2 * x - 1, "2x - 1", "-1., -1.,  1.", " 5., -1.,  1."),
    ("w", "fourth", lambda x: 2 * x + 1, "2x + 1", "-1.,  1.,  5.", " 1., -1.,  5."),
]
(
    chebyshev_polynomial_t,
    chebyshev_polynomial_u,
    chebyshev_polynomial_v,
    chebyshev_polynomial_w,
) = [
    polynomials(
        f"chebyshev_polynomial_{letter}",
        f"Chebyshev's polynomial of the {kind} kind",
        first,
        chebyshev,
        f"``P₁ = {one}``, ``Pₖ₊₁ = 2x Pₖ - Pₖ₋₁``",
        values,
    )
    for letter, kind, first, one, values, _ in CHEBYSHEV
]
(
    shifted_chebyshev_polynomial_t,
    shifted_chebyshev_polynomial_u,
    shifted_chebyshev_polynomial_v,
    shifted_chebyshev_polynomial_w,
) = [
    polynomials(
        f"shifted_chebyshev_polynomial_{letter}",
        f"Chebyshev's polynomial of the {kind} kind, of ``y = 2x - 1``",
        first,
        chebyshev,
        f"``P₁ = {one.replace('x', 'y')}``, ``Pₖ₊₁ = 2y Pₖ - Pₖ₋₁``",
        values,
        shifted=True,
    )
    for letter, kind, first, one, _, values in CHEBYSHEV
]
hermite_polynomial_h = polynomials(
    "hermite_polynomial_h",
    "The physicists' Hermite polynomial",
    lambda x: 2 * x,
    lambda k, x, p, before: 2 * x * p - 2 * k * before,
    "``P₁ = 2x``, ``Pₖ₊₁ = 2x Pₖ - 2k Pₖ₋₁``",
    "-2., -1.,  2.",
)
hermite_polynomial_he = polynomials(
    "hermite_polynomial_he",
    "The probabilists' Hermite polynomial",
    lambda x: x,
    lambda k, x, p, before: x * p - k * before,
    "``P₁ = x``, ``Pₖ₊₁ = x Pₖ - k Pₖ₋₁``",
    "-1.0000, -0.7500,  0.0000",
)
laguerre_polynomial_l = polynomials(
    "laguerre_polynomial_l",
    "Laguerre's polynomial",
    lambda x: 1 - x,
    lambda k, x, p, before: ((2 * k + 1 - x) * p - k * before) / (k + 1),
    "``P₁ = 1 - x``, ``(k + 1) Pₖ₊₁ = (2k + 1 - x) Pₖ - k Pₖ₋₁``",
    " 1.0000,  0.1250, -0.5000",
)
legendre_polynomial_p = polynomials(
    "legendre_polynomial_p",
    "Legendre's polynomial",
    lambda x: x,
    lambda k, x, p, before: ((2 * k + 1) * x * p - k * before) / (k + 1),
    "``P₁ = x``, ``(k + 1) Pₖ₊₁ = (2k + 1) x Pₖ - k Pₖ₋₁``",
    "-0.5000, -0.1250,  1.0000",
)
