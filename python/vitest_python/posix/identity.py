"""Identifies a process by its pid and its start time, because the system reuses pids."""

from __future__ import annotations

import os

from .stat import Stat, parse_stat
from .system import DARWIN


def read_stat(pid: int) -> Stat | None:
    """Return the process that has this pid now, even if it is a zombie; None if there is none."""
    if DARWIN:
        from .darwin.ps import read_stat as read_by_ps  # imports subprocess, which costs the reaper milliseconds

        return read_by_ps(pid)
    try:
        with open(f"/proc/{pid}/stat", "rb") as file:
            return parse_stat(file.read())
    except OSError:
        return None


def start_time(pid: int) -> str | None:
    """Return the start time of the living process with this pid; None if there is none or if it is a zombie."""
    stat = read_stat(pid)
    return stat.start_time if stat and stat.alive else None


def real_user(pid: int) -> int | None:
    """Return the ID of the user that started the process; None if it can't be read.

    It isn't the effective user: everybody can start a program that becomes root.
    """
    try:
        with open(f"/proc/{pid}/status", "rb") as file:
            return next((int(line.split()[1]) for line in file if line.startswith(b"Uid:")), None)
    except OSError:
        return None


def own_start_time() -> str:
    """Return the start time of this process."""
    return start_time(os.getpid()) or ""


def boot_id() -> str:
    """Return an ID that changes with every boot; empty if the system doesn't tell."""
    if DARWIN:
        from .darwin.ps import boot_id as ask_sysctl

        return ask_sysctl()
    try:
        with open("/proc/sys/kernel/random/boot_id", encoding="ascii") as file:
            return file.read().strip()
    except OSError:
        return ""
