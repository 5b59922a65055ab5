"""SIGKILL by pid, right after the list that showed whose it is: macOS gives out 99,997 others before it again."""

from __future__ import annotations

import os
import signal
from collections.abc import Iterable

from .ps import Entry


def kill_each(entries: Iterable[Entry]) -> dict[int, str]:
    """Start times by pid of those that could be sent it; the entries must be fresh."""
    killed: dict[int, str] = {}
    for entry in entries:
        try:
            os.kill(entry.stat.pid, signal.SIGKILL)
            killed[entry.stat.pid] = entry.stat.start_time
        except OSError:
            pass  # it has ended, or belongs to another user
    return killed
