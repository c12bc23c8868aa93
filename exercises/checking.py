"""How the tests of the exercises compare tensors."""

from typing import Any

import minitorch as mt


def same(mine: Any, right: mt.Tensor, where: str = "", **tolerances: float) -> None:
    """Fail unless ``mine`` is close to ``right``, and say where, and by how much it is off."""
    __tracebackhide__ = True  # pytest shows the line of the test
    where = f"{where}: " if where else ""
    assert isinstance(mine, mt.Tensor), f"{where}not a tensor, but {mine!r}"
    mt.testing.assert_close(mine, right.detach(), msg=lambda text: where + text, **tolerances)
