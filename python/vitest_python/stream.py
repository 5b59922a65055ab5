"""Streams: an iterator's items, sent no faster than the caller allows."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterator
from typing import TYPE_CHECKING, Any

from . import interrupt
from .executor import Executor
from .failure import describe
from .values import encode

if TYPE_CHECKING:
    from .call import Reply


class SyncStream:
    """Each `next` is a piece of work of its own, so that other calls get their turn in between."""

    def __init__(self, executor: Executor, reply: Reply, iterator: Iterator[Any], credit: int) -> None:
        self._executor = executor
        self._reply = reply
        self._iterator = iterator
        self._credit = credit
        self._parked = False
        self._ended = False

    def begin(self) -> None:
        """Has the first item made."""
        self._executor.submit(self._step)

    def grant(self, items: int) -> None:
        """Allows more items."""
        self._credit += items
        if self._parked and not self._ended:
            self._parked = False
            self._step()

    def cancel(self) -> None:
        """Closes the generator: its `finally` runs now."""
        if self._ended:
            return
        self._ended = True
        try:
            self._close()
        except BaseException as error:
            self._reply.failure(describe(error))
        else:
            self._reply.end()

    def _step(self) -> None:
        if self._ended:
            return
        if self._credit <= 0:
            self._parked = True
            return
        self._credit -= 1
        try:
            item = encode(self._next())
        except StopIteration:
            self._ended = True
            self._reply.end()
        except BaseException as error:
            self._fail(error)
        else:
            self._reply.item(item)
            self._executor.submit(self._step)

    def _next(self) -> Any:
        interrupt.in_user_code = True
        try:
            return next(self._iterator)
        finally:
            interrupt.in_user_code = False

    def _fail(self, error: BaseException) -> None:
        self._ended = True
        failure = describe(error)
        try:
            self._close()  # what cannot be sent ends a generator that has not ended by itself
        except BaseException as another:
            another.__context__ = another.__context__ or error
            failure = describe(another)
        self._reply.failure(failure)

    def _close(self) -> None:
        close = getattr(self._iterator, "close", None)
        if close is not None:
            close()


class AsyncStream:
    """One task from the first item to the last: timeouts and context variables belong to a task."""

    def __init__(self, executor: Executor, reply: Reply, iterator: AsyncIterator[Any], credit: int) -> None:
        self._executor = executor
        self._reply = reply
        self._iterator = iterator
        self._credit = credit
        self._granted = asyncio.Event()
        self._task: asyncio.Future[Any] | None = None
        self._cancelled = False

    def begin(self) -> None:
        """Has the first item made."""
        self._task = self._executor.start(self._drive(), self._settle)

    def grant(self, items: int) -> None:
        """Allows more items."""
        self._credit += items
        self._granted.set()

    def cancel(self) -> None:
        """Cancels what the generator waits for; its `finally` runs."""
        if self._task is not None and not self._task.done():
            self._cancelled = True
            self._task.cancel()

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
                self._reply.item(encode(item))
        finally:
            close = getattr(self._iterator, "aclose", None)
            if close is not None:
                await close()

    def _settle(self, task: asyncio.Future[Any]) -> None:
        try:
            task.result()
        except asyncio.CancelledError as error:
            if self._cancelled:
                self._reply.end()
            else:
                self._reply.failure(describe(error))
        except BaseException as error:
            self._reply.failure(describe(error))
        else:
            self._reply.end()
