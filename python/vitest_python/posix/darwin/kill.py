"""SIGKILL by pid, right after the process was listed. macOS assigns 99,997 other pids before it reuses one."""

from __future__ import annotations

import os
import signal
from collections.abc import Iterable

from .ps import Entry


def kill_each(entries: Iterable[Entry]) -> dict[int, str]:
    """Kill the entries, which must be fresh, and return the start times of the killed processes by pid."""
    killed: dict[int, str] = {}
    for entry in entries:
        try:
            os.kill(entry.stat.pid, signal.SIGKILL)
            killed[entry.stat.pid] = entry.stat.start_time
        except OSError:
            pass  # it has ended, or belongs to another user
    return killed
