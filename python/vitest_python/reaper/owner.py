"""The process that the reaper works for, and whether it has ended. A stopped process hasn't."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from ..posix.identity import start_time
from ..posix.pidfd import Process
from ..posix.system import DARWIN

if TYPE_CHECKING:
    from ..posix.darwin.watch import ExitWatch


class Owner:
    """Watches the owner by pidfd or kqueue, if the system has one: `fd` becomes readable when the owner ends."""

    def __init__(self, pid: int, started: str) -> None:
        self.pid = pid
        self.start_time = started
        self.fd: int | None = None
        self._gone = False
        self._hidden = False
        try:
            watch = _watch(pid)
            process = Process(pid, known=True)
        except ProcessLookupError:
            self._gone = True
            return
        # Checked after opening the pidfd, which could refer to a process that has got the same pid.
        self._gone = (not process.hidden and process.stat.start_time != started) or not process.stat.alive
        self._hidden = process.hidden
        self.fd = process.fd if watch is None else watch.fileno()
        self._watch = watch

    def has_ended(self) -> bool:
        """Return whether the owner has ended. A zombie has."""
        if self._hidden:
            # The owner has started us. If it ends, we get another parent.
            self._gone = self._gone or os.getppid() != self.pid
        else:
            self._gone = self._gone or start_time(self.pid) != self.start_time
        return self._gone


def _watch(pid: int) -> ExitWatch | None:
    if not DARWIN:
        return None
    from ..posix.darwin.watch import ExitWatch

    return ExitWatch(pid)
