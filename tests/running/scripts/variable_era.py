# A script as they were written before PyTorch 0.4, with Variable and .data
from __future__ import print_function

import numpy as np
import torch
import torch.nn as nn
import torch.nn.functional as F
from torch.autograd import Variable

torch.manual_seed(1)
np.random.seed(1)

x = torch.unsqueeze(torch.linspace(-1, 1, 100), dim=1)
y = x.pow(2) + 0.2 * torch.from_numpy(np.random.rand(*x.size())).type(torch.FloatTensor)
x, y = Variable(x), Variable(y)


class Net(torch.nn.Module):
    def __init__(self, n_feature, n_hidden, n_output):
        super(Net, self).__init__()
        self.hidden = torch.nn.Linear(n_feature, n_hidden)
        self.predict = torch.nn.Linear(n_hidden, n_output)

    def forward(self, x):
        x = F.relu(self.hidden(x))
        x = self.predict(x)
        return x


net = Net(n_feature=1, n_hidden=10, n_output=1)
print(net)

optimizer = torch.optim.SGD(net.parameters(), lr=0.2)
loss_func = torch.nn.MSELoss(size_average=True)

for t in range(100):
    prediction = net(x)
    loss = loss_func(prediction, y)
    optimizer.zero_grad()
    loss.backward()
    torch.nn.utils.clip_grad_norm(net.parameters(), 10.0)
    optimizer.step()
    if t % 25 == 0:
        print('Loss=%.4f' % loss.data.numpy())

# classification
n_data = torch.ones(100, 2)
x0 = torch.normal(2 * n_data, 1)
x1 = torch.normal(-2 * n_data, 1)
x = torch.cat((x0, x1), 0).type(torch.FloatTensor)
y = torch.cat((torch.zeros(100), torch.ones(100))).type(torch.LongTensor)
x, y = Variable(x), Variable(y)
net = torch.nn.Sequential(nn.Linear(2, 10), nn.ReLU(), nn.Linear(10, 2))
optimizer = torch.optim.Adam(net.parameters(), lr=0.02, betas=(0.9, 0.99))
for t in range(20):
    out = net(x)
    loss = torch.nn.CrossEntropyLoss()(out, y)
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
for p in net.parameters():
    p.data.add_(-0.1, p.grad.data)
out = net(x)
prediction = torch.max(F.softmax(out, dim=1), 1)[1]
pred_y = prediction.data.numpy().squeeze()
accuracy = sum(pred_y == y.data.numpy()) / 200.
print('Loss=%.4f Accuracy=%.2f' % (loss.data.item(), accuracy))
