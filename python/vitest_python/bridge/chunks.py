"""Sends big buffers in chunks before the message that uses them, if memory isn't shared or is full."""

from __future__ import annotations

import itertools
from collections.abc import Callable

from .._gen.bridge_pb2 import Chunk

# So that neither side needs memory for a big buffer twice, and because protobuf's limit is 2 GiB.
_MAX_CHUNK_BYTES = 1 << 20


class Chunks:
    """The chunked buffers of one session. Safe to use from any thread."""

    def __init__(self, send: Callable[[Chunk], None]) -> None:
        self._send = send
        self._numbers = itertools.count(1)
        self._arrived: dict[int, list[bytes]] = {}

    def export(self, data: memoryview) -> int:
        """Send the buffer, and return its number for the other side's `join`."""
        number = next(self._numbers)
        for at in range(0, data.nbytes, _MAX_CHUNK_BYTES):
            self._send(Chunk(buffer=number, data=bytes(data[at : at + _MAX_CHUNK_BYTES])))
        return number

    def take(self, chunk: Chunk) -> None:
        """Take a chunk that has arrived."""
        self._arrived.setdefault(chunk.buffer, []).append(chunk.data)

    def join(self, number: int, writable: bool = False) -> memoryview | bytes:
        """Return the whole buffer, once. Raises ValueError if it hasn't arrived."""
        chunks = self._arrived.pop(number, None)
        if chunks is None:
            raise ValueError(f"buffer {number} was not sent")
        return memoryview(bytearray().join(chunks)) if writable else b"".join(chunks)
