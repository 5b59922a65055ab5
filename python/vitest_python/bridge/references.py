"""Objects that stay in Python and are known to the client by a number."""

from __future__ import annotations

import itertools
from collections.abc import Iterable

from ..errors import UnknownReference


class References:
    """The references of one session; they end with it."""

    def __init__(self) -> None:
        self._objects: dict[int, object] = {}
        self._numbers = itertools.count(1)

    def keep(self, value: object) -> int:
        """A new number for `value`, which lives until `forget`."""
        number = next(self._numbers)
        self._objects[number] = value
        return number

    def get(self, number: int) -> object:
        """What `keep` was given. Raises UnknownReference."""
        try:
            return self._objects[number]
        except KeyError:
            raise UnknownReference(f"reference {number} is not known to this worker: it was released") from None

    def forget(self, numbers: Iterable[int]) -> None:
        """Lets the objects go; unknown numbers are passed over."""
        for number in numbers:
            self._objects.pop(number, None)
