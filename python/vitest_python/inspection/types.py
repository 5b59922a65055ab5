"""Turns Python's types into descriptions that are plain JSON: `{"type": "list", "of": {"type": "int"}}`."""

from __future__ import annotations

import array
import collections
import collections.abc as abc
import dataclasses
import datetime
import decimal
import enum
import fractions
import ipaddress
import re
import types
import typing
import uuid
from collections.abc import Callable
from pathlib import PurePath
from typing import Any, ForwardRef, Literal, TypeVar, Union

from . import libraries
from .scope import Scope, Unevaluated, missing_name

Description = dict[str, Any]
# Describes a part of a type.
Inner = Callable[[Any], Description]

_ANY: Description = {"type": "unknown"}
_SIMPLE: dict[Any, Description] = {
    None: {"type": "none"},
    type(None): {"type": "none"},
    bool: {"type": "bool"},
    int: {"type": "int"},
    float: {"type": "float"},
    complex: {"type": "complex"},
    str: {"type": "str"},
    bytes: {"type": "bytes"},
    bytearray: {"type": "bytes"},
    memoryview: {"type": "bytes"},
    Any: _ANY,
    object: _ANY,
    decimal.Decimal: {"type": "class", "name": "Decimal"},
    uuid.UUID: {"type": "class", "name": "Uuid"},
    datetime.datetime: {"type": "datetime"},
    datetime.date: {"type": "class", "name": "PlainDate"},
    datetime.time: {"type": "class", "name": "PlainTime"},
    datetime.timedelta: {"type": "class", "name": "TimeDelta"},
    range: {"type": "list", "of": {"type": "int"}},
    array.array: {"type": "ndarray"},
    types.SimpleNamespace: {"type": "dict", "key": {"type": "str"}, "value": _ANY},
}
_TEXTS = (PurePath, fractions.Fraction, collections.UserString, ipaddress._IPAddressBase)
_LISTS = (list, collections.deque, collections.UserList, abc.KeysView, abc.ValuesView, abc.ItemsView)
_SEQUENCES = (abc.Sequence, abc.MutableSequence, abc.Collection, abc.Reversible)
_DICTS = (abc.Mapping,)
_SETS = (abc.Set,)
_NEVER = {getattr(typing, name) for name in ("NoReturn", "Never") if hasattr(typing, name)}
_TRANSPARENT = {
    getattr(typing, name, None) for name in ("Annotated", "Final", "ClassVar", "Required", "NotRequired", "ReadOnly")
} - {None}
_STRINGS = {getattr(typing, name) for name in ("LiteralString", "AnyStr") if hasattr(typing, name)}
_DEEPEST = 40


def unknown(why: str) -> Description:
    """A type that can't be told, with the reason."""
    return {"type": "unknown", "why": why}


