"""Plays the runner for a driver: its control socket, its lines, and an oracle that sees every process of the machine.

Run by an interpreter with Ray, in namespaces of its own: `python -m tests.cluster_runner CASE`.
"""

from __future__ import annotations

import json
import os
import queue
import secrets
import socket
import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path
from typing import Any

from vitest_python.cluster.cluster import Cluster
from vitest_python.cluster.package import pack
from vitest_python.posix.bootstrap import open_script
from vitest_python.posix.cookie import carries
from vitest_python.posix.identity import start_time
from vitest_python.posix.lines import decode, encode
from vitest_python.posix.protocol import PROTOCOL

PROGRAM = "import subprocess, sys, time; {daemon}time.sleep(600)"
DAEMON = "subprocess.Popen([sys.executable, '-c', 'import time; time.sleep(600)'], start_new_session=True); "


def mint() -> str:
    """Make a run ID."""
    return "".join(secrets.choice("0123456789abcdefghijklmnopqrstuvwxyz") for _ in range(7))


class Runner:
    """A driver, and the lines that come from it."""

    def __init__(self, directory: Path, **options: Any) -> None:
        self.run_id, self.tree = mint(), mint()
        self.lines: queue.Queue[dict[str, Any]] = queue.Queue()
        listener = socket.socket(socket.AF_UNIX)
        listener.bind(str(directory / "control.sock"))
        listener.listen()
        config = {
            "protocol": PROTOCOL,
            "id": "driver",
            "runId": self.run_id,
            "token": "token",
            "runDirectory": str(directory),
            "control": str(directory / "control.sock"),
            "parent": os.getpid(),
            "root": str(directory),
            "modules": [],
            "startMethod": "fork",
            "cluster": {"address": "auto", "resources": {"CPU": 1}, "silence": 3_000, "keep": [], **options},
        }
        script = open_script("driver", config)
        with open(directory / "driver.log", "wb") as log:
            self.process = subprocess.Popen([sys.executable], stdin=script, stdout=log, stderr=log)
        self._file: Any = listener.accept()[0].makefile("rwb")
        assert decode(self._file.readline())["role"] == "driver"
        self.send(welcome="vitest-python", protocol=PROTOCOL)
        threading.Thread(target=self._read, daemon=True).start()

    def _read(self) -> None:
        for text in self._file:
            self.lines.put(decode(text))

    def send(self, **line: Any) -> None:
        self._file.write(encode(line))
        self._file.flush()

    def wait(self, *events: str, timeout: float = 60) -> dict[str, Any]:
        """Return the next line with one of these events, of the driver or of a tree."""
        until = time.monotonic() + timeout
        while True:
            line = self.lines.get(timeout=max(0.1, until - time.monotonic()))
            if line["event"] in events or line.get("line", {}).get("event") in events:
                return line

    def place(self, node: int, daemon: bool) -> dict[str, Any]:
        """Place a tree and start a program in it; with a daemon that has left its session."""
        self.send(op="place", node=node, tree=self.tree, timeout=60_000)
        placed = self.wait("placed", "place-failed")
        assert placed["event"] == "placed", placed
        placed["reaper"] = self.wait("armed")["line"]["pid"]
        code = PROGRAM.format(daemon=DAEMON if daemon else "")
        order = {
            "op": "spawn",
            "id": "program",
            "argv": [placed["executable"], "-c", code],
            "env": {},
            "cwd": "/",
            "log": f"{placed['directory']}/logs/program.log",
        }
        self.send(op="line", node=node, to="reaper", line=order)
        placed["program"] = self.wait("spawned")["line"]["pid"]
        expected = 3 if daemon else 2
        until = time.monotonic() + 10
        while len(self.marked()) < expected and time.monotonic() < until:
            time.sleep(0.05)
        assert len(self.marked()) == expected, self.marked()
        return placed

    def end(self) -> dict[str, Any]:
        """End the run, and return the lines of its verdict."""
        self.send(op="end")
        return {"ended": self.wait("ended"), "verdict": self.wait("verdict")}

    def marked(self) -> list[int]:
        """The living processes of the run, as the kernel shows them, whatever Ray says."""
        pids = [int(name) for name in os.listdir("/proc") if name.isdigit()]
        return [pid for pid in pids if carries(pid, self.tree) and start_time(pid)]

    def seconds_until_none(self, limit: float = 20) -> float | None:
        """Wait until no process of the run is left; None if one stays."""
        began = time.monotonic()
        while self.marked():
            if time.monotonic() - began > limit:
                return None
            time.sleep(0.02)
        return time.monotonic() - began


