"""The actor of a node, and the task that sweeps a node after it.

Ray sends this module as its source, because the nodes don't have the package before the actor has unpacked it. So
nothing of the package may be imported at the top.
"""

from __future__ import annotations

import os
import shutil
import stat
import sys
import tempfile
from typing import Any

JsonLine = dict[str, Any]


class Agent:
    """Holds the tree of processes of a run on its node. It does nothing else, so one answer never waits for another."""

    def __init__(self, package: bytes, tree: str, token: str, silence: float, keep: list[str]) -> None:
        base = nodes_directory()
        make_private(base)
        self._directory = os.path.join(base, tree)
        os.mkdir(self._directory, 0o700)
        for name in ("package", "workers", "logs"):
            os.mkdir(os.path.join(self._directory, name), 0o700)
        programs = os.path.join(self._directory, "package")
        unpack(package, programs)
        import ray

        from vitest_python.cluster.node.record import identify_node, write_record
        from vitest_python.cluster.node.step_away import find_adopter
        from vitest_python.cluster.node.tree import Tree
        from vitest_python.posix.identity import own_start_time

        run = ray.get_runtime_context().namespace
        write_record(self._directory, run, ray.util.get_node_ip_address(), keep)
        # A head that was replaced doesn't know this actor, and would never end it.
        self._tree = Tree(tree, self._directory, programs, token, silence, keep, abandoned=lambda: os._exit(0))
        self._facts = {
            "directory": self._directory,
            "executable": sys.executable,
            "version": "{}.{}.{}".format(*sys.version_info),
            "root": os.getcwd(),
            "missing": missing_packages(),
            # With its subreaper, the actor adopts them, and the raylet after it.
            "adoptedByRay": find_adopter() in (os.getpid(), os.getppid()),
            "since": own_start_time(),
            **identify_node(),
        }

    def describe(self) -> JsonLine:
        """Tell where the tree is."""
        return self._facts

    def send(self, to: str, line: JsonLine) -> None:
        """Pass a line on to the reaper, a forkserver or a worker."""
        self._tree.send(to, line)

    def take(self, patience: float) -> list[JsonLine]:
        """Wait for the lines of the tree. The question is the run's sign of life."""
        return self._tree.take(patience)

    def finish(self) -> JsonLine:
        """End the tree, and name the processes that had not ended by themselves."""
        return self._tree.finish()


def call(package: bytes, function: str, *arguments: Any) -> JsonLine:
    """Call a function of this package on a node, given as `module.function`. Runs as a fresh task.

    All functions that one driver calls must be in one module: Ray may use a process twice, and this leaves no package.
    """
    directory = tempfile.mkdtemp(prefix="vitest-python-sweep-")
    try:
        # The package looks for its archive two directories above itself, which must not be that of all users.
        unpack(package, os.path.join(directory, "package"))
        from importlib import import_module

        module, _, name = function.partition(".")
        answer: JsonLine = getattr(import_module(f"vitest_python.cluster.node.{module}"), name)(*arguments)
        return answer
    finally:
        shutil.rmtree(directory, ignore_errors=True)


def make_private(directory: str) -> None:
    """Create a directory for this user alone, unless it exists.

    Raises PermissionError if another user could replace the package or a socket in it.
    """
    os.makedirs(directory, mode=0o700, exist_ok=True)
    found = os.lstat(directory)
    if not stat.S_ISDIR(found.st_mode) or found.st_uid != os.getuid() or found.st_mode & 0o077:
        raise PermissionError(
            f"{directory} on this node does not belong to user {os.getuid()} alone. Remove it, or start Ray with "
            "another TMPDIR there."
        )


def nodes_directory() -> str:
    """Return the directory on a node that holds the run directories of all trees of this user."""
    return os.path.join(tempfile.gettempdir(), f"vitest-python-{os.getuid()}-nodes")


def missing_packages() -> list[str]:
    """Return the packages of a worker that this interpreter lacks."""
    from importlib.util import find_spec

    def has(module: str) -> bool:
        try:
            return find_spec(module) is not None
        except ModuleNotFoundError:
            return False

    needed = {
        "grpcio": "grpc",
        "grpcio-health-checking": "grpc_health",
        "grpcio-reflection": "grpc_reflection",
        "ormsgpack": "ormsgpack",
        "protobuf": "google.protobuf",
    }
    return [package for package, module in needed.items() if not has(module)]


def unpack(package: bytes, directory: str) -> None:
    """Write the package to a directory and make it importable."""
    import io
    import zipfile

    with zipfile.ZipFile(io.BytesIO(package)) as archive:
        archive.extractall(directory)
    # At the end, where it hides no module of the user.
    sys.path.append(directory)
