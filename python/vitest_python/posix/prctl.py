"""Two facts about a process that Python cannot set: who adopts its orphans, and what its parent's death means."""

from __future__ import annotations

import ctypes
import os
import signal

from .system import DARWIN

PR_SET_PDEATHSIG = 1
PR_SET_CHILD_SUBREAPER = 36


def _find_prctl() -> ctypes._NamedFuncPointer | None:
    if DARWIN:
        return None
    try:
        return ctypes.CDLL(None, use_errno=True).prctl
    except (OSError, AttributeError):
        return None


# Looked up at import, so that a child calls it between fork and exec without allocating much.
_prctl = _find_prctl()


def adopt_orphans() -> bool:
    """Makes this process the parent of every descendant whose own parent ends; False where impossible."""
    return _prctl is not None and _prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0) == 0


def die_with_parent(parent: int) -> None:
    """Has the kernel kill this process when the parent's thread that forked it ends (Linux).

    Exits at once where the parent is gone already: `parent` is its pid as known before the fork,
    because afterwards nobody can tell a dead parent from one that adopted us.
    """
    if _prctl is not None:
        _prctl(PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0)
    if os.getppid() != parent:
        os._exit(1)
