"""The sockets of a worker, in the directory `workers` of the run directory."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from ..common.config import Config
from ..common.control import Control
from ..execution.executor import Executor
from ..program.program import Program
from .rpc.fork_support import without_fork_support
from .rpc.late_server import LateServer
from .served import Served
from .session_socket import SessionSocket
from .usage import RecordingResolver, Usage

if TYPE_CHECKING:
    from .debugger import Debugger

# This many fit into sockaddr_un (unix(7)) with the final zero.
MAX_SOCKET_PATH_BYTES = 107


def open_endpoints(
    config: Config, program: Program, executor: Executor, control: Control, debugger: Debugger | None
) -> dict[str, str]:
    """Listen for sessions and for gRPC clients: on sockets of mode 0600, or on a network with mutual TLS.

    Returns:
        `address`, the gRPC target, and `session`, the path of the session socket or its address on the network,
        `tls:host:port`; empty if sessions go over gRPC.

    Raises ImportFailed if a servicer can't be registered, OSError if a socket can't be created, and ValueError if
    the network address isn't that of one interface.
    """
    served = _served(config, program, executor, control, debugger)
    if config.listen is not None:
        from ..network.grpc_port import add_grpc_port
        from .rpc.server import keep, make_server

        server = make_server(served, config.log)
        with without_fork_support():
            address = add_grpc_port(server, config.listen)
        keep(server)
        sessions = SessionSocket(config.token, executor, served.resolver, config.log)
        return {"address": address, "session": sessions.listen_on_network(config.listen["host"], config.listen["tls"])}
    directory = f"{config.run_directory}/workers"
    os.makedirs(directory, mode=0o700, exist_ok=True)
    base = f"{directory}/{config.id}"
    path = f"{base}.sock"
    if len(os.fsencode(path)) > MAX_SOCKET_PATH_BYTES:
        raise OSError(f"{path} is longer than the {MAX_SOCKET_PATH_BYTES} bytes that a Unix socket's path may have")
    session = "" if config.transport == "grpc" else f"{base}.call"
    if config.needs_grpc:
        _start_server(path, served)
    else:
        LateServer(f"{base}.grpc", lambda path: _start_server(path, served)).listen(path)
    if session:
        SessionSocket(config.token, executor, served.resolver).listen(session)
    return {"address": f"unix:{path}", "session": session}


def _served(
    config: Config, program: Program, executor: Executor, control: Control, debugger: Debugger | None
) -> Served:
    usage = Usage(control, program.imports) if program.imports is not None else None
    resolver = program.resolver if usage is None else RecordingResolver(program.resolver, usage)
    if debugger is not None:
        resolver.before_call = debugger.begin
    return Served(config.token, program, resolver, executor, usage, debugger)


def _start_server(path: str, served: Served) -> None:
    # Most workers don't need gRPC, and its import takes longer than everything else.
    with without_fork_support():
        from .rpc.server import start_server

    start_server(path, served)
