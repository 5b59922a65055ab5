"""Turns gRPC's own fork handlers off, without leaving a trace in the environment of user code."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Iterator

_VARIABLE = "GRPC_ENABLE_FORK_SUPPORT"


@contextlib.contextmanager
def without_fork_support() -> Iterator[None]:
    """Around the two moments when gRPC reads the setting for our server: its import, and the server's creation.

    With the handlers, a child that user code forks (os.fork, multiprocessing) crashes while calls are under way.
    Without them such a child cannot use gRPC, and does not need to. If you have set the variable, it stays.
    gRPC reads the environment of C. os.environ stays as it is, because user code may be running.
    """
    if _VARIABLE in os.environ:
        yield
        return
    os.putenv(_VARIABLE, "0")
    try:
        yield
    finally:
        os.unsetenv(_VARIABLE)
