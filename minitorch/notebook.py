"""What a notebook's cells are called: Python knows them as files with names made of digits."""

from __future__ import annotations

import os
import sys
from typing import Any


def file_name(file: str) -> str:
    """The name of a source file without its folder; of a cell, ``In[3]`` as the notebook has it."""
    module: Any = sys.modules.get("IPython")
    shell = module.get_ipython() if module is not None else None
    cell = shell.compile.format_code_name(file) if shell is not None else None
    return os.path.basename(file) if cell is None else cell[1]
