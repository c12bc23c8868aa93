import math

import torch
from torch import Tensor, nn

torch.manual_seed(0)


class PositionalEncoding(nn.Module):
    def __init__(self, d_model: int, dropout: float = 0.1, max_len: int = 50):
        super().__init__()
        self.dropout = nn.Dropout(p=dropout)
        position = torch.arange(max_len).unsqueeze(1)
        div_term = torch.exp(torch.arange(0, d_model, 2) * (-math.log(10000.0) / d_model))
        pe = torch.zeros(max_len, 1, d_model)
        pe[:, 0, 0::2] = torch.sin(position * div_term)
        pe[:, 0, 1::2] = torch.cos(position * div_term)
        self.register_buffer('pe', pe)

    def forward(self, x: Tensor) -> Tensor:
        x = x + self.pe[:x.size(0)]
        return self.dropout(x)


class TransformerModel(nn.Module):
    def __init__(self, ntoken, d_model, nhead, d_hid, nlayers, n_classes, dropout=0.1):
        super().__init__()
        self.pos_encoder = PositionalEncoding(d_model, dropout)
        encoder_layers = nn.TransformerEncoderLayer(d_model, nhead, d_hid, dropout)
        self.transformer_encoder = nn.TransformerEncoder(encoder_layers, nlayers, enable_nested_tensor=False)
        self.embedding = nn.Embedding(ntoken, d_model)
        self.d_model = d_model
        self.linear = nn.Linear(d_model, n_classes)
        for p in self.parameters():
            if p.dim() > 1:
                nn.init.xavier_uniform_(p)

    def forward(self, src: Tensor, mask: Tensor) -> Tensor:
        src = self.embedding(src) * math.sqrt(self.d_model)
        src = self.pos_encoder(src)
        output = self.transformer_encoder(src, src_key_padding_mask=mask)
        return self.linear(output.mean(dim=0))


device = 'cuda' if torch.cuda.is_available() else 'cpu'
ntokens, length = 12, 10
# Does a 1 come before the first 2?
src = torch.randint(1, ntokens, (length, 96))
first = [(src == token).int().cumsum(0).eq(0).sum(0) for token in (1, 2)]
labels = (first[0] < first[1]).long()
mask = torch.zeros(96, length, dtype=torch.bool)
mask[::3, -2:] = True

model = TransformerModel(ntokens, 16, 4, 32, 2, 2).to(device)
print(sum(p.numel() for p in model.parameters() if p.requires_grad))
criterion = nn.CrossEntropyLoss(label_smoothing=0.1)
optimizer = torch.optim.AdamW(model.parameters(), lr=2e-3)
scheduler = torch.optim.lr_scheduler.OneCycleLR(optimizer, max_lr=5e-3, total_steps=12)
for epoch in range(4):
    model.train()
    for i in range(0, 96, 32):
        logits = model(src[:, i:i + 32].to(device), mask[i:i + 32])
        loss = criterion(logits, labels[i:i + 32].to(device))
        optimizer.zero_grad()
        loss.backward()
        torch.nn.utils.clip_grad_norm_(model.parameters(), 0.5)
        optimizer.step()
        scheduler.step()
    print(f'epoch {epoch}: lr {scheduler.get_last_lr()[0]:.6f} loss {loss.item():.5f}')
model.eval()
with torch.inference_mode():
    print('accuracy', (model(src, mask).argmax(-1) == labels).float().mean().item())
