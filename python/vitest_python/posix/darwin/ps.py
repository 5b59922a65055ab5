"""The processes of macOS as ps and sysctl print them, in the C locale and in UTC, as Node reads them, too."""

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
    """` NAME=value …`; empty where the system shows none: of another user, or protected by the system."""


def processes() -> dict[int, Entry]:
    """All processes by pid, but the ps that lists them."""
    return _list("-A")


def processes_with_environments() -> dict[int, Entry]:
    """As `processes`. ps prints environments right after arguments, so where they begin shows beside a second list."""
    full = _list("-A", "-E")
    entries = processes()
    for pid, entry in entries.items():
        same = full.get(pid)
        if same and same.stat.start_time == entry.stat.start_time and same.command.startswith(entry.command):
            entry.environment = same.command[len(entry.command) :]
    return entries


def read_stat(pid: int) -> Stat | None:
    """As `identity.read_stat`."""
    entry = _list("-p", str(pid)).get(pid)
    return entry.stat if entry else None


def boot_id() -> str:
    """As `identity.boot_id`."""
    return _run([*SYSCTL, "-n", "kern.bootsessionuuid"])[0].strip()


def parse(text: str) -> dict[int, Entry]:
    """Parses the columns. A line that is none continues the one before: an argument may hold newlines."""
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
