"""Signals by pidfd, which can't reach another process that has got the same pid."""

from __future__ import annotations

import os
import signal

from .identity import read_stat
from .stat import Stat
from .system import DARWIN


def available() -> bool:
    """Return whether this system and this Python have pidfds (Linux 5.3, Python 3.9)."""
    if DARWIN or not hasattr(os, "pidfd_open"):
        return False
    try:
        os.close(os.pidfd_open(os.getpid()))
    except OSError:
        return False
    return True


class Process:
    """A process that is held by a pidfd, so that the pid keeps meaning this process.

    If the system has no pidfds, the identity is checked again before each signal. A gap of microseconds remains
    between the check and the signal.
    """

    def __init__(self, pid: int) -> None:
        """Open the process. Raises ProcessLookupError if there is none."""
        self.pid = pid
        self.fd = self._open()
        # Read after opening the pidfd, so it describes the process that the pidfd refers to.
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
            # EINVAL: not a pid, or the ID of a thread other than the main thread.
            raise ProcessLookupError(self.pid) from error

    def send(self, number: int) -> None:
        """Send a signal.

        Raises ProcessLookupError if the process is gone, and PermissionError if it belongs to another user.
        """
        if self.fd is not None:
            signal.pidfd_send_signal(self.fd, number)
            return
        stat = read_stat(self.pid)
        if stat is None or stat.start_time != self.stat.start_time:
            raise ProcessLookupError(self.pid)
        os.kill(self.pid, number)

    def close(self) -> None:
        """Close the pidfd; safe to repeat."""
        if self.fd is not None:
            os.close(self.fd)
            self.fd = None


HAS_PIDFD = available()
