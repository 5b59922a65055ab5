"""What a session lends the codec."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Protocol

# Bytes from which on a buffer, or a whole message, is offered to the carrier.
BIG = 256 * 1024


class Carrier(Protocol):
    """What cannot cross by value."""

    def export_reference(self, value: object) -> int:
        """The number under which the caller knows `value`, which stays here."""

    def import_reference(self, id: int) -> object:
        """What the reference stands for; raises an error that says so when it is unknown."""

    def import_function(self, id: int, name: str) -> Callable[..., Any]:
        """A function that calls the caller's."""

    def import_iterable(self, id: int) -> object:
        """Iterates over what the caller's iterable yields."""

    def export_buffer(self, data: memoryview) -> bytes | None:
        """A descriptor for the other side's `importBuffer`; None: send the bytes in the message."""

    def import_buffer(self, descriptor: bytes, writable: bool = False) -> memoryview | bytes:
        """Bytes, or memory that can be written to, of a buffer of the caller's; raises OSError or ValueError."""
