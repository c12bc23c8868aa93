"""The page of a trace in a browser: headless Chromium, where there is one.

A test adds a script to the page, which works the page as a user would and returns what it saw.
"""

from __future__ import annotations

import html
import inspect
import json
import re
import shutil
import subprocess

import pytest

import minitorch as mt
from minitorch import nn

BROWSERS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
BROWSER = next(filter(None, map(shutil.which, BROWSERS)), None)
pytestmark = pytest.mark.skipif(BROWSER is None, reason="there is no Chromium on this machine")

LISTEN = "<head><script>var errors = []; onerror = (text) => void errors.push(text);</script>"
REPORT = """
<script>
addEventListener("load", () => {{
  const seen = {{}};
  const press = (key, on = document.body) =>
    on.dispatchEvent(new KeyboardEvent("keydown", {{ key, bubbles: true, cancelable: true }}));
  const look = (selector, root = document) => [...root.querySelectorAll(selector)];
  const texts = (selector) => look(selector).map((one) => one.textContent);
  try {{ {script} }} catch (error) {{ errors.push(error.stack); }}
  const report = document.createElement("pre");
  report.id = "report";
  report.textContent = JSON.stringify({{ ...seen, errors }});
  document.body.append(report);
}});
</script>
</body>"""


def work(page, script, folder, *options):
    """What ``script`` put into ``seen`` when it ran in ``page``; there must be no errors."""
    page = page.replace("<head>", LISTEN, 1)
    before, _, after = page.rpartition("</body>")
    file = folder / "page.html"
    file.write_text(before + REPORT.format(script=script) + after, encoding="utf-8")
    command = [BROWSER, "--headless=new", "--no-sandbox", "--disable-gpu", "--dump-dom"]
    command += ["--enable-logging=stderr", f"--user-data-dir={folder / 'profile'}", *options]
    done = subprocess.run(
        [*command, file.as_uri()], capture_output=True, text=True, timeout=120, check=True
    )
    assert ":CONSOLE" not in done.stderr
    (report,) = re.findall(r'<pre id="report">(.*?)</pre>', done.stdout, re.S)
    seen = json.loads(html.unescape(report))
    assert seen.pop("errors") == []
    return seen


LINES = inspect.getsourcelines(type((mt.ones(1, requires_grad=True) * 2).grad_fn))
PLACE = f"minitorch/ops/arithmetic.py:{LINES[1]}"


def small():
    x = mt.tensor([[1.0, -2.0], [mt.nan, 0.0]], requires_grad=True)
    b = mt.tensor([1.0, 2.0], requires_grad=True)
    with mt.tracing.recording():
        h = x + b
        loss = (h * h).sum()  # </script> & <b>
    return mt.trace(loss)


class Block(nn.Module):
    def __init__(self):
        super().__init__()
        self.first, self.second = nn.Linear(2, 2), nn.Linear(2, 2)

    def forward(self, x):
        return x + self.second(self.first(x).relu())


def network(depth):
    model = nn.Sequential(*[Block() for _ in range(depth)])
    with mt.tracing.recording():
        loss = model(mt.ones(1, 2)).sum()
    return mt.trace(loss)


