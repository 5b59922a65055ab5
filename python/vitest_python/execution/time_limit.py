"""The time limit that a function sets for its own calls."""

from __future__ import annotations

import threading
from collections.abc import Callable

# Seconds after which a coroutine that does not react to its cancellation is interrupted.
INSIST_AFTER = 0.25


class TimeLimit:
    """Asks a call to end when its time is up, and once more where it goes on."""

    def __init__(self, seconds: float, cancel: Callable[[], None]) -> None:
        self.seconds = seconds
        self.passed = False
        self._cancel = cancel
        self._ended = threading.Event()
        threading.Thread(target=self._watch, name="time limit", daemon=True).start()

    def end(self) -> None:
        """The call has ended."""
        self._ended.set()

    def _watch(self) -> None:
        if self._ended.wait(self.seconds):
            return
        self.passed = True
        self._cancel()
        if not self._ended.wait(INSIST_AFTER):
            self._cancel()
