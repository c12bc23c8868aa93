"""What a reference page shows of every public name: an example, which runs as readers run it."""

from __future__ import annotations

import doctest
import inspect
import operator
import re
import warnings

import pytest

import minitorch as mt
from conftest import TOLD
from tools.places import PLACES, public

# Places whose names lessons import: ``from minitorch.utils.data import DataLoader``.
IMPORTED = ("autograd", "func", "nn.utils", "utils.data", "vision")

QUICK = [place for place in PLACES if place.module != "vision.models"]  # those take seconds
NAME = operator.attrgetter("name")

# The text of a second name begins with the first one, which has the example.
SECOND = re.compile(
    r"(?:In-place form of|Another name of|(?:The )?[Oo]ld(?:er)? name of) `(?:[\w.]+\.)?(\w+)`"
)

# Names without an example, and why. This list may only become shorter.
WITHOUT = {"use_as_torch": "it changes what `import torch` means in the whole process"}


def text(member):
    return inspect.getdoc(member) or ""


SHOWN = {name for place in PLACES for name, m in public(place).items() if ">>>" in text(m)}


@pytest.mark.parametrize("place", PLACES, ids=NAME)
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
        test = parser.get_doctest(example, dict(given), f"{place.name}.{name}", None, 0)
        with warnings.catch_warnings():
            warnings.filterwarnings("ignore", TOLD)
            if runner.run(test, clear_globs=False).failed:
                failed.append(name)
    return failed


@pytest.mark.parametrize("place", QUICK, ids=NAME)
def test_examples_run_as_a_reader_runs_them(place):
    """With the imports of a lesson alone: no example leans on what its file has imported."""
    given = {"mt": mt, "nn": mt.nn, "F": mt.nn.functional}
    if place.module.startswith(IMPORTED):
        given |= public(place)
    if not place.module:
        given["vmap"] = mt.vmap  # described in func
    assert failing(place, given) == []
