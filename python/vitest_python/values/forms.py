"""The forms in which a value crosses that MessagePack doesn't know."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass


def by_index(index: int) -> str:
    """The step to an element of a list."""
    return f"[{index}]"


class Extension:
    """A MessagePack extension whose payload is itself an array of values."""

    __slots__ = ("code", "payload", "step")

    def __init__(self, code: int, payload: list[object], step: Callable[[int], str] = by_index) -> None:
        self.code = code
        self.payload = payload
        self.step = step
        """How an error names the element at an index: `['column']`."""


class Bytes:
    """Bytes that go through shared memory if they are many."""

    __slots__ = ("data",)

    def __init__(self, data: bytes | bytearray | memoryview) -> None:
        self.data = data


@dataclass(frozen=True)
class Stays:
    """The value stays in Python, and the test gets a reference to it."""

    reason: str
    """The reason and a value to return instead: the end of a sentence, shown with references and in errors."""
