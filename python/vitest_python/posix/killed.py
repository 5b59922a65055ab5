"""The result of killing processes."""

from __future__ import annotations

from typing import NamedTuple


class Killed(NamedTuple):
    """The processes that SIGKILL was sent to, and those that are alive all the same."""

    processes: dict[int, str]
    """Start times by pid."""
    empty: bool
    """Whether none is left."""
    left: dict[int, str]
    """Start times of the survivors by pid, as far as they are known. Most have refused the signal (EPERM)."""
