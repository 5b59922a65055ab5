from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from .reaping import DAEMON, LINUX, PACKAGE, Run, alive, eventually, limits_with, load, state_of


@pytest.fixture
def run(tmp_path: Path) -> Iterator[Run]:
    made = Run(tmp_path, "r3ap3r0")
    yield made
    made.close()


def test_reports_its_capabilities(run: Run) -> None:
    armed = run.wait_for("armed")
    assert armed["protocol"] == 1
    assert armed["subreaper"] and armed["pidfd"]
    assert armed["limits"] == limits_with(run.pid, run.run_id)


def test_kills_everything_when_its_owner_is_killed(run: Run, tmp_path: Path) -> None:
    child = run.spawn("sleep", "60")
    daemon = run.spawn_daemon(tmp_path / "daemon")
    assert alive(child) and alive(daemon)
    began = time.monotonic()
    run.owner.kill()
    run.owner.wait()
    eventually(lambda: not alive(child) and not alive(daemon) and not alive(run.pid), seconds=1)
    assert time.monotonic() - began < 1 * load()
    assert not run.directory.exists()


BLOCKED = (
    LINUX
    + """
import signal
signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT, signal.SIGTERM, signal.SIGCHLD})
"""
)


def test_a_signal_that_its_owner_blocks_reaches_the_programs(tmp_path: Path) -> None:
    run = Run(tmp_path, "bl0ck3d", start=BLOCKED)
    try:
        child = run.spawn("sleep", "60")
        os.kill(child, signal.SIGINT)
        assert run.wait_for("exited", id="child")["signal"] == "SIGINT"
    finally:
        run.close()


def test_without_a_reaper_the_daemon_lives_on(tmp_path: Path) -> None:
    file = tmp_path / "daemon"
    parent = subprocess.Popen([sys.executable, "-c", DAEMON, str(file)])
    eventually(file.exists)
    daemon = int(file.read_text())
    parent.kill()
    parent.wait()
    time.sleep(0.2)
    assert alive(daemon)
    fd = os.pidfd_open(daemon)
    signal.pidfd_send_signal(fd, signal.SIGKILL)
    os.close(fd)


def test_spares_a_stopped_owner_and_goes_on_working(run: Run) -> None:
    child = run.spawn("sleep", "60")
    run.owner.send_signal(signal.SIGSTOP)
    eventually(lambda: state_of(run.owner.pid) == "T")
    time.sleep(0.3)
    assert alive(run.pid) and alive(child)
    run.owner.send_signal(signal.SIGCONT)
    run.say(op="kill-tree", request=1, timeout=10_000)
    assert run.wait_for("tree-killed", request=1)["empty"]


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP, signal.SIGPIPE])
def test_ignores_signals_of_terminals_and_users(run: Run, number: signal.Signals) -> None:
    child = run.spawn("sleep", "60")
    os.kill(run.pid, number)
    time.sleep(0.1)
    assert alive(run.pid)
    # The same signal kills a program that it has started, because ignored signals aren't inherited.
    run.say(op="signal", request=1, signal=number.name, targets=[{"pid": child, "startTime": started(child)}])
    assert run.wait_for("exited", pid=child)["signal"] == number.name


def test_kills_the_whole_tree_on_request(run: Run, tmp_path: Path) -> None:
    child = run.spawn("sh", "-c", "sleep 60 & sleep 60 & wait")
    daemon = run.spawn_daemon(tmp_path / "daemon")
    run.say(op="kill-tree", request=7, timeout=10_000)
    answer = run.wait_for("tree-killed", request=7)
    assert answer["empty"]
    assert {child, daemon} <= {killed["pid"] for killed in answer["killed"]}
    assert not alive(child) and not alive(daemon)
    assert alive(run.pid) and run.directory.exists()


def test_kills_a_chain_that_forks_forever(run: Run) -> None:
    chain = "import os, time\nfor _ in range(5000):\n  if os.fork(): os._exit(0)\n  os.setsid(); time.sleep(0.002)"
    run.spawn(sys.executable, "-S", "-c", chain)
    time.sleep(0.1)
    run.say(op="kill-tree", request=1, timeout=10_000)
    assert run.wait_for("tree-killed", request=1)["empty"]


