"""The frames of the user's code in which an exception was raised."""

from __future__ import annotations

import linecache
import os
import traceback
from collections.abc import Iterator
from itertools import groupby

from .._gen.bridge_pb2 import Frame
from ..common.bounded import bounded

_OURS = os.path.dirname(os.path.dirname(os.path.abspath(__file__))) + os.sep
_MAIN = os.path.join(os.path.dirname(_OURS.rstrip(os.sep)), "__main__.py")
# Of a deeper stack, the first and the last frames are sent: a recursion through several functions isn't folded.
_MAX_FRAMES = 100
# Python's own tracebacks show a repeated line this often.
_MAX_REPEATED = 3
_MAX_LINE_CHARS = 1_000


def is_ours(file: str) -> bool:
    """Return whether the file is part of this package or of Python's import system, so not the user's."""
    return (
        file.startswith((_OURS, "<frozen importlib", "<frozen runpy"))
        or file in (_MAIN, "<stdin>")
        or file.endswith(("/importlib/__init__.py", "/importlib/_bootstrap.py"))
    )


def describe_frames(error: BaseException, stack: traceback.StackSummary) -> list[Frame]:
    """Return the frames, outermost first. The place of a SyntaxError is added as the innermost one."""
    frames = [*_folded(frame for frame in stack if not is_ours(frame.filename)), *_place_of_syntax_error(error)]
    half = _MAX_FRAMES // 2
    return frames if len(frames) <= _MAX_FRAMES else frames[:half] + frames[-half:]


def _folded(stack: Iterator[traceback.FrameSummary]) -> Iterator[Frame]:
    for _, equal in groupby(stack, lambda frame: (frame.filename, frame.lineno, frame.name)):
        run = list(equal)
        shown = [_frame(frame) for frame in run[:_MAX_REPEATED]]
        shown[-1].repeated = len(run) - len(shown)
        yield from shown


def _frame(frame: traceback.FrameSummary) -> Frame:
    source = linecache.getline(frame.filename, frame.lineno or 0).rstrip() or frame.line or ""
    return Frame(
        file=bounded(frame.filename),
        line=frame.lineno or 0,
        column=_column(frame),
        function=bounded(frame.name),
        source=bounded(source, _MAX_LINE_CHARS),
    )


def _place_of_syntax_error(error: BaseException) -> list[Frame]:
    if not isinstance(error, SyntaxError) or not isinstance(error.filename, str) or not error.lineno:
        return []
    place = Frame(
        file=bounded(error.filename),
        line=error.lineno,
        column=max(0, error.offset or 0),
        function="<module>",
        source=bounded((error.text or "").rstrip(), _MAX_LINE_CHARS),
    )
    return [place]


def _column(frame: traceback.FrameSummary) -> int:
    """Return the column in characters, 1-based. Python counts bytes of UTF-8 from 0."""
    offset: int | None = getattr(frame, "colno", None)
    if offset is None:
        return 0
    original: str = getattr(frame, "_original_line", None) or getattr(frame, "_original_lines", None) or ""
    return len(original.encode("utf-8", "replace")[:offset].decode("utf-8", "replace")) + 1 if original else offset + 1
