import argparse
from collections import namedtuple

import torch
import torch.nn as nn
import torch.nn.functional as F
import torch.optim as optim
from torch.distributions import Categorical, Normal, kl_divergence

parser = argparse.ArgumentParser(description='PyTorch actor-critic example')
parser.add_argument('--gamma', type=float, default=0.99, metavar='G')
parser.add_argument('--seed', type=int, default=5, metavar='N')
args = parser.parse_args()

SavedAction = namedtuple('SavedAction', ['log_prob', 'value'])
torch.manual_seed(args.seed)


class Policy(nn.Module):
    """implements both actor and critic in one model"""

    def __init__(self):
        super(Policy, self).__init__()
        self.affine1 = nn.Linear(3, 16)
        self.action_head = nn.Linear(16, 2)
        self.value_head = nn.Linear(16, 1)
        self.saved_actions = []
        self.rewards = []

    def forward(self, x):
        x = F.relu(self.affine1(x))
        action_prob = F.softmax(self.action_head(x), dim=-1)
        state_values = self.value_head(x)
        return action_prob, state_values


model = Policy()
optimizer = optim.Adam(model.parameters(), lr=3e-2)


def select_action(state):
    probs, state_value = model(state)
    m = Categorical(probs)
    action = m.sample()
    model.saved_actions.append(SavedAction(m.log_prob(action), state_value))
    return action.item(), m.entropy()


for i_episode in range(1, 6):
    state = torch.tensor([0.0, 0.0, 1.0])
    for t in range(10):
        action, entropy = select_action(state)
        state = state.clone()
        state[action] += 0.2
        model.rewards.append(float(action))
    R = 0
    returns = []
    for r in model.rewards[::-1]:
        R = r + args.gamma * R
        returns.insert(0, R)
    returns = torch.tensor(returns)
    returns = (returns - returns.mean()) / (returns.std() + 1e-6)
    policy_losses = []
    value_losses = []
    for (log_prob, value), R in zip(model.saved_actions, returns):
        advantage = R - value.item()
        policy_losses.append(-log_prob * advantage)
        value_losses.append(F.smooth_l1_loss(value, torch.tensor([R])))
    optimizer.zero_grad()
    loss = torch.stack(policy_losses).sum() + torch.stack(value_losses).sum()
    loss.backward()
    optimizer.step()
    print('Episode {}\tReward: {:.0f}\tEntropy: {:.4f}\tLoss: {:.3f}'.format(
        i_episode, sum(model.rewards), entropy.item(), loss.item()))
    del model.rewards[:]
    del model.saved_actions[:]

q = Normal(torch.zeros(3, requires_grad=True), torch.ones(3))
print(q.rsample().requires_grad, kl_divergence(q, Normal(0.5, 2.0)))
print(q.log_prob(torch.tensor([0.0, 1.0, 2.0])), Categorical(logits=torch.zeros(4)))
