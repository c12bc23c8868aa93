# A training script of today: autocast and GradScaler behind a flag, warmup, averaging, accumulation
import argparse
import contextlib
import math
import time

import torch
import torch.nn as nn
from torch.amp import GradScaler, autocast
from torch.optim.lr_scheduler import CosineAnnealingLR, LinearLR, SequentialLR
from torch.optim.swa_utils import AveragedModel, get_ema_multi_avg_fn
from torch.utils.data import DataLoader, TensorDataset, random_split

p = argparse.ArgumentParser()
p.add_argument("--epochs", default=3, type=int)
p.add_argument("--amp", action=argparse.BooleanOptionalAction, default=False)
p.add_argument("--compile", action="store_true")
p.add_argument("--accum", default=2, type=int)
args = p.parse_args()

torch.backends.cuda.matmul.allow_tf32 = True
torch.backends.cudnn.deterministic = True
torch.manual_seed(1337)
device = "cuda" if torch.cuda.is_available() else "cpu"
device_type = "cuda" if "cuda" in device else "cpu"
ctx = autocast(device_type=device_type, dtype=torch.float16, enabled=args.amp)
scaler = GradScaler(device_type, enabled=args.amp)

generator = torch.Generator().manual_seed(0)
x = torch.randn(160, 12, generator=generator)
y = (x[:, :4].prod(1) > 0).long()
train, val = random_split(TensorDataset(x, y), [0.8, 0.2], generator=torch.Generator().manual_seed(1))
loader = DataLoader(train, 16, shuffle=True, pin_memory=(device == "cuda"), drop_last=True)
val_loader = DataLoader(val, 64)


class Block(nn.Module):
    def __init__(self, dim: int, p: float = 0.1):
        super().__init__()
        self.net = nn.Sequential(
            nn.LayerNorm(dim), nn.Linear(dim, 4 * dim), nn.GELU(approximate="tanh"), nn.Linear(4 * dim, dim), nn.Dropout(p)
        )

    def forward(self, x):
        return x + self.net(x)


model = nn.Sequential(nn.Linear(12, 24), Block(24), Block(24), nn.RMSNorm(24), nn.Linear(24, 2)).to(device)
if args.compile:
    model = torch.compile(model)
ema = AveragedModel(model, multi_avg_fn=get_ema_multi_avg_fn(0.9))
decay = [q for q in model.parameters() if q.dim() >= 2]
rest = [q for q in model.parameters() if q.dim() < 2]
print(f"{len(decay)} tensors decay, {len(rest)} do not, {sum(q.numel() for q in model.parameters()):,} parameters")
optimizer = torch.optim.AdamW(
    [{"params": decay, "weight_decay": 0.1}, {"params": rest, "weight_decay": 0.0}],
    lr=1e-2, betas=(0.9, 0.95), fused=False,
)
steps = args.epochs * len(loader) // args.accum
scheduler = SequentialLR(
    optimizer,
    [LinearLR(optimizer, 0.1, total_iters=3), CosineAnnealingLR(optimizer, steps - 3, eta_min=1e-4)],
    milestones=[3],
)


@torch.inference_mode()
def evaluate(net):
    net.eval()
    total = correct = loss = 0
    for xb, yb in val_loader:
        xb, yb = xb.to(device, non_blocking=True), yb.to(device, non_blocking=True)
        with ctx:
            out = net(xb)
        loss += nn.functional.cross_entropy(out, yb, reduction="sum").item()
        correct += (out.argmax(-1) == yb).sum().item()
        total += yb.numel()
    net.train()
    return loss / total, correct / total


began = time.perf_counter()
for epoch in range(args.epochs):
    model.train()
    optimizer.zero_grad(set_to_none=True)
    norm = math.nan
    for micro, (xb, yb) in enumerate(loader):
        last = (micro + 1) % args.accum == 0
        with ctx if args.amp else contextlib.nullcontext():
            loss = nn.functional.cross_entropy(model(xb.to(device)), yb.to(device), label_smoothing=0.05) / args.accum
        scaler.scale(loss).backward()
        if not last:
            continue
        scaler.unscale_(optimizer)
        norm = nn.utils.clip_grad_norm_(model.parameters(), 1.0)
        scaler.step(optimizer)
        scaler.update()
        optimizer.zero_grad(set_to_none=True)
        scheduler.step()
        ema.update_parameters(model)
    (vl, va), (el, ea) = evaluate(model), evaluate(ema)
    print(f"{epoch}: norm {norm:.3f} lr {scheduler.get_last_lr()[0]:.5f} val {vl:.4f} {va:.3f} ema {el:.4f} {ea:.3f}")
print(scaler.get_scale(), scaler.is_enabled(), int(ema.n_averaged))
assert time.perf_counter() > began
