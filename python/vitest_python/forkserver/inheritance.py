"""The state that forked workers inherit: it is watched while imports make it, and adjusted in each worker."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator
from functools import partial
from typing import Any

from ..common.exit import run_last
from .descriptors import File, find_file, open_anew
from .exit_functions import ExitFunctions, disown_finalizers, find_finalized, flush
from .fork_safety import explain, find_hazard
from .import_watch import ImportWatch
from .inventory import Inventory
from .native_threads import name_library
from .openmp import before_module, pause_pools, restart_numba


class Inheritance:
    """Made before the user's modules are imported."""

    def __init__(self, is_users: Callable[[object], bool]) -> None:
        """Args: is_users: whether a file is the user's own."""
        self._inventory = Inventory()
        self._watch = ImportWatch(is_users, before_module, self._inventory.note)
        self._exit_functions = ExitFunctions(self._watch)
        self._files: list[File] = []
        self._finalized: list[Any] = []
        self.libraries: set[str] = set()
        """Libraries that have started native threads. A worker that crashes or hangs may miss these."""

    @contextlib.contextmanager
    def watch_imports(self) -> Iterator[None]:
        """Around the imports of the user's modules."""
        with self._watch, self._exit_functions:
            yield

    def find_hazard(self, entry: str) -> str | None:
        """Return the reason why forking is unsafe, now that `entry` has been imported; None if it is safe."""
        # Before OpenMP's pools are paused.
        self.libraries |= {name for name in map(name_library, self._inventory.threads) if name}
        hazard = find_hazard(self._inventory, self._exit_functions.fork_hooks)
        return explain(hazard, entry) if hazard is not None else None

    def settle(self) -> None:
        """Called once, when everything is imported."""
        self._files = [file for file in map(find_file, self._inventory.descriptors) if file is not None]
        self._finalized = find_finalized()
        flush(self._finalized)

    def before_fork(self) -> None:
        """Called on the thread that forks."""
        if self._inventory.threads:
            pause_pools()

    def after_fork(self) -> None:
        """Called in the worker."""
        run_last(partial(flush, self._finalized))
        restart_numba()
        disown_finalizers()
        for file in self._files:
            open_anew(file)

    def release(self) -> None:
        """Called at the end of the forkserver, whose objects they are."""
        self._finalized.clear()
