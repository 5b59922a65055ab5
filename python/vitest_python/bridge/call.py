"""One call, from its start to its end: a value, the end of a stream, or a failure."""

from __future__ import annotations

import asyncio
import threading
from dataclasses import dataclass, field
from types import AsyncGeneratorType, GeneratorType
from typing import Any, Protocol

from .._gen.bridge_pb2 import EXEC, PythonFailure, Start
from ..authoring import Spec, spec_of
from ..errors import Cancelled, TimedOut, WrongMethod
from ..execution import interrupt
from ..execution.executor import Executor
from ..execution.invoke import invoke
from ..execution.task_result import result_of
from ..execution.time_limit import TimeLimit
from ..failures.failure import describe
from ..values.type_name import type_name
from .call_state import CallAction, CallEvent, CallState, transition
from .session_context import SessionContext
from .stream import AsyncStream, SyncStream
from .tracing.trace import CallTrace
from .tracing.traced_stream import TracedStream


class Reply(Protocol):
    """Sends the outcome of a call. The last call is `value`, `end` or `failure`, exactly once."""

    def value(self, data: bytes) -> None:
        """Send the result, as MessagePack."""

    def item(self, data: bytes) -> None:
        """Send an item of a stream, as MessagePack."""

    def end(self) -> None:
        """End a stream."""

    def failure(self, failure: PythonFailure) -> None:
        """Send the exception that was raised."""


@dataclass(eq=False)
class Call:
    """Runs one call. Everything happens on the main thread, except `cancel_soon`."""

    executor: Executor
    context: SessionContext
    reply: Reply
    start: Start
    trace: CallTrace | None = None
    """None if the client doesn't trace the call."""
    task: asyncio.Future[Any] | None = field(default=None, init=False)
    """The task of a coroutine or of an asynchronous stream."""
    _state: CallState = field(default="waiting", init=False)
    _changing: threading.Lock = field(default_factory=threading.Lock, init=False)
    _early_credit: int = field(default=0, init=False)
    """Items that were allowed before the stream opened."""
    _stream: SyncStream | AsyncStream | None = field(default=None, init=False)
    _spec: Spec = field(default=Spec(), init=False)
    _limit: TimeLimit | None = field(default=None, init=False)

    def begin(self) -> None:
        """Call the function."""
        if self.trace is None:
            self._begin()
        else:
            self.trace.begin()
            self.trace.run(self._begin)

    def _begin(self) -> None:
        try:
            if self._advance("begin") == "refuse":
                raise Cancelled(f"{self.start.name} was cancelled before it was called")
            function, arguments, keywords = self.context.prepare(self.start)
            self._apply_spec(spec_of(function))
            self._take(invoke(function, self.start.name, arguments, keywords, self))
        except BaseException as error:
            # SystemExit and KeyboardInterrupt end the call, not the worker.
            self.fail(error)

    def grant(self, items: int) -> None:
        """Allow that many more items of a stream."""
        if self._stream is None:
            self._early_credit += items
        else:
            self._stream.grant(items)

    def cancel_soon(self) -> None:
        """Give the call up; from any thread.

        A call that waits for its turn doesn't begin, a coroutine is cancelled, a generator closed, and running code
        interrupted. A coroutine or generator that goes on regardless is interrupted when this is called again.
        """
        self._advance("cancel")
        # A function that waits for a callback finds out when this wakes the main thread.
        self.executor.submit(self._cancel)

    def succeed(self, value: object) -> None:
        """End the call with a value."""
        if self._overdue():
            return self.fail(TimedOut())
        if self.trace is not None:
            self.trace.note_return()
        data = self.context.encode(value, self.start.keep)
        self._end()
        return self.reply.value(data)

    def send(self, item: object) -> None:
        """Send an item of a stream. Raises TypeError if it can't be sent."""
        self.reply.item(self.context.encode(item))

    def end(self) -> None:
        """End a stream."""
        if self._overdue():
            return self.fail(TimedOut())
        self._end()
        return self.reply.end()

    def fail(self, error: BaseException) -> None:
        """End the call with an error."""
        if self._limit is not None and self._overdue():
            message = f"{self.start.name} took longer than the {self._limit.seconds:g} s of its @tool"
            error = TimedOut(message).with_traceback(error.__traceback__)
        self._end(error)
        failure = describe(error)
        if self.context.callbacks is not None:
            failure.number = self.context.callbacks.remember(error)
        self.reply.failure(failure)

    def _apply_spec(self, spec: Spec) -> None:
        self._spec = spec
        if spec.stream and not (self.start.stream or self.start.keep):
            raise WrongMethod(f"{self.start.name} is a stream; use python.stream instead of python.call")
        if spec.timeout is not None and not self.start.limited:
            self._limit = TimeLimit(spec.timeout, self.cancel_soon)

    def _advance(self, event: CallEvent) -> CallAction:
        # The signal is sent under the lock, so it cannot arrive after the call has ended and hit another one.
        with self._changing:
            self._state, action = transition(self._state, event)
            if action == "interrupt":
                interrupt.request(self)
        return action

    def _overdue(self) -> bool:
        return self._limit is not None and self._limit.passed

    def _end(self, error: BaseException | None = None) -> None:
        self._advance("end")
        if self.trace is not None:
            self.trace.end(error)
        if self._limit is not None:
            self._limit.end()
        interrupt.forget(self)

    def _cancel(self) -> None:
        if self._state == "closing" and self._stream is not None:
            self._stream.cancel()
        elif self._state == "cancelling" and self.task is not None:
            self.task.cancel()

    def _take(self, result: Any) -> None:
        if hasattr(type(result), "__await__"):
            self.task = self.executor.start(result, self._settle)
            if self._advance("await") == "cancel":
                self.task.cancel()
        elif self.start.stream:
            self._open(result)
        elif type(result) in (GeneratorType, AsyncGeneratorType) and not self.start.keep:
            if isinstance(result, GeneratorType):
                result.close()
            raise WrongMethod(f"{self.start.name} returned a generator; use python.stream instead of python.call")
        else:
            self.succeed(None if self.start.verb == EXEC else result)

    def _settle(self, task: asyncio.Future[Any]) -> None:
        self.task = None
        self._advance("settle")
        try:
            self._take(result_of(task))
        except BaseException as error:
            self.fail(error)

    def _open(self, result: Any) -> None:
        credit = self.start.credit + self._early_credit
        if hasattr(type(result), "__anext__"):
            self._stream = AsyncStream(self, result, credit)
        elif hasattr(type(result), "__next__"):
            self._stream = self._sync_stream(result, credit)
        elif self._spec.stream and hasattr(type(result), "__iter__"):
            self._stream = self._sync_stream(iter(result), credit)
        else:
            raise WrongMethod(
                f"{self.start.name} returned {type_name(type(result))}, which is not an iterator; "
                "use python.call instead of python.stream"
            )
        self._stream.begin()
        if self._advance("stream") == "cancel":
            self._stream.cancel()

    def _sync_stream(self, iterator: Any, credit: int) -> SyncStream:
        if self.trace is None:
            return SyncStream(self, iterator, credit)
        return TracedStream(self, iterator, credit, self.trace)
