"""The gRPC service Bridge of proto/vitest_python/v1/bridge.proto."""

from __future__ import annotations

import os
import threading
from collections.abc import Iterator
from queue import SimpleQueue

# The real one, before the user's modules are imported: gevent puts another in its place.
from threading import get_ident
from typing import Any

import grpc

from .._gen.bridge_pb2 import CallReply, CallRequest, ClientFrame, PythonFailure, Start, WorkerFrame
from ..common.metadata import MEMORY_KEY, PID_KEY
from ..execution.executor import Executor
from ..program.resolve import FunctionResolver
from . import busy, shared_memory
from .call import Call
from .session import Session
from .session_context import SessionContext

SERVICE = "vitest_python.v1.Bridge"


class Bridge(grpc.GenericRpcHandler):
    """Serves sessions and unary calls, and runs the functions that they call on the executor."""

    def __init__(self, executor: Executor, resolver: FunctionResolver, log: str | None = None) -> None:
        """Serve clients of this machine, or of a network.

        Args:
            executor: runs the functions
            resolver: finds them
            log: the file of the worker's output if clients come over a network. They learn its size, because they
                read a copy. And no memory is shared with them: an equal pid is that of a stranger
        """
        self._log = log
        self._executor = executor
        self._resolver = resolver
        self._call = grpc.unary_unary_rpc_method_handler(
            self._run_call, CallRequest.FromString, CallReply.SerializeToString
        )

    def service(self, handler_call_details: grpc.HandlerCallDetails) -> grpc.RpcMethodHandler[Any, Any] | None:
        """See grpc.GenericRpcHandler."""
        if handler_call_details.method == f"/{SERVICE}/Session":
            return self._open_session()
        return self._call if handler_call_details.method == f"/{SERVICE}/Call" else None

    def _open_session(self) -> grpc.RpcMethodHandler[Any, Any]:
        answers = _Answers(self._log)
        session = Session(self._executor, self._resolver, answers)

        def run(frames: Iterator[ClientFrame], context: grpc.ServicerContext) -> Iterator[WorkerFrame]:
            context.add_callback(session.stop)
            if self._log is None and _can_share_memory(context):
                session.share_memory()
                context.send_initial_metadata(((MEMORY_KEY, "open"),))
            threading.Thread(target=_read, args=(frames, session), name="session", daemon=True).start()
            return iter(answers)

        # Each session has its own handler, because it receives its frames in the deserializer. That is a thread
        # earlier than by iterating over the requests.
        def receive(data: bytes) -> ClientFrame:
            # This thread of gRPC's reads for all sessions, and runs no code of the user but finalizers.
            busy.reading.add(get_ident())
            return session.receive(data)

        return grpc.stream_stream_rpc_method_handler(run, receive, WorkerFrame.SerializeToString)

    def _run_call(self, request: CallRequest, context: grpc.ServicerContext) -> CallReply:
        reply = _UnaryReply()
        start = Start(name=request.name, arguments=request.arguments)
        call = Call(self._executor, SessionContext(self._resolver), reply, start)
        context.add_callback(call.cancel_soon)
        self._executor.submit(call.begin)
        return reply.wait()


class _Answers:
    """A Channel from which gRPC takes the frames."""

    def __init__(self, log: str | None) -> None:
        self._frames: SimpleQueue[WorkerFrame | None] = SimpleQueue()
        self._log = log

    def send(self, frame: WorkerFrame) -> None:
        if self._log is not None:
            frame.printed = os.stat(self._log).st_size
        self._frames.put(frame)

    def close(self) -> None:
        self._frames.put(None)

    def __iter__(self) -> Iterator[WorkerFrame]:
        thread = get_ident()
        busy.writing.add(thread)
        try:
            yield from iter(self._frames.get, None)
        finally:
            busy.writing.discard(thread)


def _read(frames: Iterator[ClientFrame], session: Session) -> None:
    thread = get_ident()
    busy.reading.add(thread)
    try:
        for _ in frames:  # `receive` has handled this frame already; this asks for the next one
            pass
    except Exception:
        session.stop()  # gRPC raises a bare Exception when the client is gone
    else:
        session.half_close()
    finally:
        busy.reading.discard(thread)


def _can_share_memory(context: grpc.ServicerContext) -> bool:
    # The client sends its pid if it can open this process's files.
    pid = dict(context.invocation_metadata()).get(PID_KEY, "")
    return str(pid).isdecimal() and shared_memory.can_open(int(pid))


class _UnaryReply:
    def __init__(self) -> None:
        self._answer: SimpleQueue[CallReply] = SimpleQueue()

    def wait(self) -> CallReply:
        return self._answer.get()

    def value(self, data: bytes) -> None:
        self._answer.put(CallReply(value=data))

    def item(self, data: bytes) -> None:
        raise AssertionError("a unary call has no items")

    def end(self) -> None:
        raise AssertionError("a unary call ends with a value")

    def failure(self, failure: PythonFailure) -> None:
        self._answer.put(CallReply(failure=failure))
