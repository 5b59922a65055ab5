"""Limits requests in time that Ray itself doesn't limit."""

from __future__ import annotations

import queue
import threading
from collections.abc import Callable
from typing import Any, TypeVar

T = TypeVar("T")


def silence_of(error: Exception, seconds: float) -> str:
    """Return what an actor or a task has done instead of answering, for a sentence about it."""
    # Ray's error of a task that has failed. Its own text is a traceback.
    cause = getattr(error, "cause", None)
    if isinstance(cause, Exception):
        return f"has failed ({type(cause).__name__}: {cause})"
    if isinstance(error, TimeoutError):
        return f"has not answered within {seconds:g} seconds"
    # Ray's other messages go on with lists of possible causes.
    return f"has not answered ({type(error).__name__})"


def within(seconds: float, ask: Callable[[], T]) -> T:
    """Return the answer of `ask`, which runs on a thread of its own. Raises its error, or TimeoutError."""
    answers: queue.Queue[Any] = queue.Queue()

    def run() -> None:
        try:
            answers.put((ask(), None))
        except Exception as error:
            answers.put((None, error))

    threading.Thread(target=run, daemon=True).start()
    try:
        answer, error = answers.get(timeout=seconds)
    except queue.Empty:
        raise TimeoutError(f"no answer within {seconds:g} seconds") from None
    if error is not None:
        raise error
    return answer  # type: ignore[no-any-return]
