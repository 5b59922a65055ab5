"""Calls functions of the test from Python, and takes items from its iterables."""

from __future__ import annotations

import asyncio
import itertools
import threading
from collections.abc import Callable
from concurrent.futures import Future
from typing import Any

from .._gen.bridge_pb2 import INVOKE, Answer, Callback, CallbackVerb, ScriptFailure, WorkerFrame
from ..common.forked import is_forked
from ..errors import JavaScriptError, SessionEnded
from ..execution.executor import Executor
from .busy import is_busy
from .tracing.trace import CallTrace, current_trace

# Exceptions that are remembered, in case the test throws them back.
_MAX_EXCEPTIONS = 100
_JAVASCRIPT_NOTE = "It went through JavaScript:"
_MAX_NOTES = 3


class Callbacks:
    """The callbacks of one session."""

    def __init__(
        self,
        executor: Executor,
        send: Callable[[WorkerFrame], None],
        encode: Callable[[object], bytes],
        decode: Callable[[bytes], Any],
    ) -> None:
        self._executor = executor
        self._send = send
        self._encode = encode
        self._decode = decode
        self._numbers = itertools.count(1)
        self._waiting: dict[int, Future[Any]] = {}
        self._exceptions: dict[int, BaseException] = {}
        self._ended = False

    def ask(
        self, target: int, verb: CallbackVerb, arguments: object = None, origin: CallTrace | None = None
    ) -> Future[Any]:
        """Send a callback to the client. `origin` is the trace of the call that has brought the function or iterable.

        The future fails with the error that the function threw, or with StopAsyncIteration if there are no more items.
        Raises RuntimeError in a process that user code has forked and on a thread that is busy, and SessionEnded.
        """
        # While it waited, it would read the sockets of the worker: the kernel gives it the same epoll instance.
        if is_forked():
            raise RuntimeError("the worker has forked this process, so it can't use a function or iterable of the test")
        if is_busy():
            raise RuntimeError(
                "a finalizer or signal handler can't use a function or iterable of the test now, because it interrupts "
                "the worker while that reads or writes messages of the test"
            )
        number = next(self._numbers)
        future: Future[Any] = Future()
        data = self._encode(arguments) if verb == INVOKE else b""
        self._waiting[number] = future
        # Checked after the future is added, because `end` sets the flag before it fails all futures.
        if self._ended:
            self._waiting.pop(number, None)
            raise SessionEnded("the test that this function or iterable belongs to has ended")
        future.add_done_callback(self._executor.wake)
        frame = WorkerFrame(callback=Callback(callback=number, target=target, verb=verb, arguments=data))
        # Code on a thread of its own isn't in the context of the call.
        trace = current_trace() or origin
        if trace is not None:
            trace.stamp_callback(frame)
        self._send(frame)
        return future

    def wait(self, future: Future[Any]) -> Any:
        """Wait for the result. On the main thread, other calls run in the meantime."""
        if threading.current_thread() is threading.main_thread():
            self._executor.work_until(future.done)
        error = future.exception()
        if error is not None:
            raise error  # `future.result` would add its frames to the traceback
        return future.result()

    def in_loop(self, future: Future[Any]) -> asyncio.Future[Any]:
        """Return an awaitable of the result, for code that runs in an event loop."""
        return asyncio.wrap_future(future)

    def remember(self, error: BaseException) -> int:
        """Return a number by which the client can throw `error` back; 0 if no callback is running there."""
        if not self._waiting:
            return 0
        number = next(self._numbers)
        self._exceptions[number] = error
        if len(self._exceptions) > _MAX_EXCEPTIONS:
            self._exceptions.pop(next(iter(self._exceptions)), None)
        return number

    def answer(self, answer: Answer) -> None:
        """Take the client's answer; on the thread of the transport."""
        future = self._waiting.pop(answer.callback, None)
        # A coroutine that no longer waits has cancelled the future.
        if future is None or not future.set_running_or_notify_cancel():
            return None
        kind = answer.WhichOneof("kind")
        if kind == "failure":
            return future.set_exception(self._failure(answer.failure, answer.callback))
        if kind == "end":
            return future.set_exception(StopAsyncIteration())
        try:
            future.set_result(self._decode(answer.value))
        except Exception as error:
            future.set_exception(error)
        return None

    def end(self) -> None:
        """Fail all callbacks, because the client is gone."""
        self._ended = True
        for number in list(self._waiting):
            future = self._waiting.pop(number, None)
            if future is not None and future.set_running_or_notify_cancel():
                future.set_exception(SessionEnded("the test ended before its function returned"))

    def _failure(self, failure: ScriptFailure, callback: int) -> BaseException:
        own = self._exceptions.pop(failure.exception, None)
        if own is None:
            return JavaScriptError(failure.name, failure.message, failure.stack, callback)
        _note(own, failure.stack)
        if not isinstance(own, StopIteration):
            return own
        # Futures and coroutines can't raise StopIteration. Python wraps it in the same way if a generator raises it.
        stopped = RuntimeError("a function of the test raised StopIteration")
        stopped.__cause__ = own
        return stopped


def _note(error: BaseException, stack: str) -> None:
    """Add the JavaScript stack to the exception, but only a few times for a recursion."""
    notes = [note for note in getattr(error, "__notes__", ()) if str(note).startswith(_JAVASCRIPT_NOTE)]
    if hasattr(error, "add_note") and len(notes) < _MAX_NOTES:
        error.add_note(f"{_JAVASCRIPT_NOTE}\n{stack}")
