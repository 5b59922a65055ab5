"""A control group of the run's own, where the system lets us make one.

The kernel then knows every member, whatever it did to its parents, its session or its environment; it kills them all
at once (`cgroup.kill`, Linux 5.14), and removing the group succeeds only when it is empty. See cgroups(7) and the
kernel's admin-guide/cgroup-v2.
"""

from __future__ import annotations

import os
from pathlib import Path

from .system import DARWIN

_NAME = "vitest-python-"


class Cgroup:
    """The group of one run. The reaper stays outside."""

    def __init__(self, path: str) -> None:
        self.path = path

    def enter(self) -> bool:
        """Moves this process into the group; what it starts from now on is born there."""
        try:
            Path(self.path, "cgroup.procs").write_text("0")
        except OSError:
            return False
        return True

    def kill(self) -> None:
        """SIGKILL for every member, atomically against forks."""
        try:
            Path(self.path, "cgroup.kill").write_text("1")
        except OSError:
            pass  # the tree and the cookies are left to go by

    def remove(self) -> bool:
        """Removes the group; False where it has living members."""
        try:
            os.rmdir(self.path)
        except FileNotFoundError:
            return True
        except OSError:
            return False
        return True


def make_cgroup(run_id: str) -> Cgroup | None:
    """Makes a group below this process's own; None where that is not delegated to us or the kernel is too old."""
    if DARWIN:
        return None
    own = _own_cgroup()
    if own is None or not os.access(own / "cgroup.procs", os.W_OK):
        return None
    path = own / f"{_NAME}{run_id}"
    try:
        path.mkdir(mode=0o755)
    except OSError:
        return None
    group = Cgroup(str(path))
    if not (path / "cgroup.kill").exists():
        group.remove()
        return None
    return group


def _own_cgroup() -> Path | None:
    try:
        entry = next(line for line in Path("/proc/self/cgroup").read_text().splitlines() if line.startswith("0::"))
        mounts = Path("/proc/self/mountinfo").read_text().splitlines()
    except (OSError, StopIteration):
        return None
    path = entry[len("0::") :]
    for mount in mounts:
        fields, _, source = mount.partition(" - ")
        if source.startswith("cgroup2 "):
            root, point = fields.split()[3:5]
            inside = path[len(root) :] if root != "/" and path.startswith(root) else path
            return None if inside.startswith("/..") else Path(point + "/" + inside.lstrip("/"))
    return None
