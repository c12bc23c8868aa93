"""Training steps of deeper networks: convolutions with batch norm, a GPT, an LSTM."""

from ..registry import workload
from .training import training_step


@workload(target=1.0)
def conv_batch_norm(torch):
    """Training step: conv-BatchNorm net 32×32, batch 32, SGD with momentum."""
    nn = torch.nn
    x = torch.randn(32, 3, 32, 32)
    y = torch.randint(0, 10, (32,))
    layers = []
    for before, after in ((3, 32), (32, 64), (64, 64)):
        layers += [nn.Conv2d(before, after, 3, padding=1, bias=False), nn.BatchNorm2d(after)]
        layers += [nn.ReLU(), nn.MaxPool2d(2)]
    model = nn.Sequential(*layers, nn.Flatten(), nn.Linear(64 * 4 * 4, 10))
    optimizer = torch.optim.SGD(model.parameters(), lr=0.01, momentum=0.9)
    return training_step(model, nn.CrossEntropyLoss(), optimizer, x, y)


@workload(target=1.0, gpu=2.0)
def gpt(torch):
    """Training step: GPT 4 layers × 128, context 64, batch 12, AdamW."""
    nn = torch.nn
    functional = nn.functional

    class Block(nn.Module):  # type: ignore[name-defined, misc]
        """Attention to what came before, and two layers for each place."""

        def __init__(self, width, heads):
            super().__init__()
            self.heads = heads
            self.norm1, self.norm2 = nn.LayerNorm(width), nn.LayerNorm(width)
            self.qkv, self.out = nn.Linear(width, 3 * width), nn.Linear(width, width)
            self.up, self.down = nn.Linear(width, 4 * width), nn.Linear(4 * width, width)

        def forward(self, x):
            batch, length, width = x.shape
            qkv = self.qkv(self.norm1(x)).view(batch, length, 3, self.heads, width // self.heads)
            q, k, v = qkv.permute(2, 0, 3, 1, 4).unbind(0)
            seen = functional.scaled_dot_product_attention(q, k, v, is_causal=True)
            x = x + self.out(seen.transpose(1, 2).reshape(batch, length, width))
            return x + self.down(functional.gelu(self.up(self.norm2(x))))

    class GPT(nn.Module):  # type: ignore[name-defined, misc]
        def __init__(self, letters, context, width, layers):
            super().__init__()
            self.letter, self.place = nn.Embedding(letters, width), nn.Embedding(context, width)
            self.blocks = nn.Sequential(*[Block(width, 4) for _ in range(layers)])
            self.norm, self.head = nn.LayerNorm(width), nn.Linear(width, letters)

        def forward(self, x):
            x = self.letter(x) + self.place(torch.arange(x.shape[1], device=x.device))
            return self.head(self.norm(self.blocks(x))).flatten(0, 1)

    x, y = torch.randint(0, 65, (12, 64)), torch.randint(0, 65, (12 * 64,))
    model = GPT(65, 64, 128, 4)
    optimizer = torch.optim.AdamW(model.parameters())
    return training_step(model, nn.CrossEntropyLoss(), optimizer, x, y)


@workload(target=1.0)
def lstm(torch):
    """Training step: LSTM 32→64, 32 steps, batch 16, Adam."""
    nn = torch.nn

    class Reader(nn.Module):  # type: ignore[name-defined, misc]
        def __init__(self):
            super().__init__()
            self.lstm, self.head = nn.LSTM(32, 64, batch_first=True), nn.Linear(64, 10)

        def forward(self, x):
            return self.head(self.lstm(x)[0][:, -1])

    x, y = torch.randn(16, 32, 32), torch.randint(0, 10, (16,))
    model = Reader()
    optimizer = torch.optim.Adam(model.parameters())
    return training_step(model, nn.CrossEntropyLoss(), optimizer, x, y)
