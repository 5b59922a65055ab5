"""Which process is meant: a pid together with its start time, because a pid alone is given out again."""

from __future__ import annotations

import os

from .stat import Stat, parse_stat
from .system import DARWIN


def read_stat(pid: int) -> Stat | None:
    """The process that has this pid now, zombies included; None where there is none."""
    if DARWIN:
        from .darwin.ps import read_stat as read_by_ps  # late: needs subprocess, which costs the reaper milliseconds

        return read_by_ps(pid)
    try:
        with open(f"/proc/{pid}/stat", "rb") as file:
            return parse_stat(file.read())
    except OSError:
        return None


def start_time(pid: int) -> str | None:
    """Start time of the living process with this pid; None where there is none or only a zombie."""
    stat = read_stat(pid)
    return stat.start_time if stat and stat.alive else None


def own_start_time() -> str:
    """Start time of this process."""
    return start_time(os.getpid()) or ""


def boot_id() -> str:
    """Changes with every boot; empty where the system does not tell."""
    if DARWIN:
        from .darwin.ps import boot_id as ask_sysctl

        return ask_sysctl()
    try:
        with open("/proc/sys/kernel/random/boot_id", encoding="ascii") as file:
            return file.read().strip()
    except OSError:
        return ""
