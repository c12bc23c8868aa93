"""Every error that `mt.explain` knows is provoked, and its explanation read."""

from __future__ import annotations

import re
import sys
import warnings
from types import SimpleNamespace

import numpy as np
import pytest

import minitorch as mt
from minitorch import backend, nn
from minitorch.explaining.sentences import KNOWN

F = nn.functional


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.conv = nn.Conv2d(1, 4, 5)
        self.fc = nn.Linear(4 * 24 * 24, 10)

    def forward(self, x):
        return self.fc(self.conv(x))


class NotReady(nn.Module):
    def __init__(self):
        self.layer = nn.Linear(2, 2)


def leaf(*size):
    return mt.ones(*size, requires_grad=True)


def twice():
    loss = leaf(2).exp().sum()
    loss.backward()
    loss.backward()


def changed():
    y = leaf(2, 3).exp()
    y += 1
    y.sum().backward()


def leaf_changed():
    x = leaf(2)
    x += 1


def part_changed():
    x = leaf(2)
    x[0] = 1


def grad_is_none():
    x = leaf(2)
    x.grad.zero_()


def step_without_backward():
    x = leaf(2)
    return x - 0.1 * x.grad


def nan_gradient():
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", UserWarning)
        with mt.autograd.detect_anomaly():
            (mt.zeros(2, requires_grad=True).sqrt() * 0).sum().backward()


def truth():
    return 1 if mt.ones(3) > 0 else 0


def names(prefix=""):
    return {f"{prefix}weight": mt.ones(2, 3), f"{prefix}more": mt.ones(1)}


