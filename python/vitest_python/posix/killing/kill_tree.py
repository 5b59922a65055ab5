"""Kills the descendants of this process until none is left."""

from __future__ import annotations

import os
import select
import signal
import time
from collections.abc import Callable

from ..keep import Keep, keep_none
from ..killed import Killed
from ..pidfd import Process
from .descendants import children_lookup

# A killed process needs about a millisecond to end. Only then do its orphans become our children.
PAUSE_MS = 5
# For processes that refuse the signal to end by themselves, if there are no others.
REFUSED_SECONDS = 0.2
# A tree may have more processes than we may open files.
MAX_WATCHED = 32


def kill_tree(timeout: float, reap: Callable[[], bool], keep: Keep = keep_none) -> Killed:
    """Kill every descendant except those to `keep`, for at most `timeout` seconds.

    `reap` collects the children that have ended and returns whether any child is left. This process is a subreaper,
    so every orphaned descendant becomes its child: if it has no child, it has no descendant.

    A process of another user refuses the signal. If only such processes are left, they get a moment to end.
    """
    deadline = time.monotonic() + timeout
    sent = time.monotonic()
    killed: dict[int, str] = {}
    while True:
        attempt = _Pass(killed, keep)
        attempt.run()
        attempt.wait_for_one()
        if not reap() or attempt.only_kept:
            return Killed(killed, True, {})
        now = time.monotonic()
        if attempt.sent:
            sent = now
        if now >= deadline or now - sent > REFUSED_SECONDS:
            return Killed(killed, False, attempt.left)


class _Pass:
    """One walk over the tree. It uses a list, not recursion, because a tree may be thousands of generations deep."""

    def __init__(self, killed: dict[int, str], keep: Keep) -> None:
        self.killed = killed
        self._keep = keep
        self.only_kept = False
        self.left: dict[int, str] = {}
        self.sent = False
        self._dying: list[Process] = []

    def run(self) -> None:
        """Kill parents before children, so that no parent can replace a child that was killed."""
        children_of = children_lookup()
        kept = False
        own = os.getpid()
        queue = [(own, pid) for pid in children_of(own)]
        while queue:
            parent, pid = queue.pop()
            try:
                # Our own children may be hidden (hidepid), but nothing else reaps them, so their pids stay theirs.
                process = Process(pid, known=parent == own)
            except ProcessLookupError:
                continue
            # Read while the pidfd is open. If the pid has been reused, the parent is a different one.
            if process.stat.parent in (parent, own) and process.stat.alive:
                below = children_of(pid)
                if self._keep(pid):
                    kept = True
                else:
                    self._kill(process)
                queue += [(pid, child) for child in below]
            if process not in self._dying:
                process.close()
        self.only_kept = kept and not self.left

    def _kill(self, process: Process) -> None:
        self.left[process.pid] = process.stat.start_time
        try:
            process.send(signal.SIGKILL)
        except OSError:
            return
        self.sent = True
        self.killed[process.pid] = process.stat.start_time
        if len(self._dying) < MAX_WATCHED:
            self._dying.append(process)

    def wait_for_one(self) -> None:
        """Wait until one of the killed processes has ended, or for `PAUSE_MS`."""
        poll = select.poll()
        watched = [process.fd for process in self._dying if process.fd is not None]
        for fd in watched:
            poll.register(fd, select.POLLIN)
        if watched:
            poll.poll(PAUSE_MS)
        else:
            time.sleep(PAUSE_MS / 1000)
        for process in self._dying:
            process.close()
