"""Notices that child processes have ended, and describes how."""

from __future__ import annotations

import os
import signal

# The real one, before the user's modules are imported: gevent puts another in its place.
from signal import signal as set_handler
from typing import Any


def exit_of(status: int) -> dict[str, Any]:
    """Return `status` and `signal` of an `exited` line for a status from waitpid(2)."""
    code = os.waitstatus_to_exitcode(status)
    if code >= 0:
        return {"status": code, "signal": None}
    try:
        return {"status": None, "signal": signal.Signals(-code).name}
    except ValueError:
        return {"status": None, "signal": f"SIG{-code}"}


def wake_up_on_child() -> int:
    """Return a descriptor that becomes readable whenever a child ends. Call it on the main thread."""
    reading, writing = os.pipe()
    for fd in (reading, writing):
        os.set_blocking(fd, False)
    signal.set_wakeup_fd(writing, warn_on_full_buffer=False)
    set_handler(signal.SIGCHLD, lambda _number, _frame: None)
    return reading
