"""Every kernel runs this first: what a cell prints is sent when the cell has ended.

A timer would send it in pieces, and a line that was cut would be shown as two.
"""

import sys

sys.stdout.flush_interval = sys.stderr.flush_interval = 3600  # type: ignore[attr-defined]
del sys
