"""Finds the user's own Python files, and which of them import which."""

from __future__ import annotations

import builtins
import importlib.util
import os
import sys
import sysconfig
from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path
from types import ModuleType
from typing import Any


class Sources:
    """The files of the project, without those of Python, of installed packages, and of this package."""

    def __init__(self, directories: Iterable[str], overlay: str | None) -> None:
        self._own = tuple({os.path.join(directory, "") for directory in directories})
        places = ("stdlib", "platstdlib", "purelib", "platlib")
        foreign = [*map(sysconfig.get_path, places), str(Path(__file__).parent.parent), *([overlay] if overlay else [])]
        self._foreign = tuple(os.path.join(path, "") for path in foreign)

    def has(self, file: object) -> bool:
        """Return whether the file is the user's own."""
        return (
            isinstance(file, str)
            and file.endswith(".py")
            and file.startswith(self._own)
            and not file.startswith(self._foreign)
            and "/site-packages/" not in file
        )

    def file_of(self, module: ModuleType | None) -> set[str]:
        """Return the module's file; empty if it isn't the user's own."""
        file = getattr(module, "__file__", None)
        return {str(file)} if self.has(file) else set()

    def loaded(self) -> set[str]:
        """Return the user's files that have been imported."""
        return set().union(*map(self.file_of, list(sys.modules.values())))

    def blamed(self, error: BaseException) -> set[str]:
        """Return the user's files that a failed import had reached."""
        files: set[Any] = {getattr(error, "filename", None)}
        trace = error.__traceback__
        while trace is not None:
            files.add(trace.tb_frame.f_code.co_filename)
            trace = trace.tb_next
        return {file for file in files if self.has(file)}


class Imports:
    """Records at each `import` statement which file imports which, even if the module is already imported."""

    def __init__(self, sources: Sources) -> None:
        self.sources = sources
        self.on_import: Callable[[], None] = lambda: None
        self._imported: dict[str, set[str]] = {}

    def listen(self) -> None:
        """Start recording, in this process and in its forks."""
        importing = builtins.__import__

        def note(
            name: str,
            globals: Mapping[str, object] | None = None,
            locals: Mapping[str, object] | None = None,
            fromlist: Sequence[str] | None = (),
            level: int = 0,
        ) -> ModuleType:
            importer = (globals or {}).get("__file__")
            try:
                module = importing(name, globals, locals, fromlist or (), level)
            except BaseException as error:
                self._add(importer, self.sources.blamed(error))
                raise
            if globals is not None and self.sources.has(importer):
                self._add(importer, self._named(name, globals, fromlist or (), level))
            return module

        builtins.__import__ = note

    def reachable(self, files: Iterable[str]) -> set[str]:
        """Return the files and everything that they import, directly or indirectly."""
        reached: set[str] = set()
        ahead = list(files)
        while ahead:
            file = ahead.pop()
            if file not in reached:
                reached.add(file)
                ahead += list(self._imported.get(file, ()))
        return reached

    def _named(self, name: str, globals: Mapping[str, Any], fromlist: Sequence[str], level: int) -> set[str]:
        absolute = importlib.util.resolve_name("." * level + name, globals.get("__package__")) if level else name
        parts = absolute.split(".")
        names = [".".join(parts[: count + 1]) for count in range(len(parts))]
        names += [f"{absolute}.{item}" for item in fromlist]
        return set().union(*(self.sources.file_of(sys.modules.get(each)) for each in names))

    def _add(self, importer: object, files: set[str]) -> None:
        if not self.sources.has(importer):
            return
        known = self._imported.setdefault(str(importer), set())
        if not files <= known:
            known |= files
            self.on_import()
