"""The time limit that a function sets for its calls by `@tool(timeout=…)`."""

from __future__ import annotations

import threading
from collections.abc import Callable

# A coroutine that ignores its cancellation for this long is interrupted.
INTERRUPT_AFTER_SECONDS = 0.25


class TimeLimit:
    """Cancels a call when its time is up, and once more if it goes on."""

    def __init__(self, seconds: float, cancel: Callable[[], None]) -> None:
        self.seconds = seconds
        self.passed = False
        self._cancel = cancel
        self._ended = threading.Event()
        threading.Thread(target=self._watch, name="time limit", daemon=True).start()

    def end(self) -> None:
        """Stop watching, because the call has ended."""
        self._ended.set()

    def _watch(self) -> None:
        if self._ended.wait(self.seconds):
            return
        self.passed = True
        self._cancel()
        if not self._ended.wait(INTERRUPT_AFTER_SECONDS):
            self._cancel()
