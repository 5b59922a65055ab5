"""Keeps compiled modules if Python itself can't."""

from __future__ import annotations

import importlib.util
import os
import sys
from collections.abc import Iterable


def keep_bytecode(directory: str | None, modules: Iterable[str]) -> None:
    """Keep byte code below `directory` if Python would have to compile one of these modules again in every run.

    Compiling makes the start four times as slow. Python has to if a module isn't compiled yet and either
    PYTHONDONTWRITEBYTECODE is set or its package can't be written to. Call this before importing anything large.
    Programs that the user starts aren't affected.
    """
    if directory is None or sys.pycache_prefix is not None:
        return
    if any(map(_is_compiled_in_every_run, modules)):
        sys.pycache_prefix = directory
        sys.dont_write_bytecode = False


def _is_compiled_in_every_run(module: str) -> bool:
    try:
        spec = importlib.util.find_spec(module)
    except (ImportError, ValueError):
        return False
    cached = spec.cached if spec is not None else None
    if cached is None or os.path.exists(cached):
        return False
    package = os.path.dirname(os.path.dirname(cached))
    return sys.dont_write_bytecode or not os.access(package, os.W_OK)