def test_stepping(tmp_path):
    seen = work(
        small().html(),
        """
        const heading = () => look("#step h2")[0].textContent;
        const active = () => texts(".node.active > text");
        seen.start = [heading(), byId("count").textContent, active()];
        seen.lines = texts("#step pre")[0];
        press("ArrowRight"); seen.right = heading();
        press("ArrowRight"); seen.third = [heading(), active()];
        seen.badges = texts(".badge text");
        seen.done = look(".node.done").length;
        seen.edges = look(".edge.active").length;
        press("ArrowLeft"); seen.left = heading();
        press("End"); seen.end = [heading(), look(".node.done").length];
        seen.cells = look("#step .grid td").map((cell) => cell.className + cell.textContent);
        press("ArrowRight"); seen.beyond = heading();
        press("Home"); press("ArrowLeft"); seen.home = [heading(), look(".node.done").length];
        byId("slider").value = 4;
        byId("slider").dispatchEvent(new Event("input"));
        seen.slider = [heading(), look("#step .grid td").map((cell) => cell.className)];
        byId("next").click(); byId("back").click(); byId("back").click();
        seen.buttons = heading();
        look(".node").at(-1).dispatchEvent(new MouseEvent("click"));
        seen.clicked = heading();
        look("#step button.to")[0]?.click();
        byId("first").click();
        look("#step button.to")[0].click();
        seen.followed = heading();
        press("Home"); press("ArrowRight");
        seen.whole = texts("#step summary");
        look("#step summary")[0].click();
        seen.source = look("#step details[open] pre").map((one) => one.textContent);
        press(" ", look("#step summary")[0]); seen.still = heading();
        byId("last").click(); seen.last = heading();
        """,
        tmp_path,
    )
    assert seen["whole"] == [f"The whole operation, {PLACE}"]
    (source,) = seen["source"]
    assert source.startswith("class Mul(") and "def grad_a(self" in source
    assert seen["still"] == "2. MulBackward0"
    assert seen["start"] == ["1. SumBackward0", "1 of 5", ["Sum", "loss ()"]]
    assert seen["lines"] == "loss = (h * h).sum()  # </script> & <b>"
    assert seen["right"] == seen["left"] == "2. MulBackward0"
    assert seen["third"] == ["3. AddBackward0", ["Add", "h (2, 2)"]]
    assert sorted(seen["badges"]) == ["+", "Σ"]
    assert (seen["done"], seen["edges"]) == (2, 2)
    assert seen["end"] == ["5. Leaf b", 4]
    assert seen["cells"] == ["oddnan", "positive4", "positive1", "positive2"]
    assert seen["beyond"] == seen["last"] == "5. Leaf b"
    assert seen["home"] == ["1. SumBackward0", 0]
    assert seen["slider"][0] == "4. Leaf x"
    assert seen["slider"][1][-4:] == ["positive", "negative", "odd", ""]
    assert seen["buttons"] == "3. AddBackward0"
    assert seen["clicked"] == "5. Leaf b"
    assert seen["followed"] == "2. MulBackward0"


def test_plain_values(tmp_path):
    """Of ``x * 3`` the rule says ``b``: the page says which number that is."""
    trace = mt.trace((mt.ones(2, requires_grad=True) * 3).sum())
    script = """
        seen.without = texts("#step h3");
        press("ArrowRight");
        seen.titles = texts("#step h3");
        seen.values = texts("#step > p.quiet");
        """
    seen = work(trace.html(), script, tmp_path)
    assert "Kept for this since forward" not in seen["without"]
    assert "Kept for this since forward" in seen["titles"]
    assert "b = 3" in seen["values"]


def test_playing(tmp_path):
    """The browser's clock runs ahead here, so that nobody waits for it."""
    seen = work(
        small().html().replace("const PAUSE = 900", "const PAUSE = 0"),
        """
        press(" ");
        seen.playing = [byId("play").getAttribute("aria-label"), timer !== null];
        press(" ");
        seen.paused = [byId("play").getAttribute("aria-label"), timer !== null];
        press(" "); press("ArrowRight");
        seen.stopped = timer === null;
        byId("play").focus(); press(" ", byId("play"));
        seen.button = timer === null;
        byId("play").click();
        const watch = setInterval(() => {
          if (timer !== null) return;
          clearInterval(watch);
          const told = JSON.parse(byId("report").textContent);
          told.played = byId("count").textContent;
          byId("report").textContent = JSON.stringify(told);
        }, 1);
        """,
        tmp_path,
        "--virtual-time-budget=2000",
    )
    assert seen == {
        "playing": ["Pause", True],
        "paused": ["Play", False],
        "stopped": True,
        "button": True,
        "played": "5 of 5",
    }


