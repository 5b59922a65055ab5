"""The configuration of a forkserver or worker."""

from __future__ import annotations

import json
import os
from dataclasses import dataclass, replace
from typing import Any

from ..posix.protocol import PROTOCOL, protocol_mismatch

TOKEN_VARIABLE = "VITEST_PYTHON_TOKEN"


@dataclass(frozen=True)
class Config:
    """The command-line argument that docs/protocol.md describes, and the token, which comes in the environment."""

    id: str
    control: str
    run_directory: str
    run_id: str
    parent: int
    root: str
    modules: tuple[str, ...]
    services: tuple[str, ...]
    start_method: str
    overlay: str | None
    bytecode: str | None
    watch: bool
    """Whether to report which files each lease uses."""
    token: str

    def for_worker(self, worker: str) -> Config:
        """Return the configuration of a worker that this process is about to start."""
        return replace(self, id=worker, parent=os.getpid())

    @property
    def log(self) -> str:
        """The file for everything that this process prints."""
        return f"{self.run_directory}/logs/{self.id}.log"

    def encode(self) -> str:
        """Return the command-line argument, without the token, because every user can read arguments."""
        return json.dumps(
            {
                "protocol": PROTOCOL,
                "id": self.id,
                "control": self.control,
                "runDirectory": self.run_directory,
                "runId": self.run_id,
                "parent": self.parent,
                "root": self.root,
                "modules": self.modules,
                "services": self.services,
                "startMethod": self.start_method,
                "overlay": self.overlay,
                "bytecode": self.bytecode,
                "watch": self.watch,
            }
        )


def read_config(argument: str) -> Config:
    """Parse the argument, and take the token out of the environment before any user code runs.

    Raises SystemExit with a message if the runner uses another protocol.
    """
    given: dict[str, Any] = json.loads(argument)
    if given["protocol"] != PROTOCOL:
        raise SystemExit(protocol_mismatch("vitest-python: the runner", given["protocol"], "this process"))
    return Config(
        id=given["id"],
        control=given["control"],
        run_directory=given["runDirectory"],
        run_id=given["runId"],
        parent=given["parent"],
        root=given["root"],
        modules=tuple(given["modules"]),
        services=tuple(given.get("services", ())),
        start_method=given["startMethod"],
        overlay=given.get("overlay"),
        bytecode=given.get("bytecode"),
        watch=given.get("watch", False),
        token=os.environ.pop(TOKEN_VARIABLE, ""),
    )
