"""``mt.special``: special functions, in PyTorch's place. They are in ops/special.py and others."""

from .checking import checked_all as _checked_all
from .ops.activation import sigmoid as expit
from .ops.bessel import (
    airy_ai,
    bessel_j0,
    bessel_j1,
    bessel_y0,
    bessel_y1,
    i0,
    i0e,
    i1,
    i1e,
    modified_bessel_i0,
    modified_bessel_i1,
    modified_bessel_k0,
    modified_bessel_k1,
    scaled_modified_bessel_k0,
    scaled_modified_bessel_k1,
    spherical_bessel_j0,
)
from .ops.gamma import (
    digamma,
    digamma as psi,
    gammainc,
    gammaincc,
    lgamma as gammaln,
    mvlgamma as multigammaln,
    polygamma,
    zeta,
)
from .ops.pointwise import exp2, expm1, log1p, round
from .ops.polynomials import (
    chebyshev_polynomial_t,
    chebyshev_polynomial_u,
    chebyshev_polynomial_v,
    chebyshev_polynomial_w,
    hermite_polynomial_h,
    hermite_polynomial_he,
    laguerre_polynomial_l,
    legendre_polynomial_p,
    shifted_chebyshev_polynomial_t,
    shifted_chebyshev_polynomial_u,
    shifted_chebyshev_polynomial_v,
    shifted_chebyshev_polynomial_w,
)
from .ops.reduction import logsumexp
from .ops.softmax import log_softmax, softmax
from .ops.special import (
    entr,
    erf,
    erfc,
    erfcx,
    erfinv,
    log_ndtr,
    logit,
    ndtr,
    ndtri,
    xlog1py,
    xlogy,
)
from .ops.trigonometry import sinc
from .out import with_out_all as _with_out_all

_TAKE_NO_OUT = ("log_softmax", "softmax")
_NAMES = [name for name in dir() if name[0] != "_" and name not in _TAKE_NO_OUT]
globals().update(_with_out_all(globals(), _NAMES))
globals().update(_checked_all(globals(), "special_"))
