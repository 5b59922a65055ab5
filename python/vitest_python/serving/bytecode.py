"""Where compiled modules are kept that could otherwise not be kept at all."""

from __future__ import annotations

import importlib.util
import os
import sys


def keep_bytecode(directory: str | None) -> None:
    """Keeps byte code below `directory` where Python would compile gRPC anew in every run; else changes nothing.

    That is four times as slow, and the case where PYTHONDONTWRITEBYTECODE is set or the packages cannot be written to
    and nobody has compiled them. Called before anything large is imported; what the user starts is not concerned.
    """
    if directory is None or sys.pycache_prefix is not None:
        return
    try:
        spec = importlib.util.find_spec("grpc")
    except (ImportError, ValueError):
        return
    cached = spec.cached if spec is not None else None
    if cached is None or os.path.exists(cached):
        return
    package = os.path.dirname(os.path.dirname(cached))
    if sys.dont_write_bytecode or not os.access(package, os.W_OK):
        sys.pycache_prefix = directory
        sys.dont_write_bytecode = False
