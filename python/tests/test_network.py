"""Workers that listen on a network, on the loopback address."""

from __future__ import annotations

import contextlib
import json
import os
import socket
import ssl
from pathlib import Path

import grpc
import ormsgpack
import pytest

from vitest_python._gen.bridge_pb2 import ClientFrame, Start
from vitest_python.values import decode

from .certificates import NAME, MakePair, Pair
from .reaping import Run, eventually
from .running import Runner, Worker
from .sessions import TOKEN, SocketSession

TOKENS = (("x-vitest-python-token", TOKEN),)
MODULE = """
import os
def echo(value): return value
def secrets():
    files = [f"/proc/{pid}/{name}" for pid in ("self", os.getppid()) for name in ("environ", "cmdline")]
    shown = [open(file, "rb").read() for file in files]
    return any(b"PRIVATE KEY" in text for text in shown) or any("PRIVATE KEY" in text for text in os.environ.values())
"""


def listen_to(host: str, server: Pair, client: Pair) -> dict[str, object]:
    return {"host": host, "tls": {"key": server[0], "certificate": server[1], "peer": client[1]}}


def dial(address: str, server: Pair, client: Pair | None) -> grpc.Channel:
    own = () if client is None else (client[0].encode(), client[1].encode())
    credentials = grpc.ssl_channel_credentials(server[1].encode(), *own)
    return grpc.secure_channel(address, credentials, [("grpc.ssl_target_name_override", NAME)])


def code_of(channel: grpc.Channel, metadata: tuple[tuple[str, str], ...] = TOKENS) -> grpc.StatusCode:
    with channel:
        call: grpc.UnaryUnaryMultiCallable[bytes, bytes] = channel.unary_unary("/grpc.health.v1.Health/Check")
        try:
            call(b"", timeout=5, metadata=metadata)
        except grpc.RpcError as error:
            return error.code()
        return grpc.StatusCode.OK


@pytest.mark.parametrize("method", ["fork", "spawn"])
def test_serves_only_who_has_certificate_and_token(runner: Runner, pair: MakePair, method: str) -> None:
    server, client, other = pair("server"), pair("client"), pair("other")
    listen = listen_to("127.0.0.1", server, client)
    forkserver = runner.start(runner.write("m.py", MODULE), method=method, listen=listen)
    assert forkserver.until("ready", "failed")["event"] == "ready"
    worker = runner.worker(forkserver, connect=lambda address: dial(address, server, client))
    host, _, port = worker.address.partition(":")
    assert host == "127.0.0.1" and int(port) > 0
    assert worker.call("m.echo", b"x" * 100) == b"x" * 100
    assert worker.call("m.secrets") is False
    assert code_of(dial(worker.address, server, client)) is grpc.StatusCode.OK
    assert code_of(dial(worker.address, server, client), ()) is grpc.StatusCode.UNAUTHENTICATED
    wrong = (("x-vitest-python-token", "wrong"),)
    assert code_of(dial(worker.address, server, client), wrong) is grpc.StatusCode.UNAUTHENTICATED
    for refused in (dial(worker.address, server, None), dial(worker.address, server, other)):
        assert code_of(refused) is grpc.StatusCode.UNAVAILABLE
    assert code_of(dial(worker.address, other, client)) is grpc.StatusCode.UNAVAILABLE
    assert code_of(grpc.insecure_channel(worker.address)) is grpc.StatusCode.UNAVAILABLE


def secure(worker: Worker, server: Pair, client: Pair | None, files: Path) -> ssl.SSLSocket:
    """Connect to the session socket of a worker that listens on a network."""
    kind, host, port = worker.session.split(":")
    assert (kind, host) == ("tls", "127.0.0.1")
    context = ssl.create_default_context(cadata=server[1])
    if client is not None:
        (files / "client").write_text("".join(client))
        context.load_cert_chain(files / "client")
    return context.wrap_socket(socket.create_connection((host, int(port)), timeout=10), server_hostname=NAME)


def echo(session: SocketSession, value: bytes) -> bytes:
    """Have a function return this value, which crosses in chunks if it is large."""
    session.send(ClientFrame(call=1, start=Start(name="m.echo", arguments=ormsgpack.packb([value]))))
    chunks = b""
    for frame in session.frames():
        assert frame.printed == len("loaded\n")
        if frame.WhichOneof("kind") == "value":
            return chunks or bytes(decode(frame.value))
        chunks += frame.chunk.data
    raise AssertionError("the session has ended")


