"""Sockets that user code does not change, as gevent and `socket.setdefaulttimeout` would."""

from __future__ import annotations

import socket as _module
from collections.abc import Iterable

# The real one, before the user's modules are imported: gevent puts another in its place.
from socket import AF_UNIX, MSG_DONTWAIT, SHUT_RDWR, SOCK_STREAM, SOL_SOCKET, socket
from typing import Protocol

# The C library maps memory anew for more than 128 KB, which costs more than to receive again.
CHUNK_BYTES = 64 * 1024
# So much goes into one buffer of the kernel: a Unix socket of Linux takes it as a whole or not at all.
MAX_AT_ONCE_BYTES = 8 * 1024

# Not every Python on macOS has the flag. There, an option of the socket does the same.
NO_SIGNAL: int = getattr(_module, "MSG_NOSIGNAL", 0)
_SO_NOSIGPIPE = 0x1022


class Connection(Protocol):
    """The part of a socket that a session uses. It may be used from any thread."""

    def fileno(self) -> int: ...

    def settimeout(self, seconds: float | None, /) -> None: ...

    def recv(self, size: int, flags: int = ..., /) -> bytes: ...

    def send(self, data: bytes, flags: int = ..., /) -> int: ...

    def sendmsg(
        self, parts: Iterable[bytes], ancillary: Iterable[tuple[int, int, bytes]] = ..., flags: int = ..., /
    ) -> int: ...

    def sendall(self, data: memoryview, flags: int = ..., /) -> None: ...

    def shutdown(self, how: int, /) -> None: ...


def unix_socket() -> socket:
    """Make a Unix socket that waits for as long as it takes."""
    return _patient(socket(AF_UNIX, SOCK_STREAM))


def socket_of(descriptor: int) -> socket:
    """Make a socket that waits for as long as it takes, of an open descriptor."""
    return _patient(socket(fileno=descriptor))


def _patient(made: socket) -> socket:
    made.settimeout(None)
    if not NO_SIGNAL:
        made.setsockopt(SOL_SOCKET, _SO_NOSIGPIPE, 1)
    return made


def send_all(connection: Connection, *parts: bytes) -> None:
    """Send all parts. Raises OSError if the other side is gone, even if the program has restored SIGPIPE."""
    sent = connection.sendmsg(parts, (), NO_SIGNAL)
    for part in parts:
        if sent < len(part):
            connection.sendall(memoryview(part)[max(0, sent) :], NO_SIGNAL)
        sent -= len(part)


def send_at_once(connection: Connection, data: bytes) -> bool:
    """Send a few bytes without waiting; False if that isn't possible now."""
    try:
        sent = connection.send(data, MSG_DONTWAIT | NO_SIGNAL)
    except OSError:
        return False
    if sent < len(data):
        send_all(connection, data[sent:])
    return True


def shut_down(connection: Connection, how: int = SHUT_RDWR) -> None:
    """End a connection, in both directions by default, even if a forked process has a copy of it."""
    try:
        connection.shutdown(how)
    except OSError:
        pass
