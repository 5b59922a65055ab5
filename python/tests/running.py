"""Plays the runner: listens, starts a real forkserver, and calls real workers."""

from __future__ import annotations

import json
import os
import socket
import subprocess
import sys
import tempfile
import threading
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from queue import SimpleQueue
from typing import Any

import grpc
import ormsgpack

from vitest_python._gen.bridge_pb2 import (
    CallReply,
    CallRequest,
    Cancel,
    ClientFrame,
    Credit,
    PythonFailure,
    Start,
    WorkerFrame,
)
from vitest_python.posix.bootstrap import open_script
from vitest_python.values import decode

from .sessions import TOKEN as TOKEN
from .sessions import GrpcSession, SocketSession

JsonLine = dict[str, Any]


class Failed(Exception):
    """A call failed with this exception."""

    def __init__(self, failure: PythonFailure) -> None:
        super().__init__(f"{failure.type}: {failure.message}")
        self.failure = failure


class Peer:
    """One connection to the control socket."""

    def __init__(self, connection: socket.socket) -> None:
        self._connection = connection
        self._file = connection.makefile("rb")
        self.hello = self.read()

    def read(self) -> JsonLine:
        """Return the next line; empty at the end."""
        text = self._file.readline()
        return json.loads(text) if text else {}

    def until(self, *events: str) -> JsonLine:
        """Return the next line with one of these events."""
        while True:
            line = self.read()
            if not line or line.get("event") in events:
                return line

    def say(self, **line: Any) -> None:
        """Send a line."""
        self._connection.sendall(json.dumps(line).encode() + b"\n")

    def close(self) -> None:
        """Close the connection, as if the runner had died."""
        self._file.close()
        self._connection.close()


class Runner:
    """Listens on the control socket of a run."""

    def __init__(self, base: Path) -> None:
        self.directory = base / "run"
        (self.directory / "logs").mkdir(parents=True)
        self.root = base / "project"
        self.root.mkdir()
        self._listener = socket.socket(socket.AF_UNIX)
        self._listener.bind(str(self.directory / "control.sock"))
        self._listener.listen()
        self._listener.settimeout(20)
        self._closing: list[Callable[[], None]] = [self._listener.close]
        self.process: subprocess.Popen[bytes] | None = None
        self.config: JsonLine = {}

    def write(self, name: str, text: str) -> str:
        """Write a file of the project, and return its name, for `modules`."""
        file = self.root / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text)
        return name

    def start(
        self,
        *modules: str,
        method: str = "fork",
        services: tuple[str, ...] = (),
        reset: str | None = None,
        answer: JsonLine | None = None,
        python: str = sys.executable,
        overlay: str | None = None,
        transport: str = "auto",
        coverage: JsonLine | None = None,
        listen: JsonLine | None = None,
        env: Mapping[str, str] | None = None,
        **variables: str,
    ) -> Peer:
        """Start a forkserver with these modules."""
        config = {
            "protocol": 1,
            "id": "forkserver-1",
            "control": str(self.directory / "control.sock"),
            "runDirectory": str(self.directory),
            "runId": "f0rk5rv",
            "parent": os.getpid(),
            "root": str(self.root),
            "modules": modules,
            "services": services,
            "reset": reset,
            "startMethod": method,
            "overlay": overlay,
            "token": TOKEN,
            "transport": transport,
            "coverage": coverage,
            "listen": listen,
        }
        self.config = config
        script = open_script("forkserver", config)
        with (self.directory / "logs" / "forkserver-1.log").open("ab") as log:
            self.process = subprocess.Popen(
                [python],
                env={**os.environ, **(env or {}), **variables},
                cwd=self.root,
                stdin=script,
                stdout=log,
                stderr=log,
            )
        os.close(script)
        return self.accept(answer)

    def accept(self, answer: JsonLine | None = None) -> Peer:
        """Accept the next connection and welcome it."""
        connection, _ = self._listener.accept()
        connection.settimeout(20)
        peer = Peer(connection)
        peer.say(**(answer or {"welcome": "vitest-python", "protocol": 1}))
        self._closing.append(peer.close)
        return peer

    def worker(
        self,
        forkserver: Peer,
        name: str = "w1",
        connect: Callable[[str], grpc.Channel] = grpc.insecure_channel,
    ) -> Worker:
        """Have a worker started and connect to it."""
        forkserver.say(op="fork", id=name)
        peer = self.accept()
        assert forkserver.until("forked", "fork-failed")["id"] == name
        ready = peer.until("ready", "failed")
        assert ready["event"] == "ready", ready
        worker = Worker(peer, ready["address"], ready["session"], connect)
        self._closing.append(worker.close)
        return worker

    def log(self, name: str) -> str:
        """Return the output of a process."""
        return (self.directory / "logs" / f"{name}.log").read_text()

    def close(self) -> None:
        """End everything that has been started."""
        for close in reversed(self._closing):
            close()
        if self.process is not None:
            self.process.kill()
            self.process.wait()


