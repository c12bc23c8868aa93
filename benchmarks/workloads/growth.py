"""How the cost of a training step grows with the batch, the width and the depth of a network."""

from ..registry import workload
from .training import training_step


def network(torch, batch, width, depth):
    """A training step of ``depth`` layers of ``width`` features, with SGD."""
    nn = torch.nn
    x = torch.randn(batch, width)
    y = torch.randint(0, width, (batch,))
    layers = []
    for _ in range(depth):
        layers += [nn.Linear(width, width), nn.ReLU()]
    model = nn.Sequential(*layers)
    optimizer = torch.optim.SGD(model.parameters(), lr=0.001)
    return training_step(model, nn.CrossEntropyLoss(), optimizer, x, y)


@workload()
def batch(torch):
    """Step by batch size: 3 layers of 128, SGD."""
    return {str(size): network(torch, size, 128, 3) for size in (1, 4, 16, 64, 256, 1024)}


@workload()
def width(torch):
    """Step by width: 3 layers, batch 64, SGD."""
    return {str(size): network(torch, 64, size, 3) for size in (8, 32, 128, 512)}


@workload()
def depth(torch):
    """Step by depth: layers of 64, batch 64, SGD."""
    return {str(size): network(torch, 64, 64, size) for size in (1, 2, 4, 8, 16, 32)}
