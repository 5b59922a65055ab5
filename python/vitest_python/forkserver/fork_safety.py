"""Finds the reasons why a fork would be unsafe: threads, gRPC objects with hidden threads, and shared descriptors."""

from __future__ import annotations

import gc
import sys
import threading
from typing import NamedTuple

from ..authoring import start_hook_files
from .descriptors import describe_shared
from .import_watch import NOWHERE, Origin
from .inventory import Inventory
from .native_threads import describe_unsafe
from .openmp import has_stuck_numba, pause_pools

_NOT_COPIED = "which a fork would not copy"
_SHARED = "which forked workers would share"
# OpenTelemetry starts its thread again in a child. But the provider's exit function, which exports the last spans, runs
# only in the process that registered it, and an exporter's connection would be shared.
_TELEMETRY_REMEDY = "set OpenTelemetry up in a hook of vitest_python (@worker.on_start)"


class Hazard(NamedTuple):
    """A reason why forking is unsafe, in pieces of a sentence."""

    origin: Origin
    what: str
    """As in `started the thread 'poller'`."""
    effect: str = _NOT_COPIED
    remedy: str = "do this in a function that is called later"


def find_hazard(inventory: Inventory, fork_hooks: list[Origin]) -> Hazard | None:
    """Return the first reason why forking is unsafe now; None if there is none.

    Call it on the thread that has imported everything, while Python knows of no other thread.

    Args:
        inventory: The threads and descriptors that imports have made.
        fork_hooks: The user's modules that have registered a function to run in every child.
    """
    pause_pools()
    return _find_thread(inventory) or _find_grpc() or _find_native(inventory) or _find_shared(inventory, fork_hooks)


def explain(hazard: Hazard, entry: str) -> str:
    """Return the message for the user. `entry` is the entry of `modules` that was imported."""
    module, _ = hazard.origin.users[-1] if hazard.origin.users else (entry, "")
    package = hazard.origin.module.partition(".")[0]
    via = "" if hazard.origin.module in ("", module) else f", which imports {package},"
    return (
        f"importing {module}{via} {hazard.what}, {hazard.effect}, so every worker is a new interpreter that imports "
        f"everything itself; {hazard.remedy}, or choose startMethod: 'spawn'"
    )


def _find_thread(inventory: Inventory) -> Hazard | None:
    for thread in threading.enumerate():
        if thread is not threading.current_thread():
            origin = inventory.threads.get(thread.native_id or 0, NOWHERE)
            hazard = Hazard(origin, f"started the thread {thread.name!r}")
            return hazard._replace(remedy=_TELEMETRY_REMEDY) if thread.name.startswith("Otel") else hazard
    return None


def _find_native(inventory: Inventory) -> Hazard | None:
    for thread, origin in inventory.threads.items():
        what = describe_unsafe(thread)
        if what is not None:
            return Hazard(origin, f"started {what}")
    return Hazard(NOWHERE, "used numba's OpenMP threads") if has_stuck_numba() else None


def _find_shared(inventory: Inventory, fork_hooks: list[Origin]) -> Hazard | None:
    # If a module has a hook for children or workers, assume that the hook renews the module's descriptors.
    served = {origin.users[-1][1] for origin in fork_hooks if origin.users} | start_hook_files()
    for fd, origin in inventory.descriptors.items():
        if served.isdisjoint(file for _, file in origin.users):
            what = describe_shared(fd)
            if what is not None:
                remedy = (
                    "open it in a function that is called later, or in a hook of vitest_python (@worker.on_start), "
                    "renew it in os.register_at_fork(after_in_child=…)"
                )
                return Hazard(origin, f"opened {what}", _SHARED, remedy)
    return None


def _find_grpc() -> Hazard | None:
    # By exact type, because isinstance would make lazy proxies load their objects.
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
            return Hazard(NOWHERE, f"created a {'gRPC server' if 'Server' in type(thing).__name__ else 'gRPC channel'}")
    return None
