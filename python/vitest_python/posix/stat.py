"""The line in `/proc/PID/stat`."""

from __future__ import annotations

from typing import NamedTuple


class Stat(NamedTuple):
    """The fields of `/proc/PID/stat` that are used here."""

    pid: int
    state: str
    """One letter: R, S, D, T, Z, X …"""
    parent: int
    threads: int
    start_time: str
    """Field 22, the clock ticks since boot. A string, because it is only compared.
    On macOS, the output of `ps -o lstart=`."""

    @property
    def alive(self) -> bool:
        """Whether it can still run code. A process is shown as Z even if only its main thread has ended."""
        return self.state not in ("Z", "X") or self.threads > 1


def parse_stat(text: bytes) -> Stat | None:
    """Parse the line (proc(5)). Fields are counted from the last parenthesis, because a name may contain `) `."""
    pid, _, rest = text.partition(b" (")
    fields = rest[rest.rfind(b")") + 2 :].split()
    if len(fields) < 20:
        return None
    return Stat(int(pid), fields[0].decode(), int(fields[1]), int(fields[17]), fields[19].decode())
