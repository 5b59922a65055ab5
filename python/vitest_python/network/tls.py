"""TLS under the session socket, for test processes on other machines. It costs a fraction of a gRPC stream."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Callable, Iterable
from functools import cache

# The real ones, before the user's modules are imported: gevent puts others in their place.
from select import POLLIN, POLLOUT, poll
from socket import AF_INET, AF_INET6, IPPROTO_TCP, MSG_DONTWAIT, SHUT_RD, SOCK_STREAM, TCP_NODELAY, socket
from ssl import (
    CERT_REQUIRED,
    PROTOCOL_TLS_SERVER,
    MemoryBIO,
    SSLContext,
    SSLError,
    SSLWantReadError,
)
from threading import RLock
from time import monotonic

from ..posix.sockets import CHUNK_BYTES, NO_SIGNAL, Connection, shut_down

_HANDSHAKE_SECONDS = 10.0


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
    context = make_context(**tls)

    def serve_over_tls(raw: socket) -> None:
        connection = TlsConnection(context, raw)
        try:
            raw.setsockopt(IPPROTO_TCP, TCP_NODELAY, 1)
            connection.shake_hands(_HANDSHAKE_SECONDS)
        except OSError:
            return  # the client is gone, or it is refused and was told why
        serve(connection)

    return serve_over_tls


@cache
def make_context(*, key: str, certificate: str, peer: str) -> SSLContext:
    """Return the settings of a server that only the owner of one certificate can reach.

    It must be called before the user's modules are imported, because gevent breaks the class. Later calls get the same.

    Args:
        key: of the server, as PEM
        certificate: of the server
        peer: the certificate of the client
    """
    context = SSLContext(PROTOCOL_TLS_SERVER)
    context.verify_mode = CERT_REQUIRED
    context.load_verify_locations(cadata=peer)
    # A worker has one session, so none is resumed.
    context.num_tickets = 0
    _load(context, certificate + key)
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

    OpenSSL works in memory, so that it never waits and never causes SIGPIPE: two threads must not use it at once.
    """

    def __init__(self, context: SSLContext, raw: socket) -> None:
        """Use a connected socket, which stays with its owner."""
        self._raw = raw
        self._incoming, self._outgoing = MemoryBIO(), MemoryBIO()
        self._tls = context.wrap_bio(self._incoming, self._outgoing, server_side=True)
        # Reentrant, because a finalizer of the user may send something between two calls of OpenSSL.
        self._using = RLock()
        # Encrypted bytes that the socket has not taken yet.
        self._sealed = bytearray()
        self._has_room = _poll(raw, POLLOUT)
        self._error: OSError | None = None
        self._has_ended = False
        self._is_shut_down = False
        self._seconds: float | None = None

    def shake_hands(self, seconds: float) -> None:
        """Wait until both sides have accepted each other. Raises OSError if they don't within `seconds`."""
        deadline = monotonic() + seconds
        while True:
            try:
                self._tls.do_handshake()
                self._flush_at_once()
                return
            except SSLWantReadError:
                self._flush_at_once()
            except SSLError:
                # An alert tells the client why it is refused.
                self._flush_at_once()
                raise
            self._wait_for_bytes(deadline)
            if self._receive() == 0:
                raise ConnectionResetError("the client has closed the connection during the handshake")

    def fileno(self) -> int:
        """Return the descriptor. It can be read if bytes have arrived that `recv` hasn't decrypted."""
        return self._raw.fileno()

    def settimeout(self, seconds: float | None, /) -> None:
        """Set the time limit of `recv`; None for no limit."""
        self._seconds = seconds

    def recv(self, size: int, flags: int = 0, /) -> bytes:
        """Return all that has arrived, or at least `size` bytes of it, and nothing at the end.

        Raises TimeoutError, BlockingIOError with the flag MSG_DONTWAIT, and OSError if the connection is broken.
        """
        deadline = None if self._seconds is None else monotonic() + self._seconds
        while True:
            with self._using:
                received = self._take(size)
                if received or self._has_ended:
                    return received
                if self._error is not None:
                    raise self._error
            if flags & MSG_DONTWAIT:
                raise BlockingIOError
            self._wait_for_bytes(deadline)

    def _take(self, size: int) -> bytes:
        # With the end of the handshake, more may have come.
        taken = self._decrypt()
        try:
            while len(taken) < size and not self._has_ended and self._error is None:
                received = self._receive()
                taken += self._decrypt()
                if received < CHUNK_BYTES:
                    break
        except BlockingIOError:
            pass
        except OSError as error:
            # The next call raises it. What came before it may be a message.
            self._error = error
        return taken

    def _receive(self) -> int:
        received = self._raw.recv(CHUNK_BYTES, MSG_DONTWAIT)
        if received:
            self._incoming.write(received)
        else:
            self._has_ended = True
        return len(received)

    def _decrypt(self) -> bytes:
        """Decrypt all that was received, because no thread is woken for bytes that stay behind."""
        taken = b""
        try:
            while self._incoming.pending and not self._has_ended:
                record = self._tls.read(CHUNK_BYTES)
                taken += record
                if not record:
                    self._has_ended = True
                    # Wakes the thread that reads, even if the client keeps the connection open.
                    shut_down(self._raw, SHUT_RD)
        except SSLWantReadError:
            pass
        except SSLError as error:
            self._error = error
            self._flush_at_once()
            # Wakes a thread that sends.
            self._end()
        return taken

    def send(self, data: bytes, flags: int = 0, /) -> int:
        """Send all bytes, and return how many. With the flag MSG_DONTWAIT, nothing is sent to a full connection.

        Raises BlockingIOError if it is full, and OSError if the client is gone.
        """
        if flags & MSG_DONTWAIT and (self._sealed or not self._has_room(0)):
            raise BlockingIOError
        self.sendall(data)
        return len(data)

    def sendmsg(
        self, parts: Iterable[bytes], _ancillary: Iterable[tuple[int, int, bytes]] = (), _flags: int = 0, /
    ) -> int:
        """Send the first bytes of these, and return how many. Raises OSError if the client is gone."""
        start = b"".join(part[:CHUNK_BYTES] for part in parts)
        return self.send(start[:CHUNK_BYTES])

    def sendall(self, data: bytes | memoryview, _flags: int = 0, /) -> None:
        """Send all bytes. Raises OSError if the client is gone."""
        try:
            for at in range(0, len(data), CHUNK_BYTES):
                self._encrypt(data[at : at + CHUNK_BYTES])
        except BaseException:
            # The client is gone, or a signal handler of the user has raised an error, and part of a record may be lost.
            self._end()
            raise

    def _encrypt(self, data: bytes | memoryview) -> None:
        with self._using:
            self._refuse_end()
            self._tls.write(data)
            self._flush()
        while self._sealed:
            self._has_room(None)
            with self._using:
                self._refuse_end()
                self._flush()

    def _flush(self) -> None:
        """Send as much as the socket takes now."""
        self._sealed += self._outgoing.read()
        if not self._sealed:
            return
        try:
            del self._sealed[: self._raw.send(self._sealed, MSG_DONTWAIT | NO_SIGNAL)]
        except BlockingIOError:
            pass

    def _flush_at_once(self) -> None:
        try:
            self._flush()
        except OSError:
            pass  # the client is gone

    def _refuse_end(self) -> None:
        if self._is_shut_down:
            raise BrokenPipeError("the connection has ended")

    def shutdown(self, _how: int, /) -> None:
        """End the connection in both directions."""
        with self._using:
            try:
                # Tells the client that nothing was cut off. It isn't waited for.
                self._tls.unwrap()
            except (SSLError, ValueError):
                pass
            self._flush_at_once()
            self._has_ended = True
            self._end()

    def _end(self) -> None:
        self._is_shut_down = True
        shut_down(self._raw)

    def _wait_for_bytes(self, deadline: float | None) -> None:
        """Raise TimeoutError if nothing arrives before it."""
        left = None if deadline is None else max(0.0, deadline - monotonic()) * 1000
        if not _poll(self._raw, POLLIN)(left):
            raise TimeoutError


def _poll(connection: socket, events: int) -> Callable[[float | None], list[tuple[int, int]]]:
    """Return a function that waits for events, for a number of milliseconds; on one thread at a time."""
    waiting = poll()
    waiting.register(connection, events)
    return waiting.poll
