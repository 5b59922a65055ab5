"""Finds the trees of all runs on a node, by their directories and the marks of processes, and ends those without owner.

It shares no process with any tree: a fresh Ray task calls it.
"""

from __future__ import annotations

import os
import shutil
import stat
import tempfile
import time
from typing import Any

from ...posix.cookie import ALPHABET, RUN_ID_LENGTH, read_limits, run_id_of
from ...posix.identity import read_stat, real_user
from ...posix.keep import KeepExecutables
from ...posix.protocol import LEASE_VARIABLE, RUN_DIRECTORY_VARIABLE, RUN_ID_VARIABLE
from .agent import nodes_directory
from .record import identify_node, owner_state, read_record
from .sweep import PAUSE_SECONDS, SWEEPS_FOR_PROOF, command_of, is_doubtful, read_marks, sweep_node

JsonLine = dict[str, Any]


def find_trees() -> JsonLine:
    """Look at every directory and process twice.

    Returns:
        `trees` by ID, each with the state of its `owner`, `run` and `ip` if its record tells them, `directory`, and
        `processes` if it isn't known to have a living owner; `strays`, the processes that have a mark of a run whose
        directory is gone; `unreadable`, the pids of this user of which it can't be told; and the node.
    """
    finding = _Finding()
    for _ in range(SWEEPS_FOR_PROOF):
        finding.look()
        time.sleep(PAUSE_SECONDS)
    return {**identify_node(), **finding.describe()}


def end_tree(directory: str) -> JsonLine:
    """Kill the processes that are left of a tree, and remove its directory if its actor is proven dead.

    Returns:
        What `sweep_node` returns. Nothing is killed if the actor turns out to be alive.
    """
    record = read_record(directory)
    state = owner_state(record)
    if state in ("alive", "elsewhere"):
        return {"orphans": [], "cleanSweeps": 0, "unreadable": []}
    keep = KeepExecutables(_keep_of(record))
    swept = sweep_node(os.path.basename(directory), str(_oldest([record])), keep)
    if state == "dead" and swept["cleanSweeps"] >= SWEEPS_FOR_PROOF and not keep.kept:
        shutil.rmtree(directory, ignore_errors=True)
    return swept


class _Finding:
    def __init__(self) -> None:
        self._trees: dict[str, JsonLine] = {}
        self._keep: dict[str, KeepExecutables] = {}
        self._strays: dict[int, JsonLine] = {}
        self._unreadable: dict[int, int] = {}
        self._records: list[JsonLine | None] = []

    def describe(self) -> JsonLine:
        trees = {name: {**tree, "processes": list(tree["processes"].values())} for name, tree in self._trees.items()}
        oldest = _oldest(self._records)
        unreadable = [pid for pid, started in self._unreadable.items() if started >= oldest]
        return {"trees": trees, "strays": list(self._strays.values()), "unreadable": sorted(unreadable)}

    def look(self) -> None:
        base = nodes_directory()
        for name in os.listdir(base) if _is_own_directory(base) else []:
            self._add(f"{base}/{name}")
        ordinary: set[str] = set()
        found: list[tuple[set[str], JsonLine]] = []
        for pid in [int(name) for name in os.listdir("/proc") if name.isdigit()]:
            seen = read_stat(pid)
            if pid == os.getpid() or seen is None or not seen.alive:
                continue
            marks = read_marks(pid)
            run, directory = marks.get(RUN_ID_VARIABLE), marks.get(RUN_DIRECTORY_VARIABLE, "")
            ids = {name for name in (run, *map(run_id_of, read_limits(pid))) if name}
            if not ids:
                if is_doubtful(pid):
                    self._unreadable[pid] = int(seen.start_time)
                continue
            if os.path.dirname(directory).endswith(f"/{os.path.basename(base)}"):
                self._add(directory, pid)
            elif directory and run:
                ordinary.add(run)
            process = {"pid": pid, "startTime": seen.start_time, "command": command_of(pid)}
            found.append((ids, {**process, "lease": marks.get(LEASE_VARIABLE)}))
        for ids, process in found:
            self._attribute(ids, process, ordinary)

    def _add(self, directory: str, pid: int | None = None) -> None:
        """Note a tree, by its directory or by a process that names it."""
        name = os.path.basename(directory)
        if name in self._trees or len(name) != RUN_ID_LENGTH or not set(name) <= set(ALPHABET):
            return
        record = read_record(directory) if _is_own_directory(directory) else None
        # The temporary directory of another container isn't this one's.
        hidden = record is None and pid is not None and _is_elsewhere(pid)
        told = {key: (record or {}).get(key) for key in ("run", "ip")}
        owner = "elsewhere" if hidden else owner_state(record)
        self._trees[name] = {**told, "owner": owner, "directory": directory, "processes": {}}
        self._records.append(None if owner == "elsewhere" else record)
        self._keep[name] = KeepExecutables(_keep_of(record))

    def _attribute(self, ids: set[str], process: JsonLine, ordinary: set[str]) -> None:
        pid = process["pid"]
        # A run in a run has the ID of the outer one in its limits, which can't be set twice.
        known = ids & self._trees.keys()
        for name in known:
            if self._trees[name]["owner"] in ("dead", "unknown") and not self._keep[name](pid):
                self._trees[name]["processes"][pid, process["startTime"]] = process
        if known:
            return
        # Another user may have copied the marks.
        is_own = real_user(pid) == os.getuid() and not _is_elsewhere(pid)
        if is_own and not ids & ordinary and not any(map(_has_directory, ids)):
            self._strays[pid] = {**process, "run": min(ids)}


def _oldest(records: list[JsonLine | None]) -> int:
    """Return the start time before which no process of these trees was started: that of an actor, or of the raylet.

    A tree has a record, unless its directory was removed.
    """
    actors = [int(record["owner"]["startTime"]) for record in records if record is not None]
    return min([start_of_raylet(), *actors])


def start_of_raylet() -> int:
    """Return when Ray was started on this node; 0 if no ancestor of this process is the raylet."""
    pid = os.getppid()
    while (seen := read_stat(pid)) is not None:
        if _name_of(pid) == "raylet":
            return int(seen.start_time)
        pid = seen.parent
    return 0


def _name_of(pid: int) -> str:
    try:
        with open(f"/proc/{pid}/comm") as file:
            return file.read().strip()
    except OSError:
        return ""


def _keep_of(record: JsonLine | None) -> list[str]:
    return list((record or {}).get("keep", []))


def _has_directory(run: str) -> bool:
    """Whether a run of this machine has its directory in one of the usual places."""
    user = os.getuid()
    bases = (os.environ.get("XDG_RUNTIME_DIR", "/tmp"), f"/run/user/{user}", tempfile.gettempdir(), "/tmp")
    return any(os.path.isdir(f"{base}/vitest-python-{user}/{run}") for base in bases)


def _is_own_directory(path: str) -> bool:
    try:
        found = os.lstat(path)
    except OSError:
        return False
    return stat.S_ISDIR(found.st_mode) and found.st_uid == os.getuid()


def _is_elsewhere(pid: int) -> bool:
    """Whether a process is in another container, which is visible from this one."""
    try:
        return os.readlink(f"/proc/{pid}/ns/pid") != os.readlink("/proc/self/ns/pid")
    except OSError:
        return False
