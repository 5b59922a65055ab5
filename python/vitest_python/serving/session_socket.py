"""Serves the sessions of tests on a socket, which costs a fraction of a gRPC stream. See docs/protocol.md."""

from __future__ import annotations

import hmac
import os

from google.protobuf.message import DecodeError

from .._gen.bridge_pb2 import Hello, Welcome, WorkerFrame
from ..bridge import shared_memory
from ..bridge.framing import MessageReader, MessageWriter, TooLong
from ..bridge.session import Session
from ..execution.executor import Executor
from ..posix.protocol import LEASE_VARIABLE, PROTOCOL, protocol_mismatch
from ..posix.sockets import Connection
from ..program.resolve import FunctionResolver
from .listen import accept, listen
from .reception import Reception

# Before the token is known, a client gets neither much memory nor much time.
_MAX_HELLO_BYTES = 4096
_HELLO_SECONDS = 10.0


class SessionSocket:
    """Each connection is a session. Its thread reads the frames while the main thread is busy; see `Reception`."""

    def __init__(self, token: str, executor: Executor, resolver: FunctionResolver, log: str | None = None) -> None:
        """Serve clients of this machine, or of a network.

        Args:
            token: the secret that a client has to know
            executor: runs the functions
            resolver: finds them
            log: see Bridge
        """
        self._log = log
        self._token = token.encode()
        self._executor = executor
        self._resolver = resolver

    def listen(self, path: str) -> None:
        """Accept sessions on `path`. Raises OSError if the socket can't be created."""
        listen(path, self._serve, "session")

    def listen_on_network(self, host: str, tls: dict[str, str]) -> str:
        """Accept sessions on a free port of this IP address, from the owner of a certificate. Return `tls:host:port`.

        Args:
            host: of one interface of this machine
            tls: `key`, `certificate` and `peer` as PEM
        """
        from ..network.tls import behind_tls, bind

        listener = bind(host)
        accept(listener, behind_tls(tls, self._serve), "session")
        return f"tls:{host}:{listener.getsockname()[1]}"

    def _serve(self, connection: Connection) -> None:
        writer = MessageWriter(connection, self._executor.has_time)
        reader = MessageReader(connection)
        try:
            hello = self._welcome(connection, reader, writer)
            if hello is not None:
                session = Session(self._executor, self._resolver, _FrameWriter(writer, self._log))
                if hello.pid:
                    session.share_memory()
                Reception(connection.fileno(), reader, session).run(self._executor)
        finally:
            writer.finish()

    def _welcome(self, connection: Connection, reader: MessageReader, writer: MessageWriter) -> Hello | None:
        """Answer the first message of a client. Returns None if the client is refused."""
        try:
            message = reader.read(_MAX_HELLO_BYTES, _HELLO_SECONDS)
            if message is None:
                return None
            hello = Hello.FromString(message)
        except TimeoutError:
            why = f"no Hello has arrived within {_HELLO_SECONDS:.0f} s"
            writer.write(Welcome(refusal=why).SerializeToString())
            return None
        except (DecodeError, TooLong) as error:
            writer.write(Welcome(refusal=f"the first message is not a Hello: {error}").SerializeToString())
            return None
        connection.settimeout(None)
        why = self._refuse(hello)
        if hello.pid and (why or self._log is not None or not shared_memory.can_open(hello.pid)):
            hello.pid = 0
        writer.write(Welcome(refusal=why, shares_memory=hello.pid != 0).SerializeToString())
        if why:
            return None
        os.environ[LEASE_VARIABLE] = hello.lease_id
        return hello

    def _refuse(self, hello: Hello) -> str:
        if not hmac.compare_digest(hello.token.encode(), self._token):
            return "this worker belongs to another test run: the token is wrong"
        if hello.protocol != PROTOCOL:
            return protocol_mismatch("the test process", hello.protocol, "this worker")
        if "\0" in hello.lease_id:
            return "the ID of the lease contains a NUL"
        return ""


class _FrameWriter:
    """A Channel over a socket."""

    def __init__(self, writer: MessageWriter, log: str | None) -> None:
        self._writer = writer
        self._log = log

    def send(self, frame: WorkerFrame) -> None:
        if self._log is not None:
            frame.printed = os.stat(self._log).st_size
        self._writer.write(frame.SerializeToString())

    def close(self) -> None:
        self._writer.close()
