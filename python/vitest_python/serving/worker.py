"""A worker: the user's program, which tests reach over Unix sockets."""

from __future__ import annotations

import os
import sys
import threading
from functools import partial
from typing import TYPE_CHECKING, Any, NoReturn

from ..common.breakpoints import explain_breakpoints
from ..common.config import Config
from ..common.control import Control
from ..common.exit import exit_in_order, run_last
from ..common.forked import own_process
from ..common.start import start_program
from ..execution.interrupt import interrupt_only_user_code
from .runtime import import_runtime

if TYPE_CHECKING:
    from ..execution.executor import Executor
    from ..measuring.collector import Collector
    from ..program.program import Program
    from .debugger import Debugger


# The real one, before a test replaces it.
_open = open


def run_worker(config: Config, program: Program | None, collector: Collector | None = None) -> NoReturn:
    """Serve until an `exit` line comes or the runner is gone.

    Imports the user's modules first if `program` is None. Call it on the main thread, which it never leaves.
    """
    from ..execution.executor import Executor
    from ..program.finalize import UsersModules
    from ..program.program import ImportFailed, call_start_hooks, find_sources, import_program
    from .endpoints import open_endpoints

    # Its own session, by which processes are found that tests leave behind, unless they create another session.
    os.setsid()
    control = Control(config.control)
    control.hello("worker", config)
    executor = Executor()
    debugger = _make_debugger(control) if config.debug else None
    try:
        if program is None:
            run_last(UsersModules(find_sources(config)).clear)
            collector = _start_collector(config)
            program = import_program(config)
        elif collector is not None:
            collector.start()
        if collector is not None:
            collector.flush()
            run_last(collector.flush)
        os.environ.update(config.marks)
        call_start_hooks()
        endpoints = open_endpoints(config, program, executor, control, debugger)
    except ImportFailed as failed:
        _give_up(control, config, failed.error, failed.module)
    except Exception as error:
        _give_up(control, config, error)
    control.welcome()
    control.send({"event": "ready", **endpoints})
    threading.Thread(
        target=_control_loop, args=(control, executor, program, debugger, collector), name="control", daemon=True
    ).start()
    executor.run()


def _start_collector(config: Config) -> Collector | None:
    if config.coverage is None:
        return None
    from ..measuring.collector import make_collector

    collector, _ = make_collector(config)
    if collector is not None:
        collector.start()
    return collector


def _make_debugger(control: Control) -> Debugger:
    from .debugger import Debugger

    return Debugger(control)


def report_failed_start(config: Config, error: Exception) -> NoReturn:
    """End this process because of `error`, which came before `run_worker` was called, and tell the runner."""
    control = Control(config.control)
    control.hello("worker", config)
    _give_up(control, config, error)


def _give_up(control: Control, config: Config, error: BaseException, module: str | None = None) -> NoReturn:
    from ..failures.failure import describe_start

    control.welcome()
    control.send({"event": "failed", "failure": describe_start(error, module)})
    print(f"worker {config.id}: {error!r}", file=sys.stderr)
    os._exit(1)


def _report_reset(control: Control, problem: str | None) -> None:
    control.send({"event": "reset", **({} if problem is None else {"problem": problem})})


def _resident_bytes() -> int:
    with _open("/proc/self/statm", "rb") as file:
        return int(file.read().split()[1]) * os.sysconf("SC_PAGE_SIZE")


def _control_loop(
    control: Control, executor: Executor, program: Program, debugger: Debugger | None, collector: Collector | None
) -> None:
    from .reset import reset

    for line in control.lines():
        if collector is not None and line.get("op") in ("exit", "flush"):
            # At once, because the main thread may be busy until this process is killed.
            collector.flush(is_end=True)
        if line.get("op") == "flush":
            control.send({"event": "flushed"})
        elif line.get("op") == "measure":
            control.send({"event": "measured", "resident": _resident_bytes()})
        elif line.get("op") == "exit":
            executor.submit(partial(exit_in_order, float(line.get("within", 1_000)) / 1_000))
        elif line.get("op") == "reset":
            name = str(line.get("name"))
            executor.submit(partial(reset, name, program.resolver, executor, partial(_report_reset, control)))
        elif line.get("op") == "go-on" and debugger is not None:
            debugger.go_on()
    # The runner is gone, so there is no reason to go on.
    os._exit(0)


def main(given: dict[str, Any]) -> NoReturn:
    """Run a worker of start method `spawn`, which shares nothing with the forkserver."""
    config = start_program(given)
    own_process(config.id)
    interrupt_only_user_code()
    explain_breakpoints()
    import_runtime(config)
    run_worker(config, None)
