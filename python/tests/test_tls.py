"""Connections over TLS, on the loopback address."""

from __future__ import annotations

import os
import select
import signal
import socket
import ssl
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from vitest_python.bridge.framing import MessageReader, MessageWriter
from vitest_python.network import tls as module
from vitest_python.network.tls import TlsConnection, behind_tls
from vitest_python.posix.sockets import CHUNK_BYTES, Connection

from .certificates import NAME, MakePair
from .reaping import eventually

Settings = tuple[dict[str, str], ssl.SSLContext]
"""Those of a server, and of its only client."""


@pytest.fixture
def settings(pair: MakePair, tmp_path: Path) -> Settings:
    server, client = pair("server"), pair("client")
    context = ssl.create_default_context(cadata=server[1])
    (tmp_path / "both").write_text("".join(client))
    context.load_cert_chain(tmp_path / "both")
    return {"key": server[0], "certificate": server[1], "peer": client[1]}, context


def tcp_pair() -> tuple[socket.socket, socket.socket]:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        client = socket.create_connection(listener.getsockname(), timeout=20)
        return listener.accept()[0], client


def serve(settings: dict[str, str], raw: socket.socket, serve: Callable[[Connection], None]) -> threading.Thread:
    thread = threading.Thread(target=lambda: behind_tls(settings, serve)(raw), daemon=True)
    thread.start()
    return thread


class Both:
    """A connection, as its server uses it, and its client."""

    def __init__(self, settings: Settings) -> None:
        raw, client = tcp_pair()
        served: list[TlsConnection] = []
        is_over = threading.Event()

        def keep(connection: Connection) -> None:
            assert isinstance(connection, TlsConnection)
            served.append(connection)
            is_over.wait(60)

        self._thread = serve(settings[0], raw, keep)
        self._is_over = is_over
        self.client = settings[1].wrap_socket(client, server_hostname=NAME)
        eventually(lambda: bool(served), seconds=10)
        self.server = served[0]

    def close(self) -> None:
        self._is_over.set()
        self._thread.join(10)
        self.client.close()


@pytest.fixture
def both(settings: Settings) -> Iterator[Both]:
    made = Both(settings)
    yield made
    made.close()


def can_be_read(connection: TlsConnection, seconds: float) -> bool:
    return bool(select.select([connection], [], [], seconds)[0])


def read_exactly(connection: ssl.SSLSocket, size: int) -> bytes:
    received = bytearray()
    while len(received) < size:
        received += connection.recv(size - len(received))
    return bytes(received)


def test_nothing_stays_behind_that_wakes_no_thread(both: Both) -> None:
    sent = os.urandom(100_000)
    both.client.sendall(sent)
    received = b""
    while len(received) < len(sent):
        assert can_be_read(both.server, 10)
        received += both.server.recv(CHUNK_BYTES, socket.MSG_DONTWAIT)
    assert received == sent
    assert not can_be_read(both.server, 0.1)
    with pytest.raises(BlockingIOError):
        both.server.recv(CHUNK_BYTES, socket.MSG_DONTWAIT)


def test_gives_no_more_than_was_asked_for(both: Both) -> None:
    both.client.sendall(b"x" * 50)
    assert [len(both.server.recv(30)) for _ in range(2)] == [30, 20]


def test_a_wait_for_bytes_has_a_time_limit(both: Both) -> None:
    both.server.settimeout(0.05)
    with pytest.raises(TimeoutError):
        both.server.recv(10)
    both.server.settimeout(None)
    threading.Timer(0.2, lambda: both.client.sendall(b"late")).start()
    assert both.server.recv(10) == b"late"


def test_an_end_right_after_bytes_wakes_the_reader_even_if_the_client_keeps_the_connection(both: Both) -> None:
    both.client.sendall(b"last")
    both.client.settimeout(0.05)
    with pytest.raises((TimeoutError, ssl.SSLError)):
        # Tells that it has ended, and waits for an answer.
        both.client.unwrap()
    time.sleep(0.1)
    assert both.server.recv(CHUNK_BYTES, socket.MSG_DONTWAIT) == b"last"
    assert can_be_read(both.server, 10)
    assert both.server.recv(CHUNK_BYTES, socket.MSG_DONTWAIT) == b""


def test_bytes_that_are_no_tls_end_it(both: Both) -> None:
    socket.socket.sendall(both.client, b"\x17\x03\x03\x00\x20" + os.urandom(32))
    assert can_be_read(both.server, 10)
    assert MessageReader(both.server).receive(socket.MSG_DONTWAIT) == 0


def test_sends_and_receives_large_messages_at_once(both: Both) -> None:
    there, back = os.urandom(20_000_000), os.urandom(20_000_000)
    writer = MessageWriter(both.server, lambda: True)
    writer.write(back)
    sending = threading.Thread(target=both.client.sendall, args=(len(there).to_bytes(4, "little") + there,))
    sending.start()
    # The client reads nothing yet, so our answer is stuck.
    assert MessageReader(both.server).read() == there
    sending.join(10)
    assert read_exactly(both.client, 4) == len(back).to_bytes(4, "little")
    assert read_exactly(both.client, len(back)) == back
    writer.write(b"small")
    assert read_exactly(both.client, 9) == b"\x05\0\0\0small"
    writer.finish()
    assert both.client.recv(1) == b""


def test_a_full_connection_takes_nothing_at_once(both: Both) -> None:
    def fill() -> None:
        for _ in range(100_000):
            both.server.send(b"x" * 8_000, socket.MSG_DONTWAIT)

    with pytest.raises(BlockingIOError):
        fill()


def test_sends_nothing_after_its_end(both: Both) -> None:
    both.server.shutdown(socket.SHUT_RDWR)
    with pytest.raises(BrokenPipeError):
        both.server.send(b"in the clear")
    assert both.server.recv(10) == b""
    assert both.client.recv(10) == b""


@pytest.mark.parametrize("restored", [True, False], ids=["SIGPIPE restored", "SIGPIPE ignored"])
def test_a_client_that_is_gone_kills_nobody(settings: Settings, restored: bool) -> None:
    pid = os.fork()
    if not pid:
        code = 1
        try:
            signal.signal(signal.SIGPIPE, signal.SIG_DFL if restored else signal.SIG_IGN)
            both = Both(settings)
            socket.socket.shutdown(both.client, socket.SHUT_RDWR)
            both.client.close()
            writer = MessageWriter(both.server, lambda: True)
            for _ in range(20):
                writer.write(b"x" * 100)
                time.sleep(0.01)
            writer.finish()
            code = 0
        finally:
            os._exit(code)
    assert os.waitpid(pid, 0)[1] == 0


def test_a_client_that_never_shakes_hands_is_dropped(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "_HANDSHAKE_SECONDS", 0.2)
    raw, stranger = tcp_pair()
    served: list[Connection] = []
    thread = serve(settings[0], raw, served.append)
    with stranger:
        assert stranger.recv(1) == b""
    thread.join(10)
    assert not thread.is_alive()
    assert served == []
