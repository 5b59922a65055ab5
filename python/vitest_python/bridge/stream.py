"""Streams: send an iterator's items, but no more of them than the caller has allowed."""

from __future__ import annotations

import asyncio
from typing import Any, Protocol

from ..execution import interrupt
from ..execution.executor import Executor
from ..execution.task_result import result_of
from .stream_state import StreamAction, StreamEvent, StreamPhase, transition


class StreamHost(interrupt.Interruptible, Protocol):
    """The call that a stream belongs to."""

    executor: Executor
    """Runs the stream's work on the main thread."""

    def send(self, item: object) -> None:
        """Encode and send an item. Raises TypeError if it cannot be sent."""

    def end(self) -> None:
        """End the call after the last item."""

    def fail(self, error: BaseException) -> None:
        """End the call with an error."""


class _Stream:
    def __init__(self, call: StreamHost, iterator: Any, credit: int) -> None:
        self._call = call
        self._iterator = iterator
        self._credit = credit
        self._phase: StreamPhase = "ready"

    def _advance(self, event: StreamEvent) -> StreamAction:
        self._phase, action = transition(self._phase, event, self._credit)
        if action == "ask":
            self._credit -= 1
        return action

    def _grant(self, items: int) -> bool:
        """Add to the credit, and return whether the stream was waiting for it."""
        self._credit += items
        return self._advance("grant") == "ask"

    def _end(self, event: StreamEvent, error: BaseException | None = None) -> None:
        if self._advance(event) == "fail" and error is not None:
            self._call.fail(error)
        else:
            self._call.end()


class SyncStream(_Stream):
    """Sends the items of an iterator. Each `next` is a piece of work of its own, so other calls run in between."""

    def begin(self) -> None:
        """Queue the first step."""
        self._call.executor.submit(self._step)

    def grant(self, items: int) -> None:
        """Allow that many more items."""
        if self._grant(items):
            self._send_next()

    def cancel(self) -> None:
        """Close the generator, so its `finally` runs: now, or if it is running further up the stack, once it yields."""
        if self._advance("cancel") == "close":
            self._close_and_end()

    def _step(self) -> None:
        if self._advance("step") == "ask":
            self._send_next()

    def _send_next(self) -> None:
        try:
            item = self._next()
            action = self._advance("item")
            if action == "send":
                self._call.send(item)
                action = self._advance("sent")
        except StopIteration:
            self._end("stop")
        except BaseException as error:
            self._close_and_fail(error)
        else:
            if action == "continue":
                self._call.executor.submit(self._step)
            else:
                self._close_and_end()

    def _next(self) -> Any:
        previous = interrupt.enter(self._call)
        try:
            return next(self._iterator)
        finally:
            interrupt.leave(previous)

    def _close_and_end(self) -> None:
        try:
            self._close()
        except BaseException as error:
            self._end("fail", error)
        else:
            self._end("stop")

    def _close_and_fail(self, error: BaseException) -> None:
        try:
            self._close()  # a generator whose item could not be sent is still suspended
        except BaseException as another:
            another.__context__ = another.__context__ or error
            error = another
        self._end("fail", error)

    def _close(self) -> None:
        close = getattr(self._iterator, "close", None)
        if close is None:
            return
        previous = interrupt.enter(self._call)
        try:
            close()
        finally:
            interrupt.leave(previous)


class AsyncStream(_Stream):
    """Sends the items of an async iterator from one task, because timeouts and context variables belong to a task."""

    def __init__(self, call: StreamHost, iterator: Any, credit: int) -> None:
        super().__init__(call, iterator, credit)
        self._granted = asyncio.Event()

    def begin(self) -> None:
        """Start the task."""
        self._call.task = self._call.executor.start(self._drive(), self._settle)

    def grant(self, items: int) -> None:
        """Allow that many more items."""
        if self._grant(items):
            self._granted.set()

    def cancel(self) -> None:
        """Cancel the generator's current `await`, so its `finally` runs."""
        if self._advance("cancel") != "none" and self._call.task is not None:
            self._call.task.cancel()

    async def _drive(self) -> None:
        try:
            while await self._send_next():
                pass
        finally:
            close = getattr(self._iterator, "aclose", None)
            if close is not None:
                await close()

    async def _send_next(self) -> bool:
        """Send one item; False after the last one."""
        if self._advance("step") != "ask":
            self._granted.clear()
            await self._granted.wait()
        try:
            item = await self._iterator.__anext__()
        except StopAsyncIteration:
            return False
        if self._advance("item") != "send":
            return False
        self._call.send(item)
        return self._advance("sent") == "continue"

    def _settle(self, task: asyncio.Future[Any]) -> None:
        try:
            result_of(task)
        except asyncio.CancelledError as error:
            self._end("abort", error)
        except BaseException as error:
            self._end("fail", error)
        else:
            self._end("stop")
