"""Ends forkserver, workers and children of user code as a Python interpreter ends, but within a time limit."""

from __future__ import annotations

import atexit
import os
import signal
import sys
import threading
from collections.abc import Callable
from typing import NoReturn

# This share of the time is for threads. The `atexit` functions need the rest.
_THREADS_SHARE = 0.5
_last: list[Callable[[], None]] = []


def run_last(function: Callable[[], None]) -> None:
    """Register one of our own functions, which is called after all exit functions."""
    _last.append(function)


def exit_in_order(seconds: float = 1.0) -> NoReturn:
    """Ends this process with status 0, after everything that a Python interpreter does at its end.

    Called on the main thread. Within `seconds` the caller kills this process, so threads that go on are waited for
    no longer than half of that.
    """
    try:
        finish(seconds)
    finally:
        os._exit(0)


def finish(seconds: float | None = None) -> None:
    """Runs the exit functions in Python's order, and flushes: first those of `threading`, then those of `atexit`.

    Between the two, Python waits for threads that are not daemons. If that takes longer than its share of `seconds`,
    it is interrupted as Ctrl-C interrupts it in a terminal: the `atexit` functions still run. None: it waits forever.
    """
    _shut_threads_down(None if seconds is None else seconds * _THREADS_SHARE)
    atexit._run_exitfuncs()
    for function in _last:
        function()
    sys.stdout.flush()
    sys.stderr.flush()


def _shut_threads_down(seconds: float | None) -> None:
    # The very function that the interpreter calls: it runs what `threading._register_atexit` was given, too.
    # Executors and joblib end their processes and threads there.
    done, late = threading.Event(), threading.Event()
    if seconds is not None:
        signal.signal(signal.SIGINT, signal.default_int_handler)
        threading.Thread(target=_interrupt_after, args=(seconds, done, late), daemon=True).start()
    hook = sys.unraisablehook
    # From Python 3.13 on, the interpreter itself catches the interrupt, and shows it.
    sys.unraisablehook = lambda shown: None if shown.exc_type is KeyboardInterrupt else hook(shown)
    try:
        threading._shutdown()  # type: ignore[attr-defined]
    except KeyboardInterrupt:
        pass
    except BaseException as error:
        sys.excepthook(type(error), error, error.__traceback__)
    finally:
        sys.unraisablehook = hook
        done.set()
        if seconds is not None:
            signal.signal(signal.SIGINT, signal.SIG_IGN)
    if late.is_set():
        print(f"Python waited {seconds:g} s for threads that are still running", file=sys.stderr)


def _interrupt_after(seconds: float, done: threading.Event, late: threading.Event) -> None:
    if not done.wait(seconds):
        late.set()
        signal.pthread_kill(threading.main_thread().ident or 0, signal.SIGINT)
