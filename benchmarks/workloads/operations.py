"""Single operations on 1000×1000 elements, where NumPy and its BLAS do the work."""

from ..registry import workload


@workload(target=1.0, gpu=1.0)
def matmul(torch):
    """Matrix product, 1000×1000."""
    x = torch.randn(1000, 1000)
    y = torch.randn(1000, 1000)
    return lambda: x @ y


@workload(gpu=1.0, cpu=False)  # on two cores one takes a second
def large_matmul(torch):
    """Matrix product, 4096×4096."""
    x = torch.randn(4096, 4096)
    y = torch.randn(4096, 4096)
    return lambda: x @ y


@workload(target=2.0, gpu=1.5)
def conv2d(torch):
    """Conv2d(3, 16, 3) on 1×3×1000×1000."""
    layer = torch.nn.Conv2d(3, 16, 3)
    x = torch.randn(1, 3, 1000, 1000)

    def step():
        with torch.no_grad():
            return layer(x)

    return step


@workload(target=1.0, gpu=1.5)
def relu(torch):
    """ReLU, 1000×1000."""
    x = torch.randn(1000, 1000)
    return lambda: torch.relu(x)


@workload(gpu=1.5, cpu=False)  # the CPU's is one of the common operations
def softmax(torch):
    """Softmax of each row, 1000×1000."""
    x = torch.randn(1000, 1000)
    return lambda: torch.softmax(x, 1)


@workload(target=1.0, gpu=1.5)
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


@workload(target=1.1)
def common_operations(torch):
    """25 common operations, 1000×1000."""
    functional = torch.nn.functional
    x, y = torch.randn(1000, 1000), torch.randn(1000, 1000)
    positive, chosen = x.abs() + 0.1, x > 0
    weight, bias = torch.rand(1000), torch.rand(1000)
    order = torch.randperm(1000)
    images = x.reshape(10, 10, 100, 100)
    mean, variance = torch.zeros(10), torch.ones(10)
    table = torch.randn(1000, 1000, requires_grad=True)
    looked_up = functional.embedding(order, table)

    def embedding_backward():
        table.grad = None
        looked_up.backward(y, retain_graph=True)
        return table.grad

    return {
        "x + y": lambda: x + y,
        "x * y": lambda: x * y,
        "x / y": lambda: x / y,
        "x - 1": lambda: x - 1,
        "x ** 2": lambda: x**2,
        "exp": lambda: torch.exp(x),
        "log": lambda: torch.log(positive),
        "sqrt": lambda: torch.sqrt(positive),
        "sigmoid": lambda: torch.sigmoid(x),
        "tanh": lambda: torch.tanh(x),
        "gelu": lambda: functional.gelu(x),
        "softmax": lambda: torch.softmax(x, 1),
        "log_softmax": lambda: torch.log_softmax(x, 1),
        "sum": lambda: x.sum(),
        "sum over rows": lambda: x.sum(0),
        "mean of each row": lambda: x.mean(1),
        "max of each row": lambda: x.max(1).values,
        "layer_norm": lambda: functional.layer_norm(x, (1000,), weight, bias),
        "batch_norm": lambda: functional.batch_norm(images, mean, variance, training=True),
        "where": lambda: torch.where(chosen, x, y),
        "cat": lambda: torch.cat([x, y]),
        "index rows": lambda: x[order],
        "transposed copy": lambda: x.t().contiguous(),
        "max_pool2d": lambda: functional.max_pool2d(images, 2),
        "embedding backward": embedding_backward,
    }


# Batch, channels in, size, channels out, kernel, stride: from LeNet to ResNet.
CONVOLUTIONS = {
    "LeNet 5×5": (64, 1, 28, 6, 5, 1),
    "LeNet second 5×5": (64, 6, 12, 16, 5, 1),
    "3×3 on 28×28": (64, 16, 28, 32, 3, 1),
    "VGG first 3×3": (16, 3, 32, 64, 3, 1),
    "ResNet first 7×7/2": (4, 3, 112, 64, 7, 2),
    "ResNet 3×3": (8, 64, 28, 64, 3, 1),
    "ResNet 3×3/2": (8, 64, 28, 128, 3, 2),
    "ResNet 1×1": (8, 128, 28, 64, 1, 1),
}


@workload(target=1.0)
def convolutions(torch):
    """Eight convolutions, forward."""
    return {name: convolution(torch, *shape)[0] for name, shape in CONVOLUTIONS.items()}


@workload(target=1.0)
def convolutions_backward(torch):
    """Eight convolutions, forward and backward."""
    return {name: convolution(torch, *shape)[1] for name, shape in CONVOLUTIONS.items()}


def convolution(torch, batch, before, size, after, kernel, stride):
    """Two steps: one convolution forward, and forward and backward."""
    layer = torch.nn.Conv2d(before, after, kernel, stride, padding=kernel // 2)
    x = torch.randn(batch, before, size, size, requires_grad=True)
    weights = torch.randn_like(layer(x))

    def forward():
        with torch.no_grad():
            return layer(x)

    def forward_and_backward():
        x.grad = layer.weight.grad = layer.bias.grad = None
        layer(x).backward(weights)
        return x.grad

    return forward, forward_and_backward
