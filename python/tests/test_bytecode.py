"""Byte code goes to the given directory if Python can't keep it."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

PACKAGE = str(Path(__file__).resolve().parent.parent)
PROGRAM = """
import sys
sys.path[:0] = sys.argv[1:3]
from vitest_python.serving.bytecode import keep_bytecode
keep_bytecode(sys.argv[3], ['grpc'])
import grpc
print(sys.pycache_prefix)
"""


def prefix(tmp_path: Path, **variables: str) -> str:
    site = tmp_path / "site"
    (site / "grpc").mkdir(parents=True, exist_ok=True)
    (site / "grpc" / "__init__.py").write_text("")
    environment = {name: value for name, value in os.environ.items() if not name.startswith("PYTHON")}
    argv = [sys.executable, "-c", PROGRAM, str(site), PACKAGE, str(tmp_path / "cache")]
    return subprocess.run(
        argv, env={**environment, **variables}, check=True, capture_output=True, text=True
    ).stdout.strip()


def test_byte_code_goes_to_the_cache_if_python_cannot_write_it(tmp_path: Path) -> None:
    assert prefix(tmp_path, PYTHONDONTWRITEBYTECODE="1") == str(tmp_path / "cache")
    assert list((tmp_path / "cache").rglob("*.pyc"))


def test_nothing_changes_if_byte_code_exists_or_can_be_written(tmp_path: Path) -> None:
    assert prefix(tmp_path) == "None"
    # Compiled by the run before.
    assert prefix(tmp_path, PYTHONDONTWRITEBYTECODE="1") == "None"


def test_the_users_own_pycache_prefix_stays(tmp_path: Path) -> None:
    chosen = str(tmp_path / "chosen")
    assert prefix(tmp_path, PYTHONDONTWRITEBYTECODE="1", PYTHONPYCACHEPREFIX=chosen) == chosen


def test_the_modules_of_this_package_are_kept(tmp_path: Path) -> None:
    # A copy, because the original is compiled.
    ignored = shutil.ignore_patterns("__pycache__")
    shutil.copytree(Path(PACKAGE) / "vitest_python", tmp_path / "vitest_python", ignore=ignored)
    program = f"""
import sys
sys.path.insert(0, {str(tmp_path)!r})
from types import SimpleNamespace
from vitest_python.serving.runtime import import_runtime
import_runtime(SimpleNamespace(overlay=None, bytecode={str(tmp_path / "cache")!r}, needs_grpc=False, listen=None))
assert "grpc" not in sys.modules
"""
    environment = {**os.environ, "PYTHONDONTWRITEBYTECODE": "1"}
    subprocess.run([sys.executable, "-c", program], env=environment, check=True)
    assert list((tmp_path / "cache").rglob("session_socket.*.pyc"))
