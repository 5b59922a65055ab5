"""Describes functions: their parameters, results, overloads and docstrings."""

from __future__ import annotations

import enum
import functools
import inspect
import sys
import typing
from collections.abc import Callable
from typing import Any

from ..authoring import spec_of
from .docstrings import parse
from .scope import Scope, annotations_of
from .types import Describer, Description, unknown

_KINDS = {
    inspect.Parameter.POSITIONAL_ONLY: "positional",
    inspect.Parameter.POSITIONAL_OR_KEYWORD: "either",
    inspect.Parameter.KEYWORD_ONLY: "keyword",
    inspect.Parameter.VAR_POSITIONAL: "rest",
    inspect.Parameter.VAR_KEYWORD: "more",
}
_STREAMS = ("iterator", "async_iterator")


def describe_function(
    describer: Describer, function: Callable[..., Any], owner: type | None = None, skip_first: bool = False
) -> dict[str, Any]:
    """Returns the description of one function.

    Args:
        describer: describes the types
        function: what `resolve` returned, or a function that a class has
        owner: its class, if it is a method
        skip_first: whether its first parameter is bound when it is called through an object
    """
    doc = parse(_doc(function))
    variants = [_variant(describer, each, function, owner, skip_first) for each in [*_overloads(function), function]]
    # The implementation of overloads is not what may be called.
    calls = variants[:-1] or variants
    return {"doc": doc, "calls": calls}


def _doc(function: Any) -> str | None:
    if isinstance(function, functools.partial):
        return _doc(function.func)
    if not isinstance(function, type):
        return inspect.getdoc(function)
    text = vars(function).get("__doc__")
    # A dataclass or named tuple without a docstring gets its signature for one.
    return None if text and text.startswith(f"{function.__name__}(") else text


def _overloads(function: Callable[..., Any]) -> list[Callable[..., Any]]:
    plain = _core(inspect.unwrap(function))
    # Python 3.10 doesn't remember them.
    overloads = getattr(typing, "get_overloads", None)
    return (
        list(overloads(plain)) if overloads and hasattr(plain, "__qualname__") and hasattr(plain, "__module__") else []
    )


def _takes_self(function: Any, owner: type | None) -> bool:
    """Whether the first parameter of a function of a class is the object: it isn't bound, and not static."""
    if owner is None or not inspect.isfunction(function):
        return False
    return not isinstance(inspect.getattr_static(owner, function.__name__, None), staticmethod)


def _variant(describer: Describer, function: Any, called: Any, owner: type | None, skip_first: bool) -> dict[str, Any]:
    if isinstance(function, type) and issubclass(function, enum.Enum):
        value = {"name": "value", "kind": "either", "optional": False, "type": {"type": "unknown"}}
        return {"parameters": [value], "returns": describer.describe(function, Scope(None))}
    signature = _signature(function)
    if signature is None:
        return {"parameters": None, "returns": unknown("its signature can't be read")}
    scope, written = _written(function, owner)
    parameters = list(signature.parameters.values())
    # An overload is never bound, although the function that it belongs to may be.
    if skip_first or (function is not called and hasattr(called, "__self__")):
        parameters = parameters[1:]
    first = owner if _takes_self(function, owner) and not skip_first else None
    described = [
        _parameter(describer, scope, written, parameter, first if index == 0 else None)
        for index, parameter in enumerate(parameters)
    ]
    returns = written.get("return", signature.return_annotation)
    result = _result(describer, scope, returns, called, owner)
    items = result["of"] if result["type"] in _STREAMS else None
    plain = inspect.unwrap(_core(called))
    generates = inspect.isgeneratorfunction(plain) or inspect.isasyncgenfunction(plain)
    if generates and items is None:
        items = result.get("of") if result["type"] == "iterable" else {"type": "unknown"}
    if spec_of(called).stream and items is None:
        items = result.get("of") if isinstance(result.get("of"), dict) else {"type": "unknown"}
    return {"parameters": described, "returns": result, **({"yields": items} if items is not None else {})}


def _core(function: Any) -> Any:
    while isinstance(function, functools.partial):
        function = function.func
    return getattr(function, "__func__", function)


def _signature(function: Any) -> inspect.Signature | None:
    try:
        if sys.version_info >= (3, 14):
            import annotationlib

            return inspect.signature(function, annotation_format=annotationlib.Format.FORWARDREF)
        return inspect.signature(function)
    except (TypeError, ValueError, NameError):
        return None


def _written(function: Any, owner: type | None) -> tuple[Scope, dict[str, Any]]:
    """The annotations as they are written, with the names that they may use."""
    plain = inspect.unwrap(_core(function))
    if isinstance(plain, type):
        plain = _constructor(plain) or plain
    elif not hasattr(plain, "__code__"):
        # An object that can be called.
        called: Any = getattr(type(plain), "__call__", None)  # noqa: B004
        plain = called if hasattr(called, "__code__") else plain
    module = sys.modules.get(getattr(plain, "__module__", None) or "")
    scope = Scope(module)
    if owner is not None:
        scope = scope.within(owner)
    scope = scope.within(plain)
    return scope, annotations_of(plain) if hasattr(plain, "__annotations__") else {}


def _constructor(kind: type) -> Any:
    for base in kind.__mro__:
        for name in ("__init__", "__new__"):
            found = vars(base).get(name)
            if found is not None and hasattr(found, "__code__"):
                return found
    return None


def _parameter(
    describer: Describer, scope: Scope, written: dict[str, Any], parameter: inspect.Parameter, owner: type | None
) -> dict[str, Any]:
    annotation = written.get(parameter.name, parameter.annotation)
    if annotation is inspect.Parameter.empty:
        described: Description = describer.describe(owner, scope) if owner else {"type": "unknown"}
    else:
        described = describer.describe(annotation, scope)
    return {
        "name": parameter.name,
        "kind": _KINDS[parameter.kind],
        "optional": parameter.default is not inspect.Parameter.empty,
        "type": described,
    }


def _result(describer: Describer, scope: Scope, annotation: Any, called: Any, owner: type | None) -> Description:
    if isinstance(called, type):
        return describer.describe(called, scope)
    if annotation is inspect.Parameter.empty:
        return {"type": "unknown"}
    described = describer.describe(annotation, scope)
    if described == unknown("Self") and owner is not None:
        return describer.describe(owner, scope)
    return described
