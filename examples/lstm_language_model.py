"""An LSTM learns which word comes next in the text that Python's own help carries.

The text runs past the network in order; its state is carried from piece to piece, cut off from the
graph each time (truncated backpropagation through time).

    pip install "minitorch-learn[demo]"
    python examples/lstm_language_model.py --epochs 10 --save lstm.pt
"""

from __future__ import annotations

import argparse
import math
import re
from collections import Counter
from pydoc_data.topics import topics

import minitorch as mt
import minitorch.nn as nn
import minitorch.nn.functional as F
from minitorch.live import Live


class WordLSTM(nn.Module):
    """Words go in, an LSTM reads them in order, and scores for the next word come out."""

    def __init__(self, words, width):
        super().__init__()
        self.embedding = nn.Embedding(words, width)
        self.lstm = nn.LSTM(width, width)
        self.dropout = nn.Dropout(0.2)
        self.decoder = nn.Linear(width, words)
        self.decoder.weight = self.embedding.weight  # one vector for a word, read and written
        nn.init.uniform_(self.embedding.weight, -0.1, 0.1)
        nn.init.zeros_(self.decoder.bias)

    def forward(self, x, state=None):
        output, state = self.lstm(self.dropout(self.embedding(x)), state)
        return self.decoder(self.dropout(output)), state


def read_words(vocabulary):
    """Returns the words of the text, the rare ones as <unk>, and the list of known words."""
    text = " ".join(topics[name] for name in sorted(topics)).lower()
    words = re.findall(r"[a-z]+|[.,:;()=]", text)
    known = ["<unk>"] + [word for word, _ in Counter(words).most_common(vocabulary - 1)]
    number = {word: i for i, word in enumerate(known)}
    return mt.tensor([number.get(word, 0) for word in words]), known


def in_columns(data, columns):
    """Returns the text (length, columns): each column is a part of it, read downwards."""
    length = len(data) // columns
    return data[: length * columns].view(columns, length).t().contiguous()


def pieces(data, length):
    """Yields (words, the words that follow), ``length`` rows at a time."""
    for start in range(0, len(data) - 1, length):
        end = min(start + length, len(data) - 1)
        yield data[start:end], data[start + 1 : end + 1]


@mt.no_grad()
def evaluate(model, data, length):
    """Returns the mean loss per word on text it has not learnt from."""
    model.eval()
    total, state = 0.0, None
    for x, y in pieces(data, length):
        output, state = model(x, state)
        total += F.cross_entropy(output.flatten(0, 1), y.flatten()).item() * len(x)
    return total / (len(data) - 1)


@mt.no_grad()
def write(model, words, count, device):
    """Returns ``count`` words, each drawn from the scores that those before it gave."""
    model.eval()
    x, state, written = mt.tensor([[words.index("the")]], device=device), None, ["the"]
    for _ in range(count):
        output, state = model(x, state)
        chances = F.softmax(output[-1, 0] / 0.7, dim=0)
        chances[0] = 0  # it is not to write <unk>
        x = mt.multinomial(chances, 1).unsqueeze(0)
        written.append(words[x.item()])
    return " ".join(written)


def main() -> None:
    """Trains on nine tenths of the text, and tests on the last tenth after every epoch."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--epochs", type=int, default=5, help="rounds over the text (default 5)")
    parser.add_argument("--batch-size", type=int, default=32, help="columns of text (default 32)")
    parser.add_argument("--length", type=int, default=20, help="words per step (default 20)")
    parser.add_argument("--vocabulary", type=int, default=1000, help="words known (default 1000)")
    parser.add_argument("--width", type=int, default=96, help="numbers per word (default 96)")
    parser.add_argument("--words", type=int, help="learn from this many words (default all)")
    parser.add_argument("--seed", type=int, default=0, help="of the random numbers (default 0)")
    parser.add_argument("--device", default="cpu", help="cpu or cuda (default cpu)")
    parser.add_argument("--save", metavar="FILE", help="write a checkpoint after every epoch")
    parser.add_argument("--resume", metavar="FILE", help="go on from this checkpoint")
    args = parser.parse_args()
    if min(args.epochs, args.batch_size, args.length, args.vocabulary, args.width) < 1:
        parser.error("numbers must be above 0")

    mt.manual_seed(args.seed)
    data, words = read_words(args.vocabulary)
    data = data[: args.words].to(args.device)
    cut = len(data) * 9 // 10
    training, held_out = in_columns(data[:cut], args.batch_size), in_columns(data[cut:], 10)
    print(f"{len(data):,} words of text, {len(words)} different ones")

    model = WordLSTM(len(words), args.width).to(args.device)
    optimizer = mt.optim.Adam(model.parameters(), lr=0.005)
    first = 1
    if args.resume:
        checkpoint = mt.load(args.resume, map_location=args.device)
        model.load_state_dict(checkpoint["model"])
        optimizer.load_state_dict(checkpoint["optimizer"])
        mt.set_rng_state(checkpoint["rng"].cpu())
        first = checkpoint["epoch"] + 1

    view = Live()
    for epoch in range(first, args.epochs + 1):
        model.train()
        state, losses = None, []
        for x, y in view(list(pieces(training, args.length)), f"epoch {epoch}"):
            if state is not None:
                state = tuple(part.detach() for part in state)
            optimizer.zero_grad()
            output, state = model(x, state)
            loss = F.cross_entropy(output.flatten(0, 1), y.flatten())
            loss.backward()
            nn.utils.clip_grad_norm_(model.parameters(), 0.5)
            optimizer.step()
            losses.append(loss.item())
            view.log(loss=losses[-1])
        loss, test = sum(losses) / len(losses), evaluate(model, held_out, args.length)
        perplexity = math.exp(test)
        print(f"epoch {epoch}  loss {loss:.4f}  held out: {test:.4f}, perplexity {perplexity:.1f}")
        if args.save:
            state = {
                "epoch": epoch,
                "model": model.state_dict(),
                "optimizer": optimizer.state_dict(),
                "rng": mt.get_rng_state(),
            }
            mt.save(state, args.save)
    print("It writes:", write(model, words, 60, args.device), sep="\n")


if __name__ == "__main__":
    main()
