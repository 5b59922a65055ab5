"""Python's coverage: the same numbers as those of `coverage run`, from workers that end in every way."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from typing import Any

import coverage
import pytest

from vitest_python.common.config import read_config
from vitest_python.errors import CoverageUnavailable
from vitest_python.measuring.collector import make_collector
from vitest_python.measuring.settings import find_packages

from .measured import (
    CALLS,
    COVERAGE,
    PRICES,
    exercise,
    expected,
    finish,
    report,
)
from .running import Runner


@pytest.mark.parametrize("method", ["fork", "spawn"])
@pytest.mark.parametrize("transport", ["auto", "grpc"])
def test_is_equal_to_coverage_run(runner: Runner, method: str, transport: str) -> None:
    name = runner.write("prices.py", PRICES)
    forkserver = runner.start(name, method=method, transport=transport, coverage=COVERAGE)
    assert forkserver.until("ready")["unmeasured"] is None
    worker = runner.worker(forkserver)
    exercise(worker)
    finish(worker)
    found = report(runner)
    assert found == expected(runner, CALLS)
    assert found["prices.py"]["summary"]["covered_lines"] > 20
    assert sorted(path.name for path in runner.root.iterdir() if path.name != "__pycache__") == ["prices.py"]


def test_adds_up_workers_and_forgets_no_lease_of_a_killed_one(runner: Runner) -> None:
    name = runner.write("prices.py", PRICES)
    forkserver = runner.start(name, coverage=COVERAGE)
    forkserver.until("ready")
    one, other = runner.worker(forkserver), runner.worker(forkserver, "w2")
    one.call("prices.total", [1, 2])
    one.control.say(op="flush")
    assert one.control.until("flushed")
    one.call("prices.threaded", 3)
    os.kill(one.pid, signal.SIGKILL)
    other.call("prices.total", [], True)
    finish(other)
    assert report(runner) == expected(runner, "import prices\nprices.total([1, 2])\nprices.total([], True)")


def test_writes_even_if_a_call_goes_on(runner: Runner) -> None:
    name = runner.write("busy.py", "import time\n\ndef busy():\n    while True:\n        time.sleep(0.01)\n")
    forkserver = runner.start(name, coverage=COVERAGE)
    forkserver.until("ready")
    worker = runner.worker(forkserver)
    worker.start("busy.busy")
    record = runner.directory / "measured.jsonl"
    before = record.stat().st_size
    while record.stat().st_size == before:
        worker.control.say(op="flush")
        worker.control.until("flushed")
    assert report(runner)["busy.py"]["missing_lines"] == []


def test_honours_the_users_configuration(runner: Runner) -> None:
    name = runner.write("app/prices.py", PRICES)
    runner.write("app/__init__.py", "")
    runner.write("app/secret.py", "x = 1\n")
    runner.write("app/other.py", "def other(value):\n    if value:\n        return 1  # hidden\n")
    runner.write(".coveragerc", "[run]\nomit = */secret.py\n[report]\nexclude_also = hidden\n")
    forkserver = runner.start(name, coverage=COVERAGE)
    forkserver.until("ready")
    worker = runner.worker(forkserver)
    worker.call("prices.total", [1])
    finish(worker)
    found = report(runner)
    assert found == expected(runner, "from app import prices\nprices.total([1])", "--source=app")
    assert sorted(found) == ["app/__init__.py", "app/other.py", "app/prices.py"]
    assert found["app/other.py"]["excluded_lines"] == [3]


@pytest.mark.parametrize(
    ("file", "section"),
    [(".coveragerc", "run"), ("tox.ini", "coverage:run"), ("pyproject.toml", "tool.coverage.run")],
)
@pytest.mark.parametrize("branch", ["false", "true"])
def test_measures_no_branches_if_the_user_says_so(runner: Runner, file: str, section: str, branch: str) -> None:
    name = runner.write("prices.py", PRICES)
    runner.write(file, f"[{section}]\nbranch = {branch}\n")
    forkserver = runner.start(name, coverage=COVERAGE)
    forkserver.until("ready")
    worker = runner.worker(forkserver)
    exercise(worker)
    finish(worker)
    found = report(runner)["prices.py"]
    assert ("executed_branches" in found) == (branch == "true")
    environment = {**os.environ, "COVERAGE_FILE": str(runner.directory / "other"), "PYTHONPATH": str(runner.root)}
    (runner.directory / "calls.py").write_text(CALLS)
    command = [sys.executable, "-m", "coverage"]
    for arguments in (
        ["run", "--source=.", str(runner.directory / "calls.py")],
        ["json", "-o", str(runner.directory / "other.json")],
    ):
        subprocess.run([*command, *arguments], cwd=runner.root, env=environment, check=True, capture_output=True)
    assert found == json.loads((runner.directory / "other.json").read_text())["files"]["prices.py"]


@pytest.mark.parametrize(
    ("include", "files"),
    [
        ([], ["lib/used.py"]),
        (["app/*.py", "lib/deep"], ["app/prices.py", "lib/deep/unused.py"]),
        (["**/un*.py"], ["lib/deep/unused.py"]),
    ],
)
def test_the_users_source_and_the_option_include_choose_the_files(
    runner: Runner, include: list[str], files: list[str]
) -> None:
    name = runner.write("app/prices.py", PRICES)
    runner.write("lib/used.py", "x = 1\n")
    runner.write("lib/deep/unused.py", "y = 1\n")
    runner.write("pyproject.toml", '[tool.coverage.run]\nsource = ["lib"]\n')
    forkserver = runner.start(name, coverage={"include": include})
    forkserver.until("ready")
    assert sorted(report(runner)) == files


@pytest.mark.skipif(coverage.version_info < (7, 10), reason="it has no patches")
@pytest.mark.parametrize("start", ["fork", "subprocess", "multiprocessing"])
def test_counts_children_as_the_users_patches_say(runner: Runner, start: str) -> None:
    name = runner.write("child.py", _CHILD)
    runner.write(".coveragerc", "[run]\npatch = subprocess, fork, _exit\nconcurrency = multiprocessing,thread\n")
    forkserver = runner.start(name, coverage=COVERAGE, PYTHONPATH=str(runner.root))
    forkserver.until("ready")
    worker = runner.worker(forkserver)
    worker.call(f"child.{start}")
    finish(worker)
    missing = report(runner)["child.py"]["missing_lines"]
    assert _CHILD.splitlines().index("    mark = 1") + 1 not in missing
    assert not list(runner.root.glob(".coverage.*"))


_CHILD = """\
import multiprocessing, os, subprocess as run, sys

