"""Brings the files home that a tree writes on its node: the output of each process, and the records of coverage."""

from __future__ import annotations

import base64
import os
from typing import Any

MEASURED = "measured.jsonl"

# Bytes of one line. A question for lines is answered with many of them.
_CHUNK = 64 * 1024

JsonLine = dict[str, Any]


class Mirror:
    """Reads the bytes that were appended to the files since the last look."""

    def __init__(self, directory: str) -> None:
        """Begin with empty files.

        Args:
            directory: the run directory on this node
        """
        self._directory = directory
        self._offsets: dict[str, int] = {}

    def look(self, ended: str | None = None) -> list[JsonLine]:
        """Return a line for each piece of a file that is new, as docs/protocol.md describes it. Not thread-safe.

        Args:
            ended: the ID of a process that has ended. Its file is not needed any more, and is deleted
        """
        lines = [line for name in self._names() for line in self._read(name)]
        if ended is not None:
            self._forget(f"logs/{ended}.log")
        return lines

    def _names(self) -> list[str]:
        try:
            logs = [f"logs/{name}" for name in os.listdir(f"{self._directory}/logs") if name.endswith(".log")]
        except OSError:
            return []
        return [*logs, MEASURED]

    def _read(self, name: str) -> list[JsonLine]:
        is_new = name not in self._offsets
        offset = self._offsets.get(name, 0)
        try:
            with open(f"{self._directory}/{name}", "rb") as file:
                if os.fstat(file.fileno()).st_size <= offset and not is_new:
                    return []
                file.seek(offset)
                data = file.read()
        except OSError:
            return []
        if name == MEASURED:
            # Several nodes append to one file there, so a line must arrive whole.
            data = data[: data.rfind(b"\n") + 1]
        self._offsets[name] = offset + len(data)
        # An empty file exists there, too, so that it can be watched before anything is printed.
        step = len(data) or 1 if name == MEASURED else _CHUNK
        pieces = [data[at : at + step] for at in range(0, len(data), step)] or [b""]
        return [{"event": "written", "file": name, "data": base64.b64encode(piece).decode()} for piece in pieces]

    def _forget(self, name: str) -> None:
        self._offsets.pop(name, None)
        try:
            os.unlink(f"{self._directory}/{name}")
        except OSError:
            pass
