"""Texts of an exception, as long as a reader bears: one error must not fill a terminal or a frame."""

from __future__ import annotations

from collections.abc import Callable

LONGEST_TEXT = 20_000
"""Characters of a message, of a note, or of a traceback's one line; the rest is counted, not sent."""
LONGEST_REPR = 1_000
"""Characters of the repr that stands for an argument which cannot be sent."""


def bounded(text: str, longest: int = LONGEST_TEXT) -> str:
    """The text, cut with a word about what is missing, and without lone surrogates, which protobuf refuses."""
    if len(text) > longest:
        text = f"{text[:longest]}… ({len(text) - longest:,} more characters)"
    return text.encode("utf-8", "backslashreplace").decode("utf-8")


def safe_text(value: object, what: str, convert: Callable[[object], str] = str, longest: int = LONGEST_TEXT) -> str:
    """What the user's own code makes of a value, bounded; where that code raises, a word about it."""
    try:
        return bounded(convert(value), longest)
    except Exception as problem:
        return f"<{type(problem).__name__} while its {what} was made>"
