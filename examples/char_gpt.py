"""A small GPT learns to write, letter by letter, from the text that Python's own help carries.

``help("assignment")`` and its like are about 460,000 letters of English and grammar rules, so there
is nothing to download. After some hundred steps the samples have words and lines in them.

    pip install "minitorch-learn[demo]"
    python examples/char_gpt.py --epochs 20 --save gpt.pt
"""

from __future__ import annotations

import argparse
from pydoc_data.topics import topics

import minitorch as mt
import minitorch.nn as nn
import minitorch.nn.functional as F
from minitorch.live import Live


class Block(nn.Module):
    """Attention mixes the places of the text, then an MLP works on each place by itself."""

    def __init__(self, width, heads):
        super().__init__()
        self.heads = heads
        self.norm1 = nn.LayerNorm(width)
        self.qkv = nn.Linear(width, 3 * width)
        self.out = nn.Linear(width, width)
        self.norm2 = nn.LayerNorm(width)
        self.mlp = nn.Sequential(
            nn.Linear(width, 4 * width), nn.GELU(), nn.Linear(4 * width, width)
        )

    def forward(self, x):
        n, length, width = x.shape
        qkv = self.qkv(self.norm1(x)).view(n, length, 3, self.heads, width // self.heads)
        q, k, v = qkv.permute(2, 0, 3, 1, 4)  # each (N, heads, length, width of a head)
        # No place may look at the letters after it: those it is to predict.
        y = F.scaled_dot_product_attention(q, k, v, is_causal=True)
        x = x + self.out(y.transpose(1, 2).reshape(n, length, width))
        return x + self.mlp(self.norm2(x))


class GPT(nn.Module):
    """Turns letters (N, length) into scores (N, length, letters) for the letter that is next."""

    def __init__(self, letters, context, width, heads, layers):
        super().__init__()
        self.context = context
        self.letter = nn.Embedding(letters, width)
        self.place = nn.Embedding(context, width)
        self.blocks = nn.Sequential(*[Block(width, heads) for _ in range(layers)])
        self.norm = nn.LayerNorm(width)
        self.head = nn.Linear(width, letters)

    def forward(self, x):
        places = mt.arange(x.shape[1], device=x.device)
        return self.head(self.norm(self.blocks(self.letter(x) + self.place(places))))

    @mt.no_grad()
    def write(self, x, count):
        """Adds ``count`` letters to the text ``x`` (1, length), one after the other."""
        for _ in range(count):
            scores = self(x[:, -self.context :])[:, -1]
            chosen = mt.multinomial(F.softmax(scores / 0.8, dim=-1), 1)
            x = mt.cat([x, chosen], dim=1)
        return x


def batch(data, size, context):
    """Returns pieces (size, context) of the text, and for each letter the one that follows."""
    starts = mt.randint(len(data) - context, (size, 1))
    pieces = data[(starts + mt.arange(context + 1)).to(data.device)]
    return pieces[:, :-1], pieces[:, 1:]


def main() -> None:
    """Trains, and writes a sample of what it has learnt."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--epochs", type=int, default=6, help="rounds of steps (default 6)")
    parser.add_argument("--steps", type=int, default=100, help="steps of a round (default 100)")
    parser.add_argument("--batch-size", type=int, default=16, help="pieces per step (default 16)")
    parser.add_argument("--context", type=int, default=64, help="letters it sees (default 64)")
    parser.add_argument("--width", type=int, default=64, help="numbers per place (default 64)")
    parser.add_argument("--lr", type=float, default=0.003, help="learning rate (default 0.003)")
    parser.add_argument("--seed", type=int, default=0, help="of the random numbers (default 0)")
    parser.add_argument("--device", default="cpu", help="cpu or cuda (default cpu)")
    parser.add_argument("--save", metavar="FILE", help="write a checkpoint after every round")
    parser.add_argument("--resume", metavar="FILE", help="go on from this checkpoint")
    args = parser.parse_args()
    if min(args.epochs, args.steps, args.batch_size, args.context) < 1 or args.width % 4:
        parser.error("numbers must be above 0, and --width a multiple of 4")

    mt.manual_seed(args.seed)
    text = "\n\n".join(topics[name] for name in sorted(topics))
    letters = sorted(set(text))
    number = {letter: i for i, letter in enumerate(letters)}
    data = mt.tensor([number[letter] for letter in text], device=args.device)
    print(f"{len(data):,} letters of text, {len(letters)} different ones")

    model = GPT(len(letters), args.context, args.width, heads=4, layers=2).to(args.device)
    optimizer = mt.optim.AdamW(model.parameters(), lr=args.lr)
    first = 1
    if args.resume:
        checkpoint = mt.load(args.resume, map_location=args.device)
        model.load_state_dict(checkpoint["model"])
        optimizer.load_state_dict(checkpoint["optimizer"])
        mt.set_rng_state(checkpoint["rng"].cpu())
        first = checkpoint["epoch"] + 1

    view = Live()
    for epoch in range(first, args.epochs + 1):
        total = 0.0
        for _ in view(range(args.steps), f"round {epoch}"):
            x, y = batch(data, args.batch_size, args.context)
            optimizer.zero_grad()
            loss = F.cross_entropy(model(x).flatten(0, 1), y.flatten())
            loss.backward()
            nn.utils.clip_grad_norm_(model.parameters(), 1.0)
            optimizer.step()
            total += loss.item()
            view.log(loss=loss.item())
        print(f"round {epoch}  loss {total / args.steps:.4f}")
        if args.save:
            state = {
                "epoch": epoch,
                "model": model.state_dict(),
                "optimizer": optimizer.state_dict(),
                "rng": mt.get_rng_state(),
            }
            mt.save(state, args.save)

    start = mt.tensor([[number["T"], number["h"], number["e"]]], device=args.device)
    written = model.write(start, 200)[0].tolist()
    print("It writes:", "".join(letters[i] for i in written), sep="\n")


if __name__ == "__main__":
    main()
