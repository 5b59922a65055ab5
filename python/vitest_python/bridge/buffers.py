"""How the big buffers of a session travel."""

from __future__ import annotations

from collections.abc import Callable

import ormsgpack

from .._gen.bridge_pb2 import Chunk, Unreadable, WorkerFrame
from ..errors import BadArguments
from .chunks import Chunks
from .shared_memory import SharedMemory


class Buffers:
    """By shared memory where that is to be had, else in chunks. For any thread."""

    def __init__(self, send: Callable[[WorkerFrame], None]) -> None:
        self._send = send
        self._memory: SharedMemory | None = None
        self._chunks = Chunks(lambda chunk: send(WorkerFrame(chunk=chunk)))

    def share_memory(self) -> None:
        """Both sides can open each other's files."""
        self._memory = SharedMemory()

    def stop_sharing(self) -> None:
        """The client cannot read what is in shared memory."""
        if self._memory is not None:
            self._memory.stop_exporting()

    def close(self) -> None:
        """Gives the memory back."""
        if self._memory is not None:
            self._memory.close()

    def export(self, data: memoryview) -> bytes:
        """A descriptor for TypeScript's `importBuffer`."""
        shared = None if self._memory is None else self._memory.export_buffer(data)
        return ormsgpack.packb(self._chunks.export(data)) if shared is None else shared

    def take(self, chunk: Chunk) -> None:
        """A chunk of a buffer has arrived."""
        self._chunks.take(chunk)

    def load(self, descriptor: bytes, writable: bool) -> memoryview | bytes:
        """The buffer; raises ValueError when the descriptor leads to none."""
        number = ormsgpack.unpackb(descriptor)
        if isinstance(number, int):
            return self._chunks.join(number, writable)
        if self._memory is None:
            raise BadArguments("a buffer is in shared memory, which this session does not use")
        try:
            return self._memory.import_buffer(descriptor, writable)
        except ValueError:
            self._send(WorkerFrame(unreadable=Unreadable()))
            raise
