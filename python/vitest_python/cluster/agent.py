"""The actor of a node, and the task that sweeps a node after it.

Ray sends this module as its source, because the nodes don't have the package before the actor has unpacked it. So
nothing of the package may be imported at the top.
"""

from __future__ import annotations

import os
import shutil
import sys
import tempfile
from typing import Any

JsonLine = dict[str, Any]


class Agent:
    """Holds the tree of processes of a run on its node. It does nothing else, so one answer never waits for another."""

    def __init__(self, package: bytes, run_id: str, index: int, token: str, silence: float, keep: list[str]) -> None:
        # Two nodes may be one machine, and the name of a run directory is always the run ID.
        base = os.path.join(tempfile.gettempdir(), f"vitest-python-{os.getuid()}-node-{index}")
        os.makedirs(base, mode=0o700, exist_ok=True)
        self._directory = os.path.join(base, run_id)
        os.mkdir(self._directory, 0o700)
        for name in ("package", "workers", "logs"):
            os.mkdir(os.path.join(self._directory, name), 0o700)
        programs = os.path.join(self._directory, "package")
        unpack(package, programs)
        from vitest_python.cluster.sweep import identify_node
        from vitest_python.cluster.tree import Tree
        from vitest_python.posix.identity import own_start_time

        self._tree = Tree(run_id, self._directory, programs, token, silence, keep)
        self._facts = {
            "directory": self._directory,
            "executable": sys.executable,
            "since": own_start_time(),
            **identify_node(),
        }

    def describe(self, ip: str) -> JsonLine:
        """Tell where the tree is."""
        return {**self._facts, "ip": ip}

    def send(self, to: str, line: JsonLine) -> None:
        """Pass a line on to the reaper, a forkserver or a worker."""
        self._tree.send(to, line)

    def take(self, patience: float) -> list[JsonLine]:
        """Wait for the lines of the tree. The question is the run's sign of life."""
        return self._tree.take(patience)

    def finish(self) -> JsonLine:
        """End the tree, and tell what had not ended by itself."""
        return self._tree.finish()


def sweep(package: bytes, run_id: str, since: str) -> JsonLine:
    """Look for what is left of a run on this node, and kill it. Runs as a fresh task."""
    directory = tempfile.mkdtemp(prefix="vitest-python-sweep-")
    try:
        unpack(package, directory)
        from vitest_python.cluster.sweep import sweep_node

        return sweep_node(run_id, since)
    finally:
        shutil.rmtree(directory, ignore_errors=True)


def unpack(package: bytes, directory: str) -> None:
    """Write the package to a directory and make it importable."""
    import io
    import zipfile

    with zipfile.ZipFile(io.BytesIO(package)) as archive:
        archive.extractall(directory)
    # At the end, where it hides no module of the user.
    sys.path.append(directory)
