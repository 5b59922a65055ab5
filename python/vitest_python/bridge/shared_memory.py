"""Buffers by memory that both processes can open, and that no name leads to.

It is gone when both have ended, however they do. The sender writes into a file of its own; the receiver opens that
by `/proc/<pid>/fd`, copies the bytes out, and sets the token back, which is how the sender knows that the file may be
used again.
"""

from __future__ import annotations

import os
import secrets
import stat
import threading
from typing import Any

import ormsgpack

# Bytes before a buffer's own: the token of who it is meant for. A page, so that the rest is aligned.
_HEADER = 4096
_TOKEN = 8
_FREE = bytes(_TOKEN)
_SMALLEST = 256 * 1024
# Bytes of all files together that one session may keep.
_BUDGET = 512 * 1024 * 1024


def can_open(pid: int) -> bool:
    """Whether this process may open the files of another."""
    try:
        # To follow this link takes the same permission as to open what /proc/<pid>/fd lists.
        os.stat(f"/proc/{pid}/cwd")
    except OSError:
        return False
    return True


class SharedMemory:
    """The files of one session, for any thread."""

    def __init__(self, budget: int = _BUDGET) -> None:
        """`budget`: bytes in all files together; beyond them buffers go in the message."""
        self._budget = budget
        self._usable = hasattr(os, "memfd_create")
        # File and the bytes that fit.
        self._slots: dict[int, int] = {}
        self._lock = threading.Lock()

    def export_buffer(self, data: memoryview) -> bytes | None:
        """A descriptor for TypeScript's `importBuffer`; None: there is no room, send the bytes another way."""
        try:
            with self._lock:
                if not self._usable:
                    return None  # closed meanwhile
                file = self._take(data.nbytes)
                return None if file is None else _describe(file, data)
        except OSError:
            # What is on its way can still be read.
            self._usable = False
            return None

    def import_buffer(self, descriptor: bytes, writable: bool = False) -> memoryview | bytes:
        """Memory of its own. Raises ValueError when the descriptor leads to no such buffer."""
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
        """Exports nothing more. What is on its way can still be read."""
        self._usable = False

    def close(self) -> None:
        """Gives the memory back. What is on its way can no longer be read."""
        with self._lock:
            self._usable = False
            while self._slots:
                os.close(self._slots.popitem()[0])

    def _take(self, length: int) -> int | None:
        size = max(_SMALLEST, 1 << (length - 1).bit_length())
        free = [file for file in self._slots if _is(file, _FREE)]
        for file in free:
            if self._slots[file] == size:
                return file
        for file in free:
            if sum(self._slots.values()) + size <= self._budget:
                break
            del self._slots[file]
            os.close(file)
        if sum(self._slots.values()) + size > self._budget:
            return None
        file = os.memfd_create("vitest-python")
        self._slots[file] = size
        return file


def _is(file: int, token: bytes) -> bool:
    # A file that has just been made has no header yet.
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
    parts: Any = ormsgpack.unpackb(descriptor)
    if not isinstance(parts, list) or [type(part) for part in parts] != [int, int, int, bytes]:
        raise ValueError("the descriptor of a buffer is broken")
    pid, fd, length, token = parts
    if min(pid, fd, length) < 0 or len(token) != _TOKEN:
        raise ValueError("the descriptor of a buffer is broken")
    return pid, fd, length, token
