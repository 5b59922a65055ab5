"""Messages on a Unix socket: each follows its length in bytes, as 4 bytes, little-endian."""

from __future__ import annotations

import os
import threading

# The real one, before the user's modules are imported: gevent puts another in its place.
from socket import MSG_NOSIGNAL, SHUT_RDWR, socket

HEADER_BYTES = 4
# Protobuf's own limit is 2 GiB.
MAX_BYTES = 2**31 - 1
_CHUNK_BYTES = 256 * 1024


class TooLong(Exception):
    """A message that is longer than permitted."""


class MessageReader:
    """Reads the messages of a connection; on one thread."""

    def __init__(self, connection: socket) -> None:
        self._connection = connection
        self._buffer = bytearray()

    def read(self, max_bytes: int = MAX_BYTES) -> bytes | None:
        """Return the next message; None if the client closes the connection.

        Raises TooLong, without waiting for the message, and TimeoutError if the connection has a time limit.
        """
        if not self._fill(HEADER_BYTES):
            return None
        length = int.from_bytes(self._buffer[:HEADER_BYTES], "little")
        if length > max_bytes:
            raise TooLong(f"a message of {length:,} bytes is longer than {max_bytes:,} bytes")
        end = HEADER_BYTES + length
        if not self._fill(end):
            return None
        message = bytes(memoryview(self._buffer)[HEADER_BYTES:end])
        del self._buffer[:end]
        return message

    def _fill(self, length: int) -> bool:
        while len(self._buffer) < length:
            try:
                received = self._connection.recv(_CHUNK_BYTES)
            except TimeoutError:
                raise
            except OSError:
                return False
            if not received:
                return False
            self._buffer += received
        return True


class MessageWriter:
    """Writes messages to a connection; from any thread. If the client is gone, it does nothing."""

    def __init__(self, connection: socket) -> None:
        self._connection = connection
        self._lock = threading.Lock()
        self._owner = os.getpid()

    def write(self, message: bytes) -> None:
        """Send a message. Waits while the client doesn't read."""
        # A process that user code has forked has a copy of the connection.
        if os.getpid() != self._owner:
            return
        header = len(message).to_bytes(HEADER_BYTES, "little")
        with self._lock:
            try:
                # Without MSG_NOSIGNAL, a module that has restored SIGPIPE would end with a client that is gone.
                sent = self._connection.sendmsg((header, message), (), MSG_NOSIGNAL)
                missing = HEADER_BYTES + len(message) - sent
                if missing > 0:
                    self._connection.sendall(memoryview(header + message)[-missing:], MSG_NOSIGNAL)
            except OSError:
                pass

    def close(self) -> None:
        """End the connection. Messages that have been sent still arrive."""
        try:
            self._connection.shutdown(SHUT_RDWR)
        except OSError:
            pass
