"""Clears the user's modules, as Python does at its end, so that `__del__` runs and files are flushed."""

from __future__ import annotations

import sys
import threading
from pathlib import Path
from types import BuiltinFunctionType, FunctionType, ModuleType

from .sources import Sources

_STAY = (ModuleType, FunctionType, BuiltinFunctionType, type, str, bytes, int, float, Path)


def clear_modules(sources: Sources) -> None:
    """Clear the user's modules, those imported last first. Only `__del__` methods may run afterwards."""
    # Python ends daemon threads before it clears modules. Here they go on for a moment, and fail.
    threading.excepthook = _ignore
    for module in reversed(list(sys.modules.values())):
        if sources.file_of(module):
            _clear(module)


def _clear(module: ModuleType) -> None:
    # A `__del__` may need functions, classes and constants, so those stay. The newest object goes first.
    for name in reversed(list(vars(module))):
        if not isinstance(vars(module)[name], _STAY) and not name.startswith("__"):
            vars(module)[name] = None


def _ignore(_: object) -> None:
    pass
