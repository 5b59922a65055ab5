"""All calls of a lease over one stream."""

from __future__ import annotations

import threading
from collections.abc import Iterable, Iterator
from queue import SimpleQueue

from ._gen.bridge_pb2 import ClientFrame, End, PythonFailure, WorkerFrame
from .call import Call
from .executor import Executor
from .resolve import Names
from .seed import seed


class Session:
    """Frames come in and go out on gRPC's threads; in between the main thread does the work."""

    def __init__(self, executor: Executor, names: Names) -> None:
        self._executor = executor
        self._names = names
        self._calls: dict[int, Call] = {}
        self._half_closed = False
        self._out: SimpleQueue[WorkerFrame | None] = SimpleQueue()

    def run(self, frames: Iterable[ClientFrame]) -> Iterator[WorkerFrame]:
        """Frames for the client, until it has half-closed and every call has ended, or until `stop`."""
        threading.Thread(target=self._read, args=(frames,), name="session", daemon=True).start()
        return iter(self._out.get, None)

    def stop(self) -> None:
        """The client is gone: nothing is sent any more, and every call is cancelled."""
        self._out.put(None)
        for call in list(self._calls.values()):
            call.cancel_soon()

    def send(self, frame: WorkerFrame) -> None:
        """One frame for the client."""
        self._out.put(frame)

    def end(self, frame: WorkerFrame) -> None:
        """The last frame of a call."""
        self._calls.pop(frame.call, None)
        self._out.put(frame)
        self._end_when_done()

    def _end_when_done(self) -> None:
        if self._half_closed and not self._calls:
            self._out.put(None)

    def receive(self, data: bytes) -> ClientFrame:
        """Decodes a frame and acts on it at once, on gRPC's own thread."""
        frame = ClientFrame.FromString(data)
        self._take(frame)
        return frame

    def _read(self, frames: Iterable[ClientFrame]) -> None:
        try:
            for _ in frames:  # asks for the next one; `receive` has acted on this one
                pass
        except Exception:
            self.stop()  # gRPC raises a bare Exception when the client is gone
        else:
            self._half_closed = True
            self._end_when_done()

    def _take(self, frame: ClientFrame) -> None:
        kind = frame.WhichOneof("kind")
        if kind == "start":
            start = frame.start
            credit = start.credit if start.stream else None
            reply = _SessionReply(self, frame.call)
            call = Call(self._executor, self._names, reply, start.name, start.arguments, credit)
            self._calls[frame.call] = call
            self._executor.submit(call.begin)
            return
        if kind == "seed":
            value = frame.seed.value
            self._executor.submit(lambda: seed(value))
            return
        known = self._calls.get(frame.call)
        if known is None:
            return  # it has ended meanwhile
        if kind == "credit":
            items = frame.credit.items
            self._executor.submit(lambda: known.grant(items))
        elif kind == "cancel":
            known.cancel_soon()


class _SessionReply:
    __slots__ = ("_call", "_session")

    def __init__(self, session: Session, call: int) -> None:
        self._session = session
        self._call = call

    def value(self, data: bytes) -> None:
        self._session.end(WorkerFrame(call=self._call, value=data))

    def item(self, data: bytes) -> None:
        self._session.send(WorkerFrame(call=self._call, item=data))

    def end(self) -> None:
        self._session.end(WorkerFrame(call=self._call, end=End()))

    def failure(self, failure: PythonFailure) -> None:
        self._session.end(WorkerFrame(call=self._call, failure=failure))
