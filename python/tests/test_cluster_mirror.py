"""The files of a tree on their way home."""

from __future__ import annotations

import base64
import tracemalloc
from pathlib import Path

import pytest

from vitest_python.cluster.node.mirror import Mirror


@pytest.fixture
def log(tmp_path: Path) -> Path:
    (tmp_path / "logs").mkdir()
    return tmp_path / "logs/w1.log"


def brought(mirror: Mirror, ended: str | None = None) -> list[tuple[str, bytes]]:
    lines = [piece.read() for piece in mirror.look(ended)]
    return [(line["file"], base64.b64decode(line["data"])) for line in lines]


def test_new_bytes_come_once_and_an_empty_file_at_once(log: Path, tmp_path: Path) -> None:
    mirror = Mirror(str(tmp_path))
    assert brought(mirror) == []
    log.touch()
    assert brought(mirror) == [("logs/w1.log", b"")]
    log.write_bytes(b"one")
    assert brought(mirror) == [("logs/w1.log", b"one")]
    assert brought(mirror) == []
    with log.open("ab") as file:
        file.write(b"two")
    assert brought(mirror) == [("logs/w1.log", b"two")]


def test_the_log_of_a_process_that_has_ended_arrives_although_it_is_deleted(log: Path, tmp_path: Path) -> None:
    mirror = Mirror(str(tmp_path))
    log.write_bytes(b"x" * 100_000)
    pieces = mirror.look("w1")
    assert not log.exists()
    data = [base64.b64decode(piece.read()["data"]) for piece in pieces]
    assert [len(piece) for piece in data] == [65_536, 34_464]
    # Another process may get the name.
    log.write_bytes(b"next")
    assert brought(mirror) == [("logs/w1.log", b"next")]


def test_records_of_coverage_arrive_in_whole_lines(log: Path, tmp_path: Path) -> None:
    mirror = Mirror(str(tmp_path))
    records = tmp_path / "measured.jsonl"
    records.write_bytes(b"{1}\n{2")
    assert brought(mirror) == [("measured.jsonl", b"{1}\n")]
    assert brought(mirror) == []
    with records.open("ab") as file:
        file.write(b"}\n" + b"3" * 100_000 + b"\n")
    assert brought(mirror) == [("measured.jsonl", b"{2}\n" + b"3" * 100_000 + b"\n")]


def test_a_huge_output_takes_little_memory(log: Path, tmp_path: Path) -> None:
    mirror = Mirror(str(tmp_path))
    log.touch()
    with log.open("r+b") as file:
        file.truncate(200_000_000)
    tracemalloc.start()
    try:
        pieces = mirror.look(room=200_000_000)
        assert tracemalloc.get_traced_memory()[1] < 5_000_000
    finally:
        tracemalloc.stop()
    assert len(pieces) == -(-200_000_000 // 65_536)


def test_of_more_than_there_is_room_for_the_beginning_and_the_end_come(log: Path, tmp_path: Path) -> None:
    mirror = Mirror(str(tmp_path))
    log.write_bytes(b"a" * 100_000 + b"b" * 300_000 + b"c" * 65_536)
    lines = [piece.read() for piece in mirror.look(room=100_000)]
    assert [line.get("skipped") for line in lines] == [None, None, 300_000, None]
    data = [base64.b64decode(line.get("data", "")) for line in lines]
    assert data[0] + data[1] == b"a" * 100_000
    assert data[3] == b"c" * 65_536
    with log.open("ab") as file:
        file.write(b"next")
    assert brought(mirror) == [("logs/w1.log", b"next")]


def test_without_room_only_the_end_comes(log: Path, tmp_path: Path) -> None:
    mirror = Mirror(str(tmp_path))
    log.write_bytes(b"a" * 100_000)
    skipped, last = (piece.read() for piece in mirror.look(room=-1))
    assert skipped == {"event": "written", "file": "logs/w1.log", "skipped": 100_000 - 65_536}
    assert base64.b64decode(last["data"]) == b"a" * 65_536
    (tmp_path / "measured.jsonl").write_bytes(b"{1}\n")
    assert [(piece.read()["file"]) for piece in mirror.look(room=-1)] == ["measured.jsonl"]
