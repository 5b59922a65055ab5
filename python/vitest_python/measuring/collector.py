"""Measures this process and its forks, and appends new arcs to a file of the run directory."""

from __future__ import annotations

import json
import os
import sys
import time
from collections.abc import Callable, Collection, Mapping
from typing import NoReturn

from ..common.config import Config
from ..errors import CoverageUnavailable
from ..posix.protocol import LEASE_VARIABLE
from .settings import CHILDREN, RECORDS, find_packages, make_coverage, patterns

Arc = tuple[int, int]
"""From one line to another. A negative line stands for the way into or out of a function."""


class Collector:
    """Stands in for coverage.py's database, whose file would take longer to write than most tests to run."""

    def __init__(self, config: Config) -> None:
        """Raise what `make_coverage` raises."""
        self._coverage = make_coverage(config, f"{config.run_directory}/{CHILDREN}")
        self._file = f"{config.run_directory}/{RECORDS}"
        self._since = time.time()
        self._is_end = False
        self._tracers: dict[str, str] = {}
        self._replace_patches()
        # Even if nothing runs: it says that there is something to report.
        open(self._file, "a").close()

    def start(self) -> None:
        """Measure this thread and those that it starts."""
        self._coverage.start()
        self._coverage._collector.use_data(self, None)

    def pause(self) -> None:
        """Stop measuring, so our own code runs faster until a fork starts again."""
        self._coverage.stop()
        self.flush()

    def flush(self, is_end: bool = False) -> None:
        """Write everything that has run since the last time; from any thread.

        Args:
            is_end: whether the test has ended, so that nothing of the lease is missing
        """
        self._is_end = is_end
        collector = self._coverage._collector
        before = {file: set(found) for file, found in list(collector.data.items())}
        if collector.flush_data():
            # The next lease begins from nothing. Other threads may have added something meanwhile.
            for file, found in before.items():
                collector.data[file].difference_update(found)
            if sys.version_info >= (3, 12):
                # The core `sysmon` is told of each line once.
                sys.monitoring.restart_events()

    def set_context(self, _context: str | None) -> None:
        """Do nothing. This and the next two methods are those of a CoverageData."""

    def add_file_tracers(self, tracers: Mapping[str, str]) -> None:
        """Take the plugins by file."""
        self._tracers |= tracers

    def add_arcs(self, found: Mapping[str, Collection[Arc]]) -> None:
        """Take the arcs that have run."""
        self._write("arcs", {file: [line for arc in set(arcs) for line in arc] for file, arcs in found.items() if arcs})

    def add_lines(self, found: Mapping[str, Collection[int]]) -> None:
        """Take the lines that have run, if the user measures no branches."""
        self._write("lines", {file: list(lines) for file, lines in found.items() if lines})

    def _write(self, kind: str, numbers: Mapping[str, list[int]]) -> None:
        if not numbers:
            return
        record = {
            "since": self._since,
            "lease": os.environ.get(LEASE_VARIABLE, ""),
            "end": self._is_end,
            kind: numbers,
            "tracers": self._tracers,
        }
        # In one piece, because others write, too. A record that was cut short by a kill keeps its own line.
        text = f"\n{json.dumps(record, separators=(',', ':'))}\n".encode()
        try:
            file_descriptor = os.open(self._file, os.O_WRONLY | os.O_APPEND | os.O_CREAT | os.O_CLOEXEC, 0o600)
            try:
                os.write(file_descriptor, text)
            finally:
                os.close(file_descriptor)
        except OSError as error:
            print(f"vitest-python: the coverage of this process is lost: {error}", file=sys.stderr)

    def _replace_patches(self) -> None:
        """Do what coverage.py's own patches do, which would write database files."""
        settings = self._coverage.config
        patches, concurrency = getattr(settings, "patch", ()), settings.concurrency
        if "_exit" in patches or "multiprocessing" in concurrency:
            os._exit = self._flushing(os._exit)  # type: ignore[assignment]
        settings.patch = [patch for patch in patches if patch == "subprocess"]
        settings.concurrency = [kind for kind in concurrency if kind != "multiprocessing"] or ["thread"]

    def _flushing(self, leave: Callable[[int], NoReturn]) -> Callable[[int], NoReturn]:
        def flush_and_exit(status: int) -> NoReturn:
            try:
                self.flush()
            finally:
                leave(status)

        return flush_and_exit


def make_collector(config: Config) -> tuple[Collector | None, str | None]:
    """Return a collector if coverage is wanted and possible, and else perhaps a sentence for the user.

    Raises CoverageUnavailable if the user has asked for it, and errors in their configuration of coverage.py.
    """
    if config.coverage is None or not (patterns(config) or find_packages(config)):
        return None, None
    try:
        return Collector(config), None
    except CoverageUnavailable as error:
        if config.coverage.get("required"):
            raise
        return None, f"{error}" if config.debug else None
