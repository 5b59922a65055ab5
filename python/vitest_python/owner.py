"""The process that a reaper works for, and whether it has ended. Stopped is not ended."""

from __future__ import annotations

from .identity import start_time
from .pidfd import Process


class Owner:
    """Held by pidfd where there is one: the descriptor becomes readable when the owner ends."""

    def __init__(self, pid: int, started: str) -> None:
        self.pid = pid
        self.start_time = started
        self.fd: int | None = None
        self._gone = False
        try:
            process = Process(pid)
        except ProcessLookupError:
            self._gone = True
            return
        # After the opening, or the descriptor could stand for whoever got the pid next.
        self._gone = process.stat.start_time != started or not process.stat.alive
        self.fd = process.fd

    def has_ended(self) -> bool:
        """Whether this very process has ended, a zombie included."""
        self._gone = self._gone or start_time(self.pid) != self.start_time
        return self._gone
