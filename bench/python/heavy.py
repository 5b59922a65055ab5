"""A program with 1 GB of data, as a model has."""

from __future__ import annotations

_data = bytearray(b"x") * 1_000_000_000
_found: list[object] = []


def echo(value: object) -> object:
    return value


def reset() -> None:
    _found.clear()
