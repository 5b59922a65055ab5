"""Reads values from standard input, sends each back as it is decoded; for test/unit/client/values.

A frame is 4 bytes of length (big-endian) and so many bytes. The answer's first byte is 0 for a value,
1 for the text of an error. `--import NAME` imports a library first.
"""

from __future__ import annotations

import importlib
import struct
import sys

from vitest_python.values import decode, encode


def answer(data: bytes) -> bytes:
    """What `data` stands for, encoded again."""
    try:
        return b"\0" + encode(decode(data))
    except Exception as error:
        return b"\1" + f"{type(error).__name__}: {error}".encode()


def main() -> None:
    """Until the end of standard input."""
    for library in sys.argv[1:]:
        importlib.import_module(library)
    while header := sys.stdin.buffer.read(4):
        back = answer(sys.stdin.buffer.read(struct.unpack(">I", header)[0]))
        sys.stdout.buffer.write(struct.pack(">I", len(back)) + back)
        sys.stdout.buffer.flush()


if __name__ == "__main__":
    main()
