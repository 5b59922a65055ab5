"""The encoder and the decoder as the readers and writers of single kinds of values see them."""

from __future__ import annotations

from typing import Any, Protocol

from .carrier import Carrier


class ValueEncoder(Protocol):
    """One value on its way to TypeScript."""

    def buffer(self, data: bytes | bytearray | memoryview) -> object:
        """Bytes as the carrier takes them, or as they are."""

    def extension(self, code: int, payload: object) -> object:
        """An extension whose payload is itself MessagePack."""


class ValueDecoder(Protocol):
    """One value on its way from TypeScript."""

    carrier: Carrier | None
    inside_array: bool
    """Whether the next buffer holds the elements of an array."""

    def unpack(self, data: bytes | memoryview) -> Any:
        """The value that `data` holds; raises ValueError."""
