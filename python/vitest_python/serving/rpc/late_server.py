"""Starts the gRPC server of a worker with its first client, because most workers have none."""

from __future__ import annotations

import sys
import threading
import traceback
from collections.abc import Callable

# The real one, before the user's modules are imported: gevent puts another in its place.
from socket import AF_UNIX, socket

from ...bridge.framing import shut_down
from ..listen import listen

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
        self._starting = threading.Lock()
        self._started: bool | None = None
        """None before the first client; False if the start has failed."""

    def listen(self, path: str) -> None:
        """Accept gRPC clients on `path`. Raises OSError if the socket can't be created."""
        listen(path, self._relay, "gRPC client")

    def _relay(self, client: socket) -> None:
        if not self._come_up():
            return
        with socket(AF_UNIX) as server:
            server.connect(self._path)
            back = threading.Thread(target=_copy, args=(server, client), name="gRPC client", daemon=True)
            back.start()
            _copy(client, server)
            back.join()

    def _come_up(self) -> bool:
        with self._starting:
            if self._started is None:
                self._started = False
                try:
                    self._start(self._path)
                    self._started = True
                except Exception:
                    # The clients see that their connections end. The log of the worker tells why.
                    print("vitest-python: the gRPC server of this worker cannot start:", file=sys.stderr)
                    traceback.print_exc()
            return self._started


def _copy(source: socket, target: socket) -> None:
    try:
        while data := source.recv(_CHUNK_BYTES):
            target.sendall(data)
    except OSError:
        pass  # one side is gone
    # gRPC never closes only one direction of a connection.
    shut_down(source)
    shut_down(target)
