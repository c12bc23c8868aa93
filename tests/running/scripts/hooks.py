import torch
import torch.nn as nn
import torch.nn.functional as F

torch.manual_seed(5)


class Block(nn.Module):
    def __init__(self, channels):
        super().__init__()
        self.conv = nn.Conv2d(channels, channels, 3, padding=1, bias=False)
        self.bn = nn.BatchNorm2d(channels)
        self.register_buffer('calls', torch.tensor(0))

    def forward(self, x):
        self.calls += 1
        return F.gelu(self.bn(self.conv(x))) + x


model = nn.Sequential(nn.Conv2d(3, 8, 3), Block(8), Block(8), nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(8, 5))

activation = {}
gradients = {}


def get_activation(name):
    def hook(model, input, output):
        activation[name] = output.detach()
    return hook


handles = []
for name, module in model.named_modules():
    if isinstance(module, Block):
        handles.append(module.register_forward_hook(get_activation(name)))
        handles.append(module.register_full_backward_hook(
            lambda m, gi, go, name=name: gradients.__setitem__(name, go[0].norm().item())))

x = torch.randn(4, 3, 10, 10, requires_grad=True)
x.register_hook(lambda grad: grad * 10)
score = model(x)[:, 2].sum()
score.backward()
for name in activation:
    print(name, tuple(activation[name].shape), '%.5f' % activation[name].mean().item(), '%.5f' % gradients[name])
for handle in handles:
    handle.remove()
saliency, _ = torch.max(x.grad.data.abs(), dim=1)
print(saliency.shape, '%.5f' % saliency.max().item())
print(model[1].calls, [n for n, _ in model.named_buffers()][:4])

# Class activation map: gradients weigh the channels of the last block.
features = model[:3](x.detach())
features.retain_grad()
model[3:](features)[:, 0].sum().backward()
weights = features.grad.mean(dim=(2, 3), keepdim=True)
cam = F.relu((weights * features).sum(dim=1))
cam = F.interpolate(cam.unsqueeze(1), size=(10, 10), mode='bilinear', align_corners=False)
print(cam.shape, '%.5f' % cam.sum().item())

# Gradient accumulation and clipping
optimizer = torch.optim.RMSprop([
    {'params': model[0].parameters()},
    {'params': model[5].parameters(), 'lr': 1e-2},
], lr=1e-3, alpha=0.9)
targets = torch.tensor([0, 1, 2, 3])
for step in range(4):
    loss = F.cross_entropy(model(x), targets) / 2
    loss.backward()
    if step % 2:
        norm = nn.utils.clip_grad_norm_(model.parameters(), max_norm=1.0)
        optimizer.step()
        optimizer.zero_grad()
        print('step %d loss %.5f norm %.4f' % (step, loss.item() * 2, norm))
