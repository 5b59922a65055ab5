"""Kills processes that have the run ID in their environment but aren't descendants or in a descendant's group."""

from __future__ import annotations

import os
import re
import time

from ..keep import Keep, keep_none
from ..killed import Killed
from ..protocol import RUN_ID_VARIABLE
from .kill import kill_each
from .ps import processes_with_environments

MAX_PASSES = 5


def kill_marked(run_id: str, spare: dict[int, str], keep: Keep = keep_none) -> Killed:
    """Like `posix.killing.sweep.kill_marked`, but goes by the environment alone."""
    mark = re.compile(rf"(?:^| ){RUN_ID_VARIABLE}={run_id}(?: |\s*$)")
    killed: dict[int, str] = {}
    found: dict[int, str] = {}
    for _ in range(MAX_PASSES):
        found = kill_each(
            entry
            for pid, entry in processes_with_environments().items()
            if pid != os.getpid()
            and entry.stat.alive
            and spare.get(pid) != entry.stat.start_time
            and not keep(pid)
            and mark.search(entry.environment)
        )
        if not found:
            break
        killed |= found
        time.sleep(0.005)
    return Killed(killed, not found, found)
