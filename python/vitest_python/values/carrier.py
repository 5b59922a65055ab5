"""The codec's access to the session that a value belongs to."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Protocol

BIG = 256 * 1024
"""Bytes from which a buffer, or a whole message, is offered to the carrier."""


class Carrier(Protocol):
    """Carries values that cannot cross by themselves."""

    def export_reference(self, value: object) -> int:
        """Keeps `value` here, and returns the number by which the caller refers to it."""

    def import_reference(self, id: int) -> object:
        """Returns the object that the caller refers to. Raises an error that says so if the number is unknown."""

    def import_function(self, id: int, name: str) -> Callable[..., Any]:
        """Returns a function that calls the caller's."""

    def import_iterable(self, id: int) -> object:
        """Returns an iterator over the items of the caller's iterable."""

    def export_buffer(self, data: memoryview) -> bytes | None:
        """Returns a descriptor for the other side's `importBuffer`, or None to send the bytes in the message."""

    def import_buffer(self, descriptor: bytes, writable: bool = False) -> memoryview | bytes:
        """Returns the bytes of a buffer of the caller's, or memory that can be written to.

        Raises:
            OSError: The buffer cannot be opened.
            ValueError: The descriptor is malformed.
        """
