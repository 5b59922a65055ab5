"""Imports the packages that forkserver and workers need in addition to the standard library."""

from __future__ import annotations

import importlib
import sys

from ..common.config import Config
from .bytecode import keep_bytecode
from .rpc.fork_support import without_fork_support

_ALWAYS = ("ormsgpack", "google.protobuf.message", "asyncio")
# They stand for their packages: either all modules of a package are compiled or none.
_COMPILED = ("vitest_python.serving.endpoints", "google.protobuf")
# gRPC itself imports the last three when it creates its first server. That would be in each fork again.
_FOR_GRPC = ("grpc", "grpc._server", "grpc._utilities", "concurrent.futures.thread")


def import_runtime(config: Config) -> None:
    """Import protobuf, MessagePack and, if the workers start a gRPC server at once, gRPC with its late imports.

    The overlay's versions are used only if the user's environment has none. Raises ImportError.
    """
    if config.overlay is not None and config.overlay not in sys.path:
        sys.path.append(config.overlay)
    keep_bytecode(config.bytecode, (*_COMPILED, *(["grpc"] if config.needs_grpc else ())))
    for module in _ALWAYS:
        importlib.import_module(module)
    from . import endpoints, reset  # noqa: F401

    if config.needs_grpc:
        _import_grpc()
    if config.listen is not None:
        from ..network import grpc_port  # noqa: F401
        from ..network.tls import make_context

        make_context(**config.listen["tls"])


def _import_grpc() -> None:
    with without_fork_support():
        for module in _FOR_GRPC:
            importlib.import_module(module)
    from .rpc import server  # noqa: F401
    from .rpc.services import import_standard_services

    missing = import_standard_services()
    if missing:
        print(f"vitest-python: {missing}", file=sys.stderr)
