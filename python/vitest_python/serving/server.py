"""The gRPC server of a worker."""

from __future__ import annotations

import os

import grpc

from ..bridge.bridge import Bridge
from ..common.config import Config
from ..common.control import Control
from ..common.forked import end_if_forked
from ..errors import ModuleProblem
from ..execution.executor import Executor
from ..program.program import ImportFailed, Program
from .debugger import Debugger
from .fork_support import without_fork_support
from .servicer_failure import report_failures
from .servicers import ServerThreads, ServicerInterceptor, guard_forks
from .services import add_standard_services
from .token import TokenInterceptor
from .usage import RecordingResolver, Usage, UsageInterceptor

# Each session and each call of a streaming servicer takes one. Threads are started as they are needed.
MAX_THREADS = 256
# This many fit into sockaddr_un (unix(7)) with the final zero.
MAX_SOCKET_PATH_BYTES = 107

# Keeps the servers alive: gRPC stops a server that is garbage-collected.
_started: list[grpc.Server] = []


def start_server(
    config: Config, program: Program, executor: Executor, control: Control, debugger: Debugger | None
) -> str:
    """Start the server on `workers/<id>.sock` in the run directory, with mode 0600, and return its gRPC address.

    Raises ImportFailed if a servicer can't be registered, and OSError if the socket can't be created.
    """
    path = f"{config.run_directory}/workers/{config.id}.sock"
    if len(os.fsencode(path)) > MAX_SOCKET_PATH_BYTES:
        raise OSError(f"{path} is longer than the {MAX_SOCKET_PATH_BYTES} bytes that a Unix socket's path may have")
    os.makedirs(os.path.dirname(path), mode=0o700, exist_ok=True)
    resolver = program.resolver
    interceptors: list[grpc.ServerInterceptor] = [
        TokenInterceptor(config.token),
        ServicerInterceptor(report_failures),
        ServicerInterceptor(guard_forks),
    ]
    if program.imports is not None:
        usage = Usage(control, program.imports)
        resolver = RecordingResolver(resolver, usage)
        interceptors.append(UsageInterceptor(usage, program))
    if debugger is not None:
        resolver.before_call = debugger.begin
        interceptors.append(ServicerInterceptor(debugger.wrap))
    with without_fork_support():
        server = grpc.server(
            ServerThreads(MAX_THREADS, thread_name_prefix="grpc"),
            interceptors=interceptors,
            options=[("grpc.max_send_message_length", -1), ("grpc.max_receive_message_length", -1)],
        )
    server.add_generic_rpc_handlers((Bridge(executor, resolver),))
    for service, register in program.registers:
        try:
            register(server)
            end_if_forked()
        except BaseException as error:
            end_if_forked(error)
            error.__context__ = ModuleProblem(f"services: {service!r} raised")
            raise ImportFailed(service.rpartition(":")[0], error) from error
    add_standard_services(server)
    previous = os.umask(0o077)
    try:
        server.add_insecure_port(f"unix:{path}")
        server.start()
    finally:
        os.umask(previous)
    _started.append(server)
    return f"unix:{path}"
