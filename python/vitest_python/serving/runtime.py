"""Imports the packages that forkserver and workers need in addition to the standard library."""

from __future__ import annotations

import importlib
import sys

from .bytecode import keep_bytecode
from .fork_support import without_fork_support

# gRPC itself imports the last three when it creates its first server. That would be in each fork again.
_LATE = ("ormsgpack", "asyncio", "grpc", "grpc._server", "grpc._utilities", "concurrent.futures.thread")


def import_runtime(overlay: str | None, bytecode: str | None) -> None:
    """Import gRPC, protobuf and MessagePack, and everything that gRPC would import later.

    The overlay's versions are used only if the user's environment has none. Raises ImportError.
    """
    if overlay is not None and overlay not in sys.path:
        sys.path.append(overlay)
    keep_bytecode(bytecode)
    with without_fork_support():
        for module in _LATE:
            importlib.import_module(module)
    from . import server  # noqa: F401
    from .services import import_standard_services

    missing = import_standard_services()
    if missing:
        print(f"vitest-python: {missing}", file=sys.stderr)
