"""Tells which processes may outlive the run, by their executable; see the option `orphans.keep`."""

from __future__ import annotations

import os
from collections.abc import Callable

Keep = Callable[[int], bool]
"""Whether the process that has this pid now is kept. Judged anew each time: it may have executed another program."""


def keep_none(_pid: int) -> bool:
    """Keep no process."""
    return False


class KeepExecutables:
    """Keeps processes by the names or by the absolute paths of their executables (Linux)."""

    def __init__(self, rules: list[str]) -> None:
        self._rules = frozenset(rules) - {""}
        self.kept: set[int] = set()
        """The processes that were kept when they were last looked at."""

    def __call__(self, pid: int) -> bool:
        if not self._rules or self._rules.isdisjoint(_names_of(pid)):
            self.kept.discard(pid)
            return False
        self.kept.add(pid)
        return True


def _names_of(pid: int) -> tuple[str, ...]:
    try:
        path = os.readlink(f"/proc/{pid}/exe")
    except OSError:
        return ()
    # An upgrade may have replaced the file of a process that is still running.
    path = path.removesuffix(" (deleted)")
    return path, os.path.basename(path)
