"""The connection to the runner's main process, which forkserver and workers report to."""

from __future__ import annotations

import os
import platform
import threading
from collections.abc import Iterator

from ..posix.identity import own_start_time
from ..posix.lines import JsonLine, Splitter, decode, encode
from ..posix.protocol import PROTOCOL
from ..posix.sockets import unix_socket
from .config import Config


class Control:
    """Sends and receives lines. `send` may be called from any thread."""

    def __init__(self, path: str) -> None:
        """Connect. Raises OSError if the runner isn't listening."""
        self.socket = unix_socket()
        self.socket.connect(path)
        self._splitter = Splitter()
        self._received: list[JsonLine] = []
        self._sending = threading.Lock()

    def send(self, line: JsonLine) -> None:
        """Wait until the kernel has taken the line. Does nothing if the runner is gone."""
        try:
            with self._sending:
                self.socket.sendall(encode(line))
        except OSError:
            pass  # the thread that reads sees the end of the connection and exits

    def hello(self, role: str, config: Config) -> None:
        """Send the first line. `welcome` reads the answer, so the caller can do other work in between."""
        self.send(
            {
                "hello": "vitest-python",
                "protocol": PROTOCOL,
                "role": role,
                "id": config.id,
                "pid": os.getpid(),
                "startTime": own_start_time(),
                "token": config.token,
                "python": platform.python_version(),
            }
        )

    def welcome(self) -> None:
        """Wait for the runner's answer. Raises SystemExit with the runner's message if it refuses."""
        for line in self.lines():
            if "welcome" in line:
                return
            raise SystemExit(f"vitest-python: refused by the runner: {line.get('refused', line)}")
        raise SystemExit("vitest-python: the runner closed the connection without an answer")

    def lines(self) -> Iterator[JsonLine]:
        """Yield lines as they come, until the runner is gone."""
        while True:
            while self._received:
                yield self._received.pop(0)
            if not self.receive():
                return

    def receive(self) -> bool:
        """Wait for data and keep its lines for `take`; False at the end of the connection."""
        try:
            chunk = self.socket.recv(65536)
        except OSError:
            return False
        self._received += map(decode, self._splitter.feed(chunk))
        return bool(chunk)

    def take(self) -> list[JsonLine]:
        """Return the lines that have been received since the last call."""
        taken, self._received = self._received, []
        return taken

    def close(self) -> None:
        """Close the connection; in a forked child, the parent keeps its own."""
        self.socket.close()
