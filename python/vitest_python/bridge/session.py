"""All calls of a lease, over one channel."""

from __future__ import annotations

from google.protobuf.message import DecodeError

from .._gen.bridge_pb2 import ClientFrame, End, PythonFailure, WorkerFrame
from ..execution.executor import Executor
from ..execution.seed import seed
from ..program.resolve import FunctionResolver
from .buffer_transport import BufferTransport
from .call import Call
from .callbacks import Callbacks
from .channel import Channel
from .session_context import SessionContext
from .tracing.trace import CallTrace


class Session:
    """Receives frames on the thread of its transport. The main thread does the work."""

    def __init__(self, executor: Executor, resolver: FunctionResolver, channel: Channel) -> None:
        self._executor = executor
        self._channel = channel
        self._context = SessionContext(resolver)
        self._callbacks = Callbacks(executor, self.send, self._context.encode, self._context.decode)
        self._context.callbacks = self._callbacks
        self._buffers = self._context.buffers = BufferTransport(self.send)
        self._calls: dict[int, Call] = {}
        self._half_closed = False
        self.stopped = False
        """Whether frames that arrive no longer count."""

    def share_memory(self) -> None:
        """Use shared memory, because both sides can open each other's files. Call it before the first `receive`."""
        self._buffers.share_memory()

    def half_close(self) -> None:
        """Close the channel as soon as every call has ended, because the client sends nothing more."""
        self._half_closed = True
        self._end_when_done()

    def stop(self) -> None:
        """Send nothing more and cancel every call, because the client is gone."""
        self.stopped = True
        self._channel.close()
        self._callbacks.end()
        # Two threads may get here, but each call is cancelled once: a second time would interrupt a generator
        # instead of closing it.
        for number in list(self._calls):
            call = self._calls.pop(number, None)
            if call is not None:
                call.cancel_soon()
        self._buffers.close()

    def send(self, frame: WorkerFrame) -> None:
        """Send a frame."""
        self._channel.send(frame)

    def end(self, frame: WorkerFrame) -> None:
        """Send the last frame of a call."""
        call = self._calls.pop(frame.call, None)
        if call is not None and call.trace is not None:
            call.trace.stamp(frame)
        self._channel.send(frame)
        self._end_when_done()

    def _end_when_done(self) -> None:
        if self._half_closed and not self._calls:
            self._channel.close()

    def receive(self, data: bytes) -> ClientFrame:
        """Decode a frame and handle it at once, on the thread of the transport."""
        try:
            frame = ClientFrame.FromString(data)
        except DecodeError as error:
            # The frame's call is unknown, and raising an error here would end the stream without a message.
            self.send(refusal(0, f"a frame of {len(data)} bytes cannot be read: {error}"))
            self.stop()
            return ClientFrame()
        self._take(frame)
        return frame

    def _take(self, frame: ClientFrame) -> None:
        kind = frame.WhichOneof("kind")
        if kind == "start":
            trace = CallTrace(frame.call, frame.start) if frame.start.HasField("trace") else None
            call = Call(self._executor, self._context, _SessionReply(self, frame.call), frame.start, trace)
            if self._calls.setdefault(frame.call, call) is call:
                self._executor.submit(call.begin)
            else:
                self.send(refusal(frame.call, f"call {frame.call} was started twice"))
        elif kind == "answer":
            self._callbacks.answer(frame.answer)
        elif kind == "forget":
            numbers = list(frame.forget.references)
            # After the calls that are queued, because they may still use the references.
            self._executor.submit(lambda: self._context.forget(numbers))
        elif kind == "chunk":
            self._buffers.take(frame.chunk)
        elif kind == "unreadable":
            self._buffers.stop_sharing()
        elif kind == "seed":
            value = frame.seed.value
            self._executor.submit(lambda: seed(value))
        elif kind is None:
            self.end(refusal(frame.call, "this worker does not know this kind of frame"))
        else:
            self._steer(frame, kind)

    def _steer(self, frame: ClientFrame, kind: str) -> None:
        known = self._calls.get(frame.call)
        if known is None:
            return  # it has just ended
        if kind == "credit":
            items = frame.credit.items
            self._executor.submit(lambda: known.grant(items))
        else:
            known.cancel_soon()


def refusal(call: int, message: str) -> WorkerFrame:
    """Return the frame that says why a call, or the whole session if `call` is 0, ends."""
    return WorkerFrame(call=call, failure=PythonFailure(type="vitest_python.BadFrame", message=message))


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
