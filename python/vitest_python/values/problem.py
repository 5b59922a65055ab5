"""Why a value cannot be sent, and where it stands."""

from __future__ import annotations


class Problem(Exception):
    """`path` grows from the inside out, while this passes by."""

    def __init__(self, what: str, *, deep: bool = False) -> None:
        super().__init__(what)
        self.path: list[str] = []
        self._deep = deep

    def __str__(self) -> str:
        path = "".join(reversed(self.path))
        return f"result{path[:80] + '…' if self._deep else path}: {self.args[0]}"
