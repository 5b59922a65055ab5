"""Reports which of the user's files each lease uses, so that watch mode reruns the tests that use a changed file."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable
from types import ModuleType
from typing import Any

from ..common.control import Control
from ..posix.protocol import LEASE_VARIABLE
from ..program.resolve import FunctionResolver
from ..program.sources import Imports


class Usage:
    """Reports files. A lease uses the modules that it calls, and everything that they import."""

    def __init__(self, control: Control, imports: Imports) -> None:
        self._control = control
        self._imports = imports
        self._lease = ""
        self._called: set[str] = set()
        self._reported: set[str] = set()
        imports.on_import = self._tell

    def note(self, *modules: ModuleType | None) -> None:
        """Note that the current lease calls these modules."""
        lease = os.environ.get(LEASE_VARIABLE, "")
        if lease != self._lease:
            self._lease = lease
            self._called, self._reported = set(), set()
        self._called |= set().union(*map(self._imports.sources.file_of, modules))
        self._tell()

    def _tell(self) -> None:
        fresh = self._imports.reachable(self._called) - self._reported
        if fresh:
            self._reported |= fresh
            self._control.send({"event": "used", "lease": self._lease, "files": sorted(fresh)})


class RecordingResolver(FunctionResolver):
    """A FunctionResolver that records the modules that are used."""

    def __init__(self, resolver: FunctionResolver, usage: Usage) -> None:
        super().__init__()
        self._modules = resolver._modules
        self._usage = usage

    def resolve(self, name: str) -> Callable[..., Any]:
        """See FunctionResolver."""
        self._usage.note(self._split(name)[0])
        found = super().resolve(name)
        self._usage.note(sys.modules.get(getattr(found, "__module__", None) or ""))
        return found
