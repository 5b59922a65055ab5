"""The main thread's work: user code runs here and nowhere else, one piece after the other."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Awaitable, Callable
from queue import SimpleQueue
from typing import Any, NoReturn

from ..common.forked import end_if_forked
from . import interrupt

Work = Callable[[], None]
# Frames of ours between a function that waits and one that runs meanwhile; they are not the user's recursion.
_OUR_FRAMES = 24
# Of waits within waits: each takes some of the main thread's stack, and beyond its usual 8 MB the process would crash.
_DEEPEST = 1_000


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
        self._waits = 0

    def submit(self, work: Work) -> None:
        """Has `work` done on the main thread; from any thread. `work` raises nothing."""
        self._queue.put(work)
        # After the put: the main thread sets the flag first and looks into the queue second.
        if self._looping and self._loop is not None:
            self._loop.call_soon_threadsafe(self._loop.stop)

    def wake(self, _reason: object = None) -> None:
        """Has the main thread look again at what it waits for; from any thread."""
        self.submit(_nothing)

    def start(self, awaitable: Awaitable[Any], done: Callable[[asyncio.Future[Any]], None]) -> asyncio.Future[Any]:
        """Runs `awaitable` as a task of the loop; on the main thread only. `done` is called there as well."""
        if self._loop is None or self._loop.is_closed():
            self._loop = asyncio.new_event_loop()
        task = asyncio.ensure_future(awaitable, loop=self._loop)

        def settle(task: asyncio.Future[Any]) -> None:
            end_if_forked(None if task.cancelled() else task.exception())
            done(task)

        task.add_done_callback(settle)
        return task

    def run(self) -> NoReturn:
        """Works for ever; called by the main thread."""
        while True:
            self._step()

    def work_until(self, done: Callable[[], bool]) -> None:
        """Does other work until then; on the main thread, within a function of the user. Raises Interrupted.

        Raises RecursionError where too many wait, each below the next.
        """
        if self._waits >= _DEEPEST:
            raise RecursionError(f"{_DEEPEST:,} calls wait for functions of the test, one within the other")
        self._waits += 1
        call = interrupt.enter(interrupt.OURS)
        limit = sys.getrecursionlimit()
        sys.setrecursionlimit(limit + _OUR_FRAMES)
        try:
            while not done():
                self._step()
                interrupt.check(call)
        finally:
            self._waits -= 1
            sys.setrecursionlimit(limit)
            interrupt.leave(call)

    def _step(self) -> None:
        try:
            self._work()
        except (KeyboardInterrupt, SystemExit):
            # A task's own failure has been reported by now; anything else was meant for code that has ended.
            pass
        finally:
            end_if_forked()

    def _work(self) -> None:
        # No more than is there now: a stream that submits its next step must not starve the loop.
        for _ in range(self._queue.qsize()):
            self._queue.get()()
        # A loop that runs already, below a function that waits inside it, cannot be run once more.
        if self._loop is None or self._loop.is_closed() or asyncio._get_running_loop() is not None:
            self._queue.get()()
        else:
            self._run_loop(self._loop)

    def _run_loop(self, loop: asyncio.AbstractEventLoop) -> None:
        self._looping = True
        previous = interrupt.enter(None)
        try:
            if not self._queue.empty():
                loop.call_soon(loop.stop)
            loop.run_forever()
        finally:
            self._looping = False
            interrupt.leave(previous)


def _nothing() -> None:
    pass
