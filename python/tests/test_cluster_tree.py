"""The tree of a node without Ray: a process of its own holds it, as the actor would."""

from __future__ import annotations

import os
import resource
import secrets
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import pytest

from vitest_python.cluster.node.agent import unpack
from vitest_python.cluster.node.peers import Peers
from vitest_python.cluster.node.step_away import step_away
from vitest_python.cluster.node.sweep import look, sweep_node, sweep_tree
from vitest_python.cluster.node.tree import Tree
from vitest_python.cluster.package import pack
from vitest_python.posix.identity import own_start_time, read_stat, start_time
from vitest_python.posix.lines import decode, encode
from vitest_python.posix.protocol import PROTOCOL, RUN_ID_VARIABLE

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="Ray's nodes are Linux machines")

PACKAGE = str(Path(__file__).parent.parent)
SLEEP = [sys.executable, "-c", "import time; time.sleep(60)"]


@pytest.fixture
def run_id() -> Iterator[str]:
    made = "".join(secrets.choice("0123456789abcdefghijklmnopqrstuvwxyz") for _ in range(7))
    yield made
    sweep_node(made)


def start(run_id: str, directory: Path, silence: float, keep: Sequence[str] = ()) -> Tree:
    path = directory / run_id
    (path / "logs").mkdir(parents=True)
    tree = Tree(run_id, str(path), PACKAGE, "token", silence, list(keep))
    assert wait_for(tree, "armed")["subreaper"]
    return tree


def wait_for(tree: Tree, event: str) -> dict[str, Any]:
    until = time.monotonic() + 10
    while time.monotonic() < until:
        for line in tree.take(0.1):
            if line["line"]["event"] == event:
                found: dict[str, Any] = line["line"]
                return found
    raise AssertionError(f"no {event}")


def spawn(tree: Tree, run_id: str, directory: Path, code: str) -> int:
    log = str(directory / run_id / "logs" / "program.log")
    order = {"op": "spawn", "id": "p", "argv": [sys.executable, "-c", code], "env": {}, "cwd": "/", "log": log}
    tree.send("reaper", order)
    return int(wait_for(tree, "spawned")["pid"])


def pids(run_id: str) -> list[int]:
    return [process["pid"] for process in look(run_id)[0]]


def until_none(run_id: str, limit: float) -> bool:
    until = time.monotonic() + limit
    while pids(run_id) and time.monotonic() < until:
        time.sleep(0.02)
    return not pids(run_id)


DAEMON = """\
import subprocess, sys, time
subprocess.Popen([sys.executable, "-c", "import time; time.sleep(60)"], start_new_session=True)
time.sleep(60)
"""


def daemon(tree: Tree, run_id: str, directory: Path) -> None:
    spawn(tree, run_id, directory, DAEMON)
    until = time.monotonic() + 10
    while len(pids(run_id)) < 3 and time.monotonic() < until:
        tree.take(0.02)
    assert len(pids(run_id)) == 3


def test_the_reaper_is_no_descendant_of_the_actor(run_id: str, tmp_path: Path) -> None:
    tree = start(run_id, tmp_path, 60)
    (reaper,) = pids(run_id)
    stat = read_stat(reaper)
    assert stat is not None and stat.parent != os.getpid()
    tree.end()
    assert until_none(run_id, 5)


def test_a_tree_ends_by_itself_after_the_silence(run_id: str, tmp_path: Path) -> None:
    tree = start(run_id, tmp_path, 1.0)
    daemon(tree, run_id, tmp_path)
    assert until_none(run_id, 5)
    assert not (tmp_path / run_id).exists()


def test_the_actor_is_told_after_the_silence_and_not_before_the_end_of_the_tree(run_id: str, tmp_path: Path) -> None:
    path = tmp_path / run_id
    (path / "logs").mkdir(parents=True)
    seen: list[list[int]] = []
    tree = Tree(run_id, str(path), PACKAGE, "token", 3.0, [], abandoned=lambda: seen.append(pids(run_id)))
    wait_for(tree, "armed")
    daemon(tree, run_id, tmp_path)
    time.sleep(0.5)
    assert seen == []
    until = time.monotonic() + 20
    while not seen and time.monotonic() < until:
        time.sleep(0.02)
    assert seen == [[]]


def test_a_tree_goes_on_as_long_as_it_is_asked(run_id: str, tmp_path: Path) -> None:
    tree = start(run_id, tmp_path, 2.0)
    daemon(tree, run_id, tmp_path)
    until = time.monotonic() + 4.5
    while time.monotonic() < until:
        tree.take(0.2)
    assert len(pids(run_id)) == 3
    tree.end()
    assert until_none(run_id, 5)


