"""Whole training steps of models of teaching size."""

from ..registry import workload


def training_step(model, criterion, optimizer, x, y):
    """The body of every training loop: it is the same for each model here."""

    def step():
        optimizer.zero_grad()
        loss = criterion(model(x), y)
        loss.backward()
        optimizer.step()
        return loss

    return step


@workload(target=0.25)
def linear_regression(torch):
    """Training step: Linear(10, 1), batch 64, MSE, Adam."""
    nn = torch.nn
    x = torch.randn(64, 10)
    y = torch.randn(64, 1)
    model = nn.Sequential(nn.Linear(10, 1))
    optimizer = torch.optim.Adam(model.parameters(), lr=0.01)
    return training_step(model, nn.MSELoss(), optimizer, x, y)


@workload(target=0.7, gpu=2.0)
def mlp(torch):
    """Training step: MLP 784-128-10, batch 64, cross-entropy, Adam."""
    nn = torch.nn
    x = torch.randn(64, 784)
    y = torch.randint(0, 10, (64,))
    model = nn.Sequential(nn.Linear(784, 128), nn.ReLU(), nn.Linear(128, 10))
    optimizer = torch.optim.Adam(model.parameters())
    return training_step(model, nn.CrossEntropyLoss(), optimizer, x, y)


@workload(target=0.9, gpu=2.0)
def cnn(torch):
    """Training step: CNN 28×28, two conv + pool, batch 64, Adam."""
    nn = torch.nn
    x = torch.randn(64, 1, 28, 28)
    y = torch.randint(0, 10, (64,))
    model = nn.Sequential(
        nn.Conv2d(1, 16, 3, padding=1),
        nn.ReLU(),
        nn.MaxPool2d(2),
        nn.Conv2d(16, 32, 3, padding=1),
        nn.ReLU(),
        nn.MaxPool2d(2),
        nn.Flatten(),
        nn.Linear(32 * 7 * 7, 10),
    )
    optimizer = torch.optim.Adam(model.parameters())
    return training_step(model, nn.CrossEntropyLoss(), optimizer, x, y)
