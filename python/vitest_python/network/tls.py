"""TLS in front of the session socket, for test processes on other machines. It costs a fraction of a gRPC stream."""

from __future__ import annotations

import os
import tempfile
import threading
from collections.abc import Callable

# The real ones, before the user's modules are imported: gevent puts others in their place.
from select import POLLIN, POLLOUT, poll
from socket import AF_INET, AF_INET6, AF_UNIX, IPPROTO_TCP, SOCK_STREAM, TCP_NODELAY, socket, socketpair
from ssl import (
    CERT_REQUIRED,
    PROTOCOL_TLS_SERVER,
    MemoryBIO,
    SSLContext,
    SSLError,
    SSLWantReadError,
    SSLZeroReturnError,
)

from ..posix.sockets import CHUNK_BYTES, send_some, shut_down, unix_socket

# A client that doesn't read the last bytes is not waited for.
_FINISH_SECONDS = 5.0


def bind(host: str) -> socket:
    """Return a socket on a free port of this IP address."""
    listener = socket(AF_INET6 if ":" in host else AF_INET, SOCK_STREAM)
    listener.settimeout(None)
    listener.bind((host, 0))
    return listener


def behind_tls(tls: dict[str, str], serve: Callable[[socket], None]) -> Callable[[socket], None]:
    """Return a function that has `serve` serve the decrypted bytes of a connection.

    Args:
        tls: as for `make_context`
        serve: gets a socket of this process
    """
    context = make_context(tls)

    def serve_decrypted(outer: socket) -> None:
        outer.setsockopt(IPPROTO_TCP, TCP_NODELAY, 1)
        own, inner = (unix_socket(each.detach()) for each in socketpair(AF_UNIX, SOCK_STREAM))
        with own, inner:
            relay = threading.Thread(target=TlsRelay(context, outer, inner).run, name="session-tls", daemon=True)
            relay.start()
            serve(own)
            relay.join()

    return serve_decrypted


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


class TlsRelay:
    """Decrypts the bytes of a test process for a session, and encrypts its answers.

    One thread does both, because two must not use a connection of OpenSSL at once.
    """

    def __init__(self, context: SSLContext, outer: socket, inner: socket) -> None:
        """Relay between `outer`, a connection of the network, and `inner`, the other end of a session's socket."""
        outer.setblocking(False)
        inner.setblocking(False)
        self._outer, self._inner = outer, inner
        self._incoming, self._outgoing = MemoryBIO(), MemoryBIO()
        self._tls = context.wrap_bio(self._incoming, self._outgoing, server_side=True)
        self._is_open = False
        # Bytes that one side has not taken yet. Until it has, nothing more is read from the other one.
        self._plain, self._sealed = bytearray(), bytearray()

    def run(self) -> None:
        """Relay until one side ends. Then both end."""
        try:
            self._relay()
        except (OSError, SSLError):
            # The client is gone, or it is refused. An alert tells it why.
            self._sealed += self._outgoing.read()
            self._flush_at_once()
        shut_down(self._outer)
        shut_down(self._inner)

    def _relay(self) -> None:
        waiting = poll()
        outer, inner = self._outer.fileno(), self._inner.fileno()
        watched = {outer: 0, inner: 0}
        while True:
            wanted = {
                outer: (0 if self._plain else POLLIN) | (POLLOUT if self._sealed else 0),
                inner: (0 if self._sealed else POLLIN) | (POLLOUT if self._plain else 0),
            }
            for descriptor, events in wanted.items():
                if watched[descriptor] == events:
                    continue
                if events:
                    waiting.register(descriptor, events)
                else:
                    # Or else the end of this side would be reported again and again.
                    waiting.unregister(descriptor)
            watched = wanted
            for descriptor, events in waiting.poll():
                if descriptor == outer and not self._move_in(events):
                    return
                if descriptor == inner and not self._move_out(events):
                    return

    def _move_in(self, events: int) -> bool:
        """Move bytes of the network to the session, and what is left of the other direction. False at the end."""
        if events & POLLOUT:
            del self._sealed[: send_some(self._outer, self._sealed)]
        if self._plain or not events & ~POLLOUT:
            return True
        received = _receive(self._outer)
        if received is None:
            return True
        if not received:
            return False
        self._incoming.write(received)
        return self._decrypt()

    def _decrypt(self) -> bool:
        try:
            if not self._is_open:
                self._tls.do_handshake()
                self._is_open = True
            while data := self._tls.read(CHUNK_BYTES):
                self._plain += data
        except SSLWantReadError:
            pass
        except SSLZeroReturnError:
            return False
        self._seal()
        if self._plain:
            del self._plain[: send_some(self._inner, self._plain)]
        return True

    def _move_out(self, events: int) -> bool:
        """Move bytes of the session to the network, and what is left of the other direction. False at the end."""
        if events & POLLOUT:
            del self._plain[: send_some(self._inner, self._plain)]
        if self._sealed or not events & ~POLLOUT:
            return True
        if not self._is_open:
            # The session has ended, because the client hasn't said hello in time.
            return False
        data = _receive(self._inner)
        if data is None:
            return True
        if not data:
            self._finish()
            return False
        self._tls.write(data)
        self._seal()
        return True

    def _seal(self) -> None:
        self._sealed += self._outgoing.read()
        if self._sealed:
            del self._sealed[: send_some(self._outer, self._sealed)]

    def _finish(self) -> None:
        """Tell the client that the session has ended, after its last frame."""
        try:
            self._tls.unwrap()
        except SSLError:
            pass  # it says so, too, or not
        self._sealed += self._outgoing.read()
        self._outer.settimeout(_FINISH_SECONDS)
        self._outer.sendall(self._sealed)

    def _flush_at_once(self) -> None:
        try:
            send_some(self._outer, self._sealed)
        except OSError:
            pass


def _receive(connection: socket) -> bytes | None:
    """Return the bytes that have arrived: None if there are none, nothing if the other side has ended."""
    try:
        return connection.recv(CHUNK_BYTES)
    except BlockingIOError:
        return None
