"""Kills the descendants of this process until none is left."""

from __future__ import annotations

import os
import select
import signal
import time
from collections.abc import Callable

from .descendants import children_of
from .killed import Killed
from .pidfd import Process

# A killed process needs about a millisecond to end. Only then do its orphans become our children.
PAUSE_MS = 5


def kill_tree(timeout: float, reap: Callable[[], bool]) -> Killed:
    """Kill every descendant, for at most `timeout` seconds.

    `reap` collects the children that have ended and returns whether any child is left. This process is a subreaper,
    so every orphaned descendant becomes its child: if it has no child, it has no descendant.
    """
    deadline = time.monotonic() + timeout
    killed: dict[int, str] = {}
    while True:
        dying = _kill(os.getpid(), children_of(os.getpid()), killed)
        _wait_for_one(dying)
        for process in dying:
            process.close()
        if not reap():
            return Killed(killed, True)
        if time.monotonic() >= deadline:
            return Killed(killed, False)


def _kill(parent: int, pids: list[int], killed: dict[int, str]) -> list[Process]:
    """Kill parents before children, so that no parent can replace a child that was killed."""
    dying: list[Process] = []
    for pid in pids:
        try:
            process = Process(pid)
        except ProcessLookupError:
            continue
        # Read while the pidfd is open. If the pid has been reused, the parent is a different one.
        if process.stat.parent not in (parent, os.getpid()) or not process.stat.alive:
            process.close()
            continue
        below = children_of(pid)
        try:
            process.send(signal.SIGKILL)
            killed[pid] = process.stat.start_time
        except OSError:
            process.close()
            continue
        dying += [process, *_kill(pid, below, killed)]
    return dying


def _wait_for_one(dying: list[Process]) -> None:
    if any(process.fd is None for process in dying) or not dying:
        time.sleep(PAUSE_MS / 1000)
        return
    poll = select.poll()
    for process in dying:
        if process.fd is not None:
            poll.register(process.fd, select.POLLIN)
    poll.poll(PAUSE_MS)
