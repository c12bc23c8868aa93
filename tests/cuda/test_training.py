"""Whole programs on the GPU: optimizers, training steps, data, files, printing."""

from __future__ import annotations

import copy
import io
import pickle

import numpy as np
import pytest

import minitorch as mt
import minitorch.nn.functional as F
from minitorch import nn

OPTIMIZERS = [
    ("SGD", {"lr": 0.1}), ("SGD", {"lr": 0.1, "momentum": 0.9, "nesterov": True}),
    ("Adam", {}), ("Adam", {"amsgrad": True, "weight_decay": 0.1}), ("AdamW", {"maximize": True}),
    ("Adagrad", {}), ("Adadelta", {}), ("Adamax", {}), ("NAdam", {}), ("RAdam", {}), ("Rprop", {}),
    ("RMSprop", {"centered": True, "momentum": 0.9}), ("ASGD", {"t0": 2}), ("Adafactor", {}),
    ("LBFGS", {"max_iter": 3}), ("LBFGS", {"max_iter": 3, "line_search_fn": "strong_wolfe"}),
    ("Muon", {}),
]  # fmt: skip


def numbers(*shape):
    return np.random.default_rng(0).standard_normal(shape).astype("float32")


class Recurrent(nn.Module):
    def __init__(self):
        super().__init__()
        self.table, self.lstm = nn.Embedding(7, 8), nn.LSTM(8, 8, batch_first=True)
        self.out = nn.Linear(8, 4)

    def forward(self, x):
        return self.out(self.lstm(self.table(x))[0][:, -1])


class Transformer(nn.Module):
    def __init__(self):
        super().__init__()
        self.table, self.places = nn.Embedding(7, 8), nn.Embedding(5, 8)
        self.layer = nn.TransformerEncoderLayer(8, 2, 16, 0.0, batch_first=True)
        self.out = nn.Linear(8, 4)

    def forward(self, x):
        mask = nn.Transformer.generate_square_subsequent_mask(x.shape[1], device=x.device)
        x = self.table(x) + self.places(mt.arange(x.shape[1], device=x.device))
        return self.out(self.layer(x, src_mask=mask).mean(1))


WORDS = np.random.default_rng(1).integers(0, 7, (6, 5))
MODELS = {
    "mlp": (lambda: nn.Sequential(nn.Linear(5, 8), nn.ReLU(), nn.Linear(8, 4)), numbers(6, 5)),
    "cnn": (
        lambda: nn.Sequential(
            nn.Conv2d(1, 3, 3, padding=1), nn.BatchNorm2d(3), nn.ReLU(), nn.MaxPool2d(2),
            nn.Conv2d(3, 4, 3), nn.GELU(), nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(4, 4),
        ),
        numbers(6, 1, 8, 8),
    ),
    "lstm": (Recurrent, WORDS),
    "transformer": (Transformer, WORDS),
}  # fmt: skip
CLASSES = np.array([0, 3, 1, 2, 2, 0])


def trained(model, x, device, make, steps=3):
    """The losses, and the parameters after some steps."""
    model = copy.deepcopy(model).to(device)
    optimizer = make(model.parameters())
    x, y = mt.tensor(x, device=device), mt.tensor(CLASSES, device=device)
    losses = []

    def closure():
        optimizer.zero_grad()
        loss = F.cross_entropy(model(x), y)
        loss.backward()
        return loss

    for _ in range(steps):
        losses.append(optimizer.step(closure).detach())
    found = [*losses, *model.parameters()]
    assert {t.device for t in found} == {mt.zeros(0, device=device).device}
    return [t.detach().cpu().numpy() for t in found]


@pytest.mark.parametrize("name", MODELS)
def test_models(name):
    mt.manual_seed(0)
    make, x = MODELS[name]
    model = make()
    runs = [trained(model, x, d, lambda p: mt.optim.SGD(p, 0.1, 0.9)) for d in ("cpu", "cuda")]
    for theirs, ours in zip(*runs, strict=True):
        np.testing.assert_allclose(ours, theirs, rtol=1e-3, atol=1e-4)


