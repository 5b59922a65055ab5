"""Notices that a process has ended that isn't our child."""

from __future__ import annotations

import select
from typing import Any

_select: Any = select  # the types are checked on systems without kqueue


class ExitWatch:
    """A kqueue that becomes readable when the process ends, and stays readable."""

    def __init__(self, pid: int) -> None:
        """Watch the process. Raises ProcessLookupError if there is none."""
        self._queue = _select.kqueue()
        event = _select.kevent(pid, filter=_select.KQ_FILTER_PROC, flags=_select.KQ_EV_ADD, fflags=_select.KQ_NOTE_EXIT)
        try:
            self._queue.control([event], 0, 0)
        except OSError:
            self._queue.close()
            raise

    def fileno(self) -> int:
        """Return the descriptor, for `select.poll`."""
        fd: int = self._queue.fileno()
        return fd
