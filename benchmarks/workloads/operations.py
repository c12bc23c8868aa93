"""Single operations on 1000×1000 elements, where NumPy and its BLAS do the work."""

from ..registry import workload


@workload(target=1.0)
def matmul(torch):
    """Matrix product, 1000×1000."""
    x = torch.randn(1000, 1000)
    y = torch.randn(1000, 1000)
    return lambda: x @ y


@workload(target=2.0)
def conv2d(torch):
    """Conv2d(3, 16, 3) on 1×3×1000×1000."""
    layer = torch.nn.Conv2d(3, 16, 3)
    x = torch.randn(1, 3, 1000, 1000)

    def step():
        with torch.no_grad():
            return layer(x)

    return step


@workload()
def relu(torch):
    """ReLU, 1000×1000."""
    x = torch.randn(1000, 1000)
    return lambda: torch.relu(x)


@workload()
def backward(torch):
    """Backward of (x @ w).relu().sum(), 1000×1000."""
    x = torch.randn(1000, 1000, requires_grad=True)
    w = torch.randn(1000, 1000, requires_grad=True)
    loss = (x @ w).relu().sum()

    def step():
        x.grad = w.grad = None
        loss.backward(retain_graph=True)
        return w.grad

    return step
