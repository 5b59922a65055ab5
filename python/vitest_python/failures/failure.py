"""An exception as another language can show it: type, message, arguments, where in the user's code, and why."""

from __future__ import annotations

import traceback
from typing import Any

import ormsgpack

from .._gen.bridge_pb2 import PythonFailure
from ..common.bounded import LONGEST_REPR, bounded, safe_text
from ..errors import JavaScriptError
from ..values import encode
from ..values.type_name import type_name
from .frames import describe_frames, is_ours

_MOST_EXCEPTIONS = 100
"""Of all that belong to one failure: its causes, the members of its groups, and theirs."""
_DEEPEST = 20
_MOST_PARTS = 100
"""Arguments, and notes, of one exception."""
_LARGEST_ARGUMENT = 100_000
"""Bytes; a larger one is sent as the beginning of its repr."""
_LONGEST_TRACEBACK = 100_000


def describe(error: BaseException) -> PythonFailure:
    """The message of proto/, without the frames that only called the user's code. Raises nothing."""
    try:
        printed = _printed(error)
        failure = _Description().of(error, printed, 0)
        failure.traceback = _text(printed)
    except Exception as problem:
        failure = _bare(error)
        reason = safe_text(problem, "message")
        failure.notes.append(f"its traceback cannot be shown: {type(problem).__name__}: {reason}")
    return failure


def describe_import(error: BaseException, module: str) -> dict[str, Any]:
    """The `failure` of a `failed` line in docs/protocol.md."""
    return {
        "type": type_name(type(error)),
        "message": safe_text(error, "message"),
        "traceback": print_traceback(error),
        "module": module,
    }


def print_traceback(error: BaseException) -> str:
    """As Python prints it, without our frames."""
    return _text(_printed(error))


class _Description:
    """Walks an exception and all that belong to it beside Python's own account of them, which stops at cycles."""

    def __init__(self) -> None:
        self._left = _MOST_EXCEPTIONS

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
        return self._left > 0 and depth < _DEEPEST


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
    return [safe_text(note, "note") for note in notes[:_MOST_PARTS]] if isinstance(notes, (list, tuple)) else []


def _arguments(arguments: tuple[Any, ...]) -> bytes:
    count = min(len(arguments), _MOST_PARTS)
    return b"".join([b"\xdc", count.to_bytes(2, "big"), *map(_argument, arguments[:count])])


def _argument(argument: object) -> bytes:
    try:
        encoded = encode(argument)
        if len(encoded) <= _LARGEST_ARGUMENT:
            return encoded
    except Exception:
        pass  # the exception itself is what the caller is to learn, not that a part of it has no counterpart
    return ormsgpack.packb(safe_text(argument, "repr", repr, LONGEST_REPR))


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
    return bounded("".join(printed.format()), _LONGEST_TRACEBACK)
