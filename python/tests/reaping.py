"""Runs a real reaper for an owner that a test can kill."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from vitest_python.posix.cookie import limit_of
from vitest_python.posix.identity import read_stat, start_time

PACKAGE = str(Path(__file__).resolve().parent.parent)

# Plays the runner: starts a reaper, forwards lines from a file, and waits to be killed.
OWNER = """
import os, subprocess, sys, time
sys.path.insert(0, {package!r})
{start}
reaper = subprocess.Popen(
    [sys.executable, "-I", "-S", *{program!r}, "reaper", "--run-id", {run_id!r}, "--run-directory", {directory!r},
     "--owner-pid", str(os.getpid()), "--owner-start-time", own_start_time(), "--protocol", "1", *{more!r}],
    stdin=subprocess.PIPE, stdout=open({out!r}, "wb"), stderr=open({out!r} + ".err", "wb"), start_new_session=True)
for line in sys.stdin.buffer:
    reaper.stdin.write(line)
    reaper.stdin.flush()
time.sleep(60)
"""

# An owner finds its own start time by this.
LINUX = "from vitest_python.posix.identity import own_start_time"

# Leaves its parent, session, environment and descriptors.
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
    """One run: an owner, its reaper, and the lines of the reaper."""

    def __init__(
        self,
        base: Path,
        run_id: str,
        program: tuple[str, ...] = (PACKAGE,),
        start: str = LINUX,
        more: tuple[str, ...] = (),
    ) -> None:
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
            more=more,
        )
        self.owner = subprocess.Popen([sys.executable, "-c", script], stdin=subprocess.PIPE)
        self.pid = int(self.wait_for("armed")["pid"])

    def say(self, **line: Any) -> None:
        """Send a line to the reaper, through its owner."""
        assert self.owner.stdin is not None
        self.owner.stdin.write(json.dumps(line).encode() + b"\n")
        self.owner.stdin.flush()

    def spawn(self, *argv: str, name: str = "child") -> int:
        """Have the reaper start a program, and return its pid."""
        env = {"PATH": os.environ["PATH"], "VITEST_PYTHON_RUN_ID": self.run_id}
        self.say(op="spawn", id=name, argv=argv, env=env, cwd="/", log=str(self.directory / "log"))
        return int(self.wait_for("spawned", id=name)["pid"])

    def spawn_daemon(self, file: Path) -> int:
        """Have the reaper start a daemon that hides in every way, and return its pid."""
        self.spawn(sys.executable, "-c", DAEMON, str(file), name=file.name)
        eventually(file.exists)
        return int(file.read_text())

    def events(self) -> Iterator[dict[str, Any]]:
        """Return the complete lines that the reaper has printed so far."""
        if self.out.exists():
            for line in self.out.read_text().splitlines():
                yield json.loads(line)

    def wait_for(self, event: str, **fields: Any) -> dict[str, Any]:
        """Wait for the first such event."""
        wanted = {"event": event, **fields}.items()
        found: list[dict[str, Any]] = []

        def seen() -> bool:
            found.extend(line for line in self.events() if wanted <= line.items())
            return bool(found)

        eventually(seen)
        return found[0]

    def close(self) -> None:
        """Kill the owner, which ends the whole run."""
        self.owner.kill()
        self.owner.wait()
        if self.owner.stdin is not None:
            self.owner.stdin.close()
        eventually(lambda: not alive(self.pid))


def alive(pid: int) -> bool:
    """Return whether the process can still run code."""
    return start_time(pid) is not None


def load() -> float:
    """Return by how much this machine is slower than if it were idle: runnable processes for each core, 1 to 10."""
    return min(10, max(1, os.getloadavg()[0] / (os.cpu_count() or 1)))


def eventually(holds: Callable[[], bool], seconds: float = 30) -> None:
    """Wait until the condition is true. Fails if it doesn't become true in time.

    Pass `seconds` if the time is the claim. A busy machine gets more.
    """
    seconds *= load()
    deadline = time.monotonic() + seconds
    while not holds():
        assert time.monotonic() < deadline, f"not within {seconds} s"
        time.sleep(0.005)


def limits_with(pid: int, run_id: str) -> list[str]:
    """Return the limits of the process that carry the run ID."""
    names = {"Max resident set": "RLIMIT_RSS", "Max file locks": "RLIMIT_LOCKS"}
    fields = [re.split(r"  +", line) for line in Path(f"/proc/{pid}/limits").read_text().splitlines()]
    return [names[name] for name, _, hard, *_ in fields if name in names and hard == str(limit_of(run_id))]


def state_of(pid: int) -> str:
    """Return the process's state letter (proc(5)); empty if there is no such process."""
    stat = read_stat(pid)
    return stat.state if stat else ""