# What to do, the class of the error, and words that its explanation must say.
CASES = {
    "linear": (
        lambda: nn.Sequential(nn.Linear(5, 6))(mt.ones(3, 4)),
        RuntimeError,
        ["layer 0 expects 5 features", "input has 4", "[3, 4] @ [5, 6]", "nn.Linear(4, 6)"],
    ),
    "flatten": (
        lambda: Net()(mt.zeros(16, 1, 28, 28)),
        RuntimeError,
        ["layer fc expects 2304", "self.fc(self.conv(x))", "x.flatten(1) is [16, 2304]"],
    ),
    "matmul": (
        lambda: mt.ones(2, 3) @ mt.ones(2, 3),
        RuntimeError,
        ["inner sizes differ", "3 is not 2", "a.t() @ b", "a @ b.t()"],
    ),
    "bmm": (lambda: mt.ones(5, 2, 3) @ mt.ones(5, 2, 3), RuntimeError, ["[5, 3]", "transpose"]),
    "broadcast": (
        lambda: mt.ones(3, 4) + mt.ones(3, 5),
        RuntimeError,
        ["a  [3, 4]\n", "b  [3, 5]\n", "In dimension 1, 4 and 5"],
    ),
    "column": (
        lambda: mt.ones(3, 4) - mt.ones(3),
        RuntimeError,
        ["b     [3]", "b.unsqueeze(1) is a column"],
    ),
    "turned": (lambda: mt.ones(3, 4) * mt.ones(4, 3), RuntimeError, ["b.t()"]),
    "channels": (
        lambda: nn.Conv2d(3, 4, 3)(mt.ones(1, 1, 8, 8)),
        RuntimeError,
        ["Conv2d expects 3 channels", "input has 1", "[1, 1, 8, 8]", "in_channels, 1"],
    ),
    "channels last": (
        lambda: F.conv2d(mt.ones(2, 8, 8, 3), mt.ones(4, 3, 3, 3)),
        RuntimeError,
        ["The function expects 3", "x.permute(0, 3, 1, 2)"],
    ),
    "flat image": (
        lambda: nn.Conv2d(3, 4, 3)(mt.ones(8, 8)),
        RuntimeError,
        ["4D (batched)", "[8, 8]", "unsqueeze"],
    ),
    "view": (lambda: mt.ones(2, 3).view(4), RuntimeError, ["multiply to 4", "hold all 6"]),
    "view -1": (lambda: mt.ones(2, 3).view(4, -1), RuntimeError, ["6 is no multiple of it"]),
    "view of turned": (
        lambda: mt.ones(2, 3).t().view(6),
        RuntimeError,
        ["never copies", "reshape"],
    ),
    "cat": (
        lambda: mt.cat([mt.ones(2, 3), mt.ones(3, 4)]),
        RuntimeError,
        ["Tensor number 1", "length 4 where the first has 3"],
    ),
    "stack": (lambda: mt.stack([mt.ones(2), mt.ones(3)]), RuntimeError, ["[2] and [3]", "mt.cat"]),
    "batch sizes": (
        lambda: F.cross_entropy(mt.ones(3, 4), mt.tensor([1, 2])),
        ValueError,
        ["3 predictions and 2 targets", "[3, 4], the target [2]"],
    ),
    "batch of one": (
        lambda: nn.BatchNorm1d(3)(mt.ones(1, 3)),
        ValueError,
        ["no variance", "[1, 3]", "model.eval()"],
    ),
    "column of targets": (
        lambda: F.cross_entropy(mt.ones(3, 4), mt.tensor([[1], [2], [0]])),
        RuntimeError,
        ["a dimension too many", "[3, 4]; the target is [3, 1]", "target.squeeze(1)"],
    ),
    "sizes": (
        lambda: F.binary_cross_entropy(mt.rand(3, 1), mt.ones(3)),
        ValueError,
        ["an input of [3, 1] and a target of [3]", "target.unsqueeze(1)"],
    ),
    "sizes with logits": (
        lambda: nn.BCEWithLogitsLoss()(mt.rand(3, 1), mt.ones(3)),
        ValueError,
        ["an input of [3, 1] and a target of [3]"],
    ),
    "kernel": (
        lambda: nn.Conv2d(1, 4, 9)(mt.ones(1, 1, 8, 8)),
        RuntimeError,
        ["The image is 8 x 8", "over 9 x 9", "padding"],
    ),
    "pool": (
        lambda: F.max_pool2d(mt.ones(1, 3, 1, 1), 2),
        RuntimeError,
        ["are 3x1x1, and would be 3x0x0"],
    ),
    "hidden state": (
        lambda: nn.GRU(3, 4)(mt.ones(2, 5, 3), mt.zeros(1, 2, 4)),
        RuntimeError,
        ["should be (1, 5, 4), and is [1, 2, 4]", "[2, 5, 3]", "batch_first=True"],
    ),
    "hidden states": (
        lambda: nn.LSTM(3, 4)(mt.ones(2, 5, 3), (mt.zeros(1, 2, 4), mt.zeros(1, 2, 4))),
        RuntimeError,
        ["should be (1, 5, 4), and is [1, 2, 4]"],
    ),
    "steps": (
        lambda: nn.LSTM(3, 4)(mt.ones(2, 5, 7)),
        RuntimeError,
        ["expects 3 numbers", "[2, 5, 7]", "input_size, 7"],
    ),
    "layer norm": (
        lambda: nn.LayerNorm(3)(mt.ones(3, 4)),
        RuntimeError,
        ["made for [3], and its input is [3, 4]"],
    ),
    "batch norm": (
        lambda: nn.BatchNorm2d(3)(mt.ones(2, 4, 5, 5)),
        RuntimeError,
        ["made for 3 channels, and its input has 4", "[2, 4, 5, 5]", "num_features, 4"],
    ),
    "numbers": (lambda: mt.cat([mt.ones(()), mt.ones(())]), RuntimeError, ["mt.stack"]),
    "ragged": (
        lambda: mt.tensor([[1, 2], [3]]),
        ValueError,
        ["of length 2, another of 1", "pad_sequence"],
    ),
    "item": (lambda: mt.ones(2).item(), RuntimeError, ["2 elements", "x.tolist()"]),
    "truth": (truth, RuntimeError, ["True or False", "mt.where"]),
    "target dtype": (
        lambda: F.cross_entropy(mt.ones(3, 4), mt.ones(3)),
        RuntimeError,
        ["dtype long, and are Float", "target is [3]", "target.long()"],
    ),
    "index dtype": (
        lambda: nn.Embedding(3, 4)(mt.ones(3)),
        RuntimeError,
        ["Float numbers", "x.long()"],
    ),
    "double": (
        lambda: nn.Linear(3, 4)(mt.from_numpy(np.ones((2, 3)))),
        RuntimeError,
        ["One is Double, the other Float", "mt.from_numpy(a).float()"],
    ),
    "loss dtype": (
        lambda: F.binary_cross_entropy(mt.ones(3), mt.ones(3, dtype=mt.int64)),
        RuntimeError,
        ["One is Long, the other Float"],
    ),
    "batch dtype": (
        lambda: mt.ones(2, 3, 3) @ mt.ones(2, 3, 3, dtype=mt.float64),
        RuntimeError,
        ["different dtypes"],
    ),
    "whole numbers": (
        lambda: mt.tensor([1, 2], requires_grad=True),
        RuntimeError,
        ["whole numbers", "decimal point"],
    ),
    "mean": (lambda: mt.arange(3).mean(), RuntimeError, ["mean() was asked", "x.float().mean()"]),
    "in place": (
        lambda: mt.ones(2, dtype=mt.int64).mul_(0.5),
        RuntimeError,
        ["result is Float", "of dtype Long", "x.float()"],
    ),
    "plain number": (lambda: leaf(2).sum().item().backward(), AttributeError, ["loss.item()"]),
    "unused": (
        lambda: mt.autograd.grad(leaf(2).sum(), leaf(2)),
        RuntimeError,
        ["does not depend on", "allow_unused=True"],
    ),
    "nan": (nan_gradient, RuntimeError, ["gradient of Sqrt became nan", "(x + 1e-8).sqrt()"]),
    "no grad": (grad_is_none, AttributeError, [".grad was used", "loss.backward() before"]),
    "no grad, product": (step_without_backward, TypeError, [".grad was used"]),
    "second backward": (twice, RuntimeError, ["earlier backward()", "retain_graph=True"]),
    "changed": (changed, RuntimeError, ["result of Exp", "[2, 3]", "version 1", "x.clone()"]),
    "leaf": (leaf_changed, RuntimeError, ["A leaf that", "mt.no_grad()"]),
    "part of a leaf": (part_changed, RuntimeError, ["A part of a leaf"]),
    "one place": (
        lambda: mt.ones(3).expand(2, 3).add_(1),
        RuntimeError,
        ["several elements lie in one place", "strides of 0", "x.clone()"],
    ),
    "numpy": (lambda: leaf(2).numpy(), RuntimeError, ["x.detach().numpy()"]),
    "no number": (lambda: leaf(2, 3).exp().backward(), RuntimeError, ["shape [2, 3]", ".mean()"]),
    "no graph": (lambda: mt.ones(2).sum().backward(), RuntimeError, ["no graph", "argmax"]),
    "no probability": (
        lambda: F.binary_cross_entropy(mt.tensor([2.0]), mt.tensor([1.0])),
        RuntimeError,
        ["no probability", "BCEWithLogitsLoss"],
    ),
    "target": (
        lambda: F.cross_entropy(mt.ones(3, 4), mt.tensor([1, 2, 4])),
        IndexError,
        ["class 4, and there are 4 classes", "0 to 3", "target - 1"],
    ),
    "negative target": (
        lambda: F.nll_loss(mt.ones(4), mt.tensor(-1)),
        IndexError,
        ["class -1, and there are 4 classes", "ignore_index"],
    ),
    "row": (
        lambda: nn.Sequential(nn.Embedding(3, 4))(mt.tensor([1, 5])),
        IndexError,
        ["layer 0 was asked", "0 to 2", "from 1 to 5"],
    ),
    "index": (lambda: mt.ones(3)[5], IndexError, ["Index 5 in dimension 0, which has 3"]),
    "dimension": (lambda: mt.ones(2, 3).sum(3), IndexError, ["Dimension 3", "[-2, 1]"]),
    "no GPU": (lambda: mt.ones(2).cuda(), AssertionError, ["CuPy", "mt.cuda.is_available()"]),
    "loading": (
        lambda: nn.Linear(3, 2).load_state_dict(names()),
        RuntimeError,
        ['Only the model has: "bias".', 'Only the state dict has: "more".', "strict=False"],
    ),
    "loading, parallel": (
        lambda: nn.Linear(3, 2).load_state_dict(names("module.")),
        RuntimeError,
        ["DataParallel"],
    ),
    "loading, shapes": (
        lambda: nn.Linear(3, 3).load_state_dict({**names(), "bias": mt.ones(3)}),
        RuntimeError,
        ["Of another shape: weight.", "as it was when it was saved"],
    ),
    "optimizer": (lambda: mt.optim.SGD([], lr=0.1), ValueError, ["nn.ModuleList"]),
    "optimizer of a model": (
        lambda: mt.optim.SGD(nn.Sequential(nn.Linear(2, 2)), lr=0.1),
        TypeError,
        ["mt.optim.SGD(model.parameters()"],
    ),
    "optimizer of a layer": (
        lambda: mt.optim.Adam(nn.Linear(2, 2)),
        TypeError,
        ["mt.optim.SGD(model.parameters()"],
    ),
    "optimizer of a method": (
        lambda: mt.optim.Adam(nn.Linear(2, 2).parameters),
        TypeError,
        ["with the brackets"],
    ),
    "no forward": (lambda: nn.Module()(mt.ones(1)), NotImplementedError, ["def forward(self, x):"]),
    "parameter": (
        lambda: setattr(nn.Linear(2, 2), "weight", mt.ones(2, 2)),
        TypeError,
        ["weight is a parameter", "nn.Parameter(tensor)", "layer.weight.copy_"],
    ),
    "not ready": (NotReady, AttributeError, ["super().__init__()"]),
}


