"""Which process is meant: a pid together with its start time, because a pid alone is given out again."""

from __future__ import annotations

import os
from typing import NamedTuple

from .system import DARWIN


class Stat(NamedTuple):
    """What `/proc/PID/stat` says of a process, as far as it matters here."""

    pid: int
    state: str
    """One letter: R, S, D, T, Z, X …"""
    parent: int
    threads: int
    start_time: str
    """Field 22: clock ticks since boot, as text, because it is compared and never calculated with.
    On macOS what `ps -o lstart=` prints."""

    @property
    def alive(self) -> bool:
        """Whether it can still run code: a main thread that ended before the others is shown as Z, too."""
        return self.state not in ("Z", "X") or self.threads > 1


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


def parse_stat(text: bytes) -> Stat | None:
    """Parses proc(5)'s stat line; fields are counted from the last parenthesis, since a name may hold `) `."""
    pid, _, rest = text.partition(b" (")
    fields = rest[rest.rfind(b")") + 2 :].split()
    if len(fields) < 20:
        return None
    return Stat(int(pid), fields[0].decode(), int(fields[1]), int(fields[17]), fields[19].decode())


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
