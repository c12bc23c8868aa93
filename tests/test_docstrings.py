"""What a reference page shows of every public name: an example, which runs as readers run it."""

from __future__ import annotations

import doctest
import importlib
import inspect
import re
import warnings
from importlib.util import find_spec

import pytest

import minitorch as mt

PLACES = {
    place: importlib.import_module(f"minitorch{place}")
    for place in (
        "",
        ".accelerator",
        ".amp",
        ".autograd",
        ".autograd.functional",
        ".autograd.graph",
        ".autograd.profiler",
        ".backends.cuda",
        ".backends.cudnn",
        ".backends.mkl",
        ".backends.mkldnn",
        ".backends.mps",
        ".backends.openmp",
        ".cuda",
        ".distributions",
        ".distributions.constraints",
        ".distributions.transforms",
        ".fft",
        ".func",
        ".linalg",
        ".nn",
        ".nn.functional",
        ".nn.init",
        ".nn.parallel",
        ".nn.utils",
        ".nn.utils.parametrizations",
        ".nn.utils.parametrize",
        ".nn.utils.prune",
        ".nn.utils.rnn",
        ".optim",
        ".optim.lr_scheduler",
        ".optim.swa_utils",
        ".profiler",
        ".serialization",
        ".signal.windows",
        ".special",
        ".tracing",
        ".utils.checkpoint",
        ".utils.data",
    )
} | {".Tensor": mt.Tensor}
if find_spec("tensorboard"):
    PLACES[".utils.tensorboard"] = importlib.import_module("minitorch.utils.tensorboard")
if find_spec("PIL"):
    PLACES |= {
        place: importlib.import_module(f"minitorch{place}")
        for place in (
            ".vision.datasets",
            ".vision.models",
            ".vision.transforms",
            ".vision.transforms.functional",
            ".vision.utils",
        )
    }

# Where a module has helpers beside what is public.
NAMES = {
    ".autograd.functional": "jacobian hessian vjp jvp vhp hvp",
    ".autograd.graph": "Node GradientEdge get_gradient_edge saved_tensors_hooks save_on_cpu "
    "disable_saved_tensors_hooks register_multi_grad_hook increment_version",
    ".utils.checkpoint": "checkpoint checkpoint_sequential set_checkpoint_early_stop",
}
# Modules whose own names are public, and not what they import.
OWN = {".accelerator", ".amp", ".nn.utils.parametrizations", ".nn.utils.parametrize"}
OWN |= {".nn.init", ".nn.utils.prune", ".optim.swa_utils", ".vision.utils"}

# Places whose names lessons import: ``from minitorch.utils.data import DataLoader``.
IMPORTED = (".autograd", ".func", ".nn.utils", ".utils.data", ".vision")

# The text of a second name begins with the first one, which has the example.
SECOND = re.compile(
    r"(?:In-place form of|Another name of|(?:The )?[Oo]ld(?:er)? name of) `(?:[\w.]+\.)?(\w+)`"
)

# Names without an example, and why. This list may only become shorter.
WITHOUT = {"use_as_torch": "it changes what `import torch` means in the whole process"}


def public(place):
    """The public functions, classes and properties of a place, by name."""
    owner = PLACES[place]
    names = NAMES[place].split() if place in NAMES else getattr(owner, "__all__", None)
    members = {
        name: inspect.getattr_static(owner, name) if owner is mt.Tensor else getattr(owner, name)
        for name in names or [name for name in dir(owner) if not name.startswith("_")]
    }
    return {name: member for name, member in members.items() if is_ours(member, place)}


def is_ours(member, place):
    """Whether it is a function, a class or a property, and MiniTorch's."""
    if isinstance(member, mt.dtype) or not (callable(member) or isinstance(member, property)):
        return False
    home = getattr(member, "__module__", None) or "minitorch"
    if place in OWN:
        return home == f"minitorch{place}"
    return home.startswith(("minitorch", "torch"))


def text(member):
    return inspect.getdoc(member) or ""


SHOWN = {name for place in PLACES for name, m in public(place).items() if ">>>" in text(m)}


@pytest.mark.parametrize("place", PLACES)
def test_every_public_name_has_an_example(place):
    missing = []
    for name, member in public(place).items():
        if ">>>" in text(member) or name in WITHOUT:
            continue
        first = SECOND.match(text(member))
        if not first or first[1] not in SHOWN:
            missing.append(name)
    assert missing == []


def test_the_list_of_exceptions_only_becomes_shorter():
    assert not SHOWN & set(WITHOUT)
    assert len(WITHOUT) <= 1


def failing(place, given):
    """The names of a place whose examples do not print what they say, if ``given`` is imported."""
    parser, runner, failed = doctest.DocTestParser(), doctest.DocTestRunner(verbose=False), []
    for example, name in {text(member): name for name, member in public(place).items()}.items():
        test = parser.get_doctest(example, dict(given), f"{place}.{name}", None, 0)
        with warnings.catch_warnings():
            for category in (UserWarning, FutureWarning):  # as in conftest.py
                warnings.simplefilter("ignore", category)
            if runner.run(test, clear_globs=False).failed:
                failed.append(name)
    return failed


@pytest.mark.parametrize("place", sorted(PLACES.keys() - {".vision.models"}))  # those take seconds
def test_examples_run_as_a_reader_runs_them(place):
    """With the imports of a lesson alone: no example leans on what its file has imported."""
    given = {"mt": mt, "nn": mt.nn, "F": mt.nn.functional}
    if place.startswith(IMPORTED):
        given |= public(place)
    if not place:
        given["vmap"] = mt.vmap  # described in func
    assert failing(place, given) == []
