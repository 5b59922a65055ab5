"""Each branch of the package for macOS is run by a test, on recorded output or with imitations of `ps` and kqueue."""

from __future__ import annotations

import ast
import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from vitest_python.posix.darwin import ps

from .reaping import PACKAGE, Run, alive, eventually
from .test_darwin import HERE, MAC, START

pytestmark = pytest.mark.skipif(sys.platform == "darwin", reason="the imitations read /proc")

RECORDINGS: dict[str, Any] = json.loads((HERE / "recordings.json").read_text())
ROWS: list[dict[str, Any]] = RECORDINGS["rows"]
SOURCES = Path(PACKAGE) / "vitest_python"


def line_of(fields: dict[str, Any], lstart: str | None = None) -> str:
    """Print a row as Apple's ps does, in the columns of `posix.darwin.ps`."""
    width = RECORDINGS["widths"]
    numbers = " ".join(f"{fields[name]:>{width[name]}}" for name in ("pid", "ppid", "pgid"))
    started = lstart or fields["lstart"]
    return f"{numbers} {fields['stat']:<{width['stat']}} {started:<{width['lstart']}} {fields['command']}"


def places(path: Path) -> Iterator[int]:
    """Return the first line of each branch for macOS; of each function, in a file that is for macOS only."""
    tree = ast.parse(path.read_text())
    for node in ast.walk(tree):
        if path.parent.name == "darwin" and isinstance(node, ast.FunctionDef):
            docstring = isinstance(node.body[0], ast.Expr) and isinstance(node.body[0].value, ast.Constant)
            yield node.body[docstring].lineno
        for block in (getattr(node, "body", None), getattr(node, "orelse", None)):
            yield from branches(block) if isinstance(block, list) else ()


def branches(block: list[ast.stmt]) -> Iterator[int]:
    """Return the first line that `if DARWIN` guards. After `if not DARWIN: return`, that is the rest of the block."""
    for number, statement in enumerate(block):
        if isinstance(statement, ast.If) and "DARWIN" in ast.unparse(statement.test):
            negated = ast.unparse(statement.test).startswith("not ")
            yield block[number + 1].lineno if negated else statement.body[0].lineno


def port() -> dict[str, set[int]]:
    """Return the files of the port, with the lines that must run."""
    found = {str(path.relative_to(SOURCES)): set(places(path)) for path in sorted(SOURCES.rglob("*.py"))}
    return {name: lines for name, lines in found.items() if lines}


@pytest.fixture
def trace(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    file = tmp_path / "trace"
    monkeypatch.setenv("MAC_TRACE", str(file))
    return file


def play(base: Path) -> None:
    """A whole run: start, signals, the tree is killed, the owner dies. A marked process has left the tree."""
    run = Run(base, "macmac1", MAC, START)
    child = run.spawn("sh", "-c", "sleep 60 & wait")
    run.say(op="signal", request=1, signal="SIGKILL", targets=[{"pid": 2**22 + 1, "startTime": "x"}])
    run.wait_for("signalled", request=1)
    run.say(op="kill-tree", request=2, timeout=20_000)
    run.wait_for("tree-killed", request=2)
    marked = subprocess.Popen(["sleep", "60"], env={"VITEST_PYTHON_RUN_ID": run.run_id}, start_new_session=True)
    run.close()
    marked.wait(timeout=30)
    eventually(lambda: not alive(child))


def run_as_mac(code: str) -> subprocess.CompletedProcess[str]:
    """Run code after this process believes that it is on macOS."""
    paths = [str(HERE), PACKAGE]
    script = f"import sys; sys.path[:0] = {paths}; import program; program.be_mac()\n{code}"
    return subprocess.run([sys.executable, "-c", script], capture_output=True, text=True)


LATE = """
from vitest_python.posix import pidfd
from vitest_python.posix.darwin.watch import ExitWatch
try:
    ExitWatch(2**22 + 1)
except ProcessLookupError as error:
    print(error.errno, pidfd._hidden(2**22 + 1))
"""


def test_every_branch_for_macos_is_run(tmp_path: Path, trace: Path) -> None:
    play(tmp_path)
    # ESRCH, as libuv has recorded it: the process ended before it could be watched.
    assert run_as_mac(LATE).stdout == "3 None\n", RECORDINGS["late"]["source"]
    ran = set(trace.read_text().split())
    missing = [
        f"{name}:{line}" for name, lines in port().items() for line in sorted(lines) if f"{name}:{line}" not in ran
    ]
    assert missing == [], "these lines are for macOS, and no test runs them"


def test_the_port_is_found() -> None:
    names = port().keys()
    assert {f"posix/darwin/{name}.py" for name in ("kill", "kill_tree", "ps", "sweep", "watch")} <= names
    others = {f"posix/{name}.py" for name in ("cgroup", "cookie", "identity", "pidfd", "prctl")}
    assert others | {"reaper/owner.py", "reaper/reaper.py"} <= names
    users = {
        str(path.relative_to(SOURCES))
        for path in SOURCES.rglob("*.py")
        if "DARWIN" in path.read_text() and path.name != "system.py"
    }
    assert users <= names, "a file uses DARWIN in a form that this test doesn't understand"


def test_control_a_branch_that_nothing_runs_is_found(tmp_path: Path) -> None:
    file = tmp_path / "darwin" / "new.py"
    file.parent.mkdir()
    file.write_text("def used():\n    return 1\n\ndef unused():\n    '''Text.'''\n    return 2\n")
    assert sorted(places(file)) == [2, 6]
    other = tmp_path / "other.py"
    other.write_text("if DARWIN:\n    a = 1\ndef f():\n    if not DARWIN:\n        return 1\n    return 2\n")
    assert sorted(places(other)) == [2, 6]


@pytest.mark.parametrize("row", ROWS, ids=[row["source"].split(" ")[0] for row in ROWS])
def test_reads_recorded_processes(row: dict[str, Any]) -> None:
    fields = row["fields"]
    for name in fields.keys() - {*row["assumed"], "pgid", "uid"}:
        assert str(fields[name]) in row["recorded"], f"{name} isn't in the recording"
    entry = ps.parse(line_of(fields) + "\n")[fields["pid"]]
    started = " ".join(fields["lstart"].split())
    assert entry.stat.alive is (fields["stat"] != "Z")
    assert tuple(entry.stat) == (fields["pid"], fields["stat"][0], fields["ppid"], 1, started)
    assert (entry.group, entry.command) == (fields["pgid"], fields["command"])


def test_control_other_locales_are_not_readable_so_ps_runs_in_the_c_locale() -> None:
    for recorded in RECORDINGS["locales"]["recorded"]:
        assert ps.parse(line_of(ROWS[0]["fields"], recorded)) == {}
    environment, _ = ps._run(["/usr/bin/env"])
    assert sorted(line for line in environment.splitlines() if not line.startswith("_")) == ["LC_ALL=C", "TZ=UTC"]


def test_all_recorded_processes_in_one_list() -> None:
    text = "".join(line_of(row["fields"]) + os.linesep for row in ROWS)
    assert list(ps.parse(text)) == [row["fields"]["pid"] for row in ROWS]
