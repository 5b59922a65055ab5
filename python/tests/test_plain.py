"""User code sees what it would see in `python -c`."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from typing import Any

import pytest

from .running import TOKEN, Runner

# At import, and in a call. Names that Python itself puts into `__main__` differ between its versions.
SEES = """
import argparse, os, sys
OPTIONS = argparse.ArgumentParser().parse_args()
def see():
    import __main__
    return {
        "argv": sys.argv,
        "main": sorted(set(vars(__main__)) - {"__annotations__", "__cached__", "mod", "json"}),
        "file": getattr(__main__, "__file__", None),
        "directory": os.getcwd(),
        "environment": dict(os.environ),
        "stdin": sys.stdin.read(),
        "modules": [name for name in ("vitest_python", "grpc") if hasattr(__main__, name)],
    }
AT_IMPORT = see()
def both(): return [AT_IMPORT, see()]
"""
MARKS = {"VITEST_PYTHON_RUN_ID", "VITEST_PYTHON_LEASE"}


def plain(runner: Runner) -> dict[str, Any]:
    command = [sys.executable, "-c", "import mod, json; print(json.dumps(mod.see()))"]
    done = subprocess.run(command, cwd=runner.root, env=environment(), stdin=subprocess.DEVNULL, capture_output=True)
    seen: dict[str, Any] = json.loads(done.stdout)
    return {**seen, "argv": [""]}


def environment() -> dict[str, str]:
    return {**os.environ, "VITEST_PYTHON_RUN_DIRECTORY": "/nowhere", "VITEST_PYTHON_RUN_ID": "f0rk5rv"}


@pytest.mark.parametrize("method", ["fork", "spawn"])
def test_arguments_main_directory_and_environment(runner: Runner, method: str) -> None:
    forkserver = runner.start(runner.write("mod.py", SEES), method=method, env=environment())
    worker = runner.worker(forkserver)
    expected = plain(runner)
    for seen in worker.call("mod.both"):
        changed = set(seen["environment"].items()) ^ set(expected["environment"].items())
        assert {name for name, _ in changed} <= {*MARKS, "VITEST_PYTHON_RUN_DIRECTORY"}
        assert "VITEST_PYTHON_RUN_DIRECTORY" not in seen["environment"]
        assert {**seen, "environment": {}} == {**expected, "environment": {}}


@pytest.mark.parametrize("method", ["fork", "spawn"])
def test_ps_shows_no_argument_and_nothing_shows_the_token(runner: Runner, method: str) -> None:
    text = "import os\ndef read(name):\n    with open(f'/proc/{os.getpid()}/{name}') as file: return file.read()\n"
    worker = runner.worker(runner.start(runner.write("ps.py", text), method=method))
    executable, *flags = worker.call("ps.read", "cmdline").rstrip("\0").split("\0")
    assert os.path.normpath(executable) == os.path.normpath(sys.executable) and all(len(flag) == 2 for flag in flags)
    assert TOKEN not in worker.call("ps.read", "environ")
    assert runner.process is not None
    with open(f"/proc/{runner.process.pid}/cmdline") as file:
        assert file.read().rstrip("\0") == sys.executable


@pytest.mark.parametrize("method", ["fork", "spawn"])
def test_clearing_the_environment_harms_nothing(runner: Runner, method: str) -> None:
    text = "import os\nos.environ.clear()\ndef see(): return os.environ.get('VITEST_PYTHON_RUN_ID')\n"
    forkserver = runner.start(runner.write("clears.py", text), method=method)
    assert runner.worker(forkserver, "w1").call("clears.see") == "f0rk5rv"
    assert runner.worker(forkserver, "w2").call("clears.see") == "f0rk5rv"


def test_a_file_named_as_a_module_of_the_standard_library_is_in_nobodys_way(runner: Runner) -> None:
    for name in ("json", "importlib", "queue"):
        runner.write(f"{name}.py", "raise RuntimeError\n")
    forkserver = runner.start(runner.write("fine.py", "def f(): return 1\n"))
    assert forkserver.until("ready", "failed")["event"] == "ready"


CHILDREN = """
import multiprocessing, os, time
def name(pid):
    with open(f"/proc/{pid}/comm") as file: return file.read().strip()
def fork():
    process = multiprocessing.get_context("fork").Process(target=time.sleep, args=(60,), daemon=True)
    process.start()
    for _ in range(3000):
        if name(process.pid).startswith("fork of"): break
        time.sleep(0.01)
    return [name(process.pid), name(os.getpid())]
def spawn():
    with multiprocessing.get_context("spawn").Pool(1) as pool: return pool.apply(abs, (-3,))
"""


@pytest.mark.skipif(sys.platform != "linux", reason="the kernel has no such names")
def test_a_child_of_user_code_says_whose_fork_it_is(runner: Runner) -> None:
    worker = runner.worker(runner.start(runner.write("children.py", CHILDREN)))
    child, own = worker.call("children.fork")
    assert child == "fork of w1"
    assert not own.startswith("fork of")
    assert worker.call("children.spawn") == 3
