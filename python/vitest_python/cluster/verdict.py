"""Ends the trees of a run, and proves for each node that nothing of it is left.

Ray's word that an actor is dead is necessary and never enough: a partitioned node and a restarted head both look clean.
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from typing import Any

from .cluster import Cluster
from .sweep import SWEEPS_FOR_PROOF

JsonLine = dict[str, Any]
Tree = tuple[str, Any, JsonLine]
"""The ID of a node, its actor, and the facts about its tree."""

# For Ray to start a process for a task, on a busy node.
_START_SECONDS = 30.0
_SAME = ("bootId", "pidNamespace", "uid")


def judge_cluster(
    cluster: Cluster, origin: JsonLine, trees: dict[int, Tree], package: bytes, timeout: float
) -> Iterator[JsonLine]:
    """End the trees, and yield an `ended` line for each node and a `verdict` line for the cluster.

    Args:
        cluster: the connection
        origin: what `describe` told about the cluster before anything was placed
        trees: every tree that was ever placed, by the index of its node
        package: this package
        timeout: seconds that all nodes have together for each of the two steps
    """
    finished = _finish(cluster, trees, timeout)
    sweeps = {
        index: cluster.sweep(node, package, facts["tree"], facts.get("since", "0"))
        for index, (node, _, facts) in trees.items()
    }
    until = time.monotonic() + timeout + _START_SECONDS
    for index, (node, _, facts) in trees.items():
        try:
            swept = cluster.wait(sweeps[index], max(0.0, until - time.monotonic()))
            problem = finished[index]["problem"] or doubt(facts, swept)
        except Exception as error:
            swept = {"orphans": []}
            problem = f"its sweep has not answered ({type(error).__name__})"
        orphans = merge_orphans(finished[index]["orphans"], swept["orphans"])
        ended = {"event": "ended", "node": index, "nodeId": node, "ip": facts["ip"]}
        yield {**ended, **swept, "orphans": orphans, "problem": problem}
    yield {"event": "verdict", "problem": _doubt_cluster(cluster, origin, trees)}


def doubt(facts: JsonLine, swept: JsonLine) -> str | None:
    """Return why a sweep proves nothing about the tree that was placed; None if it proves that nothing is left."""
    changed = [name for name in _SAME if facts.get(name) != swept[name]]
    if changed:
        return f"another machine or container has answered ({', '.join(changed)} changed)"
    if swept["unreadable"]:
        return f"the environment of {len(swept['unreadable'])} processes can't be read"
    if swept["cleanSweeps"] < SWEEPS_FOR_PROOF:
        return "no two sweeps in a row were clean"
    return None


def merge_orphans(finished: list[JsonLine], swept: list[JsonLine]) -> list[JsonLine]:
    """Join the orphans of the tree and of the sweep. The reaper has killed those that the sweep didn't find."""
    merged = {(orphan["pid"], orphan["startTime"]): {**orphan, "killed": True} for orphan in finished}
    merged.update({(orphan["pid"], orphan["startTime"]): orphan for orphan in swept})
    return list(merged.values())


def _finish(cluster: Cluster, trees: dict[int, Tree], timeout: float) -> dict[int, JsonLine]:
    """Have the actors end their trees, and kill the actors. A tree that ended without us is a problem."""
    finishing = {index: actor.finish.remote() for index, (_, actor, _) in trees.items()}
    finished: dict[int, JsonLine] = {}
    until = time.monotonic() + timeout
    for index, reference in finishing.items():
        try:
            finished[index] = cluster.wait(reference, max(0.0, until - time.monotonic()))
        except Exception as error:
            problem = f"its actor has not ended the tree ({type(error).__name__})"
            finished[index] = {"orphans": [], "problem": problem}
    for _, actor, _ in trees.values():
        try:
            cluster.kill(actor)
        except Exception:
            pass  # it is dead already, or `actors_left` finds it
    return finished


def _doubt_cluster(cluster: Cluster, origin: JsonLine, trees: dict[int, Tree]) -> str | None:
    try:
        if cluster.describe() != origin:
            return "the head of the cluster was replaced during the run"
        lost = {node for node, _, _ in trees.values()} - set(cluster.nodes())
        if lost:
            return f"the cluster has lost {len(lost)} of the nodes that the run was placed on"
        left = cluster.actors_left()
        return f"{len(left)} actors of the run are left" if left else None
    except Exception as error:
        return f"the cluster does not answer ({type(error).__name__}: {error})"
