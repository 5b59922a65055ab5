"""One JSON object and a newline: how the processes of a run speak to each other."""

from __future__ import annotations

import json
import os
from typing import Any

Line = dict[str, Any]


def encode(line: Line) -> bytes:
    """The line with its newline."""
    return json.dumps(line, separators=(",", ":")).encode() + b"\n"


def decode(text: bytes) -> Line:
    """Raises ValueError for what is no JSON object."""
    line = json.loads(text)
    if not isinstance(line, dict):
        raise ValueError(f"not a JSON object: {text[:100]!r}")
    return line


class Splitter:
    """Puts lines together again from chunks that were cut anywhere."""

    def __init__(self) -> None:
        self._rest = b""

    def feed(self, chunk: bytes) -> list[bytes]:
        """Lines that the chunk completes, not yet decoded: one that is broken must not take others with it."""
        *whole, self._rest = (self._rest + chunk).split(b"\n")
        return [text for text in whole if text.strip()]


class Outbox:
    """Lines on their way into a pipe whose reader may be stopped: writing never waits."""

    def __init__(self, fd: int) -> None:
        self._fd = fd
        self._pending = b""
        os.set_blocking(fd, False)

    @property
    def waiting(self) -> bool:
        """Whether something is left to write once the pipe takes it."""
        return bool(self._pending)

    def put(self, line: Line) -> None:
        """Writes as much as the pipe takes now and keeps the rest."""
        self._pending += encode(line)
        self.flush()

    def flush(self) -> None:
        """Tries to write what is left; forgets it when nobody reads any more."""
        try:
            while self._pending:
                self._pending = self._pending[os.write(self._fd, self._pending) :]
        except BlockingIOError:
            pass
        except OSError:
            self._pending = b""
