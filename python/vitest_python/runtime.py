"""The packages that forkserver and workers need beside the standard library."""

from __future__ import annotations

import importlib
import sys


def import_runtime(overlay: str | None) -> None:
    """Imports gRPC, protobuf and MessagePack, with everything that gRPC would import after a fork.

    The overlay's versions count only where the user's environment has none. Raises ImportError.
    """
    if overlay is not None and overlay not in sys.path:
        sys.path.append(overlay)
    for module in ("grpc", "grpc._server", "concurrent.futures.thread", "asyncio", "ormsgpack"):
        importlib.import_module(module)
    from . import server  # noqa: F401
    from .services import import_standard_services

    missing = import_standard_services()
    if missing:
        print(f"vitest-python: {missing}", file=sys.stderr)
