"""An embedding bag tells good reviews from bad ones, and shows which words it goes by.

The reviews are put together from the phrases below. The network sees a review as a bag of words: it
takes the mean of their vectors, whatever their order.

    pip install "minitorch-learn[demo]"
    python examples/sentiment.py --epochs 20 --save words.pt
"""

from __future__ import annotations

import argparse

import minitorch as mt
import minitorch.nn as nn
import minitorch.nn.functional as F
from minitorch.live import Live
from minitorch.utils.data import DataLoader, random_split

OPENINGS = (
    "I saw it last night and|my sister lent me the book and|we went there twice and|honestly|"
    "after a long week|to my surprise|as a fan of the first part I must say|it was raining and"
).split("|")
SUBJECTS = (
    "the story was|the food was|the music was|the acting felt|the whole evening was|"
    "the service seemed|the ending was|every single page was"
).split("|")
GOOD = (
    "wonderful|a real delight|charming and clever|warm and funny|superb from start to finish|"
    "better than I had hoped|so good that I smiled all day|fresh and full of life"
).split("|")
BAD = (
    "dreadful|a complete waste of time|dull and clumsy|cold and boring|awful from start to finish|"
    "worse than I had feared|so bad that I left early|stale and without any life"
).split("|")
CLOSINGS = (
    "and I told everyone|so now you know|and that is all|said my friend|if you ask me|"
    "and we talked about it for hours|and I paid for two|which says it all"
).split("|")


def make_reviews(count):
    """Returns sentences, and for each 1 if it is good and 0 if it is bad."""
    labels = mt.randint(2, (count,)).tolist()
    choices = mt.randint(8, (count, 4)).tolist()
    reviews = []
    for label, (i, j, k, m) in zip(labels, choices, strict=True):
        verdict = (GOOD if label == 1 else BAD)[k]
        reviews.append((f"{OPENINGS[i]} {SUBJECTS[j]} {verdict} {CLOSINGS[m]}", label))
    return reviews


class Sentiment(nn.Module):
    """The mean of the words' vectors, and a line between good and bad."""

    def __init__(self, words, width):
        super().__init__()
        self.bag = nn.EmbeddingBag(words, width, mode="mean")
        self.linear = nn.Linear(width, 1)

    def forward(self, words, offsets):
        return self.linear(self.bag(words, offsets)).squeeze(1)  # above 0: good


def main() -> None:
    """Trains on three quarters of the reviews, and tests on the others."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--epochs", type=int, default=10, help="rounds over the data (default 10)")
    parser.add_argument("--reviews", type=int, default=800, help="to make (default 800)")
    parser.add_argument("--batch-size", type=int, default=16, help="reviews a step (default 16)")
    parser.add_argument("--seed", type=int, default=0, help="of the random numbers (default 0)")
    parser.add_argument("--device", default="cpu", help="cpu or cuda (default cpu)")
    parser.add_argument("--save", metavar="FILE", help="write a checkpoint after every epoch")
    parser.add_argument("--resume", metavar="FILE", help="go on from this checkpoint")
    args = parser.parse_args()
    if args.epochs < 1 or args.reviews < 4 or args.batch_size < 1:
        parser.error("--epochs and --batch-size must be above 0, --reviews above 3")

    mt.manual_seed(args.seed)
    reviews = make_reviews(args.reviews)
    vocabulary = sorted({word for review, _ in reviews for word in review.split()})
    number = {word: i for i, word in enumerate(vocabulary)}

    def collate(batch):
        """Lays the words of all reviews end to end, and notes where each review begins."""
        words, offsets, labels = [], [], []
        for review, label in batch:
            offsets.append(len(words))
            words += [number[word] for word in review.split()]
            labels.append(float(label))
        return [mt.tensor(part, device=args.device) for part in (words, offsets, labels)]

    training, held_out = random_split(reviews, [0.75, 0.25])
    loader = DataLoader(training, batch_size=args.batch_size, shuffle=True, collate_fn=collate)
    test_words, test_offsets, test_labels = collate(held_out)

    model = Sentiment(len(vocabulary), 16).to(args.device)
    optimizer = mt.optim.Adam(model.parameters(), lr=0.005)
    first = 1
    if args.resume:
        checkpoint = mt.load(args.resume, map_location=args.device)
        model.load_state_dict(checkpoint["model"])
        optimizer.load_state_dict(checkpoint["optimizer"])
        mt.set_rng_state(checkpoint["rng"].cpu())
        first = checkpoint["epoch"] + 1

    view = Live()
    for epoch in view(range(first, args.epochs + 1), "epochs"):
        total = 0.0
        for words, offsets, labels in loader:
            optimizer.zero_grad()
            loss = F.binary_cross_entropy_with_logits(model(words, offsets), labels)
            loss.backward()
            optimizer.step()
            total += loss.item() * len(labels)
        with mt.no_grad():
            right = (model(test_words, test_offsets) > 0) == (test_labels == 1)
        accuracy = right.float().mean().item()
        view.log(loss=total / len(training), accuracy=accuracy)
        view.write(
            f"epoch {epoch:2}  loss {total / len(training):.4f}  held-out accuracy {accuracy:.1%}"
        )
        if args.save:
            state = {
                "epoch": epoch,
                "model": model.state_dict(),
                "optimizer": optimizer.state_dict(),
                "rng": mt.get_rng_state(),
            }
            mt.save(state, args.save)

    with mt.no_grad():  # each word as a review of its own
        every = mt.arange(len(vocabulary), device=args.device)
        order = model(every, every).argsort().tolist()
    print("The best words: ", ", ".join(vocabulary[i] for i in order[:-6:-1]))
    print("The worst words:", ", ".join(vocabulary[i] for i in order[:5]))


if __name__ == "__main__":
    main()
