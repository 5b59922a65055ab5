"""Identity where there is no /proc (macOS): from ps, to the second. Less than Linux offers, and said so."""

from __future__ import annotations

from .identity import Stat


def read_stat(pid: int) -> Stat | None:
    """As `identity.read_stat`; the start time is the text of `ps -o lstart=` in the C locale."""
    import subprocess  # late: costs the reaper milliseconds that only these systems have to pay

    found = subprocess.run(
        ["/bin/ps", "-o", "stat=,ppid=,lstart=", "-p", str(pid)],
        capture_output=True,
        env={"LC_ALL": "C"},
        text=True,
        check=False,
    )
    fields = found.stdout.split(None, 2)
    if len(fields) < 3:
        return None
    return Stat(pid, fields[0][0], int(fields[1]), 1, " ".join(fields[2].split()))
