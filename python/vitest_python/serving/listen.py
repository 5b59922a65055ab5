"""Accepts the connections of a socket."""

from __future__ import annotations

import os
import sys
import threading
from collections.abc import Callable

# The real one, before the user's modules are imported: gevent puts another in its place.
from time import sleep
from typing import TYPE_CHECKING

from ..posix.sockets import socket_of, unix_socket

if TYPE_CHECKING:
    from socket import socket

_PAUSE_SECONDS = 0.1


def listen(path: str, serve: Callable[[socket], None], name: str) -> None:
    """Call `serve` with each connection, on a thread of its own with this name, and close the connection afterwards.

    Raises OSError if the socket can't be created.
    """
    listener = unix_socket()
    listener.bind(path)
    os.chmod(path, 0o600)
    accept(listener, serve, name)


def accept(listener: socket, serve: Callable[[socket], None], name: str) -> None:
    """Do the same with the connections of a socket that is bound to its address."""
    listener.listen()
    threading.Thread(target=_accept, args=(listener, serve, name), name=f"{name}s", daemon=True).start()


def _accept(listener: socket, serve: Callable[[socket], None], name: str) -> None:
    while True:
        try:
            # `accept` would make an object of the class that the module has now.
            descriptor, _ = listener._accept()  # type: ignore[attr-defined]
            connection = socket_of(descriptor)
            threading.Thread(target=_serve, args=(connection, serve), name=name, daemon=True).start()
        except (OSError, RuntimeError) as error:
            # User code has taken all descriptors or threads, and may give them back.
            print(f"vitest-python: a {name} cannot be accepted: {error}", file=sys.stderr)
            sleep(_PAUSE_SECONDS)


def _serve(connection: socket, serve: Callable[[socket], None]) -> None:
    with connection:
        serve(connection)
