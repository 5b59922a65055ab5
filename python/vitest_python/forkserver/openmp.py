"""Ends OpenMP's thread pools before a fork. Otherwise a child would wait for threads that it doesn't have."""

from __future__ import annotations

import ctypes
import os
import re
import sys
from pathlib import Path
from typing import Any

_GNU = re.compile(r"/libgomp[^/]*\.so")
_HARD_PAUSE = 2
_paused: dict[str, Any] = {}


def before_module(name: str) -> None:
    """Called before a module is executed. LLVM's OpenMP starts anew in a child, unless scikit-learn forbids it."""
    if name == "sklearn":
        # Which otherwise sets it to FALSE.
        os.environ.setdefault("KMP_INIT_AT_FORK", "TRUE")


def pause_pools() -> None:
    """Ends the pools of every GNU OpenMP that is loaded; they are started again on demand, here and in children.

    It works only on the thread that has used OpenMP and that forks, the only one of the forkserver. If it fails, the
    pool's threads are still there, and are found.
    """
    for path in _find_libraries():
        if path not in _paused:
            try:
                # RTLD_NOLOAD: the copy that is in use, and no other one.
                pause = ctypes.CDLL(path, mode=os.RTLD_NOLOAD | os.RTLD_LAZY).omp_pause_resource_all
            except (OSError, AttributeError):
                pause = None
            _paused[path] = pause
        if _paused[path] is not None:
            _paused[path](_HARD_PAUSE)


def _find_libraries() -> set[str]:
    try:
        lines = Path("/proc/self/maps").read_text().splitlines()
    except OSError:
        return set()
    # By real name: conda's libgomp may be a link to LLVM's, which must not be paused.
    mapped = {fields[5] for fields in (line.split(None, 5) for line in lines) if len(fields) > 5}
    return {path for path in mapped if _GNU.search(path)}


def has_stuck_numba() -> bool:
    """Whether numba's OpenMP layer is in use and offers no way to start it again in a child."""
    pool = _numba_pool()
    return pool is not None and not isinstance(getattr(pool, "launch_threads", None), int)


def restart_numba() -> None:
    """In a worker: without this, numba ends the process when it uses the pool that its parent had."""
    pool = _numba_pool()
    if pool is not None:
        # An address, which numba itself calls in this way.
        launch = ctypes.CFUNCTYPE(None, ctypes.c_int)(pool.launch_threads)
        launch(sys.modules["numba"].config.NUMBA_NUM_THREADS)


def _numba_pool() -> Any:
    parallel = sys.modules.get("numba.np.ufunc.parallel")
    return sys.modules.get("numba.np.ufunc.omppool") if getattr(parallel, "_is_initialized", False) else None
