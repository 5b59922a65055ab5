"""The program of `vitest-python verify --cluster`: looks on every living node for trees that have lost their owner.

Called with `{"address","insecureCluster","overlay","reap"}`, it prints one line; see docs/protocol.md.
"""

from __future__ import annotations

import json
import os
import secrets
import sys
import time
from collections.abc import Callable
from typing import Any, NoReturn, TypeVar

from ..posix.lines import encode
from .cluster import Cluster, ClusterProblem
from .node.sweep import SWEEPS_FOR_PROOF
from .package import pack
from .within import silence_of, within

JsonLine = dict[str, Any]
T = TypeVar("T")

GRACE_SECONDS = 5.0
"""A tree ends by itself after its actor. Until then, it isn't one without an owner."""
ANSWER_SECONDS = 30.0
"""For an answer of the head, or of all nodes together, which start a process for a task and look at every process."""
WATCH_SECONDS = 60.0
"""For trees to end. Other runs may end meanwhile."""
_PAUSE_SECONDS = 0.5


class Survey:
    """What the nodes and the head say. A living owner is one that either knows: the head may be another one by now."""

    def __init__(self, cluster: Cluster) -> None:
        self._cluster = cluster
        self._package = pack()
        self._origin = _of_head(cluster.describe)
        self._ips = {node["id"]: node["ip"] for node in _of_head(cluster.candidates)}
        self._problems: dict[str, str] = {}
        self._trees: dict[str, JsonLine] = {}
        self._owned: set[str] = set()
        self._doubts: set[str] = set()

    def run(self, reap: bool) -> JsonLine:
        """Look until each tree has an owner, or hasn't had one for a while. With `reap`, kill those without."""
        lost = self._watch()
        now = time.monotonic()
        orphaned = [name for name, at in lost.items() if name not in self._owned and now - at >= GRACE_SECONDS]
        doubts = [
            f"node {self._trees[name]['ip']}: the tree {name} has lost its actor, and "
            + ("the cluster still lists it" if name in self._owned else "is still ending")
            for name in lost
            if name not in orphaned
        ]
        ended = self._reap(orphaned) if reap else {}
        is_same = _of_head(self._cluster.describe) == self._origin
        origin = [] if is_same else ["the head of the cluster was replaced meanwhile"]
        if not self._ips:
            origin.append("the cluster lists no living node")
        living = [name for name, tree in self._trees.items() if tree["owner"] == "alive" or name in self._owned]
        return {
            "address": self._cluster.address,
            "nodes": [ip for node, ip in self._ips.items() if node not in self._problems],
            "orphans": [orphan for name in orphaned for orphan in self._describe(name, ended.get(name))],
            "problems": [*self._problems.values(), *sorted(self._doubts), *doubts, *origin],
            "living": sorted(living),
            "elsewhere": sorted(name for name, tree in self._trees.items() if tree["owner"] == "elsewhere"),
        }

    def _watch(self) -> dict[str, float]:
        """Return the trees with processes and without an owner, and since when that is so."""
        lost: dict[str, float] = {}
        until = time.monotonic() + WATCH_SECONDS
        while True:
            self._look()
            # Asked afterwards: a tree that was found then had its actor before.
            self._owned = _of_head(self._cluster.owned_trees)
            now = time.monotonic()
            lost = {name: lost.get(name, now) for name, tree in self._trees.items() if self._is_lost(name, tree)}
            if all(now - at >= GRACE_SECONDS for at in lost.values()) or now > until:
                return lost
            time.sleep(_PAUSE_SECONDS)

    def _is_lost(self, name: str, tree: JsonLine) -> bool:
        return bool(tree["processes"]) and (tree["owner"] == "dead" or name not in self._owned)

    def _look(self) -> None:
        nodes = [node for node in self._ips if node not in self._problems]
        tasks = {node: (node, self._start(node, "find_trees")) for node in nodes}
        self._trees, self._doubts = {}, set()
        places: set[tuple[str, str, int]] = set()
        for node, found in self._answers(tasks).items():
            for name, tree in found["trees"].items():
                # Several nodes may share a directory, and only one of them the processes.
                if self._trees.get(name, {"owner": "elsewhere"})["owner"] == "elsewhere":
                    self._trees[name] = {**tree, "id": node, "ip": tree["ip"] or self._ips[node]}
            # Each user judges its own processes.
            place = (found["bootId"], found["pidNamespace"], found["uid"])
            if place not in places:
                self._doubts.update(_doubts(self._ips[node], found))
            places.add(place)

    def _start(self, node: str, function: str, *arguments: Any) -> Any:
        return self._cluster.start_task(node, self._package, f"trees.{function}", *arguments)

    def _answers(self, tasks: dict[str, tuple[str, Any]]) -> dict[str, JsonLine]:
        """Wait for the tasks of nodes together. A node that doesn't answer is a problem, and isn't asked again."""
        answers: dict[str, JsonLine] = {}
        until = time.monotonic() + ANSWER_SECONDS
        for name, (node, task) in tasks.items():
            try:
                # One that has answered in time must not pay for those before it.
                answers[name] = self._cluster.wait(task, max(0.5, until - time.monotonic()))
            except Exception as error:
                self._problems[node] = f"node {self._ips[node]}: it {silence_of(error, ANSWER_SECONDS)}"
        return answers

    def _reap(self, orphaned: list[str]) -> dict[str, JsonLine]:
        """End the trees, and remove the directories of those that have ended without."""
        empty = [name for name, tree in self._trees.items() if tree["owner"] == "dead" and name not in self._owned]
        places = {name: (self._trees[name]["id"], self._trees[name]["directory"]) for name in [*orphaned, *empty]}
        tasks = {name: (node, self._start(node, "end_tree", path)) for name, (node, path) in places.items()}
        ended = self._answers(tasks)
        for name in places:
            if ended.get(name, {"cleanSweeps": 0})["cleanSweeps"] < SWEEPS_FOR_PROOF:
                self._doubts.add(f"node {self._trees[name]['ip']}: the tree {name} is not proven ended")
        return ended

    def _describe(self, name: str, ended: JsonLine | None) -> list[JsonLine]:
        tree = self._trees[name]
        found = {(process["pid"], process["startTime"]): process for process in tree["processes"]}
        swept = {(process["pid"], process["startTime"]): process for process in (ended or {}).get("orphans", [])}
        of = {"node": tree["ip"], "run": tree["run"], "tree": name}
        return [
            # One that the sweep hasn't found is gone.
            {**of, **process, "killed": ended is not None and swept.get(key, {"killed": True})["killed"]}
            for key, process in {**swept, **found}.items()
        ]


