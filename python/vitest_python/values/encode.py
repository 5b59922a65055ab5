"""Encodes Python values as MessagePack with extensions; docs/values.md has the table."""

from __future__ import annotations

from typing import Any

import ormsgpack

from .carrier import BIG, Carrier
from .codes import BUFFER, MESSAGE, REFERENCE
from .deep import DeepEncoder
from .forms import Bytes, Extension, Stays
from .problem import Problem
from .substitute import rule_of
from .type_name import type_name

# Left out on purpose (all seen in ormsgpack 1.12): OPT_SERIALIZE_NUMPY reads big-endian arrays as if they were native.
# OPT_SERIALIZE_PYDANTIC and its kin leave out fields with a leading underscore and ignore a model's own serializers.
# OPT_DATETIME_AS_TIMESTAMP_EXT drops the fraction of the second.
OPTIONS = (
    ormsgpack.OPT_PASSTHROUGH_BIG_INT
    | ormsgpack.OPT_PASSTHROUGH_DATACLASS
    | ormsgpack.OPT_PASSTHROUGH_DATETIME
    | ormsgpack.OPT_PASSTHROUGH_UUID
)
# Bytes. protobuf messages end at 2 GiB, and the frame holds more than the value.
_MAX_MESSAGE = 2**31 - 2**16
# Big buffers are looked for only in dicts and lists of at most this many members.
_MAX_SEARCHED = 32
# Extensions within extensions that the fast path packs. Each takes several frames of the stack.
_MAX_EXTENSIONS = 24
_LONGEST_REPR = 200
_BYTES = frozenset((bytes, bytearray))


def encode(value: object, carrier: Carrier | None = None) -> bytes:
    """Encodes the result of a function.

    `carrier` takes big buffers, and keeps objects that stay in Python.

    Raises:
        TypeError: The value cannot be sent. The sentence names the place and the type.
    """
    try:
        packed = _pack_plain(value) if carrier is None or not _holds_buffers(value) else None
        if packed is None:
            encoder = Encoder(carrier)
            packed = encoder.pack(value if carrier is None else encoder.without_big_buffers(value))
    except Problem as problem:
        raise TypeError(str(problem)) from None
    descriptor = carrier.export_buffer(memoryview(packed)) if carrier is not None and len(packed) >= BIG else None
    if descriptor is not None:
        return ormsgpack.packb(ormsgpack.Ext(MESSAGE, descriptor))
    if len(packed) > _MAX_MESSAGE:
        size = f"{len(packed) / 2**30:.1f} GiB"
        raise TypeError(f"result: {size} do not fit into the message of a unary call; open a session")
    return packed


def encode_reference(value: object, carrier: Carrier) -> bytes:
    """Encodes a reference to `value`, which stays in Python because the test asked for that."""
    return ormsgpack.packb(Encoder(carrier).reference(value))


def _pack_plain(value: object) -> bytes | None:
    """Packs a value that ormsgpack knows without help, as most are; else None."""
    try:
        return ormsgpack.packb(value, None, OPTIONS)
    except Exception:
        return None


def _holds_buffers(value: Any) -> bool:
    """Whether there are bytes in the places that `without_big_buffers` searches."""
    kind = type(value)
    if kind is dict:
        return len(value) <= _MAX_SEARCHED and not _BYTES.isdisjoint(map(type, value.values()))
    if kind is list or kind is tuple:
        return len(value) <= _MAX_SEARCHED and not _BYTES.isdisjoint(map(type, value))
    return kind in _BYTES


class Encoder:
    """Encodes one value."""

    __slots__ = ("_carrier", "_extensions", "_sent", "_substitutes")

    def __init__(self, carrier: Carrier | None) -> None:
        self._carrier = carrier
        self._extensions = 0
        # A second attempt must not lend the same to the carrier again. The entries hold the values, so no other
        # object can get their ids.
        self._substitutes: dict[int, tuple[object, object]] = {}
        self._sent: dict[int, tuple[object, object]] = {}

    def pack(self, value: object) -> bytes:
        """Packs `value` as MessagePack. Raises Problem."""
        try:
            return ormsgpack.packb(value, self._default, OPTIONS)
        except Exception:
            # ormsgpack names no place, and drops the exceptions of `_default`. Dicts whose keys aren't
            # all strings end here, too: they are rare, and allowing for them slows every other value down.
            return DeepEncoder(self).pack(value)

    def without_big_buffers(self, value: Any) -> object:
        """Exports big buffers near the top of `value`, because ormsgpack would copy them."""
        if not _holds_buffers(value):
            return value
        if isinstance(value, (bytes, bytearray)):
            return self.buffer(value)
        if isinstance(value, dict):
            return {key: self.buffer(part) if type(part) in _BYTES else part for key, part in value.items()}
        return [self.buffer(part) if type(part) in _BYTES else part for part in value]

    def substitute(self, value: object) -> object:
        """Returns a replacement for a value that ormsgpack doesn't know: another value, or a form."""
        known = self._substitutes.get(id(value))
        if known is None:
            try:
                instead = rule_of(type(value))(value)  # type: ignore[arg-type]
            except Exception as error:
                # A method of the user's or of a library: `model_dump` of a model that cannot be dumped.
                instead = Stays(f"converting it raised {type(error).__name__}: {_short(str(error))}")
            known = self._substitutes[id(value)] = value, instead
        return known[1]

    def buffer(self, data: bytes | bytearray | memoryview) -> object:
        """Exports `data` through the carrier if it takes it, otherwise returns it as it is."""
        if self._carrier is None or len(data) < BIG:
            return data
        sent = self._sent.get(id(data))
        if sent is None:
            descriptor = self._carrier.export_buffer(memoryview(data).cast("B"))
            sent = self._sent[id(data)] = data, data if descriptor is None else ormsgpack.Ext(BUFFER, descriptor)
        return sent[1]

    def reference(self, value: object, reason: str = "") -> ormsgpack.Ext | None:
        """Returns a reference to `value`, which stays here; None if no carrier keeps it."""
        if self._carrier is None:
            return None
        sent = self._sent.get(id(value))
        if sent is None:
            number = self._carrier.export_reference(value)
            payload = [number, type_name(type(value)), _short_repr(value), *([reason] if reason else [])]
            sent = self._sent[id(value)] = value, ormsgpack.Ext(REFERENCE, ormsgpack.packb(payload))
        return sent[1]  # type: ignore[return-value]

    def _default(self, value: object) -> object:
        """For ormsgpack; raises if DeepEncoder has to take over."""
        instead = self.substitute(value)
        kind = type(instead)
        if kind is Extension:
            return self._extension(instead)  # type: ignore[arg-type]
        if kind is Bytes:
            return self.buffer(instead.data)  # type: ignore[attr-defined]
        if kind is not Stays:
            return instead
        reference = self.reference(value, instead.reason)  # type: ignore[attr-defined]
        if reference is None:
            raise TypeError
        return reference

    def _extension(self, extension: Extension) -> ormsgpack.Ext:
        if self._extensions >= _MAX_EXTENSIONS:
            raise TypeError
        self._extensions += 1
        try:
            return ormsgpack.Ext(extension.code, ormsgpack.packb(extension.payload, self._default, OPTIONS))
        finally:
            self._extensions -= 1


def _short_repr(value: object) -> str:
    try:
        return _short(repr(value))
    except Exception as error:
        return f"<{type_name(type(value))} whose repr raised {type(error).__name__}>"


def _short(text: str) -> str:
    text = text.encode("utf-8", "backslashreplace").decode()
    return text if len(text) <= _LONGEST_REPR else f"{text[: _LONGEST_REPR - 1]}…"
