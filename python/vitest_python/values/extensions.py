"""What MessagePack's extensions stand for, from TypeScript."""

from __future__ import annotations

import datetime
import decimal
import struct
import uuid
from collections.abc import Callable

from . import codes
from .arrays import array_from
from .carrier import Carrier
from .coding import ValueDecoder
from .tables import dataframe_from, series_from, table_from

_EPOCH = datetime.datetime(1970, 1, 1, tzinfo=datetime.timezone.utc)


def read_extension(decoder: ValueDecoder, code: int, payload: bytes) -> object:
    """Raises ValueError for a code that is not known, and whatever reading it brings."""
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
    # Bytes are what was sent; an array takes the memory as it is.
    return _carrier(decoder).import_buffer(descriptor, writable=decoder.inside_array)


def _ndarray(decoder: ValueDecoder, payload: bytes) -> object:
    decoder.inside_array = True
    try:
        parts = decoder.unpack(payload)
    finally:
        decoder.inside_array = False
    return array_from(*parts)


def _message(decoder: ValueDecoder, payload: bytes) -> object:
    return decoder.unpack(_carrier(decoder).import_buffer(payload))


def _timestamp(_: ValueDecoder, payload: bytes) -> datetime.datetime:
    nanoseconds, seconds = struct.unpack(">Iq", payload)
    return _EPOCH + datetime.timedelta(seconds=seconds, microseconds=nanoseconds // 1000)


def _set(decoder: ValueDecoder, payload: bytes) -> set[object]:
    return {_key(item, "a Set") for item in decoder.unpack(payload)}


def _dict(decoder: ValueDecoder, payload: bytes) -> dict[object, object]:
    flat = decoder.unpack(payload)
    return {_key(key, "a Map"): value for key, value in zip(flat[::2], flat[1::2], strict=True)}


def _key(value: object, of: str) -> object:
    """An array in a Set, or as a key, is a tuple, and a Set in a Set a frozenset: only those can be hashed."""
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
    codes.DATETIME: _text(datetime.datetime.fromisoformat),
    codes.TIME: _text(datetime.time.fromisoformat),
    codes.TIMEDELTA: _list(datetime.timedelta),
    codes.NDARRAY: _ndarray,
    codes.DATAFRAME: _list(dataframe_from),
    codes.SERIES: _list(series_from),
    codes.ARROW: _list(table_from),
    codes.BUFFER: _buffer,
    codes.REFERENCE: lambda decoder, payload: _carrier(decoder).import_reference(decoder.unpack(payload)),
    codes.FUNCTION: lambda decoder, payload: _carrier(decoder).import_function(*decoder.unpack(payload)),
    codes.ITERABLE: lambda decoder, payload: _carrier(decoder).import_iterable(*decoder.unpack(payload)),
    codes.MESSAGE: _message,
}
