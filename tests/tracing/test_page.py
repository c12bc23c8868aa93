"""The page of a trace: one file, safe whatever is in it. What it does is in test_browser.py."""

from __future__ import annotations

import html
import json
import re

import minitorch as mt
from minitorch.autograd import Function
from minitorch.tracing.page import part

HOSTILE = """</script><script>alert("&amp;'")</script><!--\u2028é"""


def data_in(page):
    """What the page's own program will read."""
    (text,) = re.findall(r'<script type="application/json" id="trace">(.*?)</script>', page, re.S)
    return json.loads(text)


def small():
    x = mt.tensor([1.0, mt.inf], requires_grad=True)
    return mt.trace((x * mt.tensor([2.0, mt.nan])).sum())


def test_the_page_has_the_record():
    trace = small()
    data = data_in(trace.html())
    assert data["title"] == "Backward"
    assert [step["name"] for step in data["steps"]] == ["SumBackward0", "MulBackward0", "x"]
    assert [step["label"] for step in data["steps"]] == ["Sum", "Mul", "x"]
    assert data["steps"][2]["incoming"][0]["values"] == [2.0, "nan"]
    assert data["steps"][2]["value"]["values"] == [1.0, "inf"]
    assert data["held"] == trace.held == 0  # both factors are leaves


def test_complex_numbers():
    z = mt.tensor([1 - 2j], requires_grad=True)
    assert data_in(mt.trace((z * 1).abs().sum()).html())["steps"][-1]["value"]["values"] == ["1-2j"]


def test_hostile_names_stay_data():
    kind = type(HOSTILE, (Function,), {"__doc__": HOSTILE})
    kind.forward = staticmethod(lambda ctx, x: x * 1)
    kind.backward = staticmethod(lambda ctx, grad: grad)
    layer = mt.nn.ReLU()
    layer.add_module(HOSTILE, mt.nn.Tanh())
    x = mt.ones(2, requires_grad=True)
    globals()[HOSTILE] = x
    with mt.tracing.recording():
        loss = kind.apply(x).sum()
    try:
        trace = mt.trace(loss)
    finally:
        del globals()[HOSTILE]
    trace.name = HOSTILE
    page = trace.html()
    data = data_in(page)
    assert data["title"] == f"Backward from {HOSTILE}"
    assert data["steps"][1]["name"] == f"{HOSTILE}Backward"
    assert page.count("<script") == small().html().count("<script") == 4
    assert page.count("</script") == 4
    assert "<!--" not in page
    assert f"<title>Backward from {html.escape(HOSTILE)}</title>" in page


def test_braces_in_the_data_are_no_places_of_the_template():
    trace = small()
    trace.name = "{{page}}"
    assert "Backward from {{page}}" in trace.html()


def test_the_page_needs_no_network():
    page = small().html()
    for reach in (
        r"\bsrc=",
        r'href="(?!data:,)',
        r"@import",
        r"url\((?!#)",
        r"\bfetch\(",
        "import ",
    ):
        found = re.findall(reach, page)
        assert not found, reach
    assert "XMLHttpRequest" not in page


def test_the_licence_of_dagre_goes_with_it():
    page = small().html()
    assert part("dagre.LICENSE.txt") in page
    assert "Copyright (c) 2012-2014 Chris Pettitt" in page


def test_the_size_of_a_page():
    empty = len(small().html())
    assert empty < 100_000
    x = mt.rand(1000, 1000).requires_grad_()
    assert len(mt.trace((x * x).exp().sum()).html()) < empty + 10_000
    for _ in range(500):
        x = x[:8, :8] * 1.5
    assert len(mt.trace(x.sum()).html()) < empty + 1001 * 5_000


def test_saving(tmp_path):
    trace = small()
    trace.save(tmp_path / "trace.html")
    assert (tmp_path / "trace.html").read_text(encoding="utf-8") == trace.html()


def test_the_frame_for_a_notebook():
    trace = small()
    frame = trace._repr_html_()
    (page,) = re.findall(r'^<iframe srcdoc="([^"]*)"', frame)
    assert html.unescape(page) == trace.html()
