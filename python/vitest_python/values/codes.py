"""MessagePack's extension codes on the wire; docs/protocol.md lists the payloads."""

from __future__ import annotations

ARROW = 0x41
BUFFER = 0x42
DECIMAL = 0x43
DICT = 0x44
FUNCTION = 0x46
REFERENCE = 0x48
ITERABLE = 0x49
TIMEDELTA = 0x4C
MESSAGE = 0x4D
NDARRAY = 0x4E
DATAFRAME = 0x50
SERIES = 0x51
SET = 0x53
TIMESTAMP = 0x54
UUID = 0x55
INTEGER = 0x5A
DATE = 0x64
FLOAT = 0x66
DATETIME = 0x6E
TIME = 0x74
