"""What functions with several results return: tuples whose items have names, as in PyTorch.

``values, indices = x.max(0)`` and ``x.max(0).values`` both work.
"""

from __future__ import annotations

import functools
from operator import itemgetter
from typing import Any


class Named(tuple):
    """A tuple whose items have names; made of all its items at once: ``max((values, indices))``."""

    __slots__ = ()
    _fields: tuple[str, ...] = ()

    def __new__(cls, items: Any) -> Any:
        self = tuple.__new__(cls, items)
        if len(self) != len(cls._fields):
            raise TypeError(
                f"torch.return_types.{cls.__name__}() takes a {len(cls._fields)}-sequence "
                f"({len(self)}-sequence given)"
            )
        return self

    def __repr__(self) -> str:
        named = ",\n".join(
            [f"{name}={item!r}" for name, item in zip(self._fields, self, strict=True)]
        )
        return f"torch.return_types.{type(self).__name__}(\n{named})"

    def __reduce__(self) -> tuple[Any, ...]:
        return (type(self), (tuple(self),))


def named(name: str, *fields: str) -> Any:
    """A new kind of `Named` tuple."""
    body: dict[str, Any] = {"__slots__": (), "__module__": __name__, "_fields": fields}
    body["__doc__"] = f"What `{name}` returns: ({', '.join(fields)})."
    body |= {field: property(itemgetter(i)) for i, field in enumerate(fields)}
    return type(name, (Named,), body)


@functools.cache
def with_out(kind: Any) -> Any:
    """The kind of tuple that a function returns that was given ``out``: it has another name."""
    return named(f"{kind.__name__}_out", *kind._fields)


max = named("max", "values", "indices")
min = named("min", "values", "indices")
aminmax = named("aminmax", "min", "max")
median = named("median", "values", "indices")
nanmedian = named("nanmedian", "values", "indices")
mode = named("mode", "values", "indices")
cummax = named("cummax", "values", "indices")
cummin = named("cummin", "values", "indices")
sort = named("sort", "values", "indices")
topk = named("topk", "values", "indices")
kthvalue = named("kthvalue", "values", "indices")

# Of matrices (mt.linalg, and the older functions beside it).
linalg_cholesky_ex = named("linalg_cholesky_ex", "L", "info")
linalg_eig = named("linalg_eig", "eigenvalues", "eigenvectors")
linalg_eigh = named("linalg_eigh", "eigenvalues", "eigenvectors")
linalg_inv_ex = named("linalg_inv_ex", "inverse", "info")
linalg_ldl_factor = named("linalg_ldl_factor", "LD", "pivots")
linalg_ldl_factor_ex = named("linalg_ldl_factor_ex", "LD", "pivots", "info")
linalg_lstsq = named("linalg_lstsq", "solution", "residuals", "rank", "singular_values")
linalg_lu = named("linalg_lu", "P", "L", "U")
linalg_lu_factor = named("linalg_lu_factor", "LU", "pivots")
linalg_lu_factor_ex = named("linalg_lu_factor_ex", "LU", "pivots", "info")
linalg_qr = named("linalg_qr", "Q", "R")
linalg_slogdet = named("linalg_slogdet", "sign", "logabsdet")
linalg_solve_ex = named("linalg_solve_ex", "result", "info")
linalg_svd = named("linalg_svd", "U", "S", "Vh")
_lu_with_info = named("_lu_with_info", "LU", "pivots", "info")
geqrf = named("geqrf", "a", "tau")
lu_unpack = named("lu_unpack", "P", "L", "U")
qr = named("qr", "Q", "R")
slogdet = named("slogdet", "sign", "logabsdet")
svd = named("svd", "U", "S", "V")
triangular_solve = named("triangular_solve", "solution", "cloned_coefficient")

frexp = named("frexp", "mantissa", "exponent")
histogram = named("histogram", "hist", "bin_edges")
histogramdd = named("histogramdd", "hist", "bin_edges")
