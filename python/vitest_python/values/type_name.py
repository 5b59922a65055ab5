"""How a class is called before a user."""

from __future__ import annotations


def type_name(kind: type) -> str:
    """Qualified name; a built-in's without its module, as Python prints it."""
    return kind.__qualname__ if kind.__module__ in ("builtins", None) else f"{kind.__module__}.{kind.__qualname__}"