SLOW_END = """\
import json, os, sys, time
from pathlib import Path
started = Path("/proc/self/stat").read_text().rsplit(")", 1)[1].split()[19]
print(json.dumps({"event": "armed", "pid": os.getpid(), "startTime": started, "subreaper": True}), flush=True)
sys.stdin.read()
os.close(1)
time.sleep(0.3)
"""


def test_a_reaper_has_not_ended_as_long_as_its_process_lives(run_id: str, tmp_path: Path) -> None:
    package = tmp_path / "package"
    package.mkdir()
    (package / "__main__.py").write_text(SLOW_END)
    (tmp_path / run_id / "logs").mkdir(parents=True)
    tree = Tree(run_id, str(tmp_path / run_id), str(package), "token", 60, [])
    reaper = wait_for(tree, "armed")["pid"]
    tree.end()
    assert tree.ended.wait(5)
    assert start_time(reaper) is None


def test_finish_tells_what_was_left(run_id: str, tmp_path: Path) -> None:
    tree = start(run_id, tmp_path, 60)
    daemon(tree, run_id, tmp_path)
    finished = tree.finish()
    assert finished["problem"] is None
    assert len(finished["orphans"]) == 2
    assert not pids(run_id)


def test_finish_tells_nothing_if_nothing_was_left(run_id: str, tmp_path: Path) -> None:
    tree = start(run_id, tmp_path, 60)
    assert tree.finish() == {"orphans": [], "problem": None}
    assert not pids(run_id)


def test_finish_waits_for_a_process_that_is_about_to_end(run_id: str, tmp_path: Path) -> None:
    tree = start(run_id, tmp_path, 60)
    spawn(tree, run_id, tmp_path, "import time; time.sleep(0.3)")
    assert tree.finish() == {"orphans": [], "problem": None}


def test_a_reaper_that_was_killed_is_a_problem_and_its_daemon_is_killed_soon(run_id: str, tmp_path: Path) -> None:
    tree = start(run_id, tmp_path, 60)
    daemon(tree, run_id, tmp_path)
    reaper = next(pid for pid in pids(run_id) if b"reaper" in Path(f"/proc/{pid}/cmdline").read_bytes())
    os.kill(reaper, 9)
    wait_for(tree, "reaper-ended")
    assert not pids(run_id)
    finished = tree.finish()
    assert finished["problem"] == "its reaper ended during the run"
    assert [orphan["killed"] for orphan in finished["orphans"]] == [True]


def test_a_process_that_may_outlive_the_run_outlives_a_reaper_that_was_killed(run_id: str, tmp_path: Path) -> None:
    path = tmp_path / run_id
    (path / "logs").mkdir(parents=True)
    tree = Tree(run_id, str(path), PACKAGE, "token", 60, [os.path.realpath(sys.executable)])
    reaper = wait_for(tree, "armed")["pid"]
    daemon(tree, run_id, tmp_path)
    os.kill(reaper, 9)
    wait_for(tree, "reaper-ended")
    assert len(pids(run_id)) == 1
    assert tree.finish()["orphans"] == []


def test_the_sweep_ends_a_daemon_that_has_lost_actor_and_reaper(run_id: str) -> None:
    orphaned = step_away(SLEEP, {**os.environ, RUN_ID_VARIABLE: run_id})
    until = time.monotonic() + 5
    while not pids(run_id) and time.monotonic() < until:
        time.sleep(0.01)
    swept = sweep_node(run_id, own_start_time())
    assert [orphan["killed"] for orphan in swept["orphans"]] == [True]
    assert swept["cleanSweeps"] == 2
    assert not pids(run_id)
    for pipe in (orphaned.stdin, orphaned.stdout):
        assert pipe is not None
        pipe.close()


def test_a_sweep_finds_and_kills_what_has_the_marks(run_id: str) -> None:
    process = subprocess.Popen(SLEEP, env={**os.environ, RUN_ID_VARIABLE: run_id})
    try:
        swept = sweep_node(run_id, own_start_time())
        assert [orphan["pid"] for orphan in swept["orphans"]] == [process.pid]
        assert swept["cleanSweeps"] == 2
        assert swept["uid"] == os.getuid() and swept["bootId"] and swept["pidNamespace"].startswith("pid:")
    finally:
        assert process.wait(5) == -9


