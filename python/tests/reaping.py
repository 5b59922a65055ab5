"""A real reaper under an owner that the test can kill."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from vitest_python.posix.cookie import limit_of, run_id_of
from vitest_python.posix.identity import read_stat, start_time

PACKAGE = str(Path(__file__).resolve().parent.parent)

# Stands for the runner: starts a reaper, passes lines on from a file, and waits to be killed.
OWNER = """
import os, subprocess, sys, time
sys.path.insert(0, {package!r})
{start}
reaper = subprocess.Popen(
    [sys.executable, "-I", "-S", *{program!r}, "reaper", "--run-id", {run_id!r}, "--run-directory", {directory!r},
     "--owner-pid", str(os.getpid()), "--owner-start-time", own_start_time(), "--protocol", "1"],
    stdin=subprocess.PIPE, stdout=open({out!r}, "wb"), stderr=open({out!r} + ".err", "wb"), start_new_session=True)
for line in sys.stdin.buffer:
    reaper.stdin.write(line)
    reaper.stdin.flush()
time.sleep(60)
"""

# How an owner knows its own start time.
LINUX = "from vitest_python.posix.identity import own_start_time"

# Leaves its parent, its session, its environment and its descriptors behind.
DAEMON = """
import os, sys
if os.fork(): os._exit(0)
os.setsid()
if os.fork(): os._exit(0)
with open(sys.argv[1] + ".new", "w") as file: file.write(str(os.getpid()))
os.rename(sys.argv[1] + ".new", sys.argv[1])
os.closerange(0, 64)
os.execve("/bin/sleep", ["sleep", "60"], {})
"""


class Run:
    """One run: an owner, its reaper, and what the reaper has said."""

    def __init__(self, base: Path, run_id: str, program: tuple[str, ...] = (PACKAGE,), start: str = LINUX) -> None:
        self.run_id = run_id
        self.directory = base / run_id
        self.directory.mkdir(mode=0o700)
        self.out = base / "reaper.out"
        script = OWNER.format(
            package=PACKAGE,
            program=program,
            run_id=run_id,
            directory=str(self.directory),
            out=str(self.out),
            start=start,
        )
        self.owner = subprocess.Popen([sys.executable, "-c", script], stdin=subprocess.PIPE)
        self.pid = int(self.wait_for("armed")["pid"])

    def say(self, **line: Any) -> None:
        """Sends a line to the reaper, through its owner."""
        assert self.owner.stdin is not None
        self.owner.stdin.write(json.dumps(line).encode() + b"\n")
        self.owner.stdin.flush()

    def spawn(self, *argv: str, name: str = "child") -> int:
        """Has the reaper start a program; its pid."""
        env = {"PATH": os.environ["PATH"], "VITEST_PYTHON_RUN_ID": self.run_id}
        self.say(op="spawn", id=name, argv=argv, env=env, cwd="/", log=str(self.directory / "log"))
        return int(self.wait_for("spawned", id=name)["pid"])

    def spawn_daemon(self, file: Path) -> int:
        """Has the reaper start something that hides in every way; its pid."""
        self.spawn(sys.executable, "-c", DAEMON, str(file), name=file.name)
        eventually(file.exists)
        return int(file.read_text())

    def events(self) -> Iterator[dict[str, Any]]:
        """Every whole line that the reaper has printed so far."""
        if self.out.exists():
            for line in self.out.read_text().splitlines():
                yield json.loads(line)

    def wait_for(self, event: str, **fields: Any) -> dict[str, Any]:
        """The first such event."""
        wanted = {"event": event, **fields}.items()
        found: list[dict[str, Any]] = []

        def seen() -> bool:
            found.extend(line for line in self.events() if wanted <= line.items())
            return bool(found)

        eventually(seen)
        return found[0]

    def close(self) -> None:
        """Ends the owner, and with it everything."""
        self.owner.kill()
        self.owner.wait()
        if self.owner.stdin is not None:
            self.owner.stdin.close()
        eventually(lambda: not alive(self.pid))


def alive(pid: int) -> bool:
    """Whether the process can still run."""
    return start_time(pid) is not None


def eventually(holds: Callable[[], bool], seconds: float = 5) -> None:
    """Waits until it holds, and fails where it does not in time."""
    deadline = time.monotonic() + seconds
    while not holds():
        assert time.monotonic() < deadline, f"not within {seconds} s"
        time.sleep(0.005)


def bears_limit(pid: int, run_id: str) -> bool:
    """Whether the process inherited the limit cookie of the run."""
    line = next(line for line in Path(f"/proc/{pid}/limits").read_text().splitlines() if "resident" in line)
    value = line.split()[4]
    return value.isdigit() and int(value) == limit_of(run_id) and run_id_of(int(value)) == run_id


def state_of(pid: int) -> str:
    """The letter of proc(5); empty where there is no such process."""
    stat = read_stat(pid)
    return stat.state if stat else ""
