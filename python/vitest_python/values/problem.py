"""Why a value cannot be sent."""

from __future__ import annotations

MAX_DEPTH = 2000
"""Lists, dicts and objects within each other that one value may have; src/client/values/codes.ts has the same."""
_LONGEST_PLACE = 120


class Problem(Exception):
    """One sentence that begins with the place of the value: `result['a'][1]`."""

    def __init__(self, steps: list[str], sentence: str) -> None:
        super().__init__(f"{place_of(steps)}{sentence}")


def too_deep(steps: list[str]) -> Problem:
    """The value at `steps` is one level too deep."""
    return Problem(steps, f" is nested more than {MAX_DEPTH:,} levels deep and cannot be sent")


def cyclic(steps: list[str], ancestor: list[str]) -> Problem:
    """The value at `steps` is the one at `ancestor`, which contains it."""
    what = f" is {place_of(ancestor)} again: a value that contains itself is nested more than {MAX_DEPTH:,} levels deep"
    return Problem(steps, f"{what} and cannot be sent")


def place_of(steps: list[str]) -> str:
    """`result` and the steps, shortened in the middle."""
    place = f"result{''.join(steps)}"
    if len(place) <= _LONGEST_PLACE:
        return place
    half = _LONGEST_PLACE // 2
    return f"{place[:half]}…{place[-half:]}"
