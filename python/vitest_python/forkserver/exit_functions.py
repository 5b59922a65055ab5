"""Exit functions and finalizers of imported modules run once, in the process that imported them.

A fork copies them into every worker. There, they would remove a directory or close a connection that all workers share.
Those of libraries stay, because multiprocessing, concurrent.futures and loky need them to end a worker's own processes.
"""

from __future__ import annotations

import atexit
import gc
import io
import os
import sysconfig
import threading
import weakref
from collections.abc import Callable
from types import FunctionType
from typing import Any

from .import_watch import ImportWatch, Origin, caller

_STANDARD_LIBRARY = os.path.join(sysconfig.get_path("stdlib"), "")
_PACKAGES = (sysconfig.get_path("purelib"), sysconfig.get_path("platlib"))


class ExitFunctions:
    """While entered, watches registrations of exit functions, and keeps those from running in other processes."""

    def __init__(self, watch: ImportWatch) -> None:
        self._watch = watch
        self._originals: list[tuple[Any, str, Any]] = []
        self.fork_hooks: list[Origin] = []
        """The user's modules that have registered a function to run in every child."""

    def __enter__(self) -> None:
        """Start watching."""
        self._replace(atexit, "register", self._guard_registration)
        self._replace(threading, "_register_atexit", self._guard_registration)
        self._replace(os, "register_at_fork", self._note_hooks)

    def __exit__(self, *_: object) -> None:
        """Stop watching."""
        for module, name, original in self._originals:
            setattr(module, name, original)

    def _replace(self, module: Any, name: str, wrap: Callable[[Any], Any]) -> None:
        original = getattr(module, name)
        self._originals.append((module, name, original))
        wrapper = wrap(original)
        wrapper.__name__ = wrapper.__qualname__ = name
        wrapper.__doc__ = original.__doc__
        setattr(module, name, wrapper)

    def _guard_registration(self, original: Callable[..., Any]) -> Callable[..., Any]:
        importing = os.getpid()

        def register(function: Callable[..., Any], /, *arguments: Any, **keywords: Any) -> Callable[..., Any]:
            if os.getpid() == importing and self._is_users(function, arguments or keywords):
                original(OnlyHere(function), *arguments, **keywords)
            else:
                original(function, *arguments, **keywords)
            return function

        return register

    def _note_hooks(self, original: Callable[..., None]) -> Callable[..., None]:
        def register_at_fork(**hooks: Callable[[], object]) -> None:
            original(**hooks)
            origin = self._watch.registering(caller())
            if origin is not None and hooks.get("after_in_child") is not None:
                self.fork_hooks.append(origin)

        return register_at_fork

    def _is_users(self, function: object, has_arguments: object) -> bool:
        frame = caller(3)
        file = frame.f_code.co_filename
        if file.startswith(_STANDARD_LIBRARY) and not file.startswith(_PACKAGES):
            return False  # the standard library registers one function for all users, as weakref.finalize does
        if self._watch.registering(frame) is None:
            return False
        # A plain function of a library usually cleans up for all users of the library, not only for this module.
        plain = isinstance(function, FunctionType) and function.__closure__ is None and not has_arguments
        return self._watch.is_users(file) or not plain


class OnlyHere:
    """An exit function that does nothing except in the process that registered it."""

    def __init__(self, function: Callable[..., Any]) -> None:
        self._function = function
        self._pid = os.getpid()

    def __call__(self, *arguments: Any, **keywords: Any) -> Any:
        """Call the function, if this is its process."""
        return self._function(*arguments, **keywords) if os.getpid() == self._pid else None

    def __eq__(self, other: object) -> bool:
        """Equal to its function, because `atexit.unregister` compares them."""
        return self is other or self._function == other

    def __hash__(self) -> int:
        """Return the function's hash."""
        return hash(self._function)


def find_finalized() -> list[Any]:
    """Return the objects that have a `__del__`. While a worker holds them, it doesn't run there."""
    known: dict[type, bool] = {}
    found = []
    for thing in gc.get_objects():
        kind = type(thing)
        if kind not in known:
            known[kind] = hasattr(kind, "__del__")
        if known[kind]:
            found.append(thing)
    return found


def flush(things: list[Any]) -> None:
    """Flush the buffers of files, so that no other process writes the same data again."""
    for thing in things:
        if type(thing) in (io.TextIOWrapper, io.BufferedWriter, io.BufferedRandom):
            try:
                if not thing.closed and thing.writable():
                    thing.flush()
            except (OSError, ValueError):
                pass


def disown_finalizers() -> None:
    """Drop the finalizers from before the fork; in a worker. The process that made the objects finalizes them."""
    weakref.finalize._registry.clear()  # type: ignore[attr-defined]