class Describer:
    """Describes types. Classes with fields, and classes whose objects stay in Python, are collected by their names."""

    def __init__(self) -> None:
        self.named: dict[str, Any] = {}
        """Classes by their qualified names, which still have to be described, with their type arguments."""
        self._depth = 0
        self._open: set[str] = set()

    def describe(self, annotation: Any, scope: Scope, variables: dict[Any, Description] | None = None) -> Description:
        """Returns the description of one annotation. Never raises: a type that can't be told is `unknown`."""
        # Only a name can make a type contain itself.
        name = _alias(annotation)
        if name in self._open or self._depth > _DEEPEST:
            return unknown(f"{name} contains itself" if name in self._open else "it is nested too deep")
        self._depth += 1
        if name:
            self._open.add(name)
        try:
            described: Description = self._describe(scope.evaluate(annotation), scope, variables or {})
            return described
        except Unevaluated as problem:
            return unknown(str(problem))
        except Exception as error:
            return unknown(f"{_text(annotation)} can't be described: {type(error).__name__}")
        finally:
            self._depth -= 1
            self._open.discard(name)

    def _describe(self, kind: Any, scope: Scope, variables: dict[Any, Description]) -> Any:
        def inner(part: Any) -> Description:
            return self.describe(part, scope, variables)

        if dotted := missing_name(kind):
            return libraries.of_name(dotted) or unknown(f"{dotted} isn't imported when the program runs")
        if isinstance(kind, (str, ForwardRef)):
            return inner(kind)
        if isinstance(kind, typing.TypeVar):
            return self._variable(kind, inner, variables)
        if _hashable(kind) and kind in _SIMPLE:
            return _SIMPLE[kind]
        if _hashable(kind) and kind in _NEVER:
            return {"type": "never"}
        if _hashable(kind) and kind in _STRINGS:
            return _SIMPLE[str]
        origin: Any = typing.get_origin(kind)
        arguments = typing.get_args(kind)
        if origin in _TRANSPARENT or type(kind).__name__ == "_AnnotatedAlias":
            return inner(arguments[0] if arguments else kind.__origin__)
        if isinstance(kind, dataclasses.InitVar):
            return inner(kind.type)
        if origin is Literal:
            return _union([_literal(value) for value in arguments])
        if origin is Union or isinstance(kind, types.UnionType):
            return _union([inner(part) for part in arguments])
        if hasattr(kind, "__supertype__"):
            return inner(kind.__supertype__)
        if type(kind).__name__ == "TypeAliasType":
            return self.describe(kind.__value__, scope.within(kind), variables)
        if type(origin).__name__ == "TypeAliasType":
            assigned = dict(zip(origin.__type_params__, map(inner, arguments), strict=False))
            return self.describe(origin.__value__, scope.within(origin), {**variables, **assigned})
        if kind is abc.Callable or kind is typing.Callable or origin is abc.Callable:
            return _callable(arguments, inner)
        if type(kind).__name__ in ("ParamSpecArgs", "ParamSpecKwargs", "ParamSpec"):
            return _ANY
        base = origin if isinstance(origin, type) else kind
        if isinstance(base, type):
            return self._class(base, arguments, kind, inner)
        if getattr(kind, "__name__", "") == "Self":
            return unknown("Self")
        return unknown(f"{_text(kind)} has no counterpart")

    def _variable(self, kind: TypeVar, inner: Inner, variables: dict[Any, Description]) -> Description:
        if kind in variables:
            return variables[kind]
        if kind.__constraints__:
            return _union([inner(part) for part in kind.__constraints__])
        if kind.__bound__ is not None:
            return inner(kind.__bound__)
        return unknown(f"the type variable {kind.__name__} can be any type")

    def _class(self, kind: type, arguments: tuple[Any, ...], whole: Any, inner: Inner) -> Description:
        first = inner(arguments[0]) if arguments else _ANY
        if issubclass(kind, enum.Enum):
            return {"type": "enum", "of": _union([_member(member) for member in kind]), "name": kind.__qualname__}
        if _has_fields(kind):
            return self._named("record", kind, arguments, inner)
        if known := libraries.of_class(kind, [inner(part) for part in arguments]):
            return known
        if issubclass(kind, tuple):
            return _tuple(arguments, inner, whole)
        if issubclass(kind, (type(iter([])), types.GeneratorType)) or _is_iterator(kind):
            asynchronous = issubclass(kind, (abc.AsyncIterator, abc.AsyncGenerator))
            return {"type": "async_iterator" if asynchronous else "iterator", "of": first}
        if issubclass(kind, (abc.Coroutine, abc.Awaitable)) and kind.__module__ in ("collections.abc", "asyncio"):
            return inner(arguments[-1]) if arguments else _ANY
        if kind in (abc.Iterable, abc.AsyncIterable):
            return {"type": "iterable", "of": first}
        if issubclass(kind, _TEXTS):
            return {"type": "text"}
        if issubclass(kind, _LISTS):
            return {"type": "list", "of": first}
        if issubclass(kind, _DICTS) or kind in (types.MappingProxyType, collections.UserDict, collections.ChainMap):
            return _dict(kind, arguments, inner)
        if issubclass(kind, _SETS):
            return {"type": "set", "of": first}
        if kind in _SEQUENCES:
            return {"type": "sequence", "of": first}
        for base in (bool, int, float, str, bytes, datetime.datetime, datetime.date, decimal.Decimal, uuid.UUID):
            if issubclass(kind, base):
                return _SIMPLE[base]
        if kind is type or issubclass(kind, (types.FunctionType, types.ModuleType)):
            return {"type": "object"}
        return self._named("object", kind, arguments, inner)

    def _named(self, what: str, kind: type, arguments: tuple[Any, ...], inner: Inner) -> Description:
        parts = [inner(part) for part in arguments]
        name = f"{kind.__module__}.{kind.__qualname__}"
        if parts and what == "record":
            name += "[" + ", ".join(_short(part) for part in parts) + "]"
        self.named.setdefault(name, (what, kind, parts))
        return {"type": what, "name": name}


