"""Lists the threads and descriptors that imports have made in this process, each with its origin."""

from __future__ import annotations

import os

from .descriptors import list_descriptors
from .import_watch import Origin
from .native_threads import list_threads


class Inventory:
    """The threads and descriptors that are new since this object was created."""

    def __init__(self) -> None:
        self._before = {"threads": list_threads(), "descriptors": set(filter(_is_open, list_descriptors()))}
        self.threads: dict[int, Origin] = {}
        """By native thread ID."""
        self.descriptors: dict[int, Origin] = {}

    def note(self, origin: Origin) -> None:
        """Note that everything new since the last call has this origin. Drops ended threads and closed descriptors."""
        threads = list_threads() - self._before["threads"]
        if threads or self.threads:
            self.threads = {thread: self.threads.get(thread, origin) for thread in threads}
        descriptors = list_descriptors() - self._before["descriptors"]
        if descriptors or self.descriptors:
            known = self.descriptors
            # The listing includes its own descriptor, which is closed by now.
            self.descriptors = {fd: known.get(fd, origin) for fd in descriptors if fd in known or _is_open(fd)}


def _is_open(fd: int) -> bool:
    try:
        os.fstat(fd)
    except OSError:
        return False
    return True
