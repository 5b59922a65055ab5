"""Workers that listen on a network, on the loopback address."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Callable
from pathlib import Path

import grpc
import pytest

from .reaping import Run, eventually
from .running import Runner
from .sessions import TOKEN

NAME = "abc1234.vitest-python"
TOKENS = (("x-vitest-python-token", TOKEN),)
MODULE = """
import os
def echo(value): return value
def secrets():
    files = [f"/proc/{pid}/{name}" for pid in ("self", os.getppid()) for name in ("environ", "cmdline")]
    shown = [open(file, "rb").read() for file in files]
    return any(b"PRIVATE KEY" in text for text in shown) or any("PRIVATE KEY" in text for text in os.environ.values())
"""

Pair = tuple[str, str]
"""A key and its certificate, as PEM."""


@pytest.fixture
def pair(tmp_path: Path) -> Callable[[str], Pair]:
    def make(name: str) -> Pair:
        key, certificate = tmp_path / f"{name}.key", tmp_path / f"{name}.pem"
        curve = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256"]
        command = ["openssl", "req", "-x509", *curve, "-nodes", "-days", "1"]
        name_of_run = ["-subj", f"/CN={NAME}", "-addext", f"subjectAltName=DNS:{NAME}"]
        files = ["-keyout", str(key), "-out", str(certificate)]
        subprocess.run([*command, *name_of_run, *files], check=True, capture_output=True)
        return key.read_text(), certificate.read_text()

    return make


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
def test_serves_only_who_has_certificate_and_token(runner: Runner, pair: Callable[[str], Pair], method: str) -> None:
    server, client, other = pair("server"), pair("client"), pair("other")
    listen = listen_to("127.0.0.1", server, client)
    forkserver = runner.start(runner.write("m.py", MODULE), method=method, listen=listen)
    assert forkserver.until("ready", "failed")["event"] == "ready"
    worker = runner.worker(forkserver, connect=lambda address: dial(address, server, client))
    host, _, port = worker.address.partition(":")
    assert (host, worker.session) == ("127.0.0.1", "") and int(port) > 0
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


@pytest.mark.parametrize("host", ["0.0.0.0", "::", "localhost", ""])
def test_listens_on_one_address_only(runner: Runner, pair: Callable[[str], Pair], host: str) -> None:
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
