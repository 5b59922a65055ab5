"""SIGINT in a worker: it interrupts the user's code, and nothing else.

Raised anywhere else, KeyboardInterrupt would lose the piece of work that was just taken from the queue, and whoever
waits for its answer would wait for ever.
"""

from __future__ import annotations

import asyncio
import os
import signal
import sys
import threading
from types import FrameType
from typing import Any, Protocol

from ..common.forked import end_if_forked


class Interruptible(Protocol):
    """A call, as far as this module is concerned."""

    task: asyncio.Future[Any] | None


class Interrupted(KeyboardInterrupt):
    """The caller does not wait any more: its test has ended, or its time limit has passed."""

    __module__ = "vitest_python"


_running: Interruptible | None = None
"""The call whose code the main thread is in; None while it does our own work."""
_unwanted: set[Interruptible] = set()


class _Ours:
    task: asyncio.Future[Any] | None = None


OURS: Interruptible = _Ours()
"""Our own work, below code of the user that waits for it: never interrupted, who waits checks for itself."""


def interrupt_only_user_code() -> None:
    """Called on the main thread, as early as possible."""
    signal.signal(signal.SIGINT, _interrupt)


def _restore_in_child() -> None:
    if signal.getsignal(signal.SIGINT) is _interrupt:
        signal.signal(signal.SIGINT, signal.default_int_handler)


# A child of user code is interrupted as any Python program.
os.register_at_fork(after_in_child=_restore_in_child)


def running() -> Interruptible | None:
    """The call that the main thread is at."""
    return _running


def enter(call: Interruptible | None) -> Interruptible | None:
    """From now on the main thread is in the code of `call`; returns what `leave` takes. Raises Interrupted."""
    global _running
    previous, _running = _running, call
    # After the assignment: `request` looks at it after it has noted the call.
    if call in _unwanted:
        _running = previous
        raise Interrupted("the call was given up before it began")
    return previous


def leave(previous: Interruptible | None) -> None:
    """Undoes `enter`. Does not return in a child that the code in between has forked."""
    global _running
    error = sys.exc_info()[1]
    end_if_forked(None if isinstance(error, StopIteration) else error)
    _running = previous


def request(call: Interruptible) -> None:
    """Interrupts a call where it runs, or is about to; from any thread."""
    _unwanted.add(call)
    if _running is call or call.task is not None:
        # To the main thread, so that a system call which it waits in returns.
        signal.pthread_kill(threading.main_thread().ident or 0, signal.SIGINT)


def check(call: Interruptible | None) -> None:
    """Raises Interrupted where `call` was given up while it waited."""
    if call in _unwanted or (call is None and _called_by_loop() is not None):
        raise Interrupted("the caller gave the call up")


def forget(call: Interruptible) -> None:
    """The call has ended."""
    if _unwanted:
        _unwanted.discard(call)


def _interrupt(_number: int, _frame: FrameType | None) -> None:
    global _running
    if _running is OURS:
        return
    if _unwanted:
        call = _running or _called_by_loop()
        if call not in _unwanted:
            return
    elif _running is None:
        return
    else:
        call = None
    # Once is enough: what comes after the user's code must not be interrupted again.
    _running = None
    raise KeyboardInterrupt if call is None else Interrupted("the caller gave the call up")


def _called_by_loop() -> Interruptible | None:
    if asyncio._get_running_loop() is None:
        return None
    task = asyncio.current_task()
    return next((call for call in _unwanted if call.task is task), None) if task is not None else None
