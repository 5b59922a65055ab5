"""`python <this directory> reaper | signal | forkserver | worker`: see docs/handshake.md."""

import sys


def main() -> None:
    """Runs the program that the first argument names; each imports no more than it needs."""
    program, arguments = (sys.argv[1] if len(sys.argv) > 1 else ""), sys.argv[2:]
    if program == "reaper":
        from vitest_python.reaper import main as run
    elif program == "signal":
        from vitest_python.signal_once import main as run
    elif program == "forkserver":
        from vitest_python.forkserver import main as run
    elif program == "worker":
        from vitest_python.worker import main as run
    else:
        sys.exit(f"vitest-python: no program {program!r}; there are reaper, signal, forkserver and worker")
    if program in ("forkserver", "worker"):
        # This directory must never shadow a module of the user.
        sys.path.append(sys.path.pop(0))
    run(arguments)


if __name__ == "__main__":
    main()
