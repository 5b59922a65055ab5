"""Runs the code for macOS with the real processes of this machine; see mac/program.py."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from vitest_python.posix.darwin import ps
from vitest_python.posix.darwin.kill_tree import victims

from .reaping import PACKAGE, Run, alive, eventually, state_of

pytestmark = pytest.mark.skipif(sys.platform == "darwin", reason="the imitations read /proc")

HERE = Path(__file__).resolve().parent / "mac"
MAC = (str(HERE / "program.py"), PACKAGE)
START = f"""
sys.path.insert(0, {str(HERE)!r})
import program
from vitest_python.posix.darwin import ps
def own_start_time():
    ps.PS = [sys.executable, "-I", "-S", {str(HERE / "ps.py")!r}]
    return ps.read_stat(os.getpid()).start_time
"""

LIST = """\
    1     0     1 Ss   Mon Nov 23 07:02:11 2026     /sbin/launchd
 4120  4090  4120 S+   Mon Nov 23 10:15:01 2026     node vitest run
 4131  4120  4131 Ss   Mon Nov  3 10:15:03 2026     python3 reaper
 4132  4131  4131 S    Mon Nov 23 10:15:03 2026     python3 forkserver
 4140  4132  4140 Ss   Mon Nov 23 10:15:04 2026     python3 -c import time
time.sleep(100)
 4151     1  4140 S    Mon Nov 23 10:15:06 2026     sleep 100
 4152     1  4152 Ss   Mon Nov 23 10:15:06 2026     sleep 100
 4153  4140  4140 Z    Mon Nov 23 10:15:06 2026     <defunct>
