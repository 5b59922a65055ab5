"""Marks what Python's own streams print, so that a log holds everything in its order and still tells what is what."""

from __future__ import annotations

import io
import logging
import os
import threading
from typing import Any

# An escape sequence that terminals pass over, for whoever reads a log as it is.
_MARK = "\x1b_vp;{}\x1b\\"
OUT, ERROR = "o", "e"
_END = _MARK.format(OUT).encode()
_LEVELS = ((logging.ERROR, ERROR), (logging.WARNING, "w"), (logging.INFO, "i"))

_emitting = threading.local()


class MarkedFile(io.FileIO):
    """Descriptor `fd`, whose every write goes out whole, between marks where it is not plain output.

    What is written past it (native code, subprocesses) has no marks and counts as plain output.
    """

    def __init__(self, fd: int, kind: str) -> None:
        super().__init__(fd, "w", closefd=False)
        self._kind = kind

    def write(self, data: Any) -> int:
        """See io.RawIOBase."""
        kind = getattr(_emitting, "kind", None) or self._kind
        if kind == OUT:
            return super().write(data)
        os.write(self.fileno(), b"".join([_MARK.format(kind).encode(), data, _END]))
        return len(data)


def mark_log_records() -> None:
    """Has every StreamHandler tell the level of what it writes; its own formatting, stream and filters stay.

    No handler is added, so that nothing is printed twice and what is silent stays silent.
    """
    emit = logging.StreamHandler.emit

    def emit_marked(self: logging.StreamHandler[Any], record: logging.LogRecord) -> None:
        _emitting.kind = next((kind for least, kind in _LEVELS if record.levelno >= least), "d")
        try:
            emit(self, record)
        finally:
            _emitting.kind = None

    logging.StreamHandler.emit = emit_marked  # type: ignore[assignment,method-assign]
