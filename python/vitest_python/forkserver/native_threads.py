"""Finds out which library has started a native thread, and whether that library survives a fork."""

from __future__ import annotations

import bisect
import os
import re
from pathlib import Path
from time import monotonic, sleep

# Their frames are on every stack, and start no threads by themselves.
_SYSTEM = re.compile(
    r"/(ld-|libc[.-]|libpthread|libstdc\+\+|libgcc_s|libm[.-]|libdl[.-]|librt[.-]|libpython|python[\d.]*$)|^\["
)
_STACK_BYTES = 65_536
_BUSY_SECONDS = 5.0

# Libraries whose threads do not keep a fork from working, each measured by tests/libraries.
SURVIVE: dict[str, re.Pattern[str]] = {
    # Ends its threads before a fork and starts new ones on demand (pthread_atfork).
    "OpenBLAS": re.compile(r"openblas"),
    # Start anew in the child if KMP_INIT_AT_FORK is not false; see openmp.py.
    "Intel's and LLVM's OpenMP, MKL": re.compile(r"libiomp5|libomp[.-]|libmkl_"),
    # Its pools notice the fork.
    "Arrow": re.compile(r"libarrow"),
    "tokenizers": re.compile(r"/tokenizers[./]"),
    "numba's own pools": re.compile(r"/numba/np/ufunc/(workqueue|tbbpool)|libtbb"),
    "OpenCV": re.compile(r"/cv2/|libopencv"),
}
# Of polars and its allocator: they only tidy up.
SURVIVING_NAMES = ("jemalloc_bg_thd", "polars-ooc-clea")
# Names that gRPC's own threads give themselves.
_GRPC_NAMES = ("grpc", "event_engine", "resolver", "timer", "default-executo", "ev_engine", "evt_")


def list_threads(pid: int | str = "self") -> set[int]:
    """The threads of a process beside its main one."""
    try:
        return set(map(int, os.listdir(f"/proc/{pid}/task"))) - {os.getpid() if pid == "self" else int(pid)}
    except OSError:
        return set()


def name_of(thread: int, pid: int | str = "self") -> str:
    """The name that a thread has given itself; at most 15 characters."""
    try:
        return Path(f"/proc/{pid}/task/{thread}/comm").read_text().strip()
    except OSError:
        return ""


def describe_unsafe(thread: int) -> str | None:
    """The thread, as in `started …`, unless it survives a fork, or has ended."""
    name = name_of(thread)
    if not name or name in SURVIVING_NAMES:
        return None
    if name.startswith(_GRPC_NAMES):
        return f"the native thread {name!r} of gRPC"
    library = _wait_for_library(thread)
    if library is None:
        return f"the native thread {name!r}"
    if any(pattern.search(library) for pattern in SURVIVE.values()):
        return None
    return f"the native thread {name!r} of {os.path.basename(library)}"


def _wait_for_library(thread: int) -> str | None:
    """Return the same as `find_library`, once the thread waits. Threads of OpenBLAS are busy for a moment first."""
    deadline = monotonic() + _BUSY_SECONDS
    while True:
        # It may begin to wait after it was looked at, or stop waiting before.
        was_running = _is_running(thread)
        library = find_library(thread)
        if library is not None or not (was_running or _is_running(thread)) or monotonic() > deadline:
            return library
        sleep(0.005)


def _is_running(thread: int) -> bool:
    try:
        return Path(f"/proc/self/task/{thread}/syscall").read_text().startswith("running")
    except OSError:
        return False


def name_library(thread: int) -> str:
    """Return the file name of the thread's library, or the thread's name if the library can't be seen."""
    return os.path.basename(_wait_for_library(thread) or "") or name_of(thread)


def find_library(thread: int, pid: int | str = "self") -> str | None:
    """The library whose code a waiting thread is in: the innermost on its stack, beside the system's own.

    None if it runs, or if this process may not look.
    """
    try:
        words = Path(f"/proc/{pid}/task/{thread}/syscall").read_text().split()
        if len(words) < 3:
            return None
        areas = _read_areas(pid)
        return _innermost(_read_stack(pid, int(words[-2], 16), areas), areas)
    except (OSError, ValueError):
        return None


def _read_areas(pid: int | str) -> list[tuple[int, int, str]]:
    """Where memory begins and ends, and the library if code is there; in ascending order."""
    areas = []
    for line in Path(f"/proc/{pid}/maps").read_text().splitlines():
        fields = line.split(None, 5)
        start, _, end = fields[0].partition("-")
        code = fields[5] if len(fields) > 5 and "x" in fields[1] else ""
        areas.append((int(start, 16), int(end, 16), code))
    return areas


def _read_stack(pid: int | str, pointer: int, areas: list[tuple[int, int, str]]) -> bytes:
    end = next((end for start, end, _ in areas if start <= pointer < end), pointer)
    memory = os.open(f"/proc/{pid}/mem", os.O_RDONLY)
    try:
        return os.pread(memory, min(end - pointer, _STACK_BYTES), pointer)
    finally:
        os.close(memory)


def _innermost(stack: bytes, areas: list[tuple[int, int, str]]) -> str | None:
    starts = [start for start, _, _ in areas]
    for at in range(0, len(stack) - 7, 8):
        word = int.from_bytes(stack[at : at + 8], "little")
        index = bisect.bisect_right(starts, word) - 1
        if index >= 0 and word < areas[index][1] and areas[index][2] and not _SYSTEM.search(areas[index][2]):
            return areas[index][2]
    return None
