"""A carrier, and the two ways through the codec, for the tests of values."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import ormsgpack

from vitest_python.values import Carrier, decode, encode
from vitest_python.values.codes import REFERENCE


class Lender:
    """A carrier that keeps everything in lists."""

    def __init__(self) -> None:
        self.references: list[object] = []

    def export_reference(self, value: object) -> int:
        self.references.append(value)
        return len(self.references) - 1

    def import_reference(self, id: int) -> object:
        return self.references[id]

    def import_function(self, id: int, name: str) -> Callable[..., Any]:
        return lambda: (id, name)

    def import_iterable(self, id: int) -> object:
        return ["iterable", id]

    def export_buffer(self, data: memoryview) -> bytes | None:
        return None

    def import_buffer(self, descriptor: bytes, writable: bool = False) -> bytes:
        raise OSError("no such buffer")


def plain(value: object, carrier: Carrier | None = None) -> Any:
    """What TypeScript reads, its extensions as (code, payload)."""
    return ormsgpack.unpackb(encode(value, carrier), ext_hook=lambda tag, data: (tag, data))


def back(value: object) -> Any:
    """What comes back from TypeScript if it sends what it got."""
    return decode(encode(value))


def reason_of(value: object) -> str:
    """Why `value` stays in Python. Fails if it does not."""
    lender = Lender()
    sent = plain(value, lender)
    assert isinstance(sent, tuple), f"it crosses as {sent!r}"
    code, payload = sent
    assert code == REFERENCE, f"it crosses as the extension 0x{code:x}"
    assert lender.references == [value] or lender.references[0] is value
    reason = ormsgpack.unpackb(payload)[3]
    assert isinstance(reason, str)
    return reason
