"""`breakpoint()`: Python's own debugger needs a terminal, and a worker has none."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable
from types import FrameType
from typing import Any

_stop: Callable[[], bool] | None = None
_said: set[tuple[str, int]] = set()


def explain_breakpoints(stop: Callable[[], bool] | None = None) -> None:
    """Have `breakpoint()` stop in an attached debugger, or else say how to attach one.

    Does nothing if the user or a library has chosen another hook.

    Args:
        stop: Stops in the debugger, or returns False if none is attached.
    """
    global _stop
    _stop = stop
    if sys.breakpointhook is sys.__breakpointhook__:
        sys.breakpointhook = _breakpoint


def _breakpoint(*arguments: Any, **keywords: Any) -> Any:
    if os.environ.get("PYTHONBREAKPOINT"):
        return sys.__breakpointhook__(*arguments, **keywords)
    if _stop is None or not _stop():
        _explain(sys._getframe(1))
    return None


def _explain(frame: FrameType) -> None:
    place = (frame.f_code.co_filename, frame.f_lineno)
    if place not in _said:
        _said.add(place)
        print(
            f"{place[0]}:{place[1]}: breakpoint() did not stop, because no debugger is attached. To stop here, run the "
            "tests with VITEST_PYTHON_DEBUG=1, and attach your editor to the port that they print.",
            file=sys.stderr,
        )
