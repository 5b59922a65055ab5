"""The result of a task, with the traceback of its coroutine even if it was cancelled."""

from __future__ import annotations

import asyncio
import sys
from typing import Any


def result_of(task: asyncio.Future[Any]) -> Any:
    """Return the result of a task that is done, or raise its exception.

    Python 3.10 raises a new CancelledError without the frames of the coroutine, and the original is its context.
    """
    try:
        return task.result()
    except asyncio.CancelledError as error:
        original = error.__context__
        if sys.version_info >= (3, 11) or not isinstance(original, asyncio.CancelledError):
            raise
    raise original
