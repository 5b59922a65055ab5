"""The gRPC server of a worker."""

from __future__ import annotations

import os

import grpc

from ...bridge.bridge import Bridge
from ...common.forked import end_if_forked
from ...errors import ModuleProblem
from ...program.program import ImportFailed
from ..served import Served
from .fork_support import without_fork_support
from .servicer_failure import report_failures
from .servicers import ServerThreads, ServicerInterceptor, guard_forks
from .services import add_standard_services
from .token import TokenInterceptor
from .usage_interceptor import UsageInterceptor

# Each session and each call of a streaming servicer takes one. Threads are started as they are needed.
MAX_THREADS = 256
_OPTIONS = [
    ("grpc.max_send_message_length", -1),
    ("grpc.max_receive_message_length", -1),
    # No other process can listen on a worker's port.
    ("grpc.so_reuseport", 0),
]

# Keeps the servers alive: gRPC stops a server that is garbage-collected.
_started: list[grpc.Server] = []


def start_server(path: str, served: Served) -> None:
    """Serve the user's servicers, calls, health and reflection on a Unix socket of mode 0600.

    Args:
        path: of the socket
        served: the parts that each call goes through

    Raises ImportFailed if a servicer can't be registered, and RuntimeError if the socket can't be created.
    """
    server = make_server(served)
    server.add_insecure_port(f"unix:{path}")
    keep(server)
    os.chmod(path, 0o600)


def make_server(served: Served, log: str | None = None) -> grpc.Server:
    """Return a server that isn't listening yet; with a log for clients of a network. Raises ImportFailed if a servicer
    can't be registered.
    """
    interceptors: list[grpc.ServerInterceptor] = [
        TokenInterceptor(served.token),
        ServicerInterceptor(report_failures),
        ServicerInterceptor(guard_forks),
    ]
    if served.usage is not None:
        interceptors.append(UsageInterceptor(served.usage, served.program))
    if served.debugger is not None:
        interceptors.append(ServicerInterceptor(served.debugger.wrap))
    with without_fork_support():
        server = grpc.server(
            ServerThreads(MAX_THREADS, thread_name_prefix="grpc"),
            interceptors=interceptors,
            options=_OPTIONS,
        )
    server.add_generic_rpc_handlers((Bridge(served.executor, served.resolver, log),))
    for service, register in served.program.registers:
        try:
            register(server)
            end_if_forked()
        except BaseException as error:
            end_if_forked(error)
            error.__context__ = ModuleProblem(f"services: {service!r} raised")
            raise ImportFailed(service.rpartition(":")[0], error) from error
    add_standard_services(server)
    return server


def keep(server: grpc.Server) -> None:
    """Serve until this process ends."""
    server.start()
    _started.append(server)