def test_a_sweep_leaves_other_runs_alone(run_id: str) -> None:
    process = subprocess.Popen(SLEEP, env={**os.environ, RUN_ID_VARIABLE: run_id})
    try:
        assert sweep_node("zzzzzz0", own_start_time())["orphans"] == []
        assert process.poll() is None
    finally:
        process.kill()
        process.wait()


def test_the_package_works_where_it_is_unpacked(tmp_path: Path) -> None:
    before = list(sys.path)
    try:
        unpack(pack(), str(tmp_path))
    finally:
        sys.path[:] = before
    argv = [sys.executable, "-I", "-S", str(tmp_path), "signal"]
    line = b'{"op":"signal","request":1,"signal":"SIGKILL","targets":[]}\n'
    answer = subprocess.run(argv, input=line, capture_output=True, check=True).stdout
    assert decode(answer) == {"event": "signalled", "request": 1, "outcomes": []}
    assert pack() == pack()


def test_a_program_that_stepped_away_has_its_pipes() -> None:
    code = "import os, sys; print(os.getppid(), os.getsid(0) == os.getpid(), sys.stdin.readline(), flush=True)"
    process = step_away([sys.executable, "-c", code], dict(os.environ))
    assert process.stdin is not None and process.stdout is not None
    with process.stdin, process.stdout:
        process.stdin.write(b"hello\n")
        process.stdin.flush()
        parent, leads, word, *_ = process.stdout.readline().split()
    assert int(parent) != os.getpid()
    # It is no leader of its session, so it can't get a terminal.
    assert (leads, word) == (b"False", b"hello")


@pytest.mark.parametrize(
    ("hello", "answer"),
    [
        ({"protocol": PROTOCOL, "token": "token"}, "welcome"),
        ({"protocol": PROTOCOL, "token": "guessed"}, "refused"),
        ({"protocol": PROTOCOL + 1, "token": "token"}, "refused"),
        ({"protocol": PROTOCOL}, "refused"),
    ],
)
def test_the_control_socket_of_a_node_asks_for_the_token(tmp_path: Path, hello: dict[str, Any], answer: str) -> None:
    received: list[dict[str, Any]] = []
    Peers(str(tmp_path / "c.sock"), "token", received.append)
    with socket.socket(socket.AF_UNIX) as peer:
        peer.connect(str(tmp_path / "c.sock"))
        peer.sendall(encode({"role": "worker", "id": "w1", **hello}))
        with peer.makefile("rb") as lines:
            assert answer in decode(lines.readline())
    until = time.monotonic() + 2
    while answer == "welcome" and not received and time.monotonic() < until:
        time.sleep(0.01)
    assert [line["from"] for line in received] == (["w1"] if answer == "welcome" else [])
    assert not any("token" in line["line"] for line in received)


def test_a_peer_is_accepted_after_descriptors_were_short(tmp_path: Path) -> None:
    received: list[dict[str, Any]] = []
    Peers(str(tmp_path / "c.sock"), "token", received.append)
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    with socket.socket(socket.AF_UNIX) as peer:
        peer.settimeout(10)
        # The next descriptor would have this number or a higher one.
        resource.setrlimit(resource.RLIMIT_NOFILE, (min(map(int, os.listdir("/proc/self/fd"))), hard))
        try:
            peer.connect(str(tmp_path / "c.sock"))
            time.sleep(0.3)
        finally:
            resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))
        peer.sendall(encode({"role": "worker", "id": "w1", "token": "token", "protocol": PROTOCOL}))
        with peer.makefile("rb") as lines:
            assert "welcome" in decode(lines.readline())


def test_a_kept_process_may_outlive_the_tree(run_id: str, tmp_path: Path) -> None:
    tree = start(run_id, tmp_path, 30, keep=["sleep"])
    spawn(tree, run_id, tmp_path, "import subprocess; subprocess.Popen(['sleep', '60'], start_new_session=True)")
    until = time.monotonic() + 10
    while not any(process["command"] == "sleep 60" for process in look(run_id)[0]) and time.monotonic() < until:
        time.sleep(0.02)
    assert tree.finish() == {"orphans": [], "problem": None}
    swept = sweep_tree(run_id, own_start_time(), ["sleep"])
    assert (swept["orphans"], swept["cleanSweeps"]) == ([], 2)
    (kept,) = swept["kept"]
    assert (kept["command"], os.path.basename(kept["executable"])) == ("sleep 60", "sleep")
    # Control: without the rule, it is an orphan.
    swept = sweep_tree(run_id, own_start_time(), [])
    assert [(orphan["pid"], orphan["killed"]) for orphan in swept["orphans"]] == [(kept["pid"], True)]
