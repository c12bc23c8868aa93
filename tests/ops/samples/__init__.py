"""One row or more for every public operation: what it is tried on.

``Sample("sum", real(2, 3), dim=1)`` stands for ``sum(x, dim=1)`` wherever ``sum`` is public, as a
function, as a method, in ``nn.functional``. Where the places differ in their arguments a row names
one: ``"Tensor.where"``. `real` and `cplx` numbers become tensors that require a gradient, NumPy
arrays (indices, masks) tensors that do not. SAMPLES are differentiable, PLAIN are not.
"""

from .elementwise import ELEMENTWISE
from .indexing import INDEXING
from .nn import LAYERS, LOSSES, WINDOWS
from .plain import PLAIN
from .products import PRODUCTS
from .reductions import ORDER, REDUCTIONS, SOFTMAX
from .sample import PLACES, Sample, calls, filled, forms
from .shapes import CONVERSIONS, SHAPES

SAMPLES = [
    *ELEMENTWISE,
    *SOFTMAX,
    *REDUCTIONS,
    *ORDER,
    *PRODUCTS,
    *SHAPES,
    *CONVERSIONS,
    *INDEXING,
    *LOSSES,
    *LAYERS,
    *WINDOWS,
]

# Every call to make, for `pytest.mark.parametrize(("function", "sample"), CALLS)`.
CALLS = calls(SAMPLES)
PLAIN_CALLS = calls(PLAIN)
