# Softmax regression and an MLP in the manner of a textbook: from scratch, then in brief.
import collections
import inspect

import torch
from torch import nn
from torch.nn import functional as F


def add_to_class(Class):
    def wrapper(obj):
        setattr(Class, obj.__name__, obj)
    return wrapper


class HyperParameters:
    def save_hyperparameters(self, ignore=[]):
        frame = inspect.currentframe().f_back
        _, _, _, local_vars = inspect.getargvalues(frame)
        self.hparams = {k: v for k, v in local_vars.items()
                        if k not in set(ignore + ['self']) and not k.startswith('_')}
        for k, v in self.hparams.items():
            setattr(self, k, v)


class Module(nn.Module, HyperParameters):
    def __init__(self):
        super().__init__()
        self.save_hyperparameters()

    def loss(self, y_hat, y, averaged=True):
        y_hat = y_hat.reshape((-1, y_hat.shape[-1]))
        y = y.reshape((-1,))
        return F.cross_entropy(y_hat, y, reduction='mean' if averaged else 'none')

    def training_step(self, batch):
        return self.loss(self(*batch[:-1]), batch[-1])

    def forward(self, X):
        assert hasattr(self, 'net'), 'Neural network is not defined'
        return self.net(X)

    def configure_optimizers(self):
        return torch.optim.SGD(self.parameters(), lr=self.lr)

    def apply_init(self, inputs, init=None):
        self.forward(*inputs)
        if init is not None:
            self.net.apply(init)


class LeNet(Module):
    def __init__(self, lr=0.1, num_classes=4):
        super().__init__()
        self.save_hyperparameters()
        self.net = nn.Sequential(
            nn.LazyConv2d(6, kernel_size=5, padding=2), nn.Sigmoid(),
            nn.AvgPool2d(kernel_size=2, stride=2),
            nn.LazyConv2d(16, kernel_size=5), nn.Sigmoid(),
            nn.AvgPool2d(kernel_size=2, stride=2),
            nn.Flatten(),
            nn.LazyLinear(20), nn.Sigmoid(),
            nn.LazyLinear(num_classes))

    def layer_summary(self, X_shape):
        X = torch.randn(*X_shape)
        for layer in self.net:
            X = layer(X)
            print(layer.__class__.__name__, 'output shape:\t', X.shape)


def init_cnn(module):
    """Initialize weights for CNNs."""
    if type(module) == nn.Linear or type(module) == nn.Conv2d:
        nn.init.xavier_uniform_(module.weight)


@add_to_class(Module)
def fit(self, X, y, epochs):
    optim = self.configure_optimizers()
    history = collections.OrderedDict()
    for epoch in range(epochs):
        for i in torch.randperm(len(X)).split(16):
            loss = self.training_step((X[i], y[i]))
            optim.zero_grad()
            with torch.no_grad():
                loss.backward()
                optim.step()
        history[epoch] = float(loss)
    return history


torch.manual_seed(0)
X = torch.arange(12, dtype=torch.float32).reshape((3, 4))
Y = torch.tensor([[2.0, 1, 4, 3], [1, 2, 3, 4], [4, 3, 2, 1]])
print(torch.cat((X, Y), dim=0), X == Y, X.sum())
before = id(Y)
Y[:] = X + Y
print(id(Y) == before, X[-1], X[1:3])

W = torch.normal(0, 0.01, size=(64, 4), requires_grad=True)
b = torch.zeros(4, requires_grad=True)


def softmax(X):
    X_exp = torch.exp(X)
    partition = X_exp.sum(1, keepdims=True)
    return X_exp / partition


def cross_entropy(y_hat, y):
    return -torch.log(y_hat[list(range(len(y_hat))), y]).mean()


images = torch.randn(64, 1, 16, 16)
labels = torch.randint(0, 4, (64,))
for epoch in range(3):
    l = cross_entropy(softmax(images[:, 0, ::2, ::2].reshape(-1, 64) @ W + b), labels)
    l.backward()
    with torch.no_grad():
        for param in (W, b):
            param -= 0.5 * param.grad
            param.grad.zero_()
    print(f'epoch {epoch + 1}, loss {float(l):f}')

model = LeNet(lr=0.9)
model.layer_summary((1, 1, 16, 16))
model.apply_init([images[:1]], init_cnn)
print({k: round(v, 4) for k, v in model.fit(images, labels, 3).items()}, model.hparams)
