"""Values between the languages: MessagePack, and what has no counterpart there is refused by its path."""

from __future__ import annotations

import dataclasses
import datetime
import struct
from collections.abc import Iterator
from pathlib import PurePath
from typing import Any

import ormsgpack

from .errors import BadArguments
from .type_name import type_name

# Not OPT_SERIALIZE_NUMPY, which reads big-endian arrays as if they were native, and not
# OPT_DATETIME_AS_TIMESTAMP_EXT, which drops the fraction of the second (both seen in 1.12).
_OPTIONS = ormsgpack.OPT_SERIALIZE_PYDANTIC | ormsgpack.OPT_PASSTHROUGH_DATETIME
# MessagePack's own timestamp is extension -1, which ormsgpack does not let us write; the payload is the same.
_TIMESTAMP = 0x54
# What msgpackr writes for `undefined`.
_UNDEFINED = 0
_DEEPEST = 200


def encode(value: object) -> bytes:
    """MessagePack of what a function returned.

    Dataclasses and pydantic models become maps; tuples, sets and numpy arrays arrays;
    datetimes with a time zone timestamps; other dates, UUIDs and paths strings.
    Raises TypeError that names the path and the type of what cannot be sent.
    """
    try:
        return ormsgpack.packb(value, _substitute, _OPTIONS)
    except Exception as error:
        return _encode_again(value, error)


def _encode_again(value: object, error: Exception) -> bytes:
    try:
        # Keys that are no strings are rare, and allowing for them costs every other map time.
        return ormsgpack.packb(value, _substitute, _OPTIONS | ormsgpack.OPT_NON_STR_KEYS)
    except Exception as again:
        error = again
    for path, part in _walk(value, "result", 0):
        problem = _problem(part)
        if problem:
            raise TypeError(f"{path}: {problem}") from None
    raise TypeError(f"result: {type_name(type(value))} cannot be sent: {error}") from None


def _substitute(value: Any) -> object:
    """What ormsgpack does not know; raises TypeError where there is nothing to send instead."""
    if isinstance(value, (set, frozenset)):
        return list(value)
    if isinstance(value, datetime.datetime) and value.utcoffset() is not None:
        return ormsgpack.Ext(_TIMESTAMP, _timestamp(value))
    if isinstance(value, (datetime.date, datetime.time)):
        return value.isoformat()
    if isinstance(value, PurePath):
        return str(value)
    module = type(value).__module__
    if module == "numpy" and hasattr(value, "tolist"):
        return value.tolist()
    raise TypeError(f"{type_name(type(value))} cannot be sent")


def _timestamp(value: datetime.datetime) -> bytes:
    """The timestamp extension of MessagePack: 64 bits where they suffice (1970 to 2514), else 96."""
    since = value - datetime.datetime(1970, 1, 1, tzinfo=datetime.timezone.utc)
    seconds, nanoseconds = since.days * 86_400 + since.seconds, since.microseconds * 1000
    if 0 <= seconds < 2**34:
        return struct.pack(">Q", nanoseconds << 34 | seconds)
    return struct.pack(">Iq", nanoseconds, seconds)


def _problem(part: object) -> str | None:
    if isinstance(part, int) and not -(2**63) <= part < 2**64:
        return "an integer beyond 64 bits cannot be sent; send it as a string"
    if isinstance(part, (dict, list, tuple, set, frozenset)):
        return None
    if dataclasses.is_dataclass(part) and not isinstance(part, type):
        return None
    try:
        ormsgpack.packb(part, _substitute, _OPTIONS | ormsgpack.OPT_NON_STR_KEYS)
    except Exception as error:
        if isinstance(part, str):
            return f"a string that is not valid Unicode cannot be sent ({error})"
        return f"{type_name(type(part))} cannot be sent"
    return None


def _walk(value: Any, path: str, depth: int) -> Iterator[tuple[str, object]]:
    if depth > _DEEPEST:
        raise TypeError(f"{path[:80]}…: nested deeper than {_DEEPEST} levels, or within itself") from None
    yield path, value
    if isinstance(value, dict):
        for key, part in value.items():
            yield f"the key {key!r} of {path}", key
            yield from _walk(part, f"{path}[{key!r}]", depth + 1)
    elif isinstance(value, (list, tuple)):
        for index, part in enumerate(value):
            yield from _walk(part, f"{path}[{index}]", depth + 1)
    elif isinstance(value, (set, frozenset)):
        for part in value:
            yield from _walk(part, f"{path}{{…}}", depth + 1)
    elif dataclasses.is_dataclass(value) and not isinstance(value, type):
        for field in dataclasses.fields(value):
            yield from _walk(getattr(value, field.name, None), f"{path}.{field.name}", depth + 1)


def decode_arguments(data: bytes) -> tuple[list[Any], dict[str, Any]]:
    """Positional and keyword arguments: a MessagePack array is the former, a map the latter, nothing neither.

    Raises BadArguments for anything else.
    """
    if not data:
        return [], {}
    try:
        arguments = _decode(data)
    except ValueError as error:
        raise BadArguments(f"the arguments are not valid MessagePack: {error}") from None
    if isinstance(arguments, list):
        return arguments, {}
    if isinstance(arguments, dict):
        if all(type(key) is str for key in arguments):
            return [], arguments
        raise BadArguments("keyword arguments must have strings for names")
    raise BadArguments(f"arguments are an array or a map, not {type_name(type(arguments))}")


def _decode(data: bytes) -> Any:
    try:
        return ormsgpack.unpackb(data, ext_hook=_extension, option=ormsgpack.OPT_DATETIME_AS_TIMESTAMP_EXT)
    except ValueError:
        return ormsgpack.unpackb(
            data,
            ext_hook=_extension,
            option=ormsgpack.OPT_DATETIME_AS_TIMESTAMP_EXT | ormsgpack.OPT_NON_STR_KEYS,
        )


def _extension(tag: int, data: bytes) -> object:
    if tag == _UNDEFINED:
        return None
    raise ValueError(f"extension {tag} is unknown")
