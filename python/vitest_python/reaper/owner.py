"""The process that a reaper works for, and whether it has ended. Stopped is not ended."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ..posix.identity import start_time
from ..posix.pidfd import Process
from ..posix.system import DARWIN

if TYPE_CHECKING:
    from ..posix.darwin.watch import ExitWatch


class Owner:
    """Held by pidfd, or watched by kqueue, where there is one: `fd` becomes readable when the owner ends."""

    def __init__(self, pid: int, started: str) -> None:
        self.pid = pid
        self.start_time = started
        self.fd: int | None = None
        self._gone = False
        try:
            watch = _watch(pid)
            process = Process(pid)
        except ProcessLookupError:
            self._gone = True
            return
        # After the opening, or the descriptor could stand for whoever got the pid next.
        self._gone = process.stat.start_time != started or not process.stat.alive
        self.fd = process.fd if watch is None else watch.fileno()
        self._watch = watch

    def has_ended(self) -> bool:
        """Whether this very process has ended, a zombie included."""
        self._gone = self._gone or start_time(self.pid) != self.start_time
        return self._gone


def _watch(pid: int) -> ExitWatch | None:
    if not DARWIN:
        return None
    from ..posix.darwin.watch import ExitWatch

    return ExitWatch(pid)
