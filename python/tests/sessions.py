"""Clients of sessions, over both transports."""

from __future__ import annotations

import contextlib
import socket
from collections.abc import Iterator
from queue import SimpleQueue
from typing import Any

import grpc

from vitest_python._gen.bridge_pb2 import ClientFrame, Hello, Welcome, WorkerFrame
from vitest_python.bridge.framing import MessageReader

TOKEN = "s3cret"
LEASE = "l1"


def connect(path: str) -> socket.socket:
    """Connect to a Unix socket."""
    connection = socket.socket(socket.AF_UNIX)
    connection.connect(path)
    return connection


class GrpcSession:
    """A session over gRPC."""

    def __init__(self, channel: grpc.Channel) -> None:
        self._outgoing: SimpleQueue[ClientFrame | None] = SimpleQueue()
        metadata = (("x-vitest-python-token", TOKEN), ("x-vitest-python-lease", LEASE))
        self._frames: Any = channel.stream_stream(
            "/vitest_python.v1.Bridge/Session", ClientFrame.SerializeToString, WorkerFrame.FromString
        )(iter(self._outgoing.get, None), metadata=metadata)

    def send(self, frame: ClientFrame) -> None:
        """Send a frame."""
        self._outgoing.put(frame)

    def frames(self) -> Iterator[WorkerFrame]:
        """Yield the frames of the worker."""
        with contextlib.suppress(grpc.RpcError):
            yield from self._frames

    def hang_up(self) -> None:
        """End the session as if the client had died."""
        self._frames.cancel()

    def close(self) -> None:
        """Send nothing more."""
        self._outgoing.put(None)


class SocketSession:
    """A session over a socket."""

    def __init__(self, path: str | socket.socket, **hello: Any) -> None:
        """Args: path: of a Unix socket, or a connection; hello: fields of the first message that differ."""
        self._socket = connect(path) if isinstance(path, str) else path
        self._messages = MessageReader(self._socket)
        self.write(Hello(**{"protocol": 1, "token": TOKEN, "lease_id": LEASE, **hello}).SerializeToString())
        self.welcome = Welcome.FromString(self._messages.read() or b"")

    def write(self, message: bytes) -> None:
        """Send any message."""
        self.write_raw(len(message).to_bytes(4, "little") + message)

    def write_raw(self, data: bytes) -> None:
        """Send bytes that need not be a message."""
        self._socket.sendall(data)

    def send(self, frame: ClientFrame) -> None:
        """Send a frame."""
        self.write(frame.SerializeToString())

    def frames(self) -> Iterator[WorkerFrame]:
        """Yield the frames of the worker."""
        while (message := self._messages.read()) is not None:
            yield WorkerFrame.FromString(message)

    def hang_up(self) -> None:
        """End the session as if the client had died."""
        self._socket.shutdown(socket.SHUT_RDWR)

    def end(self) -> None:
        """Send nothing more."""
        self._socket.shutdown(socket.SHUT_WR)

    def close(self) -> None:
        """End the session, if it is open."""
        with contextlib.suppress(OSError):
            self.hang_up()
        self._socket.close()

    def __enter__(self) -> SocketSession:
        return self

    def __exit__(self, *_error: object) -> None:
        self.close()
