"""Limits the length of an exception's texts, so that one error doesn't fill a terminal or a message."""

from __future__ import annotations

from collections.abc import Callable

MAX_TEXT_CHARS = 20_000
"""Of a message, a note, or one line of a traceback. The rest is counted, but not sent."""
MAX_REPR_CHARS = 1_000
"""Of the repr that replaces an argument that can't be sent."""


def bounded(text: str, limit: int = MAX_TEXT_CHARS) -> str:
    """Cut the text if it is too long, and escape lone surrogates, which protobuf refuses."""
    if len(text) > limit:
        text = f"{text[:limit]}… ({len(text) - limit:,} more characters)"
    return text.encode("utf-8", "backslashreplace").decode("utf-8")


def safe_text(value: object, what: str, convert: Callable[[object], str] = str, limit: int = MAX_TEXT_CHARS) -> str:
    """Convert a value by the user's own code. If that raises, the text names the error instead."""
    try:
        return bounded(convert(value), limit)
    except Exception as problem:
        return f"<{type(problem).__name__} while its {what} was made>"
