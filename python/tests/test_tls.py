"""Connections over TLS, on the loopback address."""

from __future__ import annotations

import contextlib
import os
import select
import signal
import socket
import ssl
import struct
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
    def run() -> None:
        with raw:
            behind_tls(settings, serve)(raw)

    thread = threading.Thread(target=run, daemon=True)
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


def seal(both: Both, data: bytes) -> bytes:
    """Encrypt bytes as the client, without sending them."""
    tap, other = socket.socketpair()
    with tap, other:
        own = os.dup(both.client.fileno())
        os.dup2(tap.fileno(), both.client.fileno())
        both.client.sendall(data)
        os.dup2(own, both.client.fileno())
        os.close(own)
        return other.recv(10_000)


def trickle(both: Both, data: bytes) -> None:
    for at in range(len(data)):
        socket.socket.sendall(both.client, data[at : at + 1])
        time.sleep(3 / len(data))


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


def test_nothing_stays_behind_that_came_with_the_end_of_the_handshake(settings: Settings) -> None:
    raw, client = tcp_pair()
    received: list[bytes] = []

    def serve_late(connection: Connection) -> None:
        time.sleep(0.2)
        while sum(map(len, received)) < 100_000:
            received.append(connection.recv(1, socket.MSG_DONTWAIT))

    thread = serve(settings[0], raw, serve_late)
    with settings[1].wrap_socket(client, server_hostname=NAME) as connection:
        connection.sendall(b"x" * 100_000)
        thread.join(10)
    assert b"".join(received) == b"x" * 100_000


def test_a_wait_for_bytes_has_a_time_limit(both: Both) -> None:
    both.server.settimeout(0.05)
    with pytest.raises(TimeoutError):
        both.server.recv(10)
    both.server.settimeout(None)
    # Part of a record is no byte for the reader, and doesn't begin its time again.
    record = seal(both, b"in pieces")
    both.server.settimeout(0.5)
    pieces = threading.Thread(target=trickle, args=(both, record[:-1]))
    pieces.start()
    with pytest.raises(TimeoutError):
        both.server.recv(10)
    assert pieces.is_alive()
    pieces.join()
    socket.socket.sendall(both.client, record[-1:])
    both.server.settimeout(None)
    assert both.server.recv(10) == b"in pieces"
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


def test_bytes_that_are_no_tls_end_a_writer_that_waits(both: Both) -> None:
    writer = MessageWriter(both.server)
    writer.write(os.urandom(20_000_000))
    time.sleep(0.2)
    socket.socket.sendall(both.client, b"\x17\x03\x03\x00\x20" + os.urandom(32))
    assert can_be_read(both.server, 10)
    assert MessageReader(both.server).receive(socket.MSG_DONTWAIT) == 0
    finishing = threading.Thread(target=writer.finish, daemon=True)
    finishing.start()
    finishing.join(10)
    assert not finishing.is_alive()


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


def use_up_a_client_that_is_gone(settings: Settings) -> None:
    both = Both(settings)
    socket.socket.shutdown(both.client, socket.SHUT_RDWR)
    both.client.close()
    writer, reader = MessageWriter(both.server, lambda: True), MessageReader(both.server)
    for _ in range(20):
        writer.write(b"x" * 100)
        time.sleep(0.01)
        reader.receive(socket.MSG_DONTWAIT)
    writer.finish()


def begin_to_shake_hands(settings: Settings) -> None:
    for resets in (False, True) * 10:
        raw, client = tcp_pair()
        thread = serve(settings[0], raw, lambda _: None)
        incoming, outgoing = ssl.MemoryBIO(), ssl.MemoryBIO()
        with contextlib.suppress(ssl.SSLWantReadError):
            settings[1].wrap_bio(incoming, outgoing, server_hostname=NAME).do_handshake()
        client.sendall(outgoing.read())
        client.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", int(resets), 0))
        client.close()
        thread.join(10)


@pytest.mark.parametrize("play", [use_up_a_client_that_is_gone, begin_to_shake_hands])
def test_a_client_that_is_gone_does_not_kill_a_program_that_has_restored_sigpipe(
    settings: Settings, play: Callable[[Settings], None], capfd: pytest.CaptureFixture[str]
) -> None:
    pid = os.fork()
    if not pid:
        code = 1
        try:
            signal.signal(signal.SIGPIPE, signal.SIG_DFL)
            play(settings)
            code = 0
        finally:
            os._exit(code)
    assert os.waitpid(pid, 0)[1] == 0
    # A stranger can't fill the log with tracebacks.
    assert "Traceback" not in capfd.readouterr().err


def test_an_error_of_a_signal_handler_ends_it_if_it_may_have_torn_a_record(both: Both) -> None:
    def interrupt(*_: object) -> None:
        raise KeyboardInterrupt

    previous = signal.signal(signal.SIGUSR1, interrupt)
    try:
        threading.Timer(0.2, lambda: os.kill(os.getpid(), signal.SIGUSR1)).start()
        with pytest.raises(KeyboardInterrupt):
            both.server.sendall(memoryview(bytes(50_000_000)))
    finally:
        signal.signal(signal.SIGUSR1, previous)
    with pytest.raises(BrokenPipeError):
        both.server.send(b"more")


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
