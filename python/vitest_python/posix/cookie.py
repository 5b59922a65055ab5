"""The cookies of a run, which every process of the run inherits: resource limits and an environment variable."""

from __future__ import annotations

import resource

from .protocol import RUN_ID_VARIABLE
from .system import DARWIN

ALPHABET = "0123456789abcdefghijklmnopqrstuvwxyz"
RUN_ID_LENGTH = 7

LIMITS = {"RLIMIT_RSS": resource.RLIMIT_RSS, "RLIMIT_LOCKS": 10}
"""The limits that carry the run ID. Linux enforces neither of them, so any value is harmless (getrlimit(2)). There are
two, because a process may lower a limit without privilege, as `ulimit -m` does. Python doesn't name the second one."""
_LINES = (b"Max resident set", b"Max file locks")
"""How the limits begin in `/proc/PID/limits`."""

# Bit 62 keeps the value above every real limit. The mark tells our values from others. A run ID needs 37 bits (36^7).
_BASE = 1 << 62
_SHIFT = 37
_MARK = _BASE | 0x7C9E5A << _SHIFT


def limit_of(run_id: str) -> int:
    """Return the value of each of the `LIMITS`, soft and hard, that every process of the run inherits.

    Raises ValueError if `run_id` isn't 7 characters of `[0-9a-z]`.
    """
    if len(run_id) != RUN_ID_LENGTH or any(digit not in ALPHABET for digit in run_id):
        raise ValueError(f"a run ID is {RUN_ID_LENGTH} characters of [0-9a-z], not {run_id!r}")
    return _MARK | int(run_id, 36)


def run_id_of(limit: int) -> str | None:
    """Return the run ID that a limit encodes; None if it is an ordinary limit."""
    number = limit ^ _MARK
    if not 0 <= number < 36**RUN_ID_LENGTH:
        return None
    digits = ""
    for _ in range(RUN_ID_LENGTH):
        number, digit = divmod(number, 36)
        digits = ALPHABET[digit] + digits
    return digits


def set_limits(run_id: str) -> list[str]:
    """Mark this process and everything that it starts later. Returns the limits that are set, by name."""
    if DARWIN:  # macOS would enforce the limits, and other processes couldn't read them
        return []
    value = limit_of(run_id)
    return [name for name, number in LIMITS.items() if _set_limit(number, value)]


def _set_limit(number: int, value: int) -> bool:
    """Set one limit; False if its hard limit is already finite, which only a privileged process could raise."""
    try:
        if resource.getrlimit(number)[1] != resource.RLIM_INFINITY:
            return False
        resource.setrlimit(number, (value, value))
    except (OSError, ValueError):
        return False
    return resource.getrlimit(number) == (value, value)


def carries(pid: int, run_id: str) -> bool:
    """Return whether the process has any cookie of the run; False if none can be read."""
    return run_id in map(run_id_of, read_limits(pid)) or _has_variable(pid, run_id)


def read_limits(pid: int) -> list[int]:
    """Return the hard values of those `LIMITS` that are finite."""
    try:
        with open(f"/proc/{pid}/limits", "rb") as file:
            # The name has three words. After it come the soft and the hard limit.
            hard = [line.split()[4] for line in file if line.startswith(_LINES)]
    except OSError:
        return []
    return [int(value) for value in hard if value.isdigit()]


def _has_variable(pid: int, run_id: str) -> bool:
    wanted = f"{RUN_ID_VARIABLE}={run_id}".encode()
    try:
        with open(f"/proc/{pid}/environ", "rb") as file:
            return wanted in file.read().split(b"\0")
    except OSError:
        return False
