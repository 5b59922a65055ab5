"""Starts a program that isn't a child of this process."""

from __future__ import annotations

import os
import subprocess
import sys

# For an interpreter to start on a busy node.
_SECONDS = 30.0
# Ray kills the children of an actor's process together with it, and the reaper must outlive the actor to end the tree.
# The parent waits for the first child only, so the program's parent is PID 1 before it starts.
_STEP_AWAY = """\
import os, sys
os.setsid()
if os.fork():
    os._exit(0)
os.execv(sys.argv[1], sys.argv[1:])
"""


def step_away(argv: list[str], env: dict[str, str]) -> subprocess.Popen[bytes]:
    """Start a program in a session of its own, with pipes as its standard input and output.

    Returns the process that has started it and has already ended, for the sake of its pipes. Raises TimeoutError if
    that doesn't end.
    """
    process = subprocess.Popen(
        [sys.executable, "-I", "-S", "-c", _STEP_AWAY, *argv],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        env=env,
    )
    try:
        process.wait(_SECONDS)
    except subprocess.TimeoutExpired as error:
        process.kill()
        process.communicate()
        raise TimeoutError(f"The interpreter that starts {argv[0]} has not done so within {_SECONDS:g} s") from error
    return process


def find_adopter() -> int:
    """Return the pid of the process that becomes the parent of a program that steps away; 0 if it can't be told."""
    program = [sys.executable, "-I", "-S", "-c", "import os; print(os.getppid())"]
    with step_away(program, dict(os.environ)) as process:
        assert process.stdout is not None
        return int(process.stdout.read() or 0)