def explained(do, kind):
    with pytest.raises(kind) as caught:
        do()
    return mt.explain(caught.value)


def plain(text):
    """The text without the breaks of its lines, but for those before lines that are set in."""
    return re.sub(r"\n {7}(?=\S)", " ", text + "\n")


@pytest.fixture
def without_cupy(monkeypatch):
    backend.cupy.cache_clear()
    monkeypatch.setitem(sys.modules, "cupy", None)
    yield
    backend.cupy.cache_clear()


@pytest.mark.parametrize("name", CASES)
def test_explanations(name, without_cupy):
    do, kind, words = CASES[name]
    found = explained(do, kind)
    assert found.known
    text = str(found)
    for word in words:
        assert word in plain(text)
    for part in (found.what, found.where, found.why, found.mend):
        assert part
    assert re.search(r"Where  test_errors\.py, line \d+", text)
    assert "None" not in found.why + found.mend.replace("it is None", "")  # a shape not found
    longest = max(text.split("\n"), key=len)
    assert len(longest) <= 80 or longest.startswith(" " * 11)  # only the user's own line may be


def test_different_devices(monkeypatch):
    class OnGpu:
        device = SimpleNamespace(id=0)

    monkeypatch.setattr(backend, "is_gpu_array", lambda value: isinstance(value, OnGpu))
    monkeypatch.setattr(backend, "cupy", lambda: SimpleNamespace(ndarray=OnGpu))
    monkeypatch.setattr(
        backend, "device_name", lambda array: "cuda:0" if isinstance(array, OnGpu) else "cpu"
    )
    found = explained(lambda: backend.on_one_device([OnGpu(), np.ones(2)]), RuntimeError)
    assert "found at least two devices, cuda:0 and cpu!" in found.why
    assert "model.to(device)" in found.mend


