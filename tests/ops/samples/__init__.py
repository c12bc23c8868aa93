"""One row or more for every public operation: what it is tried on.

``Sample("sum", real(2, 3), dim=1)`` stands for ``sum(x, dim=1)`` wherever ``sum`` is public, as a
function, as a method, in ``nn.functional``. Where the places differ in their arguments a row names
one: ``"Tensor.where"``. `real` and `cplx` numbers become tensors that require a gradient, NumPy
arrays (indices, masks) tensors that do not. SAMPLES are differentiable, PLAIN are not.
"""

from .attention import ATTENTION, NORMS
from .elementwise import ELEMENTWISE
from .indexing import INDEXING
from .losses import MARGINS, SIMILARITIES
from .matrices import MATRICES
from .nn import LAYERS, LOSSES, WINDOWS
from .numerical import NUMERICAL, SIGNALS, SPECIAL
from .plain import PLAIN
from .products import PRODUCTS
from .reductions import ORDER, REDUCTIONS, SOFTMAX
from .sample import NAMESPACES, PLACES, WARNINGS, Sample, calls, filled, forms
from .shapes import CONVERSIONS, SHAPES
from .spatial import SPATIAL

SAMPLES = [
    *ELEMENTWISE,
    *SOFTMAX,
    *REDUCTIONS,
    *ORDER,
    *PRODUCTS,
    *MATRICES,
    *SIGNALS,
    *SPECIAL,
    *NUMERICAL,
    *SHAPES,
    *CONVERSIONS,
    *INDEXING,
    *LOSSES,
    *MARGINS,
    *SIMILARITIES,
    *LAYERS,
    *WINDOWS,
    *SPATIAL,
    *ATTENTION,
    *NORMS,
]

# Every call to make, for `pytest.mark.parametrize(("function", "sample"), CALLS)`.
CALLS = calls(SAMPLES)
PLAIN_CALLS = calls(PLAIN)
