"""The driver on a real Ray cluster, in network and PID namespaces of its own, so that nothing of Ray is left.

VITEST_PYTHON_RAY names an interpreter that has Ray, grpcio and this package's requirements.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest

PYTHON = os.environ.get("VITEST_PYTHON_RAY", "")
NAMESPACES = ["unshare", "--net", "--pid", "--mount", "--fork", "--mount-proc", "--kill-child"]
CASES = ["actors", "clean", "daemon", "open cluster", "actor killed", "reaper killed", "driver killed", "driver silent"]
# The cluster is of no use afterwards.
CASES.append("raylet killed")
# Loopback only. `ray stop` is never called, because it ends every Ray process of a machine: the namespace ends them.
SCRIPT = """\
set -e
ip link set lo up
mount -t tmpfs none /dev/shm
"${1%/*}/ray" start --head --port=6399 --node-ip-address=127.0.0.1 --num-cpus=2 --include-dashboard=false \
  --object-store-memory=80000000 --temp-dir="$2" --disable-usage-stats >"$2.log" 2>&1
python="$1"; shift 2
RAY_ADDRESS=127.0.0.1:6399 "$python" -m tests.cluster_runner "$@"
# Not the last command, which bash would become: PID 1 has to reap, or Ray takes a raylet that is a zombie for alive.
exit 0
"""


def _may_isolate() -> bool:
    if not shutil.which("unshare") or not shutil.which("ip"):
        return False
    return subprocess.run([*NAMESPACES, "true"], capture_output=True).returncode == 0


pytestmark = [
    pytest.mark.skipif(not PYTHON, reason="VITEST_PYTHON_RAY doesn't name an interpreter with Ray"),
    pytest.mark.skipif(not _may_isolate(), reason="this user may not create network and PID namespaces"),
]


@pytest.fixture(scope="module")
def outcomes(tmp_path_factory: pytest.TempPathFactory) -> Any:
    # A path of a socket in it may have 107 bytes.
    directory = tmp_path_factory.mktemp("r")
    argv = [*NAMESPACES, "bash", "-c", SCRIPT, "bash", PYTHON, str(directory / "t"), *CASES]
    environment = {**os.environ, "RAY_USAGE_STATS_ENABLED": "0"}
    done = subprocess.run(
        argv, capture_output=True, text=True, timeout=240, cwd=Path(__file__).parent.parent, env=environment
    )
    line = next((text for text in done.stdout.splitlines() if text.startswith("OUTCOMES ")), None)
    assert line, done.stdout + done.stderr
    return json.loads(line.removeprefix("OUTCOMES "))


def test_a_run_that_has_ended_its_processes_is_clean(outcomes: Any) -> None:
    clean = outcomes["clean"]
    assert (clean["ended"]["orphans"], clean["ended"]["problem"], clean["verdict"]["problem"]) == ([], None, None)
    assert clean["ended"]["cleanSweeps"] == 2
    assert clean["directory"] is False


def test_a_daemon_of_the_user_is_found_and_killed(outcomes: Any) -> None:
    daemon = outcomes["daemon"]
    assert len(daemon["ended"]["orphans"]) == 2
    assert all(orphan["killed"] for orphan in daemon["ended"]["orphans"])
    assert daemon["gone after"] < 1


def test_a_cluster_that_answers_strangers_is_refused(outcomes: Any) -> None:
    assert "RAY_AUTH_MODE=token" in outcomes["open cluster"]["failure"]["message"]


def test_the_tree_ends_with_its_actor_and_the_run_fails(outcomes: Any) -> None:
    killed = outcomes["actor killed"]
    assert killed["gone after"] < 1
    assert "ActorDiedError" in killed["ended"]["problem"]


def test_a_daemon_that_outlives_the_reaper_is_killed_by_the_sweep(outcomes: Any) -> None:
    killed = outcomes["reaper killed"]
    assert killed["ended"]["problem"] == "its reaper ended during the run"
    assert killed["ended"]["orphans"] != []
    assert killed["gone after"] < 1


def test_the_tree_ends_if_the_driver_is_killed(outcomes: Any) -> None:
    assert outcomes["driver killed"]["gone after"] < 1


def test_the_tree_ends_after_the_silence_of_a_driver_that_is_stopped(outcomes: Any) -> None:
    # The silence is 3 seconds, and a poll of 2 seconds may have just begun.
    assert 1 < outcomes["driver silent"]["gone after"] < 7


def test_the_tree_ends_if_the_raylet_is_killed(outcomes: Any) -> None:
    # The driver is on the same node here, so no verdict comes: the runner's deadline makes that an unknown.
    assert outcomes["raylet killed"]["gone after"] < 10


def test_a_living_actor_is_counted_and_a_killed_one_is_not(outcomes: Any) -> None:
    assert outcomes["actors"] == {"living": 1, "killed": 0}
