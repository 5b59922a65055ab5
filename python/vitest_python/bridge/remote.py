"""The Python objects that stand for functions and iterables of the test."""

from __future__ import annotations

import asyncio
from concurrent.futures import Future
from typing import Any

from .._gen.bridge_pb2 import CLOSE, INVOKE, NEXT
from .callbacks import Callbacks
from .tracing.trace import current_trace


class Function:
    """A function of the test, such as `vi.fn()`.

    If you call it from synchronous code, on any thread, it returns the function's result, and waits if that is a
    promise. If you call it while an event loop runs, it returns an awaitable of the result. The function gets keyword
    arguments as one object, its last argument. Raises JavaScriptError if the function throws.
    """

    def __init__(self, callbacks: Callbacks, number: int, name: str) -> None:
        self._callbacks = callbacks
        self._number = number
        self._origin = current_trace()
        self.__name__ = self.__qualname__ = name or "function"

    def __call__(self, *arguments: Any, **keywords: Any) -> Any:
        asked = self._ask(arguments, keywords)
        if asyncio._get_running_loop() is not None:
            return self._callbacks.in_loop(asked)
        return self._callbacks.wait(asked)

    def sync(self, *arguments: Any, **keywords: Any) -> Any:
        """Call the function and wait, even if an event loop runs. The loop is blocked in the meantime."""
        return self._callbacks.wait(self._ask(arguments, keywords))

    def _ask(self, arguments: tuple[Any, ...], keywords: dict[str, Any]) -> Future[Any]:
        return self._callbacks.ask(self._number, INVOKE, [list(arguments), keywords], self._origin)

    def __repr__(self) -> str:
        return f"<function {self.__name__} of the test>"


class Items:
    """An iterable of the test, for one `for` or `async for` loop."""

    def __init__(self, callbacks: Callbacks, number: int) -> None:
        self._callbacks = callbacks
        self._number = number
        self._origin = current_trace()
        self._ended = False

    def __iter__(self) -> Items:
        return self

    def __aiter__(self) -> Items:
        return self

    def __next__(self) -> Any:
        if self._ended:
            raise StopIteration
        try:
            return self._callbacks.wait(self._callbacks.ask(self._number, NEXT, origin=self._origin))
        except StopAsyncIteration:
            self._ended = True
        raise StopIteration

    async def __anext__(self) -> Any:
        if self._ended:
            raise StopAsyncIteration
        try:
            return await self._callbacks.in_loop(self._callbacks.ask(self._number, NEXT, origin=self._origin))
        except StopAsyncIteration:
            self._ended = True
            raise

    def close(self) -> None:
        """Take no more items. If the test's iterable is a generator, its `finally` runs."""
        if not self._ended:
            self._ended = True
            self._callbacks.ask(self._number, CLOSE, origin=self._origin)
