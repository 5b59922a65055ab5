"""Executables that may outlive the run are spared by everything that the reaper kills with."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from vitest_python.posix.cgroup import Cgroup
from vitest_python.posix.keep import KeepExecutables, keep_none

from .reaping import Run, alive, eventually

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="only Linux shows executables")


def executes(pid: int, path: Path) -> bool:
    """Return whether the process has executed its program by now."""
    return os.readlink(f"/proc/{pid}/exe") == str(path)


@pytest.fixture
def agent(tmp_path: Path) -> Path:
    """An executable of its own name."""
    path = tmp_path.resolve() / "gpg-agent"
    shutil.copy(os.path.realpath("/bin/sleep"), path)
    return path


@pytest.fixture
def running(agent: Path) -> Iterator[subprocess.Popen[bytes]]:
    process = subprocess.Popen([agent, "60"])
    eventually(lambda: executes(process.pid, agent), 30)
    yield process
    process.kill()
    process.wait()


def test_name_and_path_match_and_nothing_else(agent: Path, running: subprocess.Popen[bytes]) -> None:
    for rules, kept in [
        ([agent.name], True),
        ([str(agent)], True),
        (["sleep", "agent", f"/x/{agent.name}"], False),
        ([], False),
    ]:
        keep = KeepExecutables(rules)
        assert keep(running.pid) is kept
        assert (running.pid in keep.kept) is kept
    assert not keep_none(running.pid)
    agent.unlink()
    assert KeepExecutables([agent.name])(running.pid), "its file may have been replaced"


def test_neither_a_title_nor_an_argument_matches(agent: Path) -> None:
    process = subprocess.Popen([agent.name, "60"], executable="/bin/sleep")
    try:
        eventually(lambda: executes(process.pid, Path("/bin/sleep").resolve()), 30)
        assert not KeepExecutables([agent.name])(process.pid)
    finally:
        process.kill()
        process.wait()


def play(tmp_path: Path, agent: Path, *more: str) -> tuple[Run, int, int]:
    """A run whose owner is killed, after it has started a process to keep and another one."""
    run = Run(tmp_path, "keep123", more=more)
    (run.directory / "run.json").write_text("{}")
    script = f"import subprocess; subprocess.Popen([{str(agent)!r}, '60'], start_new_session=True).wait()"
    parent = run.spawn(sys.executable, "-c", script)
    children = Path(f"/proc/{parent}/task/{parent}/children")
    eventually(lambda: len(children.read_text().split()) == 1, 30)
    child = int(children.read_text())
    eventually(lambda: executes(child, agent), 30)
    run.close()
    return run, parent, child


def test_the_reaper_spares_it_and_leaves_the_record_if_the_owner_is_killed(tmp_path: Path, agent: Path) -> None:
    run, parent, child = play(tmp_path, agent, "--keep", '["gpg-agent"]')
    try:
        assert not alive(parent)
        assert alive(child)
        assert os.listdir(run.directory) == ["run.json"]
    finally:
        os.kill(child, 9)


def test_control_without_it_the_reaper_kills_it(tmp_path: Path, agent: Path) -> None:
    run, parent, child = play(tmp_path, agent)
    assert not alive(parent)
    assert not alive(child)
    assert not run.directory.exists()


def test_it_leaves_the_control_group(tmp_path: Path, running: subprocess.Popen[bytes]) -> None:
    # Plain files in place of a control group: which pids are written tells which ones would move.
    group = tmp_path / "group"
    group.mkdir()
    (group / "cgroup.procs").write_text(f"{running.pid}\n{os.getpid()}\n")
    assert Cgroup(str(group)).release(keep_none)
    assert not (tmp_path / "cgroup.procs").exists()
    # The pid stays in the plain file, so the group is not free of it, and must not be killed as a whole.
    assert not Cgroup(str(group)).release(KeepExecutables(["gpg-agent"]))
    assert (tmp_path / "cgroup.procs").read_text() == str(running.pid)
