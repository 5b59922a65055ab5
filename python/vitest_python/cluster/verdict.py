"""Ends the trees of a run, and proves for each node that nothing of it is left.

Ray's word that an actor is dead is necessary and never enough: a partitioned node and a restarted head both look clean.
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from typing import Any

from .cluster import Cluster
from .node.sweep import SWEEPS_FOR_PROOF
from .within import silence_of, within

JsonLine = dict[str, Any]
Tree = tuple[str, Any, JsonLine]
"""The ID of a node, its actor, and the facts about its tree."""

# For Ray to start a process for a task, on a busy node.
_START_SECONDS = 30.0
_SAME = ("bootId", "pidNamespace", "uid")


def judge_cluster(
    cluster: Cluster, origin: JsonLine, trees: dict[int, Tree], package: bytes, timeout: float, keep: list[str]
) -> Iterator[JsonLine]:
    """End the trees, and yield an `ended` line for each node and a `verdict` line for the cluster.

    Args:
        cluster: the connection
        origin: what `describe` told about the cluster before anything was placed
        trees: every tree that was ever placed, by the index of its node
        package: this package
        keep: the executables that may outlive the run
        timeout: seconds that all nodes have together for each of the two steps, and the head for each answer
    """
    finished = _finish(cluster, trees, timeout)
    unswept = _doubt_head(cluster, origin, timeout)
    sweeps: dict[int, Any] = {}
    # Ray ends a process that asks another head than the one that it has joined.
    if unswept is None:
        try:
            sweeps = within(timeout, lambda: _start_sweeps(cluster, trees, package, keep))
        except Exception as error:
            unswept = _silence_of_head(error)
    patience = timeout + _START_SECONDS
    until = time.monotonic() + patience
    for index, (node, _, facts) in trees.items():
        swept: JsonLine = {"orphans": [], "kept": []}
        is_proof = False
        problem: str | None = f"it has not been swept: {unswept}"
        if unswept is None:
            try:
                swept = cluster.wait(sweeps[index], max(0.0, until - time.monotonic()))
                doubted = doubt(facts, swept)
                is_proof = doubted is None
                problem = finished[index]["problem"] or doubted
            except Exception as error:
                problem = f"its sweep {silence_of(error, patience)}"
        orphans = merge_orphans(finished[index]["orphans"], swept["orphans"], is_proof)
        ended = {"event": "ended", "node": index, "nodeId": node, "ip": facts["ip"], "tree": facts["tree"]}
        yield {**ended, **swept, "orphans": orphans, "problem": problem}
    yield {"event": "verdict", "problem": unswept or _doubt_cluster(cluster, origin, trees, timeout)}


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


def merge_orphans(finished: list[JsonLine], swept: list[JsonLine], is_proof: bool) -> list[JsonLine]:
    """Join the orphans of the tree and of the sweep. Those that a sweep which proves something didn't find are gone."""
    merged = {(orphan["pid"], orphan["startTime"]): {**orphan, "killed": is_proof} for orphan in finished}
    merged.update({(orphan["pid"], orphan["startTime"]): orphan for orphan in swept})
    return list(merged.values())


def _finish(cluster: Cluster, trees: dict[int, Tree], timeout: float) -> dict[int, JsonLine]:
    """Have the actors end their trees. A tree that ended without us is a problem."""
    finishing = {index: actor.finish.remote() for index, (_, actor, _) in trees.items()}
    finished: dict[int, JsonLine] = {}
    until = time.monotonic() + timeout
    for index, reference in finishing.items():
        try:
            finished[index] = cluster.wait(reference, max(0.0, until - time.monotonic()))
        except Exception as error:
            problem = f"its actor {silence_of(error, timeout)}"
            finished[index] = {"orphans": [], "problem": problem}
    return finished


def _start_sweeps(cluster: Cluster, trees: dict[int, Tree], package: bytes, keep: list[str]) -> dict[int, Any]:
    for _, actor, _ in trees.values():
        try:
            cluster.kill(actor)
        except Exception:
            pass  # it is dead already, or `actors_left` finds it
    return {
        index: cluster.sweep(node, package, facts["tree"], facts.get("since", "0"), keep)
        for index, (node, _, facts) in trees.items()
    }


def _doubt_head(cluster: Cluster, origin: JsonLine, timeout: float) -> str | None:
    """Return why the word of the head counts for nothing."""
    try:
        same = within(timeout, cluster.describe) == origin
        return None if same else "the head of the cluster was replaced during the run"
    except Exception as error:
        return _silence_of_head(error)


def _silence_of_head(error: Exception) -> str:
    return f"the head of the cluster does not answer ({type(error).__name__}: {error})"


def _doubt_cluster(cluster: Cluster, origin: JsonLine, trees: dict[int, Tree], timeout: float) -> str | None:
    doubted = _doubt_head(cluster, origin, timeout)
    if doubted is not None:
        return doubted
    try:
        lost = {node for node, _, _ in trees.values()} - set(within(timeout, cluster.nodes))
        if lost:
            return f"the cluster has lost {len(lost)} of the nodes that the run was placed on"
        left = within(timeout, cluster.actors_left)
        return f"{len(left)} actors of the run are left" if left else None
    except Exception as error:
        return _silence_of_head(error)
