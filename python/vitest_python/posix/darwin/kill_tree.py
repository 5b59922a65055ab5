"""Kills the descendants of this process and everybody in their process groups, until there is nobody."""

from __future__ import annotations

import os
import time
from collections.abc import Callable

from ..killed import Killed
from .kill import kill_each
from .ps import Entry, processes

PAUSE_SECONDS = 0.005


def kill_tree(timeout: float, reap: Callable[[], bool]) -> Killed:
    """As `kill_tree.kill_tree`, and weaker: who has lost his parent and left his group is not met.

    The groups are remembered from pass to pass, so that whoever loses his parent meanwhile is still known by his.
    """
    deadline = time.monotonic() + timeout
    killed: dict[int, str] = {}
    # Nobody but our descendants can be in the groups of a session that we lead.
    groups = {os.getpid()} if os.getpgrp() == os.getpid() else set()
    while True:
        found = victims(os.getpid(), processes(), groups)
        killed |= kill_each(found)
        if not reap() and not found:
            return Killed(killed, True)
        if time.monotonic() >= deadline:
            return Killed(killed, False)
        time.sleep(PAUSE_SECONDS)


def victims(root: int, table: dict[int, Entry], groups: set[int]) -> list[Entry]:
    """Living descendants of `root`, parents first, and members of `groups`, to which the descendants' are added."""
    found = {root: table[root]} if root in table else {}
    # A group that is not led from here may have members that are none of ours.
    foreign = {entry.group for entry in found.values()} - {root}
    before = -1
    while before < len(found):
        before = len(found)
        below = {pid: entry for pid, entry in table.items() if entry.stat.parent in found or entry.group in groups}
        found |= {pid: entry for pid, entry in below.items() if pid not in found}
        groups |= {entry.group for entry in found.values()} - foreign
    found.pop(root, None)
    return [entry for entry in found.values() if entry.stat.alive]
