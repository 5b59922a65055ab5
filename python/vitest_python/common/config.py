"""What a forkserver or worker is told on its command line."""

from __future__ import annotations

import json
import os
from dataclasses import dataclass, replace
from typing import Any

from ..posix.protocol import PROTOCOL, protocol_mismatch

TOKEN_VARIABLE = "VITEST_PYTHON_TOKEN"


@dataclass(frozen=True)
class Config:
    """The argument of docs/protocol.md, and the token that came in the environment."""

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
    """Whether to tell which files each lease has used."""
    token: str

    def for_worker(self, worker: str) -> Config:
        """The same for a worker that this process is about to start."""
        return replace(self, id=worker, parent=os.getpid())

    @property
    def log(self) -> str:
        """File for everything that this process prints."""
        return f"{self.run_directory}/logs/{self.id}.log"

    def encode(self) -> str:
        """The command-line argument; without the token, since everybody can read arguments."""
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
    """Reads the argument, and takes the token out of the environment before any code of the user runs.

    Exits with a sentence where the runner speaks another protocol.
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
