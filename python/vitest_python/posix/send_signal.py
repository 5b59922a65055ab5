"""Sends a signal to exactly the process that was meant, or tells why not."""

from __future__ import annotations

import signal
from typing import Any

from .pidfd import Process


def send_signal(pid: int, start_time: str, number: int) -> str:
    """One of `sent`, `gone` (also a zombie), `impostor` (another process has the pid now), `denied`."""
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
    """The `signalled` line for a `signal` line of docs/protocol.md. Raises KeyError for an unknown signal."""
    number = signal.Signals[line["signal"]]
    outcomes = [
        {**target, "outcome": send_signal(int(target["pid"]), str(target["startTime"]), number)}
        for target in line["targets"]
    ]
    return {"event": "signalled", "request": line.get("request"), "outcomes": outcomes}
