"""Reads the processes of macOS from `ps` and `sysctl`, in the C locale and in UTC, as the Node side does."""

from __future__ import annotations

import re
import subprocess
from dataclasses import dataclass

from ..stat import Stat

PS = ["/bin/ps"]
SYSCTL = ["/usr/sbin/sysctl"]

_COLUMNS = "pid=,ppid=,pgid=,stat=,lstart=,command="
_LINE = re.compile(
    r" *(\d+) +(\d+) +(\d+) +(\S+) +(\w{3} \w{3} +\d+ \d\d:\d\d:\d\d \d{4})(?: +(.*))?",
)


@dataclass
class Entry:
    """One process."""

    stat: Stat
    group: int
    command: str
    environment: str = ""
    """` NAME=value …`; empty if the process belongs to another user or is protected by the system."""


def processes() -> dict[int, Entry]:
    """Return all processes by pid, except the `ps` that lists them."""
    return _list("-A")


def processes_with_environments() -> dict[int, Entry]:
    """Like `processes`. `ps` prints the environment right after the arguments, so a second list shows the boundary."""
    full = _list("-A", "-E")
    entries = processes()
    for pid, entry in entries.items():
        same = full.get(pid)
        if same and same.stat.start_time == entry.stat.start_time and same.command.startswith(entry.command):
            entry.environment = same.command[len(entry.command) :]
    return entries


def read_stat(pid: int) -> Stat | None:
    """Like `identity.read_stat`."""
    entry = _list("-p", str(pid)).get(pid)
    return entry.stat if entry else None


def boot_id() -> str:
    """Like `identity.boot_id`."""
    return _run([*SYSCTL, "-n", "kern.bootsessionuuid"])[0].strip()


def parse(text: str) -> dict[int, Entry]:
    """Parse the columns. A line that doesn't match continues the one before, because arguments may have newlines."""
    entries: dict[int, Entry] = {}
    last: Entry | None = None
    for line in text.removesuffix("\n").split("\n"):
        found = _LINE.fullmatch(line)
        if found:
            pid, parent, group, state, started, command = found.groups(default="")
            stat = Stat(int(pid), state[0], int(parent), 1, " ".join(started.split()))
            last = entries[stat.pid] = Entry(stat, int(group), command)
        elif last:
            last.command += f"\n{line}"
    return entries


def _list(*which: str) -> dict[int, Entry]:
    text, own = _run([*PS, *which, "-ww", "-o", _COLUMNS])
    entries = parse(text)
    entries.pop(own, None)
    return entries


def _run(argv: list[str]) -> tuple[str, int]:
    null = subprocess.DEVNULL
    with subprocess.Popen(
        argv, stdin=null, stdout=subprocess.PIPE, stderr=null, env={"LC_ALL": "C", "TZ": "UTC"}
    ) as program:
        output = program.communicate()[0]
    return output.decode(errors="replace"), program.pid