@pytest.mark.parametrize(("name", "options"), OPTIMIZERS)
def test_optimizers(name, options):
    mt.manual_seed(0)
    make, x = MODELS["mlp"]
    model = nn.Linear(5, 4, bias=False) if name == "Muon" else make()

    def optimizer(params):
        return getattr(mt.optim, name)(params, **options)

    theirs, ours = (trained(model, x, device, optimizer, 4) for device in ("cpu", "cuda"))
    for a, b in zip(ours, theirs, strict=True):
        np.testing.assert_allclose(a, b, rtol=1e-3, atol=1e-4)


def test_every_optimizer_is_here():
    assert {*mt.optim.__dict__} >= {name for name, _ in OPTIMIZERS}
    made = {n for n, o in vars(mt.optim).items() if isinstance(o, type)} - {"Optimizer"}
    assert made == {name for name, _ in OPTIMIZERS}


def test_files():
    model = nn.Linear(2, 3).cuda()
    file = io.BytesIO()
    mt.save(model.state_dict(), file)
    for place, device in ((None, "cuda:0"), ("cpu", "cpu"), ("cuda:1", "cuda:1")):
        file.seek(0)
        found = mt.load(file, map_location=place)
        assert str(found["weight"].device) == device
        np.testing.assert_array_equal(found["weight"].cpu(), model.weight.detach().cpu())
    assert pickle.loads(pickle.dumps(model.weight)).device == mt.device("cuda:0")
    other = nn.Linear(2, 3)
    other.load_state_dict(model.state_dict())
    assert other.weight.equal(model.weight.cpu()) and other.weight.is_cpu
    optimizer = mt.optim.Adam(model.parameters())
    model(mt.ones(2, device="cuda")).sum().backward()
    optimizer.step()
    fresh = mt.optim.Adam(model.parameters())
    fresh.load_state_dict(optimizer.state_dict())
    assert fresh.state[model.weight]["exp_avg"].is_cuda


def test_data():
    data = mt.utils.data.TensorDataset(mt.arange(10.0), mt.arange(10))
    loader = mt.utils.data.DataLoader(data, batch_size=4, pin_memory=True)
    batches = [(x.to("cuda", non_blocking=True), y.cuda(non_blocking=True)) for x, y in loader]
    assert {str(t.device) for batch in batches for t in batch} == {"cuda:0"}
    assert mt.cat([x for x, _ in batches]).tolist() == list(range(10))


def test_printing():
    x = mt.tensor([[1.5, float("nan")], [2.0, -3.0]], device="cuda", requires_grad=True)
    assert repr(x) == (
        "tensor([[ 1.5000,     nan],\n        [ 2.0000, -3.0000]], device='cuda:0', "
        "requires_grad=True)"
    )
    assert repr(x.sum() * 0) == "tensor(nan, device='cuda:0', grad_fn=<MulBackward0>)"
    assert repr(mt.arange(3).cuda()) == "tensor([0, 1, 2], device='cuda:0')"
    assert repr(mt.zeros(2000).cuda()) == "tensor([0., 0., 0.,  ..., 0., 0., 0.], device='cuda:0')"
    assert f"{x[0, 0]:.2f}" == "1.50" and x[0].tolist()[0] == 1.5
    assert repr(mt.zeros(2, 0).cuda()) == "tensor([], device='cuda:0', size=(2, 0))"
    assert repr(nn.Parameter(x.detach()[1])) == (
        "Parameter containing:\ntensor([ 2., -3.], device='cuda:0', requires_grad=True)"
    )


INDICES = [
    0, -1, slice(1, 3), (slice(None), 1), (..., None), [0, 2], ([0, -1], [1, 1]),
    (slice(None), [1, 0]), np.array([True, False, True]), (0, slice(None, None, 2)),
    (np.array([[0, 1], [2, 0]]), slice(None)), ([2, 2, 0],),
]  # fmt: skip


