"""The main thread's work: user code runs here and nowhere else, one piece after the other."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from queue import SimpleQueue
from typing import Any, NoReturn

Work = Callable[[], None]


class Executor:
    """A queue of pieces of work, and one event loop between them.

    Synchronous code never runs inside the loop, so that it may call `asyncio.run` itself. Until the first
    coroutine the main thread waits at the queue; from then on it waits inside the loop, because what a
    coroutine left running (a server, a task) must go on, and leaves the loop when work arrives.
    """

    def __init__(self) -> None:
        self._queue: SimpleQueue[Work] = SimpleQueue()
        self._loop: asyncio.AbstractEventLoop | None = None
        self._looping = False

    def submit(self, work: Work) -> None:
        """Has `work` done on the main thread; from any thread. `work` raises nothing."""
        self._queue.put(work)
        # After the put: the main thread sets the flag first and looks into the queue second.
        if self._looping and self._loop is not None:
            self._loop.call_soon_threadsafe(self._loop.stop)

    def start(self, awaitable: Awaitable[Any], done: Callable[[asyncio.Future[Any]], None]) -> asyncio.Future[Any]:
        """Runs `awaitable` as a task of the loop; on the main thread only. `done` is called there as well."""
        if self._loop is None or self._loop.is_closed():
            self._loop = asyncio.new_event_loop()
        task = asyncio.ensure_future(awaitable, loop=self._loop)
        task.add_done_callback(done)
        return task

    def run(self) -> NoReturn:
        """Works for ever; called by the main thread."""
        while True:
            try:
                self._work()
            except (KeyboardInterrupt, SystemExit):
                # A task's own failure has been reported by now; anything else was meant for code that has ended.
                continue

    def _work(self) -> None:
        # No more than is there now: a stream that submits its next step must not starve the loop.
        for _ in range(self._queue.qsize()):
            self._queue.get()()
        if self._loop is None or self._loop.is_closed():
            self._queue.get()()
        else:
            self._run_loop(self._loop)

    def _run_loop(self, loop: asyncio.AbstractEventLoop) -> None:
        self._looping = True
        try:
            if not self._queue.empty():
                loop.call_soon(loop.stop)
            loop.run_forever()
        finally:
            self._looping = False
