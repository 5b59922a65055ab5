"""MessagePack from TypeScript as Python values."""

from __future__ import annotations

import gc
import secrets
from collections.abc import Callable
from typing import Any

import ormsgpack

from ..errors import BadArguments
from .carrier import Carrier
from .counts import check_counts
from .extensions import read_extension
from .type_name import type_name

# Bytes from which on the garbage collector pauses: it would look through what is being made again and again.
_LARGE = 64 * 1024

# Put behind each message, in one array with it: what comes instead was there beyond the message's end, which
# ormsgpack passes over without a word.
_LAST = secrets.randbits(62) | 1 << 62
_END = ormsgpack.packb(_LAST)


def decode_arguments(data: bytes, carrier: Carrier | None = None) -> tuple[list[Any], dict[str, Any]]:
    """Positional and keyword arguments: a MessagePack array is the former, a map the latter, nothing neither.

    Raises BadArguments for anything else.
    """
    if not data:
        return [], {}
    arguments = decode(data, carrier)
    if isinstance(arguments, list):
        return arguments, {}
    if isinstance(arguments, dict):
        if all(type(key) is str for key in arguments):
            return [], arguments
        raise BadArguments("keyword arguments must have strings for names")
    raise BadArguments(f"arguments are an array or a map, not {type_name(type(arguments))}")


def decode(data: bytes | memoryview, carrier: Carrier | None = None) -> Any:
    """One value. `carrier` finds what crossed by number. Raises BadArguments that says what is wrong with it."""
    if len(data) < _LARGE:
        try:
            # Without an extension nothing else is needed, and a small value is here in half the time.
            return _unpack(data, None)
        except (ValueError, RecursionError):
            pass
    decoder = Decoder(carrier)
    try:
        return decoder.unpack(data) if len(data) < _LARGE else _without_collector(decoder, data)
    except RecursionError:
        raise BadArguments("the arguments are nested too deep") from None
    except ValueError as error:
        problem = decoder.problem
        if problem is None or isinstance(problem, (ValueError, TypeError, KeyError, IndexError, ArithmeticError)):
            raise BadArguments(f"the arguments cannot be read: {problem or error}") from problem
        raise problem from None


def _without_collector(decoder: Decoder, data: bytes | memoryview) -> Any:
    pause = gc.isenabled()
    gc.disable()
    try:
        return decoder.unpack(data)
    finally:
        if pause:
            gc.enable()


def _unpack(data: bytes | memoryview, ext_hook: Callable[[int, bytes], object] | None) -> Any:
    message = b"".join((b"\x92", data, _END))
    check_counts(message)
    value, last = ormsgpack.unpackb(message, ext_hook=ext_hook)
    if last != _LAST:
        raise ValueError("bytes follow its end")
    return value


class Decoder:
    """One value on its way."""

    __slots__ = ("carrier", "inside_array", "problem")

    def __init__(self, carrier: Carrier | None) -> None:
        self.carrier = carrier
        # ormsgpack does not pass on what its hook raised.
        self.problem: Exception | None = None
        # Whether the next buffer is an array's elements.
        self.inside_array = False

    def unpack(self, data: bytes | memoryview) -> Any:
        """What `data` says; raises ValueError, and keeps the reason where it is an extension's."""
        return _unpack(data, self._extension)

    def _extension(self, code: int, payload: bytes) -> object:
        try:
            return read_extension(self, code, payload)
        except Exception as error:
            self.problem = self.problem or error
            raise
