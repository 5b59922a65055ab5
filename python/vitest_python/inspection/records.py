"""Describes classes with fields, which arrive as objects: dataclasses, TypedDicts, named tuples, models."""

from __future__ import annotations

import dataclasses
import sys
import typing
from typing import Any

from . import libraries
from .docstrings import parse
from .scope import Scope, annotations_of
from .types import Describer, Description, unknown


def describe_record(describer: Describer, kind: type, arguments: list[Description]) -> dict[str, Any]:
    """Returns the fields of a class, in their order, and whether an object can be sent in its place."""
    parameters = getattr(kind, "__parameters__", ())
    variables = dict(zip(parameters, arguments, strict=False))
    fields, rest = _fields(describer, kind, variables)
    described = {
        "kind": "record",
        "doc": _doc(kind),
        "fields": fields,
        "sendable": bool(typing.is_typeddict(kind)),
    }
    return {**described, **rest}


def _doc(kind: type) -> str:
    text = vars(kind).get("__doc__")
    # A dataclass without a docstring gets its signature for one.
    return "" if not text or text.startswith(f"{kind.__name__}(") else parse(text)["summary"]


def _fields(describer: Describer, kind: type, variables: dict[Any, Description]) -> tuple[list[Any], dict[str, Any]]:
    if libraries.is_pydantic(kind):
        return _pydantic(describer, kind, variables)
    if libraries.is_msgspec(kind):
        return _msgspec(describer, kind, variables)
    if typing.is_typeddict(kind):
        return _typed_dict(describer, kind, variables), {}
    if dataclasses.is_dataclass(kind):
        names = [field.name for field in dataclasses.fields(kind)]
    elif "__attrs_attrs__" in vars(kind):
        names = [field.name for field in vars(kind)["__attrs_attrs__"]]
    else:
        names = list(kind._fields)  # type: ignore[attr-defined]
    written = _annotations(kind)
    return [_field(describer, name, name, written, variables) for name in names], {}


def _annotations(kind: type) -> dict[str, tuple[Any, Scope]]:
    """The annotations of a class and its bases, each with the scope that it was written in."""
    found: dict[str, tuple[Any, Scope]] = {}
    # A TypedDict has the annotations of its bases itself.
    bases = [kind] if typing.is_typeddict(kind) else [*reversed(kind.__mro__)]
    for base in bases:
        scope = Scope(sys.modules.get(base.__module__)).within(base)
        found.update({name: (annotation, scope) for name, annotation in annotations_of(base).items()})
    return found


def _field(
    describer: Describer,
    name: str,
    key: str,
    written: dict[str, tuple[Any, Scope]],
    variables: dict[Any, Description],
    required: bool = True,
) -> dict[str, Any]:
    annotation, scope = written.get(name, (Any, Scope(None)))
    return {"name": key, "type": describer.describe(annotation, scope, variables), "required": required}


def _typed_dict(describer: Describer, kind: Any, variables: dict[Any, Description]) -> list[dict[str, Any]]:
    fields = []
    for name, (annotation, scope) in _annotations(kind).items():
        required = _is_required(annotation, scope, name in kind.__required_keys__)
        fields.append(_field(describer, name, name, {name: (annotation, scope)}, variables, required))
    return fields


def _is_required(annotation: Any, scope: Scope, total: bool) -> bool:
    """`__required_keys__` misses the marks of annotations that are strings, so those are read here."""
    try:
        kind = scope.evaluate(annotation)
    except Exception:
        return total
    for _ in range(4):
        name = getattr(typing.get_origin(kind), "_name", None)
        if name in ("Required", "NotRequired"):
            return bool(name == "Required")
        if name != "ReadOnly" and not hasattr(kind, "__metadata__"):
            return total
        kind = getattr(kind, "__origin__", None) if hasattr(kind, "__metadata__") else typing.get_args(kind)[0]
    return total


def _pydantic(describer: Describer, kind: Any, variables: dict[Any, Description]) -> tuple[list[Any], dict[str, Any]]:
    scope = Scope(sys.modules.get(kind.__module__))
    if getattr(kind, "__pydantic_root_model__", False):
        return [], {"is": describer.describe(kind.__pydantic_fields__["root"].annotation, scope, variables)}
    decorators = kind.__pydantic_decorators__
    if decorators.model_serializers:
        return [], {"is": unknown(f"{kind.__qualname__} has a serializer of its own")}
    own = {name for each in decorators.field_serializers.values() for name in each.info.fields}
    by_alias = kind.model_config.get("serialize_by_alias")
    fields = []
    for name, info in kind.__pydantic_fields__.items():
        if info.exclude:
            continue
        alias = info.serialization_alias or info.alias
        key = alias if by_alias and alias else name
        if name in own or "*" in own:
            described = unknown(f"{name} has a serializer of its own")
        else:
            # pydantic has evaluated it, with the arguments of a generic model.
            described = describer.describe(info.annotation, scope.within(kind), variables)
        fields.append({"name": key, "type": described, "required": True})
    for name, decorated in decorators.computed_fields.items():
        alias = decorated.info.alias if by_alias else None
        described = describer.describe(decorated.info.return_type, scope.within(kind), variables)
        fields.append({"name": alias or name, "type": described, "required": True})
    return fields, {"open": True} if kind.model_config.get("extra") == "allow" else {}


def _msgspec(describer: Describer, kind: Any, variables: dict[Any, Description]) -> tuple[list[Any], dict[str, Any]]:
    config = kind.__struct_config__
    written = _annotations(kind)
    pairs = list(zip(kind.__struct_fields__, kind.__struct_encode_fields__, strict=True))
    if config.array_like:
        return [], {"is": {"type": "list", "of": {"type": "unknown"}}}
    fields = []
    if config.tag is not None:
        fields.append({"name": config.tag_field, "type": {"type": "literal", "value": config.tag}, "required": True})
    for name, key in pairs:
        field = _field(describer, name, key, written, variables)
        parts = field["type"].get("of") if field["type"]["type"] == "union" else [field["type"]]
        unset = [part for part in parts if part.get("name", "").endswith("UnsetType")]
        if unset:
            kept = [part for part in parts if part not in unset]
            field["type"] = kept[0] if len(kept) == 1 else {"type": "union", "of": kept}
        fields.append({**field, "required": not unset})
    return fields, {}
