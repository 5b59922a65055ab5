"""The functions that the benchmark calls in workers."""

from __future__ import annotations

import numpy


def echo(value: object) -> object:
    return value


def size(value: bytes | numpy.ndarray) -> int:
    return len(value)


_made: dict[int, bytes] = {}


def make_bytes(count: int) -> bytes:
    if count not in _made:
        _made[count] = numpy.random.default_rng(1).bytes(count)
    return _made[count]


def make_array(count: int) -> numpy.ndarray:
    return numpy.frombuffer(make_bytes(count), dtype=numpy.float64)


def reset() -> None:
    _made.clear()
