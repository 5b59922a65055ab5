"""Processes that user code forks have a copy of a session, and take no part in it."""

from __future__ import annotations

from collections.abc import Iterator

import ormsgpack
import pytest

from .running import Runner, Worker

MODULE = """
import os, threading

children = []

def pid(): return os.getpid()

def fork(use):
    child = os.fork()
    if child == 0:
        try:
            use()
        except RuntimeError as error:
            print(error, flush=True)
            os._exit(1)
        os._exit(0)
    children.append(child)
    return child

def fork_in_thread(use):
    thread = threading.Thread(target=fork, args=(use,))
    thread.start()
    thread.join()
    return children[-1]

def wait(child): return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
"""


@pytest.fixture(params=["auto", "grpc"])
def caller(runner: Runner, request: pytest.FixtureRequest) -> Iterator[Worker]:
    forkserver = runner.start(runner.write("m.py", MODULE), transport=request.param)
    forkserver.until("ready")
    yield runner.worker(forkserver)


def begin(worker: Worker, name: str) -> int:
    """Start a call with a function of the client among its arguments, and return its number."""
    return worker.start_raw(f"m.{name}", ormsgpack.packb([ormsgpack.Ext(0x46, ormsgpack.packb([1, "use"]))]))


@pytest.mark.parametrize("fork", ["fork", "fork_in_thread"])
def test_a_child_that_uses_a_function_of_the_test_takes_no_call_of_its_parent(caller: Worker, fork: str) -> None:
    child = caller.result(begin(caller, fork))
    for _ in range(20):
        assert caller.call("m.pid") == caller.pid
    assert caller.call("m.wait", child) == 1


def test_the_error_of_the_child_says_why(caller: Worker, runner: Runner) -> None:
    assert caller.call("m.wait", caller.result(begin(caller, "fork"))) == 1
    assert "the worker has forked" in runner.log("w1")