@pytest.mark.parametrize("index", INDICES, ids=str)
@pytest.mark.parametrize("where", ["here", "on the cpu", "on the gpu"])
def test_indexing(index, where):
    def on(device):
        x = mt.arange(12.0, device=device).view(3, 4).requires_grad_()

        def moved(part):
            if where == "here" or not isinstance(part, list | np.ndarray):
                return part
            return mt.tensor(part, device=device if where == "on the gpu" else "cpu")

        parts = tuple(map(moved, index)) if isinstance(index, tuple) else moved(index)
        read = x[parts]
        (read * read).sum().backward()
        y = (x * 1).detach()
        y[parts] = -1
        z = x * 2
        z[parts] = z[parts].detach() * 3
        z.index_put_((mt.tensor([0, 0], device=device),), mt.ones(4, device=device), True)
        z.sum().backward()
        return [t.detach().cpu().numpy() for t in (read, x.grad, y, z)]

    for a, b in zip(on("cuda"), on("cpu"), strict=True):
        np.testing.assert_array_equal(a, b)


def test_indices_out_of_bounds():
    x = mt.arange(4.0, device="cuda")
    with pytest.raises(IndexError, match="index 4 is out of bounds"):
        x[4]  # known at once
    places = mt.tensor([-9, 1], device="cuda"), mt.ones(2, device="cuda")
    for call in (
        lambda: x[mt.tensor([4])], lambda: x[[-5]], lambda: x.clone().put_(*places),
        lambda: x.index_select(0, mt.tensor([4], device="cuda")),
        lambda: x.gather(0, mt.tensor([7], device="cuda")), lambda: x.take(mt.tensor([9]).cuda()),
        lambda: F.embedding(mt.tensor([4], device="cuda"), x[:, None]),
        lambda: x.clone().index_fill_(0, mt.tensor([5], device="cuda"), 1.0),
    ):  # fmt: skip
        # Nobody waits for a GPU to check an index: the error comes with the next number.
        sentence = (
            r"out of (bounds|range)[\s\S]*An earlier operation on the GPU was given this index"
        )
        with pytest.raises((IndexError, RuntimeError), match=sentence):
            call().tolist()
        assert x.tolist() == [0, 1, 2, 3]


@pytest.mark.parametrize("dtype", "bool uint8 int16 int64 float16 complex64".split())
def test_places_named_twice(dtype):
    def on(device):
        x = mt.tensor([[3, 0], [5, 1]], device=device).to(getattr(mt, dtype))
        places = mt.tensor([[0, 0], [1, 0]], device=device)
        values = mt.tensor([[1, 2], [3, 7]], device=device).to(x.dtype)
        found = [x.index_put((places[0],), values, accumulate=True)]
        if not x.is_complex():
            found += [x.scatter_reduce(0, places, values, how) for how in ("amax", "amin", "prod")]
        return [y.cpu().numpy() for y in found]

    for a, b in zip(on("cuda"), on("cpu"), strict=True):
        np.testing.assert_array_equal(a, b)
        assert a.dtype == b.dtype


def test_a_matrix_without_an_inverse():
    zeros = mt.zeros(2, 2, device="cuda")
    assert mt.linalg.lu_factor_ex(zeros).info.item() == 1  # and no warning of CuPy's
    with pytest.raises(mt.linalg.LinAlgError, match="singular"):
        mt.linalg.inv(zeros)
    with pytest.raises(mt.linalg.LinAlgError, match="failed to converge"):
        mt.linalg.svd(zeros * float("nan"))


def test_a_wrong_class_makes_the_loss_nan():
    scores = mt.zeros(2, 4, device="cuda", requires_grad=True)
    for loss in (F.cross_entropy, F.nll_loss):
        loss(scores, mt.tensor([0, 3], device="cuda")).backward()
        assert scores.grad.isfinite().all()
        assert loss(scores, mt.tensor([0, 4], device="cuda")).isnan()
        assert loss(scores, mt.tensor([-1, 0], device="cuda"), weight=scores[0].detach()).isnan()


def test_amp_without_it():
    with mt.amp.autocast("cuda", enabled=False):
        assert mt.ones(1, device="cuda").dtype is mt.float32
    scaler = mt.amp.GradScaler("cuda", enabled=False)
    assert scaler.scale(mt.ones(1, device="cuda")).is_cuda
    with pytest.raises(NotImplementedError):
        mt.amp.autocast("cuda")
