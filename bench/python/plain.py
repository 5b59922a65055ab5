"""The functions that the benchmark calls on a cluster, whose Python has no numpy."""

from __future__ import annotations

import time


def echo(value: object) -> object:
    return value


def work(seconds: float) -> None:
    """Use a processor for this time."""
    until = time.process_time() + seconds
    while time.process_time() < until:
        pass


def wait(seconds: float) -> None:
    """Use no processor for this time."""
    time.sleep(seconds)
