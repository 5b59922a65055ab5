"""Decodes MessagePack from TypeScript to Python values."""

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

# Bytes from which the garbage collector pauses: it would traverse the growing result again and again.
_LARGE = 64 * 1024

# ormsgpack ignores bytes beyond the end of a message. So each message is put into an array with this marker behind it:
# if the message ends too early, the second element is something else.
_LAST = secrets.randbits(62) | 1 << 62
_END = ormsgpack.packb(_LAST)


def decode_arguments(data: bytes, carrier: Carrier | None = None) -> tuple[list[Any], dict[str, Any]]:
    """Returns positional and keyword arguments: those of an array, of a map, or none for no bytes.

    The positional arguments of a map have the key `*`, which no parameter can have for its name.

    Raises:
        BadArguments: The bytes are anything else.
    """
    if not data:
        return [], {}
    arguments = decode(data, carrier)
    if isinstance(arguments, list):
        return arguments, {}
    if isinstance(arguments, dict):
        if all(type(key) is str for key in arguments):
            return _positional(arguments), arguments
        raise BadArguments("keyword arguments must have strings for names")
    raise BadArguments(f"arguments are an array or a map, not {type_name(type(arguments))}")


def _positional(arguments: dict[str, Any]) -> list[Any]:
    if "*" not in arguments:
        return []
    positional = arguments.pop("*")
    if isinstance(positional, list):
        return positional
    raise BadArguments(f"the positional arguments ('*') are an array, not {type_name(type(positional))}")


def decode(data: bytes | memoryview, carrier: Carrier | None = None) -> Any:
    """Returns one value. `carrier` finds references, functions, iterables and buffers by their numbers.

    Raises:
        BadArguments: The bytes are malformed, or an extension cannot be read.
    """
    if len(data) < _LARGE:
        try:
            # A small value without extensions takes half the time this way.
            return _unpack(data, None)
        except (ValueError, RecursionError):
            pass
    decoder = Decoder(carrier)
    try:
        return decoder.unpack(data) if len(data) < _LARGE else _without_collector(decoder, data)
    except RecursionError:
        raise BadArguments("the arguments cannot be read: they are nested too deep") from None
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
    """Decodes one value."""

    __slots__ = ("carrier", "inside_array", "parts", "problem")

    def __init__(self, carrier: Carrier | None) -> None:
        self.carrier = carrier
        # ormsgpack drops the exceptions of its hook.
        self.problem: Exception | None = None
        self.inside_array = False
        self.parts: dict[int, object] = {}

    def unpack(self, data: bytes | memoryview) -> Any:
        """Returns the value. Raises ValueError, and keeps the reason in `problem` if an extension cannot be read."""
        return _unpack(data, self._extension)

    def _extension(self, code: int, payload: bytes) -> object:
        try:
            return read_extension(self, code, payload)
        except Exception as error:
            self.problem = self.problem or error
            raise
