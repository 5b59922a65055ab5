"""The connection to the runner's main process, over which forkserver and workers report."""

from __future__ import annotations

import os
import platform
import socket
import threading
from collections.abc import Iterator

from ..posix.identity import own_start_time
from ..posix.lines import Line, Splitter, decode, encode
from ..posix.protocol import PROTOCOL
from .config import Config


class Control:
    """Lines in both directions; `send` may be called from any thread."""

    def __init__(self, path: str) -> None:
        """Raises OSError where nobody listens."""
        self.socket = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        self.socket.connect(path)
        self._splitter = Splitter()
        self._received: list[Line] = []
        self._sending = threading.Lock()

    def send(self, line: Line) -> None:
        """Waits until the kernel has taken the line; does nothing when the runner is gone."""
        try:
            with self._sending:
                self.socket.sendall(encode(line))
        except OSError:
            pass  # whoever reads from it sees the end, and acts

    def hello(self, role: str, config: Config) -> None:
        """First line of all. The answer is read by `welcome`, so that work can go on meanwhile."""
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
        """Waits for the runner's answer. Raises SystemExit with its sentence where it refuses."""
        for line in self.lines():
            if "welcome" in line:
                return
            raise SystemExit(f"vitest-python: refused by the runner: {line.get('refused', line)}")
        raise SystemExit("vitest-python: the runner closed the connection without an answer")

    def lines(self) -> Iterator[Line]:
        """Lines as they come, until the runner is gone."""
        while True:
            while self._received:
                yield self._received.pop(0)
            if not self.receive():
                return

    def receive(self) -> bool:
        """Waits for one chunk; False at the end. `take` then gives what was in it."""
        try:
            chunk = self.socket.recv(65536)
        except OSError:
            return False
        self._received += map(decode, self._splitter.feed(chunk))
        return bool(chunk)

    def take(self) -> list[Line]:
        """What has been received and not been looked at."""
        taken, self._received = self._received, []
        return taken

    def close(self) -> None:
        """In a forked child: the connection stays with its parent."""
        self.socket.close()
