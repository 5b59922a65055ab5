"""Sends and receives the big buffers of a session."""

from __future__ import annotations

from collections.abc import Callable

import ormsgpack

from .._gen.bridge_pb2 import Chunk, Unreadable, WorkerFrame
from ..errors import BadArguments
from .chunks import Chunks
from .shared_memory import SharedMemory


class BufferTransport:
    """Uses shared memory if both sides can, and chunks otherwise. Safe to use from any thread."""

    def __init__(self, send: Callable[[WorkerFrame], None]) -> None:
        self._send = send
        self._memory: SharedMemory | None = None
        self._chunks = Chunks(lambda chunk: send(WorkerFrame(chunk=chunk)))

    def share_memory(self) -> None:
        """Use shared memory, because both sides can open each other's files."""
        self._memory = SharedMemory()

    def stop_sharing(self) -> None:
        """Export no more buffers by shared memory, because the client can't read it."""
        if self._memory is not None:
            self._memory.stop_exporting()

    def close(self) -> None:
        """Free the shared memory."""
        if self._memory is not None:
            self._memory.close()

    def export(self, data: memoryview) -> bytes:
        """Send the buffer, and return the descriptor for TypeScript's `importBuffer`."""
        shared = None if self._memory is None else self._memory.export_buffer(data)
        return ormsgpack.packb(self._chunks.export(data)) if shared is None else shared

    def take(self, chunk: Chunk) -> None:
        """Take a chunk that has arrived."""
        self._chunks.take(chunk)

    def load(self, descriptor: bytes, writable: bool) -> memoryview | bytes:
        """Return the buffer. Raises ValueError if there is none for the descriptor."""
        number = ormsgpack.unpackb(descriptor)
        if isinstance(number, int):
            return self._chunks.join(number, writable)
        if self._memory is None:
            raise BadArguments("the arguments have a buffer in shared memory, which this session does not use")
        try:
            return self._memory.import_buffer(descriptor, writable)
        except ValueError:
            self._send(WorkerFrame(unreadable=Unreadable()))
            raise
