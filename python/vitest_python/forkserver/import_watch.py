"""Tells which module is being executed, so that threads and descriptors can be traced to the module that made them."""

from __future__ import annotations

import sys
from collections.abc import Callable
from importlib.machinery import ExtensionFileLoader, SourceFileLoader, SourcelessFileLoader
from types import FrameType
from typing import Any, NamedTuple

# Python removes frames with this file name from tracebacks, together with the rest of its import machinery.
_IMPORT_MACHINERY = "<frozen importlib._bootstrap_external>"
_WATCHED = (
    (SourceFileLoader, "exec_module"),
    (SourcelessFileLoader, "exec_module"),
    (ExtensionFileLoader, "create_module"),
    (ExtensionFileLoader, "exec_module"),
)


class Origin(NamedTuple):
    """The place in the user's program that made something during an import."""

    module: str
    """The innermost module that was being executed, except those of the standard library. Often a library's."""
    users: tuple[tuple[str, str], ...]
    """The user's modules that were being executed, outermost first: name and file."""


NOWHERE = Origin("", ())


class ImportWatch:
    """A context manager that keeps the stack of modules that are being executed."""

    def __init__(
        self, is_users: Callable[[object], bool], before: Callable[[str], None], after: Callable[[Origin], None]
    ) -> None:
        """Create the watch, which starts when it is entered.

        Args:
            is_users: Returns whether a file is the user's own.
            before: Called before each module is executed, with its name.
            after: Called after each module, with the origin of everything that is new since the last call.
        """
        self.is_users = is_users
        self._before = before
        self._after = after
        self._stack: list[tuple[str, str]] = []
        self._originals: list[tuple[Any, str, Any]] = []

    def origin(self) -> Origin:
        """Return the origin of everything that is made at this moment."""
        users = tuple(entry for entry in self._stack if self.is_users(entry[1]))
        modules = (name for name, _ in reversed(self._stack) if name.partition(".")[0] not in sys.stdlib_module_names)
        return Origin(next(modules, ""), users)

    def registering(self, frame: FrameType | None) -> Origin | None:
        """Return the origin of a call in `frame` if the user's code caused it; None if a library's own import did.

        The innermost frame at the top level of a module decides, because the call is part of that module's import.
        """
        while frame is not None and frame.f_code.co_name != "<module>":
            if self.is_users(frame.f_code.co_filename):
                return self.origin()
            frame = frame.f_back
        return self.origin() if frame is not None and self.is_users(frame.f_code.co_filename) else None

    def __enter__(self) -> None:
        """Start watching."""
        for loader, name in _WATCHED:
            self._originals.append((loader, name, vars(loader).get(name)))
            setattr(loader, name, self._wrap(getattr(loader, name)))

    def __exit__(self, *_: object) -> None:
        """Stop watching."""
        for loader, name, original in self._originals:
            if original is None:
                delattr(loader, name)
            else:
                setattr(loader, name, original)

    def _wrap(self, original: Callable[[Any, Any], Any]) -> Callable[[Any, Any], Any]:
        def execute(loader: Any, module: Any) -> Any:
            name = getattr(module, "__name__", None) or module.name
            self._before(name)
            self._stack.append((name, str(getattr(loader, "path", ""))))
            try:
                return original(loader, module)
            finally:
                self._after(self.origin())
                self._stack.pop()

        execute.__code__ = execute.__code__.replace(co_filename=_IMPORT_MACHINERY)
        return execute


def caller(depth: int = 2) -> FrameType:
    """Return the frame of the caller's caller."""
    return sys._getframe(depth)
