"""Streams: an iterator's items, sent no faster than the caller allows."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterator
from typing import Any, Protocol

from ..execution import interrupt
from ..execution.executor import Executor


class StreamHost(interrupt.Interruptible, Protocol):
    """The call that a stream belongs to."""

    executor: Executor
    """Runs the work of the stream on the main thread."""

    def send(self, item: object) -> None:
        """Encodes and sends an item; raises TypeError for a value that cannot be sent."""

    def end(self) -> None:
        """Ends the call after the last item."""

    def fail(self, error: BaseException) -> None:
        """Ends the call with what was raised."""


class SyncStream:
    """Each `next` is a piece of work of its own, so that other calls get their turn in between."""

    def __init__(self, call: StreamHost, iterator: Iterator[Any], credit: int) -> None:
        self._call = call
        self._credit = credit
        self._iterator = iterator
        self._parked = False
        self._at_work = False
        self._cancelled = False
        self._ended = False

    def begin(self) -> None:
        """Has the first item made."""
        self._call.executor.submit(self._step)

    def grant(self, items: int) -> None:
        """Allows that many more items."""
        self._credit += items
        if self._parked and not self._ended:
            self._parked = False
            self._step()

    def cancel(self) -> None:
        """Closes the generator: its `finally` runs now, or when it yields if it is at work below this."""
        self._cancelled = True
        if not self._ended and not self._at_work:
            self._finish()

    def _step(self) -> None:
        if self._ended:
            return None
        if self._credit <= 0:
            self._parked = True
            return None
        self._credit -= 1
        try:
            item = self._next()
            if not self._cancelled:
                self._call.send(item)
        except StopIteration:
            self._ended = True
            self._call.end()
        except BaseException as error:
            self._fail(error)
        else:
            if self._cancelled:
                return self._finish()
            self._call.executor.submit(self._step)

    def _next(self) -> Any:
        self._at_work = True
        previous = interrupt.enter(self._call)
        try:
            return next(self._iterator)
        finally:
            interrupt.leave(previous)
            self._at_work = False

    def _finish(self) -> None:
        self._ended = True
        try:
            self._close()
        except BaseException as error:
            self._call.fail(error)
        else:
            self._call.end()

    def _fail(self, error: BaseException) -> None:
        self._ended = True
        try:
            self._close()  # what cannot be sent ends a generator that has not ended by itself
        except BaseException as another:
            another.__context__ = another.__context__ or error
            error = another
        self._call.fail(error)

    def _close(self) -> None:
        close = getattr(self._iterator, "close", None)
        if close is None:
            return
        previous = interrupt.enter(self._call)
        try:
            close()
        finally:
            interrupt.leave(previous)


class AsyncStream:
    """One task from the first item to the last: timeouts and context variables belong to a task."""

    def __init__(self, call: StreamHost, iterator: AsyncIterator[Any], credit: int) -> None:
        self._call = call
        self._credit = credit
        self._iterator = iterator
        self._granted = asyncio.Event()
        self._cancelled = False

    def begin(self) -> None:
        """Has the first item made."""
        self._call.task = self._call.executor.start(self._drive(), self._settle)

    def grant(self, items: int) -> None:
        """Allows that many more items."""
        self._credit += items
        self._granted.set()

    def cancel(self) -> None:
        """Cancels what the generator waits for; its `finally` runs."""
        if self._call.task is not None and not self._call.task.done():
            self._cancelled = True
            self._call.task.cancel()

    async def _drive(self) -> None:
        try:
            while True:
                while self._credit <= 0:
                    self._granted.clear()
                    await self._granted.wait()
                self._credit -= 1
                try:
                    item = await self._iterator.__anext__()
                except StopAsyncIteration:
                    return
                self._call.send(item)
        finally:
            close = getattr(self._iterator, "aclose", None)
            if close is not None:
                await close()

    def _settle(self, task: asyncio.Future[Any]) -> None:
        try:
            task.result()
        except asyncio.CancelledError as error:
            if self._cancelled:
                self._call.end()
            else:
                self._call.fail(error)
        except BaseException as error:
            self._call.fail(error)
        else:
            self._call.end()
