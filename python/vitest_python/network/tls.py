"""TLS under the session socket, for test processes on other machines. It costs a fraction of a gRPC stream."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Callable, Iterable

# The real ones, before the user's modules are imported: gevent puts others in their place.
from select import POLLIN, POLLOUT, poll
from signal import SIG_DFL, SIGPIPE, getsignal
from socket import AF_INET, AF_INET6, IPPROTO_TCP, MSG_DONTWAIT, SHUT_RD, SOCK_STREAM, TCP_NODELAY, socket
from ssl import CERT_REQUIRED, PROTOCOL_TLS_SERVER, SSLContext, SSLSocket, SSLWantReadError, SSLWantWriteError
from threading import RLock

from ..posix.sockets import Connection

_HANDSHAKE_SECONDS = 10.0
# The most that one record of TLS holds.
_RECORD_BYTES = 16 * 1024


def bind(host: str) -> socket:
    """Return a socket on a free port of this IP address."""
    listener = socket(AF_INET6 if ":" in host else AF_INET, SOCK_STREAM)
    listener.settimeout(None)
    listener.bind((host, 0))
    return listener


def behind_tls(tls: dict[str, str], serve: Callable[[Connection], None]) -> Callable[[socket], None]:
    """Return a function that has `serve` serve a connection over TLS.

    Args:
        tls: as for `make_context`
        serve: gets the connection after the handshake. A client that is refused never gets there
    """
    context = make_context(tls)

    def serve_over_tls(raw: socket) -> None:
        raw.setsockopt(IPPROTO_TCP, TCP_NODELAY, 1)
        raw.settimeout(_HANDSHAKE_SECONDS)
        with context.wrap_socket(raw, server_side=True, do_handshake_on_connect=False) as connection:
            try:
                connection.do_handshake()
            except OSError:
                return  # OpenSSL has told the client why
            serve(TlsConnection(connection))

    return serve_over_tls


def make_context(tls: dict[str, str]) -> SSLContext:
    """Return the settings of a server that only the owner of one certificate can reach.

    Args:
        tls: `key` and `certificate` of the server, and `peer`, the certificate of the client, as PEM
    """
    context = SSLContext(PROTOCOL_TLS_SERVER)
    context.verify_mode = CERT_REQUIRED
    context.load_verify_locations(cadata=tls["peer"])
    # A worker has one session, so none is resumed.
    context.num_tickets = 0
    _load(context, tls["certificate"] + tls["key"])
    return context


def _load(context: SSLContext, certificate_and_key: str) -> None:
    """Load them from a file, which OpenSSL requires: in memory if possible, else one that is gone at once."""
    if hasattr(os, "memfd_create"):
        with open(os.memfd_create("certificate"), "w") as file:
            file.write(certificate_and_key)
            file.flush()
            context.load_cert_chain(f"/proc/self/fd/{file.fileno()}")
    else:
        with tempfile.NamedTemporaryFile("w") as named:
            named.write(certificate_and_key)
            named.flush()
            context.load_cert_chain(named.name)


class TlsConnection:
    """A connection over TLS, which the threads of a session use as if it were a socket.

    OpenSSL's own calls never wait, because two threads must not use a connection at once.
    """

    def __init__(self, tls: SSLSocket) -> None:
        """Use a connection after its handshake."""
        tls.setblocking(False)
        self._tls = tls
        self._arrived, self._has_room = _poll(tls, POLLIN), _poll(tls, POLLOUT)
        # Reentrant, because a finalizer of the user may send something between two calls of OpenSSL.
        self._using = RLock()
        self._has_ended = False
        self._is_shut_down = False
        self._seconds: float | None = None

    def fileno(self) -> int:
        """Return the descriptor. It can be read if bytes have arrived that `recv` hasn't decrypted."""
        return self._tls.fileno()

    def settimeout(self, seconds: float | None, /) -> None:
        """Set the time limit of `recv`; None for no limit."""
        self._seconds = seconds

    def recv(self, size: int, flags: int = 0, /) -> bytes:
        """Return what has arrived, up to `size` bytes, and nothing at the end.

        Raises TimeoutError, BlockingIOError with the flag MSG_DONTWAIT, and OSError if the connection is broken.
        """
        while not (received := self._decrypt(size)) and not self._has_ended:
            if flags & MSG_DONTWAIT:
                raise BlockingIOError
            if not _poll(self._tls, POLLIN)(None if self._seconds is None else self._seconds * 1000):
                raise TimeoutError
        return received

    def _decrypt(self, size: int) -> bytes:
        """Decrypt all that has arrived, because no thread is woken for bytes that stay behind."""
        received = b""
        with self._using:
            try:
                while not self._has_ended and (wanted := size - len(received)) > 0:
                    record = self._tls.read(wanted)
                    received = received + record if received else record
                    if not record:
                        self._has_ended = True
                        # Wakes the thread that reads, even if the client keeps the connection open.
                        socket.shutdown(self._tls, SHUT_RD)
                    # OpenSSL keeps nothing of a record that was shorter. A look costs less than an exception.
                    elif len(record) < wanted and not self._arrived(0):
                        break
            except (SSLWantReadError, SSLWantWriteError):
                pass
        return received

    def send(self, data: bytes, flags: int = 0, /) -> int:
        """Send some bytes, and return how many; with the flag MSG_DONTWAIT, all or none.

        Raises BlockingIOError if it sends none, and OSError if the client is gone.
        """
        if flags & MSG_DONTWAIT and not self._may_send_at_once():
            raise BlockingIOError
        return self._encrypt(data)

    def sendmsg(
        self, parts: Iterable[bytes], _ancillary: Iterable[tuple[int, int, bytes]] = (), _flags: int = 0, /
    ) -> int:
        """Send the first bytes of these, and return how many. Raises OSError if the client is gone."""
        start = b"".join(part[:_RECORD_BYTES] for part in parts)
        return self._encrypt(start[:_RECORD_BYTES])

    def sendall(self, data: memoryview, _flags: int = 0, /) -> None:
        """Send all bytes. Raises OSError if the client is gone."""
        while data:
            data = data[self._encrypt(data) :]

    def _may_send_at_once(self) -> bool:
        # OpenSSL can't ask the kernel to spare this thread SIGPIPE.
        if getsignal(SIGPIPE) is SIG_DFL:
            return False
        with self._using:
            return bool(self._has_room(0))

    def _encrypt(self, data: bytes | memoryview) -> int:
        while True:
            try:
                with self._using:
                    if self._is_shut_down:
                        raise BrokenPipeError
                    return self._tls.write(data)
            except SSLWantWriteError:
                # OpenSSL has kept the record. It must be given the same bytes again.
                _poll(self._tls, POLLOUT)(None)

    def shutdown(self, how: int, /) -> None:
        """End the connection in both directions. Raises OSError if it has ended."""
        with self._using:
            self._has_ended = self._is_shut_down = True
            try:
                # Tells the client that nothing was cut off. It isn't waited for.
                self._tls.unwrap()
            except (OSError, ValueError):
                pass
            socket.shutdown(self._tls, how)


def _poll(connection: SSLSocket, events: int) -> Callable[[float | None], list[tuple[int, int]]]:
    """Return a function that waits for events, for a number of milliseconds; on one thread at a time."""
    waiting = poll()
    waiting.register(connection, events)
    return waiting.poll
