"""What the library itself costs, beside the arithmetic."""

from ..registry import workload


@workload(target=1.0)
def call(torch):
    """Call overhead: x + y on 16 elements."""
    x = torch.randn(16)
    y = torch.randn(16)
    leaf = torch.randn(16, requires_grad=True)
    return {"without grad": lambda: x + y, "with grad": lambda: leaf + y}


@workload(target=0.12)
def bare_import(torch):
    """Import of the library."""
    # No step: the process that would run one has just imported the library, and that is timed.