def test_folding(tmp_path):
    seen = work(
        network(2).html(),
        """
        const closed = () => texts(".node.closed > text:first-of-type");
        const group = (name) => look("[data-group]").find((one) => one.textContent.includes(name));
        const nodes = () => look(".node").length;
        seen.open = [nodes(), closed(), texts(".group > text")];
        group("first: Linear").focus();
        press("Enter", document.activeElement);
        seen.entered = [nodes(), closed()];
        seen.focus = document.activeElement.getAttribute("aria-expanded");
        press(" ", document.activeElement);
        seen.again = [nodes(), document.activeElement.getAttribute("aria-expanded")];
        byId("fold").click();
        seen.all = [nodes(), closed()];
        press("ArrowRight");
        seen.inside = [texts("#step h2")[0], look(".node.active.closed").length];
        look(".node.closed")[0].dispatchEvent(new MouseEvent("click"));
        seen.clicked = [nodes(), closed()];
        byId("unfold").click();
        seen.unfolded = nodes();
        """,
        tmp_path,
    )
    assert seen["open"][0] == 17  # sum, and twice: add, relu, two products, four parameters
    assert seen["open"][1] == []
    assert sorted(seen["open"][2]) == sorted(
        ["▾ Sequential", "▾ 0: Block", "▾ 1: Block"] + 2 * ["▾ first: Linear", "▾ second: Linear"]
    )
    assert seen["entered"] == [15, ["▸ first: Linear"]]
    assert (seen["focus"], seen["again"]) == ("false", [17, "true"])
    assert seen["all"] == [2, ["▸ Sequential"]]
    assert seen["inside"] == ["2. AddBackward0", 1]
    assert seen["clicked"] == [3, ["▸ 1: Block", "▸ 0: Block"]]
    assert seen["unfolded"] == 17


def test_a_deep_network_begins_folded(tmp_path):
    seen = work(
        network(20).html(),
        """
        seen.nodes = look(".node").length;
        seen.titles = [...new Set(texts(".node.closed > text:first-of-type"))].length;
        """,
        tmp_path,
    )
    assert seen == {"nodes": 21, "titles": 20}


def test_a_graph_of_a_thousand_nodes(tmp_path):
    x = mt.ones(2, requires_grad=True)
    y = x
    for number in range(400):
        y = y * 1.01 + (x if number % 50 == 0 else 0.1)
    for _ in range(199):
        y = y.exp().log()
    trace = mt.trace(y.sum())
    assert len(trace) > 1000
    seen = work(
        trace.html(),
        """
        const times = [];
        for (let number = 1; number < 200; number++) {
          const start = performance.now();
          press("ArrowRight");
          byId("graph").scrollTop + byId("step").offsetHeight;  // this makes the layout be done
          times.push(performance.now() - start);
        }
        seen.median = times.sort((a, b) => a - b)[100];
        seen.count = byId("count").textContent;
        seen.nodes = look(".node").length;
        seen.visible = (() => {
          const [node, place] = [look(".node.active")[0], byId("graph")];
          const [inner, outer] = [node.getBoundingClientRect(), place.getBoundingClientRect()];
          return inner.top >= outer.top && inner.bottom <= outer.bottom;
        })();
        """,
        tmp_path,
    )
    assert seen["nodes"] == len(trace)
    assert seen["count"] == f"200 of {len(trace)}"
    assert seen["visible"]
    assert seen["median"] < 100  # milliseconds; 2 where this was written


COLOURS = """
const style = (selector) => getComputedStyle(document.querySelector(selector));
const light = (text) => text.match(/[0-9.]+/g).slice(0, 3).reduce((sum, part) => sum + +part, 0);
seen.paper = light(style("body").backgroundColor);
seen.ink = light(style("body").color);
seen.node = light(style(".node > text").fill);
"""


@pytest.mark.parametrize("dark", [False, True])
def test_light_and_dark(tmp_path, dark):
    seen = work(
        small().html(), COLOURS, tmp_path, f"--blink-settings=preferredColorScheme={int(not dark)}"
    )
    if dark:
        assert seen["paper"] < 150 < 500 < seen["ink"]
    else:
        assert seen["paper"] > 700 > 200 > seen["ink"]


def test_narrow_and_in_a_notebook(tmp_path):
    """The frame for notebooks, on a page as narrow as a telephone."""
    frame = network(2)._repr_html_()
    page = f'<html><head></head><body style="width: 360px; margin: 0">{frame}</body></html>'
    seen = work(
        page,
        """
        const inside = look("iframe")[0].contentDocument;
        const wide = inside.documentElement;
        seen.widths = [wide.clientWidth, wide.scrollWidth];
        const box = (selector) => inside.querySelector(selector).getBoundingClientRect();
        seen.below = box("#step").top >= box("#graph").bottom;
        seen.slider = box("#slider").width > 300;
        look(".node", inside)[0].dispatchEvent(new MouseEvent("click"));
        seen.steps = look("#step h2", inside).length;
        """,
        tmp_path,
        "--hide-scrollbars",
    )
    assert seen == {"widths": [360, 360], "below": True, "slider": True, "steps": 1}
