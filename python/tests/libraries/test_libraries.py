from __future__ import annotations

import os
import sysconfig
from importlib.metadata import distributions
from pathlib import Path

import pytest

from ..running import Runner
from .cases import CASES, Case

ENVIRONMENT = Path(__file__).parents[3] / ".cache" / "libraries"
PYTHON = str(ENVIRONMENT / "bin" / "python")
# gRPC and what else a worker needs: from the environment that these tests run in.
OVERLAY = sysconfig.get_path("purelib")
THREADS = {"OMP_NUM_THREADS": "2", "OPENBLAS_NUM_THREADS": "2", "NUMBA_NUM_THREADS": "2", "POLARS_MAX_THREADS": "2"}


def is_installed(library: str) -> bool:
    places = [str(path) for path in ENVIRONMENT.glob("lib/python3.*/site-packages")]
    return any(found.name.lower() == library for found in distributions(path=places))


@pytest.mark.parametrize("case", CASES, ids=lambda case: f"{case.library} {case.does}")
def test_what_a_library_was_used_for_at_import_works_in_a_worker(runner: Runner, case: Case) -> None:
    if not is_installed(case.library):
        assert case.nightly and "VITEST_PYTHON_NIGHTLY" not in os.environ
        pytest.skip(f"{case.library} is not installed")
    forkserver = runner.start(runner.write("used.py", case.code), python=PYTHON, overlay=OVERLAY, env=THREADS)
    ready = forkserver.until("ready", "failed")
    assert ready["startMethod"] == ("spawn" if case.starts == "spawned" else "fork"), ready
    for name in ("w1", "w2"):
        worker = runner.worker(forkserver, name)
        worker.call("used.use")
        # Twice: a library that has patched sockets may let only the first answer through.
        worker.call("used.use")
        worker.control.say(op="exit", within=5_000)
        # An end in order must pass, too.
        assert forkserver.until("exited")["status"] == 0, runner.log(name)


@pytest.mark.parametrize("method", ["fork", "spawn"])
@pytest.mark.parametrize(
    ("library", "patch", "way"),
    [
        (
            "gevent",
            "from gevent import monkey; monkey.patch_all()",
            "gevent.monkey.patch_all(thread=False, queue=False)",
        ),
        ("eventlet", "import eventlet; eventlet.monkey_patch()", "eventlet.monkey_patch(thread=False)"),
    ],
)
def test_patched_threads_are_refused_with_the_way_out(
    runner: Runner, library: str, patch: str, way: str, method: str
) -> None:
    file = runner.write("patched.py", f"{patch}\nimport time\ntime.sleep(0)\n")
    forkserver = runner.start(file, method=method, python=PYTHON, overlay=OVERLAY)
    event = forkserver.until("ready", "failed")
    if method == "spawn":
        forkserver.say(op="fork", id="w1")
        event = runner.accept().until("ready", "failed")
    failure = event["failure"]
    assert (failure["type"], failure["module"]) == ("vitest_python.ThreadsPatched", "patched")
    assert failure["message"].startswith(f"{library} has replaced Python's threads while patched was imported")
    assert way in failure["message"]
