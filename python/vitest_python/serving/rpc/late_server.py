"""Starts the gRPC server of a worker with its first client, because most workers have none."""

from __future__ import annotations

import sys
import threading
import traceback
from collections.abc import Callable
from typing import TYPE_CHECKING

from ...posix.sockets import CHUNK_BYTES, send_all, shut_down, unix_socket
from ..listen import listen

if TYPE_CHECKING:
    from socket import socket


class LateServer:
    """Listens in place of a server that isn't running yet, and relays the bytes of each connection to it."""

    def __init__(self, path: str, start: Callable[[str], None]) -> None:
        """Relay to the server that `start` starts, which listens on `path`."""
        self._path = path
        self._start = start
        self._starting = threading.Lock()
        self._started = False
        self._missing = False
        self._told: set[str] = set()

    def listen(self, path: str) -> None:
        """Accept gRPC clients on `path`. Raises OSError if the socket can't be created."""
        listen(path, self._relay, "gRPC client")

    def _relay(self, client: socket) -> None:
        if not self._come_up():
            return
        with unix_socket() as server:
            server.connect(self._path)
            back = threading.Thread(target=_copy, args=(server, client), name="gRPC client", daemon=True)
            back.start()
            _copy(client, server)
            back.join()

    def _come_up(self) -> bool:
        with self._starting:
            if not self._started and not self._missing:
                try:
                    self._start(self._path)
                    self._started = True
                except Exception as error:
                    # Anything else, such as a lack of descriptors, may be over when the next client comes.
                    self._missing = isinstance(error, ImportError)
                    self._tell(error)
            return self._started

    def _tell(self, error: Exception) -> None:
        # Clients only see a closed connection, so the reason goes to the worker's log.
        if repr(error) not in self._told:
            self._told.add(repr(error))
            print("vitest-python: the gRPC server of this worker cannot start:", file=sys.stderr)
            traceback.print_exception(error)


def _copy(source: socket, target: socket) -> None:
    try:
        while data := source.recv(CHUNK_BYTES):
            send_all(target, data)
    except OSError:
        pass  # one side is gone
    # gRPC never closes only one direction of a connection.
    shut_down(source)
    shut_down(target)
