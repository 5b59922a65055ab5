"""The requests of the driver to Ray. This is the only module that knows Ray's API."""

from __future__ import annotations

from typing import Any

MINIMUM_RAY = (2, 40)

JsonLine = dict[str, Any]


class ClusterProblem(Exception):
    """The cluster can't be used. The message says what to do."""


class Cluster:
    """A connection to a Ray cluster. All actors of a run have the run ID as their namespace."""

    def __init__(self, options: JsonLine, run_id: str) -> None:
        """Connect. Raises ClusterProblem.

        Args:
            options: `address`, `resources`, `runtimeEnv` and `insecureCluster`
            run_id: of the run
        """
        self._ray = _import_ray()
        self._run_id = run_id
        self._options = options
        try:
            self._ray.init(
                address=options["address"],
                namespace=run_id,
                runtime_env=options.get("runtimeEnv"),
                log_to_driver=False,
                logging_level="error",
            )
        except Exception as error:
            problem = f"Cannot join the Ray cluster at {options['address']!r}: {type(error).__name__}: {error}"
            raise ClusterProblem(problem + _remedy(error)) from error
        self._refuse_open_cluster()

    def describe(self) -> JsonLine:
        """Tell which cluster this is. A restarted head has another ID."""
        from ray._raylet import GcsClient

        # A new connection asks for the ID. Others keep the one that they began with.
        gcs = GcsClient(address=self._ray.get_runtime_context().gcs_address)
        session = self._ray._private.worker.global_worker.node.session_name
        return {"clusterId": gcs.cluster_id.hex(), "session": session, "ray": self._ray.__version__}

    @property
    def address(self) -> str:
        """Host and port of the head."""
        return str(self._ray.get_runtime_context().gcs_address)

    def nodes(self) -> list[str]:
        """Return the IDs of the nodes that are alive, in a fixed order."""
        return sorted(node["NodeID"] for node in self._ray.nodes() if node["Alive"])

    def owned_trees(self) -> set[str]:
        """Return the trees of all runs that have a living actor, as far as the cluster knows."""
        from ray.util import list_named_actors

        names = [actor["name"] for actor in list_named_actors(all_namespaces=True)]
        return {name.rpartition("-")[2] for name in names if name.startswith("node-")}

    def candidates(self) -> list[JsonLine]:
        """Return the nodes that have the resources of one placement, as `{"id", "ip"}`."""
        wanted = self._options.get("resources", {})
        return [
            {"id": node["NodeID"], "ip": node["NodeManagerAddress"]}
            for node in sorted(self._ray.nodes(), key=lambda node: str(node["NodeID"]))
            if node["Alive"] and all(node["Resources"].get(name, 0) >= amount for name, amount in wanted.items())
        ]

    def start_agent(self, name: str, node: str, arguments: tuple[Any, ...]) -> Any:
        """Start the actor of a node. It is never started again: a second tree would have the same marks."""
        from .node import agent

        resources = dict(self._options["resources"])
        cpus, gpus = resources.pop("CPU", 1), resources.pop("GPU", 0)
        # One thread for lines, so that they arrive in the order in which they were sent.
        return (
            self._remote(agent.Agent, concurrency_groups={"lines": 1})
            .options(
                name=f"node-{name}",
                num_cpus=cpus,
                num_gpus=gpus,
                resources=resources,
                max_restarts=0,
                max_task_retries=0,
                max_concurrency=8,
                scheduling_strategy=self._only_on(node),
            )
            .remote(*arguments)
        )

    def describe_agent(self, actor: Any, node: JsonLine, timeout: float) -> JsonLine:
        """Return the facts that the actor of a node knows. Raises ClusterProblem if Ray doesn't start it in time."""
        try:
            told: JsonLine = self.wait(actor.describe.remote(), timeout)
        except self._ray.exceptions.GetTimeoutError as error:
            from ray._private.state import available_resources_per_node

            wanted, free = self._options["resources"], available_resources_per_node().get(node["id"], {})
            raise ClusterProblem(
                f"Ray hasn't started an actor on {node['ip']} within {timeout:g} seconds. The run asks for {wanted}, "
                f"and { ({name: free.get(name, 0) for name in wanted}) } are free there."
            ) from error
        return told

    def send(self, actor: Any, to: str, line: JsonLine) -> None:
        """Send a line to a tree, after all lines that were sent before."""
        actor.send.options(concurrency_group="lines").remote(to, line)

    def sweep(self, node: str, package: bytes, tree: str, since: str, keep: list[str]) -> Any:
        """Start the task that sweeps a node for processes of a tree. No process older than `since` is in doubt."""
        return self.start_task(node, package, "sweep.sweep_tree", tree, since, keep)

    def start_task(self, node: str, package: bytes, function: str, *arguments: Any) -> Any:
        """Start a task that calls a function of this package on a node, given as `module.function`."""
        from .node import agent

        options = {"num_cpus": 0, "max_retries": 0, "scheduling_strategy": self._only_on(node)}
        return self._remote(agent.call, **options).remote(package, function, *arguments)

    def wait(self, reference: Any, timeout: float) -> Any:
        """Return the answer of an actor or a task. Raises Ray's errors."""
        return self._ray.get(reference, timeout=timeout)

    def kill(self, actor: Any) -> None:
        """Kill an actor."""
        self._ray.kill(actor)

    def actors_left(self) -> list[str]:
        """Return the actors of the run that the cluster doesn't hold for dead."""
        from ray._private.state import actors

        mine = [actor for actor in actors().values() if actor.get("RayNamespace", self._run_id) == self._run_id]
        job = self._ray.get_runtime_context().get_job_id()
        return [actor["ActorID"] for actor in mine if actor["JobID"] == job and actor["State"] != "DEAD"]

    def _refuse_open_cluster(self) -> None:
        from .access import refuses_strangers

        if not self._options.get("insecureCluster") and not refuses_strangers(self.address):
            raise ClusterProblem(
                f"The Ray cluster at {self.address} answers without a token, so anyone who can reach it can run code "
                "on it. Start it with RAY_AUTH_MODE=token. If its network is closed, set `cluster.insecureCluster: "
                "true`, or call `verify` with `--insecure-cluster`."
            )

    def _only_on(self, node: str) -> Any:
        from ray.util.scheduling_strategies import NodeAffinitySchedulingStrategy

        return NodeAffinitySchedulingStrategy(node, soft=False)

    def _remote(self, target: Any, **options: Any) -> Any:
        from ray import cloudpickle

        from .node import agent

        cloudpickle.register_pickle_by_value(agent)
        return self._ray.remote(**options)(target)


def _remedy(error: Exception) -> str:
    if isinstance(error, (TypeError, ValueError)):
        return ""  # about the options
    if "ersion mismatch" in str(error):
        return (
            "\nRun the tests with the versions of the cluster: install its Ray into an environment of its Python, and "
            "choose that by the option `python`."
        )
    return "\nIf this machine isn't a node of the cluster, make it one: `ray start --address=<head>:6379 --num-cpus=0`."


def _import_ray() -> Any:
    try:
        import ray
    except ImportError as error:
        raise ClusterProblem(
            f"The option `cluster` needs Ray in your Python environment: {error}. Install the version of the cluster, "
            "as in `pip install ray==2.60.0`."
        ) from error
    version = tuple(int(part) for part in ray.__version__.split(".")[:2])
    if version < MINIMUM_RAY:
        wanted = ".".join(map(str, MINIMUM_RAY))
        raise ClusterProblem(f"The option `cluster` needs Ray {wanted} or newer, and this is Ray {ray.__version__}.")
    return ray
