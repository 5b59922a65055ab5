"""Unbuffered output, so that none is lost if the process is killed."""

from __future__ import annotations

import faulthandler
import io
import os
import sys

from ..posix.spawn import redirect_output
from .marked import ERROR, OUT, MarkedFile, mark_log_records


def write_through() -> None:
    """Replace standard output and error by unbuffered ones, as `python -u` would.

    Call this before importing the user's modules, because logging handlers keep the stream that they find.
    """
    sys.stdout = sys.__stdout__ = _unbuffered(1, OUT)  # type: ignore[misc]
    sys.stderr = sys.__stderr__ = _unbuffered(2, ERROR)  # type: ignore[misc]
    mark_log_records()
    # By descriptor, because after a fork the same number leads to the worker's own log.
    # Only the thread that crashed: it is the user's, and the others are ours.
    faulthandler.enable(2, all_threads=False)


def _unbuffered(fd: int, kind: str) -> io.TextIOWrapper:
    raw = MarkedFile(fd, kind)
    stream = io.TextIOWrapper(raw, "utf-8", "backslashreplace", newline="\n", write_through=True)  # type: ignore[arg-type,unused-ignore]
    stream.mode = "w"  # type: ignore[misc,unused-ignore]
    return stream


def log_to(path: str) -> None:
    """Append everything that this process prints from now on to `path`."""
    os.makedirs(os.path.dirname(path), mode=0o700, exist_ok=True)
    redirect_output(path)
