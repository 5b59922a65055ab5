"""Kills what carries the run ID in its environment and yet is neither a descendant nor in a group of one."""

from __future__ import annotations

import os
import re
import time

from ..protocol import RUN_ID_VARIABLE
from .kill import kill_each
from .ps import processes_with_environments

PASSES = 5


def kill_marked(run_id: str, spare: dict[int, str]) -> dict[int, str]:
    """As `sweep.kill_marked`, by the environment alone."""
    mark = re.compile(rf"(?:^| ){RUN_ID_VARIABLE}={run_id}(?: |\s*$)")
    killed: dict[int, str] = {}
    for _ in range(PASSES):
        found = kill_each(
            entry
            for pid, entry in processes_with_environments().items()
            if pid != os.getpid()
            and entry.stat.alive
            and spare.get(pid) != entry.stat.start_time
            and mark.search(entry.environment)
        )
        if not found:
            break
        killed |= found
        time.sleep(0.005)
    return killed
