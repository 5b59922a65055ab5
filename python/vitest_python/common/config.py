"""The configuration of a forkserver or worker."""

from __future__ import annotations

import os
from dataclasses import dataclass, replace
from typing import Any

from ..posix.protocol import CLUSTER_RUN_VARIABLE, PROTOCOL, RUN_ID_VARIABLE, protocol_mismatch


@dataclass(frozen=True)
class Config:
    """The first line that the runner sends; see docs/protocol.md."""

    id: str
    control: str
    run_directory: str
    run_id: str
    """Marks the processes of this machine."""
    cluster_run: str | None
    """The ID of the run, if this is a node of a cluster, which has a mark of its own."""
    parent: int
    root: str
    modules: tuple[str, ...]
    services: tuple[str, ...]
    reset: str | None
    """The function that a shared worker calls between two leases."""
    start_method: str
    overlay: str | None
    bytecode: str | None
    watch: bool
    """Whether to report which files each lease uses."""
    debug: bool
    """Whether debugpy is to attach to the workers."""
    coverage: dict[str, Any] | None
    """How coverage.py measures the user's code; None if it doesn't."""
    token: str
    transport: str
    """`auto`, or `grpc` if sessions go over gRPC, too."""
    listen: dict[str, Any] | None
    """The address and the certificates of workers that listen on a network; None if they use Unix sockets."""

    @property
    def needs_grpc(self) -> bool:
        """Whether each worker starts a gRPC server at once. Otherwise it does so with its first gRPC client."""
        return self.transport == "grpc" or bool(self.services) or self.listen is not None

    @property
    def marks(self) -> dict[str, str]:
        """Environment variables that the processes must carry which tests start, even if a module has cleared them."""
        own = {RUN_ID_VARIABLE: self.run_id}
        return own if self.cluster_run is None else {**own, CLUSTER_RUN_VARIABLE: self.cluster_run}

    def for_worker(self, worker: str) -> Config:
        """Return the configuration of a worker that this process is about to start."""
        return replace(self, id=worker, parent=os.getpid())

    @property
    def log(self) -> str:
        """The file for everything that this process prints."""
        return f"{self.run_directory}/logs/{self.id}.log"

    def encode(self) -> dict[str, Any]:
        """Return the configuration as `read_config` takes it."""
        return {
            "protocol": PROTOCOL,
            "id": self.id,
            "control": self.control,
            "runDirectory": self.run_directory,
            "runId": self.run_id,
            "clusterRunId": self.cluster_run,
            "token": self.token,
            "parent": self.parent,
            "root": self.root,
            "modules": self.modules,
            "services": self.services,
            "reset": self.reset,
            "startMethod": self.start_method,
            "overlay": self.overlay,
            "bytecode": self.bytecode,
            "watch": self.watch,
            "debug": self.debug,
            "coverage": self.coverage,
            "transport": self.transport,
            "listen": self.listen,
        }


def read_config(given: dict[str, Any]) -> Config:
    """Read the configuration. Raises SystemExit with a message if the runner uses another protocol."""
    if given["protocol"] != PROTOCOL:
        raise SystemExit(protocol_mismatch("vitest-python: the runner", given["protocol"], "this process"))
    return Config(
        id=given["id"],
        control=given["control"],
        run_directory=given["runDirectory"],
        run_id=given["runId"],
        cluster_run=given.get("clusterRunId"),
        token=given["token"],
        parent=given["parent"],
        root=given["root"],
        modules=tuple(given["modules"]),
        services=tuple(given.get("services", ())),
        reset=given.get("reset"),
        start_method=given["startMethod"],
        overlay=given.get("overlay"),
        bytecode=given.get("bytecode"),
        watch=given.get("watch", False),
        debug=given.get("debug", False),
        coverage=given.get("coverage"),
        transport=given.get("transport", "auto"),
        listen=given.get("listen"),
    )
