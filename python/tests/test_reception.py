"""Which thread reads and writes the frames of a session."""

from __future__ import annotations

import os
import random
import select
import socket
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import ormsgpack
import pytest

from vitest_python._gen.bridge_pb2 import Cancel, ClientFrame, Start, WorkerFrame
from vitest_python.bridge.framing import MessageReader, MessageWriter
from vitest_python.execution.executor import Executor
from vitest_python.execution.watch import IS_SUPPORTED, Watch

from .reaping import eventually
from .running import Worker, worker_of
from .sessions import SocketSession

MODULE = """
import os, signal, threading, time
from vitest_python.bridge.session import Session

readers = []
receive = Session.receive

def note(self, data):
    readers.append(threading.current_thread().name)
    return receive(self, data)

Session.receive = note

def take_readers():
    taken = readers[:]
    readers.clear()
    return taken

def echo(value): return value

def spin(begun):
    open(begun, "w").close()
    while True:
        time.sleep(0.001)

async def coroutine(): return 1

def restore_interrupts():
    signal.signal(signal.SIGINT, signal.default_int_handler)

def fork():
    child = os.fork()
    if child == 0:
        return "child"
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
"""

only_if_supported = pytest.mark.skipif(not IS_SUPPORTED, reason="the main thread reads with epoll only")


@pytest.fixture(scope="module")
def worker() -> Iterator[Worker]:
    with worker_of(MODULE) as made:
        yield made


class Calls:
    """Makes calls over one session."""

    def __init__(self, session: SocketSession) -> None:
        self._session = session
        self._frames = session.frames()
        self._last = 0

    def start(self, name: str, *arguments: object) -> int:
        """Start a call, and return its number."""
        self._last += 1
        start = Start(name=f"m.{name}", arguments=ormsgpack.packb(arguments))
        self._session.send(ClientFrame(call=self._last, start=start))
        return self._last

    def next(self) -> WorkerFrame:
        """Wait for the next frame of the worker."""
        return next(self._frames)

    def __call__(self, name: str, *arguments: object) -> object:
        """Return the value of a call."""
        self.start(name, *arguments)
        return ormsgpack.unpackb(self.next().value)


@only_if_supported
def test_the_main_thread_reads_while_it_is_idle(worker: Worker) -> None:
    with SocketSession(worker.session) as session:
        call = Calls(session)
        for value in range(20):
            call("echo", value)
            eventually(lambda: waits_for_events(worker.pid))
        readers = call("take_readers")
        assert isinstance(readers, list)
        # The first frame may have come together with the first message of the session.
        assert readers[1:] == ["MainThread"] * (len(readers) - 1)


def waits_for_events(pid: int) -> bool:
    """Whether the main thread of a process waits in the kernel for epoll."""
    return Path(f"/proc/{pid}/wchan").read_text() in ("ep_poll", "do_epoll_wait")


def test_another_thread_reads_while_a_function_runs(worker: Worker, tmp_path: Path) -> None:
    with SocketSession(worker.session) as session:
        call = Calls(session)
        call("take_readers")
        number = call.start("spin", str(tmp_path / "begun"))
        eventually((tmp_path / "begun").exists)
        session.send(ClientFrame(call=number, cancel=Cancel()))
        assert call.next().failure.type == "vitest_python.Interrupted"
        readers = call("take_readers")
        assert isinstance(readers, list)
        assert readers[-2] == "session"


def test_two_sessions_share_the_main_thread(worker: Worker, tmp_path: Path) -> None:
    with SocketSession(worker.session) as one, SocketSession(worker.session) as other:
        calls = [Calls(one), Calls(other)]
        for value in range(50):
            for call in calls:
                assert call("echo", value) == value
        calls[0].start("spin", str(tmp_path / "begun"))
        calls[1].start("echo", 1)
        one.hang_up()
        assert ormsgpack.unpackb(calls[1].next().value) == 1


def test_calls_go_on_after_a_coroutine(worker: Worker) -> None:
    with SocketSession(worker.session) as session:
        call = Calls(session)
        for value in range(20):
            assert call("coroutine") == 1
            assert call("echo", value) == value


