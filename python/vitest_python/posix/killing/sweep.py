"""Kills processes that have a cookie of the run but aren't descendants, because they were orphaned too early."""

from __future__ import annotations

import os
import signal
import time

from ..cookie import carries
from ..identity import real_user
from ..keep import Keep, keep_none
from ..killed import Killed
from ..pidfd import Process

MAX_PASSES = 5
PAUSE_SECONDS = 0.005


def kill_marked(run_id: str, spare: dict[int, str], keep: Keep = keep_none) -> Killed:
    """Kill every process of this user that has the run's cookies.

    Leaves this one, those to `keep`, and `spare` (start times by pid) alone.

    Another user may have copied the cookies, so a process of another user is left alone. Repeats until a pass finds
    none, at most five times.
    """
    killed: dict[int, str] = {}
    left: dict[int, str] = {}
    for _ in range(MAX_PASSES):
        left = _kill_once(run_id, spare, killed, keep)
        if not left:
            break
        time.sleep(PAUSE_SECONDS)
    return Killed(killed, not left, left)


def _kill_once(run_id: str, spare: dict[int, str], killed: dict[int, str], keep: Keep) -> dict[int, str]:
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
            mine = carries(process.pid, run_id) and real_user(process.pid) == os.getuid()
            spared = spare.get(process.pid) == process.stat.start_time
            if mine and not spared and process.stat.alive and not keep(process.pid):
                found[process.pid] = process.stat.start_time
                process.send(signal.SIGKILL)
                killed[process.pid] = process.stat.start_time
        except OSError:
            pass
        finally:
            process.close()
    return found
