"""The end of a process that is no child of ours, as a descriptor to poll."""

from __future__ import annotations

import select
from typing import Any

_select: Any = select  # kqueue is not there on the systems that check these types


class ExitWatch:
    """A kqueue that becomes readable when the process ends, and stays so."""

    def __init__(self, pid: int) -> None:
        """Raises ProcessLookupError where there is no such process."""
        self._queue = _select.kqueue()
        event = _select.kevent(pid, filter=_select.KQ_FILTER_PROC, flags=_select.KQ_EV_ADD, fflags=_select.KQ_NOTE_EXIT)
        try:
            self._queue.control([event], 0, 0)
        except OSError:
            self._queue.close()
            raise

    def fileno(self) -> int:
        """The descriptor."""
        fd: int = self._queue.fileno()
        return fd
