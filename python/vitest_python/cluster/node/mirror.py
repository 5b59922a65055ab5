"""Brings the files home that a tree writes on its node: the output of each process, and the records of coverage."""

from __future__ import annotations

import base64
import os
from typing import Any

MEASURED = "measured.jsonl"

# Bytes of one line. A question for lines is answered with many of them.
_CHUNK = 64 * 1024
# Bytes of output that may be on their way. The runner shows less of a test, and a process that prints faster than Ray
# sends would delay every other line of its node.
MAX_WAITING = 4 * 1024 * 1024
# The end of an output is always sent: it explains a crash.
_TAIL = 64 * 1024

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
        self.length = length

    def read(self) -> JsonLine:
        """Return the line, as docs/protocol.md describes it."""
        data = self._file.read(self._offset, self.length)
        return {"event": "written", "file": self._name, "data": base64.b64encode(data).decode()}


class Gap(Piece):
    """Bytes that are left out. They keep their place, so that all others do."""

    def __init__(self, name: str, skipped: int) -> None:
        self._name = name
        self._skipped = skipped
        self.length = 0

    def read(self) -> JsonLine:
        """Return the line, as docs/protocol.md describes it."""
        return {"event": "written", "file": self._name, "skipped": self._skipped}


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

    def look(self, ended: str | None = None, room: int = MAX_WAITING) -> list[Piece]:
        """Return the new pieces of the files. Not thread-safe.

        Args:
            room: bytes of output that may be sent. Of more, the end of each file is sent, and the rest is a gap
            ended: the ID of a process that has ended. Its file is not needed any more, and is deleted
        """
        pieces: list[Piece] = []
        for name in self._names():
            found = self._find(name, room)
            room -= sum(piece.length for piece in found)
            pieces += found
        if ended is not None:
            self._forget(f"logs/{ended}.log")
        return pieces

    def _names(self) -> list[str]:
        try:
            logs = [f"logs/{name}" for name in os.listdir(f"{self._directory}/logs") if name.endswith(".log")]
        except OSError:
            return []
        return [*logs, MEASURED]

    def _find(self, name: str, room: int) -> list[Piece]:
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
        if name == MEASURED:
            # Several nodes append to one file of records, so its lines must arrive whole.
            return [Piece(name, file, start, end - start)]
        tail = max(start, end - _TAIL)
        head = min(tail, start + max(0, room))
        # An empty file exists there, too, so that it can be watched before anything is printed.
        if end - start <= room or head == tail:
            return _pieces(name, file, start, end) or [Piece(name, file, start, 0)]
        return [*_pieces(name, file, start, head), Gap(name, tail - head), *_pieces(name, file, tail, end)]

    def _forget(self, name: str) -> None:
        self._files.pop(name, None)
        self._offsets.pop(name, None)
        try:
            os.unlink(f"{self._directory}/{name}")
        except OSError:
            pass


def _pieces(name: str, file: _OpenFile, start: int, end: int) -> list[Piece]:
    return [Piece(name, file, offset, min(_CHUNK, end - offset)) for offset in range(start, end, _CHUNK)]


def _end_of_lines(file: _OpenFile, start: int, end: int) -> int:
    """Return where the last whole line ends."""
    return start + file.read(start, end - start).rfind(b"\n") + 1
