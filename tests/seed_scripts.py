"""The two programs of the project's first specification, as written there, for each library."""

PYTORCH_LOOP = """
  model = nn.Sequential(nn.Linear(10, 1))
  optimizer = optim.Adam(model.parameters(), lr=0.01)
  criterion = nn.MSELoss()

  for epoch in range(100):
    optimizer.zero_grad()
    output = model(x)
    loss = criterion(output, y)
    loss.backward()
    optimizer.step()
"""

MINITORCH_LOOP = """
  model = nn.Sequential(nn.Linear(10, 1))
  optimizer = mt.optim.Adam(model.parameters(), lr=0.01)
  criterion = nn.MSELoss()

  for epoch in range(100):
    optimizer.zero_grad()
    output = model(x)
    loss = criterion(output, y)
    loss.backward()
    optimizer.step()
"""

PYTORCH_MODEL = """
  import torch
  import torch.nn as nn
  import torch.optim as optim

  class Net(nn.Module):
    def __init__(self):
      super().__init__()
      self.fc1 = nn.Linear(784, 128)
      self.fc2 = nn.Linear(128, 10)

    def forward(self, x):
      x = torch.relu(self.fc1(x))
      x = self.fc2(x)
      return x

  model = Net()
  optimizer = optim.Adam(model.parameters())
  criterion = nn.CrossEntropyLoss()
"""

MINITORCH_MODEL = """
  import minitorch as mt
  import minitorch.nn as nn

  class Net(nn.Module):
    def __init__(self):
      super().__init__()
      self.fc1 = nn.Linear(784, 128)
      self.fc2 = nn.Linear(128, 10)

    def forward(self, x):
      x = self.fc1(x).relu()  # Note: method call instead of function
      x = self.fc2(x)
      return x

  model = Net()
  optimizer = mt.optim.Adam(model.parameters())
  criterion = nn.CrossEntropyLoss()
"""
