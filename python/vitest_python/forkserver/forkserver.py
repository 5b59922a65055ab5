"""The forkserver: imports the user's modules once, and forks workers on request."""

from __future__ import annotations

import gc
import os
import sys
import traceback
from collections.abc import Sequence

# Before the user's modules are imported: gevent and eventlet put others in their place.
from select import POLLIN
from select import poll as make_poll
from typing import TYPE_CHECKING, Any, NoReturn

from ..common.breakpoints import explain_breakpoints
from ..common.config import Config
from ..common.control import Control
from ..common.exit import exit_in_order, run_last
from ..common.start import connect, start_program
from ..posix.lines import JsonLine
from ..posix.protocol import RUN_DIRECTORY_VARIABLE
from ..posix.wait import wake_up_on_child
from ..serving.runtime import import_runtime
from .children import Children, execute_worker, fork
from .inheritance import Inheritance

if TYPE_CHECKING:
    from ..measuring.collector import Collector
    from ..program.program import Program


class Forkserver:
    """Has one thread and no gRPC objects. Everything that a fork wouldn't copy is created in the worker."""

    def __init__(self, config: Config, control: Control) -> None:
        self.config = config
        self.control = control
        self.fallback: str | None = None
        self.program: Program | None = None
        self._inheritance: Inheritance | None = None
        self._collector: Collector | None = None
        self._children = Children()
        self._wake_up = -1
        # Before the user's modules change them.
        self._python = {
            "version": ".".join(map(str, sys.version_info[:3])),
            "executable": sys.executable,
            "prefix": sys.prefix,
        }
        self._environment = {**os.environ, RUN_DIRECTORY_VARIABLE: config.run_directory}

    def prepare(self) -> None:
        """Import everything that workers share and send `ready`, or send `failed` and exit with status 1."""
        try:
            import_runtime(self.config)
        except Exception as error:
            self._fail(
                {
                    "type": type(error).__name__,
                    "message": str(error),
                    "traceback": traceback.format_exc(),
                    "module": getattr(error, "name", None) or "grpc",
                }
            )
        # Workers need these modules too. Imported here, they are imported once instead of in every fork.
        from ..failures.failure import describe_start
        from ..program.finalize import UsersModules
        from ..program.program import ImportFailed, find_entries, find_sources, import_program
        from . import after_fork  # noqa: F401

        sources = find_sources(self.config)

        try:
            self._collector, unmeasured = _make_collector(self.config)
            if self.config.start_method == "fork":
                self._inheritance = Inheritance(sources.has)
                users = UsersModules(sources)
                run_last(users.clear)
                with self._inheritance.watch_imports():
                    self.program = import_program(self.config, self._tell, self._check)
                users.note()
                if self._collector is not None:
                    self._collector.pause()
            entries = find_entries(self.config)
        except ImportFailed as failed:
            files = sources.loaded() | sources.blamed(failed.error)
            self._fail(describe_start(failed.error, failed.module), sorted(files))
        from ..program.load import file_of

        self.control.send(
            {
                "event": "ready",
                "startMethod": "spawn" if self.fallback else self.config.start_method,
                "fallback": self.fallback,
                "unmeasured": unmeasured,
                "python": self._python,
                "libraries": sorted(self._inheritance.libraries) if self._inheritance is not None else [],
                "files": sorted(sources.loaded()),
                "modules": [{"name": entry.name, "file": file_of(entry)} for entry in entries],
            }
        )

    def run(self) -> NoReturn:
        """Start and kill workers until an `exit` line comes or the runner is gone."""
        if self._inheritance is not None:
            self._inheritance.settle()
        # The garbage collector would write to every object and so copy every shared page. `freeze` makes it skip them.
        gc.collect()
        gc.freeze()
        self._wake_up = wake_up_on_child()
        poll = make_poll()
        poll.register(self.control.socket, POLLIN)
        poll.register(self._wake_up, POLLIN)
        while True:
            for line in self.control.take():
                self._do(line)
            ready = dict(poll.poll())
            if self._wake_up in ready:
                os.read(self._wake_up, 4096)
            self._report(self._children.reap())
            if self.control.socket.fileno() in ready and not self.control.receive():
                self._children.kill_all()
                os._exit(0)

    def _do(self, line: JsonLine) -> None:
        op, worker = line.get("op"), str(line.get("id"))
        if op == "fork":
            self._start(worker)
        elif op == "kill":
            self._children.kill(worker)
        elif op == "abort":
            self._children.abort(worker)
        elif op == "exit":
            self._report(self._children.kill_all())
            if self._inheritance is not None:
                self._inheritance.release()
            exit_in_order(float(line.get("within", 1_000)) / 1_000)

    def _start(self, worker: str) -> None:
        config = self.config.for_worker(worker)
        try:
            if self._inheritance is not None:
                self._inheritance.before_fork()
            pid = execute_worker(config, self._environment) if self.program is None else fork()
        except OSError as error:
            self.control.send({"event": "fork-failed", "id": worker, "message": str(error)})
            return
        if pid == 0:
            self._become(config)
        self.control.send(self._children.add(worker, pid))

    def _become(self, config: Config) -> NoReturn:
        """Turn this process, a forked child, into a worker."""
        from .after_fork import after_fork

        try:
            self.control.close()
            self._children.forget()
            after_fork(config, self.program, self._inheritance, self._collector)
        except BaseException:
            traceback.print_exc()
        finally:
            os._exit(1)

    def _report(self, lines: list[JsonLine]) -> None:
        for line in lines:
            self.control.send(line)

    def _tell(self, module: str) -> None:
        self.control.send({"event": "importing", "module": module})

    def _check(self, module: str) -> None:
        if self.fallback is None and self._inheritance is not None:
            self.fallback = self._inheritance.find_hazard(module)

    def _fail(self, failure: dict[str, object], files: Sequence[str] = ()) -> NoReturn:
        self.control.send({"event": "failed", "failure": failure, "files": files})
        print(f"forkserver: {failure['traceback']}", file=sys.stderr)
        os._exit(1)


def _make_collector(config: Config) -> tuple[Collector | None, str | None]:
    if config.coverage is None:
        return None, None
    from ..measuring.collector import make_collector
    from ..program.program import ImportFailed

    try:
        collector, unmeasured = make_collector(config)
        if collector is not None and config.start_method == "fork":
            collector.start()
        return collector, unmeasured
    except Exception as error:
        raise ImportFailed("", error) from None


def main(given: dict[str, Any]) -> NoReturn:
    """Run the forkserver with the configuration that docs/protocol.md describes."""
    config = start_program(given)
    explain_breakpoints()
    forkserver = Forkserver(config, connect("forkserver", config))
    forkserver.prepare()
    if forkserver.fallback:
        forkserver.program = None
    forkserver.run()
