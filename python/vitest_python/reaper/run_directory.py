"""Removes the run directory, and nothing that merely stands in its place."""

from __future__ import annotations

import os
import stat
from pathlib import Path


def remove_run_directory(path: str, run_id: str) -> str | None:
    """Removes it with everything in it; links inside are removed, not followed.

    Returns None, or a sentence that says why it was left alone. A directory that is gone already is fine.
    """
    try:
        found = os.lstat(path)
    except FileNotFoundError:
        return None
    if not stat.S_ISDIR(found.st_mode):
        return f"{path} is not a directory"
    if found.st_uid != os.geteuid():
        return f"{path} belongs to user {found.st_uid}"
    if Path(path).name != run_id:
        return f"{path} does not end with the run ID {run_id}"
    import shutil  # late: costs milliseconds at the start

    shutil.rmtree(path, ignore_errors=True)
    return f"{path} could not be removed whole" if Path(path).exists() else None
