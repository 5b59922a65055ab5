"""One call from its start to its one ending: a value, the end of a stream, or a failure."""

from __future__ import annotations

import asyncio
from types import AsyncGeneratorType, GeneratorType
from typing import Any, Protocol

from .._gen.bridge_pb2 import EXEC, PythonFailure, Start
from ..authoring import Spec, spec_of
from ..errors import Cancelled, TimedOut, WrongMethod
from ..execution import interrupt
from ..execution.executor import Executor
from ..execution.invoke import invoke
from ..execution.time_limit import TimeLimit
from ..failures.failure import describe
from ..values.type_name import type_name
from .session_context import SessionContext
from .stream import AsyncStream, SyncStream


class Reply(Protocol):
    """Where a call's outcome goes; `value`, `end` or `failure` is the last, exactly once."""

    def value(self, data: bytes) -> None:
        """The result, as MessagePack."""

    def item(self, data: bytes) -> None:
        """One item of a stream, as MessagePack."""

    def end(self) -> None:
        """The end of a stream."""

    def failure(self, failure: PythonFailure) -> None:
        """What was raised instead."""


class Call:
    """Everything here runs on the main thread, except `cancel_soon`."""

    def __init__(self, executor: Executor, context: SessionContext, reply: Reply, start: Start) -> None:
        self.executor = executor
        self._context = context
        self._reply = reply
        self.task: asyncio.Future[Any] | None = None
        self._start = start
        self._cancelled = False
        self._ended = False
        # Items that were allowed before the stream opened.
        self._credit = start.credit
        self._stream: SyncStream | AsyncStream | None = None
        self._spec = Spec()
        self._limit: TimeLimit | None = None

    def begin(self) -> None:
        """Calls the function."""
        try:
            if self._cancelled:
                raise Cancelled(f"{self._start.name} was cancelled before it was called")
            function, arguments, keywords = self._context.prepare(self._start)
            self._apply_spec(spec_of(function))
            self._take(invoke(function, self._start.name, arguments, keywords, self))
        except BaseException as error:
            # SystemExit and KeyboardInterrupt end the call and not the worker.
            self.fail(error)

    def grant(self, items: int) -> None:
        """Allows a stream that many more items."""
        if self._stream is None:
            self._credit += items
        else:
            self._stream.grant(items)

    def cancel_soon(self) -> None:
        """From any thread: a call that waits is not begun, a coroutine cancelled, code that runs interrupted."""
        # A coroutine and a generator hear of it by their own means first, and are interrupted when asked once more.
        if self._cancelled or (self.task is None and self._stream is None):
            interrupt.request(self)
        self._cancelled = True
        self.executor.submit(self._cancel)

    def succeed(self, value: object) -> None:
        """Ends the call with a value."""
        if self._overdue():
            return self.fail(TimedOut())
        data = self._context.encode(value, self._start.keep)
        self._forget()
        return self._reply.value(data)

    def send(self, item: object) -> None:
        """Sends an item of a stream; raises TypeError for a value that cannot be sent."""
        self._reply.item(self._context.encode(item))

    def end(self) -> None:
        """Ends a stream."""
        if self._overdue():
            return self.fail(TimedOut())
        self._forget()
        return self._reply.end()

    def fail(self, error: BaseException) -> None:
        """Ends the call with what was raised."""
        if self._limit is not None and self._overdue():
            sentence = f"{self._start.name} took longer than the {self._limit.seconds:g} s of its @tool"
            error = TimedOut(sentence).with_traceback(error.__traceback__)
        self._forget()
        failure = describe(error)
        if self._context.callbacks is not None:
            failure.number = self._context.callbacks.remember(error)
        self._reply.failure(failure)

    def _apply_spec(self, spec: Spec) -> None:
        self._spec = spec
        if spec.stream and not (self._start.stream or self._start.keep):
            raise WrongMethod(f"{self._start.name} is a stream; use python.stream instead of python.call")
        if spec.timeout is not None and not self._start.limited:
            self._limit = TimeLimit(spec.timeout, self.cancel_soon)

    def _overdue(self) -> bool:
        return self._limit is not None and self._limit.passed

    def _forget(self) -> None:
        if self._limit is not None:
            self._limit.end()
        self._ended = True
        interrupt.forget(self)

    def _cancel(self) -> None:
        if self._ended:
            interrupt.forget(self)  # it ended while it was given up
        elif self._stream is not None:
            self._stream.cancel()
        elif self.task is not None:
            self.task.cancel()

    def _take(self, result: Any) -> None:
        if hasattr(type(result), "__await__"):
            self.task = self.executor.start(result, self._settle)
            if self._cancelled:
                self.task.cancel()
        elif self._start.stream:
            self._open(result)
        elif type(result) in (GeneratorType, AsyncGeneratorType) and not self._start.keep:
            if isinstance(result, GeneratorType):
                result.close()
            raise WrongMethod(f"{self._start.name} returned a generator; use python.stream instead of python.call")
        else:
            self.succeed(None if self._start.verb == EXEC else result)

    def _settle(self, task: asyncio.Future[Any]) -> None:
        self.task = None
        try:
            self._take(task.result())
        except BaseException as error:
            self.fail(error)

    def _open(self, result: Any) -> None:
        if hasattr(type(result), "__anext__"):
            self._stream = AsyncStream(self, result, self._credit)
        elif hasattr(type(result), "__next__"):
            self._stream = SyncStream(self, result, self._credit)
        elif self._spec.stream and hasattr(type(result), "__iter__"):
            self._stream = SyncStream(self, iter(result), self._credit)
        else:
            raise WrongMethod(
                f"{self._start.name} returned no iterator but {type_name(type(result))}; "
                "use python.call instead of python.stream"
            )
        self._stream.begin()
        if self._cancelled:
            self._stream.cancel()
