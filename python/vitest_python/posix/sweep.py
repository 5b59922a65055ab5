"""Kills processes that have a cookie of the run but aren't descendants, because they were orphaned too early."""

from __future__ import annotations

import os
import signal
import time

from .cookie import carries
from .pidfd import Process

MAX_PASSES = 5


def kill_marked(run_id: str, spare: dict[int, str]) -> dict[int, str]:
    """Kill every process that has the run's cookies, except this one and those in `spare` (start times by pid).

    Repeats until a pass finds none, at most five times. Returns the start times of the killed processes by pid.
    """
    killed: dict[int, str] = {}
    for _ in range(MAX_PASSES):
        found = _kill_once(run_id, spare)
        if not found:
            break
        killed |= found
        time.sleep(0.005)
    return killed


def _kill_once(run_id: str, spare: dict[int, str]) -> dict[int, str]:
    found: dict[int, str] = {}
    for name in os.listdir("/proc"):
        if not name.isdigit() or int(name) == os.getpid() or not carries(int(name), run_id):
            continue
        try:
            process = Process(int(name))
        except ProcessLookupError:
            continue
        try:
            # Read again while the pidfd is open: before, the pid may have belonged to another process.
            mine = carries(process.pid, run_id) and spare.get(process.pid) != process.stat.start_time
            if mine and process.stat.alive:
                process.send(signal.SIGKILL)
                found[process.pid] = process.stat.start_time
        except OSError:
            pass
        finally:
            process.close()
    return found
