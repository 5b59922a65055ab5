"""The relay in front of a gRPC server that starts with its first client."""

from __future__ import annotations

import socket
import threading
from pathlib import Path

import pytest

from vitest_python.serving.listen import listen
from vitest_python.serving.rpc.late_server import LateServer


def shout(connection: socket.socket) -> None:
    while data := connection.recv(100):
        connection.sendall(data.upper())


def connect(path: Path) -> socket.socket:
    connection = socket.socket(socket.AF_UNIX)
    connection.settimeout(20)
    connection.connect(str(path))
    return connection


def test_starts_the_server_once_and_relays_to_it(tmp_path: Path) -> None:
    started: list[str] = []

    def start(path: str) -> None:
        started.append(path)
        listen(path, shout, "shout")

    LateServer(str(tmp_path / "own"), start).listen(str(tmp_path / "s"))
    assert started == []
    with connect(tmp_path / "s") as one, connect(tmp_path / "s") as two:
        one.sendall(b"one")
        two.sendall(b"two")
        assert (one.recv(100), two.recv(100)) == (b"ONE", b"TWO")
        one.shutdown(socket.SHUT_WR)
        assert one.recv(100) == b""
        two.sendall(b"more")
        assert two.recv(100) == b"MORE"
    assert started == [str(tmp_path / "own")]


def test_a_failed_start_ends_every_connection_and_is_told_once(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    def start(_path: str) -> None:
        raise ImportError("no grpc")

    LateServer(str(tmp_path / "own"), start).listen(str(tmp_path / "s"))
    for _ in range(2):
        with connect(tmp_path / "s") as connection:
            assert connection.recv(100) == b""
    assert capsys.readouterr().err.count("ImportError: no grpc") == 1


def test_a_start_that_fails_for_a_moment_is_tried_again(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    problems = [OSError("no descriptors"), OSError("no descriptors")]

    def start(path: str) -> None:
        if problems:
            raise problems.pop()
        listen(path, shout, "shout")

    LateServer(str(tmp_path / "own"), start).listen(str(tmp_path / "s"))
    for _ in range(2):
        with connect(tmp_path / "s") as connection:
            assert connection.recv(100) == b""
    with connect(tmp_path / "s") as connection:
        connection.sendall(b"now")
        assert connection.recv(100) == b"NOW"
    assert capsys.readouterr().err.count("OSError: no descriptors") == 1


def test_sockets_are_the_users_alone(tmp_path: Path) -> None:
    listen(str(tmp_path / "s"), shout, "shout")
    assert (tmp_path / "s").stat().st_mode & 0o777 == 0o600


def test_a_connection_whose_client_is_gone_ends_the_servers_side(tmp_path: Path) -> None:
    ended = threading.Event()

    def wait(connection: socket.socket) -> None:
        while connection.recv(100):
            pass
        ended.set()

    LateServer(str(tmp_path / "own"), lambda path: listen(path, wait, "wait")).listen(str(tmp_path / "s"))
    connect(tmp_path / "s").close()
    assert ended.wait(20)