def _alias(annotation: Any) -> str:
    """The text of an annotation that is a string, or the name of an alias; empty for any other type."""
    if isinstance(annotation, ForwardRef):
        return annotation.__forward_arg__
    if type(annotation).__name__ == "TypeAliasType":
        return str(annotation.__name__)
    return annotation if isinstance(annotation, str) else ""


def _hashable(kind: Any) -> bool:
    try:
        hash(kind)
    except TypeError:
        return False
    return True


def _is_iterator(kind: type) -> bool:
    return issubclass(kind, (abc.Iterator, abc.AsyncIterator))


def _has_fields(kind: type) -> bool:
    return (
        dataclasses.is_dataclass(kind)
        or typing.is_typeddict(kind)
        or (issubclass(kind, tuple) and hasattr(kind, "_fields"))
        or libraries.has_fields(kind)
    )


def _tuple(arguments: tuple[Any, ...], inner: Inner, whole: Any) -> Description:
    if not arguments and typing.get_origin(whole) is None:
        return {"type": "list", "of": _ANY}
    if arguments in ((), ((),)):
        return {"type": "tuple", "of": []}
    if len(arguments) == 2 and arguments[1] is Ellipsis:
        return {"type": "list", "of": inner(arguments[0])}
    if any(getattr(part, "__unpacked__", False) or type(part).__name__ == "Unpack" for part in arguments):
        return {"type": "list", "of": _ANY}
    return {"type": "tuple", "of": [inner(part) for part in arguments]}


def _dict(kind: type, arguments: tuple[Any, ...], inner: Inner) -> Description:
    if issubclass(kind, collections.Counter):
        return {"type": "dict", "key": inner(arguments[0]) if arguments else _ANY, "value": _SIMPLE[int]}
    key, value = (inner(arguments[0]), inner(arguments[1])) if len(arguments) == 2 else (_ANY, _ANY)
    return {"type": "dict", "key": key, "value": value}


def _callable(arguments: tuple[Any, ...], inner: Inner) -> Description:
    if len(arguments) != 2 or not isinstance(arguments[0], list):
        returns = inner(arguments[1]) if len(arguments) == 2 else _ANY
        return {"type": "callable", "parameters": None, "returns": returns}
    return {"type": "callable", "parameters": [inner(part) for part in arguments[0]], "returns": inner(arguments[1])}


def _literal(value: Any) -> Description:
    if isinstance(value, enum.Enum):
        return {"type": "enum", "of": _member(value), "name": type(value).__qualname__}
    if value is None:
        return _SIMPLE[None]
    return (
        {"type": "literal", "value": value} if isinstance(value, (str, bool, int)) else _SIMPLE.get(type(value), _ANY)
    )


def _member(member: enum.Enum) -> Description:
    value = member.value
    if type(value) in (str, bool) or (isinstance(value, int) and abs(value) < 2**53):
        return {"type": "literal", "value": value}
    return _SIMPLE.get(type(value), unknown(f"the value of {member} is of type {type(value).__qualname__}"))


def _union(parts: list[Description]) -> Description:
    flat: list[Description] = []
    for part in parts:
        for each in part["of"] if part["type"] == "union" else [part]:
            # By their texts: `1 == True`.
            if repr(each) not in map(repr, flat):
                flat.append(each)
    return flat[0] if len(flat) == 1 else {"type": "union", "of": flat}


def _short(part: Description) -> str:
    return str(part.get("name") or part.get("value") or part["type"]) + (
        f"[{_short(part['of'])}]" if isinstance(part.get("of"), dict) else ""
    )


def _text(kind: object) -> str:
    # No addresses: the output must not change from run to run.
    return re.sub(
        r" at 0x[0-9a-f]+", "", kind if isinstance(kind, str) else getattr(kind, "__qualname__", None) or repr(kind)
    )
