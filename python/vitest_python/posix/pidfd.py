"""Signals that cannot hit a stranger: through a pidfd, after the identity was checked."""

from __future__ import annotations

import os
import signal

from .identity import read_stat
from .stat import Stat
from .system import DARWIN


def available() -> bool:
    """Whether this system and this Python have pidfds (Linux 5.3, and 3.9)."""
    if DARWIN or not hasattr(os, "pidfd_open"):
        return False
    try:
        os.close(os.pidfd_open(os.getpid()))
    except OSError:
        return False
    return True


class Process:
    """A process held by pidfd, so that its pid cannot come to mean another one.

    Without pidfds it is held by its pid alone and looked at again before each signal:
    between the look and the signal there remains a gap of microseconds.
    """

    def __init__(self, pid: int) -> None:
        """Raises ProcessLookupError where there is no such process."""
        self.pid = pid
        self.fd = self._open()
        # After the opening: what is read now is the process that the descriptor stands for.
        stat = read_stat(pid)
        if stat is None:
            self.close()
            raise ProcessLookupError(pid)
        self.stat: Stat = stat

    def _open(self) -> int | None:
        if not HAS_PIDFD:
            return None
        try:
            return os.pidfd_open(self.pid)
        except OSError as error:
            # EINVAL: not a pid, or a thread of a process that has another.
            raise ProcessLookupError(self.pid) from error

    def send(self, number: int) -> None:
        """Raises ProcessLookupError where it is gone and PermissionError where it belongs to another user."""
        if self.fd is not None:
            signal.pidfd_send_signal(self.fd, number)
            return
        stat = read_stat(self.pid)
        if stat is None or stat.start_time != self.stat.start_time:
            raise ProcessLookupError(self.pid)
        os.kill(self.pid, number)

    def close(self) -> None:
        """Lets go of it; safe to repeat."""
        if self.fd is not None:
            os.close(self.fd)
            self.fd = None


HAS_PIDFD = available()
