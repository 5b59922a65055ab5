"""Objects with fields, and rows of databases. No library of theirs is imported here."""

from __future__ import annotations

import sys
from collections.abc import Callable, Sequence
from typing import Any

from ..forms import Stays


def attrs_rule(kind: type) -> Callable[[Any], object] | None:
    """A class of attrs: every field by the name of its attribute."""
    attributes = getattr(kind, "__attrs_attrs__", None)
    if attributes is None or "attr" not in sys.modules:
        return None
    names = [attribute.name for attribute in attributes]
    return lambda value: {name: getattr(value, name) for name in names}


def pydantic_rule(kind: type) -> Callable[[Any], object] | None:
    """A model: the result of its own dump, which has the names and aliases of its own JSON."""
    if hasattr(kind, "model_dump"):
        return lambda value: value.model_dump()
    # pydantic 1, whose JSON has the value of a custom root itself.
    if getattr(kind, "__custom_root_type__", False):
        return lambda value: value.dict()["__root__"]
    return (lambda value: value.dict()) if hasattr(kind, "__fields__") else None


def msgspec_rule(kind: type) -> Callable[[Any], object] | None:
    """A Struct: its fields and its tag, named and arranged as in its own JSON."""
    msgspec = sys.modules["msgspec"]
    if not issubclass(kind, msgspec.Struct):
        return None
    structure: Any = kind
    names = dict(zip(structure.__struct_fields__, structure.__struct_encode_fields__, strict=True))
    config = structure.__struct_config__

    def to_list(value: Any) -> object:
        return [*([] if config.tag is None else [config.tag]), *(getattr(value, name) for name in names)]

    def to_dict(value: Any) -> object:
        fields = {sent: getattr(value, name) for name, sent in names.items()}
        tag = {} if config.tag is None else {config.tag_field: config.tag}
        return {**tag, **{name: field for name, field in fields.items() if field is not msgspec.UNSET}}

    return to_list if config.array_like else to_dict


def protobuf_rule(kind: type) -> Callable[[Any], object] | None:
    """A message: its JSON mapping."""
    message = sys.modules.get("google.protobuf.message")
    if message is None or not issubclass(kind, message.Message):
        return None
    # The worker's own dependency, so this imports nothing that the user may do without.
    from google.protobuf.json_format import MessageToDict

    return MessageToDict


def sqlite_row(row: Any) -> object:
    """A sqlite3.Row: its columns by name."""
    return _row(row.keys(), row)


def sqlalchemy_rule(kind: type) -> Callable[[Any], object] | None:
    """A row of a result, or its mapping: its columns by name."""
    if issubclass(kind, _class_of("sqlalchemy.engine.row", "RowMapping")):
        return dict
    if issubclass(kind, _class_of("sqlalchemy.engine.row", "Row")):
        return lambda row: _row(row._fields, row)
    return None


def _class_of(module: str, name: str) -> Any:
    return getattr(sys.modules.get(module), name, ())


def _row(names: Sequence[str], values: Sequence[object]) -> object:
    twice = next((name for name in names if list(names).count(name) > 1), None)
    if twice is not None:
        return Stays(f"it has more than one column named {twice!r}; give them names of their own, or return list(row)")
    return dict(zip(names, values, strict=True))
