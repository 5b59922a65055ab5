"""Signals by pidfd, which can't reach another process that has got the same pid."""

from __future__ import annotations

import errno
import os
import signal

from .identity import read_stat
from .stat import Stat
from .system import DARWIN


def available() -> bool:
    """Return whether this system and this Python have pidfds (Linux 5.3, Python 3.9), and may signal by them.

    A seccomp profile may permit `pidfd_open` and refuse `pidfd_send_signal`.
    """
    if DARWIN or not hasattr(os, "pidfd_open") or not hasattr(signal, "pidfd_send_signal"):
        return False
    try:
        fd = os.pidfd_open(os.getpid())
    except OSError:
        return False
    try:
        signal.pidfd_send_signal(fd, 0)
    except OSError:
        return False
    finally:
        os.close(fd)
    return True


class Process:
    """A process that is held by a pidfd, so that the pid keeps meaning this process.

    If the system has no pidfds, the identity is checked again before each signal. A gap of microseconds remains
    between the check and the signal.
    """

    def __init__(self, pid: int, known: bool = False) -> None:
        """Open the process. Raises ProcessLookupError if there is none.

        Pass `known` if the process is a child that wasn't waited for, or our parent. Then it is opened even if `/proc`
        hides it: its start time is empty.
        """
        self.pid = pid
        self.fd = self._open()
        # Read after opening the pidfd, so it describes the process that the pidfd refers to.
        stat = read_stat(pid) or (_hidden(pid) if known else None)
        self.hidden = stat is not None and not stat.start_time
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
            if error.errno in (errno.EMFILE, errno.ENFILE, errno.ENOMEM):
                return None
            # EINVAL: not a pid, or the ID of a thread other than the main thread.
            raise ProcessLookupError(self.pid) from error

    def send(self, number: int) -> None:
        """Send a signal.

        Raises ProcessLookupError if the process is gone, and PermissionError if it belongs to another user.
        """
        if self.fd is not None:
            signal.pidfd_send_signal(self.fd, number)
            return
        stat = read_stat(self.pid) or (_hidden(self.pid) if self.hidden else None)
        if stat is None or stat.start_time != self.stat.start_time:
            raise ProcessLookupError(self.pid)
        os.kill(self.pid, number)

    def close(self) -> None:
        """Close the pidfd; safe to repeat."""
        if self.fd is not None:
            os.close(self.fd)
            self.fd = None


def _hidden(pid: int) -> Stat | None:
    """Describe a child or our parent without `/proc`; None if it is neither, so that its pid may be another's."""
    if DARWIN:  # it hides nothing
        return None
    if pid == os.getppid():
        return Stat(pid, "?", 0, 1, "")
    try:
        ended = os.waitid(os.P_PID, pid, os.WEXITED | os.WNOHANG | os.WNOWAIT) is not None
    except OSError:
        return None
    return Stat(pid, "Z" if ended else "?", os.getpid(), 1, "")


HAS_PIDFD = available()
