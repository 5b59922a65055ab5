"""Sends a signal to a process that is identified by pid and start time."""

from __future__ import annotations

import signal
from typing import Any

from ..pidfd import Process


def send_signal(pid: int, start_time: str, number: int) -> str:
    """Send the signal if the process still has this start time.

    Returns `sent`, `gone` (ended, or a zombie), `impostor` (another process has the pid now), or `denied`.
    """
    try:
        process = Process(pid)
    except ProcessLookupError:
        return "gone"
    try:
        if process.stat.start_time != start_time:
            return "impostor"
        if not process.stat.alive:
            return "gone"
        process.send(number)
    except ProcessLookupError:
        return "gone"
    except PermissionError:
        return "denied"
    finally:
        process.close()
    return "sent"


def answer_signal(line: dict[str, Any]) -> dict[str, Any]:
    """Handle a `signal` line and return the `signalled` line. Raises KeyError if the signal is unknown."""
    number = signal.Signals[line["signal"]]
    outcomes = [
        {**target, "outcome": send_signal(int(target["pid"]), str(target["startTime"]), number)}
        for target in line["targets"]
    ]
    return {"event": "signalled", "request": line.get("request"), "outcomes": outcomes}
