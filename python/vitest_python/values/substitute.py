"""Chooses the form in which a value crosses that MessagePack doesn't know."""

from __future__ import annotations

import array
import collections
import dataclasses
import datetime
import decimal
import enum
import fractions
import ipaddress
import sys
import types
import uuid
from collections.abc import Callable, ItemsView, Iterator, KeysView, ValuesView
from functools import lru_cache
from pathlib import PurePath
from typing import Any

import ormsgpack

from .codes import DECIMAL, INTEGER, NDARRAY, SET, UUID
from .forms import Bytes, Extension, Stays
from .libraries.arrays import numpy_rule, torch_rule
from .libraries.records import attrs_rule, msgspec_rule, protobuf_rule, pydantic_rule, sqlalchemy_rule, sqlite_row
from .libraries.tables import arrow_rule, pandas_rule, polars_rule
from .moments import of_date, of_datetime, of_time, of_timedelta

# How values of one class are sent: the value as another value, or a form.
Rule = Callable[[Any], object]
# Elements of a range that are sent one by one.
_MAX_RANGE = 1_000_000


# Bounded, because a class in the cache isn't garbage collected.
@lru_cache(maxsize=1024)
def rule_of(kind: type) -> Rule:
    """Returns how values of a class are sent: the rule raises whatever a method of the value raises."""
    return _KNOWN.get(kind) or _rule_of_class(kind) or _rule_of_library(kind) or _rule_of_base(kind) or _stays


def _rule_of_class(kind: type) -> Rule | None:
    """A class with fields, whichever library it may use as well."""
    if issubclass(kind, enum.Enum):
        return lambda value: value.value
    if dataclasses.is_dataclass(kind):
        names = [field.name for field in dataclasses.fields(kind)]
        return lambda value: {name: getattr(value, name) for name in names}
    if issubclass(kind, tuple) and hasattr(kind, "_fields"):
        return lambda value: dict(zip(value._fields, value, strict=True))
    return attrs_rule(kind) or protobuf_rule(kind)


def _rule_of_library(kind: type) -> Rule | None:
    """A class of a library that the process has imported, or one derived from it."""
    for base in kind.__mro__:
        library = base.__module__.partition(".")[0]
        # Nothing is imported: if there is such a class, its library is there.
        if library in _LIBRARIES and library in sys.modules:
            return _LIBRARIES[library](kind)
    return None


def _rule_of_base(kind: type) -> Rule | None:
    """A class that is derived from one of the standard library."""
    for base, rule in [*_KNOWN.items(), *_BASES.items()]:
        if issubclass(kind, base):
            return rule
    return None


def _text(code: int) -> Rule:
    return lambda value: ormsgpack.Ext(code, str(value).encode())


def _integer(value: int) -> object:
    return ormsgpack.Ext(INTEGER, format(value, "x").encode()) if not -(2**63) <= value < 2**64 else int(value)


def _range(value: range) -> object:
    if len(value) > _MAX_RANGE:
        return Stays(f"it has {len(value):,} elements; at most {_MAX_RANGE:,} are sent")
    return list(value)


def _array(value: array.array[Any]) -> object:
    name = _ARRAYS.get((value.typecode in "fd", value.typecode.islower(), value.itemsize))
    if name is None or value.typecode in "uw":
        return value.tolist()
    elements = array.array(value.typecode, value)
    if sys.byteorder == "big":
        elements.byteswap()
    return Extension(NDARRAY, [name, [len(value)], Bytes(elements.tobytes())])


def _stays(value: object) -> Stays:
    return Stays(f"JavaScript has no counterpart of {_describe(type(value))}")


def _describe(kind: type) -> str:
    if issubclass(kind, type):
        return "a class"
    if issubclass(kind, (types.FunctionType, types.BuiltinFunctionType, types.MethodType)):
        return "a function"
    return "a module" if issubclass(kind, types.ModuleType) else "its class"


_KNOWN: dict[type, Rule] = {
    set: lambda value: Extension(SET, list(value)),
    frozenset: lambda value: Extension(SET, list(value)),
    int: _integer,
    decimal.Decimal: _text(DECIMAL),
    uuid.UUID: _text(UUID),
    datetime.datetime: of_datetime,
    datetime.date: of_date,
    datetime.time: of_time,
    datetime.timedelta: of_timedelta,
    memoryview: lambda value: Bytes(value.tobytes()),
    Bytes: lambda value: value,
    Extension: lambda value: value,
}
# After the libraries, whose classes may be derived from these.
_BASES: dict[type | tuple[type, ...], Rule] = {
    (list, tuple, collections.deque, collections.UserList, KeysView, ValuesView, ItemsView): list,
    (bytes, bytearray): bytes,
    (types.MappingProxyType, collections.UserDict, collections.ChainMap): dict,
    types.SimpleNamespace: lambda value: dict(vars(value)),
    range: _range,
    array.array: _array,
    (PurePath, fractions.Fraction, collections.UserString, ipaddress._IPAddressBase): str,
    complex: lambda _: Stays("JavaScript has no complex numbers; return [z.real, z.imag]"),
    Iterator: lambda _: Stays("it makes its items one by one; call it with python.stream, or return list(…)"),
}
_LIBRARIES: dict[str, Callable[[type], Rule | None]] = {
    "numpy": numpy_rule,
    "torch": torch_rule,
    "pandas": pandas_rule,
    "pyarrow": arrow_rule,
    "polars": polars_rule,
    "pydantic": pydantic_rule,
    "msgspec": msgspec_rule,
    "sqlalchemy": sqlalchemy_rule,
    "sqlite3": lambda kind: sqlite_row if kind.__name__ == "Row" else None,
}
# By: float, signed, bytes.
_ARRAYS = {
    (False, True, 1): "int8",
    (False, False, 1): "uint8",
    (False, True, 2): "int16",
    (False, False, 2): "uint16",
    (False, True, 4): "int32",
    (False, False, 4): "uint32",
    (False, True, 8): "int64",
    (False, False, 8): "uint64",
    (True, True, 4): "float32",
    (True, True, 8): "float64",
}
