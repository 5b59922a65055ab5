"""`python <this directory> reaper | signal | outline | survey`, see docs/protocol.md.

posix/bootstrap.py starts all others.
"""

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
    elif program == "outline":
        from vitest_python.reporting import outline

        outline.main(arguments)
    elif program == "survey":
        from vitest_python.cluster import survey

        survey.main(arguments)
    else:
        sys.exit(f"vitest-python: no program {program!r}; there are reaper, signal, outline and survey")


if __name__ == "__main__":
    start(sys.argv[1] if len(sys.argv) > 1 else "", sys.argv[2:])
