# Model-agnostic meta-learning on sine waves, with torch.func
import math

import torch
from torch import nn
from torch.func import functional_call, grad, vmap

torch.manual_seed(5)


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.body = nn.Sequential(nn.Linear(1, 20), nn.Tanh(), nn.Linear(20, 20), nn.Tanh())
        self.head = nn.Linear(20, 1)

    def forward(self, x):
        return self.head(self.body(x))


net = Net()
params = dict(net.named_parameters())
opt = torch.optim.Adam(params.values(), lr=1e-2)
inner_lr, tasks, shots = 0.1, 4, 8


def sample_tasks():
    amplitude = torch.rand(tasks, 1, 1) * 4 + 0.5
    phase = torch.rand(tasks, 1, 1) * math.pi
    x = torch.rand(tasks, 2 * shots, 1) * 10 - 5
    y = amplitude * torch.sin(x + phase)
    return x[:, :shots], y[:, :shots], x[:, shots:], y[:, shots:]


def mse(params, x, y):
    return ((functional_call(net, params, (x,)) - y) ** 2).mean()


def adapted(params, x, y, steps=2):
    for _ in range(steps):
        grads = grad(mse)(params, x, y)
        params = {name: p - inner_lr * grads[name] for name, p in params.items()}
    return params


for it in range(5):
    x1, y1, x2, y2 = sample_tasks()
    loss = torch.stack([mse(adapted(params, x1[i], y1[i]), x2[i], y2[i]) for i in range(tasks)]).mean()
    opt.zero_grad()
    loss.backward()
    opt.step()
    print('Iteration %d -- Loss: %.4f' % (it, loss))

# the same by hand, with autograd.grad(create_graph=True)
x1, y1, x2, y2 = sample_tasks()
names, values = zip(*net.named_parameters())
inner = torch.autograd.grad(mse(dict(zip(names, values)), x1[0], y1[0]), values, create_graph=True)
fast = {n: v - inner_lr * g for n, v, g in zip(names, values, inner)}
outer = mse(fast, x2[0], y2[0])
outer.backward()
print('%.4f' % outer.item(), net.head.weight.grad.norm())

# gradients of every sample
detached = {k: v.detach() for k, v in net.named_parameters()}
per_sample = vmap(grad(mse), in_dims=(None, 0, 0))(detached, x1[0], y1[0])
for name in ('body.0.weight', 'head.bias'):
    print(name, tuple(per_sample[name].shape), '%.4f' % per_sample[name].norm().item())
