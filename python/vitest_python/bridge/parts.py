"""Big buffers in parts, ahead of the message that speaks of them: for where memory is not shared, or is full."""

from __future__ import annotations

import itertools
from collections.abc import Callable

from .._gen.bridge_pb2 import Part

# Bytes in one message: neither side has to hold a big one twice, and protobuf has an end at 2 GiB.
_MOST = 1 << 20


class Parts:
    """The buffers of one session, for any thread."""

    def __init__(self, send: Callable[[Part], None]) -> None:
        self._send = send
        self._numbers = itertools.count(1)
        self._arrived: dict[int, list[bytes]] = {}

    def export(self, data: memoryview) -> int:
        """The number of the buffer, for the other side's `join`."""
        number = next(self._numbers)
        for at in range(0, data.nbytes, _MOST):
            self._send(Part(buffer=number, data=bytes(data[at : at + _MOST])))
        return number

    def take(self, part: Part) -> None:
        """One part has arrived."""
        self._arrived.setdefault(part.buffer, []).append(part.data)

    def join(self, number: int, writable: bool = False) -> memoryview | bytes:
        """The whole buffer; raises ValueError when no such buffer has arrived."""
        parts = self._arrived.pop(number, None)
        if parts is None:
            raise ValueError(f"buffer {number} was not sent")
        return memoryview(bytearray().join(parts)) if writable else b"".join(parts)