class Worker:
    """A client of one worker, with one session."""

    def __init__(
        self,
        control: Peer,
        address: str,
        session: str = "",
        connect: Callable[[str], grpc.Channel] = grpc.insecure_channel,
    ) -> None:
        """Args: session: the path of the session socket; if there is none, the session goes over gRPC."""
        self.control = control
        self.pid: int = control.hello["pid"]
        self.address = address
        self.session = session
        self.channel = connect(address)
        self._session = SocketSession(session) if session.startswith("/") else GrpcSession(self.channel)
        self._last = 0
        self._incoming: defaultdict[int, SimpleQueue[WorkerFrame]] = defaultdict(SimpleQueue)
        threading.Thread(target=self._read, daemon=True).start()

    def _read(self) -> None:
        for frame in self._session.frames():
            self._incoming[frame.call].put(frame)

    def start(self, name: str, *positional: Any, stream: int | None = None, **keywords: Any) -> int:
        """Start a call, or a stream with that much credit, and return its number."""
        return self.start_raw(name, ormsgpack.packb(keywords or list(positional)), stream)

    def start_raw(self, name: str, arguments: bytes, stream: int | None = None) -> int:
        """Start a call with encoded or invalid arguments, and return its number."""
        start = Start(name=name, arguments=arguments, stream=stream is not None, credit=stream or 0)
        return self.send_raw(lambda call: ClientFrame(call=call, start=start))

    def send_raw(self, make: Callable[[int], ClientFrame]) -> int:
        """Send the frame that `make` returns for the next call number, and return that number."""
        self._last += 1
        self._session.send(make(self._last))
        return self._last

    def hang_up(self) -> None:
        """End the session as if the client had died."""
        self._session.hang_up()

    def again(self, frame: ClientFrame) -> None:
        """Send a frame."""
        self._session.send(frame)

    def credit(self, call: int, items: int) -> None:
        """Allow more items."""
        self._session.send(ClientFrame(call=call, credit=Credit(items=items)))

    def cancel(self, call: int) -> None:
        """Cancel a call."""
        self._session.send(ClientFrame(call=call, cancel=Cancel()))

    def next(self, call: int, seconds: float = 10) -> WorkerFrame:
        """Return the next frame of a call."""
        return self._incoming[call].get(timeout=seconds)

    def silent(self, call: int) -> bool:
        """Return whether no frame of the call is waiting."""
        return self._incoming[call].empty()

    def result(self, call: int) -> Any:
        """Return the result of a call. Raises Failed."""
        frame = self.next(call)
        if frame.WhichOneof("kind") == "failure":
            raise Failed(frame.failure)
        assert frame.WhichOneof("kind") == "value", frame
        return decode(frame.value)

    def call(self, name: str, *positional: Any, **keywords: Any) -> Any:
        """Start a call and return its result."""
        return self.result(self.start(name, *positional, **keywords))

    def items(self, call: int) -> list[Any]:
        """Return the remaining items of a stream. Raises Failed."""
        found = []
        while (frame := self.next(call)).WhichOneof("kind") == "item":
            found.append(decode(frame.item))
        if frame.WhichOneof("kind") == "failure":
            raise Failed(frame.failure)
        return found

    def method(self, name: str, stream: bool = False) -> grpc.UnaryUnaryMultiCallable[bytes, bytes]:
        """Return any method of the server, with bytes in and out."""
        make: Any = self.channel.stream_stream if stream else self.channel.unary_unary
        made: grpc.UnaryUnaryMultiCallable[bytes, bytes] = make(name)
        return made

    def unary(self, name: str, arguments: bytes, metadata: tuple[tuple[str, str], ...]) -> CallReply:
        """Make a call without a session."""
        reply: CallReply = self.channel.unary_unary(
            "/vitest_python.v1.Bridge/Call", CallRequest.SerializeToString, CallReply.FromString
        )(CallRequest(name=name, arguments=arguments), metadata=metadata, timeout=10)
        return reply

    def close(self) -> None:
        """Close the session and the channel."""
        self._session.close()
        self.channel.close()


@contextmanager
def worker_of(source: str) -> Iterator[Worker]:
    """A worker with one module, `m`, which ends after the block."""
    with tempfile.TemporaryDirectory(prefix="vp-") as directory:
        runner = Runner(Path(directory))
        forkserver = runner.start(runner.write("m.py", source))
        forkserver.until("ready")
        yield runner.worker(forkserver)
        runner.close()
