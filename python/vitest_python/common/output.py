"""Output of which nothing is lost, however the process ends."""

from __future__ import annotations

import faulthandler
import io
import os
import sys

from ..posix.spawn import redirect_output
from .marked import ERROR, OUT, MarkedFile, mark_log_records


def write_through() -> None:
    """Replaces standard output and error by unbuffered ones, as `python -u` would.

    Done before any module of the user is imported: a logging handler keeps the stream that it found.
    """
    sys.stdout = sys.__stdout__ = _unbuffered(1, OUT)  # type: ignore[misc]
    sys.stderr = sys.__stderr__ = _unbuffered(2, ERROR)  # type: ignore[misc]
    mark_log_records()
    # By descriptor: after a fork the same numbers lead to the worker's own log.
    # The thread that crashed is the user's; the others are gRPC's.
    faulthandler.enable(2, all_threads=False)


def _unbuffered(fd: int, kind: str) -> io.TextIOWrapper:
    raw = MarkedFile(fd, kind)
    stream = io.TextIOWrapper(raw, "utf-8", "backslashreplace", newline="\n", write_through=True)  # type: ignore[arg-type,unused-ignore]
    stream.mode = "w"  # type: ignore[misc,unused-ignore]
    return stream


def log_to(path: str) -> None:
    """Sends whatever is printed from now on, by whomever in this process, to the end of `path`."""
    os.makedirs(os.path.dirname(path), mode=0o700, exist_ok=True)
    redirect_output(path)
