"""``mt.utils.tensorboard``: write what happens in training, for TensorBoard to show.

Here are `SummaryWriter`, what a program uses, and `FileWriter`, one file of events. The file
`summary` turns numbers, pictures and text into TensorBoard's own messages, `graph` the graph of a
model. The library ``tensorboard`` writes them; nothing else in MiniTorch imports it.
"""

try:
    from tensorboard.summary.writer.record_writer import RecordWriter
except ModuleNotFoundError as error:
    raise ModuleNotFoundError(
        f"{error}. Install what minitorch.utils.tensorboard needs with: "
        'pip install "minitorch-learn[tensorboard]"',
        name=error.name,
    ) from None

from .writer import FileWriter, SummaryWriter

__all__ = ["FileWriter", "RecordWriter", "SummaryWriter"]
