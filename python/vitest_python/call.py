"""One call from its start to its one ending: a value, the end of a stream, or a failure."""

from __future__ import annotations

import asyncio
from types import AsyncGeneratorType, GeneratorType
from typing import Any, Protocol

from ._gen.bridge_pb2 import PythonFailure
from .errors import Cancelled, WrongMethod
from .executor import Executor
from .failure import describe
from .invoke import invoke
from .resolve import Names
from .stream import AsyncStream, SyncStream
from .type_name import type_name
from .values import decode_arguments, encode


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

    def __init__(
        self,
        executor: Executor,
        names: Names,
        reply: Reply,
        name: str,
        arguments: bytes,
        credit: int | None = None,
    ) -> None:
        """`credit` is None for a call of one value, and the items that may be sent at once for a stream."""
        self._executor = executor
        self._names = names
        self._reply = reply
        self._name = name
        self._arguments = arguments
        self._credit = credit
        self._cancelled = False
        self._task: asyncio.Future[Any] | None = None
        self._stream: SyncStream | AsyncStream | None = None

    def begin(self) -> None:
        """Calls the function."""
        try:
            if self._cancelled:
                raise Cancelled(f"{self._name} was cancelled before it was called")
            function = self._names.resolve(self._name)
            arguments, keywords = decode_arguments(self._arguments)
            self._take(invoke(function, self._name, arguments, keywords))
        except BaseException as error:
            # SystemExit and KeyboardInterrupt end the call and not the worker.
            self._reply.failure(describe(error))

    def grant(self, items: int) -> None:
        """Allows a stream that many more items."""
        if self._stream is not None:
            self._stream.grant(items)
        elif self._credit is not None:
            self._credit += items

    def cancel_soon(self) -> None:
        """From any thread: a call that waits is not begun, a coroutine is cancelled, a generator closed."""
        self._cancelled = True
        self._executor.submit(self._cancel)

    def _cancel(self) -> None:
        if self._task is not None:
            self._task.cancel()
        elif self._stream is not None:
            self._stream.cancel()

    def _take(self, result: Any) -> None:
        if hasattr(type(result), "__await__"):
            self._task = self._executor.start(result, self._settle)
            if self._cancelled:
                self._task.cancel()
        elif self._credit is not None:
            self._open(result, self._credit)
        elif type(result) in (GeneratorType, AsyncGeneratorType):
            if isinstance(result, GeneratorType):
                result.close()
            raise WrongMethod(f"{self._name} returned a generator; use python.stream instead of python.call")
        else:
            self._reply.value(encode(result))

    def _settle(self, task: asyncio.Future[Any]) -> None:
        self._task = None
        try:
            self._take(task.result())
        except BaseException as error:
            self._reply.failure(describe(error))

    def _open(self, result: Any, credit: int) -> None:
        if hasattr(type(result), "__anext__"):
            self._stream = AsyncStream(self._executor, self._reply, result, credit)
        elif hasattr(type(result), "__next__"):
            self._stream = SyncStream(self._executor, self._reply, result, credit)
        else:
            raise WrongMethod(
                f"{self._name} returned no iterator but {type_name(type(result))}; "
                "use python.call instead of python.stream"
            )
        self._stream.begin()
        if self._cancelled:
            self._stream.cancel()