def actor_of(placed: dict[str, Any]) -> int:
    """The process that owns the reaper of a tree."""
    words = Path(f"/proc/{placed['reaper']}/cmdline").read_bytes().split(b"\0")
    return int(words[words.index(b"--owner-pid") + 1])


def pid_of(name: str) -> int:
    """The one process of this namespace that has this name."""
    (pid,) = [int(path.parent.name) for path in Path("/proc").glob("[0-9]*/comm") if path.read_text().strip() == name]
    return pid


def count_actors() -> dict[str, Any]:
    """Count the actors of a run as the verdict does, while one lives and after it was killed."""
    options = {"address": "auto", "resources": {"CPU": 1}, "insecureCluster": True}
    cluster = Cluster(options, "abcdefg")
    node = cluster.candidates()[0]
    actor = cluster.start_agent("0", node["id"], (pack(), "abcdefg", "token", 3.0, []))
    cluster.wait(actor.describe.remote(), 30)
    living = len(cluster.actors_left())
    cluster.kill(actor)
    until = time.monotonic() + 10
    while cluster.actors_left() and time.monotonic() < until:
        time.sleep(0.05)
    return {"living": living, "killed": len(cluster.actors_left())}


def play(case: str, directory: Path) -> dict[str, Any]:
    """Play one case, and return what happened."""
    if case == "actors":
        return count_actors()
    runner = Runner(directory, insecureCluster=case != "open cluster")
    up = runner.wait("ready", "failed")
    if up["event"] == "failed":
        return {"failure": up["failure"]}
    placed = runner.place(0, daemon=case != "clean")
    if case == "actor killed":
        os.kill(actor_of(placed), 9)
    elif case == "raylet killed":
        os.kill(pid_of("raylet"), 9)
        return {"gone after": runner.seconds_until_none()}
    elif case == "driver killed":
        runner.process.kill()
        return {"gone after": runner.seconds_until_none()}
    elif case == "driver silent":
        runner.process.send_signal(19)
        return {"gone after": runner.seconds_until_none()}
    elif case == "reaper killed":
        os.kill(placed["reaper"], 9)
        runner.wait("reaper-ended")
        return {"left": len(runner.marked()), **runner.end(), "gone after": runner.seconds_until_none(1)}
    if case == "clean":
        target = {"pid": placed["program"], "startTime": start_time(placed["program"])}
        signal = {"op": "signal", "request": 1, "signal": "SIGKILL", "targets": [target]}
        runner.send(op="line", node=0, to="reaper", line=signal)
        runner.wait("signalled")
    if case == "actor killed":
        return {"lost": runner.wait("node-lost"), "gone after": runner.seconds_until_none(), **runner.end()}
    return {
        **runner.end(),
        "gone after": runner.seconds_until_none(1),
        "directory": os.path.exists(placed["directory"]),
    }


if __name__ == "__main__":
    outcomes = {}
    for name in sys.argv[1:]:
        with tempfile.TemporaryDirectory() as path:
            try:
                outcomes[name] = play(name, Path(path))
            except Exception as error:
                log = Path(path, "driver.log")
                outcomes[name] = {"error": repr(error), "log": log.read_text()[-3000:] if log.exists() else ""}
    print("OUTCOMES " + json.dumps(outcomes))
