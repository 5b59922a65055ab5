"""Runs user code on the main thread, one piece of work after the other."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Awaitable, Callable
from queue import Empty, SimpleQueue
from typing import Any, NoReturn

from ..common.forked import end_if_forked
from . import interrupt
from .watch import Watch

Work = Callable[[], None]
# Our own frames between a waiting function and one that runs in the meantime. They don't count as the user's recursion.
_OUR_FRAMES = 24
# Each wait inside another takes some of the main thread's stack. Beyond the usual 8 MB, the process would crash.
_MAX_WAITS = 1_000


class Executor:
    """A queue of pieces of work, and an event loop that runs while the queue is empty.

    Synchronous code never runs inside the loop, so it may call `asyncio.run` itself. Until the first coroutine, the
    main thread waits for the queue, and reads the sockets of sessions meanwhile. From then on it waits inside the loop,
    because servers and tasks that a coroutine has started must go on, and it leaves the loop when work arrives.
    """

    def __init__(self) -> None:
        self._queue: SimpleQueue[Work] = SimpleQueue()
        self._loop: asyncio.AbstractEventLoop | None = None
        self._looping = False
        self._waits = 0
        self._watch = Watch()

    def submit(self, work: Work) -> None:
        """Run `work`, which must not raise, on the main thread; from any thread."""
        self._queue.put(work)
        # Checked after the put, because the main thread sets the flag before it checks the queue.
        if self._looping and self._loop is not None:
            self._loop.call_soon_threadsafe(self._loop.stop)
        self._watch.wake()

    def watch(self, descriptor: int, read: Callable[[], bool]) -> None:
        """Have the main thread call `read` if a socket can be read while there is no work, until it returns False; from
        any thread.
        """
        self._watch.add(descriptor, read)
        self.wake()

    def unwatch(self, descriptor: int, read: Callable[[], bool]) -> None:
        """Undo `watch`, if it wasn't undone before; from any thread."""
        self._watch.remove(descriptor, read)

    def has_time(self) -> bool:
        """Return whether this is the main thread, no other work waits, and no cancellation can interrupt it."""
        return self._queue.empty() and interrupt.is_impossible()

    def wake(self, _reason: object = None) -> None:
        """Have the main thread check again whether its wait is over; from any thread."""
        self.submit(_nothing)

    def start(self, awaitable: Awaitable[Any], done: Callable[[asyncio.Future[Any]], None]) -> asyncio.Future[Any]:
        """Run `awaitable` as a task of the loop, and call `done` in the loop afterwards. Only on the main thread."""
        if self._loop is None or self._loop.is_closed():
            self._loop = asyncio.new_event_loop()
        task = asyncio.ensure_future(awaitable, loop=self._loop)

        def settle(task: asyncio.Future[Any]) -> None:
            end_if_forked(None if task.cancelled() else task.exception())
            done(task)

        task.add_done_callback(settle)
        return task

    def run(self) -> NoReturn:
        """Work forever; on the main thread."""
        while True:
            self._step()

    def work_until(self, done: Callable[[], bool]) -> None:
        """Do other work until `done` is true; on the main thread, inside a function of the user.

        Raises Interrupted if the call of that function is cancelled, and RecursionError if too many functions wait,
        each inside the next.
        """
        if self._waits >= _MAX_WAITS:
            raise RecursionError(f"{_MAX_WAITS:,} calls wait for functions of the test, each inside the one before")
        self._waits += 1
        call = interrupt.enter(interrupt.INTERNAL)
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
            # If a task raised it, the task's callback reports it. Otherwise it was meant for code that has ended.
            pass
        finally:
            end_if_forked()

    def _work(self) -> None:
        worked = self._drain()
        # If a coroutine waits here, the loop is already running and can't run again inside itself.
        if self._loop is None or self._loop.is_closed() or asyncio._get_running_loop() is not None:
            if not worked:
                self._wait()
        else:
            self._run_loop(self._loop, once=worked)

    def _wait(self) -> None:
        if self._watch:
            self._watch.wait(self._is_due)
        else:
            self._queue.get()()

    def _is_due(self) -> bool:
        return not self._queue.empty()

    def _drain(self) -> bool:
        """Do the work that is queued now, and say if there was any.

        Work that is added meanwhile has to wait. Otherwise a stream that submits its next step would starve the loop.
        Nothing here may block: work that waits does the rest of the queue itself, so the queue may be empty too soon,
        and the caller's own wait may be over.
        """
        queued = self._queue.qsize()
        for _ in range(queued):
            try:
                work = self._queue.get_nowait()
            except Empty:
                break
            work()
        return queued > 0

    def _run_loop(self, loop: asyncio.AbstractEventLoop, once: bool) -> None:
        self._looping = True
        previous = interrupt.enter(None)
        try:
            if once or not self._queue.empty():
                loop.call_soon(loop.stop)
            loop.run_forever()
        finally:
            self._looping = False
            interrupt.leave(previous)


def _nothing() -> None:
    pass
