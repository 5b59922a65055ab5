"""The queue of the main thread: no wait outlives its reason, however the waits are nested."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable, Iterator

import pytest

from vitest_python.execution.executor import Executor

# Seconds after which a wait that should be over is taken for one that hangs.
DEADLINE = 10.0


@pytest.fixture
def executor() -> Iterator[Executor]:
    executor = Executor()
    yield executor
    # A worker never closes its loop. Here it would be reported as leaked.
    if executor._loop is not None:
        executor._loop.close()


def run_with_deadline(scenario: Callable[[], None]) -> None:
    """Run `scenario` on a thread of its own, because a wait that hangs could not be ended on this one."""
    thread = threading.Thread(target=scenario, daemon=True)
    thread.start()
    thread.join(DEADLINE)
    assert not thread.is_alive(), f"The wait has not ended within {DEADLINE:.0f} s"


@pytest.mark.parametrize("looping", [False, True], ids=["before the first coroutine", "after it"])
def test_a_wait_ends_although_a_wait_inside_it_has_taken_its_wake(executor: Executor, looping: bool) -> None:
    ended: set[str] = set()

    def inner() -> None:
        executor.work_until(lambda: "inner" in ended)

    def end(name: str) -> None:
        ended.add(name)
        executor.wake()

    def scenario() -> None:
        if looping:
            executor.start(asyncio.sleep(0), lambda _: None)
        # All of them are queued at once: `inner` waits and does the others, and with them what ends both waits.
        for work in (inner, lambda: end("outer"), lambda: end("inner"), lambda: None):
            executor.submit(work)
        executor.work_until(lambda: "outer" in ended)

    run_with_deadline(scenario)
    assert ended == {"inner", "outer"}


@pytest.mark.parametrize("looping", [False, True], ids=["before the first coroutine", "after it"])
def test_a_wait_ends_if_its_wake_comes_right_after_the_check(executor: Executor, looping: bool) -> None:
    checks: list[bool] = []

    def done() -> bool:
        if not checks:
            checks.append(True)
            executor.wake()
            return False
        return True

    def scenario() -> None:
        if looping:
            executor.start(asyncio.sleep(0), lambda _: None)
        executor.work_until(done)

    run_with_deadline(scenario)


def test_work_that_submits_work_does_not_starve_the_loop(executor: Executor) -> None:
    turns = 0
    finished = threading.Event()

    def again() -> None:
        nonlocal turns
        turns += 1
        executor.submit(again)

    def scenario() -> None:
        executor.submit(again)
        executor.start(asyncio.sleep(0.01), lambda _: finished.set())
        executor.work_until(finished.is_set)

    run_with_deadline(scenario)
    assert turns > 1
