"""Finds what would not survive a fork: threads, and gRPC objects with their hidden ones."""

from __future__ import annotations

import gc
import os
import sys
import threading
from pathlib import Path

from ..posix.system import DARWIN

# Pools of these libraries know about fork and start anew in the child.
_POOLS = ("openblas", "libmkl", "mkl_rt", "gomp", "iomp", "libomp", "blis", "tbb")
# Names that gRPC's own threads give themselves.
_GRPC_THREADS = ("grpc", "event_engine", "resolver", "timer", "default-executo", "ev_engine", "evt_")


def find_hazard() -> str | None:
    """What makes forking unsafe now, as the end of a sentence (`started the thread …`); None where nothing does.

    The calling thread must be the only one that Python knows.
    """
    threads = [thread.name for thread in threading.enumerate() if thread is not threading.current_thread()]
    if threads:
        return f"started the thread {threads[0]!r}"
    alive = _find_grpc_object()
    if alive:
        return f"created a {alive}"
    native = _find_native_thread()
    return f"started the native thread {native!r}" if native else None


def _find_native_thread() -> str | None:
    if DARWIN:  # which tells nobody of native threads; Python itself spawns there for that reason
        return None
    try:
        tasks = [task for task in os.listdir("/proc/self/task") if int(task) != os.getpid()]
        if not tasks:
            return None
        names = [Path(f"/proc/self/task/{task}/comm").read_text().strip() for task in tasks]
        maps = Path("/proc/self/maps").read_text().lower()
    except OSError:
        return None
    for name in names:
        if name.startswith(_GRPC_THREADS):
            return name
    return None if any(pool in maps for pool in _POOLS) else names[0]


def _find_grpc_object() -> str | None:
    # By exact type: isinstance would wake up lazy proxies by asking them for their class.
    types = {
        getattr(sys.modules.get(module), name, None)
        for module, name in (
            ("grpc._channel", "Channel"),
            ("grpc._server", "_Server"),
            ("grpc._cython.cygrpc", "Channel"),
            ("grpc._cython.cygrpc", "Server"),
            ("grpc.aio._channel", "Channel"),
            ("grpc.aio._server", "Server"),
        )
    }
    for thing in gc.get_objects():
        if type(thing) in types:
            return "gRPC server" if "Server" in type(thing).__name__ else "gRPC channel"
    return None
