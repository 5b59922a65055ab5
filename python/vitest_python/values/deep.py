"""The thorough way to encode: for nesting beyond ormsgpack's, keys that aren't strings, and errors with a place.

A value that is nested deep is sent in parts of a few levels each, so that neither side recurses further than that.
A subtree below a part's last level becomes a part of its own, and its number stands in its place.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any, Protocol

import ormsgpack

from .codes import DEEP, DICT, PART
from .forms import Bytes, Extension, Stays, by_index
from .problem import MAX_DEPTH, Problem, cyclic, too_deep
from .type_name import type_name

# Levels of one part; src/client/values/codes.ts has the same.
_PART_LEVELS = 64
_AS_IT_IS = frozenset((type(None), bool, float, bytes, bytearray, ormsgpack.Ext))
_CONTAINERS = (dict, list, tuple, Extension)


class Substitutes(Protocol):
    """The encoder, as far as the thorough way needs it."""

    def substitute(self, value: object) -> object:
        """Returns another value, or a form."""

    def buffer(self, data: bytes | bytearray | memoryview) -> object:
        """Returns `data`, or an extension for it."""

    def reference(self, value: object, reason: str = "") -> ormsgpack.Ext | None:
        """Returns a reference; None if no carrier keeps `value`."""


# Objects that contain the one that is being encoded, by their ids, and how many steps lead to each.
_Open = dict[int, tuple[object, int]]
# How an error writes a step, and the key or index of it. Most steps are never written.
_Step = tuple[Callable[[Any], str], object]


@dataclass(frozen=True)
class _Part:
    value: object
    instead: object
    """The list, dict or extension that is sent for `value`."""
    depth: int
    """Levels above the part."""
    above: _Part | None
    steps: tuple[_Step, ...]
    """They lead here from the beginning of `above`."""
    around: _Open
    """The objects in `above` that contain this part."""

    def path(self) -> list[_Step]:
        """The steps from the whole value to this part."""
        return [*(self.above.path() if self.above else []), *self.steps]


class DeepEncoder:
    """Encodes one value."""

    def __init__(self, encoder: Substitutes) -> None:
        self._encoder = encoder
        self._parts: list[_Part] = []
        # Of the part that is being encoded.
        self._part: _Part | None = None
        self._steps: list[_Step] = []
        self._open: _Open = {}

    def pack(self, value: object) -> bytes:
        """Packs `value` as MessagePack. Raises Problem."""
        packed: list[bytes] = []
        root = self._prepare(value)
        # Parts found on the way are appended meanwhile.
        for part in self._parts:
            self._part, self._steps, self._open = part, [], {}
            packed.append(ormsgpack.packb(self._members_of(part.value, part.instead)))
        if not packed:
            return ormsgpack.packb(root)
        return ormsgpack.packb(ormsgpack.Ext(DEEP, ormsgpack.packb([ormsgpack.packb(root), *packed])))

    def _prepare(self, value: Any) -> object:
        """Returns `value`, made only of types that ormsgpack knows."""
        instead = self._form(value)
        if not isinstance(instead, _CONTAINERS):
            return instead
        return self._members_of(value, instead) if len(self._open) < _PART_LEVELS else self._cut(value, instead)

    def _form(self, value: Any) -> Any:
        """Substitutes until there is a container, or something that ormsgpack knows."""
        while True:
            if isinstance(value, str):
                return self._text(str.__str__(value))
            if isinstance(value, int) and -(2**63) <= value < 2**64:
                return value
            if isinstance(value, (dict, list, Extension)) or type(value) is tuple or type(value) in _AS_IT_IS:
                return value
            instead = self._encoder.substitute(value)
            if isinstance(instead, Stays):
                return self._reference(value, instead.reason)
            if isinstance(instead, Bytes):
                data = self._encoder.buffer(instead.data)
                return data.tobytes() if isinstance(data, memoryview) else data
            value = instead

    def _reference(self, value: object, reason: str) -> ormsgpack.Ext:
        reference = self._encoder.reference(value, reason)
        if reference is None:
            raise self._problem(f": {type_name(type(value))} cannot be sent: {reason}")
        return reference

    def _cut(self, value: object, instead: object) -> ormsgpack.Ext:
        """Makes `value` a part of its own, and returns the extension that refers to it."""
        part = _Part(value, instead, self._depth(), self._part, tuple(self._steps), dict(self._open))
        self._parts.append(part)
        return ormsgpack.Ext(PART, ormsgpack.packb(len(self._parts)))

    def _members_of(self, value: object, instead: Any) -> object:
        """Encodes the members of `instead`, which is sent for `value`."""
        self._check_cycle(value)
        if self._depth() >= MAX_DEPTH:
            raise too_deep(self._path())
        self._open[id(value)] = value, len(self._steps)
        if isinstance(instead, dict):
            made = self._dict(instead)
        elif isinstance(instead, Extension):
            made = self._extension(instead.code, instead.payload, instead.step)
        else:
            made = self._list(instead, by_index)
        del self._open[id(value)]
        return made

    def _dict(self, value: dict[Any, Any]) -> object:
        if all(isinstance(key, str) for key in value):
            made: dict[str, object] = {}
            for key, member in value.items():
                self._steps.append((_by_key, key))
                # An enum member that is a str is its value.
                made[self._text(str.__str__(key))] = self._prepare(member)
                self._steps.pop()
            return made
        keys = list(value)
        flat = [part for entry in value.items() for part in entry]
        return self._extension(DICT, flat, lambda at: f"[{'' if at % 2 else 'key '}{keys[at // 2]!r}]")

    def _extension(self, code: int, payload: Iterable[object], step: Callable[[int], str]) -> ormsgpack.Ext:
        return ormsgpack.Ext(code, ormsgpack.packb(self._list(payload, step)))

    def _list(self, members: Iterable[object], step: Callable[[int], str]) -> list[object]:
        made: list[object] = []
        for index, member in enumerate(members):
            if _is_plain(member):
                made.append(member)
                continue
            self._steps.append((step, index))
            made.append(self._prepare(member))
            self._steps.pop()
        return made

    def _text(self, text: str) -> str:
        try:
            if not text.isascii():
                text.encode()
        except UnicodeEncodeError as error:
            raise self._problem(f": a string that is not valid Unicode cannot be sent ({error})") from None
        return text

    def _check_cycle(self, value: object) -> None:
        found = self._open.get(id(value))
        if found is not None:
            above = self._part.path() if self._part else []
            raise cyclic(self._path(), _written([*above, *self._steps[: found[1]]]))
        part = self._part
        while part is not None:
            found = part.around.get(id(value))
            if found is not None:
                above = part.above.path() if part.above else []
                raise cyclic(self._path(), _written([*above, *part.steps[: found[1]]]))
            part = part.above

    def _depth(self) -> int:
        return (self._part.depth if self._part else 0) + len(self._open)

    def _problem(self, sentence: str) -> Problem:
        return Problem(self._path(), sentence)

    def _path(self) -> list[str]:
        return _written([*(self._part.path() if self._part else []), *self._steps])


def _is_plain(value: Any) -> bool:
    kind = type(value)
    if kind is str:
        return value.isascii()  # type: ignore[no-any-return]
    return kind in _AS_IT_IS or (kind is int and -(2**63) <= value < 2**64)


def _by_key(key: object) -> str:
    return f"[{key!r}]"


def _written(steps: list[_Step]) -> list[str]:
    return [write(key) for write, key in steps]
