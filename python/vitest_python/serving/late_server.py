"""Starts the gRPC server of a worker with its first client, because most workers have none."""

from __future__ import annotations

import threading
import traceback
from collections.abc import Callable

# The real one, before the user's modules are imported: gevent puts another in its place.
from socket import AF_UNIX, SHUT_WR, socket

_CHUNK_BYTES = 256 * 1024


class LateServer:
    """Listens in place of a server that isn't running yet, and relays the bytes of each connection to it."""

    def __init__(self, path: str, start: Callable[[str], None]) -> None:
        """Args:
        path: the server's own socket
        start: starts the server, which listens on `path`
        """
        self._path = path
        self._start = start
        self._started = False

    def listen(self, path: str) -> None:
        """Accept connections on `path`. Raises OSError if the socket can't be created."""
        listener = socket(AF_UNIX)
        listener.bind(path)
        listener.listen()
        threading.Thread(target=self._accept, args=(listener,), name="late-server", daemon=True).start()

    def _accept(self, listener: socket) -> None:
        while True:
            connection, _ = listener.accept()
            try:
                self._relay(connection)
            except Exception:
                # The client sees that the connection ends. The log of the worker tells why.
                traceback.print_exc()
                connection.close()

    def _relay(self, connection: socket) -> None:
        if not self._started:
            self._start(self._path)
            self._started = True
        server = socket(AF_UNIX)
        server.connect(self._path)
        for source, target in ((connection, server), (server, connection)):
            threading.Thread(target=_copy, args=(source, target), name="late-server", daemon=True).start()


def _copy(source: socket, target: socket) -> None:
    try:
        while data := source.recv(_CHUNK_BYTES):
            target.sendall(data)
        target.shutdown(SHUT_WR)
    except OSError:
        pass  # one side is gone; the other one is closed with its last reference
