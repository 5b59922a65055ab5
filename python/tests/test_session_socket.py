"""The session socket: its first message, and bytes that are no messages."""

from __future__ import annotations

import random
import socket
import tempfile
import threading
import time
from collections.abc import Iterator

import pytest

from vitest_python._gen.bridge_pb2 import ClientFrame, Hello, Start, Welcome
from vitest_python.bridge.framing import MessageReader, MessageWriter, TooLong
from vitest_python.execution.executor import Executor
from vitest_python.program.resolve import FunctionResolver
from vitest_python.serving import session_socket
from vitest_python.serving.session_socket import SessionSocket

from .running import Runner, Worker, worker_of
from .sessions import TOKEN, SocketSession

MODULE = """
marked = []
def echo(value): return value
def mark(): marked.append(1)
def marks(): return len(marked)
"""


@pytest.fixture(scope="module")
def worker() -> Iterator[Worker]:
    with worker_of(MODULE) as made:
        yield made


def test_the_worker_answers_the_first_message(worker: Worker) -> None:
    with SocketSession(worker.session) as session:
        assert session.welcome == Welcome()


def test_the_memory_of_a_client_is_shared_if_the_worker_can_open_it(worker: Worker) -> None:
    with SocketSession(worker.session, pid=worker.pid) as session:
        assert session.welcome == Welcome(shares_memory=True)
    with SocketSession(worker.session, pid=2**22 + 1) as session:
        assert session.welcome == Welcome()


@pytest.mark.parametrize(
    ("hello", "reason"),
    [
        ({"token": "wrong"}, "the token is wrong"),
        ({"token": ""}, "the token is wrong"),
        ({"protocol": 7}, "the test process speaks protocol 7"),
        ({"lease_id": "l" * 5_000}, "is longer than 4,096 bytes"),
    ],
)
def test_a_client_is_refused_with_the_reason(worker: Worker, hello: dict[str, object], reason: str) -> None:
    with SocketSession(worker.session, **hello) as session:
        assert reason in session.welcome.refusal
        assert list(session.frames()) == []
    assert worker.call("m.echo", 1) == 1


def test_a_first_message_that_is_no_hello_is_refused(worker: Worker) -> None:
    with socket.socket(socket.AF_UNIX) as connection:
        connection.connect(worker.session)
        connection.sendall(b"\x03\0\0\0\xff\xff\xff")
        answer = MessageReader(connection).read()
    assert answer is not None
    assert "the first message is not a Hello" in Welcome.FromString(answer).refusal


