"""The function that makes a shared worker as new."""

from __future__ import annotations

import pytest

from .running import Runner, Worker

MODULE = """
import asyncio, os
made = []
def make(): made.append(1); return len(made)
def reset(): made.clear()
async def reset_later():
    await asyncio.sleep(0)
    made.clear()
def bad(): raise ValueError("no")
async def bad_later(): raise ValueError("later")
def leave(): raise SystemExit(3)
def steps(): yield made.clear()
async def later_steps(): yield made.clear()
"""


@pytest.fixture
def worker(runner: Runner) -> Worker:
    forkserver = runner.start(runner.write("m.py", MODULE))
    forkserver.until("ready")
    return runner.worker(forkserver)


@pytest.mark.parametrize("name", ["m.reset", "m.reset_later"])
def test_is_called_between_calls(worker: Worker, name: str) -> None:
    assert [worker.call("m.make"), worker.call("m.make")] == [1, 2]
    worker.control.say(op="reset", name=name)
    assert worker.control.until("reset") == {"event": "reset"}
    assert worker.call("m.make") == 1


@pytest.mark.parametrize("name", ["m.steps", "m.later_steps"])
def test_a_generator_is_told_because_it_does_nothing(worker: Worker, name: str) -> None:
    worker.control.say(op="reset", name=name)
    assert worker.control.until("reset")["problem"].startswith("returned a generator")


@pytest.mark.parametrize("method", ["fork", "spawn"])
def test_a_wrong_name_is_told_at_the_start(runner: Runner, method: str) -> None:
    starting = runner.start(runner.write("m.py", MODULE), reset="m.resett", method=method)
    if method == "spawn":
        starting.say(op="fork", id="w1")
        starting = runner.accept()
    failure = starting.until("failed")["failure"]
    assert failure["message"].startswith("reset: ")
    assert "did you mean reset" in failure["message"]


@pytest.mark.parametrize(
    ("name", "reason"),
    [
        ("m.bad", "ValueError: no"),
        ("m.bad_later", "ValueError: later"),
        ("m.leave", "SystemExit: 3"),
        ("m.nothing", "nothing"),
    ],
)
def test_a_failure_is_told_with_its_traceback(worker: Worker, name: str, reason: str) -> None:
    worker.control.say(op="reset", name=name)
    problem = worker.control.until("reset")["problem"]
    assert problem.startswith("failed:")
    assert reason in problem
