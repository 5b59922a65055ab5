"""What became of a tree of processes."""

from __future__ import annotations

from typing import NamedTuple


class Killed(NamedTuple):
    """Whom SIGKILL was sent to, and whether nobody is left."""

    processes: dict[int, str]
    """Start time by pid."""
    empty: bool
