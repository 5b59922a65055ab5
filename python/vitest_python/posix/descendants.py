"""Finds the children of a process, those adopted included."""

from __future__ import annotations

import os

from .identity import read_stat


def children_of(pid: int) -> list[int]:
    """Pids of the children of all its threads, zombies included; empty where there are none or it is gone."""
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


# Kernels built without CONFIG_PROC_CHILDREN have no such file.
HAS_CHILDREN_FILES = os.path.exists(f"/proc/{os.getpid()}/task/{os.getpid()}/children")
