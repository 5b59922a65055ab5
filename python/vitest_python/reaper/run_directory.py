"""Removes the run directory, unless something else is in its place, or notes the survivors in it."""

from __future__ import annotations

import json
import os
import stat
from pathlib import Path


def remove_run_directory(path: str, run_id: str) -> str | None:
    """Remove the directory and everything in it. Links inside are removed, not followed.

    Returns None, or the reason why the directory was left alone. It is fine if the directory is already gone.
    """
    try:
        refusal = _refusal(path, run_id)
    except FileNotFoundError:
        return None
    if refusal:
        return refusal
    # The record goes last, so the directory is that of a run until it is gone.
    close_run_directory(path, run_id)
    import shutil  # costs milliseconds, which the reaper doesn't have at its start

    shutil.rmtree(path, ignore_errors=True)
    return f"{path} could not be removed completely" if Path(path).exists() else None


def close_run_directory(path: str, run_id: str) -> str | None:
    """Remove everything but the record of the run, because kept processes are alive.

    The record tells the next run and `verify` that they may be. Returns None, or why the directory was left alone.
    """
    try:
        refusal = _refusal(path, run_id)
        if refusal:
            return refusal
        import shutil  # costs milliseconds, which the reaper doesn't have at its start

        for entry in os.scandir(path):
            if entry.is_dir(follow_symlinks=False):
                shutil.rmtree(entry.path, ignore_errors=True)
            elif entry.name != "run.json":
                os.unlink(entry.path)
    except OSError as error:
        return f"{path}: {error.strerror}"
    return None


def note_survivors(path: str, run_id: str, survivors: dict[int, str]) -> str | None:
    """Add processes that couldn't be ended to the run's record, so that the next run and `verify` look for them.

    Returns None, or the reason why the directory was left alone.
    """
    try:
        refusal = _refusal(path, run_id)
        if refusal:
            return refusal
        lines = [json.dumps({"id": f"survivor-{pid}", "pid": pid, "startTime": at}) for pid, at in survivors.items()]
        flags = os.O_WRONLY | os.O_APPEND | os.O_CREAT | os.O_NOFOLLOW
        with open(os.open(Path(path, "processes.jsonl"), flags, 0o600), "w") as file:
            # The last line may be incomplete, because the owner was killed.
            file.write("\n" + "".join(f"{line}\n" for line in lines))
    except OSError as error:
        return f"{path}: {error.strerror}"
    return None


def _refusal(path: str, run_id: str) -> str | None:
    """Return why this isn't our run directory. Raises FileNotFoundError if it is gone."""
    found = os.lstat(path)
    if not stat.S_ISDIR(found.st_mode):
        return f"{path} is not a directory"
    if found.st_uid != os.geteuid():
        return f"{path} belongs to user {found.st_uid}"
    return None if Path(path).name == run_id else f"{path} does not end with the run ID {run_id}"
