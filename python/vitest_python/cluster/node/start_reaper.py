"""Starts the reaper of a node."""

from __future__ import annotations

import json
import os
import subprocess
import sys

from ...posix.identity import own_start_time
from ...posix.protocol import PROTOCOL
from .step_away import step_away


def start_reaper(
    run_id: str, directory: str, package: str, keep: list[str], env: dict[str, str]
) -> subprocess.Popen[bytes]:
    """Start a reaper that this process owns, but isn't the parent of. See `Tree` for the arguments."""
    options = {
        "--run-id": run_id,
        "--run-directory": directory,
        "--owner-pid": str(os.getpid()),
        "--owner-start-time": own_start_time(),
        "--protocol": str(PROTOCOL),
        **({"--keep": json.dumps(keep)} if keep else {}),
    }
    words = [word for option in options.items() for word in option]
    return step_away([sys.executable, "-I", "-S", package, "reaper", *words], env)
