"""Reads tables of states and events, so that a test states each pair of them in one place."""

from __future__ import annotations


def rows_of(table: str) -> list[tuple[str, str, str]]:
    """Every state, event and cell of a table with events in its first line and states in its first column."""
    header, *lines = (line.split() for line in table.strip().splitlines())
    return [(state, event, cell) for state, *cells in lines for event, cell in zip(header, cells, strict=True)]
