"""Sends buffers by memory files that have no name, so that nothing is left when both processes have ended.

The sender writes a buffer into a file of its own. The receiver opens the file by `/proc/<pid>/fd`, copies the bytes,
and clears the token in the header, so that the sender may use the file again.
"""

from __future__ import annotations

import os
import secrets
import stat
import threading
from typing import Any

import ormsgpack

# The header has a token that names the buffer. It is a page long, so that the bytes are aligned.
_HEADER = 4096
_TOKEN = 8
_FREE = bytes(_TOKEN)
_MIN_FILE_BYTES = 256 * 1024
# Of all files of one session.
_MAX_TOTAL_BYTES = 512 * 1024 * 1024


def can_open(pid: int) -> bool:
    """Return whether this process may open the files of another."""
    try:
        # Following this link needs the same permission as opening the files in /proc/<pid>/fd.
        os.stat(f"/proc/{pid}/cwd")
    except OSError:
        return False
    return True


class SharedMemory:
    """The memory files of one session. Safe to use from any thread."""

    def __init__(self, max_bytes: int = _MAX_TOTAL_BYTES) -> None:
        """`max_bytes` limits the files' total size. If it is reached, `export_buffer` returns None."""
        self._max_bytes = max_bytes
        self._usable = hasattr(os, "memfd_create")
        # The size of each file, without its header.
        self._files: dict[int, int] = {}
        self._lock = threading.Lock()

    def export_buffer(self, data: memoryview) -> bytes | None:
        """Copy the buffer to a file, and return its descriptor for TypeScript; None if there is no room."""
        try:
            with self._lock:
                if not self._usable:
                    return None  # closed in the meantime
                file = self._take(data.nbytes)
                return None if file is None else _describe(file, data)
        except OSError:
            # Buffers that have been exported can still be read.
            self._usable = False
            return None

    def import_buffer(self, descriptor: bytes, writable: bool = False) -> memoryview | bytes:
        """Return a copy of the buffer. Raises ValueError if there is none for the descriptor."""
        pid, fd, length, token = _read_descriptor(descriptor)
        try:
            file = os.open(f"/proc/{pid}/fd/{fd}", os.O_RDWR | os.O_NONBLOCK | os.O_CLOEXEC)
        except OSError as error:
            raise ValueError(f"a buffer in the memory of process {pid} cannot be opened: {error.strerror}") from None
        try:
            status = os.fstat(file)
            if not stat.S_ISREG(status.st_mode) or status.st_size < _HEADER + length or not _is(file, token):
                raise ValueError(f"a buffer in the memory of process {pid} holds something else")
            data = _read_writable(file, length) if writable else os.pread(file, length, _HEADER)
            if len(data) < length:
                raise ValueError(f"a buffer in the memory of process {pid} ends too early")
            os.pwrite(file, _FREE, 0)
            return data
        finally:
            os.close(file)

    def stop_exporting(self) -> None:
        """Export no more buffers. Those that have been exported can still be read."""
        self._usable = False

    def close(self) -> None:
        """Free the memory. Buffers that have been exported can no longer be read."""
        with self._lock:
            self._usable = False
            while self._files:
                os.close(self._files.popitem()[0])

    def _take(self, length: int) -> int | None:
        size = max(_MIN_FILE_BYTES, 1 << (length - 1).bit_length())
        free = [file for file in self._files if _is(file, _FREE)]
        for file in free:
            if self._files[file] == size:
                return file
        for file in free:
            if sum(self._files.values()) + size <= self._max_bytes:
                break
            del self._files[file]
            os.close(file)
        if sum(self._files.values()) + size > self._max_bytes:
            return None
        file = os.memfd_create("vitest-python")
        self._files[file] = size
        return file


def _is(file: int, token: bytes) -> bool:
    # A new file has no header yet.
    return os.pread(file, _TOKEN, 0).ljust(_TOKEN, b"\0") == token


def _read_writable(file: int, length: int) -> memoryview:
    data = memoryview(bytearray(length))
    done = 0
    while done < length:
        done += os.preadv(file, [data[done:]], _HEADER + done)
    return data


def _describe(file: int, data: memoryview) -> bytes:
    token = secrets.token_bytes(_TOKEN)
    done = 0
    while done < data.nbytes:
        done += os.pwrite(file, data[done:], _HEADER + done)
    os.pwrite(file, token, 0)
    return ormsgpack.packb([os.getpid(), file, data.nbytes, token])


def _read_descriptor(descriptor: bytes) -> tuple[int, int, int, bytes]:
    fields: Any = ormsgpack.unpackb(descriptor)
    if not isinstance(fields, list) or [type(field) for field in fields] != [int, int, int, bytes]:
        raise ValueError("the descriptor of a buffer is broken")
    pid, fd, length, token = fields
    if min(pid, fd, length) < 0 or len(token) != _TOKEN:
        raise ValueError("the descriptor of a buffer is broken")
    return pid, fd, length, token
