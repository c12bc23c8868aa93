# NumPy, pandas-free data, a loss of one's own, an optimizer of one's own
import numpy as np
import torch
from torch import nn
from torch.nn.parameter import Parameter
from torch.optim.optimizer import Optimizer
from torch.utils.data import BatchSampler, DataLoader, RandomSampler, TensorDataset, WeightedRandomSampler

rng = np.random.default_rng(0)
X = rng.normal(size=(200, 4)).astype('float32')
true_w = np.array([1.5, -2.0, 0.5, 0.0], dtype='float32')
y = X @ true_w + 0.3 + rng.normal(scale=0.05, size=200).astype('float32')


class HuberLike(nn.Module):
    __constants__ = ['delta']

    def __init__(self, delta: float = 1.0):
        super().__init__()
        self.delta = delta

    def forward(self, input, target):
        error = (input - target).abs()
        quadratic = torch.clamp(error, max=self.delta)
        return (0.5 * quadratic ** 2 + self.delta * (error - quadratic)).mean()

    def extra_repr(self):
        return f'delta={self.delta}'


class LinearModel(nn.Module):
    def __init__(self, n):
        super().__init__()
        self.weight = Parameter(torch.empty(n))
        self.bias = Parameter(torch.zeros(()))
        self.reset_parameters()

    def reset_parameters(self):
        bound = self.weight.numel() ** -0.5
        nn.init.uniform_(self.weight, -bound, bound)

    def forward(self, x):
        return x.mv(self.weight) + self.bias


class Momentum(Optimizer):
    def __init__(self, params, lr=1e-2, beta=0.9):
        if lr < 0.0:
            raise ValueError(f"Invalid learning rate: {lr}")
        super().__init__(params, dict(lr=lr, beta=beta))

    @torch.no_grad()
    def step(self, closure=None):
        loss = None
        if closure is not None:
            with torch.enable_grad():
                loss = closure()
        for group in self.param_groups:
            for p in group['params']:
                if p.grad is None:
                    continue
                state = self.state[p]
                if len(state) == 0:
                    state['buffer'] = torch.zeros_like(p, memory_format=torch.preserve_format)
                state['buffer'].mul_(group['beta']).add_(p.grad)
                p.add_(state['buffer'], alpha=-group['lr'])
        return loss


torch.manual_seed(0)
dataset = TensorDataset(torch.from_numpy(X), torch.as_tensor(y))
loader = DataLoader(dataset, batch_sampler=BatchSampler(RandomSampler(dataset), 20, False))
model = LinearModel(4)
criterion = HuberLike(0.5)
print(criterion, model, dict(model.named_parameters()).keys())
optimizer = Momentum(model.parameters(), lr=0.02)
for epoch in range(5):
    for xb, yb in loader:
        def closure():
            optimizer.zero_grad()
            loss = criterion(model(xb), yb)
            loss.backward()
            return loss
        loss = optimizer.step(closure)
    print(epoch, round(loss.item(), 6))
print(model.weight.detach().numpy().round(2), model.bias.item())

lbfgs = torch.optim.LBFGS(model.parameters(), lr=1, max_iter=5, line_search_fn='strong_wolfe')


def closure():
    lbfgs.zero_grad()
    loss = criterion(model(dataset.tensors[0]), dataset.tensors[1])
    loss.backward()
    return loss


print('%.6f' % lbfgs.step(closure).item(), '%.6f' % closure().item())
sampler = WeightedRandomSampler([0.1, 0.9, 0.5], num_samples=5, replacement=True)
print(list(sampler), len(loader))
solution = torch.linalg.lstsq(torch.cat([dataset.tensors[0], torch.ones(200, 1)], 1), dataset.tensors[1][:, None]).solution
print(solution.flatten())
