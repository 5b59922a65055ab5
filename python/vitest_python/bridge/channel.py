"""The interface by which a session sends frames to its client."""

from __future__ import annotations

from typing import Protocol

from .._gen.bridge_pb2 import WorkerFrame


class Channel(Protocol):
    """A gRPC stream or a Unix socket; see docs/protocol.md. It may be used from any thread."""

    def send(self, frame: WorkerFrame) -> None:
        """Send a frame. Does nothing if the client is gone."""

    def close(self) -> None:
        """Send nothing more. The client sees the end of the session after the last frame."""
