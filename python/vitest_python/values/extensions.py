"""Reads MessagePack's extensions from TypeScript."""

from __future__ import annotations

import datetime
import decimal
import re
import struct
import uuid
from collections.abc import Callable
from typing import Any, Protocol

from . import codes
from .carrier import Carrier
from .libraries.arrays import array_from
from .libraries.table_readers import column_from, dataframe_from, series_from, table_from

_EPOCH = datetime.datetime(1970, 1, 1, tzinfo=datetime.timezone.utc)


class ValueDecoder(Protocol):
    """The decoder, as far as the readers need it."""

    carrier: Carrier | None
    inside_array: bool
    """Whether the next buffer holds the elements of an array."""
    parts: dict[int, object]
    """The parts of a deep value that have been read, by number."""

    def unpack(self, data: bytes | memoryview) -> Any:
        """Returns the value that `data` holds. Raises ValueError."""


def read_extension(decoder: ValueDecoder, code: int, payload: bytes) -> object:
    """Returns the value. Raises ValueError if the code is unknown, and whatever its reader raises."""
    read = _READERS.get(code)
    if read is None:
        raise ValueError(f"the extension 0x{code & 0xFF:02x} is not known")
    return read(decoder, payload)


def _text(make: Callable[[str], object]) -> Callable[[ValueDecoder, bytes], object]:
    def read(_: ValueDecoder, payload: bytes) -> object:
        text = payload.decode()
        try:
            return make(text)
        except (ValueError, ArithmeticError) as error:
            raise ValueError(f"{text!r} is no {getattr(make, '__qualname__', 'value')} ({error})") from None

    return read


def _list(make: Callable[..., object]) -> Callable[[ValueDecoder, bytes], object]:
    return lambda decoder, payload: make(*decoder.unpack(payload))


def _carrier(decoder: ValueDecoder) -> Carrier:
    if decoder.carrier is None:
        raise ValueError("it has a reference, a function, an iterable or a buffer, and this call carries none")
    return decoder.carrier


def _buffer(decoder: ValueDecoder, descriptor: bytes) -> bytes | memoryview:
    # An array uses the memory itself; bytes are copied.
    return _carrier(decoder).import_buffer(descriptor, writable=decoder.inside_array)


def _ndarray(decoder: ValueDecoder, payload: bytes) -> object:
    decoder.inside_array = True
    try:
        name, shape, data = decoder.unpack(payload)
    finally:
        decoder.inside_array = False
    return array_from(name, shape, data)


def _message(decoder: ValueDecoder, payload: bytes) -> object:
    return decoder.unpack(_carrier(decoder).import_buffer(payload))


def _deep(decoder: ValueDecoder, payload: bytes) -> object:
    """The first part is the value; each part refers to later ones only."""
    packed = decoder.unpack(payload)
    outer, decoder.parts = decoder.parts, {}
    try:
        for number in reversed(range(len(packed))):
            decoder.parts[number] = decoder.unpack(packed[number])
        return decoder.parts[0]
    finally:
        decoder.parts = outer


def _part(decoder: ValueDecoder, payload: bytes) -> object:
    number = decoder.unpack(payload)
    if number not in decoder.parts:
        raise ValueError(f"the part {number} is not known")
    return decoder.parts[number]


def _datetime(text: str) -> datetime.datetime:
    if re.search(r"\.\d{6}0*[1-9]", text):
        raise ValueError("it has nanoseconds, and datetime holds microseconds")
    return datetime.datetime.fromisoformat(text)


_datetime.__qualname__ = "datetime"


def _timestamp(_: ValueDecoder, payload: bytes) -> datetime.datetime:
    nanoseconds, seconds = struct.unpack(">Iq", payload)
    return _EPOCH + datetime.timedelta(seconds=seconds, microseconds=nanoseconds // 1000)


def _set(decoder: ValueDecoder, payload: bytes) -> set[object]:
    return {_key(item, "a Set") for item in decoder.unpack(payload)}


def _dict(decoder: ValueDecoder, payload: bytes) -> dict[object, object]:
    flat = decoder.unpack(payload)
    return {_key(key, "a Map"): value for key, value in zip(flat[::2], flat[1::2], strict=True)}


def _key(value: object, of: str) -> object:
    """Makes a key or a member hashable: an array becomes a tuple, and a Set in a Set a frozenset."""
    if isinstance(value, list):
        return tuple(_key(part, of) for part in value)
    if isinstance(value, set):
        return frozenset(value)
    try:
        hash(value)
    except TypeError:
        raise ValueError(f"{of} with a {type(value).__name__} in it, which Python cannot hash") from None
    return value


_READERS: dict[int, Callable[[ValueDecoder, bytes], object]] = {
    codes.TIMESTAMP: _timestamp,
    codes.SET: _set,
    codes.DICT: _dict,
    codes.INTEGER: lambda _, payload: int(payload, 16),
    codes.FLOAT: lambda _, payload: struct.unpack(">d", payload)[0],
    codes.DECIMAL: _text(decimal.Decimal),
    codes.UUID: _text(uuid.UUID),
    codes.DATE: _text(datetime.date.fromisoformat),
    codes.DATETIME: _text(_datetime),
    codes.TIME: _text(datetime.time.fromisoformat),
    codes.TIMEDELTA: _list(datetime.timedelta),
    codes.NDARRAY: _ndarray,
    codes.DATAFRAME: _list(dataframe_from),
    codes.SERIES: _list(series_from),
    codes.COLUMN: _list(column_from),
    codes.ARROW: _list(table_from),
    codes.BUFFER: _buffer,
    codes.REFERENCE: lambda decoder, payload: _carrier(decoder).import_reference(decoder.unpack(payload)),
    codes.FUNCTION: lambda decoder, payload: _carrier(decoder).import_function(*decoder.unpack(payload)),
    codes.ITERABLE: lambda decoder, payload: _carrier(decoder).import_iterable(*decoder.unpack(payload)),
    codes.MESSAGE: _message,
    codes.DEEP: _deep,
    codes.PART: _part,
}
