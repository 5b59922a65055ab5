"""The reaper: every Python process of a run descends from it, and it kills them all when the run's owner is gone.

It is single-threaded, uses only the standard library, and is small enough to read in one sitting.
docs/protocol.md describes its lines.
"""

from __future__ import annotations

import json
import os
import select
import signal
import sys
from typing import Any, NoReturn

from ..posix.bootstrap import open_script
from ..posix.cgroup import make_cgroup
from ..posix.cookie import set_limits
from ..posix.identity import boot_id, own_start_time, start_time
from ..posix.keep import KeepExecutables
from ..posix.killing.send_signal import answer_signal
from ..posix.lines import Outbox, Splitter, decode
from ..posix.pidfd import HAS_PIDFD
from ..posix.prctl import adopt_orphans
from ..posix.protocol import LISTEN_VARIABLE, PROTOCOL, protocol_mismatch
from ..posix.spawn import spawn
from ..posix.system import DARWIN
from ..posix.wait import exit_of, wake_up_on_child
from .owner import Owner
from .run_directory import close_run_directory, note_survivors, remove_run_directory

if DARWIN:
    from ..posix.darwin.kill_tree import kill_tree
    from ..posix.darwin.sweep import kill_marked
else:
    from ..posix.killing.kill_tree import kill_tree
    from ..posix.killing.sweep import kill_marked

# A killed process ends sooner, unless it hangs in the kernel.
LAST_KILL_SECONDS = 30.0
# How often the owner is checked if the system has no pidfds.
POLL_MS = 100


