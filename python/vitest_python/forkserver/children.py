"""Starts the workers of a forkserver, kills them by pidfd, and waits for them."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import warnings

# The real ones, before the user's modules are imported: gevent puts others in their place.
from os import fork as os_fork
from os import posix_spawn, waitpid

from ..common.config import Config
from ..posix.bootstrap import open_script
from ..posix.lines import JsonLine
from ..posix.pidfd import Process
from ..posix.wait import exit_of
from .descriptors import list_descriptors
from .native_threads import find_library


class Children:
    """The workers by ID. Each is held by a pidfd, so that a signal can't reach another process."""

    def __init__(self) -> None:
        self._children: dict[str, Process] = {}
        self._waits_in: dict[str, str] = {}
        """By worker that was aborted: the file name of the library that its main thread waited in."""

    def add(self, worker: str, pid: int) -> JsonLine:
        """Add a child that has just been started, and return its `forked` line."""
        process = Process(pid)
        self._children[worker] = process
        return {"event": "forked", "id": worker, "pid": pid, "startTime": process.stat.start_time}

    def kill(self, worker: str, number: int = signal.SIGKILL) -> None:
        """Send SIGKILL or another signal. Does nothing if the worker has ended."""
        process = self._children.get(worker)
        if process is not None:
            try:
                process.send(number)
            except ProcessLookupError:
                pass

    def abort(self, worker: str) -> None:
        """Make a worker whose call does not stop write its stack to its log and end."""
        process = self._children.get(worker)
        if process is not None:
            library = find_library(process.pid, process.pid)
            if library is not None:
                self._waits_in[worker] = os.path.basename(library)
            # faulthandler handles SIGABRT even if C code never returns to Python.
            self.kill(worker, signal.SIGABRT)

    def reap(self, wait: bool = False) -> list[JsonLine]:
        """`exited` lines of the children that have ended; with `wait`, of all.

        Each is asked for by its pid, because the user's modules may have started children of their own.
        """
        ended: list[JsonLine] = []
        for worker, process in list(self._children.items()):
            try:
                pid, status = waitpid(process.pid, 0 if wait else os.WNOHANG)
            except ChildProcessError:
                pid, status = process.pid, 0  # a module of the user has waited for it
            if pid:
                self._children.pop(worker).close()
                line: JsonLine = {"event": "exited", "id": worker, "pid": pid, **exit_of(status)}
                if worker in self._waits_in:
                    line["waitsIn"] = self._waits_in.pop(worker)
                ended.append(line)
        return ended

    def kill_all(self) -> list[JsonLine]:
        """Kill all workers and wait for them."""
        for worker in list(self._children):
            self.kill(worker)
        return self.reap(wait=True)

    def forget(self) -> None:
        """Forget all workers; in a forked child, which must not touch its siblings."""
        for process in self._children.values():
            process.close()
        self._children.clear()


def fork() -> int:
    """Like os.fork, but without Python's warning about threads, because `fork_safety` has checked them."""
    sys.stdout.flush()
    sys.stderr.flush()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)
        return os_fork()


def execute_worker(config: Config, environment: dict[str, str]) -> int:
    """Starts a worker with the interpreter and the flags of this process; its pid.

    Without running any code in a copy of this process, which is the reason why you choose this start method.
    """
    flags: list[str] = subprocess._args_from_interpreter_flags()  # type: ignore[attr-defined]
    os.makedirs(os.path.dirname(config.log), mode=0o700, exist_ok=True)
    script = open_script("worker", config.encode())
    log = os.open(config.log, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
    try:
        return posix_spawn(
            sys.executable,
            [sys.executable, *flags],
            environment,
            file_actions=[
                (os.POSIX_SPAWN_DUP2, script, 0),
                (os.POSIX_SPAWN_DUP2, log, 1),
                (os.POSIX_SPAWN_DUP2, log, 2),
                *((os.POSIX_SPAWN_CLOSE, fd) for fd in _list_inheritable()),
            ],
            setsigdef=[signal.SIGPIPE, signal.SIGXFSZ],
        )
    finally:
        os.close(log)
        os.close(script)


def _list_inheritable() -> list[int]:
    """Descriptors that the user's modules have made inheritable: a new interpreter opens its own."""
    return [fd for fd in list_descriptors() if fd > 2 and _is_inheritable(fd)]


def _is_inheritable(fd: int) -> bool:
    try:
        return os.get_inheritable(fd)
    except OSError:
        return False
