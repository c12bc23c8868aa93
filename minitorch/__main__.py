"""``python -m minitorch`` is ``minitorch``."""

from .cli import main

raise SystemExit(main())
