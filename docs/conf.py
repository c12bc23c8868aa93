"""The documentation site: Markdown pages whose cells run at every build.

``sphinx-build -W --keep-going -b html docs build/site`` writes it. Warnings are errors.
"""

from __future__ import annotations

import os
import sys
from pathlib import Path

DOCS = Path(__file__).resolve().parent
ROOT = DOCS.parent
sys.path[:0] = [str(ROOT), str(DOCS / "extensions"), str(DOCS)]
# The cells run in processes of their own, and find the same MiniTorch and docs/figures.py.
paths = [str(ROOT), str(DOCS), *os.environ.get("PYTHONPATH", "").split(os.pathsep)]
os.environ["PYTHONPATH"] = os.pathsep.join(filter(None, paths))
os.environ["PYTHONSTARTUP"] = str(DOCS / "extensions" / "kernel.py")
# Several pages run at once: one thread each, or they would fight over the cores.
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
os.environ.setdefault("OMP_NUM_THREADS", "1")

from minitorch.version import __version__  # noqa: E402

project = "MiniTorch"
author = "The MiniTorch authors"
copyright = author
version = release = __version__

extensions = ["myst_nb", "sphinx_design", "mathml", "reference", "parity", "source_pages"]
exclude_patterns = ["build", "extensions"]
source_suffix = {".md": "myst-nb"}

# Pages ----------------------------------------------------------------------------------------

myst_enable_extensions = ["colon_fence", "deflist", "dollarmath"]
myst_heading_anchors = 3
nb_execution_mode = "force"
nb_execution_timeout = 120
nb_execution_show_tb = True  # a failing cell is a warning, so an error
nb_output_stderr = "warn"  # so is what a cell warns of
nb_merge_streams = True
add_module_names = False

# Looks ----------------------------------------------------------------------------------------

html_math_renderer = "mathml"
html_theme = "furo"
html_title = f"MiniTorch {version}"
html_static_path = ["static"]
html_css_files = ["site.css"]
html_copy_source = html_show_sourcelink = False
html_show_sphinx = False
pygments_style = "default"
pygments_dark_style = "github-dark"
