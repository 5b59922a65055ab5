from __future__ import annotations

import json
import os
import resource
import signal
import subprocess
import sys
import textwrap
from pathlib import Path

import pytest

from vitest_python.posix import cookie, pidfd
from vitest_python.posix.identity import own_start_time, real_user
from vitest_python.reaper.run_directory import note_survivors

from .reaping import PACKAGE, Run, alive, eventually

# A subreaper that starts a program, waits for its first line, kills its tree and prints the result as JSON.
KILLER = """
import json, os, subprocess, sys
sys.path.insert(0, {package!r})
from vitest_python.posix import identity, pidfd
from vitest_python.posix.killing import kill_tree as tree
from vitest_python.posix.prctl import adopt_orphans
adopt_orphans()
{prepare}
def reap():
    while True:
        try:
            if os.waitpid(-1, os.WNOHANG)[0] == 0:
                return True
        except ChildProcessError:
            return False
program = subprocess.Popen(
    [sys.executable, "-S", "-c", {program!r}], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True
)
last = int(program.stdout.readline())
killed = tree.kill_tree(20, reap)
print(json.dumps([last, killed.empty, {{str(p): s for p, s in killed.processes.items()}}, list(killed.left)]))
"""
# Each generation waits for the next one. The last one prints its pid.
CHAIN = """
import os, time
for _ in range(200):
    if os.fork():
        os.wait()
        os._exit(0)
print(os.getpid(), flush=True)
time.sleep(60)
"""
SLEEP = "import os, time; print(os.getpid(), flush=True); time.sleep(60)"
# Becomes root for good, so that an unprivileged killer may not signal it.
NOBODY = 65_534

as_root = pytest.mark.skipif(os.geteuid() != 0, reason="only root can become another user")


def kill(program: str, prepare: str = "") -> tuple[int, bool, dict[str, str], list[int]]:
    script = KILLER.format(package=PACKAGE, program=program, prepare=textwrap.dedent(prepare))
    answer = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, timeout=50, check=True)
    last, empty, killed, left = json.loads(answer.stdout)
    return last, empty, killed, left


def test_kills_a_chain_that_is_deeper_than_the_stack_and_has_more_processes_than_files_may_be_open() -> None:
    last, empty, killed, _ = kill(
        CHAIN,
        """
        import resource
        resource.setrlimit(resource.RLIMIT_NOFILE, (64, 64))
        kill_tree = tree.kill_tree
        def with_a_short_stack(*args):
            sys.setrecursionlimit(60)
            return kill_tree(*args)
        tree.kill_tree = with_a_short_stack
    """,
    )
    assert empty and len(killed) > 200
    assert not alive(last)


def test_kills_it_without_the_lists_of_children_of_the_kernel() -> None:
    last, empty, killed, _ = kill(
        CHAIN, "from vitest_python.posix.killing import descendants; descendants.HAS_CHILDREN_FILES = False"
    )
    assert empty and len(killed) > 200
    assert not alive(last)


@pytest.mark.parametrize("has_pidfd", [True, False])
def test_kills_a_child_that_proc_does_not_show(has_pidfd: bool) -> None:
    last, empty, killed, _ = kill(SLEEP, f"pidfd.read_stat = lambda pid: None; pidfd.HAS_PIDFD = {has_pidfd}")
    assert empty and killed == {str(last): ""}
    assert not alive(last)


@as_root
def test_gives_up_soon_on_a_process_that_refuses_the_signal() -> None:
    # The program is root's, and the killer gives up its privileges after starting it.
    prepare = f"""
        start = subprocess.Popen
        def demote(*args, **options):
            started = start(*args, **options)
            os.setresuid({NOBODY}, {NOBODY}, {NOBODY})
            return started
        subprocess.Popen = demote
    """
    last, empty, killed, left = kill(SLEEP, prepare)
    assert not empty and not killed and left == [last]
    assert alive(last)
    fd = os.pidfd_open(last)
    signal.pidfd_send_signal(fd, signal.SIGKILL)
    os.close(fd)


def test_pidfds_do_not_count_as_available_if_signals_by_them_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    assert pidfd.available()

    def refuse(*_: object) -> None:
        raise PermissionError

    monkeypatch.setattr(signal, "pidfd_send_signal", refuse)
    assert not pidfd.available()
    monkeypatch.delattr(signal, "pidfd_send_signal")
    assert not pidfd.available()


