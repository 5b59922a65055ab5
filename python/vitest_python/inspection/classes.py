"""Describes classes whose objects stay in Python: their methods and attributes, for typed references."""

from __future__ import annotations

import inspect
import sys
from typing import Any

from ..program.sources import Sources
from .docstrings import parse
from .names import definer
from .scope import Scope, annotations_of
from .signatures import describe_function
from .types import Describer, Description

# Methods and attributes of classes of libraries are not described: there may be thousands.
_MAX_MEMBERS = 200
UNDESCRIBED: dict[str, Any] = {"doc": parse(""), "calls": [{"parameters": None, "returns": {"type": "unknown"}}]}
"""A method that a class has from a library."""


def describe_class(describer: Describer, kind: type, sources: Sources) -> dict[str, Any]:
    """Returns the public methods and attributes of a class, and the names of its bases.

    Args:
        describer: describes the types
        kind: the class
        sources: knows whether it is defined by the user's program, and not by a library
    """
    own = _is_own(sources, kind)
    described: dict[str, Any] = {
        "kind": "object",
        "doc": parse(vars(kind).get("__doc__"))["summary"] if own else "",
        "bases": [f"{base.__module__}.{base.__qualname__}" for base in kind.__mro__[:-1]],
        "methods": {},
        "attributes": {},
        "open": not own,
    }
    if not own:
        return described
    names = [name for name in dir(kind) if not name.startswith("_") or name == "__call__"][:_MAX_MEMBERS]
    for name in names:
        found = inspect.getattr_static(kind, name)
        if isinstance(found, property):
            described["attributes"][name] = _property(describer, kind, found)
        elif callable(getattr(kind, name)) and not isinstance(found, type):
            bound = getattr(kind, name)
            static = isinstance(found, (staticmethod, classmethod))
            if _is_own(sources, definer(kind, name)):
                described["methods"][name] = describe_function(describer, bound, kind, skip_first=not static)
            else:
                described["methods"][name] = UNDESCRIBED
    described["attributes"].update(_attributes(describer, kind))
    return described


def _is_own(sources: Sources, kind: type) -> bool:
    return bool(sources.file_of(sys.modules.get(kind.__module__)))


def _property(describer: Describer, kind: type, found: property) -> Description:
    scope = Scope(sys.modules.get(kind.__module__)).within(kind)
    written = annotations_of(found.fget) if found.fget else {}
    return describer.describe(written["return"], scope) if "return" in written else {"type": "unknown"}


def _attributes(describer: Describer, kind: type) -> dict[str, Description]:
    found: dict[str, Description] = {}
    for base in reversed(kind.__mro__):
        scope = Scope(sys.modules.get(base.__module__)).within(base)
        for name, annotation in annotations_of(base).items():
            if not name.startswith("_"):
                found[name] = describer.describe(annotation, scope)
    return found
