"""The recipes of docs/recipes.md for databases, with a real PostgreSQL."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

import pytest

from ..running import Runner
from .postgres import find_programs, run_postgres
from .test_libraries import OVERLAY, PYTHON

PSYCOPG = """\
import os
import psycopg
{extra}
def backend():
    return connection.execute("select pg_backend_pid()").fetchone()[0]
"""
AT_IMPORT = "connection = psycopg.connect(os.environ['DATABASE'])"
IN_A_WORKER = """\
from vitest_python import worker
@worker.on_start
def connect():
    global connection
    connection = psycopg.connect(os.environ["DATABASE"])
"""
SQLALCHEMY = """\
import os
import psycopg
from sqlalchemy import create_engine, text
engine = create_engine("postgresql+psycopg://", creator=lambda: psycopg.connect(os.environ["DATABASE"]))
{extra}
def backend():
    with engine.connect() as connection:
        return connection.execute(text("select pg_backend_pid()")).scalar()
"""
USED = "with engine.connect() as c: c.execute(text('select 1'))\n"
RENEWED = USED + "os.register_at_fork(after_in_child=lambda: engine.dispose(close=False))\n"
# Claims to renew the connection, and does not.
NOT_RENEWED = AT_IMPORT + "\nos.register_at_fork(after_in_child=lambda: None)\n"


class Started(NamedTuple):
    method: str
    fallback: str | None
    backends: list[int]
    """Process IDs of the server's backends that two workers are connected to."""


@pytest.fixture(scope="module")
def database() -> Iterator[str]:
    programs = find_programs()
    if programs is None:
        pytest.skip("PostgreSQL is not installed; on Debian: apt-get install postgresql")
    with run_postgres(programs) as address:
        yield address


def start_two(runner: Runner, database: str, code: str) -> Started:
    forkserver = runner.start(runner.write("db.py", code), python=PYTHON, overlay=OVERLAY, env={"DATABASE": database})
    ready = forkserver.until("ready", "failed")
    assert ready["event"] == "ready", ready
    workers = [runner.worker(forkserver, name) for name in ("w1", "w2")]
    return Started(ready["startMethod"], ready["fallback"], [worker.call("db.backend") for worker in workers])


def test_a_connection_that_is_open_after_import_makes_workers_spawn(runner: Runner, database: str) -> None:
    method, fallback, (first, second) = start_two(runner, database, PSYCOPG.format(extra=AT_IMPORT))
    assert method == "spawn"
    assert fallback is not None
    assert fallback.startswith("importing db opened a connection to /")
    assert ".s.PGSQL." in fallback
    assert "@worker.on_start" in fallback
    assert first != second


@pytest.mark.parametrize(
    "code",
    [
        pytest.param(PSYCOPG.format(extra=IN_A_WORKER), id="psycopg connects in @worker.on_start"),
        pytest.param(SQLALCHEMY.format(extra=""), id="an engine of SQLAlchemy that was not used"),
        pytest.param(SQLALCHEMY.format(extra=RENEWED), id="an engine of SQLAlchemy that is renewed"),
    ],
)
def test_workers_that_renew_connections_are_forked(runner: Runner, database: str, code: str) -> None:
    method, _, (first, second) = start_two(runner, database, code)
    assert method == "fork"
    assert first != second


def test_control_forked_workers_share_a_connection_that_is_not_renewed(runner: Runner, database: str) -> None:
    method, _, (first, second) = start_two(runner, database, PSYCOPG.format(extra=NOT_RENEWED))
    assert method == "fork"
    assert first == second