class Reaper:
    """One loop over three descriptors: the owner's lines, the owner's end, and the ends of children."""

    def __init__(self, run_id: str, run_directory: str, owner: Owner, keep: list[str]) -> None:
        self.run_id = run_id
        self.run_directory = run_directory
        self.owner = owner
        self._keep = KeepExecutables(keep)
        self._listen = os.environ.pop(LISTEN_VARIABLE, None)
        self.limits = set_limits(run_id)
        self.subreaper = adopt_orphans()
        self.cgroup = make_cgroup(run_id)
        self._spawned: dict[int, str] = {}
        self._splitter = Splitter()
        self._out = Outbox(1)
        self._children = wake_up_on_child()
        os.set_blocking(0, False)

    def run(self) -> NoReturn:
        """Send `armed` and work until an `exit` line comes or the owner is gone."""
        self._out.put(
            {
                "event": "armed",
                "protocol": PROTOCOL,
                "pid": os.getpid(),
                "startTime": own_start_time(),
                "bootId": boot_id(),
                "limits": self.limits,
                "subreaper": self.subreaper,
                "pidfd": HAS_PIDFD,
                "cgroup": self.cgroup and self.cgroup.path,
            }
        )
        while not self._owner_ended():
            self.reap()
        self._leave_nothing_behind()

    def _owner_ended(self) -> bool:
        poll = select.poll()
        poll.register(0, select.POLLIN)
        poll.register(self._children, select.POLLIN)
        if self._out.waiting:
            poll.register(1, select.POLLOUT)
        if self.owner.fd is not None:
            poll.register(self.owner.fd, select.POLLIN)
        ready = dict(poll.poll(None if self.owner.fd is not None else POLL_MS))
        if 1 in ready:
            self._out.flush()
        if self._children in ready:
            os.read(self._children, 4096)
        if 0 in ready and self._read_lines():
            return True
        if self.owner.fd is None:
            return self.owner.has_ended()
        return self.owner.fd in ready

    def _read_lines(self) -> bool:
        """Handle the lines that have come; True at the end of the input."""
        try:
            chunk = os.read(0, 65536)
        except BlockingIOError:
            return False
        except OSError:
            return True
        for text in self._splitter.feed(chunk):
            try:
                self._do(decode(text))
            except Exception as error:
                # One bad line must not end the reaper, because nothing else would kill the run's processes.
                print(f"reaper: {type(error).__name__}: {error} in {text!r}", file=sys.stderr, flush=True)
        return not chunk

    def _do(self, line: dict[str, Any]) -> None:
        match line.get("op"):
            case "spawn":
                self._spawn(line)
            case "signal":
                self._out.put(answer_signal(line))
            case "kill-tree":
                self._kill_tree(line)
            case "exit":
                os._exit(0)
            case other:
                raise ValueError(f"unknown operation {other!r}")

    def _spawn(self, line: dict[str, Any]) -> None:
        try:
            env = dict(line["env"])
            # Not by the environment, which the user's code could read in /proc.
            listen = env.pop(LISTEN_VARIABLE, self._listen)
            script = _script_of(line, listen) if "program" in line else None
            try:
                pid = spawn(line["argv"], env, line["cwd"], line["log"], self.cgroup, script)
            finally:
                if script is not None:
                    os.close(script)
        except Exception as error:
            self._out.put({"event": "spawn-failed", "id": line.get("id"), "message": str(error)})
            return
        self._spawned[pid] = line["id"]
        self._out.put({"event": "spawned", "id": line["id"], "pid": pid, "startTime": start_time(pid) or ""})

    def _kill_tree(self, line: dict[str, Any]) -> None:
        killed = kill_tree(float(line["timeout"]) / 1000, self.reap, self._keep)
        # The group is killed last: `cgroup.kill` doesn't report which processes it kills.
        if self.cgroup is not None and self.cgroup.release(self._keep):
            self.cgroup.kill()
        self._out.put(
            {
                "event": "tree-killed",
                "request": line.get("request"),
                "killed": [{"pid": pid, "startTime": started} for pid, started in killed.processes.items()],
                "left": [{"pid": pid, "startTime": started} for pid, started in killed.left.items()],
                "empty": killed.empty,
            }
        )

    def reap(self) -> bool:
        """Collect every child that has ended, including adopted ones, and return whether any child is left."""
        while True:
            try:
                pid, status = os.waitpid(-1, os.WNOHANG)
            except ChildProcessError:
                return False
            if pid == 0:
                return True
            if pid in self._spawned:
                self._out.put({"event": "exited", "id": self._spawned.pop(pid), "pid": pid, **exit_of(status)})

    def _leave_nothing_behind(self) -> NoReturn:
        left: dict[int, str] = {}
        try:
            left |= self._kill_descendants()
        finally:
            # No failure above may keep the rest from being done.
            try:
                marked = kill_marked(self.run_id, {self.owner.pid: self.owner.start_time}, self._keep)
                self._close_run_directory(left | marked.left)
            finally:
                os._exit(0)

    def _kill_descendants(self) -> dict[int, str]:
        """Kill everything below this process except kept processes, and return the survivors."""
        if self.cgroup is not None and self.cgroup.release(self._keep):
            self.cgroup.kill()
        killed = kill_tree(LAST_KILL_SECONDS, self.reap, self._keep)
        if self.cgroup is not None:
            self.cgroup.remove()
        return killed.left

    def _close_run_directory(self, survivors: dict[int, str]) -> None:
        if survivors:
            refusal = note_survivors(self.run_directory, self.run_id, survivors)
        elif self._keep.kept:
            refusal = close_run_directory(self.run_directory, self.run_id)
        else:
            refusal = remove_run_directory(self.run_directory, self.run_id)
        if refusal:
            print(f"reaper: {refusal}", file=sys.stderr, flush=True)


def _script_of(line: dict[str, Any], listen: str | None) -> int:
    config = line["config"] if listen is None else {**line["config"], "listen": json.loads(listen)}
    return open_script(line["program"], config)


def main(arguments: list[str]) -> NoReturn:
    """Run the reaper.

    Arguments: `--run-id`, `--run-directory`, `--owner-pid`, `--owner-start-time`, `--protocol`, and, if executables may
    outlive the run, `--keep` with a JSON list of them.
    """
    # Before anything else: Ctrl-C in a terminal signals the whole process group, and the reaper must outlive the run.
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP, signal.SIGPIPE):
        signal.signal(number, signal.SIG_IGN)
    # Ray blocks SIGINT, and exec keeps that. A worker couldn't be interrupted.
    signal.pthread_sigmask(signal.SIG_SETMASK, ())
    options = dict(zip(arguments[::2], arguments[1::2], strict=True))
    if int(options["--protocol"]) != PROTOCOL:
        sys.exit(protocol_mismatch("reaper: the runner", options["--protocol"], "this reaper"))
    owner = Owner(int(options["--owner-pid"]), options["--owner-start-time"])
    keep = json.loads(options.get("--keep", "[]"))
    reaper = Reaper(options["--run-id"], options["--run-directory"], owner, keep)
    if owner.has_ended():
        reaper._leave_nothing_behind()
    reaper.run()
