"""The actor of a node, without Ray."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from pathlib import Path

import pytest

from vitest_python.cluster.node import agent
from vitest_python.cluster.node.agent import Agent, make_private
from vitest_python.cluster.package import pack


def test_a_directory_is_made_for_this_user_alone(tmp_path: Path) -> None:
    directory = tmp_path / "nodes"
    make_private(str(directory))
    make_private(str(directory))
    assert directory.stat().st_mode & 0o777 == 0o700


def test_an_actor_uses_no_directory_that_others_can_write_to(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    directory = tmp_path / f"vitest-python-{os.getuid()}-nodes"
    directory.mkdir()
    directory.chmod(0o777)
    with pytest.raises(PermissionError, match="does not belong to user"):
        Agent(b"", "abcdefg", "token", 3, [])
    assert list(directory.iterdir()) == []


def test_a_link_to_a_directory_is_refused(tmp_path: Path) -> None:
    private = tmp_path / "private"
    private.mkdir(0o700)
    link = tmp_path / "nodes"
    link.symlink_to(private)
    with pytest.raises(PermissionError, match="does not belong to user"):
        make_private(str(link))


@pytest.mark.skipif(os.getuid() != 0, reason="only root can give a directory away")
def test_a_directory_of_another_user_is_refused(tmp_path: Path) -> None:
    directory = tmp_path / "nodes"
    directory.mkdir(0o700)
    os.chown(directory, 12345, 12345)
    with pytest.raises(PermissionError, match="does not belong to user"):
        make_private(str(directory))


def test_a_sweep_imports_nothing_from_a_directory_of_all_users(tmp_path: Path) -> None:
    (tmp_path / "package.zip").write_bytes(pack())
    # As Ray does it: the module alone, without its package.
    code = f"""
import os, tempfile
tempfile.tempdir = {str(tmp_path)!r}
given = {{}}
exec(open({agent.__file__!r}).read(), given)
given["call"](open("package.zip", "rb").read(), "sweep.sweep_node", "abcdefg", "0")
import vitest_python
print(*(os.path.relpath(os.path.realpath(path), {str(tmp_path)!r}) for path in vitest_python.__path__))
"""
    argv = [sys.executable, "-I", "-S", "-c", code]
    done = subprocess.run(argv, capture_output=True, text=True, timeout=60, cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    for path in done.stdout.split():
        assert path.startswith("vitest-python-sweep-")
