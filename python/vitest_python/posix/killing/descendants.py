"""Finds the children of a process, including those that it has adopted."""

from __future__ import annotations

import os
from collections import defaultdict
from collections.abc import Callable

from ..identity import read_stat


def children_lookup() -> Callable[[int], list[int]]:
    """Return a function from a pid to the pids of its children, including zombies; empty if the process is gone.

    Without the kernel's lists of children, all processes are read once, by this call.
    """
    if HAS_CHILDREN_FILES:
        return children_of
    table: defaultdict[int, list[int]] = defaultdict(list)
    for name in os.listdir("/proc"):
        stat = read_stat(int(name)) if name.isdigit() else None
        if stat:
            table[stat.parent].append(stat.pid)
    return lambda pid: table[pid]


def children_of(pid: int) -> list[int]:
    """Return the children that the kernel lists for each thread of the process."""
    found: list[int] = []
    try:
        for thread in os.listdir(f"/proc/{pid}/task"):
            try:
                with open(f"/proc/{pid}/task/{thread}/children", "rb") as file:
                    found += map(int, file.read().split())
            except OSError:
                pass  # the thread has ended, and its children are now listed for another one
    except OSError:
        pass  # the process has ended, or it may not be read
    return found


# False if the kernel was built without CONFIG_PROC_CHILDREN.
HAS_CHILDREN_FILES = os.path.exists(f"/proc/{os.getpid()}/task/{os.getpid()}/children")
