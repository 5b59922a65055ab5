"""`breakpoint()` in a process without a terminal."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

_START = "import sys\nfrom vitest_python.common.breakpoints import explain_breakpoints\n"
_THRICE = "explain_breakpoints()\nfor _ in range(3):\n    breakpoint()\nprint('went on')\n"


def _run(code: str, **environment: str) -> subprocess.CompletedProcess[str]:
    package = Path(__file__).parents[1]
    return subprocess.run(
        [sys.executable, "-c", _START + code],
        env={**os.environ, "PYTHONPATH": str(package), **environment},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=60,
    )


def test_says_once_for_each_place_how_to_attach_a_debugger() -> None:
    ended = _run(_THRICE)
    assert ended.stdout == "went on\n"
    assert ended.stderr.count("breakpoint() did not stop, because no debugger is attached") == 1
    assert ended.stderr.startswith("<string>:5: ")
    assert "VITEST_PYTHON_DEBUG=1" in ended.stderr


def test_stops_in_an_attached_debugger() -> None:
    ended = _run("explain_breakpoints(lambda: print('stopped') is None)\nbreakpoint()\n")
    assert (ended.stdout, ended.stderr) == ("stopped\n", "")


def test_honours_pythonbreakpoint() -> None:
    assert _run(_THRICE, PYTHONBREAKPOINT="0").stderr == ""
    assert _run(_THRICE, PYTHONBREAKPOINT="builtins.print").stdout == "\n\n\nwent on\n"


def test_keeps_a_hook_that_the_user_has_chosen() -> None:
    ended = _run("sys.breakpointhook = lambda: print('mine')\n" + _THRICE)
    assert (ended.stdout, ended.stderr) == ("mine\nmine\nmine\nwent on\n", "")


def test_control_python_itself_raises() -> None:
    assert "BdbQuit" in _run("breakpoint()\nprint('went on')\n").stderr
