"""Looks for the processes of a run on the node where it runs, and kills them.

It shares no process with the tree that it checks: a fresh Ray task calls it.
"""

from __future__ import annotations

import os
import time
from typing import Any

from ...posix.cookie import LIMITS, carries, read_limits, run_id_of
from ...posix.identity import read_stat, real_user, start_time
from ...posix.keep import Keep, KeepExecutables, keep_none
from ...posix.killing.sweep import kill_marked
from ...posix.protocol import LEASE_VARIABLE
from .record import identify_node

SWEEPS_FOR_PROOF = 2
PAUSE_SECONDS = 0.025
KILL_SECONDS = 5.0

JsonLine = dict[str, Any]


def sweep_node(run_id: str, since: str = "0", keep: Keep = keep_none) -> JsonLine:
    """Kill the processes that are left of the run, and look until two looks in a row have found nothing.

    Args:
        run_id: of the run
        since: the start time of the actor. An older process can't be of the run
        keep: tells the processes that may be left

    Returns:
        `orphans`, the processes that were found; `cleanSweeps`, at the end and in a row; `unreadable`, the processes
        of this user of which it can't be told; `looked`, how many the last look has seen; and the node.
    """
    orphans: dict[tuple[int, str], JsonLine] = {}
    clean = 0
    until = time.monotonic() + KILL_SECONDS
    while True:
        found, unreadable, looked = look(run_id, since, keep=keep)
        orphans.update({(process["pid"], process["startTime"]): process for process in found})
        clean = 0 if found or unreadable else clean + 1
        if found:
            kill_marked(run_id, {}, keep)
        if clean >= SWEEPS_FOR_PROOF or (unreadable and not found) or time.monotonic() > until:
            break
        time.sleep(PAUSE_SECONDS)
    left = {(process["pid"], process["startTime"]) for process in found}
    return {
        **identify_node(),
        "orphans": [{**process, "killed": name not in left} for name, process in orphans.items()],
        "cleanSweeps": clean,
        "unreadable": unreadable,
        "looked": looked,
    }


def sweep_tree(tree: str, since: str, keep: list[str]) -> JsonLine:
    """Sweep a node for the processes of a tree.

    Args:
        tree: marks them
        since: the start time of the actor
        keep: the executables that may outlive the run

    Returns:
        What `sweep_node` returns, and `kept`, the processes that may be left, each with its `executable`.
    """
    keeping = KeepExecutables(keep)
    return {**sweep_node(tree, since, keeping), "kept": [*filter(None, map(_describe_kept, sorted(keeping.kept)))]}


def _describe_kept(pid: int) -> JsonLine | None:
    try:
        executable = os.readlink(f"/proc/{pid}/exe").removesuffix(" (deleted)")
    except OSError:
        return None
    return {"pid": pid, "startTime": start_time(pid), "command": command_of(pid), "executable": executable}


def look(
    run_id: str, since: str = "0", spare: frozenset[int] = frozenset(), keep: Keep = keep_none
) -> tuple[list[JsonLine], list[int], int]:
    """Look at every process once.

    Args:
        run_id: whose processes to look for
        since: a start time; older processes are never in doubt
        spare: the pids of processes that may be there
        keep: tells others that may be there

    Returns the processes of the run, those that may be of the run, and how many processes there are.
    """
    found: list[JsonLine] = []
    unreadable: list[int] = []
    pids = [int(name) for name in os.listdir("/proc") if name.isdigit()]
    for pid in pids:
        if pid == os.getpid() or pid in spare:
            continue
        stat = read_stat(pid)
        if stat is None or not stat.alive:
            continue
        if carries(pid, run_id):
            if not keep(pid):
                process = {"pid": pid, "startTime": stat.start_time, "command": command_of(pid)}
                found.append({**process, "lease": read_marks(pid).get(LEASE_VARIABLE)})
        elif int(stat.start_time) >= int(since) and is_doubtful(pid):
            unreadable.append(pid)
    return found, unreadable, len(pids)


def is_doubtful(pid: int) -> bool:
    """Whether a process of this user hides its environment, and has the mark of no run, so that it may be of any."""
    limits = read_limits(pid)
    if real_user(pid) != os.getuid() or any(map(run_id_of, limits)):
        return False
    try:
        with open(f"/proc/{pid}/environ", "rb") as file:
            file.read(1)
    except PermissionError:
        # A process of the run has all these limits: marked, lowered, or finite before, so that they couldn't be marked.
        # It can't get rid of them without privilege.
        has_all = len(limits) == len(LIMITS)
        return os.getuid() == 0 or has_all or not os.access(f"/proc/{pid}/limits", os.R_OK)
    except OSError:
        pass
    return False


def read_marks(pid: int) -> dict[str, str]:
    """Return this package's variables in the environment of a process. One that was only forked has its parent's."""
    try:
        with open(f"/proc/{pid}/environ", "rb") as file:
            entries = file.read().decode(errors="replace").split("\0")
    except OSError:
        return {}
    return dict(entry.split("=", 1) for entry in entries if entry.startswith("VITEST_PYTHON_") and "=" in entry)


def command_of(pid: int) -> str:
    """Return the command line of a process; empty if it has none."""
    try:
        with open(f"/proc/{pid}/cmdline", "rb") as file:
            return file.read(400).replace(b"\0", b" ").decode(errors="replace").strip()
    except OSError:
        return ""
