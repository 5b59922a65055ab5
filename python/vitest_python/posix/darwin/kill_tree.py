"""Kills the descendants of this process and the members of their process groups until none is left."""

from __future__ import annotations

import os
import time
from collections.abc import Callable

from ..keep import Keep, keep_none
from ..killed import Killed
from .kill import kill_each
from .ps import Entry, processes

PAUSE_SECONDS = 0.005


def kill_tree(timeout: float, reap: Callable[[], bool], keep: Keep = keep_none) -> Killed:
    """Like `posix.killing.kill_tree.kill_tree`, but misses processes that have lost their parent and left their group.

    The groups are remembered from pass to pass, so a process that loses its parent in between is found by its group.
    """
    deadline = time.monotonic() + timeout
    killed: dict[int, str] = {}
    # If we lead the session, only our descendants can be in its groups.
    groups = {os.getpid()} if os.getpgrp() == os.getpid() else set()
    while True:
        found = [entry for entry in victims(os.getpid(), processes(), groups) if not keep(entry.stat.pid)]
        killed |= kill_each(found)
        if not reap() and not found:
            return Killed(killed, True, {})
        if time.monotonic() >= deadline:
            return Killed(killed, False, {entry.stat.pid: entry.stat.start_time for entry in found})
        time.sleep(PAUSE_SECONDS)


def victims(root: int, table: dict[int, Entry], groups: set[int]) -> list[Entry]:
    """Return the living descendants of `root`, parents first, and the members of `groups`.

    Adds the descendants' groups to `groups`.
    """
    found = {root: table[root]} if root in table else {}
    # A group that `root` doesn't lead may have members that aren't descendants.
    foreign = {entry.group for entry in found.values()} - {root}
    before = -1
    while before < len(found):
        before = len(found)
        below = {pid: entry for pid, entry in table.items() if entry.stat.parent in found or entry.group in groups}
        found |= {pid: entry for pid, entry in below.items() if pid not in found}
        groups |= {entry.group for entry in found.values()} - foreign
    found.pop(root, None)
    return [entry for entry in found.values() if entry.stat.alive]
