"""Brings the files home that a tree writes on its node: the output of each process, and the records of coverage."""

from __future__ import annotations

import base64
import os
from typing import Any

MEASURED = "measured.jsonl"

# Bytes of one line. A question for lines is answered with many of them.
_CHUNK = 64 * 1024

JsonLine = dict[str, Any]


class _OpenFile:
    """Is closed after its last piece: it may be deleted before they are read."""

    def __init__(self, path: str) -> None:
        self.descriptor = os.open(path, os.O_RDONLY | os.O_CLOEXEC)

    def __del__(self) -> None:
        if hasattr(self, "descriptor"):
            os.close(self.descriptor)

    def size(self) -> int:
        return os.fstat(self.descriptor).st_size

    def read(self, offset: int, length: int) -> bytes:
        return os.pread(self.descriptor, length, offset)


class Piece:
    """A piece of a file that isn't read before it is sent: a process may print more than the memory can hold."""

    def __init__(self, name: str, file: _OpenFile, offset: int, length: int) -> None:
        self._name = name
        self._file = file
        self._offset = offset
        self._length = length

    def read(self) -> JsonLine:
        """Return the line, as docs/protocol.md describes it."""
        data = self._file.read(self._offset, self._length)
        return {"event": "written", "file": self._name, "data": base64.b64encode(data).decode()}


class Mirror:
    """Finds the bytes that were appended to the files since the last look."""

    def __init__(self, directory: str) -> None:
        """Begin with empty files.

        Args:
            directory: the run directory on this node
        """
        self._directory = directory
        self._files: dict[str, _OpenFile] = {}
        self._offsets: dict[str, int] = {}

    def look(self, ended: str | None = None) -> list[Piece]:
        """Return the new pieces of the files. Not thread-safe.

        Args:
            ended: the ID of a process that has ended. Its file is not needed any more, and is deleted
        """
        pieces = [piece for name in self._names() for piece in self._find(name)]
        if ended is not None:
            self._forget(f"logs/{ended}.log")
        return pieces

    def _names(self) -> list[str]:
        try:
            logs = [f"logs/{name}" for name in os.listdir(f"{self._directory}/logs") if name.endswith(".log")]
        except OSError:
            return []
        return [*logs, MEASURED]

    def _find(self, name: str) -> list[Piece]:
        is_new = name not in self._files
        try:
            if is_new:
                self._files[name] = _OpenFile(f"{self._directory}/{name}")
            file = self._files[name]
            start, end = self._offsets.get(name, 0), file.size()
            if name == MEASURED:
                end = _end_of_lines(file, start, end)
        except OSError:
            return []
        if end <= start and not is_new:
            return []
        self._offsets[name] = end
        # An empty file exists there, too, so that it can be watched before anything is printed. Several nodes append to
        # one file of records, so its lines must arrive whole.
        step = max(1, end - start) if name == MEASURED else _CHUNK
        offsets = range(start, end, step) or [start]
        return [Piece(name, file, offset, min(step, end - offset)) for offset in offsets]

    def _forget(self, name: str) -> None:
        self._files.pop(name, None)
        self._offsets.pop(name, None)
        try:
            os.unlink(f"{self._directory}/{name}")
        except OSError:
            pass


def _end_of_lines(file: _OpenFile, start: int, end: int) -> int:
    """Return where the last whole line ends."""
    return start + file.read(start, end - start).rfind(b"\n") + 1
