"""Messages on a socket: each follows its length in bytes, as 4 bytes, little-endian."""

from __future__ import annotations

import threading
from collections.abc import Callable
from queue import SimpleQueue

# The real ones, before the user's modules are imported: gevent puts others in their place.
from threading import Lock, get_ident
from time import monotonic

from ..posix.sockets import CHUNK_BYTES, MAX_AT_ONCE_BYTES, Connection, send_all, send_at_once, shut_down
from . import busy

HEADER_BYTES = 4
# Protobuf's own limit is 2 GiB.
MAX_BYTES = 2**31 - 1


class TooLong(Exception):
    """A message that is longer than permitted."""


class MessageReader:
    """Reads the messages of a connection; on one thread."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self._buffer = bytearray()

    def read(self, max_bytes: int = MAX_BYTES, seconds: float | None = None) -> bytes | None:
        """Wait for the next message, and return it; None if the client closes the connection.

        Raises TooLong, without waiting for the message, and TimeoutError if it hasn't arrived within `seconds`, after
        which the connection keeps a time limit.
        """
        deadline = None if seconds is None else monotonic() + seconds
        while (message := self.take(max_bytes)) is None:
            if deadline is not None:
                # A timeout of 0 would mean not to wait at all.
                self._connection.settimeout(max(0.001, deadline - monotonic()))
            if not self.receive():
                return None
        return message

    def take(self, max_bytes: int = MAX_BYTES) -> bytes | None:
        """Return the next message if it has been received as a whole. Raises TooLong, without waiting for that."""
        if len(self._buffer) < HEADER_BYTES:
            return None
        end = HEADER_BYTES + int.from_bytes(self._buffer[:HEADER_BYTES], "little")
        if end > HEADER_BYTES + max_bytes:
            raise TooLong(f"a message of {end - HEADER_BYTES:,} bytes is longer than {max_bytes:,} bytes")
        if len(self._buffer) < end:
            return None
        message = bytes(memoryview(self._buffer)[HEADER_BYTES:end])
        del self._buffer[:end]
        return message

    def receive(self, flags: int = 0) -> int:
        """Receive up to CHUNK_BYTES, and return how many have arrived; 0 if the client has closed the connection.

        Raises TimeoutError, and BlockingIOError with the flag MSG_DONTWAIT if nothing has arrived.
        """
        try:
            received = self._connection.recv(CHUNK_BYTES, flags)
        except (BlockingIOError, TimeoutError):
            raise
        except OSError:
            return 0
        self._buffer += received
        return len(received)


class MessageWriter:
    """Writes messages to a connection. Neither a signal nor a slow client can tear one.

    A small message is sent at once if `is_safe()`, as a whole or not at all. A thread sends the others.
    """

    def __init__(self, connection: Connection, is_safe: Callable[[], bool] = lambda: False) -> None:
        self._connection = connection
        self._is_safe = is_safe
        self._messages: SimpleQueue[bytes | None] = SimpleQueue()
        self._changing = Lock()
        self._unsent = 0
        self._thread = threading.Thread(target=self._run, name="session-writer", daemon=True)
        self._thread.start()

    def write(self, message: bytes) -> None:
        """Send a message; from any thread. Does nothing if the client is gone."""
        thread = get_ident()
        try:
            busy.writing.add(thread)
            with self._changing:
                self._unsent += 1
                is_first = self._unsent == 1 and len(message) <= MAX_AT_ONCE_BYTES
                if is_first and self._is_safe() and send_at_once(self._connection, _framed(message)):
                    self._unsent -= 1
                else:
                    self._messages.put(message)
        finally:
            busy.writing.discard(thread)

    def close(self) -> None:
        """End the connection after the messages that have been written so far."""
        with self._changing:
            self._unsent += 1
            self._messages.put(None)

    def finish(self) -> None:
        """Close it, and wait until everything has been sent or the client is gone."""
        self.close()
        self._thread.join()

    def _run(self) -> None:
        try:
            busy.writing.add(get_ident())
            for message in iter(self._messages.get, None):
                # A message that was written before it may be on its way.
                with self._changing:
                    pass
                send_all(self._connection, _header(message), message)
                with self._changing:
                    self._unsent -= 1
        except OSError:
            pass  # the client is gone
        finally:
            busy.writing.discard(get_ident())
        shut_down(self._connection)


def _header(message: bytes) -> bytes:
    return len(message).to_bytes(HEADER_BYTES, "little")


def _framed(message: bytes) -> bytes:
    return _header(message) + message
