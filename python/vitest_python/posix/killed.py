"""The result of killing a process tree."""

from __future__ import annotations

from typing import NamedTuple


class Killed(NamedTuple):
    """The processes that SIGKILL was sent to, and whether the tree is empty now."""

    processes: dict[int, str]
    """Start times by pid."""
    empty: bool
