"""`python <this directory> reaper | signal | forkserver | worker`: see docs/protocol.md."""

from __future__ import annotations

import sys


def start(program: str, arguments: list[str]) -> None:
    """Runs the program; each imports no more than it needs."""
    if program == "reaper":
        from vitest_python.reaper import reaper

        reaper.main(arguments)
    elif program == "signal":
        from vitest_python.reaper import signal_once

        signal_once.main(arguments)
    elif program == "forkserver":
        from vitest_python.forkserver import forkserver

        step_back()
        forkserver.main(arguments)
    elif program == "worker":
        from vitest_python.serving import worker

        step_back()
        worker.main(arguments)
    else:
        sys.exit(f"vitest-python: no program {program!r}; there are reaper, signal, forkserver and worker")


def step_back() -> None:
    """Moves this directory to the end of `sys.path`: it must never hide a module of the user."""
    sys.path.append(sys.path.pop(0))


if __name__ == "__main__":
    start(sys.argv[1] if len(sys.argv) > 1 else "", sys.argv[2:])
