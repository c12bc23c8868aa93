"""``mt.linalg``: the functions of matrices, in PyTorch's place.

They are in ops/solving.py, factoring.py, spectra.py, matrices.py and others.
"""

from .checking import checked_all as _checked_all
from .ops.determinants import det, slogdet
from .ops.factoring import cholesky, cholesky_ex, qr
from .ops.lapack import LinAlgError
from .ops.lu import lu, lu_factor, lu_factor_ex, lu_solve
from .ops.matmul import matmul
from .ops.matrices import (
    cross,
    diagonal,
    linalg_vander as vander,
    matrix_exp,
    matrix_power,
    vecdot,
)
from .ops.matrix_norms import cond, linalg_norm as norm, matrix_norm
from .ops.norms import vector_norm
from .ops.products import multi_dot
from .ops.pseudoinverse import lstsq, matrix_rank, pinv
from .ops.reflections import householder_product, ldl_factor, ldl_factor_ex, ldl_solve
from .ops.solving import (
    inv,
    inv_ex,
    solve,
    solve_ex,
    solve_triangular,
    tensorinv,
    tensorsolve,
)
from .ops.spectra import eig, eigh, eigvals, eigvalsh, svd, svdvals
from .out import OF_LINALG as _OF_LINALG, with_out_all as _with_out_all

globals().update(_with_out_all(globals(), _OF_LINALG, "linalg_"))
globals().update(_checked_all(globals(), "linalg_"))
