from __future__ import annotations

import os

from hypothesis import given
from hypothesis import strategies as st

from vitest_python.posix.identity import boot_id, own_start_time, read_stat
from vitest_python.posix.stat import parse_stat

TAIL = b" S 7 1 1 0 -1 0 0 0 0 0 0 0 0 0 20 0 3 0 4711 0 0"


@given(st.binary(max_size=15).filter(lambda name: b"\n" not in name))
def test_parses_the_fields_after_any_program_name(name: bytes) -> None:
    stat = parse_stat(b"42 (" + name + b")" + TAIL)
    assert stat == (42, "S", 7, 3, "4711")


def test_reads_its_own_stat() -> None:
    stat = read_stat(os.getpid())
    assert stat is not None and stat.alive
    assert (stat.pid, stat.parent, stat.start_time) == (os.getpid(), os.getppid(), own_start_time())
    assert len(boot_id()) == 36


def test_finds_no_process_if_there_is_none() -> None:
    assert read_stat(2**22 + 1) is None
