"""Lets go of what modules hold, as Python does at its end: `__del__` runs, and files are written."""

from __future__ import annotations

import sys
import threading
from pathlib import Path
from types import BuiltinFunctionType, FunctionType, ModuleType

from .sources import Sources

_STAY = (ModuleType, FunctionType, BuiltinFunctionType, type, str, bytes, int, float, Path)


def clear_modules(sources: Sources) -> None:
    """Lets go of what the user's modules hold, the last that was imported first. Only `__del__` runs after it."""
    # Python ends its daemon threads before; ours go on for a moment, and find their modules empty.
    threading.excepthook = _ignore
    for module in reversed(list(sys.modules.values())):
        if sources.file_of(module):
            _clear(module)


def _clear(module: ModuleType) -> None:
    # A `__del__` may need functions, classes and constants. The object that was made last goes first.
    for name in reversed(list(vars(module))):
        if not isinstance(vars(module)[name], _STAY) and not name.startswith("__"):
            vars(module)[name] = None


def _ignore(_: object) -> None:
    pass
