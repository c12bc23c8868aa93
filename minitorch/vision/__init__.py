"""``minitorch.vision``: images, in the places and with the names of torchvision.

`datasets` downloads and reads them, `io` reads single files, `transforms` prepares them, `models`
learns from them, and `utils` draws grids of them. It needs Pillow, and is loaded by
``import minitorch.vision`` only.
"""

try:
    import PIL
except ModuleNotFoundError as error:
    raise ModuleNotFoundError(
        "minitorch.vision needs Pillow, which is not installed. Install it with "
        'pip install "minitorch-learn[vision]"',
        name="PIL",
    ) from error

from ..version import __version__
from . import datasets, io, models, transforms, utils
