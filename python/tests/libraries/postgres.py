"""A PostgreSQL of these tests' own, on a Unix socket in a temporary directory."""

from __future__ import annotations

import contextlib
import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

# Debian keeps the server's programs out of PATH.
_DEBIAN = sorted(Path("/usr/lib/postgresql").glob("*/bin"))


def find_programs() -> Path | None:
    """Return the directory of `initdb` and `pg_ctl`; None if PostgreSQL is not installed."""
    found = shutil.which("initdb")
    places = [Path(found).resolve().parent] if found else _DEBIAN[-1:]
    return next((place for place in places if (place / "pg_ctl").exists()), None)


@contextlib.contextmanager
def run_postgres(programs: Path) -> Iterator[str]:
    """Run a new server.

    Yields:
        The connection string, for example `host=/tmp/pg-… dbname=postgres user=tester`.
    """
    directory = Path(tempfile.mkdtemp(prefix="vp-pg-"))
    # The server refuses to run as root.
    user: dict[str, Any] = {"user": "nobody", "group": "nogroup", "extra_groups": ()} if os.getuid() == 0 else {}
    if user:
        shutil.chown(directory, "nobody", "nogroup")
    data = directory / "data"
    server = f"-k {directory} -c listen_addresses= -c fsync=off"

    def run(*command: str | Path) -> None:
        log = directory / "output"
        with log.open("ab") as output:
            done = subprocess.run(command, cwd=directory, stdout=output, stderr=output, timeout=60, check=False, **user)
        assert done.returncode == 0, log.read_text()

    try:
        run(programs / "initdb", "-D", data, "-U", "tester", "-A", "trust", "--no-sync")
        run(programs / "pg_ctl", "-D", data, "-w", "-t", "50", "-o", server, "start")
        try:
            yield f"host={directory} dbname=postgres user=tester"
        finally:
            run(programs / "pg_ctl", "-D", data, "-w", "-m", "immediate", "stop")
    finally:
        shutil.rmtree(directory)
