"""A control group (cgroup v2) for the run, if the system lets us make one.

The kernel knows every member of the group, even if the process changes its parent, its session or its environment.
It can kill all members at once (`cgroup.kill`, Linux 5.14), and removing the group succeeds only if it is empty.
See cgroups(7) and the kernel's admin-guide/cgroup-v2.
"""

from __future__ import annotations

import os
from pathlib import Path

from .keep import Keep
from .system import DARWIN

_NAME = "vitest-python-"
# A process may fork while it is moved.
MAX_PASSES = 5


class Cgroup:
    """The control group of one run. The reaper itself stays outside."""

    def __init__(self, path: str) -> None:
        self.path = path

    def enter(self) -> bool:
        """Move this process into the group; children that it starts later are in the group too."""
        try:
            Path(self.path, "cgroup.procs").write_text("0")
        except OSError:
            return False
        return True

    def kill(self) -> None:
        """Send SIGKILL to every member; a member can't escape by forking."""
        try:
            Path(self.path, "cgroup.kill").write_text("1")
        except OSError:
            pass  # the process tree and the cookies still lead to the members

    def release(self, keep: Keep) -> bool:
        """Move the members to `keep` to the parent group. Returns False if one of them is still a member."""
        for _ in range(MAX_PASSES):
            kept = [pid for pid in self._members() if keep(pid)]
            if not kept:
                return True
            for pid in kept:
                try:
                    Path(self.path).parent.joinpath("cgroup.procs").write_text(str(pid))
                except OSError:
                    pass  # it has ended, or we may not move it
        return False

    def _members(self) -> list[int]:
        try:
            return [int(pid) for pid in Path(self.path, "cgroup.procs").read_text().split()]
        except OSError:
            return []

    def remove(self) -> bool:
        """Remove the group; False if it has living members."""
        try:
            os.rmdir(self.path)
        except FileNotFoundError:
            return True
        except OSError:
            return False
        return True


def make_cgroup(run_id: str) -> Cgroup | None:
    """Make a group below this process's own; None if we may not, or if the kernel is too old."""
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
