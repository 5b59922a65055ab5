"""Objects that stay in Python while the client refers to them by number."""

from __future__ import annotations

import itertools
from collections.abc import Iterable

from ..errors import UnknownReference


class References:
    """The references of one session. They end with it."""

    def __init__(self) -> None:
        self._objects: dict[int, object] = {}
        self._numbers = itertools.count(1)

    def keep(self, value: object) -> int:
        """Keep `value` until `forget`, and return its new number."""
        number = next(self._numbers)
        self._objects[number] = value
        return number

    def get(self, number: int) -> object:
        """Return the object of a number. Raises UnknownReference."""
        try:
            return self._objects[number]
        except KeyError:
            raise UnknownReference(
                f"reference {number} does not exist; if it has been released, get a new one by python.ref"
            ) from None

    def forget(self, numbers: Iterable[int]) -> None:
        """Release the objects. Unknown numbers are ignored."""
        for number in numbers:
            self._objects.pop(number, None)
