"""Ends child processes that user code forks. They have a copy of our stack, and must not return into our code."""

from __future__ import annotations

import os
import signal
import sys
import traceback
from types import TracebackType
from typing import NoReturn

from ..posix.prctl import read_name, set_name
from .exit import finish

_PACKAGE = os.path.dirname(os.path.dirname(os.path.abspath(__file__))) + os.sep
_owner = os.getpid()
_name = "the forkserver"
_original_name = read_name()


def own_process(name: str) -> None:
    """Mark this process as one of ours, the worker `name`. Every process that we fork ourselves calls this first."""
    global _owner, _name
    _owner = os.getpid()
    _name = name
    set_name(_original_name)


def _note_child() -> None:
    # A report of orphans tells by it that the command line is not the child's own. exec replaces it.
    set_name(f"fork of {_name}"[:15])


os.register_at_fork(after_in_child=_note_child)


def is_forked() -> bool:
    """Return whether user code has forked this process."""
    return os.getpid() != _owner


def end_if_forked(error: BaseException | None = None) -> None:
    """End this process if user code has forked it. Called when user code returns to us or raises `error`."""
    if is_forked():
        end_child(error)


def end_child(error: BaseException | None) -> NoReturn:
    """End this process as Python ends a program after its last line, or after an error that it didn't catch."""
    status = 1
    try:
        status = _report(error)
        finish()
        if isinstance(error, KeyboardInterrupt):
            signal.signal(signal.SIGINT, signal.SIG_DFL)
            signal.raise_signal(signal.SIGINT)
    finally:
        os._exit(status)


def _report(error: BaseException | None) -> int:
    """Print the error as Python would, and return the exit status."""
    if error is None:
        return 0
    if not isinstance(error, SystemExit):
        trace = _below_ours(error.__traceback__)
        if sys.excepthook is sys.__excepthook__:
            # In one piece, because standard error has no buffer.
            sys.stderr.write("".join(traceback.format_exception(type(error), error, trace)))
        else:
            sys.excepthook(type(error), error, trace)
        return 1
    if error.code is None:
        return 0
    if isinstance(error.code, int):
        return error.code & 0xFF
    print(error.code, file=sys.stderr)
    return 1


def _below_ours(trace: TracebackType | None) -> TracebackType | None:
    while trace is not None and trace.tb_frame.f_code.co_filename.startswith(_PACKAGE):
        trace = trace.tb_next
    return trace