def test_a_process_is_opened_without_a_pidfd_if_no_file_can_be_opened(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(_: int) -> int:
        raise OSError(24, "Too many open files")

    monkeypatch.setattr(os, "pidfd_open", refuse)
    assert pidfd.Process(os.getpid()).fd is None


def test_only_children_and_the_parent_are_opened_if_they_are_hidden(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pidfd, "read_stat", lambda _: None)
    child = subprocess.Popen(["sleep", "60"])
    for pid in (child.pid, os.getppid()):
        process = pidfd.Process(pid, known=True)
        assert process.hidden and process.stat.alive
        process.close()
        with pytest.raises(ProcessLookupError):
            pidfd.Process(pid)
    with pytest.raises(ProcessLookupError):
        pidfd.Process(1 if os.getppid() != 1 else os.getpid(), known=True)
    child.kill()
    os.waitid(os.P_PID, child.pid, os.WEXITED | os.WNOWAIT)
    ended = pidfd.Process(child.pid, known=True)
    assert not ended.stat.alive
    ended.close()
    child.wait()


def test_one_limit_is_enough(tmp_path: Path) -> None:
    lowered = Run(
        tmp_path,
        "l1m1t00",
        start="import resource; resource.setrlimit(resource.RLIMIT_RSS, (2**40, 2**40))\n"
        "from vitest_python.posix.identity import own_start_time",
    )
    assert lowered.wait_for("armed")["limits"] == ["RLIMIT_LOCKS"]
    daemon = lowered.spawn_daemon(tmp_path / "daemon")
    assert cookie.carries(daemon, "l1m1t00")
    lowered.close()
    eventually(lambda: not alive(daemon))


def test_linux_does_not_enforce_the_limits_and_lets_nobody_raise_them() -> None:
    script = """
import fcntl, os, resource, tempfile
if os.geteuid() == 0:
    os.setresuid(65534, 65534, 65534)
for limit in (resource.RLIMIT_RSS, 10):
    resource.setrlimit(limit, (0, 0))
files = [tempfile.TemporaryFile() for _ in range(50)]
for file in files:
    fcntl.flock(file, fcntl.LOCK_EX)
    fcntl.lockf(file, fcntl.LOCK_EX)
block = bytearray(50_000_000)
for limit in (resource.RLIMIT_RSS, 10):
    try:
        resource.setrlimit(limit, (1, 1))
    except ValueError:
        continue
    raise SystemExit("raised")
"""
    subprocess.run([sys.executable, "-c", script], check=True, cwd="/")


@as_root
def test_a_process_of_another_user_is_not_killed_for_the_cookies_that_it_has(tmp_path: Path) -> None:
    run = Run(tmp_path, "c0p1ed0")
    value = cookie.limit_of(run.run_id)

    def copy() -> None:
        for number in cookie.LIMITS.values():
            resource.setrlimit(number, (value, value))

    env = {"VITEST_PYTHON_RUN_ID": run.run_id, "PATH": "/usr/bin:/bin"}
    copies = {
        user: subprocess.Popen(["sleep", "60"], env=env, user=user, preexec_fn=copy, cwd="/") for user in (0, NOBODY)
    }
    assert real_user(copies[NOBODY].pid) == NOBODY
    run.close()
    # Control: a process of this user counts as the run's.
    assert copies[0].wait(timeout=5) == -signal.SIGKILL
    assert copies[NOBODY].poll() is None
    copies[NOBODY].kill()
    copies[NOBODY].wait()


def test_notes_survivors_after_an_incomplete_line(tmp_path: Path) -> None:
    directory = tmp_path / "n0tes00"
    directory.mkdir(mode=0o700)
    record = directory / "processes.jsonl"
    record.write_text('{"id":"w1"}\n{"id":"w2","pi')
    assert note_survivors(str(directory), "n0tes00", {7: "42"}) is None
    assert json.loads(record.read_text().splitlines()[-1]) == {"id": "survivor-7", "pid": 7, "startTime": "42"}
    assert "run ID" in str(note_survivors(str(directory), "0th3r00", {7: own_start_time()}))
