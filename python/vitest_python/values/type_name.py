"""The name of a class as a user reads it."""

from __future__ import annotations


def type_name(kind: type) -> str:
    """Returns the qualified name; without the module for a built-in class, as Python prints it."""
    return kind.__qualname__ if kind.__module__ in ("builtins", None) else f"{kind.__module__}.{kind.__qualname__}"
