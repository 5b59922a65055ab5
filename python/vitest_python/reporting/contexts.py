"""Tells which lines and functions each lease has run."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from typing import Any

from .outline import Body, find_bodies, outline


class Contexts:
    """Lines by file and lease. The lease is empty for code that no lease has run, such as that of an import."""

    def __init__(self) -> None:
        """Begin without any lines."""
        self._lines: defaultdict[str, defaultdict[str, set[int]]] = defaultdict(lambda: defaultdict(set))
        self._outdated: defaultdict[str, set[str]] = defaultdict(set)
        self._ended: set[str] = set()

    def end(self, lease: str) -> None:
        """Note that everything which the lease has run is known."""
        self._ended.add(lease)

    def add(self, lease: str, file: str, numbers: Iterable[int]) -> None:
        """Add lines. Numbers that aren't positive stand for the way into or out of a function."""
        self._lines[file][lease].update(number for number in numbers if number > 0)

    def add_outdated(self, lease: str, file: str) -> None:
        """Note that the lease has run an older version of the file."""
        self._outdated[file].add(lease)

    def describe(self) -> dict[str, Any]:
        """Return what docs/protocol.md describes as `contexts.json`. Files that can't be parsed are left out."""
        files = {}
        for file, leases in self._lines.items():
            try:
                with open(file, "rb") as opened:
                    source = opened.read()
                bodies = find_bodies(source)
                names = _names_by_line(bodies)
                files[file] = {
                    "outline": outline(source, bodies),
                    "leases": {lease: _described(sorted(lines), names) for lease, lines in leases.items()},
                    "outdated": sorted(self._outdated[file]),
                }
            except (OSError, SyntaxError, ValueError):
                continue
        return {"ended": sorted(self._ended), "files": files}


def _names_by_line(bodies: list[Body]) -> dict[int, list[str]]:
    names: defaultdict[int, list[str]] = defaultdict(list)
    for body in bodies:
        for line in range(body.begin[0], body.end[0] + 1):
            names[line].append(body.name)
    return names


def _described(lines: list[int], names: dict[int, list[str]]) -> dict[str, Any]:
    return {"lines": lines, "functions": sorted({name for line in lines for name in names.get(line, ())})}
