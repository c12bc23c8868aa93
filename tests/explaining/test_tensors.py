"""What `mt.explain` says of tensors."""

from __future__ import annotations

import re

import numpy as np
import pytest

import minitorch as mt


def places(tensor):
    """From the drawing: index in the tensor -> place in the storage."""
    found = {}
    lines = str(mt.explain(tensor)).split("\n")
    for number, line in enumerate(lines):
        if re.match(r"place +\d", line) and lines[number + 1].startswith("value"):
            width = len(line) // max(1, len(line.split()) - 1)
            assert width
            cells = [(m.start() + m.end(), int(m[0])) for m in re.finditer(r"\d+", line)]
            index = lines[number + 2] if number + 2 < len(lines) else ""
            for match in re.finditer(r"\d+(,\d+)*( ×\d+)?", index.removeprefix("index ")):
                middle = match.start() + match.end() + 12
                place = min(cells, key=lambda cell: abs(cell[0] - middle))[1]
                found[match[0]] = place
    return found


def test_a_transposed_tensor():
    x = mt.arange(6.0).reshape(2, 3).t()
    text = str(mt.explain(x))
    assert "strides     (1, 3): next row 1 place on, next column 3 places on" in text
    assert "x[i, j] lies at offset + i·stride0 + j·stride1 = 0 + i·1 + j·3" in text
    assert "no: that would be strides (2, 1)" in text
    assert "a tensor of shape [6], by view → t" in text
    assert places(x) == {"0,0": 0, "1,0": 1, "2,0": 2, "0,1": 3, "1,1": 4, "2,1": 5}


@pytest.mark.parametrize(
    "make",
    [
        lambda: mt.arange(12).reshape(3, 4)[1:, ::2],
        lambda: mt.arange(24).reshape(2, 3, 4).permute(2, 0, 1),
        lambda: mt.arange(60).reshape(3, 20)[:, 3:7],
        lambda: mt.randn(5)[2:],
        lambda: mt.arange(7),
    ],
)
def test_each_element_is_drawn_where_the_formula_says(make):
    x = make()
    explained = mt.explain(x)
    expected = {
        ",".join(map(str, index)): x.storage_offset()
        + sum(i * step for i, step in zip(index, x.stride(), strict=True))
        for index in np.ndindex(*x.shape)
    }
    assert places(x) == expected
    assert set(explained.seen) == set(expected.values())
    memory = [explained.cells[place] for place in expected.values()]
    assert [float(cell) for cell in memory] == pytest.approx(x.flatten().tolist(), abs=1e-4)


def test_expanded_elements_are_seen_several_times():
    x = mt.tensor([1, 2, 3]).expand(4, 3)
    assert places(x) == {"0,0 ×4": 0, "0,1 ×4": 1, "0,2 ×4": 2}
    assert "next row in the same place" in str(mt.explain(x))


def test_expanded_beyond_measure():
    text = str(mt.explain(mt.ones(3).expand(100_000, 1000, 3)))
    assert "300,000,000 elements" in text
    assert "brackets" not in text


def test_a_number_and_nothing():
    text = str(mt.explain(mt.tensor(3.0)))
    assert "x lies at offset = 0" in text
    assert "[3.]" in text
    assert "(): one number needs none" in text
    assert "0 elements" in str(mt.explain(mt.ones(0, 3)))


def test_large_and_many_dimensions():
    text = str(mt.explain(mt.zeros(10, 10).t()))
    assert "100 elements of 4 bytes, 400 B" in text
    assert "brackets" not in text
    text = str(mt.explain(mt.ones(2, 1, 2, 1, 2, 1, 1)))
    assert "x[i0, i1, i2, i3, i4, i5, i6] lies at 0 + i0·4" in text
    assert "how far it is to the next i0, i1" in text


def test_history():
    x = mt.ones(2, requires_grad=True)
    assert "is_leaf     True; requires_grad=True, so backward fills .grad" in str(mt.explain(x))
    y = x * 2
    y += 1
    text = str(mt.explain(y))
    assert "grad_fn     AddBackward0: an operation made it, so it is no leaf" in text
    assert "version     1: 1 in-place change of this storage so far" in text
    assert "base        none" in text
    with mt.inference_mode():
        z = mt.ones(2)
    assert "not counted: made in inference mode" in str(mt.explain(z))


def test_lines_fit_a_terminal():
    for x in (mt.randn(2, 3, 4) * 1000, mt.arange(64), mt.randn(8, 8).t(), mt.rand(3, 3) > 0.5):
        assert max(map(len, str(mt.explain(x)).split("\n"))) <= 80


def test_explaining_changes_nothing():
    x = mt.arange(6.0).reshape(2, 3).t()
    version, values = x._version, x.tolist()
    str(mt.explain(x))
    assert (x._version, x.tolist(), x.requires_grad) == (version, values, False)


def test_html():
    page = mt.explain(mt.arange(6).reshape(2, 3)[:, 1])._repr_html_()
    assert page.count('class="mt-seen"') == 2
    assert page.count("<td") == 6
    assert page.count("<tr>") == 2  # a line for each row
    assert "<table>" not in mt.explain(mt.zeros(100))._repr_html_()
