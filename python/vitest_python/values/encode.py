"""Python values as MessagePack, and as extensions of it."""

from __future__ import annotations

from typing import Any

import ormsgpack

from .carrier import BIG, Carrier
from .codes import BUFFER, DICT, MESSAGE, REFERENCE
from .problem import Problem
from .substitute import substitute_of
from .type_name import type_name

# Not OPT_SERIALIZE_NUMPY, which reads big-endian arrays as if they were native; not OPT_SERIALIZE_PYDANTIC and
# its kin, which leave out what begins with an underscore and know nothing of a model's own serializers;
# not OPT_DATETIME_AS_TIMESTAMP_EXT, which drops the fraction of the second (all seen in 1.12).
_OPTIONS = (
    ormsgpack.OPT_PASSTHROUGH_BIG_INT
    | ormsgpack.OPT_PASSTHROUGH_DATACLASS
    | ormsgpack.OPT_PASSTHROUGH_DATETIME
    | ormsgpack.OPT_PASSTHROUGH_UUID
)
# ormsgpack bears 255 levels.
_DEEPEST = 250
# Bytes of the largest message: protobuf ends at 2 GiB, and a frame has more in it than the value.
_LARGEST = 2**31 - 2**16
# Members of a dict or list in which big buffers are looked for.
_FEW = 32
_BYTES = frozenset((bytes, bytearray))
_AS_IT_IS = (type(None), bool, float, bytes, bytearray, ormsgpack.Ext)


def encode(value: object, carrier: Carrier | None = None) -> bytes:
    """What a function returned, as docs/values.md has it.

    `carrier` takes what cannot cross by value.
    Raises TypeError that names the path and the type of what cannot be sent.
    """
    try:
        packed = _plain(value) if carrier is None or not _holds_buffers(value) else None
        if packed is None:
            packed = _with_substitutes(value, carrier)
    except Problem as problem:
        raise TypeError(str(problem)) from None
    except RecursionError:
        raise TypeError("result: nested too deep, or within itself") from None
    descriptor = carrier.export_buffer(memoryview(packed)) if carrier is not None and len(packed) >= BIG else None
    if descriptor is not None:
        return ormsgpack.packb(ormsgpack.Ext(MESSAGE, descriptor))
    if len(packed) > _LARGEST:
        size = f"{len(packed) / 2**30:.1f} GiB"
        raise TypeError(f"result: {size} do not fit into the message of a unary call; open a session")
    return packed


def _plain(value: object) -> bytes | None:
    """Of what ormsgpack knows without help, which is most of what is sent; else None."""
    try:
        return ormsgpack.packb(value, None, _OPTIONS)
    except Exception:
        return None


def _with_substitutes(value: object, carrier: Carrier | None) -> bytes:
    encoder = Encoder(carrier)
    return encoder.pack(value if carrier is None else encoder.without_big_buffers(value))


def _holds_buffers(value: Any) -> bool:
    """Whether bytes stand where `without_big_buffers` looks."""
    kind = type(value)
    if kind is dict:
        return len(value) <= _FEW and not _BYTES.isdisjoint(map(type, value.values()))
    if kind is list or kind is tuple:
        return len(value) <= _FEW and not _BYTES.isdisjoint(map(type, value))
    return kind in _BYTES


def encode_reference(value: object, carrier: Carrier) -> bytes:
    """A reference to `value`, which stays here."""
    return ormsgpack.packb(Encoder(carrier).reference(value))


