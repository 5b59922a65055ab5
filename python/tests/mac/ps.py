"""A `ps` that prints the processes of Linux as the one of macOS would."""

from __future__ import annotations

import os
import sys
import time


def line(pid: int, environment: bool) -> str:
    """Return one process in the columns `pid=,ppid=,pgid=,stat=,lstart=,command=`."""
    with open(f"/proc/{pid}/stat") as file:
        fields = file.read().rpartition(")")[2].split()
    with open("/proc/stat") as file:
        booted = int(next(row for row in file if row.startswith("btime")).split()[1])
    started = time.strftime("%a %b %e %H:%M:%S %Y", time.gmtime(booted + int(fields[19]) / 100))
    words = read(pid, "cmdline")
    if environment:
        words += " " + read(pid, "environ")
    return f"{pid:5} {fields[1]:>5} {fields[2]:>5} {fields[0]}+   {started:28} {words}"


def read(pid: int, name: str) -> str:
    """Return the words of a file, joined by spaces."""
    try:
        with open(f"/proc/{pid}/{name}", "rb") as file:
            return file.read().replace(b"\0", b" ").decode(errors="replace").rstrip()
    except OSError:
        return ""


arguments = sys.argv[1:]
one = int(arguments[arguments.index("-p") + 1]) if "-p" in arguments else None
pids = [one] if one is not None else [int(name) for name in os.listdir("/proc") if name.isdigit()]
for pid in pids:
    try:
        print(line(pid, "-E" in arguments))
    except OSError:
        pass
