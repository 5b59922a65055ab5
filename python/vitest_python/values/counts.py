"""Refuses lists and dicts that claim more members than their message has bytes.

ormsgpack allocates room for all claimed members before it reads the first: gigabytes, or a crash if that is too much
(seen in 1.12, with `dd ff ff ff ff` before anything else).
"""

from __future__ import annotations

import re

# Counts from 2^16 on. Encoders use shorter headers for fewer members, and fewer members need little room.
_SUSPECT = re.compile(rb"[\xdd\xdf](?!\x00\x00)(?=(.{4}))", re.DOTALL)
# Runs of values whose length follows from their first byte. The run is bounded because the engine remembers each value.
_FIXED = re.compile(
    rb"(?:[\x00-\xa0\xc0-\xc3\xe0-\xff]+|[\xcc\xd0].|[\xcd\xd1\xdc\xde]..|[\xca\xce\xd2].{4}|[\xcb\xcf\xd3].{8}|"
    rb"\xd4..|\xd5.{3}|\xd6.{5}|\xd7.{9}|\xd8.{17}|"
    + b"|".join(b"%c.{%d}" % (0xA0 + length, length) for length in range(1, 32))
    + rb"){1,500}",
    re.DOTALL,
)
# By first byte: the bytes of the length that follows, and the bytes between the length and the content.
_SIZED = {
    **{0xC4: (1, 0), 0xC5: (2, 0), 0xC6: (4, 0), 0xD9: (1, 0), 0xDA: (2, 0), 0xDB: (4, 0)},
    **{0xC7: (1, 1), 0xC8: (2, 1), 0xC9: (4, 1)},
}


def check_counts(data: bytes) -> None:
    """Raises ValueError if a count exceeds the bytes that follow it."""
    if b"\xdd" not in data and b"\xdf" not in data:
        return
    # A match may be part of a number or a text, so only a walk from the beginning can tell.
    if any(int.from_bytes(found[1], "big") > len(data) - found.end() - 4 for found in _SUSPECT.finditer(data)):
        _walk(data)


def _walk(data: bytes) -> None:
    """Checks every header, and leaves all other errors to the decoder."""
    at, end = 0, len(data)
    while at < end:
        fixed = _FIXED.match(data, at)
        if fixed is not None:
            at = fixed.end()
            continue
        tag = data[at]
        width, more = _SIZED.get(tag, (4, 0))
        number = int.from_bytes(data[at + 1 : at + 1 + width], "big")
        at += 1 + width + more
        if tag in _SIZED:
            at += number
        elif tag not in (0xDD, 0xDF):
            return
        elif number > end - at:
            kind = "list" if tag == 0xDD else "dict"
            raise ValueError(f"it ends too early: a {kind} of {number:,} has {max(0, end - at)} bytes left")
