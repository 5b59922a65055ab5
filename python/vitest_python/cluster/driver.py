"""The program that places the trees of a run on the nodes of a cluster, and passes their lines on.

The reaper of the runner's machine starts it, and it reports on the control socket like a worker. docs/protocol.md
describes its lines. Ray prints to the standard output of its driver, which goes to a log here.
"""

from __future__ import annotations

import os
import sys
import threading
import traceback
from typing import Any, NoReturn

from ..common.config import Config
from ..common.control import Control
from ..common.start import connect, start_program
from .cluster import Cluster, ClusterProblem
from .package import pack
from .verdict import judge_cluster

_POLL_SECONDS = 2.0

JsonLine = dict[str, Any]


class Placed:
    """A node with a tree."""

    def __init__(self, index: int, node: JsonLine, tree: str, actor: Any) -> None:
        self.index, self.node, self.actor = index, node["id"], actor
        self.facts: JsonLine = {"ip": node["ip"], "tree": tree}
        """Facts about the tree; most come from the node when it is placed."""


class Placing:
    """Counts the nodes that are being placed. A verdict must know all trees."""

    def __init__(self) -> None:
        self._count = 0
        self._changed = threading.Condition()

    def begin(self) -> None:
        with self._changed:
            self._count += 1

    def end(self) -> None:
        with self._changed:
            self._count -= 1
            self._changed.notify_all()

    def wait(self, timeout: float) -> int:
        """Wait until no node is being placed. Returns how many still are."""
        with self._changed:
            self._changed.wait_for(lambda: self._count == 0, timeout)
            return self._count


class Driver:
    """Carries out the lines of the runner, each `place` on a thread of its own, because a node may be slow."""

    def __init__(self, config: Config, options: JsonLine, control: Control, cluster: Cluster) -> None:
        self._config = config
        self._silence = options["silence"] / 1_000
        self._keep = options["keep"]
        self._control = control
        self._cluster = cluster
        self._package = pack()
        self._placed: dict[int, Placed] = {}
        # All trees that may exist, also those whose node didn't answer in time and was placed once more.
        self._ever: list[Placed] = []
        self._placing = Placing()
        self.origin = cluster.describe()

    def run(self) -> NoReturn:
        """Handle lines until the runner is gone. The actors end with this process, and the trees with them."""
        for line in self._control.lines():
            if line["op"] == "place":
                self._placing.begin()
                threading.Thread(target=self._live, args=(line,), daemon=True).start()
            elif line["op"] == "line" and line["node"] in self._placed:
                self._cluster.send(self._placed[line["node"]].actor, line["to"], line["line"])
            elif line["op"] == "end":
                self._end()
            elif line["op"] == "exit":
                break
        os._exit(0)

    def _live(self, line: JsonLine) -> None:
        try:
            placed = self._place(line)
        finally:
            self._placing.end()
        if placed is not None:
            self._follow(placed)

    def _place(self, line: JsonLine) -> Placed | None:
        index = line["node"]
        try:
            nodes = self._cluster.candidates()
            if index >= len(nodes):
                raise ClusterProblem(
                    f"only {len(nodes)} nodes of the cluster have the resources that the option asks for"
                )
            node = nodes[index]
            arguments = (self._package, line["tree"], self._config.token, self._silence, self._keep)
            actor = self._cluster.start_agent(f"{index}-{line['tree']}", node["id"], arguments)
            placed = Placed(index, node, line["tree"], actor)
            # From here on, a process may exist there, even if the next answer doesn't come.
            self._placed[index] = placed
            self._ever.append(placed)
            placed.facts.update(self._cluster.describe_agent(actor, node, line["timeout"] / 1_000))
            if placed.facts["adoptedByRay"]:
                raise ClusterProblem(
                    f"Ray on {node['ip']} adopts the processes that others have left, and kills them every ten "
                    "seconds, those of this run included. Start Ray there without "
                    "RAY_kill_child_processes_on_worker_exit_with_raylet_subreaper, which Ray has deprecated"
                )
        except Exception as error:
            message = f"{type(error).__name__}: {error}"
            self._control.send({"event": "place-failed", "node": index, "tree": line["tree"], "message": message})
            return None
        self._control.send({"event": "placed", "node": index, "nodeId": placed.node, **placed.facts})
        return placed

    def _follow(self, placed: Placed) -> None:
        """Pass the lines of a tree on. Asking for them is the sign of life of the run."""
        while True:
            try:
                for line in self._cluster.wait(placed.actor.take.remote(_POLL_SECONDS), self._silence):
                    self._control.send({"event": "line", "node": placed.index, **line})
            except Exception as error:
                # A node that doesn't answer isn't a clean one: its sweep decides.
                # Ray's messages go on with lists of possible causes.
                message = f"{type(error).__name__}: {error}".splitlines()[0]
                self._control.send({"event": "node-lost", "node": placed.index, "message": message})
                return

    def _end(self) -> None:
        late = self._placing.wait(2 * self._silence)
        trees = {number: (placed.node, placed.actor, placed.facts) for number, placed in enumerate(self._ever)}
        for line in judge_cluster(self._cluster, self.origin, trees, self._package, 2 * self._silence, self._keep):
            if line["event"] == "verdict" and late:
                problems = [f"{late} nodes were still being placed when the run ended", line["problem"]]
                line["problem"] = "; ".join(filter(None, problems))
            self._control.send(line)


def main(given: dict[str, Any]) -> NoReturn:
    """Run the driver with the configuration that docs/protocol.md describes; `cluster` has the option's members."""
    config = start_program(given)
    if config.overlay:
        # Ray itself doesn't need grpcio.
        sys.path.append(config.overlay)
    control = connect("driver", config)
    try:
        cluster = Cluster(given["cluster"], config.run_id)
        driver = Driver(config, given["cluster"], control, cluster)
    except Exception as error:
        own = isinstance(error, ClusterProblem)
        failure = {
            "type": f"vitest_python.{type(error).__name__}" if own else type(error).__name__,
            "message": str(error),
            "traceback": "" if own else traceback.format_exc(),
            "module": None,
        }
        control.send({"event": "failed", "failure": failure})
        os._exit(1)
    control.send({"event": "ready", **driver.origin})
    driver.run()
