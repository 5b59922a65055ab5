"""An exception as another language can show it: type, message, where in the user's code, and why."""

from __future__ import annotations

import linecache
import os
import traceback
from typing import Any

from ._gen.bridge_pb2 import Frame, PythonFailure

_OURS = os.path.dirname(os.path.abspath(__file__)) + os.sep
_MAIN = os.path.join(os.path.dirname(_OURS.rstrip(os.sep)), "__main__.py")
# A runaway recursion: both ends tell the story.
_MOST_FRAMES = 100
_LONGEST_CHAIN = 20


def describe(error: BaseException) -> PythonFailure:
    """The message of proto/, without the frames that only called the user's code."""
    return _describe(error, set(), outermost=True)


def describe_import(error: BaseException, module: str) -> dict[str, Any]:
    """The `failure` of a `failed` line in docs/handshake.md."""
    return {
        "type": type_name(type(error)),
        "message": _message(error),
        "traceback": print_traceback(error),
        "module": module,
    }


def type_name(kind: type) -> str:
    """Qualified name; a built-in's without its module, as Python prints it."""
    return kind.__qualname__ if kind.__module__ in ("builtins", None) else f"{kind.__module__}.{kind.__qualname__}"


def print_traceback(error: BaseException) -> str:
    """As Python prints it, without our frames."""
    printed = traceback.TracebackException.from_exception(error)
    _trim(printed)
    return _clean("".join(printed.format()))


def _describe(error: BaseException, seen: set[int], outermost: bool) -> PythonFailure:
    seen.add(id(error))
    failure = PythonFailure(
        type=type_name(type(error)),
        message=_message(error),
        frames=_frames(error),
        notes=[_clean(str(note)) for note in _notes(error)],
        traceback=print_traceback(error) if outermost else "",
    )
    cause = error.__cause__ or (None if error.__suppress_context__ else error.__context__)
    if cause is not None and id(cause) not in seen and len(seen) < _LONGEST_CHAIN:
        failure.cause.CopyFrom(_describe(cause, seen, outermost=False))
    return failure


def _message(error: BaseException) -> str:
    try:
        return _clean(str(error))
    except Exception as problem:
        return f"<{type(problem).__name__} while its message was made>"


def _notes(error: BaseException) -> list[object]:
    notes = getattr(error, "__notes__", [])
    return list(notes) if isinstance(notes, (list, tuple)) else []


def _clean(text: str) -> str:
    """Protobuf takes no lone surrogates, which file names and decoding errors bring."""
    return text.encode("utf-8", "backslashreplace").decode("utf-8")


def _frames(error: BaseException) -> list[Frame]:
    extracted = traceback.TracebackException.from_exception(error).stack
    stack = [frame for frame in extracted if not _is_ours(frame.filename)]
    if len(stack) > _MOST_FRAMES:
        stack = stack[: _MOST_FRAMES // 2] + stack[-_MOST_FRAMES // 2 :]
    return [
        Frame(
            file=_clean(frame.filename),
            line=frame.lineno or 0,
            column=_column(frame),
            function=_clean(frame.name),
            source=_clean(linecache.getline(frame.filename, frame.lineno or 0).rstrip() or frame.line or ""),
        )
        for frame in stack
    ]


def _column(frame: traceback.FrameSummary) -> int:
    """1-based, counted in characters; Python counts bytes of UTF-8 from 0."""
    offset: int | None = getattr(frame, "colno", None)
    if offset is None:
        return 0
    original: str = getattr(frame, "_original_line", None) or getattr(frame, "_original_lines", None) or ""
    return len(original.encode("utf-8", "replace")[:offset].decode("utf-8", "replace")) + 1 if original else offset + 1


def _trim(printed: traceback.TracebackException) -> None:
    trimmed: set[int] = set()
    waiting: list[traceback.TracebackException | None] = [printed]
    while waiting:
        one = waiting.pop()
        if one is None or id(one) in trimmed:
            continue
        trimmed.add(id(one))
        one.stack[:] = [frame for frame in one.stack if not _is_ours(frame.filename)]
        waiting += [one.__cause__, one.__context__, *(getattr(one, "exceptions", None) or [])]


def _is_ours(file: str) -> bool:
    return (
        file.startswith((_OURS, "<frozen importlib", "<frozen runpy"))
        or file == _MAIN
        or file.endswith(("/importlib/__init__.py", "/importlib/_bootstrap.py"))
    )
