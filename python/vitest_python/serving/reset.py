"""Calls the user's function that makes a shared worker as new, between two leases."""

from __future__ import annotations

import inspect
from asyncio import Future
from collections.abc import Callable
from typing import Any

from ..common.forked import end_if_forked
from ..execution.executor import Executor
from ..failures.failure import print_traceback
from ..program.resolve import FunctionResolver


def reset(name: str, resolver: FunctionResolver, executor: Executor, done: Callable[[str | None], None]) -> None:
    """Call the function on the main thread, and then `done` with the reason if it has failed, else with None."""
    try:
        result = resolver.resolve(name)()
        end_if_forked()
    except BaseException as error:
        end_if_forked(error)
        done(_reason(error))
        return
    if inspect.isgenerator(result) or inspect.isasyncgen(result):
        done("returned a generator, so its code has not run. Write it without `yield`.")
    elif inspect.isawaitable(result):
        executor.start(result, lambda task: done(_reason_of(task)))
    else:
        done(None)


def _reason_of(task: Future[Any]) -> str | None:
    if task.cancelled():
        return "was cancelled."
    error = task.exception()
    return None if error is None else _reason(error)


def _reason(error: BaseException) -> str:
    return f"failed:\n{print_traceback(error)}"
