"""Removes the run directory, unless something else is in its place."""

from __future__ import annotations

import os
import stat
from pathlib import Path


def remove_run_directory(path: str, run_id: str) -> str | None:
    """Remove the directory and everything in it. Links inside are removed, not followed.

    Returns None, or the reason why the directory was left alone. It is fine if the directory is already gone.
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
    import shutil  # costs milliseconds, which the reaper doesn't have at its start

    shutil.rmtree(path, ignore_errors=True)
    return f"{path} could not be removed completely" if Path(path).exists() else None
