"""A line of `/proc/PID/stat`."""

from __future__ import annotations

from typing import NamedTuple


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


def parse_stat(text: bytes) -> Stat | None:
    """Parses proc(5)'s stat line; fields are counted from the last parenthesis, since a name may hold `) `."""
    pid, _, rest = text.partition(b" (")
    fields = rest[rest.rfind(b")") + 2 :].split()
    if len(fields) < 20:
        return None
    return Stat(int(pid), fields[0].decode(), int(fields[1]), int(fields[17]), fields[19].decode())