@pytest.fixture
def served(runner: Runner, pair: MakePair) -> tuple[Worker, Pair, Pair]:
    """A worker that listens on a network, and the certificates of both sides."""
    server, client = pair("server"), pair("client")
    module = runner.write("m.py", MODULE + "\nprint('loaded')")
    forkserver = runner.start(module, method="spawn", listen=listen_to("127.0.0.1", server, client))
    forkserver.until("ready")
    return runner.worker(forkserver, connect=lambda address: dial(address, server, client)), server, client


def test_a_session_goes_over_tls(served: tuple[Worker, Pair, Pair], tmp_path: Path) -> None:
    worker, server, client = served
    with SocketSession(secure(worker, server, client, tmp_path), pid=os.getpid()) as session:
        # An equal pid on another machine is that of a stranger.
        assert (session.welcome.refusal, session.welcome.shares_memory) == ("", False)
        assert echo(session, b"x" * 100) == b"x" * 100
        large = os.urandom(5_000_000)
        assert echo(session, large) == large
    with SocketSession(secure(worker, server, client, tmp_path), token="wrong") as refused:
        assert "the token is wrong" in refused.welcome.refusal
        assert list(refused.frames()) == []


@pytest.mark.parametrize("method", ["fork", "spawn"])
def test_a_session_goes_over_tls_even_if_user_code_puts_other_classes_in_place(
    runner: Runner, pair: MakePair, tmp_path: Path, method: str
) -> None:
    server, client = pair("server"), pair("client")
    # As gevent does: methods of the real classes look for themselves by these names.
    patch = """
import ssl, select, socket
for name in ("SSLContext", "SSLSocket", "SSLObject"):
    setattr(ssl, name, type(name, (getattr(ssl, name),), {}))
del select.poll, select.epoll
socket.socket = type("socket", (socket.socket,), {})
"""
    listen = listen_to("127.0.0.1", server, client)
    forkserver = runner.start(runner.write("m.py", MODULE + patch + "\nprint('loaded')"), method=method, listen=listen)
    forkserver.until("ready")
    worker = runner.worker(forkserver, connect=lambda address: dial(address, server, client))
    with SocketSession(secure(worker, server, client, tmp_path)) as session:
        assert session.welcome.refusal == ""
        session.send(ClientFrame(call=1, start=Start(name="m.echo", arguments=ormsgpack.packb([b"x" * 100]))))
        assert bytes(decode(next(session.frames()).value)) == b"x" * 100


def test_a_session_without_the_certificate_is_refused(
    served: tuple[Worker, Pair, Pair], pair: MakePair, tmp_path: Path
) -> None:
    worker, server, client = served
    for stranger in (None, pair("other")):
        # In TLS 1.3, a client learns that it is refused with the first bytes that it reads.
        refused = pytest.raises(OSError, match=r"alert|reset|EOF")
        with refused, secure(worker, server, stranger, tmp_path) as connection:
            connection.recv(1)
    with pytest.raises(ssl.SSLCertVerificationError):
        secure(worker, pair("another"), client, tmp_path)
    host, port = worker.session.removeprefix("tls:").split(":")
    with socket.create_connection((host, int(port)), timeout=10) as plain:
        plain.sendall(b"GET / HTTP/1.1\r\n\r\n")
        with contextlib.suppress(ConnectionResetError):
            assert b"HTTP" not in plain.recv(1000)
    assert worker.call("m.echo", 1) == 1


@pytest.mark.parametrize("host", ["0.0.0.0", "::", "localhost", ""])
def test_listens_on_one_address_only(runner: Runner, pair: MakePair, host: str) -> None:
    server = pair("server")
    forkserver = runner.start(runner.write("m.py", MODULE), listen=listen_to(host, server, server))
    forkserver.until("ready")
    forkserver.say(op="fork", id="w1")
    failed = runner.accept().until("ready", "failed")
    assert failed["event"] == "failed"
    assert "address" in json.dumps(failed)


def test_the_reaper_keeps_the_key_out_of_the_environment(tmp_path: Path) -> None:
    run = Run(tmp_path, "n3tw0rk")
    try:
        told = tmp_path / "told"
        code = f"import os; open({str(told)!r}, 'w').write(open('/proc/self/environ').read() + ' end')"
        env = {"VITEST_PYTHON_LISTEN": json.dumps({"host": "127.0.0.1", "tls": {}}), "KEPT": "1"}
        run.say(op="spawn", id="x", argv=["python3", "-c", code], env=env, cwd="/", log=str(tmp_path / "log"))
        eventually(lambda: told.exists() and told.read_text().endswith(" end"), seconds=10)
        assert "KEPT" in told.read_text()
        assert "LISTEN" not in told.read_text()
    finally:
        run.close()
