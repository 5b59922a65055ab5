"""Kills every descendant of this process, again and again, until there is none."""

from __future__ import annotations

import os
import select
import signal
import time
from collections.abc import Callable

from .descendants import children_of
from .killed import Killed
from .pidfd import Process

# A killed process needs about a millisecond to end; whoever it leaves behind is looked for then.
PAUSE_MS = 5


def kill_tree(timeout: float, reap: Callable[[], bool]) -> Killed:
    """Works for at most `timeout` seconds.

    `reap` collects whoever has ended and returns whether this process still has children. As a subreaper it gets
    every descendant as a child in the end, so that having no child proves that there is no descendant.
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
    """Kills from the top, so that no parent can replace a child that was killed before it."""
    dying: list[Process] = []
    for pid in pids:
        try:
            process = Process(pid)
        except ProcessLookupError:
            continue
        # The parent is read through the open pidfd: a pid that was given out again meanwhile has another one.
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
