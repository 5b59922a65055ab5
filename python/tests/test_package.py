"""Installs the package by `pip install ./python` and uses it."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from pathlib import Path

import vitest_python

PROJECT = Path(__file__).parents[1]
CODE = """
from vitest_python import JavaScriptError, tool, worker

@tool(timeout=1.5)
def double(value: int) -> int:
    return value * 2

{reveal}
print(double(2), worker.run_id, JavaScriptError.__name__)
"""


def run(*command: str, cwd: Path) -> str:
    done = subprocess.run(command, cwd=cwd, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def test_installs_into_a_fresh_environment_with_its_types(tmp_path: Path) -> None:
    # A copy, because setuptools writes into the directory that it builds.
    ignored = shutil.ignore_patterns("tests", "__pycache__", "build", "*.egg-info", ".*")
    source = shutil.copytree(PROJECT, tmp_path / "python", ignore=ignored)
    run(sys.executable, "-m", "venv", "venv", cwd=tmp_path)
    python = str(tmp_path / "venv/bin/python")
    run(python, "-m", "pip", "install", "-q", "--disable-pip-version-check", "--no-deps", str(source), cwd=tmp_path)
    installed = Path(
        run(python, "-I", "-c", "import vitest_python; print(vitest_python.__file__)", cwd=tmp_path).strip()
    )
    assert installed.is_relative_to(tmp_path / "venv")
    assert modules_below(installed.parent) == modules_below(Path(vitest_python.__file__).parent)

    (tmp_path / "author.py").write_text(CODE.format(reveal=""))
    assert run(python, "-I", "author.py", cwd=tmp_path) == "4 None JavaScriptError\n"
    (tmp_path / "author.py").write_text(CODE.format(reveal="reveal_type(double)"))
    checked = run(sys.executable, "-m", "mypy", "--strict", "--python-executable", python, "author.py", cwd=tmp_path)
    assert 'Revealed type is "def (value: int) -> int"' in checked.replace("builtins.", "")


def test_has_the_version_of_the_npm_package() -> None:
    version = json.loads((PROJECT.parent / "package.json").read_text())["version"]
    assert f'\nversion = "{version}"\n' in (PROJECT / "pyproject.toml").read_text()


def modules_below(package: Path) -> set[str]:
    """Return every module and every other file that is needed at run time."""
    kept = {".py", ".json", ".typed"}
    return {str(path.relative_to(package)) for path in package.rglob("*") if path.suffix in kept}
