"""SIGINT in a worker interrupts the user's code, and nothing else.

If KeyboardInterrupt were raised in our own code, it could lose a piece of work that was just taken from the queue, and
the test would wait for its result forever.
"""

from __future__ import annotations

import asyncio
import os
import signal
import sys
import threading

# The real one, before the user's modules are imported: gevent puts another in its place.
from threading import get_ident
from types import FrameType
from typing import Any, Protocol

from ..common.forked import end_if_forked


class Interruptible(Protocol):
    """A call that can be interrupted."""

    task: asyncio.Future[Any] | None


class Interrupted(KeyboardInterrupt):
    """The caller cancelled the call: the test has ended, or a time limit has passed."""

    __module__ = "vitest_python"


_running: Interruptible | None = None
"""The call whose code the main thread runs; None while it runs our own code."""
_main = threading.main_thread().ident
_requested: set[Interruptible] = set()
"""The calls to interrupt."""


class _Internal:
    task: asyncio.Future[Any] | None = None


INTERNAL: Interruptible = _Internal()
"""Our own code while a function of the user waits. It is never interrupted, because the wait checks by itself."""


def interrupt_only_user_code() -> None:
    """Install the handler. Call it on the main thread, as early as possible."""
    signal.signal(signal.SIGINT, _interrupt)


def _restore_in_child() -> None:
    if signal.getsignal(signal.SIGINT) is _interrupt:
        signal.signal(signal.SIGINT, signal.default_int_handler)


# A child of user code is interrupted as any Python program.
os.register_at_fork(after_in_child=_restore_in_child)


def running() -> Interruptible | None:
    """Return the call whose code the main thread runs."""
    return _running


def is_impossible() -> bool:
    """Return whether this is the main thread in our own code, which no cancellation interrupts."""
    return (_running is None or _running is INTERNAL) and get_ident() == _main and asyncio._get_running_loop() is None


def enter(call: Interruptible | None) -> Interruptible | None:
    """Enter the code of `call`, and return the argument for `leave`. Raises Interrupted if it was requested before."""
    global _running
    previous, _running = _running, call
    # Checked after the assignment, because `request` adds the call before it checks `_running`.
    if call in _requested:
        _running = previous
        raise Interrupted("the caller cancelled the call before it began")
    return previous


def leave(previous: Interruptible | None) -> None:
    """Undo `enter`. Doesn't return in a child process that the call's code has forked."""
    global _running
    error = sys.exc_info()[1]
    end_if_forked(None if isinstance(error, StopIteration) else error)
    _running = previous


def request(call: Interruptible) -> None:
    """Interrupt a call that runs or is about to run; from any thread."""
    _requested.add(call)
    if _running is call or call.task is not None:
        # Sent to the main thread, so that a blocking system call returns.
        signal.pthread_kill(threading.main_thread().ident or 0, signal.SIGINT)


def check(call: Interruptible | None) -> None:
    """Raise Interrupted if that was requested while `call` waited."""
    if call in _requested or (call is None and _called_by_loop() is not None):
        raise Interrupted("the caller cancelled the call")


def forget(call: Interruptible) -> None:
    """Drop a request, because the call has ended."""
    if _requested:
        _requested.discard(call)


def _interrupt(_number: int, _frame: FrameType | None) -> None:
    global _running
    if _running is INTERNAL:
        return
    if _requested:
        call = _running or _called_by_loop()
        if call not in _requested:
            return
    elif _running is None:
        return
    else:
        call = None
    # Only once: our own code that runs after the user's must not be interrupted.
    _running = None
    raise KeyboardInterrupt if call is None else Interrupted("the caller cancelled the call")


def _called_by_loop() -> Interruptible | None:
    if asyncio._get_running_loop() is None:
        return None
    task = asyncio.current_task()
    return next((call for call in _requested if call.task is task), None) if task is not None else None
