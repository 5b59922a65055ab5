"""Sockets that user code does not change."""

from __future__ import annotations

import signal
import socket
import subprocess
import sys
import time
from typing import Any

import pytest

from vitest_python.posix.sockets import send_all, socket_of, unix_socket

from .running import TOKEN, Runner

SENDS = """
import signal, socket
signal.signal(signal.SIGPIPE, signal.SIG_DFL)
from vitest_python.posix.sockets import send_all
one, other = socket.socketpair()
other.close()
{send}
"""


@pytest.mark.parametrize(
    ("send", "end"),
    # The control shows that an ordinary write would end it.
    [("send_all(one, b'a', b'b')", "BrokenPipeError: [Errno 32] Broken pipe"), ("one.sendall(b'a')", "")],
)
def test_a_client_that_is_gone_ends_no_program_that_has_restored_sigpipe(send: str, end: str) -> None:
    done = subprocess.run([sys.executable, "-c", SENDS.format(send=send)], capture_output=True, text=True, timeout=20)
    assert done.stderr.strip().rpartition("\n")[2] == end
    assert done.returncode == (1 if end else -signal.SIGPIPE)


def test_sends_all_parts_whatever_the_kernel_takes_at_once() -> None:
    one, other = socket.socketpair()
    parts = (b"abcd", b"x" * 5_000_000)
    reader: subprocess.Popen[bytes] = subprocess.Popen(
        [sys.executable, "-c", "import sys; print(len(sys.stdin.buffer.read()))"],
        stdin=other.fileno(),
        stdout=subprocess.PIPE,
    )
    other.close()
    with one:
        send_all(one, *parts)
    assert int(reader.communicate(timeout=20)[0]) == sum(map(len, parts))


def test_a_default_timeout_of_user_code_changes_nothing() -> None:
    one, other = socket.socketpair()
    socket.setdefaulttimeout(0.01)
    try:
        made = [unix_socket(), socket_of(one.detach())]
    finally:
        socket.setdefaulttimeout(None)
    assert [each.gettimeout() for each in made] == [None, None]
    for each in (*made, other):
        each.close()


@pytest.mark.parametrize("method", ["fork", "spawn"])
def test_nor_does_it_end_a_worker_or_a_connection(runner: Runner, method: str) -> None:
    text = "import socket\nsocket.setdefaulttimeout(0.2)\ndef one(): return 1\n"
    worker = runner.worker(runner.start(runner.write("mod.py", text), method=method))
    watch: Any = worker.channel.unary_stream("/grpc.health.v1.Health/Watch")
    updates = watch(b"", metadata=(("x-vitest-python-token", TOKEN),), timeout=60)
    assert next(updates)
    time.sleep(0.6)
    assert worker.call("mod.one") == 1
    assert updates.is_active()
    updates.cancel()
    assert "cannot be accepted" not in runner.log("w1")