def _of_head(ask: Callable[[], T]) -> T:
    """Return the answer of the head. Raises ClusterProblem."""
    try:
        return within(ANSWER_SECONDS, ask)
    except Exception as error:
        raise ClusterProblem(f"The head of the cluster does not answer ({type(error).__name__}: {error}).") from error


def _doubts(ip: str, found: JsonLine) -> list[str]:
    strays = [
        f"node {ip}: pid {process['pid']} ({process['command'][:80]}) has the marks of run {process['run']}, whose "
        "directory is gone, so its owner is unknown"
        for process in found["strays"]
    ]
    pids = ", ".join(map(str, found["unreadable"]))
    return [*strays, *([f"node {ip}: pid {pids} can't be read"] if pids else [])]


def main(arguments: list[str]) -> NoReturn:
    """Print what was found, or `problem`, why the cluster can't be used."""
    # Ray prints to the standard output of its driver.
    output = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)
    options = json.loads(arguments[0])
    if options["overlay"]:
        sys.path.append(options["overlay"])
    try:
        found = Survey(Cluster(options, f"verify-{secrets.token_hex(8)}")).run(options["reap"])
    except ClusterProblem as problem:
        found = {"problem": str(problem)}
    output.write(encode(found))
    output.flush()
    os._exit(0)
