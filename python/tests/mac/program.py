"""Runs the package as on macOS, with its `sys.platform`, `ps` and kqueue. Features that only Linux has raise errors.

Arguments: directory of the package, then its own. Processes and signals are the real ones. If `MAC_TRACE` names a file,
each line of the package that runs is written there, once.
"""

from __future__ import annotations

import ctypes  # noqa: F401  loaded before the platform changes, as are the next two
import os
import resource  # noqa: F401
import select
import shutil  # noqa: F401
import signal
import subprocess
import sys
import threading
from pathlib import Path
from types import FrameType
from typing import Any

_pidfd_open = os.pidfd_open


class Kqueue:
    """A kqueue that knows EVFILT_PROC with NOTE_EXIT, and nothing else."""

    def __init__(self) -> None:
        self._fd = -1

    def control(self, changes: list[tuple[int, int, int, int]], events: int, timeout: float) -> list[object]:
        """Register one process."""
        ((pid, kind, flags, what),) = changes
        assert (kind, flags, what, events, timeout) == (-5, 1, 0x80000000, 0, 0)
        self._fd = _pidfd_open(pid)
        return []

    def fileno(self) -> int:
        return self._fd

    def close(self) -> None:
        if self._fd >= 0:
            os.close(self._fd)


def kevent(ident: int, filter: int, flags: int, fflags: int) -> tuple[int, int, int, int]:
    """Like `select.kevent`."""
    return ident, filter, flags, fflags


def refuse_linux(event: str, arguments: tuple[Any, ...]) -> None:
    """Raise an error if a feature is used that only Linux has."""
    path = arguments[0] if arguments else ""
    in_proc = event in ("open", "os.listdir", "os.scandir") and str(path).startswith(("/proc", "/sys"))
    if in_proc or event in ("ctypes.dlopen", "ctypes.dlsym", "resource.setrlimit"):
        os.write(2, f"touched Linux: {event} {arguments}\n".encode())
        os._exit(99)


def trace_to(path: str, package: str) -> None:
    """Write `file:line` for each line of the package that this process runs."""
    seen: set[tuple[str, int]] = set()

    def note(frame: FrameType, event: str, _: object) -> Any:
        name = frame.f_code.co_filename
        if not name.startswith(package):
            return None
        place = (name, frame.f_lineno)
        if event == "line" and place not in seen:
            seen.add(place)
            with open(path, "a") as file:
                file.write(f"{os.path.relpath(name, package)}:{frame.f_lineno}\n")
        return note

    threading.settrace(note)
    sys.settrace(note)


def be_mac() -> None:
    """Make this process believe that it is on macOS."""
    if "MAC_TRACE" in os.environ:
        trace_to(os.environ["MAC_TRACE"], str(Path(__file__).resolve().parents[2] / "vitest_python"))
    fake: Any = select
    for name, value in {"KQ_FILTER_PROC": -5, "KQ_EV_ADD": 1, "KQ_NOTE_EXIT": 0x80000000}.items():
        setattr(fake, name, value)
    fake.kqueue, fake.kevent = Kqueue, kevent
    del os.pidfd_open
    del signal.pidfd_send_signal
    vars(subprocess)["_USE_POSIX_SPAWN"] = False
    sys.platform = "darwin"
    from vitest_python.posix.darwin import ps

    ps.PS = [sys.executable, "-I", "-S", str(Path(__file__).with_name("ps.py"))]
    ps.SYSCTL = ["/bin/echo"]
    sys.addaudithook(refuse_linux)


if __name__ == "__main__":
    package, *sys.argv[1:] = sys.argv[1:]
    sys.path[0] = package
    be_mac()
    import importlib.util

    spec = importlib.util.spec_from_file_location("program", f"{package}/__main__.py")
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    module.start(sys.argv[1], sys.argv[2:])
