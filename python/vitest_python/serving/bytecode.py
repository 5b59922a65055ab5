"""Keeps compiled modules if Python itself can't."""

from __future__ import annotations

import importlib.util
import os
import sys


def keep_bytecode(directory: str | None) -> None:
    """Keep byte code below `directory` if Python would have to compile gRPC again in every run.

    Compiling makes the start four times as slow. Python has to if gRPC isn't compiled yet and either
    PYTHONDONTWRITEBYTECODE is set or the packages can't be written to. Call this before importing anything large.
    Programs that the user starts aren't affected.
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
