"""What is sent instead of a value that MessagePack does not know."""

from __future__ import annotations

import dataclasses
import datetime
import decimal
import enum
import struct
import sys
import uuid
from collections.abc import Callable
from pathlib import PurePath
from typing import Any

import ormsgpack

from .arrays import substitute_numpy
from .codes import DATE, DATETIME, DECIMAL, INTEGER, SET, TIME, TIMEDELTA, TIMESTAMP, UUID
from .coding import ValueEncoder
from .tables import substitute_arrow, substitute_pandas

_EPOCH = datetime.datetime(1970, 1, 1, tzinfo=datetime.timezone.utc)


def substitute_of(value: Any, encoder: ValueEncoder) -> object:
    """NotImplemented when there is nothing that means the same."""
    known = _KNOWN.get(type(value))
    if known is not None:
        return known(value, encoder)
    # Nothing is imported to find out: a value of such a type only exists where its library has been imported.
    library = type(value).__module__.partition(".")[0]
    if library in _LIBRARIES:
        return _LIBRARIES[library](value, encoder)
    if isinstance(value, enum.Enum):
        return value.value
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        return {field.name: getattr(value, field.name) for field in dataclasses.fields(value)}
    if isinstance(value, tuple) and hasattr(value, "_fields"):
        return {name: getattr(value, name) for name in value._fields}
    if isinstance(value, PurePath):
        return str(value)
    if _is_pydantic(value):
        return value.model_dump()
    return _of_subclass(value, encoder)


def _of_subclass(value: Any, encoder: ValueEncoder) -> object:
    """A class of the user's that is one of ours as well."""
    for kind, known in _KNOWN.items():
        if isinstance(value, kind):
            return known(value, encoder)
    if isinstance(value, (list, tuple)):
        return list(value)
    return bytes(value) if isinstance(value, (bytes, bytearray)) else NotImplemented


def _is_pydantic(value: object) -> bool:
    pydantic = sys.modules.get("pydantic")
    return pydantic is not None and isinstance(value, getattr(pydantic, "BaseModel", ()))


def _text(code: int) -> Callable[[Any, ValueEncoder], object]:
    return lambda value, _: ormsgpack.Ext(code, str(value).encode())


def _set(value: Any, encoder: ValueEncoder) -> object:
    return encoder.extension(SET, list(value))


def _integer(value: int, _: ValueEncoder) -> object:
    return ormsgpack.Ext(INTEGER, format(value, "x").encode()) if not -(2**63) <= value < 2**64 else int(value)


def _datetime(value: datetime.datetime, _: ValueEncoder) -> object:
    if value.utcoffset() is None:
        return ormsgpack.Ext(DATETIME, value.isoformat().encode())
    return ormsgpack.Ext(TIMESTAMP, _timestamp(value))


def _time(value: datetime.time, _: ValueEncoder) -> object:
    if value.tzinfo is not None and value.utcoffset() is None:
        return NotImplemented  # Which offset the zone has depends on a day.
    return ormsgpack.Ext(TIME, value.isoformat().encode())


def _timedelta(value: datetime.timedelta, _: ValueEncoder) -> object:
    return ormsgpack.Ext(TIMEDELTA, ormsgpack.packb([value.days, value.seconds, value.microseconds]))


def _timestamp(value: datetime.datetime) -> bytes:
    """The timestamp extension of MessagePack: 64 bits where they suffice (1970 to 2514), else 96."""
    since = value - _EPOCH
    seconds, nanoseconds = since.days * 86_400 + since.seconds, since.microseconds * 1000
    if 0 <= seconds < 2**34:
        return struct.pack(">Q", nanoseconds << 34 | seconds)
    return struct.pack(">Iq", nanoseconds, seconds)


_KNOWN: dict[type, Callable[[Any, ValueEncoder], object]] = {
    set: _set,
    frozenset: _set,
    int: _integer,
    decimal.Decimal: _text(DECIMAL),
    uuid.UUID: _text(UUID),
    datetime.datetime: _datetime,
    datetime.date: _text(DATE),
    datetime.time: _time,
    datetime.timedelta: _timedelta,
    memoryview: lambda value, encoder: encoder.buffer(value.tobytes()),
}
_LIBRARIES: dict[str, Callable[[Any, ValueEncoder], object]] = {
    "numpy": substitute_numpy,
    "pandas": substitute_pandas,
    "pyarrow": substitute_arrow,
}