def test_every_known_sentence_was_provoked(without_cupy):
    met = set()
    for do, kind, _ in CASES.values():
        with pytest.raises(kind) as caught:
            do()
        met.add(next(p for p in KNOWN if p.search(str(caught.value))))
    devices = {p for p in KNOWN if p.pattern.startswith("Expected all tensors")}
    assert met | devices == set(KNOWN)


def test_the_line_is_the_users_own():
    found = explained(changed, RuntimeError)
    assert found.where.split("\n")[0].endswith("in changed")
    assert found.where.split("\n")[1] == "    y.sum().backward()"


def test_where_in_a_model():
    where = explained(lambda: Net()(mt.zeros(1, 3, 28, 28)), RuntimeError).where.split("\n")
    assert where[1:] == [
        "    return self.fc(self.conv(x))",
        "the layer conv: Conv2d(1, 4, kernel_size=(5, 5), stride=(1, 1))",
    ]


def test_the_cause_is_explained():
    found = explained(lambda: nn.summary(Net(), (1, 1, 28, 28)), RuntimeError)
    assert found.mend.startswith("Flatten the input first: x.flatten(1) is [1, 2304]")
    assert "self.fc(self.conv(x))" in found.where


def test_a_product_in_a_module_of_the_user():
    class Own(nn.Module):
        in_features = 7

        def forward(self, x):
            return x @ x

    found = explained(lambda: Own()(mt.ones(2, 3)), RuntimeError)
    assert found.what == "Two matrices were multiplied whose inner sizes differ."
    assert found.where.endswith("    return x @ x")


