"""Products of matrices and tensors."""

from __future__ import annotations

from .sample import Sample, cplx, cube, empty, real, scalar, square, x, y

PRODUCTS = [
    *(
        Sample(name, real(*a), real(*b))
        for name in ("matmul", "__matmul__")
        for a, b in [
            ((3,), (3,)),
            ((2, 3), (3,)),
            ((3,), (3, 2)),
            ((2, 3), (3, 2)),
            ((2, 2, 3), (3, 2)),
            ((2, 3), (4, 3, 2)),
            ((2, 1, 2, 3), (3, 3, 1)),
            ((2, 2, 3), (3,)),
            ((0, 3), (3, 2)),
            ((2, 0), (0, 3)),
        ]
    ),
    Sample("__rmatmul__", real(3, 2), real(2, 3)),
    Sample("matmul", cplx(2, 3), cplx(3)),
    Sample("matmul", cplx(2, 2, 2), cplx(2, 1)),
    Sample("mm", real(2, 3), real(3, 2)),
    Sample("mm", real(2, 0), real(0, 2)),
    Sample("bmm", real(2, 2, 3), real(2, 3, 1)),
    Sample("bmm", real(0, 2, 3), real(0, 3, 1)),
    Sample("mv", x, real(3)),
    Sample("dot", real(3), real(3)),
    Sample("dot", real(0), real(0)),
    Sample("vdot", real(3), real(3)),
    Sample("vdot", cplx(3), cplx(3)),
    Sample("dot", cplx(3), cplx(3)),
    Sample("inner", x, real(4, 3)),
    Sample("inner", scalar, x),
    Sample("inner", real(3), real(3)),
    Sample("outer", real(2), real(3)),
    Sample("outer", real(0), real(3)),
    Sample("ger", real(2), real(3)),
    Sample("kron", real(2), real(2, 3)),
    Sample("trace", square),
    Sample("trace", real(0, 0)),
    Sample("cross", real(2, 3), real(2, 3), dim=1),
    Sample("cross", real(3, 2), real(3, 1), dim=0),
    Sample("addmm", real(3), real(2, 2), real(2, 3)),
    Sample("addmm", real(2, 3), real(2, 2), real(2, 3), beta=0.5, alpha=3),
    Sample("addmm", real(1, 1), real(2, 0), real(0, 3)),
    Sample("addmm", cplx(2), cplx(2, 2), cplx(2, 2), alpha=2j),
    Sample("addmv", real(2), x, real(3), beta=2, alpha=0.5),
    Sample("addr", real(2, 1), real(2), real(3), beta=0.5),
    Sample("addbmm", real(2, 1), real(2, 2, 3), real(2, 3, 1), beta=2, alpha=0.5),
    Sample("baddbmm", real(2, 1), real(2, 2, 3), real(2, 3, 1), beta=2, alpha=0.5),
    Sample("chain_matmul", real(2, 3), real(3, 1), real(1, 2)),
    Sample("tensordot", real(2, 3), real(3, 2), 1),
    Sample("tensordot", cube, real(2, 2, 3), ([0, 1], [1, 2])),
    Sample("tensordot", real(2), real(3), 0),
    *(
        Sample("einsum", *args)
        for args in [
            ("ij,jk->ik", x, real(3, 2)),
            ("bij,bjk", real(2, 2, 2), real(2, 2, 2)),
            ("ii->i", square),
            ("ii", square),
            ("i,j,k->kji", real(2), real(2), real(2)),
            ("...i,...i->...", cube, real(2)),
            ("ij->", x),
            ("ij,ij->j", x, y),
            ("ij,jk", real(2, 0), real(0, 2)),
            (",i", scalar, real(2)),
            ("ij,j", cplx(2, 2), cplx(2)),
        ]
    ),
    Sample("linear", x, real(4, 3), real(4)),
    Sample("linear", real(3), real(2, 3)),
    Sample("linear", cube, real(1, 2), real(1)),
    Sample("linear", empty, real(2, 3), real(2)),
    Sample("linear", x, real(3)),
    Sample("bilinear", x, real(2, 2), real(2, 3, 2), real(2)),
    Sample("bilinear", real(3), real(2), real(1, 3, 2)),
]
