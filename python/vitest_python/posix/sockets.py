"""Unix sockets that user code does not change, as gevent and `socket.setdefaulttimeout` would."""

from __future__ import annotations

import socket as _module

# The real one, before the user's modules are imported: gevent puts another in its place.
from socket import AF_UNIX, MSG_DONTWAIT, SHUT_RDWR, SOCK_STREAM, SOL_SOCKET, socket

CHUNK_BYTES = 256 * 1024
# So much goes into one buffer of the kernel: Linux takes it as a whole or not at all.
MAX_AT_ONCE_BYTES = 8 * 1024

# Not every Python on macOS has the flag. There, an option of the socket does the same.
_NO_SIGNAL: int = getattr(_module, "MSG_NOSIGNAL", 0)
_SO_NOSIGPIPE = 0x1022


def unix_socket(descriptor: int | None = None) -> socket:
    """Make a socket that waits for as long as it takes, of an open descriptor if one is given."""
    made = socket(AF_UNIX, SOCK_STREAM) if descriptor is None else socket(fileno=descriptor)
    made.settimeout(None)
    if not _NO_SIGNAL:
        made.setsockopt(SOL_SOCKET, _SO_NOSIGPIPE, 1)
    return made


def send_all(connection: socket, *parts: bytes) -> None:
    """Send all parts. Raises OSError if the other side is gone, even if the program has restored SIGPIPE."""
    sent = connection.sendmsg(parts, (), _NO_SIGNAL)
    for part in parts:
        if sent < len(part):
            connection.sendall(memoryview(part)[max(0, sent) :], _NO_SIGNAL)
        sent -= len(part)


def send_some(connection: socket, data: bytes | bytearray) -> int:
    """Send as many bytes as a socket that never waits takes now, and return how many these are."""
    try:
        return connection.send(data, _NO_SIGNAL)
    except BlockingIOError:
        return 0


def send_at_once(connection: socket, data: bytes) -> bool:
    """Send a few bytes without waiting; False if that isn't possible now."""
    try:
        sent = connection.send(data, MSG_DONTWAIT | _NO_SIGNAL)
    except OSError:
        return False
    if sent < len(data):
        send_all(connection, data[sent:])
    return True


def shut_down(connection: socket) -> None:
    """End a connection in both directions, even if a forked process has a copy of it."""
    try:
        connection.shutdown(SHUT_RDWR)
    except OSError:
        pass
