"""Marks output by stream and log level, so that one log keeps everything in order and the runner can tell it apart."""

from __future__ import annotations

import io
import logging
import os
import threading
from typing import Any

# An escape sequence that terminals ignore, so that you can read a log as it is.
_MARK = "\x1b_vp;{}\x1b\\"
OUT, ERROR = "o", "e"
_END = _MARK.format(OUT).encode()
_LEVELS = ((logging.ERROR, ERROR), (logging.WARNING, "w"), (logging.INFO, "i"))

_emitting = threading.local()


class MarkedFile(io.FileIO):
    """Writes to descriptor `fd`, each write in one piece, and between marks if it isn't plain output.

    Native code and subprocesses write to the descriptor without marks, and their output counts as plain.
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
    """Have every StreamHandler mark its records with their level. Formatting, streams and filters stay the same.

    No handler is added, so no record is printed twice or against the user's settings.
    """
    emit = logging.StreamHandler.emit

    def emit_marked(self: logging.StreamHandler[Any], record: logging.LogRecord) -> None:
        _emitting.kind = next((kind for least, kind in _LEVELS if record.levelno >= least), "d")
        try:
            emit(self, record)
        finally:
            _emitting.kind = None

    logging.StreamHandler.emit = emit_marked  # type: ignore[assignment,method-assign]
