"""Clears the user's modules, as Python does at its end, so that `__del__` runs and files are flushed."""

from __future__ import annotations

import sys
import threading
from itertools import takewhile
from pathlib import Path
from types import BuiltinFunctionType, FunctionType, ModuleType

from .sources import Sources

_STAY = (ModuleType, FunctionType, BuiltinFunctionType, type, str, bytes, int, float, Path)
# Modules that another thread imports at the same moment make a look fail.
_LOOKS = 10


class UsersModules:
    """The user's modules, so that they can be cleared at the end of this process or of a fork of it."""

    def __init__(self, sources: Sources) -> None:
        """Args: sources: which files are the user's."""
        self._sources = sources
        self._known: list[str] = []
        self._last: str | None = None

    def note(self) -> None:
        """Find those that are loaded now. A fork copies a page of memory for nearly every module that it looks at."""
        self._known = [name for name, module in list(sys.modules.items()) if self._sources.file_of(module)]
        self._last = next(reversed(sys.modules))

    def clear(self) -> None:
        """Clear them, those imported last first. Only `__del__` methods may run afterwards."""
        # Python ends daemon threads before it clears modules. Here they go on for a moment, and fail.
        threading.excepthook = _ignore
        for module in [*self._later(), *map(sys.modules.get, reversed(self._known))]:
            if module is not None and self._sources.file_of(module):
                _clear(module)

    def _later(self) -> list[ModuleType]:
        """The modules that were loaded after `note`, the newest first; all if there was none."""
        for _ in range(_LOOKS):
            try:
                return [module for _, module in takewhile(self._is_later, reversed(sys.modules.items()))]
            except RuntimeError:
                pass
        return list(sys.modules.values())[::-1]

    def _is_later(self, item: tuple[str, ModuleType]) -> bool:
        return item[0] != self._last


def _clear(module: ModuleType) -> None:
    # A `__del__` may need functions, classes and constants, so those stay. The newest object goes first.
    for name in reversed(list(vars(module))):
        if not isinstance(vars(module)[name], _STAY) and not name.startswith("__"):
            vars(module)[name] = None


def _ignore(_: object) -> None:
    pass
