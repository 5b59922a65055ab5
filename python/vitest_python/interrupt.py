"""SIGINT in a worker: it interrupts the user's code, and nothing else.

Raised anywhere else, KeyboardInterrupt would lose the piece of work that was just taken from the queue, and whoever
waits for its answer would wait for ever.
"""

from __future__ import annotations

import signal
from types import FrameType

in_user_code = False
"""Set on the main thread while it runs a function of the user."""


def interrupt_only_user_code() -> None:
    """Called on the main thread, as early as possible."""
    signal.signal(signal.SIGINT, _interrupt)


def _interrupt(_number: int, _frame: FrameType | None) -> None:
    if in_user_code:
        raise KeyboardInterrupt
