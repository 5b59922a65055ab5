"""Imports the packages that forkserver and workers need in addition to the standard library."""

from __future__ import annotations

import importlib
import os
import sys

from .bytecode import keep_bytecode

# gRPC itself imports the last three when the first server is made, which is too late: in every fork anew.
_LATE = ("ormsgpack", "asyncio", "grpc", "grpc._server", "grpc._utilities", "concurrent.futures.thread")


def import_runtime(overlay: str | None, bytecode: str | None) -> None:
    """Imports gRPC, protobuf and MessagePack, with everything that gRPC would import after a fork.

    The overlay's versions count only where the user's environment has none. Raises ImportError.
    """
    if overlay is not None and overlay not in sys.path:
        sys.path.append(overlay)
    keep_bytecode(bytecode)
    # gRPC's own fork handlers crash the children of user code that forks (os.fork, multiprocessing) while calls
    # are under way; without them such a child simply does not use gRPC, which is all that anybody asks of it.
    os.environ.setdefault("GRPC_ENABLE_FORK_SUPPORT", "0")
    for module in _LATE:
        importlib.import_module(module)
    from . import server  # noqa: F401
    from .services import import_standard_services

    missing = import_standard_services()
    if missing:
        print(f"vitest-python: {missing}", file=sys.stderr)