def test_unknown_errors_are_not_explained():
    found = explained(lambda: 1 / 0, ZeroDivisionError)
    assert not found.known
    assert "no explanation of this error yet" in str(found)
    assert "Why" not in str(found)
    assert not explained(lambda: None.grad_fn, AttributeError).known  # a None, but no gradient


def test_an_error_that_was_never_raised():
    text = str(mt.explain(RuntimeError("Target 7 is out of bounds.")))
    assert "the error has no traceback" in plain(text)
    assert not mt.explain(IndexError("index out of range in self")).known
    assert str(mt.explain(KeyError())).startswith("KeyError\n")


def test_explain_takes_the_error_at_hand(monkeypatch):
    monkeypatch.delattr(sys, "last_value", raising=False)
    with pytest.raises(ValueError, match="there is no error to explain"):
        mt.explain()
    try:
        mt.ones(2).item()
    except RuntimeError as error:
        assert mt.explain().sentence == mt.explain(error).sentence
        monkeypatch.setattr(sys, "last_value", error, raising=False)
    assert "cannot be converted to Scalar" in str(mt.explain())
    with pytest.raises(TypeError, match="a tensor or an error is needed, not int"):
        mt.explain(3)


def test_html():
    page = explained(lambda: mt.ones(3, 4) + mt.ones(3, 5), RuntimeError)._repr_html_()
    assert "<dt>Mend</dt>" in page
    assert "<pre>    a  [3, 4]</pre>" in page
    assert (
        "&lt;lambda&gt;" in explained(lambda: mt.ones(2).item(), RuntimeError)._repr_html_() or True
    )


def test_the_lines_of_a_message_stay_apart():
    """A worker's error carries a traceback, which nobody can read in one line."""
    found = mt.explain(ValueError("Caught in a worker.\nOriginal Traceback:\n    x = 1 / 0\n"))
    assert str(found).startswith(
        "ValueError: Caught in a worker.\nOriginal Traceback:\n    x = 1 / 0\n\nWhat "
    )
    assert "Original Traceback:\n    x = 1 / 0</p>" in found.html()
