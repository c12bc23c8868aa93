"""`mt.cuda.Stream` and `mt.cuda.Event`: queues of work for a GPU, and marks in them.

A call such as ``x @ y`` on a GPU only puts work into a queue and returns. What is in one queue is
done in order, what is in two may be done at once. CuPy does the work; the names are PyTorch's.
"""

from __future__ import annotations

import contextlib
from typing import Any

from .. import backend, devices, late


class Stream:
    """A queue of work on a GPU: ``with mt.cuda.stream(s):`` puts work into ``s``.

    ``priority`` is 0, or less for work that goes first. AssertionError without a GPU.

    >>> if mt.cuda.is_available():
    ...     stream = mt.cuda.Stream()
    ...     with mt.cuda.stream(stream):
    ...         x = mt.ones(2, device="cuda") * 2
    ...     stream.synchronize()
    """

    def __init__(self, device: Any = None, priority: int = 0) -> None:
        index = devices.array_index("cuda" if device is None else device)
        with backend.on_device(index):
            queue = backend.cupy().cuda.Stream(non_blocking=True, priority=priority)
        self._fill(queue, index)

    def _fill(self, queue: Any, index: int | None) -> None:
        self._queue = queue
        self.device = devices.device("cuda", index)

    @classmethod
    def of(cls, queue: Any, index: int) -> Stream:
        """The stream that CuPy knows as ``queue``."""
        stream = object.__new__(cls)
        stream._fill(queue, index)
        return stream

    @property
    def cuda_stream(self) -> int:
        """CUDA's handle; 0 is the default stream."""
        return int(self._queue.ptr)

    @property
    def priority(self) -> int:
        """0, or less for a stream whose work goes first."""
        return int(self._queue.priority)

    def synchronize(self) -> None:
        """Wait until everything in the queue is done."""
        self._queue.synchronize()
        late.look()

    def query(self) -> bool:
        """Whether everything in the queue is done."""
        return bool(self._queue.done)

    def record_event(self, event: Event | None = None) -> Event:
        """Put a mark, a new one if there is no ``event``, at the end of the queue."""
        event = Event() if event is None else event
        event.record(self)
        return event

    def wait_event(self, event: Event) -> None:
        """What is put into the queue from now on waits for ``event``."""
        event.wait(self)

    def wait_stream(self, stream: Stream) -> None:
        """What is put into the queue from now on waits for what is now in ``stream``."""
        self.wait_event(stream.record_event())

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Stream) and (self.device, self.cuda_stream) == (
            other.device,
            other.cuda_stream,
        )

    def __hash__(self) -> int:
        return hash((self.device, self.cuda_stream))

    def __repr__(self) -> str:
        return f"<torch.cuda.Stream device={self.device} cuda_stream={self.cuda_stream:#x}>"


class Event:
    """A mark in a stream, to wait for, or with ``enable_timing`` to measure time between two.

    AssertionError without a GPU.

    >>> if mt.cuda.is_available():
    ...     start, end = (mt.cuda.Event(enable_timing=True) for _ in range(2))
    ...     start.record()
    ...     x = mt.ones(500, 500, device="cuda") @ mt.ones(500, 500, device="cuda")
    ...     end.record()
    ...     end.synchronize()
    ...     milliseconds = start.elapsed_time(end)
    """

    def __init__(
        self, enable_timing: bool = False, blocking: bool = False, interprocess: bool = False
    ) -> None:
        backend.cupy()  # or an error
        self._options = blocking, not enable_timing, interprocess
        self._mark: Any = None  # made with the first record, on the GPU of that stream
        self._times = enable_timing

    @property
    def _recorded(self) -> bool:
        return self._mark is not None

    def record(self, stream: Stream | None = None) -> None:
        """Put the mark at the end of ``stream``, the current one if None."""
        stream = current_stream() if stream is None else stream
        with backend.on_device(stream.device.index):
            if self._mark is None:
                self._mark = backend.cupy().cuda.Event(*self._options)
            self._mark.record(stream._queue)

    def wait(self, stream: Stream | None = None) -> None:
        """What is put into ``stream`` from now on waits until the mark is passed."""
        if self._recorded:
            (current_stream() if stream is None else stream)._queue.wait_event(self._mark)

    def query(self) -> bool:
        """Whether the mark was passed, or never set."""
        return not self._recorded or bool(self._mark.done)

    def synchronize(self) -> None:
        """Wait until the mark is passed."""
        if self._recorded:
            self._mark.synchronize()

    def elapsed_time(self, end_event: Event) -> float:
        """Milliseconds between this mark and ``end_event``."""
        if not (self._times and end_event._times):
            raise ValueError("Both events must be created with argument 'enable_timing=True'.")
        if not (self._recorded and end_event._recorded):
            raise ValueError("Both events must be recorded before calculating elapsed time.")
        return float(backend.cupy().cuda.get_elapsed_time(self._mark, end_event._mark))

    def __repr__(self) -> str:
        return "<torch.cuda.Event>" if self._recorded else "<torch.cuda.Event uninitialized>"


class StreamContext:
    """A context in which work goes into ``stream``; None changes nothing.

    >>> with mt.cuda.StreamContext(None):
    ...     x = mt.ones(2)
    """

    def __init__(self, stream: Stream | None) -> None:
        self.stream = stream
        self._contexts = contextlib.ExitStack()

    def __enter__(self) -> None:
        if self.stream is not None:
            self._contexts.enter_context(backend.on_device(self.stream.device.index))
            self._contexts.enter_context(self.stream._queue)

    def __exit__(self, *exc: object) -> None:
        self._contexts.close()


def stream(stream: Stream | None) -> StreamContext:
    """``with mt.cuda.stream(s):`` puts what is to be done into ``s``.

    >>> with mt.cuda.stream(None):  # or a `Stream`
    ...     x = mt.ones(2)
    """
    return StreamContext(stream)


def current_stream(device: Any = None) -> Stream:
    """The stream into which work for ``device`` goes now.

    >>> if mt.cuda.is_available():
    ...     assert mt.cuda.current_stream() == mt.cuda.default_stream()
    """
    index = devices.array_index("cuda" if device is None else device)
    with backend.on_device(index):
        return Stream.of(backend.cupy().cuda.get_current_stream(), index or 0)


def default_stream(device: Any = None) -> Stream:
    """The stream into which work goes unless another is named.

    >>> if mt.cuda.is_available():
    ...     mt.cuda.default_stream().synchronize()
    """
    index = devices.array_index("cuda" if device is None else device)
    return Stream.of(backend.cupy().cuda.Stream.null, index or 0)


def set_stream(stream: Stream | None) -> None:
    """From now on work goes into ``stream``.

    >>> if mt.cuda.is_available():
    ...     mt.cuda.set_stream(mt.cuda.default_stream())
    """
    if stream is not None:
        with backend.on_device(stream.device.index):
            stream._queue.use()
