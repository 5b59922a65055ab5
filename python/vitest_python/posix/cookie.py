"""The two cookies of a run, which every process of the run inherits: a resource limit and an environment variable."""

from __future__ import annotations

import resource

from .protocol import RUN_ID_VARIABLE
from .system import DARWIN

ALPHABET = "0123456789abcdefghijklmnopqrstuvwxyz"
RUN_ID_LENGTH = 7

# Bit 62 keeps the value above every real limit. The mark tells our values from others. A run ID needs 37 bits (36^7).
_BASE = 1 << 62
_SHIFT = 37
_MARK = _BASE | 0x7C9E5A << _SHIFT


def limit_of(run_id: str) -> int:
    """Return the `RLIMIT_RSS` value, soft and hard, that every process of the run inherits.

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


def set_limit(run_id: str) -> bool:
    """Mark this process and everything that it starts later; False if the hard limit is already finite."""
    if DARWIN:  # macOS would enforce the limit, and other processes couldn't read it
        return False
    if resource.getrlimit(resource.RLIMIT_RSS)[1] != resource.RLIM_INFINITY:
        return False
    value = limit_of(run_id)
    try:
        resource.setrlimit(resource.RLIMIT_RSS, (value, value))
    except (OSError, ValueError):
        return False
    return resource.getrlimit(resource.RLIMIT_RSS) == (value, value)


def carries(pid: int, run_id: str) -> bool:
    """Return whether the process has either cookie of the run; False if neither can be read."""
    return run_id_of(_read_limit(pid)) == run_id or _has_variable(pid, run_id)


def _read_limit(pid: int) -> int:
    try:
        with open(f"/proc/{pid}/limits", "rb") as file:
            for line in file:
                if line.startswith(b"Max resident set"):
                    hard = line.split()[4]
                    return int(hard) if hard.isdigit() else -1
    except OSError:
        pass
    return -1


def _has_variable(pid: int, run_id: str) -> bool:
    wanted = f"{RUN_ID_VARIABLE}={run_id}".encode()
    try:
        with open(f"/proc/{pid}/environ", "rb") as file:
            return wanted in file.read().split(b"\0")
    except OSError:
        return False
