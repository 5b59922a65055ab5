"""Tells which processes may outlive the run, by their executable; see the option `orphans.keep`."""

from __future__ import annotations

import os
from collections.abc import Callable

Keep = Callable[[int], bool]
"""Whether the process that has this pid now is kept. Judged anew each time: it may have executed another program."""


def keep_none(_pid: int) -> bool:
    """Keep no process."""
    return False


def keep_executables(rules: list[str]) -> Keep:
    """Keep processes by the names or by the absolute paths of their executables (Linux)."""
    if not rules:
        return keep_none
    wanted = frozenset(rules) - {""}
    return lambda pid: bool(wanted & set(_names_of(pid)))


def _names_of(pid: int) -> tuple[str, ...]:
    try:
        path = os.readlink(f"/proc/{pid}/exe")
    except OSError:
        return ()
    # An upgrade may have replaced the file of a process that is still running.
    path = path.removesuffix(" (deleted)")
    return path, os.path.basename(path)
