"""The record of a tree on its node: `run.json`, as that of a run, with the actor as the owner; see docs/protocol.md."""

from __future__ import annotations

import json
import os
import socket
from datetime import datetime, timezone
from typing import Any

from ...posix.identity import boot_id, own_start_time, start_time

JsonLine = dict[str, Any]


def identify_node() -> JsonLine:
    """Tell which machine, and which container of it, this process sees. A replaced container answers otherwise."""
    return {"bootId": boot_id(), "pidNamespace": os.readlink("/proc/self/ns/pid"), "uid": os.getuid()}


def write_record(directory: str, run: str, ip: str, keep: list[str]) -> None:
    """Write the record of a tree whose owner is this process, before anything is started.

    Args:
        directory: the run directory on this node. Its name is the ID of the tree
        run: the ID of the run
        ip: the address of this node in the cluster
        keep: the executables that may outlive the run
    """
    here = identify_node()
    owner = {
        "pid": os.getpid(),
        "startTime": own_start_time(),
        "bootId": here["bootId"],
        "pidNamespace": here["pidNamespace"],
        "host": socket.gethostname(),
    }
    record = {
        "runId": os.path.basename(directory),
        "owner": owner,
        "root": os.getcwd(),
        "startedAt": datetime.now(timezone.utc).isoformat(),
        "keep": keep,
        "run": run,
        "ip": ip,
    }
    path = f"{directory}/run.json"
    with open(os.open(f"{path}.new", os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
        json.dump(record, file)
    os.rename(f"{path}.new", path)


def read_record(directory: str) -> JsonLine | None:
    """Return the record of a tree; None if it has none that can be read."""
    try:
        with open(f"{directory}/run.json") as file:
            record: JsonLine = json.load(file)
        _ = [record["owner"][name] for name in ("pid", "startTime", "bootId", "pidNamespace")]
    except (OSError, ValueError, KeyError, TypeError):
        return None
    return record


def owner_state(record: JsonLine | None) -> str:
    """Return whether the actor of a tree is `alive`, `dead`, `elsewhere` (another container or boot) or `unknown`."""
    if record is None:
        return "unknown"
    owner, here = record["owner"], identify_node()
    if (owner["bootId"], owner["pidNamespace"]) != (here["bootId"], here["pidNamespace"]):
        return "elsewhere"
    return "alive" if start_time(int(owner["pid"])) == owner["startTime"] else "dead"
