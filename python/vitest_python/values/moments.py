"""Moments and durations: those of the standard library, of numpy and of pandas."""

from __future__ import annotations

import datetime
import struct
import sys
from typing import Any

import ormsgpack

from .codes import DATE, DATETIME, TIME, TIMEDELTA, TIMESTAMP
from .forms import Stays

_EPOCH = datetime.datetime(1970, 1, 1, tzinfo=datetime.timezone.utc)
_LOCAL_EPOCH = datetime.datetime(1970, 1, 1)
# Parts of a nanosecond: numpy's units that are finer than a microsecond.
_FINE = {"ns": 1, "ps": 10**3, "fs": 10**6, "as": 10**9}
_NO_TIMEDELTA = Stays("it has no fixed length, or no whole number of microseconds, which timedelta holds")
_OUT_OF_RANGE = Stays("it is before the year 1 or after the year 9999, or finer than a nanosecond")


def of_datetime(value: datetime.datetime) -> object:
    """A moment if it has an offset from UTC, otherwise its text."""
    if value.utcoffset() is None:
        return ormsgpack.Ext(DATETIME, value.isoformat().encode())
    return ormsgpack.Ext(TIMESTAMP, _timestamp(value))


def of_date(value: datetime.date) -> object:
    """Its text."""
    return ormsgpack.Ext(DATE, value.isoformat().encode())


def of_time(value: datetime.time) -> object:
    """Its text, unless its zone has different offsets on different days."""
    if value.tzinfo is not None and value.utcoffset() is None:
        return Stays("the offset of its time zone depends on the day")
    return ormsgpack.Ext(TIME, value.isoformat().encode())


def of_timedelta(value: datetime.timedelta) -> object:
    """Its three whole numbers."""
    return ormsgpack.Ext(TIMEDELTA, ormsgpack.packb([value.days, value.seconds, value.microseconds]))


def of_datetime64(value: Any) -> object:
    """numpy's: a datetime or a date, by its unit; None for NaT."""
    plain = value.item()
    if not isinstance(plain, int):
        return plain
    nanoseconds = _nanoseconds(value, plain)
    if nanoseconds is None:
        return _OUT_OF_RANGE
    microseconds, rest = divmod(nanoseconds, 1000)
    moment = _LOCAL_EPOCH + datetime.timedelta(microseconds=microseconds)
    return moment if rest == 0 else _fine_datetime(f"{moment.isoformat(timespec='microseconds')}{rest:03d}")


def of_timedelta64(value: Any) -> object:
    """numpy's: a timedelta; None for NaT."""
    if sys.modules["numpy"].isnat(value):
        return None
    plain = value.item()
    if not isinstance(plain, int):
        return plain
    nanoseconds = _nanoseconds(value, plain)
    if nanoseconds is None or nanoseconds % 1000 != 0:
        return _NO_TIMEDELTA
    return datetime.timedelta(microseconds=nanoseconds // 1000)


def of_timestamp(value: Any) -> object:
    """pandas': as a datetime, with its nanoseconds if it has no time zone."""
    if not 1 <= value.year <= 9999:
        return _OUT_OF_RANGE
    if value.tzinfo is None:
        return _fine_datetime(value.isoformat())
    return of_datetime(value.to_pydatetime(warn=False))


def of_pandas_timedelta(value: Any) -> object:
    """pandas': as a timedelta."""
    return _NO_TIMEDELTA if value.nanoseconds else value.to_pytimedelta()


def _fine_datetime(text: str) -> ormsgpack.Ext:
    return ormsgpack.Ext(DATETIME, text.encode())


def _nanoseconds(value: Any, count: int) -> int | None:
    unit, step = sys.modules["numpy"].datetime_data(value.dtype)
    nanoseconds, rest = divmod(count * step, _FINE.get(unit, 1))
    return nanoseconds if unit in _FINE and rest == 0 else None


def _timestamp(value: datetime.datetime) -> bytes:
    """The timestamp extension of MessagePack: 64 bits if they suffice (1970 to 2514), else 96."""
    since = value - _EPOCH
    seconds, nanoseconds = since.days * 86_400 + since.seconds, since.microseconds * 1000
    if 0 <= seconds < 2**34:
        return struct.pack(">Q", nanoseconds << 34 | seconds)
    return struct.pack(">Iq", nanoseconds, seconds)
