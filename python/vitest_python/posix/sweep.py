"""Kills what bears a cookie of the run and yet is no descendant: what was started while nobody adopted it."""

from __future__ import annotations

import os
import signal
import time

from .cookie import carries
from .pidfd import Process

PASSES = 5


def kill_marked(run_id: str, spare: dict[int, str]) -> dict[int, str]:
    """Kills every process that carries the run ID, but this one and those in `spare` (start time by pid).

    Returns the start times of the killed by pid. Looks again until a pass finds none, five times at most.
    """
    killed: dict[int, str] = {}
    for _ in range(PASSES):
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
            # Read again now that the pidfd is open: the first look may have been at another process.
            mine = carries(process.pid, run_id) and spare.get(process.pid) != process.stat.start_time
            if mine and process.stat.alive:
                process.send(signal.SIGKILL)
                found[process.pid] = process.stat.start_time
        except OSError:
            pass
        finally:
            process.close()
    return found
