"""Notices libraries that replace Python's threads. Our threads would then wait for a loop that nothing runs."""

from __future__ import annotations

import _thread
import threading
from typing import Any

_NAMES = ("start_new_thread", "start_joinable_thread", "allocate_lock")
# Imported before any module of the user.
_REAL = {name: getattr(_thread, name, None) for name in _NAMES}
_WAYS_OUT = {
    "gevent": "call gevent.monkey.patch_all(thread=False, queue=False)",
    "eventlet": "call eventlet.monkey_patch(thread=False)",
}


def threads_patched_by() -> str | None:
    """The library whose function stands in for one of Python's own; None if all are real."""
    for name in _NAMES:
        for module, attribute in ((_thread, name), (threading, f"_{name}")):
            found: Any = getattr(module, attribute, _REAL[name])
            if found is not _REAL[name]:
                return str(getattr(found, "__module__", None) or type(found).__module__).partition(".")[0]
    return None


def explain_patched_threads(entry: str) -> str:
    """The sentence for the entry of `modules` that was just imported."""
    library = threads_patched_by() or ""
    way = _WAYS_OUT.get(library, f"keep {library} from patching threads")
    return (
        f"{library} has replaced Python's threads while {entry} was imported, and a worker serves its calls on real "
        f"ones; {way} instead, or run what needs it in a process of its own"
    )