"""


@pytest.fixture
def run(tmp_path: Path) -> Iterator[Run]:
    made = Run(tmp_path, "macmac0", MAC, START)
    yield made
    made.close()
    assert "touched Linux" not in (tmp_path / "reaper.out.err").read_text()


def test_parses_the_output_of_ps() -> None:
    table = ps.parse(LIST)
    assert list(table) == [1, 4120, 4131, 4132, 4140, 4151, 4152, 4153]
    assert table[4131].stat == (4131, "S", 4120, 1, "Mon Nov 3 10:15:03 2026")
    assert table[4140].command == "python3 -c import time\ntime.sleep(100)"
    assert not table[4153].stat.alive


def test_victims_are_descendants_and_members_of_their_groups() -> None:
    groups: set[int] = set()
    assert [entry.stat.pid for entry in victims(4131, ps.parse(LIST), groups)] == [4132, 4140, 4151]
    assert groups == {4131, 4140}
    # The leader is gone, and its group is remembered.
    later = "\n".join(line for line in LIST.splitlines() if not line.startswith((" 4140", " 4132", "time")))
    assert [entry.stat.pid for entry in victims(4131, ps.parse(later), groups)] == [4151]


def test_spares_a_group_that_it_does_not_lead() -> None:
    text = LIST.replace("4131  4120  4131", "4131  4120  4120").replace("4132  4131  4131", "4132  4131  4120")
    assert [entry.stat.pid for entry in victims(4131, ps.parse(text), set())] == [4132, 4140, 4151]


def test_reports_its_capabilities(run: Run) -> None:
    armed = run.wait_for("armed")
    assert not (armed["subreaper"] or armed["pidfd"] or armed["limits"] or armed["cgroup"])
    assert armed["bootId"] == "kern.bootsessionuuid"
    assert armed["startTime"].count(":") == 2


def test_kills_everything_when_its_owner_is_killed(run: Run) -> None:
    child = run.spawn("sh", "-c", "sleep 60 & wait")
    marked = subprocess.Popen(["sleep", "60"], env={"VITEST_PYTHON_RUN_ID": run.run_id}, start_new_session=True)
    words = [sys.executable, "-c", "import time; time.sleep(60)", f"VITEST_PYTHON_RUN_ID={run.run_id}"]
    argument = subprocess.Popen(words, start_new_session=True)
    run.owner.kill()
    run.owner.wait()
    assert marked.wait(timeout=10) == -signal.SIGKILL
    eventually(lambda: not alive(child) and not alive(run.pid), seconds=10)
    assert not run.directory.exists()
    assert argument.poll() is None
    argument.kill()
    argument.wait()


def test_sees_the_end_of_its_owner_by_kqueue_alone(run: Run) -> None:
    # Another process holds the other end of its input, so the input never ends.
    keeper = os.open(f"/proc/{run.pid}/fd/0", os.O_RDWR)
    run.owner.kill()
    run.owner.wait()
    eventually(lambda: not alive(run.pid), seconds=10)
    os.close(keeper)


def test_spares_a_stopped_owner(run: Run) -> None:
    child = run.spawn("sleep", "60")
    run.owner.send_signal(signal.SIGSTOP)
    eventually(lambda: state_of(run.owner.pid) == "T")
    time.sleep(0.3)
    assert alive(run.pid) and alive(child)
    run.owner.send_signal(signal.SIGCONT)


def test_kills_the_tree_and_its_orphans_on_request(run: Run, tmp_path: Path) -> None:
    file = tmp_path / "reparented"
    child = run.spawn("sh", "-c", f"(sleep 60 & echo $! > {file}.new; mv {file}.new {file}); sleep 60")
    eventually(file.exists)
    reparented = int(file.read_text())
    run.say(op="kill-tree", request=7, timeout=5000)
    answer = run.wait_for("tree-killed", request=7)
    assert answer["empty"]
    assert {child, reparented} <= {killed["pid"] for killed in answer["killed"]}
    assert not alive(child) and not alive(reparented)
    assert alive(run.pid)


def test_a_process_escapes_if_it_leaves_its_group_and_its_environment(run: Run, tmp_path: Path) -> None:
    """This is the weaker guarantee of docs/guarantee.md. On Linux, the same daemon is found."""
    daemon = run.spawn_daemon(tmp_path / "daemon")
    run.owner.kill()
    run.owner.wait()
    eventually(lambda: not alive(run.pid), seconds=10)
    assert alive(daemon)
    os.kill(daemon, signal.SIGKILL)


def test_never_signals_an_impostor(run: Run) -> None:
    child = run.spawn("sleep", "60")
    started = run.wait_for("spawned", id="child")["startTime"]
    targets = [{"pid": child, "startTime": "Mon Nov 3 10:15:03 2025"}, {"pid": 2**22 + 1, "startTime": started}]
    run.say(op="signal", request=1, signal="SIGKILL", targets=targets)
    outcomes = run.wait_for("signalled", request=1)["outcomes"]
    assert [outcome["outcome"] for outcome in outcomes] == ["impostor", "gone"]
    assert alive(child)
    run.say(op="signal", request=2, signal="SIGKILL", targets=[{"pid": child, "startTime": started}])
    assert run.wait_for("signalled", request=2)["outcomes"][0]["outcome"] == "sent"
    assert run.wait_for("exited", id="child")["signal"] == "SIGKILL"


def test_signals_once_without_a_reaper() -> None:
    child = subprocess.Popen(["sleep", "60"])
    line = {"op": "signal", "request": 1, "signal": "SIGKILL", "targets": [{"pid": child.pid, "startTime": "x"}]}
    answer = subprocess.run(
        [sys.executable, "-I", "-S", *MAC, "signal"], input=json.dumps(line) + "\n", capture_output=True, text=True
    )
    assert '"outcome": "impostor"' in answer.stdout, answer.stderr
    child.kill()
    child.wait()


def test_control_the_guard_notices_features_of_linux() -> None:
    paths = [str(HERE), PACKAGE]
    script = f"import sys; sys.path[:0] = {paths}; import program; program.be_mac(); open('/proc/1/stat')"
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True)
    assert done.returncode == 99
    assert "touched Linux: open" in done.stderr