def work():
    mark = 1

def fork():
    pid = os.fork()
    if pid == 0:
        work()
        os._exit(0)
    os.waitpid(pid, 0)

def subprocess():
    run.run([sys.executable, "-c", "import child; child.work()"], check=True)

def multiprocessing():
    process = __import__("multiprocessing").get_context("fork").Process(target=work)
    process.start()
    process.join()
"""


def test_drops_what_was_recorded_before_a_change(runner: Runner) -> None:
    name = runner.write("prices.py", PRICES)
    forkserver = runner.start(name, coverage=COVERAGE)
    forkserver.until("ready")
    assert report(runner, coverage={"reruns": True})["prices.py"]["executed_lines"]
    os.utime(runner.root / "prices.py", (2e9, 2e9))
    assert report(runner, coverage={"reruns": True})["prices.py"]["executed_lines"] == []
    assert report(runner)["prices.py"]["executed_lines"]


@pytest.mark.parametrize("required", [True, False])
def test_says_that_coverage_is_missing_only_if_it_was_asked_for(runner: Runner, required: bool) -> None:
    name = runner.write("prices.py", PRICES)
    # Hides the real one.
    runner.write("hidden/coverage/nothing.txt", "")
    (runner.root / "hidden/coverage/__init__.py").write_text("raise ImportError\n")
    forkserver = runner.start(name, coverage={"required": required}, PYTHONPATH=str(runner.root / "hidden"))
    answer = forkserver.until("ready", "failed")
    if required:
        assert "coverage.py is not installed for " in answer["failure"]["message"]
        assert answer["failure"]["type"] == "vitest_python.CoverageUnavailable"
    else:
        assert (answer["event"], answer["unmeasured"]) == ("ready", None)


@pytest.mark.skipif(sys.version_info >= (3, 12), reason="from Python 3.12 on, both can be used")
@pytest.mark.parametrize("required", [True, False])
def test_leaves_settrace_to_the_debugger(runner: Runner, required: bool) -> None:
    runner.write("prices.py", PRICES)
    given = {"modules": ["prices.py"], "debug": True, "coverage": {"required": required}}
    config = read_config({**runner_config(runner), **given})
    if required:
        with pytest.raises(CoverageUnavailable, match=r"both need sys\.settrace"):
            make_collector(config)
    else:
        collector, reason = make_collector(config)
        assert collector is None
        assert reason is not None and "both need sys.settrace" in reason


def test_names_a_version_that_is_too_old(runner: Runner, monkeypatch: pytest.MonkeyPatch) -> None:
    runner.write("prices.py", PRICES)
    monkeypatch.setattr(coverage, "version_info", (7, 5, 4, "final", 0))
    config = read_config({**runner_config(runner), "modules": ["prices.py"], "coverage": COVERAGE})
    with pytest.raises(CoverageUnavailable, match=r"too old; 7\.6 or newer is needed: .* -m pip install"):
        make_collector(config)


@pytest.mark.parametrize("concurrency", ["greenlets", "eventlet"])
def test_names_an_error_in_the_users_configuration(runner: Runner, concurrency: str) -> None:
    name = runner.write("prices.py", PRICES)
    runner.write(".coveragerc", f"[run]\nconcurrency = {concurrency}\n")
    answer = runner.start(name, coverage={"required": False}).until("ready", "failed")
    assert answer["event"] == "failed"
    assert concurrency in answer["failure"]["message"]


def test_measures_nothing_for_modules_outside_of_the_project(runner: Runner) -> None:
    config = {**runner_config(runner), "modules": ["json", "numpy"]}
    assert find_packages(read_config(config)) == []


def runner_config(runner: Runner) -> dict[str, Any]:
    """Return a whole configuration."""
    return {
        **dict.fromkeys(("id", "control", "runDirectory", "runId", "token", "startMethod"), ""),
        "protocol": 1,
        "parent": 0,
        "root": str(runner.root),
        "modules": [],
    }
