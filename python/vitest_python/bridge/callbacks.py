"""Functions and iterables of the test that Python uses."""

from __future__ import annotations

import asyncio
import itertools
import threading
from collections.abc import Callable
from concurrent.futures import Future
from typing import Any

from .._gen.bridge_pb2 import INVOKE, Answer, Callback, CallbackVerb, ScriptFailure, WorkerFrame
from ..errors import JavaScriptError, SessionEnded
from ..execution.executor import Executor

# Exceptions that may come back to the code that let them out.
_MOST_EXCEPTIONS = 100
_WAY = "It went through JavaScript:"
_MOST_WAYS = 3


class Callbacks:
    """What one session asks of its client."""

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

    def ask(self, target: int, verb: CallbackVerb, arguments: object = None) -> Future[Any]:
        """Has the client do it; the future fails with what its function threw, at the end with StopAsyncIteration."""
        number = next(self._numbers)
        future: Future[Any] = Future()
        data = self._encode(arguments) if verb == INVOKE else b""
        self._waiting[number] = future
        # After it is noted: `end` sets the flag first and fails what it finds second.
        if self._ended:
            self._waiting.pop(number, None)
            raise SessionEnded("the test whose function this is has ended")
        future.add_done_callback(self._executor.wake)
        self._send(WorkerFrame(callback=Callback(callback=number, target=target, verb=verb, arguments=data)))
        return future

    def wait(self, future: Future[Any]) -> Any:
        """What became of it; on the main thread, other calls get their turn meanwhile."""
        if threading.current_thread() is threading.main_thread():
            self._executor.work_until(future.done)
        error = future.exception()
        if error is not None:
            raise error  # not by `result`, whose frames would stand in the traceback
        return future.result()

    def in_loop(self, future: Future[Any]) -> asyncio.Future[Any]:
        """The same for code that runs in an event loop."""
        return asyncio.wrap_future(future)

    def remember(self, error: BaseException) -> int:
        """A number by which the client can throw `error` back; 0 where nothing of ours is under way at the client."""
        if not self._waiting:
            return 0
        number = next(self._numbers)
        self._exceptions[number] = error
        if len(self._exceptions) > _MOST_EXCEPTIONS:
            self._exceptions.pop(next(iter(self._exceptions)), None)
        return number

    def answer(self, answer: Answer) -> None:
        """Takes what the client says; on gRPC's thread."""
        future = self._waiting.pop(answer.callback, None)
        # A coroutine that gave up waiting has cancelled it.
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
        """The client is gone: nobody answers any more."""
        self._ended = True
        for number in list(self._waiting):
            future = self._waiting.pop(number, None)
            if future is not None and future.set_running_or_notify_cancel():
                future.set_exception(SessionEnded("the test ended before its function had answered"))

    def _failure(self, failure: ScriptFailure, callback: int) -> BaseException:
        own = self._exceptions.pop(failure.exception, None)
        if own is None:
            return JavaScriptError(failure.name, failure.message, failure.stack, callback)
        _note(own, failure.stack)
        if not isinstance(own, StopIteration):
            return own
        # No future and no coroutine takes it; Python itself does the same to a generator that lets it out.
        stopped = RuntimeError("a function of the test raised StopIteration")
        stopped.__cause__ = own
        return stopped


def _note(error: BaseException, stack: str) -> None:
    """Has the exception say which way it came; a recursion says so a few times only."""
    ways = [note for note in getattr(error, "__notes__", ()) if str(note).startswith(_WAY)]
    if hasattr(error, "add_note") and len(ways) < _MOST_WAYS:
        error.add_note(f"{_WAY}\n{stack}")
