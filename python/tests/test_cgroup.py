"""Every member of the run's control group ends with it. If there can be no group, the run works without it."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from vitest_python.posix import cgroup
from vitest_python.posix.cgroup import Cgroup, make_cgroup
from vitest_python.posix.spawn import spawn


@pytest.fixture
def group() -> Iterator[Cgroup]:
    made = make_cgroup(f"t{os.getpid():06d}"[-7:])
    if made is None:
        pytest.skip("this machine delegates no control group to us")
    yield made
    made.kill()
    made.remove()


def members(group: Cgroup) -> list[int]:
    return [int(pid) for pid in Path(group.path, "cgroup.procs").read_text().split()]


def test_everything_that_is_spawned_into_the_group_is_killed_with_it(group: Cgroup, tmp_path: Path) -> None:
    daemon = "import os,time\nif os.fork() == 0:\n os.setsid()\n os.fork()\n time.sleep(60)\ntime.sleep(60)"
    pid = spawn([sys.executable, "-c", daemon], {}, "/", str(tmp_path / "log"), group)
    while len(members(group)) < 3:
        os.sched_yield()
    assert not group.remove(), "a group with members cannot be removed"
    group.kill()
    os.waitpid(pid, 0)
    while members(group):
        os.sched_yield()
    assert group.remove(), "an empty group can"
    assert group.remove(), "and a removed one stays removed"


def test_control_a_process_outside_of_the_group_survives(group: Cgroup, tmp_path: Path) -> None:
    pid = spawn([sys.executable, "-c", "import time; time.sleep(60)"], {}, "/", str(tmp_path / "log"))
    group.kill()
    assert os.waitpid(pid, os.WNOHANG) == (0, 0)
    os.kill(pid, 9)
    os.waitpid(pid, 0)


@pytest.mark.parametrize("missing", ["own", "writable", "kill"])
def test_there_is_no_group_if_it_is_not_delegated_or_the_kernel_is_old(
    missing: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    if missing != "writable":
        (tmp_path / "cgroup.procs").touch()
    monkeypatch.setattr(cgroup, "_own_cgroup", lambda: None if missing == "own" else tmp_path)
    assert make_cgroup("abc1234") is None
    assert list(tmp_path.glob("vitest-python-*")) == []


def test_a_process_starts_even_if_it_cannot_enter_the_group(tmp_path: Path) -> None:
    pid = spawn([sys.executable, "-c", "pass"], {}, "/", str(tmp_path / "log"), Cgroup(str(tmp_path / "none")))
    assert os.waitpid(pid, 0)[1] == 0


def test_the_group_of_this_process_is_a_directory_of_the_system() -> None:
    answer = subprocess.run(
        [sys.executable, "-c", "from vitest_python.posix.cgroup import _own_cgroup; print(_own_cgroup())"],
        capture_output=True,
        text=True,
        check=True,
        cwd=Path(cgroup.__file__).parents[2],
    ).stdout.strip()
    assert answer == "None" or Path(answer, "cgroup.procs").exists()
