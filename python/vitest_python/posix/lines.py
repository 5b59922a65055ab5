"""The messages between the processes of a run: one JSON object on each line."""

from __future__ import annotations

import json
import os
from typing import Any

JsonLine = dict[str, Any]


def encode(line: JsonLine) -> bytes:
    """Return the line with its newline."""
    return json.dumps(line, separators=(",", ":")).encode() + b"\n"


def decode(text: bytes) -> JsonLine:
    """Parse a line. Raises ValueError if it isn't a JSON object."""
    line = json.loads(text)
    if not isinstance(line, dict):
        raise ValueError(f"not a JSON object: {text[:100]!r}")
    return line


class Splitter:
    """Joins chunks that end anywhere into lines."""

    def __init__(self) -> None:
        self._rest = b""

    def feed(self, chunk: bytes) -> list[bytes]:
        """Return the lines that the chunk completes, not yet decoded, so that one broken line doesn't lose others."""
        *whole, self._rest = (self._rest + chunk).split(b"\n")
        return [text for text in whole if text.strip()]


class Outbox:
    """Writes lines to a pipe without ever waiting, even if its reader is stopped."""

    def __init__(self, fd: int) -> None:
        self._fd = fd
        self._pending = b""
        os.set_blocking(fd, False)

    @property
    def waiting(self) -> bool:
        """Whether lines are left that the pipe couldn't take yet."""
        return bool(self._pending)

    def put(self, line: JsonLine) -> None:
        """Write as much as the pipe takes now and keep the rest."""
        self._pending += encode(line)
        self.flush()

    def flush(self) -> None:
        """Try to write the rest; drop it if the reader is gone."""
        try:
            while self._pending:
                self._pending = self._pending[os.write(self._fd, self._pending) :]
        except BlockingIOError:
            pass
        except OSError:
            self._pending = b""
