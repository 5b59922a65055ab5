"""Plays calls without a client: their functions follow a script, and a test takes the main thread's turns."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import AsyncIterator, Callable, Generator, Iterator
from dataclasses import dataclass, field
from typing import Any, Literal, cast

from vitest_python._gen.bridge_pb2 import PythonFailure, Start
from vitest_python.bridge.call import Call
from vitest_python.execution.executor import Executor

Step = Literal[
    "item",
    "unsendable",
    "raise",
    "raise cancelled",
    "cancel",
    "cancel in thread",
    "grant",
    "work",
    "sleep",
    "stubborn",
]
Kind = Literal["value", "coroutine", "generator", "async generator", "coroutine of generator", "coroutine of coroutine"]

UNSENDABLE = object()


class SteppedExecutor(Executor):
    """Does one piece of work for each turn, and never blocks."""

    def turn(self) -> None:
        """Do a piece of work and let the tasks run once, as `Executor.run` would."""
        self._step()

    def _work(self) -> None:
        if not self._queue.empty():
            self._queue.get()()
        if self._loop is not None and asyncio._get_running_loop() is None:
            self._run_loop(self._loop, once=True)

    def work_once(self) -> None:
        """Wait as a function does that waits for a callback, while other calls get a few turns."""
        turns = iter([False, False, False, True])
        self.work_until(lambda: next(turns))

    def cancel_all_tasks(self) -> None:
        """Cancel the tasks of all calls, as a user's coroutine may do."""
        for task in asyncio.all_tasks(self._loop) if self._loop is not None else ():
            task.cancel()

    @property
    def idle(self) -> bool:
        """Whether nothing is queued."""
        return self._queue.empty()

    def close(self) -> None:
        """Close the loop."""
        if self._loop is not None:
            self._loop.run_until_complete(self._loop.shutdown_asyncgens())
            self._loop.close()


@dataclass
class RecordedReply:
    """Records the frames that a client would receive."""

    frames: list[str] = field(default_factory=list)

    def value(self, data: bytes) -> None:
        self.frames.append("value")

    def item(self, data: bytes) -> None:
        self.frames.append("item")

    def end(self) -> None:
        self.frames.append("end")

    def failure(self, failure: PythonFailure) -> None:
        self.frames.append(f"failure {failure.type}")


class PlayedCall:
    """One call whose function follows a script."""

    def __init__(self, executor: SteppedExecutor, kind: Kind, stream: bool, credit: int, script: list[Step]) -> None:
        self.executor = executor
        self.script = script
        self.reply = RecordedReply()
        self.granted = credit
        self.sent_late = False
        """Whether an item was sent although the stream had been cancelled."""
        self.generators: list[Generator[object, None, None]] = []
        self._kind = kind
        self.call = Call(executor, cast(Any, self), self.reply, Start(name=kind, stream=stream, credit=credit))

    # The call's context.

    callbacks = None

    def prepare(self, start: Start) -> tuple[Callable[..., Any], list[Any], dict[str, Any]]:
        """See SessionContext."""
        functions: dict[Kind, Callable[[], Any]] = {
            "value": self._value,
            "coroutine": self._coroutine,
            "generator": self._made_generator,
            "async generator": self._async_generator,
            "coroutine of generator": self._coroutine_of_generator,
            "coroutine of coroutine": self._coroutine_of_coroutine,
        }
        return functions[self._kind], [], {}

    def encode(self, value: object, keep: bool = False) -> bytes:
        """See SessionContext."""
        stream = self.call._stream
        self.sent_late = self.sent_late or (stream is not None and stream._phase != "working")
        if value is UNSENDABLE:
            raise TypeError("unsendable")
        return b""

    # The client.

    def grant(self, items: int) -> None:
        """Allow more items, as a Credit frame does."""
        self.granted += items
        self.executor.submit(lambda: self.call.grant(items))

    def cancel_in_thread(self) -> None:
        """Give the call up from another thread, as gRPC's do."""
        thread = threading.Thread(target=self.call.cancel_soon)
        thread.start()
        thread.join()

    # The user's function.

    def _play(self, step: Step) -> None:
        try:
            self._do(step)
        except KeyboardInterrupt:
            if "stubborn" not in self.script:
                raise

    def _do(self, step: Step) -> None:
        if step == "raise":
            raise ValueError
        if step == "raise cancelled":
            raise asyncio.CancelledError
        if step == "cancel":
            self.call.cancel_soon()
            self.executor.work_once()
        if step == "cancel in thread":
            self.cancel_in_thread()
        if step == "grant":
            self.grant(1)
        if step == "work":
            self.executor.work_once()

    def _value(self) -> object:
        for step in self.script:
            self._play(step)
        return UNSENDABLE if "unsendable" in self.script else 1

    async def _coroutine(self) -> object:
        for step in self.script:
            self._play(step)
            try:
                await asyncio.sleep(0)
            except asyncio.CancelledError:
                if "stubborn" not in self.script:
                    raise
        return UNSENDABLE if "unsendable" in self.script else 1

    async def _coroutine_of_generator(self) -> object:
        await asyncio.sleep(0)
        return self._made_generator()

    async def _coroutine_of_coroutine(self) -> object:
        await asyncio.sleep(0)
        return self._coroutine()

    def _made_generator(self) -> Iterator[object]:
        self.generators.append(self._generator())
        return self.generators[-1]

    def _generator(self) -> Generator[object, None, None]:
        try:
            for step in self.script:
                self._play(step)
                if step in ("item", "unsendable"):
                    yield UNSENDABLE if step == "unsendable" else 1
        finally:
            if "stubborn" in self.script:
                self.executor.work_once()

    async def _async_generator(self) -> AsyncIterator[object]:
        for step in self.script:
            self._play(step)
            try:
                await asyncio.sleep(0)
            except asyncio.CancelledError:
                if "stubborn" not in self.script:
                    raise
            if step in ("item", "unsendable"):
                yield UNSENDABLE if step == "unsendable" else 1
