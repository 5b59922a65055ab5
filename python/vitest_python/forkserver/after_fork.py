"""Turns a freshly forked copy of the forkserver into a worker."""

from __future__ import annotations

import random
import signal
import sys
from typing import TYPE_CHECKING, NoReturn

from ..common.config import Config
from ..common.forked import own_process
from ..common.output import log_to
from ..execution.interrupt import interrupt_only_user_code
from ..posix.prctl import die_with_parent
from ..program.program import Program
from ..serving.worker import report_failed_start, run_worker
from .inheritance import Inheritance

if TYPE_CHECKING:
    from ..measuring.collector import Collector


def after_fork(
    config: Config, program: Program | None, inheritance: Inheritance | None, collector: Collector | None
) -> NoReturn:
    """Drop the forkserver's state and run as a worker. Call it on the main thread, right after the fork."""
    own_process(config.id)
    die_with_parent(config.parent)
    interrupt_only_user_code()
    signal.set_wakeup_fd(-1)
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    try:
        log_to(config.log)
    except OSError as error:
        report_failed_start(config, error)
    _differ()
    if inheritance is not None:
        inheritance.after_fork()
    run_worker(config, program, collector)


def _differ() -> None:
    """Seed the generators anew, because workers must not all draw the same random numbers."""
    random.seed()
    numpy = sys.modules.get("numpy.random")
    if numpy is not None:
        numpy.seed()
