"""Finds the children of a process, including those that it has adopted."""

from __future__ import annotations

import os

from .identity import read_stat


def children_of(pid: int) -> list[int]:
    """Return the pids of the children of all its threads, including zombies; empty if the process is gone."""
    try:
        threads = os.listdir(f"/proc/{pid}/task")
    except OSError:
        return []
    found: list[int] = []
    for thread in threads:
        try:
            with open(f"/proc/{pid}/task/{thread}/children", "rb") as file:
                found += map(int, file.read().split())
        except OSError:
            if not HAS_CHILDREN_FILES:
                return _children_by_table(pid)
    return found


def _children_by_table(pid: int) -> list[int]:
    found = []
    for name in os.listdir("/proc"):
        stat = read_stat(int(name)) if name.isdigit() else None
        if stat and stat.parent == pid:
            found.append(stat.pid)
    return found


# False if the kernel was built without CONFIG_PROC_CHILDREN.
HAS_CHILDREN_FILES = os.path.exists(f"/proc/{os.getpid()}/task/{os.getpid()}/children")
