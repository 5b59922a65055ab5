"""Describes an exception for the test: its type, message, arguments, frames of the user's code, and causes."""

from __future__ import annotations

import traceback
from typing import Any

import ormsgpack

from .._gen.bridge_pb2 import PythonFailure
from ..common.bounded import MAX_REPR_CHARS, bounded, safe_text
from ..errors import JavaScriptError
from ..values import encode
from ..values.type_name import type_name
from .frames import describe_frames, is_ours

_MAX_EXCEPTIONS = 100
"""Of one failure, including its causes, the members of its groups, and theirs."""
_MAX_DEPTH = 20
_MAX_ITEMS = 100
"""Arguments of one exception, and notes of one exception."""
_MAX_ARGUMENT_BYTES = 100_000
"""Of a larger argument, the beginning of its repr is sent."""
_MAX_TRACEBACK_CHARS = 100_000


def describe(error: BaseException) -> PythonFailure:
    """Return the PythonFailure of proto/, without our own frames. Never raises."""
    try:
        printed = _printed(error)
        failure = _Description().of(error, printed, 0)
        failure.traceback = _text(printed)
    except Exception as problem:
        failure = _bare(error)
        reason = safe_text(problem, "message")
        failure.notes.append(f"its traceback cannot be shown: {type(problem).__name__}: {reason}")
    return failure


def describe_start(error: BaseException, module: str | None = None) -> dict[str, Any]:
    """Return the `failure` of a `failed` line (docs/protocol.md). `module` is the one whose import has failed."""
    return {
        "type": type_name(type(error)),
        "message": safe_text(error, "message"),
        "traceback": print_traceback(error),
        "module": module,
    }


def print_traceback(error: BaseException) -> str:
    """Return the traceback as Python prints it, without our own frames."""
    return _text(_printed(error))


class _Description:
    """Walks an exception, its causes and its groups along with Python's TracebackException, which stops at cycles."""

    def __init__(self) -> None:
        self._left = _MAX_EXCEPTIONS

    def of(self, error: BaseException, printed: traceback.TracebackException, depth: int) -> PythonFailure:
        self._left -= 1
        failure = _bare(error)
        failure.frames.extend(describe_frames(error, printed.stack))
        failure.notes.extend(_notes(error))
        failure.arguments = _arguments(error.args)
        accounts = getattr(printed, "exceptions", None) or ()
        for member, account in zip(getattr(error, "exceptions", ()), accounts, strict=False):
            if self._has_room(depth):
                failure.group.append(self.of(member, account, depth + 1))
        cause, account = _cause(error, printed)
        if cause is not None and account is not None and self._has_room(depth):
            failure.cause.CopyFrom(self.of(cause, account, depth + 1))
        return failure

    def _has_room(self, depth: int) -> bool:
        return self._left > 0 and depth < _MAX_DEPTH


def _bare(error: BaseException) -> PythonFailure:
    kind = type(error)
    return PythonFailure(
        type=type_name(kind),
        message=safe_text(error, "message"),
        callback=error.callback if isinstance(error, JavaScriptError) else 0,
        bases=[type_name(base) for base in kind.__mro__[1:] if base is not object],
    )


def _cause(
    error: BaseException, printed: traceback.TracebackException
) -> tuple[BaseException | None, traceback.TracebackException | None]:
    if error.__cause__ is not None:
        return error.__cause__, printed.__cause__
    return (None, None) if error.__suppress_context__ else (error.__context__, printed.__context__)


def _notes(error: BaseException) -> list[str]:
    notes = getattr(error, "__notes__", [])
    return [safe_text(note, "note") for note in notes[:_MAX_ITEMS]] if isinstance(notes, (list, tuple)) else []


def _arguments(arguments: tuple[Any, ...]) -> bytes:
    count = min(len(arguments), _MAX_ITEMS)
    return b"".join([b"\xdc", count.to_bytes(2, "big"), *map(_argument, arguments[:count])])


def _argument(argument: object) -> bytes:
    try:
        encoded = encode(argument)
        if len(encoded) <= _MAX_ARGUMENT_BYTES:
            return encoded
    except Exception:
        pass  # an argument that can't be sent must not hide the exception itself
    return ormsgpack.packb(safe_text(argument, "repr", repr, MAX_REPR_CHARS))


def _printed(error: BaseException) -> traceback.TracebackException:
    printed = traceback.TracebackException.from_exception(error)
    trimmed: set[int] = set()
    waiting: list[traceback.TracebackException | None] = [printed]
    while waiting:
        one = waiting.pop()
        if one is None or id(one) in trimmed:
            continue
        trimmed.add(id(one))
        one.stack[:] = [frame for frame in one.stack if not is_ours(frame.filename)]
        waiting += [one.__cause__, one.__context__, *(getattr(one, "exceptions", None) or [])]
    return printed


def _text(printed: traceback.TracebackException) -> str:
    return bounded("".join(printed.format()), _MAX_TRACEBACK_CHARS)
