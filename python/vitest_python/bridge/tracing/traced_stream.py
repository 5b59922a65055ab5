"""A stream whose iterator runs in the trace of its call."""

from __future__ import annotations

from typing import Any

from ..stream import StreamHost, SyncStream
from .trace import CallTrace


class TracedStream(SyncStream):
    """Runs each step of a generator in the trace. The task of an asynchronous one keeps the trace by itself."""

    def __init__(self, call: StreamHost, iterator: Any, credit: int, trace: CallTrace) -> None:
        super().__init__(call, iterator, credit)
        self._trace = trace

    def _next(self) -> Any:
        return self._trace.run(super()._next)

    def _close(self) -> None:
        self._trace.run(super()._close)
