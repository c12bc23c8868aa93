import torch
from torch import nn
from torch.utils.data import DataLoader, Dataset, Subset, random_split

device = torch.device('cuda' if torch.cuda.is_available() else 'cpu')
torch.backends.cudnn.deterministic = True


class SpiralDataset(Dataset):
    """Points on two spirals, with their class."""

    def __init__(self, n, transform=None):
        t = torch.sqrt(torch.linspace(0, 1, n)) * 9
        self.points = torch.stack([t * torch.cos(t), t * torch.sin(t)], dim=1) / 9
        self.transform = transform

    def __len__(self):
        return 2 * len(self.points)

    def __getitem__(self, idx):
        if torch.is_tensor(idx):
            idx = idx.tolist()
        sign = 1 if idx % 2 else -1
        sample = {'point': self.points[idx // 2] * sign, 'label': idx % 2}
        if self.transform:
            sample = self.transform(sample)
        return sample


class Scale:
    def __init__(self, factor):
        self.factor = factor

    def __call__(self, sample):
        return {**sample, 'point': sample['point'] * self.factor}


def main():
    torch.manual_seed(42)
    dataset = SpiralDataset(100, transform=Scale(2.0))
    train_set, valid_set = random_split(dataset, [160, 40], generator=torch.Generator().manual_seed(7))
    train_loader = DataLoader(train_set, batch_size=32, shuffle=True, num_workers=2, drop_last=True)
    valid_loader = DataLoader(valid_set, batch_size=40)
    print(len(train_loader), len(valid_loader), dataset[torch.tensor(3)]['label'])

    model = nn.Sequential(nn.Linear(2, 32), nn.Tanh(), nn.Linear(32, 32), nn.Tanh(), nn.Linear(32, 1)).to(device)
    criterion = nn.BCEWithLogitsLoss()
    optimizer = torch.optim.AdamW(model.parameters(), lr=1e-2, weight_decay=1e-3)
    for epoch in range(3):
        running_loss = 0.0
        model.train()
        for i, batch in enumerate(train_loader):
            points = batch['point'].to(device, non_blocking=True)
            labels = batch['label'].float().to(device)
            optimizer.zero_grad(set_to_none=True)
            loss = criterion(model(points).squeeze(1), labels)
            loss.backward()
            optimizer.step()
            running_loss += loss.item() * points.size(0)
        model.eval()
        with torch.no_grad():
            batch = next(iter(valid_loader))
            logits = model(batch['point']).squeeze(1)
            accuracy = ((logits > 0).long() == batch['label']).float().mean()
        print(f'epoch {epoch + 1}: loss {running_loss / 160:.5f}, accuracy {accuracy:.3f}')
    first = next(iter(DataLoader(Subset(dataset, range(4)), batch_size=None)))
    print(first['point'], first['label'])


if __name__ == '__main__':
    main()
