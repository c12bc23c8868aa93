"""Makes docs/images/trace.png, the picture of a trace's page: needs Chromium.

python tools/picture_of_trace.py
"""

from __future__ import annotations

import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

import minitorch as mt
from minitorch import nn

PICTURE = Path(__file__).resolve().parents[1] / "docs" / "images" / "trace.png"


def example() -> mt.tracing.Trace:
    """A small network, traced."""
    mt.manual_seed(0)
    model = nn.Sequential(nn.Linear(3, 4), nn.Tanh(), nn.Linear(4, 2))
    scale = mt.ones(2, requires_grad=True)
    x, target = mt.randn(5, 3), mt.zeros(5, 2)
    with mt.tracing.recording():
        y = model(x) * scale
        loss = ((y - target) ** 2).mean()
    trace: mt.tracing.Trace = mt.trace(loss)
    return trace


def main() -> None:
    """Open the page at its fourth step and photograph it."""
    browser = shutil.which("chromium") or shutil.which("google-chrome")
    if browser is None:
        sys.exit("There is no Chromium on this machine.")
    with tempfile.TemporaryDirectory() as folder:
        page = Path(folder, "trace.html")
        example().save(page)
        command = [browser, "--headless=new", "--no-sandbox", "--disable-gpu", "--hide-scrollbars"]
        command += ["--window-size=1200,900", f"--user-data-dir={folder}/profile"]
        command += [f"--screenshot={PICTURE}", page.as_uri() + "#4"]
        subprocess.run(command, check=True, stderr=subprocess.DEVNULL)


if __name__ == "__main__":
    main()
