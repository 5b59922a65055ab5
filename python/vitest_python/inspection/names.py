"""Lists the functions that tests can call: those that `FunctionResolver` resolves."""

from __future__ import annotations

import inspect
import pkgutil
import sys
from collections.abc import Iterator
from types import GenericAlias, ModuleType
from typing import Any

from ..program.resolve import FunctionResolver, public_names

# Names within a module, its packages and its classes.
_DEEPEST = 6


def callables(resolver: FunctionResolver, names: list[str]) -> Iterator[tuple[str, Any, type | None]]:
    """Yields each name that can be called, with the object that it names and the class that it was found in."""
    for name in names:
        yield from _within(resolver, name, resolver.modules[name], 0, set())


def _within(
    resolver: FunctionResolver, prefix: str, scope: Any, depth: int, seen: set[int]
) -> Iterator[tuple[str, Any, type | None]]:
    if depth > _DEEPEST or id(scope) in seen:
        return
    inside = {*seen, id(scope)}
    for part in _parts(scope):
        name = f"{prefix}.{part}"
        found = _find(resolver, name)
        if found is None or _is_of_typing(found):
            continue
        if callable(found):
            yield name, found, scope if isinstance(scope, type) else None
        if isinstance(found, (ModuleType, type)):
            yield from _within(resolver, name, found, depth + 1, inside)
        elif not callable(found) and _is_foreign(type(found)):
            yield from _methods(resolver, name, found)


def _parts(scope: Any) -> list[str]:
    if isinstance(scope, type):
        return [name for name in dir(scope) if not name.startswith("_") and _is_foreign(definer(scope, name))]
    # Objects and submodules can be stepped through, although they aren't functions.
    names = {*public_names(scope), *vars(scope)}
    names.update(info.name for info in pkgutil.iter_modules(getattr(scope, "__path__", [])))
    return sorted(name for name in names if not name.startswith("_"))


def definer(kind: type, name: str) -> type:
    return next((base for base in kind.__mro__ if name in vars(base)), object)


def _is_foreign(kind: type) -> bool:
    """Whether a class is not of the standard library, whose methods would only hide those of the program."""
    return kind.__module__.partition(".")[0] not in sys.stdlib_module_names


def _is_of_typing(found: Any) -> bool:
    return isinstance(found, GenericAlias) or type(found).__module__ in ("typing", "typing_extensions", "__future__")


def _find(resolver: FunctionResolver, name: str) -> Any:
    try:
        return resolver.find(name)
    # A submodule that can't be imported has no functions, whatever it raises.
    except BaseException as error:
        if isinstance(error, KeyboardInterrupt):
            raise
        return None


def _methods(resolver: FunctionResolver, prefix: str, found: Any) -> Iterator[tuple[str, Any, type | None]]:
    for part in dir(type(found)):
        if part.startswith("_") or not inspect.isroutine(inspect.getattr_static(type(found), part)):
            continue
        method = _find(resolver, f"{prefix}.{part}")
        if callable(method):
            yield f"{prefix}.{part}", method, type(found)
