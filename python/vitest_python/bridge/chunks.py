"""Big buffers in chunks, ahead of the message that speaks of them: for where memory is not shared, or is full."""

from __future__ import annotations

import itertools
from collections.abc import Callable

from .._gen.bridge_pb2 import Chunk

# Bytes in one message: neither side has to hold a big one twice, and protobuf has an end at 2 GiB.
_MOST = 1 << 20


class Chunks:
    """The buffers of one session, for any thread."""

    def __init__(self, send: Callable[[Chunk], None]) -> None:
        self._send = send
        self._numbers = itertools.count(1)
        self._arrived: dict[int, list[bytes]] = {}

    def export(self, data: memoryview) -> int:
        """The number of the buffer, for the other side's `join`."""
        number = next(self._numbers)
        for at in range(0, data.nbytes, _MOST):
            self._send(Chunk(buffer=number, data=bytes(data[at : at + _MOST])))
        return number

    def take(self, chunk: Chunk) -> None:
        """One chunk has arrived."""
        self._arrived.setdefault(chunk.buffer, []).append(chunk.data)

    def join(self, number: int, writable: bool = False) -> memoryview | bytes:
        """The whole buffer; raises ValueError when no such buffer has arrived."""
        chunks = self._arrived.pop(number, None)
        if chunks is None:
            raise ValueError(f"buffer {number} was not sent")
        return memoryview(bytearray().join(chunks)) if writable else b"".join(chunks)
