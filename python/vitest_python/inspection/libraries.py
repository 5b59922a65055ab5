"""Recognises the types of libraries that your modules have imported. No library is imported for this."""

from __future__ import annotations

import re
import sys
from typing import Any

Description = dict[str, Any]

_NAMES: dict[str, Description] = {
    "numpy.ndarray": {"type": "ndarray"},
    "numpy.typing.NDArray": {"type": "ndarray"},
    "np.ndarray": {"type": "ndarray"},
    "pandas.DataFrame": {"type": "class", "name": "DataFrame"},
    "pd.DataFrame": {"type": "class", "name": "DataFrame"},
    "pandas.Series": {"type": "class", "name": "Series"},
    "pd.Series": {"type": "class", "name": "Series"},
    "pyarrow.Table": {"type": "class", "name": "ArrowTable"},
    "polars.DataFrame": {"type": "class", "name": "ArrowTable"},
    "pl.DataFrame": {"type": "class", "name": "ArrowTable"},
}
_ARROW = {("pyarrow", "Table"), ("pyarrow", "RecordBatch"), ("polars", "DataFrame"), ("polars", "Series")}
_DTYPES = {
    "int8", "int16", "int32", "int64", "uint8", "uint16", "uint32", "uint64", "float16", "float32", "float64", "bool",
    "complex64", "complex128", "datetime64", "timedelta64",
}  # fmt: skip
_SCALARS = {"integer": "int", "floating": "float", "bool": "bool", "bool_": "bool", "str_": "str", "bytes_": "bytes"}


def of_name(dotted: str) -> Description | None:
    """The type that a dotted name means although its module isn't imported."""
    return _NAMES.get(dotted)


def of_class(kind: type, arguments: list[Description]) -> Description | None:
    """The type of a class of a library; None if it is no such class."""
    library, name = kind.__module__.partition(".")[0], kind.__qualname__
    if library == "numpy":
        return _of_numpy(kind, arguments)
    if library == "pandas" and name in ("DataFrame", "Series"):
        return {"type": "class", "name": name}
    if library == "pandas" and name in ("Timestamp", "Timedelta"):
        return {"type": "datetime"} if name == "Timestamp" else {"type": "class", "name": "TimeDelta"}
    if library == "pandas" and name in ("Period", "Interval"):
        return {"type": "text"}
    if (library, name) in _ARROW:
        return {"type": "class", "name": "ArrowTable"}
    if library == "torch" and name == "Tensor":
        return {"type": "ndarray"}
    return None


def _of_numpy(kind: type, arguments: list[Description]) -> Description | None:
    numpy = sys.modules["numpy"]
    if issubclass(kind, numpy.ma.MaskedArray if "numpy.ma" in sys.modules else ()):
        return {"type": "object"}
    if issubclass(kind, numpy.ndarray):
        dtype = next((part["dtype"] for part in arguments if "dtype" in part), None)
        return {"type": "ndarray", **({"dtype": dtype} if dtype else {})}
    if issubclass(kind, numpy.dtype):
        return arguments[0] if arguments else {"type": "unknown"}
    if issubclass(kind, numpy.generic):
        name = kind.__name__.rstrip("_")
        base = next((_SCALARS[base.__name__] for base in kind.__mro__ if base.__name__ in _SCALARS), None)
        if name in ("datetime64", "timedelta64"):
            return {"type": "numpy_moment", "dtype": name}
        described = {"type": base} if base else {"type": "unknown", "why": f"numpy.{kind.__name__} has no counterpart"}
        return {**described, **({"dtype": name} if name in _DTYPES else {})}
    return None


def has_fields(kind: type) -> bool:
    """Whether the class is an attrs class, a pydantic model, a msgspec struct or a protobuf message."""
    return "__attrs_attrs__" in vars(kind) or is_pydantic(kind) or is_msgspec(kind)


def is_pydantic(kind: type) -> bool:
    """Whether the class is a model of pydantic 2."""
    return hasattr(kind, "__pydantic_fields__") and hasattr(kind, "model_dump")


def is_msgspec(kind: type) -> bool:
    """Whether the class is a struct of msgspec."""
    return hasattr(kind, "__struct_fields__") and hasattr(kind, "__struct_config__")


def library_of(module: str) -> str:
    """The name of the library that a module belongs to."""
    return re.split(r"\W", module)[0]