def test_a_client_that_says_nothing_is_refused_after_a_while(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(session_socket, "_HELLO_SECONDS", 0.05)
    with tempfile.TemporaryDirectory(prefix="vp-") as directory, socket.socket(socket.AF_UNIX) as connection:
        SessionSocket(TOKEN, Executor(), FunctionResolver()).listen(f"{directory}/s")
        connection.connect(f"{directory}/s")
        messages = MessageReader(connection)
        answer = messages.read()
        assert answer is not None
        assert "no Hello has arrived within" in Welcome.FromString(answer).refusal
        assert messages.read() is None


def test_a_message_that_is_too_long_ends_its_session_only(worker: Worker) -> None:
    with SocketSession(worker.session) as session:
        session.write_raw(b"\xff\xff\xff\xff")
        (frame,) = session.frames()
        assert "a message of 4,294,967,295 bytes is longer than" in frame.failure.message
    assert worker.call("m.echo", 1) == 1


def test_nothing_after_an_unreadable_message_is_done(worker: Worker) -> None:
    with SocketSession(worker.session) as session:
        start = ClientFrame(call=1, start=Start(name="m.mark", arguments=b"\x90")).SerializeToString()
        messages = [b"\xff\xff", start]
        session.write_raw(b"".join(len(message).to_bytes(4, "little") + message for message in messages))
        (frame,) = session.frames()
        assert "a frame of 2 bytes cannot be read" in frame.failure.message
    assert worker.call("m.marks") == 0


def test_a_message_that_is_cut_off_ends_its_session_only(worker: Worker) -> None:
    with SocketSession(worker.session) as session:
        session.write_raw(b"\x10\0\0\0\x08")
        session.end()
        assert list(session.frames()) == []
    assert worker.call("m.echo", 1) == 1


def test_random_bytes_end_their_session_only(worker: Worker) -> None:
    choose = random.Random(1)
    for _ in range(60):
        with SocketSession(worker.session) as session:
            session.write_raw(choose.randbytes(choose.randrange(1, 200)))
            session.end()
            for frame in session.frames():
                assert frame.WhichOneof("kind") == "failure"
    assert worker.call("m.echo", 1) == 1


def test_messages_may_arrive_in_pieces_of_any_size(worker: Worker) -> None:
    choose = random.Random(2)
    with SocketSession(worker.session) as session:
        calls = [ClientFrame(call=n, start=Start(name="m.echo", arguments=b"\x91\x01")) for n in range(1, 30)]
        messages = [call.SerializeToString() for call in calls]
        data = b"".join(len(message).to_bytes(4, "little") + message for message in messages)
        while data:
            size = choose.randrange(1, 40)
            session.write_raw(data[:size])
            data = data[size:]
        frames = session.frames()
        assert sorted(next(frames).call for _ in calls) == list(range(1, 30))
        session.end()


def test_the_lease_of_a_session_is_in_the_environment(runner: Runner) -> None:
    forkserver = runner.start(runner.write("m.py", "import os\ndef lease(): return os.environ['VITEST_PYTHON_LEASE']"))
    forkserver.until("ready")
    assert runner.worker(forkserver).call("m.lease") == "l1"


def test_a_worker_without_descriptors_accepts_sessions_as_soon_as_it_has_some(runner: Runner) -> None:
    code = """
import os, resource
taken = []
def take():
    resource.setrlimit(resource.RLIMIT_NOFILE, (64, resource.getrlimit(resource.RLIMIT_NOFILE)[1]))
    while True:
        try: taken.append(os.open(os.devnull, os.O_RDONLY))
        except OSError: return len(taken)
def give_back():
    while taken: os.close(taken.pop())
"""
    forkserver = runner.start(runner.write("m.py", code))
    forkserver.until("ready")
    worker = runner.worker(forkserver)
    assert worker.call("m.take") > 0
    opened: list[Welcome] = []

    def open_another() -> None:
        with SocketSession(worker.session) as session:
            opened.append(session.welcome)

    # `accept` has a descriptor in reserve while it waits, so the first connection needs none.
    with SocketSession(worker.session):
        opening = threading.Thread(target=open_another)
        opening.start()
        until = time.monotonic() + 20
        while "cannot be accepted" not in runner.log("w1") and time.monotonic() < until:
            time.sleep(0.01)
        assert opened == []
        worker.call("m.give_back")
        opening.join(20)
    assert opened == [Welcome()]


def test_a_large_message_arrives_whole() -> None:
    left, right = socket.socketpair()
    with left, right:
        message = random.Random(3).randbytes(3_000_001)
        writer = MessageWriter(left)
        writer.write(message)
        assert MessageReader(right).read() == message
        writer.finish()


def test_a_writer_waits_for_no_client() -> None:
    left, right = socket.socketpair()
    with left, right:
        writer = MessageWriter(left)
        for _ in range(10):
            writer.write(bytes(1_000_000))
        writer.close()
        reader = MessageReader(right)
        assert [len(reader.read() or b"") for _ in range(11)] == [1_000_000] * 10 + [0]


def test_a_writer_whose_client_is_gone_does_nothing() -> None:
    left, right = socket.socketpair()
    right.close()
    with left:
        writer = MessageWriter(left)
        writer.write(b"1")
        writer.write(b"2")
        writer.finish()


def test_a_length_beyond_the_limit_is_refused_before_the_message_arrives() -> None:
    left, right = socket.socketpair()
    with left, right:
        left.sendall((11).to_bytes(4, "little"))
        with pytest.raises(TooLong, match="a message of 11 bytes is longer than 10 bytes"):
            MessageReader(right).read(10)


def test_a_hello_of_the_protocol_has_the_fields_that_typescript_sends() -> None:
    fields = [field.name for field in Hello.DESCRIPTOR.fields]
    assert fields == ["protocol", "token", "lease_id", "pid"]
