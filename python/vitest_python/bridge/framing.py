"""Messages on a Unix socket: each follows its length in bytes, as 4 bytes, little-endian."""

from __future__ import annotations

import threading
from queue import SimpleQueue

# The real one, before the user's modules are imported: gevent puts another in its place.
from time import monotonic
from typing import TYPE_CHECKING

from ..posix.sockets import CHUNK_BYTES, send_all, shut_down

if TYPE_CHECKING:
    from socket import socket

HEADER_BYTES = 4
# Protobuf's own limit is 2 GiB.
MAX_BYTES = 2**31 - 1


class TooLong(Exception):
    """A message that is longer than permitted."""


class MessageReader:
    """Reads the messages of a connection; on one thread."""

    def __init__(self, connection: socket) -> None:
        self._connection = connection
        self._buffer = bytearray()

    def read(self, max_bytes: int = MAX_BYTES, seconds: float | None = None) -> bytes | None:
        """Return the next message; None if the client closes the connection.

        Raises TooLong, without waiting for the message, and TimeoutError if it hasn't arrived within `seconds`, after
        which the connection keeps a time limit.
        """
        deadline = None if seconds is None else monotonic() + seconds
        if not self._fill(HEADER_BYTES, deadline):
            return None
        length = int.from_bytes(self._buffer[:HEADER_BYTES], "little")
        if length > max_bytes:
            raise TooLong(f"a message of {length:,} bytes is longer than {max_bytes:,} bytes")
        end = HEADER_BYTES + length
        if not self._fill(end, deadline):
            return None
        message = bytes(memoryview(self._buffer)[HEADER_BYTES:end])
        del self._buffer[:end]
        return message

    def _fill(self, length: int, deadline: float | None) -> bool:
        while len(self._buffer) < length:
            try:
                if deadline is not None:
                    # A timeout of 0 would mean not to wait at all.
                    self._connection.settimeout(max(0.001, deadline - monotonic()))
                received = self._connection.recv(CHUNK_BYTES)
            except TimeoutError:
                raise
            except OSError:
                return False
            if not received:
                return False
            self._buffer += received
        return True


class MessageWriter:
    """Writes messages to a connection on a thread of its own, so that neither a signal nor a slow client can tear one.

    A process that user code has forked has no such thread, and so writes nothing.
    """

    def __init__(self, connection: socket) -> None:
        self._connection = connection
        self._messages: SimpleQueue[bytes | None] = SimpleQueue()
        self._thread = threading.Thread(target=self._run, name="session-writer", daemon=True)
        self._thread.start()

    def write(self, message: bytes) -> None:
        """Send a message; from any thread. Does nothing if the client is gone."""
        self._messages.put(message)

    def close(self) -> None:
        """End the connection after the messages that have been written so far."""
        self._messages.put(None)

    def finish(self) -> None:
        """Close it, and wait until everything has been sent or the client is gone."""
        self.close()
        self._thread.join()

    def _run(self) -> None:
        try:
            for message in iter(self._messages.get, None):
                send_all(self._connection, len(message).to_bytes(HEADER_BYTES, "little"), message)
        except OSError:
            pass  # the client is gone
        shut_down(self._connection)
