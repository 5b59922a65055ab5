"""Reads values from standard input, sends each back as it is decoded; for test/unit/client/values.

A frame is 4 bytes of length (big-endian) and so many bytes. The answer's first byte is 0 for a value,
1 for the text of an error. Arguments are libraries to import first, or `shared-memory`.
"""

from __future__ import annotations

import importlib
import struct
import sys
from collections.abc import Callable
from typing import Any

from vitest_python.bridge.shared_memory import SharedMemory
from vitest_python.values import decode, encode


class Lender(SharedMemory):
    """A carrier of buffers alone, which counts them."""

    def export_reference(self, value: object) -> int:
        raise TypeError(f"{value!r} is no buffer")

    def import_reference(self, id: int) -> object:
        raise ValueError(f"reference {id}")

    def import_function(self, id: int, name: str) -> Callable[..., Any]:
        raise ValueError(f"function {id}")

    def import_iterable(self, id: int) -> object:
        raise ValueError(f"iterable {id}")


carrier: Lender | None = None


def answer(data: bytes) -> bytes:
    """What `data` stands for, encoded again."""
    try:
        return b"\0" + encode(decode(data, carrier), carrier)
    except Exception as error:
        return b"\1" + f"{type(error).__name__}: {error}".encode()


def main() -> None:
    """Until the end of standard input."""
    global carrier
    for library in sys.argv[1:]:
        if library == "shared-memory":
            carrier = Lender()
        else:
            importlib.import_module(library)
    while header := sys.stdin.buffer.read(4):
        back = answer(sys.stdin.buffer.read(struct.unpack(">I", header)[0]))
        sys.stdout.buffer.write(struct.pack(">I", len(back)) + back)
        sys.stdout.buffer.flush()


if __name__ == "__main__":
    main()
