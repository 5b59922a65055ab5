"""The two ways in which forkserver and worker end."""

from __future__ import annotations

import atexit
import os
import sys
from typing import NoReturn


def exit_in_order() -> NoReturn:
    """Runs the `atexit` functions on this thread, which is the main one, flushes, and exits 0.

    Not `sys.exit`: the interpreter would then wait for threads that never end.
    """
    try:
        atexit._run_exitfuncs()
        sys.stdout.flush()
        sys.stderr.flush()
    finally:
        os._exit(0)