def test_finds_a_process_that_is_not_a_descendant_by_its_cookie(run: Run) -> None:
    env = {**os.environ, "VITEST_PYTHON_RUN_ID": run.run_id}
    marked = subprocess.Popen(["sleep", "60"], env=env)
    other = subprocess.Popen(["sleep", "60"], env={**env, "VITEST_PYTHON_RUN_ID": "0th3r00"})
    run.owner.kill()
    assert marked.wait(timeout=5) == -signal.SIGKILL
    eventually(lambda: not alive(run.pid))
    assert other.poll() is None
    other.kill()
    other.wait()


def test_marks_a_process_that_clears_its_environment(run: Run, tmp_path: Path) -> None:
    if not run.wait_for("armed")["limits"]:
        pytest.skip("the hard limit is finite here")
    assert limits_with(run.spawn_daemon(tmp_path / "daemon"), run.run_id) == run.wait_for("armed")["limits"]
    assert limits_with(os.getpid(), run.run_id) == []


def test_never_signals_an_impostor(run: Run) -> None:
    child = run.spawn("sleep", "60")
    targets = [{"pid": child, "startTime": str(int(started(child)) + 1)}, {"pid": 2**22 + 1, "startTime": "1"}]
    run.say(op="signal", request=1, signal="SIGKILL", targets=targets)
    outcomes = run.wait_for("signalled", request=1)["outcomes"]
    assert [outcome["outcome"] for outcome in outcomes] == ["impostor", "gone"]
    assert alive(child)
    run.say(op="signal", request=2, signal="SIGKILL", targets=[{"pid": child, "startTime": started(child)}])
    assert run.wait_for("signalled", request=2)["outcomes"][0]["outcome"] == "sent"
    assert run.wait_for("exited", id="child") == {
        "event": "exited",
        "id": "child",
        "pid": child,
        "status": None,
        "signal": "SIGKILL",
    }


def test_says_why_a_program_cannot_be_started(run: Run) -> None:
    run.say(op="spawn", id="x", argv=["/nowhere"], env={}, cwd="/", log=str(run.directory / "log"))
    assert "/nowhere" in run.wait_for("spawn-failed", id="x")["message"]


def test_survives_an_invalid_line(run: Run) -> None:
    assert run.owner.stdin is not None
    run.owner.stdin.write(b"{broken\n")
    run.say(op="nothing of the kind")
    assert alive(run.spawn("sleep", "60"))


def test_leaves_the_directory_to_its_owner_on_exit(run: Run) -> None:
    run.say(op="exit")
    eventually(lambda: not alive(run.pid))
    assert run.directory.exists()


def test_treats_an_owner_with_another_start_time_as_gone(tmp_path: Path) -> None:
    directory = tmp_path / "r3ap3r1"
    directory.mkdir()
    arguments = ["--run-id", "r3ap3r1", "--run-directory", str(directory), "--owner-pid", str(os.getpid())]
    ended = subprocess.run(
        [sys.executable, "-I", "-S", PACKAGE, "reaper", *arguments, "--owner-start-time", "1", "--protocol", "1"],
        stdin=subprocess.PIPE,
        capture_output=False,
        timeout=5,
        check=False,
    )
    assert ended.returncode == 0
    assert not directory.exists()


def test_does_not_remove_a_link_in_place_of_the_directory(run: Run, tmp_path: Path) -> None:
    precious = tmp_path / "precious"
    precious.mkdir()
    (precious / "file").write_text("kept")
    run.directory.rename(tmp_path / "moved")
    run.directory.symlink_to(precious)
    run.owner.kill()
    eventually(lambda: not alive(run.pid))
    assert (precious / "file").read_text() == "kept"


def test_signals_once_without_a_reaper() -> None:
    child = subprocess.Popen(["sleep", "60"])
    line = f'{{"op":"signal","request":1,"signal":"SIGKILL","targets":[{{"pid":{child.pid},"startTime":"%s"}}]}}\n'
    for start, outcome in (("1", "impostor"), (started(child.pid), "sent")):
        answer = subprocess.run(
            [sys.executable, "-I", "-S", PACKAGE, "signal"],
            input=line % start,
            capture_output=True,
            text=True,
            check=True,
        )
        assert f'"outcome": "{outcome}"' in answer.stdout
    assert child.wait(timeout=5) == -signal.SIGKILL


def started(pid: int) -> str:
    from vitest_python.posix.identity import start_time

    return start_time(pid) or "0"
