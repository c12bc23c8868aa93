from __future__ import print_function

import argparse
import random

import torch
import torch.nn as nn
import torch.nn.functional as F
import torch.optim as optim
import torchvision
from torch.optim.lr_scheduler import StepLR
from torch.utils.data import Dataset
from torchvision import transforms


class SiameseNetwork(nn.Module):
    """The two branches share a ResNet without its last layer; the pair is scored by two linear layers."""

    def __init__(self):
        super(SiameseNetwork, self).__init__()
        self.resnet = torchvision.models.resnet18(weights=None)
        # over-write the first conv layer to be able to read images with one channel
        self.resnet.conv1 = nn.Conv2d(1, 64, kernel_size=(7, 7), stride=(2, 2), padding=(3, 3), bias=False)
        self.fc_in_features = self.resnet.fc.in_features
        # remove the last layer of resnet18 (linear layer which is before avgpool layer)
        self.resnet = torch.nn.Sequential(*(list(self.resnet.children())[:-1]))
        self.fc = nn.Sequential(
            nn.Linear(self.fc_in_features * 2, 64),
            nn.ReLU(inplace=True),
            nn.Linear(64, 1),
        )
        self.sigmoid = nn.Sigmoid()
        self.fc.apply(self.init_weights)

    def init_weights(self, m):
        if isinstance(m, nn.Linear):
            torch.nn.init.xavier_uniform_(m.weight)
            m.bias.data.fill_(0.01)

    def forward_once(self, x):
        output = self.resnet(x)
        output = output.view(output.size()[0], -1)
        return output

    def forward(self, input1, input2):
        output1 = self.forward_once(input1)
        output2 = self.forward_once(input2)
        output = torch.cat((output1, output2), 1)
        return self.sigmoid(self.fc(output))


class PairMatcher(Dataset):
    def __init__(self, size):
        super(PairMatcher, self).__init__()
        self.dataset = torchvision.datasets.FakeData(
            size, (1, 28, 28), 4, transform=transforms.Compose([transforms.Grayscale(), transforms.ToTensor()]))
        self.targets = torch.tensor([self.dataset[i][1] for i in range(size)])
        self.grouped = {i: torch.where(self.targets == i)[0].tolist() for i in range(4)}

    def __len__(self):
        return len(self.dataset)

    def __getitem__(self, index):
        first, label = self.dataset[index]
        same = index % 2 == 0
        label = label if same else random.choice([i for i in range(4) if i != label and self.grouped[i]])
        second, _ = self.dataset[random.choice(self.grouped[label])]
        return first, second, torch.tensor(float(same))


def train(args, model, device, train_loader, optimizer, epoch):
    model.train()
    criterion = nn.BCELoss()
    for batch_idx, (images_1, images_2, targets) in enumerate(train_loader):
        images_1, images_2, targets = images_1.to(device), images_2.to(device), targets.to(device)
        optimizer.zero_grad()
        outputs = model(images_1, images_2).squeeze()
        loss = criterion(outputs, targets)
        loss.backward()
        optimizer.step()
        if batch_idx % args.log_interval == 0:
            print('Train Epoch: {} [{}/{} ({:.0f}%)]\tLoss: {:.3f}'.format(
                epoch, batch_idx * len(images_1), len(train_loader.dataset),
                100. * batch_idx / len(train_loader), loss.item()))


def main():
    parser = argparse.ArgumentParser(description='PyTorch Siamese network Example')
    parser.add_argument('--batch-size', type=int, default=4, metavar='N')
    parser.add_argument('--epochs', type=int, default=1, metavar='N')
    parser.add_argument('--lr', type=float, default=0.05, metavar='LR')
    parser.add_argument('--gamma', type=float, default=0.7, metavar='M')
    parser.add_argument('--no-accel', action='store_true', help='disables accelerator')
    parser.add_argument('--seed', type=int, default=1, metavar='S')
    parser.add_argument('--log-interval', type=int, default=1, metavar='N')
    args = parser.parse_args()
    torch.manual_seed(args.seed)
    torch.set_default_dtype(torch.float64)
    random.seed(args.seed)
    if torch.accelerator.is_available() and not args.no_accel:
        device = torch.accelerator.current_accelerator()
    else:
        device = torch.device("cpu")

    train_loader = torch.utils.data.DataLoader(PairMatcher(12), batch_size=args.batch_size, shuffle=True)
    model = SiameseNetwork().to(device)
    optimizer = optim.Adadelta(model.parameters(), lr=args.lr)
    scheduler = StepLR(optimizer, step_size=1, gamma=args.gamma)
    for epoch in range(1, args.epochs + 1):
        train(args, model, device, train_loader, optimizer, epoch)
        scheduler.step()
    print(scheduler.get_last_lr())
    model.eval()
    with torch.no_grad():
        a, b, same = next(iter(torch.utils.data.DataLoader(PairMatcher(4), batch_size=4)))
        print(same, F.binary_cross_entropy(model(a, b).squeeze(), same) > 0)


if __name__ == '__main__':
    main()