class Encoder:
    """One value on its way."""

    __slots__ = ("_carrier", "_done")

    def __init__(self, carrier: Carrier | None) -> None:
        self._carrier = carrier
        # A second attempt must not lend the carrier the same again. The values are kept, so their ids are their own.
        self._done: dict[int, tuple[object, object]] = {}

    def pack(self, value: object) -> bytes:
        """MessagePack of `value`; raises Problem."""
        try:
            return ormsgpack.packb(value, self.substitute, _OPTIONS)
        except Exception:
            # ormsgpack neither says where nor passes on what `substitute` raised; and dicts whose keys are not
            # all strings end here. They are rare, and allowing for them costs every other value time.
            return ormsgpack.packb(self._prepare(value, 0), None, _OPTIONS)

    def buffer(self, data: bytes | bytearray | memoryview) -> object:
        """Bytes as the carrier takes them, or as they are."""
        if self._carrier is None or len(data) < BIG:
            return data
        descriptor = self._carrier.export_buffer(memoryview(data).cast("B"))
        return data if descriptor is None else ormsgpack.Ext(BUFFER, descriptor)

    def without_big_buffers(self, value: Any) -> object:
        """`value` with the big buffers in it exported, where they are not deep inside: ormsgpack would copy them."""
        if not _holds_buffers(value):
            return value
        if isinstance(value, (bytes, bytearray)):
            return self.buffer(value)
        if isinstance(value, dict):
            return {key: self.buffer(part) if type(part) in _BYTES else part for key, part in value.items()}
        return [self.buffer(part) if type(part) in _BYTES else part for part in value]

    def substitute(self, value: Any) -> object:
        """What is sent instead of something that ormsgpack does not know."""
        done = self._done.get(id(value))
        if done is None:
            done = self._done[id(value)] = value, self._try(value)
        if isinstance(done[1], Exception):
            raise done[1]
        return done[1]

    def _try(self, value: Any) -> object:
        """The substitute, or why there is none: that is found out once, not once more for each level around it."""
        try:
            instead = substitute_of(value, self)
            return self.reference(value) if instead is NotImplemented else instead
        except Exception as error:
            return error

    def extension(self, code: int, payload: object) -> ormsgpack.Ext:
        """An extension whose payload is itself MessagePack."""
        return ormsgpack.Ext(code, self.pack(payload))

    def reference(self, value: object) -> object:
        """What stands for something that stays here; raises Problem where there is no carrier."""
        if self._carrier is None:
            raise Problem(f"{type_name(type(value))} cannot be sent")
        payload = [self._carrier.export_reference(value), type_name(type(value)), _short(value)]
        return ormsgpack.Ext(REFERENCE, ormsgpack.packb(payload))

    def _prepare(self, value: Any, depth: int) -> object:
        """`value` of nothing but what ormsgpack knows; raises Problem."""
        if depth > _DEEPEST:
            raise Problem(f"nested deeper than {_DEEPEST} levels, or within itself", deep=True)
        if isinstance(value, str):
            return _checked(value)
        if isinstance(value, dict):
            return self._prepare_dict(value, depth)
        if isinstance(value, list) or type(value) is tuple:
            return [self._at(f"[{index}]", part, depth) for index, part in enumerate(value)]
        if type(value) in _AS_IT_IS or (isinstance(value, int) and -(2**63) <= value < 2**64):
            return value
        if isinstance(value, memoryview):
            return value.tobytes()
        return self._prepare(self.substitute(value), depth + 1)

    def _prepare_dict(self, value: dict[Any, Any], depth: int) -> object:
        if all(isinstance(key, str) for key in value):
            # An enum's member that is a str is its value, as everywhere.
            return {_checked(str.__str__(key)): self._at(f"[{key!r}]", part, depth) for key, part in value.items()}
        flat: list[object] = []
        for key, part in value.items():
            flat += self._at(f"[key {key!r}]", key, depth), self._at(f"[{key!r}]", part, depth)
        return ormsgpack.Ext(DICT, ormsgpack.packb(flat, None, _OPTIONS))

    def _at(self, step: str, part: object, depth: int) -> object:
        try:
            return self._prepare(part, depth + 1)
        except Problem as problem:
            problem.path.append(step)
            raise


def _checked(text: str) -> str:
    try:
        if not text.isascii():
            text.encode()
    except UnicodeEncodeError as error:
        raise Problem(f"a string that is not valid Unicode cannot be sent ({error})") from None
    return text


def _short(value: object) -> str:
    try:
        text = repr(value)
    except Exception as error:
        text = f"<{type_name(type(value))} whose repr raised {type(error).__name__}>"
    text = text.encode("utf-8", "backslashreplace").decode()
    return text if len(text) <= 200 else f"{text[:199]}…"
