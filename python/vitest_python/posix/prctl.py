"""Two attributes of a process that Python has no function for: subreaper and parent-death signal (prctl(2))."""

from __future__ import annotations

import ctypes
import os
import signal

from .system import DARWIN

PR_SET_PDEATHSIG = 1
PR_SET_NAME = 15
PR_SET_CHILD_SUBREAPER = 36


def _find_prctl() -> ctypes._NamedFuncPointer | None:
    if DARWIN:
        return None
    try:
        return ctypes.CDLL(None, use_errno=True).prctl
    except (OSError, AttributeError):
        return None


# Looked up at import, so that a child between fork and exec allocates little.
_prctl = _find_prctl()


def adopt_orphans() -> bool:
    """Make this process the parent of every descendant whose own parent ends; False if impossible."""
    return _prctl is not None and _prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0) == 0


def die_with_parent(parent: int) -> None:
    """Have the kernel kill this process when the thread that forked it ends (Linux).

    Exits at once if the parent is already gone. `parent` is the parent's pid from before the fork, because
    `os.getppid` would return the adoptive parent if the real one has died.
    """
    if _prctl is not None:
        _prctl(PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0)
    if os.getppid() != parent:
        os._exit(1)


def read_name() -> str:
    """The name that the kernel shows for this thread; empty outside of Linux."""
    try:
        with open("/proc/thread-self/comm") as file:
            return file.read().strip()
    except OSError:
        return ""


def set_name(name: str) -> None:
    """Changes it, on Linux; at most 15 characters."""
    if _prctl is not None:
        _prctl(PR_SET_NAME, name.encode(), 0, 0, 0)
