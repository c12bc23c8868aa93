"""REINFORCE: a network learns to balance a pole on a cart by trying, without being told how.

Williams (1992): play, then make each action the more likely, the more reward came after it.

    pip install "minitorch-learn[demo]"
    python examples/reinforce.py --epochs 60 --save policy.pt
"""

from __future__ import annotations

import argparse
import math

import minitorch as mt
import minitorch.nn as nn
import minitorch.nn.functional as F
from minitorch.live import Live


class CartPole:
    """A pole on a cart, pushed left (0) or right (1) at each step (Barto and others, 1983)."""

    limit = 200  # steps, after which the game is won

    def reset(self):
        """Begins a game, with the pole nearly upright; returns the state: four numbers."""
        self.state = ((mt.rand(4) - 0.5) / 10).tolist()
        self.steps = 0
        return self.state

    def step(self, action):
        """Moves on by a fiftieth of a second; returns the state, and whether the game is over."""
        x, v, angle, turn = self.state
        force = 10.0 if action == 1 else -10.0
        sin, cos = math.sin(angle), math.cos(angle)
        push = (force + 0.05 * turn**2 * sin) / 1.1  # 1 kg of cart, 0.1 kg and 1 m of pole
        turning = (9.8 * sin - cos * push) / (0.5 * (4 / 3 - 0.1 * cos**2 / 1.1))
        moving = push - 0.05 * turning * cos / 1.1
        self.state = [x + v / 50, v + moving / 50, angle + turn / 50, turn + turning / 50]
        self.steps += 1
        fell = abs(self.state[0]) > 2.4 or abs(self.state[2]) > 0.21  # metres; 12 degrees
        return self.state, fell or self.steps == self.limit


@mt.no_grad()
def play(policy, game, device):
    """Plays one game; returns its states and actions."""
    states, actions = [], []
    state, over = game.reset(), False
    while not over:
        chances = F.softmax(policy(mt.tensor(state, device=device)), dim=0)
        action = mt.multinomial(chances, 1).item()
        states.append(state)
        actions.append(action)
        state, over = game.step(action)
    return states, actions


def rewards_to_come(steps, gamma=0.98):
    """Returns, for each step of a game, the later rewards: 1 per step, less the farther away."""
    total, rewards = 0.0, []
    for _ in range(steps):
        total = 1 + gamma * total
        rewards.append(total)
    return rewards[::-1]


def main() -> None:
    """Plays some games, learns from them, and begins again."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--epochs", type=int, default=40, help="rounds of games (default 40)")
    parser.add_argument("--games", type=int, default=10, help="per round (default 10)")
    parser.add_argument("--lr", type=float, default=0.01, help="learning rate (default 0.01)")
    parser.add_argument("--seed", type=int, default=0, help="of the random numbers (default 0)")
    parser.add_argument("--device", default="cpu", help="cpu or cuda (default cpu)")
    parser.add_argument("--save", metavar="FILE", help="write a checkpoint after every round")
    parser.add_argument("--resume", metavar="FILE", help="go on from this checkpoint")
    args = parser.parse_args()
    if args.epochs < 1 or args.games < 1:
        parser.error("--epochs and --games must be above 0")

    mt.manual_seed(args.seed)
    game = CartPole()
    policy = nn.Sequential(nn.Linear(4, 32), nn.Tanh(), nn.Linear(32, 2)).to(args.device)
    optimizer = mt.optim.Adam(policy.parameters(), lr=args.lr)
    first = 1
    if args.resume:
        checkpoint = mt.load(args.resume, map_location=args.device)
        policy.load_state_dict(checkpoint["policy"])
        optimizer.load_state_dict(checkpoint["optimizer"])
        mt.set_rng_state(checkpoint["rng"].cpu())
        first = checkpoint["epoch"] + 1

    view = Live()
    for epoch in view(range(first, args.epochs + 1), "rounds"):
        states, actions, rewards = [], [], []
        for _ in range(args.games):
            game_states, game_actions = play(policy, game, args.device)
            states += game_states
            actions += game_actions
            rewards += rewards_to_come(len(game_states))
        x = mt.tensor(states, device=args.device)
        y = mt.tensor(actions, device=args.device)
        reward = mt.tensor(rewards, device=args.device)
        reward = (reward - reward.mean()) / (reward.std() + 1e-6)  # better or worse than usual

        optimizer.zero_grad()
        log_chances = F.log_softmax(policy(x), dim=1).gather(1, y.unsqueeze(1)).squeeze(1)
        loss = -(log_chances * reward).mean()
        loss.backward()
        optimizer.step()

        length = len(states) / args.games
        view.log(steps=length)
        if epoch % 5 == 0 or epoch in (1, args.epochs):
            view.write(f"round {epoch:3}  loss {loss.item():7.4f}  steps of a game {length:6.1f}")
        if args.save:
            state = {
                "epoch": epoch,
                "policy": policy.state_dict(),
                "optimizer": optimizer.state_dict(),
                "rng": mt.get_rng_state(),
            }
            mt.save(state, args.save)


if __name__ == "__main__":
    main()
