"""The ordinary tree of processes (reaper, forkserver, workers) on a node, and the lines to and from it.

It doesn't know Ray: the actor that holds it passes the lines on.
"""

from __future__ import annotations

import math
import os
import queue
import threading
import time
from collections.abc import Callable
from typing import IO

from ...posix.identity import start_time
from ...posix.keep import KeepExecutables
from ...posix.lines import JsonLine, decode, encode
from ...posix.protocol import RUN_DIRECTORY_VARIABLE, RUN_ID_VARIABLE
from .mirror import MAX_WAITING, Mirror, Piece
from .peers import Peers
from .start_reaper import start_reaper
from .sweep import look, sweep_node

# Ray's own, by which any code can be run on the cluster.
_SECRETS = "RAY_AUTH_TOKEN"
_TICK_SECONDS = 0.05
_SETTLE_SECONDS = 1.0
_SETTLE_PAUSE_SECONDS = 0.02
_KILL_SECONDS = 2
# The reaper gives a process that hangs in the kernel 30 seconds.
_END_SECONDS = 35.0
# The request of `finish`, which no request of the runner equals: those are numbers.
_FINISH = "finish"
# A long poll returns at most this many lines, so that one answer doesn't grow without bounds.
_MAX_LINES = 500


class Tree:
    """The processes of a run on this node. They end if the run hasn't asked for their lines for `silence` seconds."""

    def __init__(
        self,
        run_id: str,
        directory: str,
        package: str,
        token: str,
        silence: float,
        keep: list[str],
        abandoned: Callable[[], object] = lambda: None,
    ) -> None:
        """Start the reaper, which sends `armed`.

        Args:
            run_id: of the processes on this node, which marks them as a run ID does. Each node has its own, because
                several may be on one machine. The last part of `directory`
            directory: the run directory on this node, which must exist
            package: the directory that has this package
            token: the secret of the run, which forkserver and workers have to send
            silence: seconds without a question of the run after which the tree ends
            keep: the executables that may outlive the run
            abandoned: called after the silence, when the tree has ended
        """
        self._abandoned = abandoned
        self._keep = KeepExecutables(keep)
        self._lines: queue.Queue[JsonLine] = queue.Queue()
        self._killed: queue.Queue[JsonLine] = queue.Queue()
        self._run_id = run_id
        self._reaper_pid = 0
        self._is_ending = False
        # Found after a reaper that was killed.
        self._orphans: list[JsonLine] = []
        self.ended = threading.Event()
        """Set when the reaper has ended."""
        own = {name: text for name, text in os.environ.items() if not name.startswith(_SECRETS)}
        self._environment = {**own, RUN_ID_VARIABLE: run_id, RUN_DIRECTORY_VARIABLE: directory}
        self._silence = silence
        self._heard = time.monotonic()
        self._mirror = Mirror(directory)
        self._homing = threading.Lock()
        # Bytes of output that are queued.
        self._waiting = 0
        self._peers = Peers(f"{directory}/control.sock", token, self._pass_on)
        reaper = start_reaper(run_id, directory, package, keep, self._environment)
        assert reaper.stdin is not None and reaper.stdout is not None
        self._stdin: IO[bytes] = reaper.stdin
        threading.Thread(target=self._read, args=(reaper.stdout,), daemon=True).start()
        threading.Thread(target=self._watch, daemon=True).start()

    def send(self, to: str, line: JsonLine) -> None:
        """Pass a line on to the reaper, or to a forkserver or worker by its ID. Does nothing if it is gone."""
        self._heard = time.monotonic()
        if to != "reaper":
            return self._peers.send(to, line)
        if line.get("op") == "spawn":
            # The environment of this node, not of the runner, which may hold secrets.
            line = {**line, "env": {**self._environment, **line["env"]}}
        try:
            self._stdin.write(encode(line))
            self._stdin.flush()
        except (OSError, ValueError):
            pass  # `reaper-ended` tells

    def take(self, patience: float) -> list[JsonLine]:
        """Wait for lines, at most `patience` seconds, and return them. The question is the run's sign of life."""
        self._heard = time.monotonic()
        lines: list[JsonLine] = []
        try:
            lines.append(self._lines.get(timeout=patience))
            while len(lines) < _MAX_LINES:
                lines.append(self._lines.get_nowait())
        except queue.Empty:
            pass
        for message in lines:
            if isinstance(message["line"], Piece):
                piece = message["line"]
                message["line"] = piece.read()
                with self._homing:
                    self._waiting -= piece.length
        self._heard = time.monotonic()
        return lines

    def finish(self) -> JsonLine:
        """End the tree after everything in it was asked to end, and name the processes that had not.

        Returns:
            `orphans`, the processes that were alive after a second, and `problem`, why that isn't all; or None.
        """
        # The run waits for the answer, and doesn't ask for lines any more.
        self._heard = math.inf
        try:
            return self._finish()
        finally:
            self._heard = time.monotonic()

    def _finish(self) -> JsonLine:
        if self.ended.is_set():
            self.end()
            return {"orphans": self._orphans, "problem": "its reaper ended during the run"}
        orphans = {(process["pid"], process["startTime"]): process for process in self._settle()}
        killed, problem = self._kill_tree()
        for process in killed:
            orphans.setdefault((process["pid"], process["startTime"]), {**process, "command": "", "lease": None})
        self.end()
        if not self.ended.wait(_END_SECONDS):
            problem = "its reaper does not end"
        return {"orphans": list(orphans.values()), "problem": problem}

    def _settle(self) -> list[JsonLine]:
        """Look until no process beside the reaper is left, or a second has passed: a process may be about to end."""
        until = time.monotonic() + _SETTLE_SECONDS
        while True:
            found, _, _ = look(self._run_id, spare=frozenset({self._reaper_pid}), keep=self._keep)
            if not found or time.monotonic() > until:
                return found
            time.sleep(_SETTLE_PAUSE_SECONDS)

    def _kill_tree(self) -> tuple[list[JsonLine], str | None]:
        """Have the reaper kill its descendants. The kernel knows them even if they have shed every mark."""
        self.send("reaper", {"op": "kill-tree", "request": _FINISH, "timeout": _KILL_SECONDS * 1_000})
        try:
            answer = self._killed.get(timeout=2 * _KILL_SECONDS)
        except queue.Empty:
            return [], "its reaper does not answer"
        return answer["killed"] + answer["left"], None if answer["empty"] else "its reaper has descendants left"

    def end(self) -> None:
        """Have the reaper kill every descendant, remove the run directory, and end."""
        self._is_ending = True
        try:
            self._stdin.close()
        except OSError:
            pass

    def _read(self, lines: IO[bytes]) -> None:
        started = ""
        with lines:
            for text in lines:
                line = decode(text)
                if line["event"] == "armed":
                    self._reaper_pid, started = line["pid"], line["startTime"]
                if line.get("request") == _FINISH:
                    self._killed.put(line)
                else:
                    self._pass_on({"from": "reaper", "line": line})
        # Its pipe closes a moment before it ends, and a look in between would find it.
        until = time.monotonic() + _SETTLE_SECONDS
        while start_time(self._reaper_pid) == started and time.monotonic() < until:
            time.sleep(_SETTLE_PAUSE_SECONDS)
        if not self._is_ending and self._settle():
            # The sweep at the end of the run would find them, too, but much later.
            self._orphans = sweep_node(self._run_id, keep=self._keep)["orphans"]
        self._pass_on({"from": "reaper", "line": {"event": "reaper-ended"}})
        self.ended.set()

    def _pass_on(self, message: JsonLine) -> None:
        """Queue a line, after the output that it may be about: the output explains it."""
        line = message["line"]
        self._bring_home(str(line["id"]) if line.get("event") == "exited" else None)
        self._lines.put(message)

    def _bring_home(self, ended: str | None = None) -> None:
        # Until the pieces are queued, no line may overtake them.
        with self._homing:
            for piece in self._mirror.look(ended, MAX_WAITING - self._waiting):
                self._waiting += piece.length
                self._lines.put({"from": "files", "line": piece})

    def _watch(self) -> None:
        while time.monotonic() - self._heard < self._silence:
            self._bring_home()
            time.sleep(_TICK_SECONDS)
        self.end()
        self.ended.wait(_END_SECONDS)
        self._abandoned()