def test_messages_arrive_in_pieces_and_together(worker: Worker) -> None:
    choose = random.Random(5)
    with SocketSession(worker.session) as session:
        frames = []
        for number in range(1, 201):
            text = "x" * choose.choice([0, 10, 70_000])
            start = Start(name="m.echo", arguments=ormsgpack.packb([text]))
            frame = ClientFrame(call=number, start=start).SerializeToString()
            frames.append(len(frame).to_bytes(4, "little") + frame)
        rest = b"".join(frames)

        def send() -> None:
            at = 0
            while at < len(rest):
                size = choose.choice([1, 3, 50, 5_000, 300_000])
                session.write_raw(rest[at : at + size])
                at += size

        sender = threading.Thread(target=send)
        sender.start()
        answers = session.frames()
        assert [next(answers).call for _ in frames] == list(range(1, 201))
        sender.join()


def test_an_interrupt_that_the_user_restored_ends_neither_the_worker_nor_the_session(worker: Worker) -> None:
    with SocketSession(worker.session) as session:
        call = Calls(session)
        call("restore_interrupts")
        for value in range(20):
            time.sleep(0.005)
            os.kill(worker.pid, 2)
            time.sleep(0.005)
            assert call("echo", value) == value


def test_a_child_that_returns_answers_nothing(worker: Worker) -> None:
    with SocketSession(worker.session) as session:
        call = Calls(session)
        assert call("fork") == 0
        assert call("echo", 2) == 2


def nothing() -> bool:
    return True


@only_if_supported
def test_work_from_another_thread_ends_the_wait_for_sockets() -> None:
    executor = Executor()
    left, right = socket.socketpair()
    done = threading.Event()
    with left, right:
        executor.watch(left.fileno(), nothing)
        waiting = threading.Thread(target=executor.work_until, args=(done.is_set,), daemon=True)
        waiting.start()
        time.sleep(0.02)
        executor.submit(done.set)
        waiting.join(10)
        assert not waiting.is_alive()
        executor.unwatch(left.fileno(), nothing)
        executor.unwatch(left.fileno(), nothing)


def test_small_messages_are_sent_at_once_and_in_order() -> None:
    left, right = socket.socketpair()
    with left, right:
        safe = True
        writer = MessageWriter(left, lambda: safe)
        writer.write(b"1")
        assert select.select([right], [], [], 0)[0] == [right]
        safe = False
        writer.write(b"2" * 1_000_000)
        safe = True
        # The client reads nothing, so this message must neither overtake the other one nor wait.
        writer.write(b"3")
        reader = MessageReader(right)
        assert [reader.read() for _ in range(3)] == [b"1", b"2" * 1_000_000, b"3"]
        writer.finish()


def test_a_full_socket_delays_no_writer() -> None:
    left, right = socket.socketpair()
    with left, right:
        writer = MessageWriter(left, lambda: True)
        messages = [str(number).encode() * 1_000 for number in range(2_000)]
        for message in messages:
            writer.write(message)
        writer.close()
        reader = MessageReader(right)
        assert list(iter(reader.read, None)) == messages
        writer.finish()


@only_if_supported
def test_a_wait_inside_a_read_may_take_the_wake() -> None:
    watch = Watch()
    left, right = socket.socketpair()
    with left, right:

        def read() -> bool:
            left.recv(1)
            watch.wait(lambda: False)
            return False

        def wake() -> bool:
            watch.wake()
            return False

        watch.add(left.fileno(), read)
        right.send(b"1")
        waking = threading.Thread(target=watch.wait, args=(wake,), daemon=True)
        waking.start()
        waking.join(10)
        assert not waking.is_alive()
        assert not watch


@only_if_supported
def test_a_late_removal_does_not_concern_the_next_socket_of_that_number() -> None:
    watch = Watch()
    seen: list[str] = []

    def first() -> bool:
        return True

    def next_one() -> bool:
        seen.append("next")
        return True

    left, right = socket.socketpair()
    with left, right:
        watch.add(left.fileno(), first)
        watch.remove(left.fileno(), first)
        watch.add(left.fileno(), next_one)
        watch.remove(left.fileno(), first)
        assert watch
        right.send(b"1")
        watch.wait(lambda: False)
        watch.remove(left.fileno(), next_one)
        assert not watch
    assert seen == ["next"]
