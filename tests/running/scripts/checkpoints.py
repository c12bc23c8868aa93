import os
import tempfile

import torch
import torch.nn as nn

torch.manual_seed(0)
device = torch.device('cuda' if torch.cuda.is_available() else 'cpu')
x, y = torch.randn(64, 6), torch.randn(64, 1)


def build():
    model = nn.Sequential(nn.Linear(6, 12), nn.BatchNorm1d(12), nn.ELU(), nn.Dropout(0.1), nn.Linear(12, 1))
    optimizer = torch.optim.SGD(model.parameters(), lr=0.1, momentum=0.9, nesterov=True)
    scheduler = torch.optim.lr_scheduler.CosineAnnealingLR(optimizer, T_max=8)
    return model.to(device), optimizer, scheduler


def train(model, optimizer, scheduler, start, stop):
    for epoch in range(start, stop):
        optimizer.zero_grad()
        loss = nn.functional.smooth_l1_loss(model(x), y)
        loss.backward()
        optimizer.step()
        scheduler.step()
        print(f'epoch {epoch} loss {loss.item():.6f} lr {scheduler.get_last_lr()[0]:.5f}')


with tempfile.TemporaryDirectory() as folder:
    path = os.path.join(folder, 'checkpoint.pth.tar')
    model, optimizer, scheduler = build()
    train(model, optimizer, scheduler, 0, 4)
    torch.save({
        'epoch': 4,
        'model_state_dict': model.state_dict(),
        'optimizer_state_dict': optimizer.state_dict(),
        'scheduler': scheduler.state_dict(),
        'rng': torch.get_rng_state(),
    }, path)
    train(model, optimizer, scheduler, 4, 6)

    print("=> loading checkpoint")
    model, optimizer, scheduler = build()
    checkpoint = torch.load(path, map_location=device, weights_only=True)
    print(sorted(checkpoint), list(checkpoint['model_state_dict']))
    print(model.load_state_dict(checkpoint['model_state_dict']))
    optimizer.load_state_dict(checkpoint['optimizer_state_dict'])
    scheduler.load_state_dict(checkpoint['scheduler'])
    torch.set_rng_state(checkpoint['rng'])
    train(model, optimizer, scheduler, checkpoint['epoch'], 6)

    torch.save(model, path)
    whole = torch.load(path, weights_only=False).eval()
    print(torch.equal(whole(x), model.eval()(x)))
    try:
        model.load_state_dict({'0.weight': torch.zeros(12, 6)})
    except RuntimeError as e:
        print(e)
