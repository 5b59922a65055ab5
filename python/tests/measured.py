"""Code that tests measure, and its report as main asks for it."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from .running import JsonLine, Runner, Worker

COVERAGE: JsonLine = {"required": True}

PRICES = """\
import threading

TAX = 0.2


class Basket:
    def __init__(self, items):
        self.items = items

    def total(self, gift=False):
        total = 0
        for price in self.items:
            if price < 0:
                raise ValueError(price)
            total += price
        if gift:
            total += 5
        return total


def total(items, gift=False):
    return Basket(items).total(gift)


async def later(flag):
    return "yes" if flag else never()


def never():  # pragma: no cover
    return 1


def unused():
    return 2


def threaded(count):
    found = []

    def work():
        if count > 2:
            found.append(count)

    thread = threading.Thread(target=work)
    thread.start()
    thread.join()
    return found


def numbers(count):
    while count:
        yield count
        count -= 1
"""

CALLS = """\
import asyncio, prices
prices.total([1, 2])
prices.total([], True)
try:
    prices.total([-1])
except ValueError:
    pass
asyncio.run(prices.later(True))
prices.threaded(3)
list(prices.numbers(2))
"""


def exercise(worker: Worker) -> None:
    """Make the calls of CALLS."""
    worker.call("prices.total", [1, 2])
    worker.call("prices.total", [], True)
    with pytest.raises(Exception, match="ValueError"):
        worker.call("prices.total", [-1])
    worker.call("prices.later", True)
    worker.call("prices.threaded", 3)
    assert worker.items(worker.start("prices.numbers", 2, stream=9)) == [2, 1]


def finish(worker: Worker) -> None:
    """Have the worker exit, and wait for it."""
    worker.control.say(op="exit", within=5000)
    worker.control.until("never")


def report(runner: Runner, **config: Any) -> dict[str, Any]:
    """Return coverage.py's report of what has been recorded so far, as main asks for it."""
    from vitest_python.posix.bootstrap import open_script

    script = open_script("coverage", {**runner.config, "id": "coverage", **config})
    with subprocess.Popen([sys.executable], cwd=runner.root, stdin=script) as process:
        peer = runner.accept()
        assert peer.hello["role"] == "coverage"
        answer = peer.until("ready", "failed")
        assert answer["event"] == "ready", answer
        peer.close()
        process.wait(10)
    os.close(script)
    files: dict[str, Any] = json.loads((runner.directory / "coverage.json").read_text())["files"]
    return files


def expected(runner: Runner, calls: str, *arguments: str) -> dict[str, Any]:
    """Return the report of `coverage run` of the same calls."""
    script = runner.directory / "calls.py"
    script.write_text(calls)
    environment = {**os.environ, "COVERAGE_FILE": str(runner.directory / "other"), "PYTHONPATH": str(runner.root)}
    command = [sys.executable, "-m", "coverage"]
    options = {"cwd": runner.root, "env": environment, "check": True, "capture_output": True}
    run = [*command, "run", "--branch", *(arguments or ("--source=.",)), str(script)]
    subprocess.run(run, **options)  # type: ignore[call-overload]
    subprocess.run([*command, "json", "-o", str(script) + ".json"], **options)  # type: ignore[call-overload]
    files: dict[str, Any] = json.loads(Path(f"{script}.json").read_text())["files"]
    return files
