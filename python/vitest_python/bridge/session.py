"""All calls of a lease over one stream."""

from __future__ import annotations

import threading
from collections.abc import Iterable, Iterator
from queue import SimpleQueue

from google.protobuf.message import DecodeError

from .._gen.bridge_pb2 import ClientFrame, End, PythonFailure, WorkerFrame
from ..execution.executor import Executor
from ..execution.seed import seed
from ..program.resolve import FunctionResolver
from .buffers import Buffers
from .call import Call
from .callbacks import Callbacks
from .session_context import SessionContext


class Session:
    """Frames come in and go out on gRPC's threads; in between the main thread does the work."""

    def __init__(self, executor: Executor, resolver: FunctionResolver) -> None:
        self._executor = executor
        self._context = SessionContext(resolver)
        self._callbacks = Callbacks(executor, self.send, self._context.encode, self._context.decode)
        self._context.callbacks = self._callbacks
        self._buffers = self._context.buffers = Buffers(self.send)
        self._calls: dict[int, Call] = {}
        self._half_closed = False
        self._out: SimpleQueue[WorkerFrame | None] = SimpleQueue()

    def run(self, frames: Iterable[ClientFrame]) -> Iterator[WorkerFrame]:
        """Frames for the client, until it has half-closed and every call has ended, or until `stop`."""
        threading.Thread(target=self._read, args=(frames,), name="session", daemon=True).start()
        return iter(self._out.get, None)

    def share_memory(self) -> None:
        """Both sides can open each other's files; before `run`."""
        self._buffers.share_memory()

    def stop(self) -> None:
        """The client is gone: nothing is sent any more, and every call is cancelled."""
        self._out.put(None)
        self._callbacks.end()
        # Told by two threads, a call must be asked once: asked twice, a generator is interrupted and not closed.
        for number in list(self._calls):
            call = self._calls.pop(number, None)
            if call is not None:
                call.cancel_soon()
        self._buffers.close()

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
        try:
            frame = ClientFrame.FromString(data)
        except DecodeError as error:
            # Which call it was about cannot be known; and to raise here would end the stream without a word.
            self.send(_refusal(0, f"a frame of {len(data)} bytes cannot be read: {error}"))
            self.stop()
            return ClientFrame()
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
            call = Call(self._executor, self._context, _SessionReply(self, frame.call), frame.start)
            if self._calls.setdefault(frame.call, call) is call:
                self._executor.submit(call.begin)
            else:
                self.send(_refusal(frame.call, f"call {frame.call} was started twice"))
        elif kind == "answer":
            self._callbacks.answer(frame.answer)
        elif kind == "forget":
            numbers = list(frame.forget.references)
            # In the order of the calls that may still use them.
            self._executor.submit(lambda: self._context.forget(numbers))
        elif kind == "chunk":
            self._buffers.take(frame.chunk)
        elif kind == "unreadable":
            self._buffers.stop_sharing()
        elif kind == "seed":
            value = frame.seed.value
            self._executor.submit(lambda: seed(value))
        elif kind is None:
            self.end(_refusal(frame.call, "a frame of a kind that this worker does not know"))
        else:
            self._steer(frame, kind)

    def _steer(self, frame: ClientFrame, kind: str) -> None:
        known = self._calls.get(frame.call)
        if known is None:
            return  # it has ended meanwhile
        if kind == "credit":
            items = frame.credit.items
            self._executor.submit(lambda: known.grant(items))
        else:
            known.cancel_soon()


def _refusal(call: int, sentence: str) -> WorkerFrame:
    return WorkerFrame(call=call, failure=PythonFailure(type="vitest_python.BadFrame", message=sentence))


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
