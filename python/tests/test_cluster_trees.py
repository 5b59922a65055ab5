"""The trees of a node as a task finds them, without Ray, and with real processes."""

from __future__ import annotations

import json
import os
import secrets
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from vitest_python.cluster.node import trees
from vitest_python.cluster.node.agent import nodes_directory
from vitest_python.cluster.node.record import owner_state, read_record, write_record
from vitest_python.cluster.node.trees import end_tree, find_trees
from vitest_python.posix.cookie import ALPHABET, read_limits
from vitest_python.posix.identity import start_time
from vitest_python.posix.protocol import LEASE_VARIABLE, RUN_DIRECTORY_VARIABLE, RUN_ID_VARIABLE

from .reaping import eventually

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="Ray's nodes are Linux machines")

PACKAGE = str(Path(__file__).parent.parent)
WRITE = """\
import json, sys
from vitest_python.cluster.node.record import write_record
write_record(sys.argv[1], "abcdefg", "10.0.0.7", json.loads(sys.argv[2]))
"""
Start = Callable[..., "subprocess.Popen[bytes]"]


@pytest.fixture(autouse=True)
def temporary(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    # Here, there is none.
    monkeypatch.setattr(trees, "start_of_raylet", lambda: int(start_time(os.getppid()) or 0))
    Path(nodes_directory()).mkdir(mode=0o700)


@pytest.fixture
def start() -> Iterator[Start]:
    """Starts a process with these variables in its environment. It is ended with the test."""
    started: list[subprocess.Popen[bytes]] = []

    def start(*words: str, **variables: str) -> subprocess.Popen[bytes]:
        started.append(subprocess.Popen(words or ("sleep", "60"), env={**os.environ, **variables}))
        return started[-1]

    yield start
    for process in started:
        process.kill()
        process.wait()


def mint() -> str:
    return "".join(secrets.choice(ALPHABET) for _ in range(7))


def make_tree(owner: str = "dead", keep: tuple[str, ...] = ()) -> str:
    """Make the directory of a tree, whose owner is this process or one that has ended."""
    directory = f"{nodes_directory()}/{mint()}"
    os.mkdir(directory, 0o700)
    if owner == "alive":
        write_record(directory, "abcdefg", "10.0.0.7", list(keep))
    else:
        subprocess.run([sys.executable, "-c", WRITE, directory, json.dumps(keep)], cwd=PACKAGE, check=True)
    return directory


def marks(directory: str) -> dict[str, str]:
    return {RUN_ID_VARIABLE: os.path.basename(directory)}


def found(directory: str) -> dict[str, Any]:
    tree: dict[str, Any] = find_trees()["trees"][os.path.basename(directory)]
    return tree


def pids(tree: dict[str, Any]) -> list[int]:
    return [process["pid"] for process in tree["processes"]]


def test_a_process_of_a_tree_whose_actor_has_ended_is_named(start: Start) -> None:
    directory = make_tree()
    daemon = start(**marks(directory), **{LEASE_VARIABLE: "l7"})
    tree = found(directory)
    (process,) = tree["processes"]
    assert (tree["owner"], tree["run"], tree["ip"]) == ("dead", "abcdefg", "10.0.0.7")
    assert (process["pid"], process["command"], process["lease"]) == (daemon.pid, "sleep 60", "l7")


def test_a_process_of_a_run_in_a_run_is_named_for_each_that_has_ended(start: Start) -> None:
    for outer, inner in (("alive", "dead"), ("dead", "alive")):
        trees_of = {"alive": make_tree("alive"), "dead": make_tree()}
        marked = f"""
import sys, time
from vitest_python.posix.cookie import set_limits
assert set_limits({os.path.basename(trees_of[outer])!r})
print(flush=True)
time.sleep(60)
"""
        environment = {**marks(trees_of[inner]), "PYTHONPATH": PACKAGE}
        daemon = start(sys.executable, "-c", marked, **environment)
        eventually(lambda pid=daemon.pid: bool(read_limits(pid)))  # type: ignore[misc]
        assert pids(found(trees_of["dead"])) == [daemon.pid]
        assert pids(found(trees_of["alive"])) == []


@pytest.mark.parametrize(
    ("limits", "doubtful"),
    [
        ("pass", False),
        # As an administrator sets them, so that they can't be marked, or as a process lowers them.
        ("resource.setrlimit(5, (8 << 20,) * 2); resource.setrlimit(10, (1000,) * 2)", True),
        ("resource.setrlimit(5, (8 << 20,) * 2)", False),
        ("cookie.set_limits('0th3rrn')", False),
    ],
)
def test_a_process_that_hides_its_environment_is_doubtful_if_it_may_have_the_limits_of_a_run(
    limits: str, doubtful: bool
) -> None:
    code = f"""
import ctypes, os, resource, subprocess, sys
from vitest_python.posix import cookie
from vitest_python.cluster.node.sweep import is_doubtful
# Root can read everything.
if not os.getuid():
    os.setuid(65534)
hidden = os.fork()
if not hidden:
    {limits}
    ctypes.CDLL(None).prctl(4, 0, 0, 0, 0)
    os.write(1, b".")
    sys.stdin.read()
    os._exit(0)
sys.stdin.readline()
print(is_doubtful(hidden), flush=True)
os.kill(hidden, 9)
"""
    environment = {**os.environ, "PYTHONPATH": PACKAGE}
    program = subprocess.Popen(
        [sys.executable, "-c", code], env=environment, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    assert program.stdout is not None
    assert program.stdout.read(1) == "."
    said, _ = program.communicate("\n", timeout=20)
    assert said.strip() == str(doubtful)


def test_a_tree_whose_actor_lives_is_left_alone(start: Start) -> None:
    directory = make_tree("alive")
    daemon = start(**marks(directory))
    tree = found(directory)
    assert (tree["owner"], tree["processes"]) == ("alive", [])
    assert end_tree(directory)["cleanSweeps"] == 0
    assert daemon.poll() is None and os.path.exists(directory)


@pytest.mark.parametrize("name", ["bootId", "pidNamespace"])
def test_a_tree_of_another_container_is_left_alone(start: Start, name: str) -> None:
    directory = make_tree()
    record = read_record(directory)
    assert record is not None
    record["owner"][name] = "other"
    Path(directory, "run.json").write_text(json.dumps(record))
    daemon = start(**marks(directory))
    assert (found(directory)["owner"], found(directory)["processes"]) == ("elsewhere", [])
    end_tree(directory)
    assert daemon.poll() is None and os.path.exists(directory)


@pytest.mark.parametrize("text", ["", "{}", "[]", '{"owner": 7}'])
def test_the_owner_of_a_tree_without_a_record_is_unknown(text: str) -> None:
    directory = make_tree()
    Path(directory, "run.json").write_text(text)
    assert owner_state(read_record(directory)) == "unknown"


def test_a_tree_in_another_temporary_directory_is_found_by_its_processes(start: Start) -> None:
    directory = f"/nowhere/{os.path.basename(nodes_directory())}/{mint()}"
    process = start(**marks(directory), **{RUN_DIRECTORY_VARIABLE: directory})
    daemon = start(**marks(directory))
    tree = found(directory)
    assert (tree["owner"], sorted(pids(tree))) == ("unknown", sorted([process.pid, daemon.pid]))


def test_an_ordinary_run_is_left_alone(start: Start, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    living, dead = mint(), mint()
    start(**{RUN_ID_VARIABLE: living, RUN_DIRECTORY_VARIABLE: f"/elsewhere/vitest-python-{os.getuid()}/{living}"})
    monkeypatch.setenv("XDG_RUNTIME_DIR", str(tmp_path / "runtime"))
    Path(tmp_path / "runtime" / f"vitest-python-{os.getuid()}" / dead).mkdir(parents=True)
    daemons = [start(**{RUN_ID_VARIABLE: run}).pid for run in (living, dead)]
    looked = find_trees()
    assert not {living, dead} & set(looked["trees"])
    assert not set(daemons) & {process["pid"] for process in looked["strays"]}


def test_a_process_whose_run_has_no_directory_is_a_stray(start: Start) -> None:
    run = mint()
    daemon = start(**{RUN_ID_VARIABLE: run})
    strays = {process["pid"]: process for process in find_trees()["strays"]}
    assert (strays[daemon.pid]["run"], strays[daemon.pid]["command"]) == (run, "sleep 60")


def test_a_tree_is_ended_and_no_other(start: Start) -> None:
    directory, other = make_tree(), make_tree()
    daemon, left = start(**marks(directory)), start(**marks(other))
    ended = end_tree(directory)
    assert [(orphan["pid"], orphan["killed"]) for orphan in ended["orphans"]] == [(daemon.pid, True)]
    assert ended["cleanSweeps"] == 2
    assert daemon.wait(5) == -9 and left.poll() is None
    assert not os.path.exists(directory) and os.path.exists(other)


def test_a_kept_process_is_left_with_the_record_of_its_tree(start: Start) -> None:
    directory = make_tree(keep=("sleep",))
    kept = start(**marks(directory))
    # Control: it is kept by its executable, and not because of its tree.
    daemon = start("tail", "-f", "/dev/null", **marks(directory))
    assert pids(found(directory)) == [daemon.pid]
    assert end_tree(directory)["cleanSweeps"] == 2
    assert daemon.wait(5) == -9
    assert kept.poll() is None and os.path.exists(directory)


def test_a_process_that_may_be_of_a_tree_is_unreadable(start: Start, monkeypatch: pytest.MonkeyPatch) -> None:
    process = start()
    assert process.pid not in find_trees()["unreadable"]
    monkeypatch.setattr(trees, "is_doubtful", lambda pid: pid == process.pid)
    assert find_trees()["unreadable"] == [process.pid]


def test_a_process_that_is_older_than_the_raylet_and_all_actors_is_not_in_doubt(
    start: Start, monkeypatch: pytest.MonkeyPatch
) -> None:
    process = start()
    monkeypatch.setattr(trees, "is_doubtful", lambda pid: pid == process.pid)
    monkeypatch.setattr(trees, "start_of_raylet", lambda: 10**15)
    assert find_trees()["unreadable"] == []
    directory = make_tree("alive")
    assert find_trees()["unreadable"] == [process.pid]
    assert found(directory)["owner"] == "alive"


def test_the_raylet_is_found_behind_a_program_that_it_has_started(tmp_path: Path) -> None:
    (tmp_path / "raylet").symlink_to(sys.executable)
    ask = "from vitest_python.cluster.node import trees; print(trees.start_of_raylet())"
    wrapper = ["sh", "-c", 'true; "$@"', "sh", sys.executable, "-c", ask]
    code = "import os, subprocess, sys; from vitest_python.posix.identity import own_start_time; "
    code += "print(own_start_time(), flush=True); subprocess.run(sys.argv[1:], check=True)"
    for program, is_found in ((tmp_path / "raylet", True), (sys.executable, False)):
        command = [program, "-c", code, *wrapper]
        environment = {**os.environ, "PYTHONPATH": PACKAGE}
        said = subprocess.run(command, env=environment, capture_output=True, text=True, check=True).stdout.split()
        assert said[1] == (said[0] if is_found else "0")


def test_a_directory_that_is_a_link_is_no_tree(tmp_path: Path) -> None:
    (tmp_path / "real").mkdir()
    name = mint()
    os.symlink(tmp_path / "real", f"{nodes_directory()}/{name}")
    assert found(f"{nodes_directory()}/{name}")["owner"] == "unknown"
