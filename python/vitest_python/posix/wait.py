"""The ends of child processes: noticed in a poll, and told to others."""

from __future__ import annotations

import os
import signal
from typing import Any


def exit_of(status: int) -> dict[str, Any]:
    """`status` and `signal` of an `exited` line, from what waitpid(2) returned."""
    code = os.waitstatus_to_exitcode(status)
    if code >= 0:
        return {"status": code, "signal": None}
    try:
        return {"status": None, "signal": signal.Signals(-code).name}
    except ValueError:
        return {"status": None, "signal": f"SIG{-code}"}


def wake_up_on_child() -> int:
    """A descriptor that becomes readable whenever a child ends; for the main thread."""
    reading, writing = os.pipe()
    for fd in (reading, writing):
        os.set_blocking(fd, False)
    signal.set_wakeup_fd(writing, warn_on_full_buffer=False)
    signal.signal(signal.SIGCHLD, lambda _number, _frame: None)
    return reading
