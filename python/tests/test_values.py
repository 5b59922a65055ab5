"""What Python sends is what it was: the encoder's own shortcuts are not taken where they lose something."""

from __future__ import annotations

import datetime
import struct

import numpy
import ormsgpack
import pytest
from hypothesis import given
from hypothesis import strategies as some

from vitest_python.values import encode


def timestamp(data: bytes) -> tuple[int, int]:
    """Seconds and nanoseconds, as the MessagePack specification lays them out."""
    if len(data) == 8:
        value = struct.unpack(">Q", data)[0]
        return value & (2**34 - 1), value >> 34
    nanoseconds, seconds = struct.unpack(">Iq", data)
    return seconds, nanoseconds


@given(some.datetimes(timezones=some.just(datetime.timezone.utc)))
def test_a_moment_keeps_its_microseconds(moment: datetime.datetime) -> None:
    seconds, nanoseconds = ormsgpack.unpackb(encode(moment), ext_hook=lambda tag, data: timestamp(data))
    epoch = datetime.datetime(1970, 1, 1, tzinfo=datetime.timezone.utc)
    assert epoch + datetime.timedelta(seconds=seconds, microseconds=nanoseconds / 1000) == moment


def test_dates_and_times_without_a_zone_are_iso_texts() -> None:
    values = [datetime.datetime(2026, 1, 2, 3, 4, 5, 6), datetime.date(2026, 1, 2), datetime.time(3, 4)]
    assert ormsgpack.unpackb(encode(values)) == ["2026-01-02T03:04:05.000006", "2026-01-02", "03:04:00"]


@pytest.mark.parametrize("dtype", ["<i4", ">i4", "<f8", ">f8", "?", "<u8", "<f2"])
def test_an_array_is_its_numbers_whatever_their_bytes(dtype: str) -> None:
    array = numpy.arange(3).astype(dtype)
    assert ormsgpack.unpackb(encode(array)) == array.tolist()
    assert ormsgpack.unpackb(encode(array[1])) == array.tolist()[1]
