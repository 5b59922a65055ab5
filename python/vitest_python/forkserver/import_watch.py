"""Tells which module is being executed, so that threads and descriptors can be traced to the module that made them."""

from __future__ import annotations

import sys
from collections.abc import Callable
from importlib.machinery import ExtensionFileLoader, SourceFileLoader, SourcelessFileLoader
from types import FrameType
from typing import Any, NamedTuple

# Frames of this name are cut out of tracebacks by Python itself, with the rest of its import machinery.
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
    """The innermost module that was being executed, beside those of the standard library; often one of a library."""
    users: tuple[tuple[str, str], ...]
    """The user's modules that were being executed, outermost first: name and file."""


NOWHERE = Origin("", ())


class ImportWatch:
    """Keeps the stack of modules that are being executed. A context manager: watches while it is entered."""

    def __init__(self, is_users: Callable[[object], bool], after: Callable[[Origin], None]) -> None:
        """Calls `after` each time that a module has been executed, with the origin of what is new since the last call.

        Args:
            is_users: whether a file is the user's own.
        """
        self.is_users = is_users
        self._after = after
        self._stack: list[tuple[str, str]] = []
        self._originals: list[tuple[Any, str, Any]] = []

    def origin(self) -> Origin:
        """The origin of what is made now."""
        users = tuple(entry for entry in self._stack if self.is_users(entry[1]))
        modules = (name for name, _ in reversed(self._stack) if name.partition(".")[0] not in sys.stdlib_module_names)
        return Origin(next(modules, ""), users)

    def registering(self, frame: FrameType | None) -> Origin | None:
        """The origin of a call in `frame`, if the user's code caused it; None if a library's own import did.

        The innermost frame of a module's top level decides: it tells whose import the call is part of.
        """
        while frame is not None and frame.f_code.co_name != "<module>":
            if self.is_users(frame.f_code.co_filename):
                return self.origin()
            frame = frame.f_back
        return self.origin() if frame is not None and self.is_users(frame.f_code.co_filename) else None

    def __enter__(self) -> None:
        """Begins to watch."""
        for loader, name in _WATCHED:
            self._originals.append((loader, name, vars(loader).get(name)))
            setattr(loader, name, self._wrap(getattr(loader, name)))

    def __exit__(self, *_: object) -> None:
        """Ends it."""
        for loader, name, original in self._originals:
            if original is None:
                delattr(loader, name)
            else:
                setattr(loader, name, original)

    def _wrap(self, original: Callable[[Any, Any], Any]) -> Callable[[Any, Any], Any]:
        def execute(loader: Any, module: Any) -> Any:
            self._stack.append((getattr(module, "__name__", None) or module.name, str(getattr(loader, "path", ""))))
            try:
                return original(loader, module)
            finally:
                self._after(self.origin())
                self._stack.pop()

        execute.__code__ = execute.__code__.replace(co_filename=_IMPORT_MACHINERY)
        return execute


def caller(depth: int = 2) -> FrameType:
    """The frame that called the function which calls this one."""
    return sys._getframe(depth)
